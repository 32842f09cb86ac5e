"""Open what is sealed of a request: in its own row, and in what hangs on it (moves, messages)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from service import sealing
from service.errors import NotFound
from service.sealing import TenantKeys
from tenants.database import Connection


@dataclass(frozen=True)
class Opened:
    """A request's row, and its data key while that is there: it is destroyed when the content's time is over."""

    row: Any
    key: bytes | None

    def field(self, name: str) -> Any:
        """What is sealed in a column of the request's row."""
        return self.unsealed(self.row[name], self.row["id"], name)

    def unsealed(self, sealed: bytes | None, record: UUID, name: str) -> Any:
        if sealed is None or self.key is None:
            return None
        return msgspec.msgpack.decode(sealing.unseal(self.key, sealed, self.row["tenant_id"], record, name))

    def sealed(self, value: Any, record: UUID, name: str) -> bytes:
        assert self.key is not None, "nothing is written to a case whose content was destroyed"
        return sealing.seal(self.key, msgspec.msgpack.encode(value), self.row["tenant_id"], record, name)


async def opened(db: Connection, tenant: UUID, request_id: UUID, keys: TenantKeys, *, lock: bool = False) -> Opened:
    """`db` is acting for `tenant`. With `lock`, nothing befalls the case until this transaction ends."""
    row = await db.fetchrow(
        f"""SELECT r.*, k.wrapped FROM requests r LEFT JOIN request_keys k ON k.tenant_id = r.tenant_id AND k.id = r.id
            WHERE r.tenant_id = $1 AND r.id = $2 {"FOR UPDATE OF r" if lock else ""}""",
        tenant,
        request_id,
    )
    if row is None:
        raise NotFound("There is no such request here.")
    if row["wrapped"] is None or row["destroyed_at"]:
        return Opened(row, None)
    return Opened(row, sealing.unseal(await keys.of(db, tenant), row["wrapped"], tenant, request_id, "data key"))
