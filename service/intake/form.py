"""The request form: for any controller, or bound to a notice's. Plain HTML, no script, no account; fi, sv, en."""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.datastructures import FormMultiDict

from service import errors, languages
from service.errors import InvalidContent, MalformedRequest, NotFound
from service.idempotency import attempt_by_anybody
from service.intake import receiving
from service.intake.authorities import authority_in
from service.intake.receiving import Doors, NoController
from service.intake.routing import Routed, route
from service.intake.schemas import TYPES, Acknowledgement, ChooseController, ControllerHints, NewRequest
from service.intake.telling import words
from service.languages import long_date, long_time
from service.layout import page
from tenants.acting import acting_for_platform
from tenants.directory import Entry

Asked = Request[Any, Any, Any]
CHOICE_PATH = "/intake/choose/{pending_id:uuid}"
# Which field a refusal is about, by the start of its pointer.
_FIELDS = {
    "/type": ("types", "form_needs_type"),
    "/subject/name": ("name", "form_needs_name"),
    "/subject/email": ("email", "form_needs_email"),
}


async def show(request: Asked, notice: str | None = None) -> Response[bytes]:
    bound = await _bound(notice)
    return _form(request, _language(request), bound, notice, FormMultiDict(), {})


async def take(request: Asked, doors: Doors, notice: str | None = None) -> Response[bytes]:
    """The same as POST /intake/requests, for people."""
    form, language = await request.form(), _language(request)
    bound = await _bound(notice)
    data, wrong = _request(form, language, notice)
    if data is not None:
        attempt = await attempt_by_anybody(request, doors.settings.keys, str(form.get("key") or "") or None)
        try:
            given = await receiving.receive(data, attempt, doors)
        except InvalidContent as error:
            wrong = {field: words(key, language) for field, key in map(_blamed, error.errors)}
        except NoController as error:
            return _nobody(language, error)
        else:
            if given.status_code == 409:
                return _choice(language, msgspec.json.decode(given.content, type=ChooseController))
            return receipt(language, msgspec.json.decode(given.content, type=Acknowledgement))
    return _form(request, language, bound, notice, form, wrong, status=422)


async def take_choice(request: Asked, pending_id: UUID, doors: Doors) -> Response[bytes]:
    """The same as POST /intake/pending/{id}, for people."""
    form, language = await request.form(), _language(request)
    attempt = await attempt_by_anybody(request, doors.settings.keys, str(form.get("key") or "") or None)
    try:
        chosen = UUID(str(form.get("controller_id", "")))
    except ValueError as error:
        raise MalformedRequest("Choose one of the controllers.") from error
    given = await receiving.choose(pending_id, str(form.get("secret", "")), chosen, attempt, doors)
    return receipt(language, msgspec.json.decode(given.content, type=Acknowledgement))


def receipt(language: str, accepted: Acknowledgement) -> Response[bytes]:
    body = page.render(
        "intake/receipt.html",
        language,
        title=words("receipt_title", language),
        words=words,
        accepted=accepted,
        received=long_time(accepted.received_at, language, "Europe/Helsinki"),
        due=long_date(accepted.due_on, language),
    )
    return page.respond(body, status=202, private=True)


def _request(form: FormMultiDict, language: str, notice: str | None) -> tuple[NewRequest | None, dict[str, str]]:
    def field(name: str) -> str | None:
        return str(form.get(name) or "").strip() or None

    hints: dict[str, Any] = {name: field(name) for name in ("business_id", "domain") if field(name)}
    if controller := field("controller"):
        hints["name"] = controller
    if notice:
        hints = {"notice": notice}
    if not hints:
        return None, {"controller": words("form_needs_controller", language)}
    subject = {name: value for name in ("name", "email", "phone") if (value := field(name))}
    if "name" not in subject:
        return None, {"name": words("form_needs_name", language)}
    if "email" not in subject:
        return None, {"email": words("form_needs_email", language)}
    types = [kind for kind in form.getall("types", []) if kind in TYPES]
    # A browser sends every line end as CR LF.
    message = str(form.get("message") or "").replace("\r\n", "\n")
    given = {"controller": hints, "subject": subject, "types": types, "message": message, "language": language}
    try:
        return msgspec.convert(given, NewRequest), {}
    except msgspec.ValidationError as error:
        field_at_fault = "message" if "message" in str(error) else "name" if "subject" in str(error) else "controller"
        return None, {field_at_fault: words("form_needs_text", language)}


def _blamed(error: errors.FieldError) -> tuple[str, str]:
    return next((blamed for start, blamed in _FIELDS.items() if error.pointer.startswith(start)), ("message", "form_needs_text"))


async def _bound(notice: str | None) -> Entry | None:
    if notice is None:
        return None
    async with acting_for_platform("a published notice's controller is for everybody", read_only=True) as db:
        found = await route(db, ControllerHints(notice=notice))
    if not isinstance(found, Routed):
        raise NotFound("No published notice is at this address, so there is nobody to send a request to.")
    return found.entry


def _form(
    request: Asked,
    language: str,
    bound: Entry | None,
    notice: str | None,
    values: FormMultiDict,
    wrong: dict[str, str],
    *,
    status: int = 200,
) -> Response[bytes]:
    title = words("form_title_to", language, name=bound.name) if bound else words("form_title", language)
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
        key=str(values.get("key") or "") or secrets.token_urlsafe(16),
    )
    return page.respond(body, status=status, forms=True, private=True)


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
        action=CHOICE_PATH.format(**{"pending_id:uuid": pending_id}) + "?" + urlencode({"lang": language}),
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
        authority=authority,
    )
    return page.respond(body, status=422, private=True)


def _language(request: Asked) -> str:
    wanted = request.query_params.get("lang")
    if wanted in languages.OURS:
        return str(wanted)
    return languages.negotiate(request.headers.get("accept-language"), languages.OURS, "fi")
