"""What stands at an address where a notice is not shown: it was renamed, succeeded, withdrawn, or its text was taken down."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from litestar import Request, Response
from litestar.datastructures import State

from service import clock, languages
from service.errors import NoticeGone, NotInForce, VersionRedacted
from service.hosting.answering import CURRENT, EXPOSED, Form, form_of
from service.hosting.heads import Head
from service.hosting.relating import link, of_time
from service.languages import Words, long_date, long_time
from service.layout import page
from service.layout.page import content_security_policy
from service.notices import rendering
from service.notices.schemas import Fate, Succession
from service.notices.timing import Scheduled
from service.refusing import is_for_people, refuse

words = Words(__package__)

F = TypeVar("F", bound=Fate)


class Elsewhere(Exception):
    """What is asked for is at another address: `for_good` where the notice was renamed, for now where another took its place."""

    def __init__(self, location: str, *, for_good: bool, link: str | None = None) -> None:
        super().__init__(location)
        self.location = location
        self.for_good = for_good
        self.link = link


def go_there(request: Request[Any, Any, Any], error: Elsewhere) -> Response[bytes]:
    """301, always asked again, since a notice may get its old slug back; or 307, since a succession can be undone."""
    headers = {
        "location": error.location,
        "cache-control": CURRENT if error.for_good else "no-cache",
        # A script on another site follows only where each step lets it.
        "access-control-allow-origin": "*",
        "access-control-expose-headers": EXPOSED,
    }
    if error.link:
        headers["link"] = error.link
    return Response(b"", status_code=301 if error.for_good else 307, headers=headers)


async def check_open(state: State, head: Head, form: Form, language: str | None) -> None:
    """Raises where the notice's own address leads elsewhere or to nothing. Its history and its versions stay all the same."""

    def same(successor: Head) -> str:
        """The language and form there; where it lacks the language, the one that the reader prefers."""
        version = successor.in_force(clock.now())
        return (f"/{language}" if version and language in version.languages else "") + form.ending

    await _check(state, head, head.withdrawal, head.succession, same)


async def check_not_ended(state: State, head: Head, day: date, leaf: str) -> None:
    """The same for a day: raises where by its end the notice had been withdrawn or had ended."""
    zone = ZoneInfo(head.shown_face.time_zone)

    def by_then(fate: F | None) -> F | None:
        return fate if fate and fate.at.astimezone(zone).date() <= day else None

    await _check(state, head, by_then(head.withdrawal), by_then(head.succession), lambda _: f"/at/{leaf}")


async def _check(state: State, head: Head, withdrawal: Fate | None, succession: Succession | None, rest: Callable[[Head], str]) -> None:
    # Whoever follows the past finds its way from here as well (RFC 7089 section 4.5.2).
    past = ", ".join([link(f"{head.address}/history", "version-history"), *of_time(state.settings.public_origin, head)[1:]])
    if succession and succession.successor:
        successor = await state.copies.head(str(head.tenant_id), str(succession.successor))
        if successor is None:
            raise _gone(head, "retired", succession, "The notice that took the place of this one is not published.", past)
        raise Elsewhere(successor.address + rest(successor), for_good=False, link=past)
    if withdrawal:
        raise _gone(head, "withdrawn", withdrawal, "The controller withdrew this notice. Its history can still be read.", past)
    if succession:
        raise _gone(head, "retired", succession, "The controller no longer uses this notice. Its history can still be read.", past)


def _gone(head: Head, state: str, fate: Fate, detail: str, past: str) -> NoticeGone:
    members = {"state": state, "since": fate.at, "reason": fate.reason, **_named(head)}
    return NoticeGone(detail, headers={"link": past}, members=members)


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
    return {"notice": head.shown_face, "links": {name: f"{head.address}/{name}" for name in ("history", "request")}}


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
