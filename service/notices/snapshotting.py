"""Controllers as they stand now: what a draft's variables show, what a check compares with, what a version freezes."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from service.notices.content import ControllerSnapshot
from tenants.database import Connection


async def snapshots(db: Connection, tenant: UUID, ids: Sequence[UUID]) -> list[ControllerSnapshot]:
    rows = {row["id"]: row for row in await db.fetch("SELECT * FROM controllers WHERE tenant_id = $1 AND id = ANY ($2)", tenant, ids)}
    snapshots = []
    for controller_id in ids:
        row = rows[controller_id]
        fields = {name: row[name] for name in ControllerSnapshot.__struct_fields__ if name not in ("id", "dpo")}
        dpo = msgspec.json.decode(row["dpo"]) if row["dpo"] else None
        snapshots.append(ControllerSnapshot(id=str(controller_id), dpo=dpo, **fields))
    return snapshots
