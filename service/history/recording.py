"""The one way to say "this happened", in the transaction in which it happens.

An event is `noun:verb`. It names who did it and to what, by ids; it carries no personal data, since history outlives it.
"""

from typing import Any
from uuid import UUID

import msgspec

from service import clock
from tenants.callers import Actor
from tenants.database import Connection
from tenants.writing import Write, write


async def record(
    db: Connection, tenant: UUID, event: str, actor: Actor, subject: dict[str, Any], details: dict[str, Any] | None = None
) -> None:
    """`db` is acting for `tenant`; `subject` holds ids (`{"notice": ..., "number": 3}`)."""
    await write(db, recorded(tenant, event, actor, subject, details))


def recorded(tenant: UUID, event: str, actor: Actor, subject: dict[str, Any], details: dict[str, Any] | None = None) -> Write:
    """The same, to be sent together with what happened."""
    return Write(
        "INSERT INTO history (id, tenant_id, at, event, actor, subject, details) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        (
            clock.new_id(),
            tenant,
            clock.now(),
            event,
            msgspec.json.encode(actor).decode(),
            msgspec.json.encode(subject).decode(),
            msgspec.json.encode(details or {}).decode(),
        ),
    )
