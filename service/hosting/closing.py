"""What stands at an address where a notice is not shown: it was renamed, succeeded, withdrawn, or its text was taken down."""

from typing import Any

from litestar import Request, Response

from service import clock, languages
from service.errors import NoticeGone, NotInForce, VersionRedacted
from service.hosting.answering import CURRENT, EXPOSED, Form, form_of
from service.hosting.copies import Copies, Head
from service.languages import Words, long_date, long_time
from service.layout import page
from service.layout.page import content_security_policy
from service.notices import rendering
from service.notices.schemas import Face, Fate
from service.notices.timing import Scheduled
from service.refusing import is_for_people, refuse

words = Words(__package__)


class Elsewhere(Exception):
    """What is asked for is at another address: `for_good` where the notice was renamed, for now where another took its place."""

    def __init__(self, location: str, *, for_good: bool) -> None:
        super().__init__(location)
        self.location = location
        self.for_good = for_good


def go_there(request: Request[Any, Any, Any], error: Elsewhere) -> Response[bytes]:
    """301, always asked again, since a notice may get its old slug back; or 307, since a succession can be undone."""
    headers = {
        "location": error.location,
        "cache-control": CURRENT if error.for_good else "no-cache",
        # A script on another site follows only where each step lets it.
        "access-control-allow-origin": "*",
        "access-control-expose-headers": EXPOSED,
    }
    return Response(b"", status_code=301 if error.for_good else 307, headers=headers)


async def check_open(copies: Copies, head: Head, form: Form, language: str | None) -> None:
    """Raises where the notice's own address leads elsewhere or to nothing. Its history and its versions stay all the same."""
    if head.succession and head.succession.successor:
        raise Elsewhere(await _at_successor(copies, head, form, language), for_good=False)
    if head.withdrawal:
        raise _gone(head, "withdrawn", head.withdrawal, "The controller withdrew this notice. Its history can still be read.")
    if head.succession:
        raise _gone(head, "retired", head.succession, "The controller no longer uses this notice. Its history can still be read.")


async def _at_successor(copies: Copies, head: Head, form: Form, language: str | None) -> str:
    """The same language and form there; where it lacks the language, the one that the reader prefers."""
    assert head.succession
    successor = await copies.head(str(head.tenant_id), str(head.succession.successor))
    if successor is None:
        raise _gone(head, "retired", head.succession, "The notice that took the place of this one is not published.")
    version = successor.in_force(clock.now())
    same = f"/{language}" if version and language in version.languages else ""
    return f"/n/{successor.tenant_slug}/{successor.slug}{same}{form.ending}"


def _gone(head: Head, state: str, fate: Fate, detail: str) -> NoticeGone:
    return NoticeGone(detail, members={"state": state, "since": fate.at, "reason": fate.reason, **_named(head)})


def in_force(head: Head) -> Scheduled:
    """The version in force, if there is one and it can be read."""
    version = head.in_force(clock.now())
    if version is None:
        ahead = [version for version in head.schedule if version.recalled is None]
        if not ahead:
            detail = "No version of the notice is in force. Its history lists those that were announced and recalled."
            raise NotInForce(detail, members={"state": "recalled", **_named(head)})
        first = min(ahead, key=lambda version: version.in_force_at).effective_from
        detail = f"The notice is published and comes into force on {first}. Until then see its history."
        raise NotInForce(detail, members={"state": "coming", "effective_from": first, **_named(head)})
    check_readable(head, version)
    return version


def check_readable(head: Head, version: Scheduled) -> None:
    """Raises for a version whose text was taken down (RFC 7725): hash and dates are in the history."""
    if version.redacted is None:
        return
    raise VersionRedacted(
        f"The operator of this service took the text of version {version.number} down. Its dates and its hash are in the history.",
        headers={"link": '</>; rel="blocked-by"'},
        members={"number": version.number, "since": version.redacted.at, "reason": version.redacted.reason, **_named(head)},
    )


def _named(head: Head) -> dict[str, Any]:
    links = {name: f"/n/{head.tenant_slug}/{head.slug}/{name}" for name in ("history", "request")}
    # A notice that was not shown anew since its face is kept has none.
    return {"notice": head.face or Face({}, [], "UTC"), "links": links}


def tell(request: Request[Any, Any, Any], error: NoticeGone | NotInForce | VersionRedacted) -> Response[Any]:
    """A page in the reader's language for people, the problem for programs."""
    if not is_for_people(request):
        return refuse(request, error)
    told = error.members
    asked = form_of(request.path_params.get("leaf", "")).name
    language = asked if asked in languages.OURS else languages.negotiate(request.headers.get("accept-language"), languages.OURS, "en")
    state, notice = told.get("state", "redacted"), told["notice"]
    filled = {name: told[name] for name in ("number",) if name in told}
    if "since" in told:
        filled["since"] = long_time(told["since"], language, notice.time_zone)
    if "effective_from" in told:
        filled["day"] = long_date(told["effective_from"], language)
    body = page.render(
        "hosting/closed.html",
        language,
        title=words(f"state_{state}", language),
        text=words(f"state_{state}_text", language, **filled),
        name=rendering.told_in(notice.title, language),
        controllers=notice.controllers,
        reason=rendering.told_in(told.get("reason", {}), language),
        links=told["links"],
        words=words,
    )
    # In a frame on the company's own site it must be seen as well.
    headers = {**error.headers, "content-security-policy": content_security_policy(framed_by_anybody=True)}
    return page.respond(body, status=error.status, private=True, headers=headers)
