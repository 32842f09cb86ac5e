"""Which public copy an embedding means: `tenant/notice`, perhaps a version or the history, and a language that it would like."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar.datastructures import State

from service import clock, languages
from service.errors import NotFound
from service.hosting.answering import Form
from service.hosting.closing import check_open, check_readable
from service.hosting.copies import Copies
from service.hosting.finding import found_copy, version_of
from service.hosting.heads import Head

_NAMED = re.compile(r"([a-z0-9-]{3,63})/([a-z0-9-]{3,63})")


@dataclass(frozen=True)
class Meant:
    """`number` 0 is the history; `stored` is the copy's path below it, `path` the public one below the notice."""

    head: Head
    number: int
    language: str
    stored: str
    path: str

    @property
    def notice(self) -> str:
        return f"{self.head.tenant_slug}/{self.head.slug}"

    @property
    def address(self) -> str:
        return f"/n/{self.notice}/{self.path}"

    @property
    def frame(self) -> str:
        """The address of the same for a frame."""
        asked = {"notice": self.notice, "lang": self.language, "show": "" if self.number else "history"}
        if self.stored.startswith("v/"):
            asked["version"] = str(self.number)
        return "/embed/frame?" + urlencode({name: value for name, value in asked.items() if value}, safe="/")


async def find(
    state: State, notice: str, *, language: str = "", version: int | None = None, history: bool = False, accept_language: str | None = None
) -> Meant:
    """A page that embeds must never stay empty for want of a language: where `language` is not there, another one is.

    A notice with a successor is that one, as it is at its own address. Raises NotFound, NoticeGone, VersionRedacted.
    """
    copies: Copies = state.copies
    named = _NAMED.fullmatch(notice)
    head = await copies.head(named[1], named[2]) if named else None
    if head is None:
        raise NotFound("No published notice is called so. A notice is named as `tenant/notice`.")

    def chosen(available: list[str], default: str) -> str:
        return language if language in available else languages.negotiate(accept_language, available, default)

    if history:
        code = chosen(list(dict.fromkeys(code for one in reversed(head.schedule) for code in one.languages)), head.default_language)
        return Meant(head, 0, code, await _history(state, head, code), f"history/{code}")
    if version is not None:
        wanted = version_of(head, version)
        check_readable(head, wanted)
        code = chosen(wanted.languages, wanted.languages[0])
        return Meant(head, version, code, f"v/{code}", f"v/{version}/{code}")
    while head.succession and head.succession.successor:
        following = await copies.head(str(head.tenant_id), str(head.succession.successor))
        if following is None:
            break
        head = following
    await check_open(state, head, Form("", ""), None)
    present = head.in_force(clock.now())
    if present is None:
        raise NotFound("No version of the notice is in force. Its history lists those that there are.")
    check_readable(head, present)
    code = chosen(present.languages, present.languages[0])
    return Meant(head, present.number, code, code, code)


async def _history(state: State, head: Head, language: str) -> str:
    """Where the one is stored in which the version in force is marked, if there is that."""
    present = head.in_force(clock.now())
    marked = f"history/{present.number}/{language}" if present else ""
    return marked if present and await found_copy(state, head, 0, marked) else f"history/{language}"
