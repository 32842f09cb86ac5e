"""The request form: for any controller, or bound to a notice's. Plain HTML, no script, no account; fi, sv, en."""

import re
import secrets
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.datastructures import FormMultiDict
from litestar.enums import RequestEncodingType

from service import languages
from service.errors import MalformedRequest, NotFound, UnsupportedMediaType
from service.idempotency import attempt_by_anybody
from service.intake import receiving
from service.intake.authorities import authority_in
from service.intake.finding import route
from service.intake.receiving import Doors, NoController
from service.intake.routing import Routed, Unknown
from service.intake.schemas import TYPES, Acknowledgement, ChooseController, ControllerHints, NewRequest
from service.intake.telling import words
from service.languages import long_date, long_time
from service.layout import page
from service.texts import why_not_mailbox
from tenants.acting import acting_for_platform
from tenants.directory import Entry

Asked = Request[Any, Any, Any]
CHOICE_PATH = "/intake/choose/{pending_id:uuid}"
# Which hint a field gives.
_HINTS = {"business_id": "business_id", "domain": "domain", "controller": "name"}


async def show(request: Asked, notice: str | None = None) -> Response[bytes]:
    bound = await _bound(notice)
    return _form(request, _language(request), bound, notice, FormMultiDict(), {})


async def take(request: Asked, doors: Doors, notice: str | None = None) -> Response[bytes]:
    """The same as POST /intake/requests, for people."""
    form, language = await fields(request), _language(request)
    bound = await _bound(notice)
    data, wrong = _request(form, language, notice)
    if data is None:
        return _form(request, language, bound, notice, form, wrong, status=422)
    attempt = await attempt_by_anybody(request, doors.settings.keys, form.get("key") or None)
    try:
        given = await receiving.receive(data, attempt, doors)
    except NoController as error:
        return _nobody(language, error)
    if given.status_code == 409:
        return _choice(language, msgspec.json.decode(given.content, type=ChooseController))
    return receipt(language, msgspec.json.decode(given.content, type=Acknowledgement))


async def take_choice(request: Asked, pending_id: UUID, doors: Doors) -> Response[bytes]:
    """The same as POST /intake/pending/{id}, for people."""
    form, language = await fields(request), _language(request)
    attempt = await attempt_by_anybody(request, doors.settings.keys, form.get("key") or None)
    try:
        chosen = UUID(form.get("controller_id", ""))
    except ValueError as error:
        raise MalformedRequest("Choose one of the controllers.") from error
    given = await receiving.choose(pending_id, form.get("secret", ""), chosen, attempt, doors)
    return receipt(language, msgspec.json.decode(given.content, type=Acknowledgement))


def receipt(language: str, accepted: Acknowledgement) -> Response[bytes]:
    body = page.render(
        "intake/receipt.html",
        language,
        title=words("receipt_title", language),
        words=words,
        accepted=accepted,
        received=long_time(accepted.received_at, language, accepted.time_zone),
        due=long_date(accepted.due_on, language),
    )
    return page.respond(body, status=202, private=True)


async def fields(request: Asked) -> FormMultiDict:
    """What a browser sends of our forms. litestar's own reading keeps the last thousand bodies in memory; this keeps none."""
    if request.content_type[0] != RequestEncodingType.URL_ENCODED:
        raise UnsupportedMediaType("Send the form as application/x-www-form-urlencoded, as its page does.")
    try:
        body = (await request.body()).decode()
        return FormMultiDict(parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=100))
    except ValueError as error:
        raise MalformedRequest("The form is not UTF-8, or has too many fields.") from error


