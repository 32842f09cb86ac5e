"""What the routes answered is kept as it was sent, so that the fast lane can say it again.

Recorded is only what a route says is for everybody and stands until an instant (`answering.answer`), and only for requests that
hold nothing by which an answer could differ but what it is kept by: address, language, encoding, and whether the reader has it
already. So what is repeated cannot be another answer than the routes would give.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from service.hosting import negotiating
from service.hosting.keeping import ENTRY_BYTES, Kept
from service.hosting.negotiating import LOOKED_AT

Headers = Iterable[tuple[bytes, bytes]]

# A larger body is handed over beside its head: joined, it would be held once more for each reader who takes it slowly.
LARGE = 65536
# By what else an answer varied, it would have to be kept.
_VARIES_BY = {b"accept-encoding", b"accept-language", b"accept-datetime"}
# So many requests are remembered as they came.
_HEARD = 2000
# What only one answer can carry.
_OF_ONE_ANSWER = {b"date", b"connection", b"transfer-encoding", b"set-cookie"}


@dataclass(frozen=True)
class Standing:
    """For how long an answer stands, in seconds since 1970: within it no version comes into force."""

    notice_id: UUID | None
    since: float
    until: float

    def holds(self, at: float) -> bool:
        return self.since <= at < self.until


ALWAYS = Standing(None, 0.0, float("inf"))


class Said:
    """An answer as it was sent, but for the date."""

    __slots__ = ("_begins", "_dated", "_ends", "body", "head", "route", "status", "whole")

    def __init__(self, status: int, headers: Headers, body: bytes, route: str) -> None:
        self.status = status
        self.route = route
        self.body = body
        self._begins = STATUS_LINE[status]
        self._ends = _lines(headers) + b"\r\n"
        self._dated: object = None
        self.head = b""
        # Head and body, where the body is small enough to be held twice.
        self.whole: bytes | None = None

    @property
    def size(self) -> int:
        return 2 * len(self._ends) + len(self.body) * (2 if len(self.body) <= LARGE else 1) + 400

    def dated(self, headers: list[tuple[bytes, bytes]]) -> "Said":
        """With uvicorn's own headers, which are a new list each second."""
        if headers is not self._dated:
            self.head = self._begins + _lines(headers) + self._ends
            self.whole = self.head + self.body if len(self.body) <= LARGE else None
            self._dated = headers
        return self


def _lines(headers: Headers) -> bytes:
    return b"".join(b"%b: %b\r\n" % (name.lower(), value) for name, value in headers)


@dataclass(slots=True)
class Form:
    """A page in one language and encoding: said in full, and to who has it already."""

    tag: bytes
    full: Said | None = None
    unchanged: Said | None = None


@dataclass(slots=True)
class Page:
    """What was said at an address."""

    standing: Standing
    # The languages to choose from, and the one where none is wanted; nothing where the address names it.
    offer: tuple[tuple[str, ...], str] | None
    forms: dict[tuple[str, str], Form] = field(default_factory=dict)

    @property
    def size(self) -> int:
        said = [one for form in self.forms.values() for one in (form.full, form.unchanged) if one]
        return ENTRY_BYTES * len(self.forms) + sum(one.size for one in said)


class Question:
    """All that an answer depends on."""

    __slots__ = ("accept_language", "address", "encoding", "is_head", "known")

    def __init__(self, address: bytes, is_head: bool, headers: Mapping[bytes, bytes]) -> None:
        self.address = address
        self.is_head = is_head
        self.accept_language = headers.get(b"accept-language", b"")[:LOOKED_AT]
        self.encoding = negotiating.encoding(headers.get(b"accept-encoding", b"")[:LOOKED_AT])
        self.known = headers.get(b"if-none-match")


@dataclass(slots=True)
class Asked:
    """A request whose answer may be recorded, and what the routes then say of that answer."""

    address: bytes
    at: float
    word: int
    offer: tuple[tuple[str, ...], str] | None = None
    standing: Standing | None = None
    language: str = ""
    encoding: str = ""
    tag: bytes = b""
    route: str = ""

    @classmethod
    def of(cls, scope: Any) -> "Asked | None":
        found: Asked | None = scope["state"].get(cls.__name__)
        return found

    def answered(self, standing: Standing, language: str, encoding: str, tag: bytes, route: str) -> None:
        self.standing, self.language, self.encoding, self.tag, self.route = standing, language, encoding, tag, route

    def go_with(self, scope: Any) -> None:
        scope["state"][type(self).__name__] = self


class Recorder:
    """The answers that can be said again. One per process."""

    def __init__(self, room: int) -> None:
        self._pages: Kept[bytes, Page] = Kept(room)
        # Counts what was told: an answer from before the last word is not kept.
        self._word = 0
        # Requests, as they came, that were answered here: who asks again need not be read again.
        self.heard: dict[bytes, Question] = {}
        self.recorded = 0
        self.repeated = 0

    def asked(self, address: bytes) -> Asked:
        return Asked(address, time.time(), self._word)

    def find(self, question: Question) -> Said | None:
        """What was said to this question before, if that stands."""
        page = self._pages.get(question.address)
        if page is None or not page.standing.holds(time.time()):
            return None
        language = negotiating.language(question.accept_language, *page.offer) if page.offer else ""
        form = page.forms.get((language, question.encoding))
        if form is None:
            return None
        return form.full if question.known is None or not negotiating.matches(question.known, form.tag) else form.unchanged

    def hear(self, request: bytes, question: Question) -> None:
        """`request` are all bytes of it."""
        if len(self.heard) >= _HEARD:
            self.heard.clear()
        self.heard[request] = question

    def keep(self, asked: Asked, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        standing = asked.standing
        if standing is None or asked.word != self._word or not (standing.holds(asked.at) and standing.holds(time.time())):
            return
        if status not in (200, 304) or not _is_for_all(headers):
            return
        page = self._pages.get(asked.address)
        if page is None or page.standing != standing or page.offer != asked.offer:
            page = Page(standing, asked.offer)
        form = page.forms.setdefault((asked.language if asked.offer else "", asked.encoding), Form(asked.tag))
        said = Said(status, headers, body, asked.route)
        if status == 200:
            form.full = said
        else:
            form.unchanged = said
        self._pages.put(asked.address, page, page.size, standing.notice_id)
        self.recorded += 1

    def forget(self, notice_ids: Iterable[UUID] | None = None) -> None:
        """Say nothing again that was said of these notices, or of all, nor what is being said now."""
        self._word += 1
        self._pages.forget(notice_ids)

    def over(self, app: ASGIApp) -> ASGIApp:
        """`app`, listened to. The outermost layer, so that what is kept is what goes out."""

        async def listened_to(scope: Scope, receive: Receive, send: Send) -> None:
            asked = Asked.of(scope) if scope["type"] == ScopeType.HTTP else None
            if asked is None:
                await app(scope, receive, send)
                return
            messages: list[Any] = []

            async def listening(message: Message) -> None:
                await send(message)
                messages.append(message)

            await app(scope, receive, listening)
            if len(messages) == 2 and not messages[1].get("more_body"):
                start, end = messages
                self.keep(asked, start["status"], list(start["headers"]), end.get("body", b""))

        return listened_to


def _is_for_all(headers: Headers) -> bool:
    for name, value in headers:
        name = name.lower()
        if name in _OF_ONE_ANSWER or (name == b"vary" and not {part.strip().lower() for part in value.split(b",")} <= _VARIES_BY):
            return False
    return True
