"""Taking turns at heavy work: a few at once, some who wait, and the rest are told to come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.errors import Unavailable


class Turns:
    def __init__(self, at_once: int, waiting: int) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._inside = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Who would wait long is better told at once: each who waits holds a request and its body in memory."""
        if self._inside >= self._room:
            raise Unavailable("Too many ask for this at once. Try again in a moment.", headers={"retry-after": "5"})
        self._inside += 1
        try:
            async with self._turns:
                yield
        finally:
            self._inside -= 1
