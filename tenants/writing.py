"""Several writes in one round trip: each says what it writes, and whoever has them all sends them together."""

import functools
import re
from typing import Any, NamedTuple

from tenants.database import Connection


class Write(NamedTuple):
    """An INSERT, UPDATE or DELETE with its own `$1`, `$2` ..., and the values for them."""

    statement: str
    values: tuple[Any, ...]


async def write(db: Connection, *writes: Write) -> None:
    """All of them or none, as one statement. None sees what another writes; keys across tables are checked when all is written."""
    await db.execute(_together(tuple(one.statement for one in writes)), *(value for one in writes for value in one.values))


@functools.lru_cache(maxsize=256)
def _together(statements: tuple[str, ...]) -> str:
    """Always the same text for the same statements, so that the connection prepares it once."""
    numbered, before = [], 0
    for statement in statements:
        numbered.append(re.sub(r"\$(\d+)", lambda found, before=before: f"${int(found[1]) + before}", statement))  # type: ignore[misc]
        before += max((int(number) for number in re.findall(r"\$(\d+)", statement)), default=0)
    *others, last = numbered
    if not others:
        return last
    return "WITH " + ", ".join(f"write_{position} AS ({other})" for position, other in enumerate(others)) + f" {last}"