def _request(form: FormMultiDict, language: str, notice: str | None) -> tuple[NewRequest | None, dict[str, str]]:
    """The request; or what is wrong, by field. All that is missing is told at once."""
    # Spaces around a pasted text are no part of it; other signs that do not show are refused below.
    given = {name: form.get(name, "").strip(" \t\u00a0") for name in (*_HINTS, "name", "email", "phone")}
    hints = {"notice": notice} if notice else {hint: given[name] for name, hint in _HINTS.items() if given[name]}
    types = [kind for kind in form.getall("types", []) if kind in TYPES]
    missing = {
        "controller": (not hints, "form_needs_controller"),
        "types": (not types, "form_needs_type"),
        "name": (not given["name"], "form_needs_name"),
        "email": (why_not_mailbox(given["email"]), "form_needs_email"),
    }
    if wrong := {name: words(key, language) for name, (is_missing, key) in missing.items() if is_missing}:
        return None, wrong
    subject = {name: given[name] for name in ("name", "email", "phone") if given[name]}
    # A browser sends every line end as CR LF.
    message = form.get("message", "").replace("\r\n", "\n")
    data = {"controller": hints, "subject": subject, "types": types, "message": message, "language": language}
    try:
        return msgspec.convert(data, NewRequest), {}
    except msgspec.ValidationError as error:
        return None, {_at_fault(str(error)): words("form_needs_text", language)}


def _at_fault(said: str) -> str:
    """The field that msgspec means: `... - at `$.subject.phone``, or of a text's content "`phone` holds ... - at `$.subject`"."""
    path = re.findall(r"\.(\w+)", said.partition(" - at `$")[2]) + re.findall(r"^`(\w+)` holds", said)
    return "controller" if path == ["controller", "name"] else path[-1]


async def _bound(notice: str | None) -> list[Entry]:
    """Whom a notice's form is for. Of several, the person chooses one after sending."""
    if notice is None:
        return []
    nobody = NotFound("No published notice is at this address, so there is nobody to send a request to.")
    try:
        hints = msgspec.convert({"notice": notice}, ControllerHints)
    except msgspec.ValidationError as error:
        raise nobody from error
    async with acting_for_platform("a published notice's controller is for everybody", read_only=True) as db:
        found = await route(db, hints)
    if isinstance(found, Unknown):
        raise nobody
    return [found.entry] if isinstance(found, Routed) else found.candidates


def _form(
    request: Asked,
    language: str,
    bound: list[Entry],
    notice: str | None,
    values: FormMultiDict,
    wrong: dict[str, str],
    *,
    status: int = 200,
) -> Response[bytes]:
    title = words("form_title_to", language, name=bound[0].name) if len(bound) == 1 else words("form_title", language)
    body = page.render(
        "intake/form.html",
        language,
        title=title,
        words=words,
        bound=bound,
        action=request.url.path + "?" + urlencode({"lang": language}),
        here=request.url.path,
        languages=languages.OURS,
        types=TYPES,
        values=values,
        chosen=set(values.getall("types", [])),
        wrong=wrong,
        key=values.get("key") or secrets.token_urlsafe(16),
    )
    # What is done with what is written here stands in that notice (RFC 6903).
    headers = {"link": f'</n/{notice}>; rel="privacy-policy"'} if notice else None
    return page.respond(body, status=status, forms=True, private=True, headers=headers)


def _choice(language: str, several: ChooseController) -> Response[bytes]:
    resume = urlsplit(several.resume)
    [secret] = parse_qs(resume.query)["secret"]
    pending_id = resume.path.rpartition("/")[2]
    body = page.render(
        "intake/choice.html",
        language,
        title=words("choose_title", language),
        words=words,
        several=several,
        action=CHOICE_PATH.replace("{pending_id:uuid}", pending_id) + "?" + urlencode({"lang": language}),
        secret=secret,
        key=secrets.token_urlsafe(16),
        until=long_time(several.expires_at, language, "Europe/Helsinki"),
    )
    return page.respond(body, status=409, forms=True, private=True)


def _nobody(language: str, error: NoController) -> Response[bytes]:
    authority = authority_in("FI", language)
    body = page.render(
        "intake/nobody.html",
        language,
        title=words("none_title", language),
        words=words,
        near=error.members["near"],
        explanation=error.members["explanation"],
        authority=authority,
    )
    return page.respond(body, status=422, private=True)


def _language(request: Asked) -> str:
    wanted = request.query_params.get("lang")
    if wanted in languages.OURS:
        return str(wanted)
    return languages.negotiate(request.headers.get("accept-language"), languages.OURS, "fi")
