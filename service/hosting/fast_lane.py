"""The fast lane: what the routes have answered is said again where uvicorn reads requests, before any route.

It knows nothing of notices. A request with anything unusual about it goes the usual way, and so does one whose answer was not
recorded, or that comes while another is being answered: that keeps answers in order.
"""

import asyncio
import ipaddress
import re
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service import errors
from service.admitting import HEADERS
from service.hosting.recording import Asked, Question, Recorder, Said
from service.settings import Settings

log = structlog.get_logger()

# A request with one of these asks for more than what everybody gets, or says that more of it is coming.
_UNUSUAL = frozenset(
    b"authorization cookie range if-range if-match if-unmodified-since accept-datetime prefer expect upgrade http2-settings "
    b"content-length transfer-encoding trailer te x-http-method-override".split()
)
_PUBLIC = (b"/n/", b"/embed/")
# Everything else in an address can be written in two ways.
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
_LONGEST_ADDRESS = 300
# The head of a request is held in memory until it ends.
_LONGEST_HEAD = 65536
# A longer request is not remembered as it came.
_LONGEST_HEARD = 1000
_DRAIN_SECONDS = 2.0
_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|[A-Za-z0-9._-]{0,255})(?::[0-9]{0,5})?")


class FastLane(HttpToolsProtocol):
    """`hosts`: under which names we are known, as `Host` says them. `tells`: whether each answer goes to the log."""

    def __init__(self, recorder: Recorder, hosts: frozenset[bytes], *, tells: bool, **made_by_uvicorn: Any) -> None:
        super().__init__(**made_by_uvicorn)
        self._recorder = recorder
        self._hosts = hosts
        self._tells = tells
        # Whether the parser stands between two requests, the last of which was usual.
        self._at_rest = True
        self._in_head = False
        self._head_bytes = 0
        self._complaint = ""
        # What was sent was no request, and more is not read.
        self._is_done = False
        self._question: Question | None = None
        self._said: Said | None = None
        self._said_at = 0.0
        self._closing: asyncio.TimerHandle | None = None
        # How many requests ended in what was last received.
        self._ended = 0

    def data_received(self, data: bytes) -> None:
        if self._at_rest:
            # Bytes that were read as one whole request once are the same request again.
            question = self._recorder.heard.get(data)
            if question is not None and self._is_idle() and (said := self._recorder.find(question)) is not None:
                self._say(said, question)
                return
            self._ended, self._said = 0, None
            super().data_received(data)
            # Neither the beginning of another request came along, nor something that is none.
            alone = self._at_rest and self._ended == 1 and not self.transport.is_closing()
            if alone and self._said and self._question and len(data) <= _LONGEST_HEARD:
                self._recorder.hear(data, self._question)
        elif not self._is_done:
            super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _LONGEST_HEAD:
                self._in_head = False
                self.send_400_response(f"The address and the headers of a request may have {_LONGEST_HEAD // 1024} KiB together.")

    def on_message_begin(self) -> None:
        # uvicorn also makes a scope here, which most requests will not need.
        self.url = b""
        self.headers = []
        self._at_rest = False
        self._in_head = True
        self._head_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._question = question = self._usual()
        self._said = self._recorder.find(question) if question and self._is_idle() else None
        if self._said is None:
            if question is None:
                self._check_host()
            can_be_kept = question and self.url.startswith(_PUBLIC) and len(self.url) <= _LONGEST_ADDRESS and _PLAIN.issuperset(self.url)
            self._go_the_usual_way(self._recorder.asked(question.address) if question and can_be_kept else None)

    def on_message_complete(self) -> None:
        self._ended += 1
        self._at_rest = self._question is not None
        if self._said is None:
            super().on_message_complete()
        else:
            assert self._question is not None
            self._say(self._said, self._question)

    def _check_host(self) -> None:
        """RFC 9112 section 3.2: one, and it is a host. Whoever stands between could have read another; litestar fails at some."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and self.parser.get_http_version() == "1.1") or not all(map(_is_host, hosts)):
            self._complaint = "A request has one Host: a name or an address, and perhaps a port."
            raise ValueError(self._complaint)

    def _usual(self) -> Question | None:
        """The request, if there is nothing about it but what everybody sends."""
        parser, headers = self.parser, dict(self.headers)
        host, method = headers.get(b"host"), parser.get_method()
        if (
            host in self._hosts
            and method in (b"GET", b"HEAD")
            # A header that comes twice can be read in two ways.
            and len(headers) == len(self.headers)
            and _UNUSUAL.isdisjoint(headers)
            # Beside a tag a date says nothing (RFC 9110 section 13.1.3).
            and (b"if-modified-since" not in headers or b"if-none-match" in headers)
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
        ):
            return Question(host + self.url, method == b"HEAD", headers)
        return None

    def _is_idle(self) -> bool:
        """Whether all that was asked before on this connection has been answered and taken."""
        return self._is_answered() and self.transport.get_write_buffer_size() == 0 and not self.transport.is_closing()

    def _is_answered(self) -> bool:
        return (self.cycle is None or self.cycle.response_complete) and not self.pipeline

    def _go_the_usual_way(self, asked: Asked | None) -> None:
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        if asked is not None:
            asked.go_with(self.scope)
        super().on_headers_complete()

    def _say(self, said: Said, question: Question) -> None:
        if self._tells:
            log.debug("request", method="HEAD" if question.is_head else "GET", route=said.route, status=said.status, ms=0.0, lane="fast")
        said.dated(self.server_state.default_headers)
        if question.is_head:
            self.transport.write(said.head)
        elif said.whole is not None:
            self.transport.write(said.whole)
        else:
            self.transport.writelines((said.head, said.body))
        self._recorder.repeated += 1
        self.server_state.total_requests += 1
        self._said_at = self.loop.time()
        if self.timeout_keep_alive_task is not None:
            self._unset_keepalive_if_required()
        if self._closing is None:
            self._closing = self.loop.call_later(self.timeout_keep_alive, self._close_if_unasked)

    def _close_if_unasked(self) -> None:
        """As uvicorn does where it gave the last answer. One timer that looks at the clock again, since one for each answer is dear."""
        self._closing = None
        left = self._said_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._closing = self.loop.call_later(left, self._close_if_unasked)
        elif self._at_rest and self._is_answered() and self.timeout_keep_alive_task is None:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """For what is no request. uvicorn's comes as plain text, and in the middle of an answer that is still being given."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and not cycle.more_body:
            # What was asked before was asked well, and is answered; then the connection ends.
            cycle.keep_alive = False
            return
        body = msgspec.json.encode(errors.MalformedRequest(self._complaint or msg).document())
        headers = [
            (b"content-type", errors.MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *HEADERS,
        ]
        refusal = Said(400, headers, body, "-").dated(self.server_state.default_headers)
        self.transport.write(refusal.head + refusal.body)
        # Closed at once, what the other side still sends would take the answer from it. So we hang up, and do not listen any more.
        self._at_rest, self._is_done = False, True
        self.transport.write_eof()
        self.loop.call_later(_DRAIN_SECONDS, self.transport.close)


def _is_host(value: bytes) -> bool:
    match = _HOST.fullmatch(value.decode("latin-1"))
    if match is None or match["six"] is None:
        return match is not None
    try:
        return bool(ipaddress.IPv6Address(match["six"]))
    except ValueError:
        return False


def lane(recorder: Recorder, settings: Settings) -> Any:
    """What makes uvicorn's protocol for each connection."""
    hosts = frozenset(urlsplit(origin).netloc.encode() for origin in (settings.public_origin, settings.own_origin))
    return partial(FastLane, recorder, hosts, tells=settings.log_level == "debug")
