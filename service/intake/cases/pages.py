"""The request's page, in fi, sv and en: plain HTML whose forms carry the secret in their body. No script, no cookie."""

import secrets
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response
from litestar.datastructures import FormMultiDict, State

from service import languages
from service.errors import InvalidContent, MalformedRequest, Problem
from service.idempotency import Answer, attempt_by_anybody
from service.intake import asking
from service.intake.asking import Visit, visiting
from service.intake.cases import answering
from service.intake.cases.schemas import IdentityAsked, NewMessage, RequestStatus, Verification
from service.intake.cases.telling import words
from service.intake.form import fields
from service.intake.telling import words as intake_words
from service.languages import long_date, long_time
from service.layout import page

Asked = Request[Any, Any, Any]
# What may be done on the page, and the field that it needs.
_DONE = ("message", "answer", "confirm", "withdraw")
_FIELDS = {"message": "text", "answer": "answer"}


def language_of(request: Asked, of_request: str) -> str:
    """As chosen on the page; else as the browser says; else the request's."""
    wanted = request.query_params.get("lang")
    if wanted in languages.OURS:
        return str(wanted)
    fallback = of_request if of_request in languages.OURS else "fi"
    return languages.negotiate(request.headers.get("accept-language"), languages.OURS, fallback)


def show(
    request: Asked,
    status: RequestStatus,
    secret: str,
    language: str,
    *,
    wrong: dict[str, str] | None = None,
    given: str = "",
    code: int = 200,
) -> Response[bytes]:
    def there(**more: str) -> str:
        return f"/intake/requests/{status.reference}?" + urlencode({"secret": secret, **more})

    done = request.query_params.get("done")
    body = page.render(
        "intake/cases/status.html",
        language,
        title=intake_words("status_title", language, reference=status.reference),
        words=words,
        intake=intake_words,
        status=status,
        languages=languages.OURS,
        here=there() + "&lang=",
        action=f"/intake/requests/{status.reference}?" + urlencode({"lang": language}),
        earlier=there(lang=language, cursor=status.earlier_messages) if status.earlier_messages else None,
        secret=secret,
        key=secrets.token_urlsafe(16),
        day=lambda on: long_date(on, language),
        moment=lambda at: long_time(at, language, status.time_zone),
        done=done if done in _DONE else None,
        wrong=wrong or {},
        given=given,
    )
    return page.respond(body, status=code, forms=True, private=True)


def confirm(request: Asked, reference: str, asked: IdentityAsked | None, secret: str, token: str, language: str) -> Response[bytes]:
    """What the mailed link opens: one button, since programs that look into mails open links as well."""
    there = f"/intake/requests/{reference}"
    body = page.render(
        "intake/cases/confirm.html",
        language,
        title=words("confirm_title", language),
        words=words,
        reference=reference,
        asked=asked,
        languages=languages.OURS,
        here=f"{there}/verification?" + urlencode({"secret": secret, "token": token}) + "&lang=",
        action=f"{there}?" + urlencode({"lang": language}),
        status=f"{there}?" + urlencode({"secret": secret, "lang": language}),
        secret=secret,
        token=token,
        key=secrets.token_urlsafe(16),
    )
    return page.respond(body, forms=True, private=True)


async def take(request: Asked, reference: str, state: State) -> Response[Any]:
    """A form of the page. What was done is shown by the page itself, so that loading it again does nothing twice."""
    form = await fields(request)
    act, secret = form.get("act", ""), form.get("secret", "")
    attempt = await attempt_by_anybody(request, state.settings.keys, form.get("key") or None)
    try:
        async with visiting(reference, secret) as visit:
            return await attempt.once(visit.db, lambda: _done(visit, act, form, language_of(request, visit.row["language"]), state))
    except (msgspec.ValidationError, InvalidContent):
        why = "wrong_token" if act == "confirm" else "wrong_text"
    except Problem as error:
        if error.status != 409:
            raise
        why = "wrong_state"
    async with visiting(reference, secret, read_only=True) as visit:
        language = language_of(request, visit.row["language"])
        status = await asking.status(visit, state.tenant_keys, state.settings.public_origin, language=language)
    wrong = {act: words(why, language)}
    return show(request, status, secret, language, wrong=wrong, given=form.get(_FIELDS.get(act, ""), ""), code=422)


async def _done(visit: Visit, act: str, form: FormMultiDict, language: str, state: State) -> Answer:
    # A browser sends every line end as CR LF.
    text = form.get(_FIELDS.get(act, ""), "").replace("\r\n", "\n")
    if act == "message":
        await answering.write(visit, msgspec.convert({"text": text}, NewMessage).text, state.tenant_keys)
    elif act == "answer":
        await answering.verify(visit, msgspec.convert({"answer": text}, Verification), state.tenant_keys)
    elif act == "confirm":
        await answering.verify(visit, msgspec.convert({"token": form.get("token", "")}, Verification), state.tenant_keys)
    elif act == "withdraw":
        await answering.withdraw(visit, state.tenant_keys)
    else:
        raise MalformedRequest("The form is not one of the page's.")
    there = f"/intake/requests/{visit.row['reference']}?" + urlencode({"secret": form.get("secret", ""), "lang": language, "done": act})
    return Answer(303, {"location": there, "cache-control": "no-store"}, b"")
