"""The bare route: the same body decoded, the same rows written in one transaction, the same answer. Nothing is routed, checked or sealed.

    python -m bench.bare DATA_DIR PORT ANSWER

ANSWER is one that Seloste gave. The pool, the role and the server's settings are those of `seloste serve`.
"""

import hashlib
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from bench import rows
from bench.seloste import POOL, app_role
from service import clock


class Body(msgspec.Struct):
    """What the load sends."""

    controller: dict[str, str]
    subject: dict[str, str]
    message: str
    type: str


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    def get_reset_query(self) -> str:
        """As Seloste has it: there is nothing to reset, and a round trip less."""
        return ""


class Writer:
    """One statement after the other, each prepared once per connection by asyncpg."""

    def __init__(self, pattern: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        self._pattern = pattern
        self._opening = "; ".join(rows.opening(pattern))
        self._statements = [_numbered(statement) for statement in rows.STATEMENTS.values()]
        self._answer = answer

    async def write(self, db: asyncpg.Connection, key: str, body: Body) -> dict[str, Any]:
        values = self._values(key, body)
        await db.execute(self._opening)
        for statement, names in self._statements:
            await db.execute(statement, *[values[name] for name in names])
        # Not reached after a fault: then the load gets a 500, and the benchmark ends.
        await db.execute("COMMIT")
        return {**self._answer, "reference": values["reference"], "received_at": values["received_at"]}

    def _values(self, key: str, body: Body) -> dict[str, Any]:
        pattern, request, hashed = self._pattern, clock.new_id(), hashlib.sha256(key.encode()).digest()
        return {
            **pattern,
            "key": hashed,
            "request": request,
            "reference": hashed.hex()[: len(pattern["reference"])],
            "reference_hash": hashlib.sha256(request.bytes).digest(),
            "received_at": clock.now(),
            "event_id": clock.new_id(),
            # In clear, and filled up to the length that a seal gives them.
            "subject": msgspec.json.encode(body.subject).ljust(len(pattern["subject"]))[: len(pattern["subject"])],
            "message": body.message.encode().ljust(len(pattern["message"])),
        }


def _numbered(statement: str) -> tuple[str, list[str]]:
    """With `$1`, `$2` ... for the names, and the names in that order."""
    names = list(dict.fromkeys(re.findall(r"{(\w+)}", statement)))
    return statement.format_map({name: f"${number}" for number, name in enumerate(names, 1)}), names


@get("/")
async def ready() -> str:
    return ""


@post("/", status_code=202)
async def receive(request: Request[Any, Any, Any], state: State, data: JSONBody[Body]) -> dict[str, Any]:
    async with state.pool.acquire() as db:
        written: dict[str, Any] = await state.writer.write(db, request.headers["idempotency-key"], data)
    return written


def build(data: Path, answer: Mapping[str, Any]) -> Litestar:
    @asynccontextmanager
    async def lasting(app: Litestar) -> AsyncIterator[None]:
        app.state.writer = Writer(await rows.pattern(data), answer)
        async with asyncpg.create_pool(**app_role(data), min_size=POOL, max_size=POOL, connection_class=_Connection) as app.state.pool:
            yield

    return Litestar([ready, receive], lifespan=[lasting], openapi_config=None, logging_config=None)


def main(data: str, port: str, answer: str) -> None:
    config = uvicorn.Config(
        build(Path(data), json.loads(answer)),
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
