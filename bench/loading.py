"""The load on the intake: connections that each post, wait for the whole answer, and post again. Only as much HTTP as that needs."""

import asyncio
import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import uvloop

from bench.machine import CannotMeasure

CLIENTS = 16
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """Where to post, and what: always the same body, each time under a new Idempotency-Key."""

    port: int
    path: str
    body: bytes

    def posts(self) -> Iterator[bytes]:
        head = (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\ncontent-type: application/json\r\n"
            f'content-length: {len(self.body)}\r\nidempotency-key: "{time.time_ns():x}-'
        ).encode()
        for number in itertools.count():
            yield b'%b%010d"\r\n\r\n%b' % (head, number, self.body)


@dataclass(frozen=True)
class Loaded:
    answers: int
    seconds: float
    client_share: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def load(target: Target, *, seconds: float = 60, posts: int | None = None) -> Loaded:
    """For some seconds, or so many posts. What was sent is waited for, and every answer must be a 202."""
    begun, used = time.perf_counter(), time.process_time()
    answers = uvloop.run(_load(target, begun + seconds, posts))
    took = time.perf_counter() - begun
    return Loaded(answers, took, (time.process_time() - used) / took)


async def _load(target: Target, until: float, posts: int | None) -> int:
    loop, sent = asyncio.get_running_loop(), itertools.islice(target.posts(), posts)
    clients = [_Client(sent, until, loop.create_future()) for _ in range(CLIENTS)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", target.port)  # type: ignore[misc]
    return sum(await asyncio.gather(*(client.ended for client in clients)))


class _Client(asyncio.Protocol):
    def __init__(self, posts: Iterator[bytes], until: float, ended: "asyncio.Future[int]") -> None:
        self._posts = posts
        self._until = until
        self.ended = ended
        self._held = b""
        self._answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are none by descent
        self._post()

    def _post(self) -> None:
        post = next(self._posts, None) if time.perf_counter() < self._until else None
        if post is not None:
            self._transport.write(post)
        else:
            self.ended.set_result(self._answers)
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, _, body = self._held.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return
        if not head.startswith(b"HTTP/1.1 202 "):
            self._fail(f"A post was answered with {self._held[:500]!r}.")
            return
        self._answers += 1
        self._held = b""
        self._post()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"A server closed its connection in the middle: {error or 'without an error'}.")

    def _fail(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(CannotMeasure(why))
