"""A notice with what befell it: as the management API shows it, and for what the world is shown."""

from typing import Any
from uuid import UUID

import msgspec

from service.errors import NotFound
from service.notices.schemas import Fate, Notice, Succession
from service.settings import Settings
from tenants.database import Connection
from tenants.delegating import as_id

# Of each kind of fate the newest holds; a notice may be withdrawn and have a successor.
NOTICES = """
SELECT n.*, (SELECT max(v.number) FROM versions v WHERE v.tenant_id = n.tenant_id AND v.notice_id = n.id) AS latest_version,
       ARRAY (SELECT s.slug FROM notice_slugs s WHERE s.tenant_id = n.tenant_id AND s.notice_id = n.id AND s.slug <> n.slug
              ORDER BY s.since, s.slug) AS former_slugs,
       w.fate AS withdrawal, w.at AS withdrawn_at, w.reason AS withdrawal_reason,
       e.fate AS succession, e.at AS succeeded_at, e.reason AS succession_reason, e.successor_id
FROM notices n
LEFT JOIN LATERAL (SELECT f.* FROM notice_fates f WHERE f.tenant_id = n.tenant_id AND f.notice_id = n.id
                   AND f.fate IN ('withdrawn', 'put_back') ORDER BY f.number DESC LIMIT 1) w ON true
LEFT JOIN LATERAL (SELECT f.* FROM notice_fates f WHERE f.tenant_id = n.tenant_id AND f.notice_id = n.id
                   AND f.fate IN ('succeeded', 'retired', 'resumed') ORDER BY f.number DESC LIMIT 1) e ON true
"""


async def find(db: Connection, tenant: UUID, notice: str, *, lock: bool = False) -> Any:
    """By its slug, one that it had, or its id."""
    known = "n.tenant_id = $1 AND n.id = coalesce($3, (SELECT notice_id FROM notice_slugs WHERE tenant_id = $1 AND slug = $2))"
    wanted = (tenant, notice, as_id(notice))
    if lock:
        # In a statement of its own: what befell the notice while this one waited is seen by the next.
        await db.execute(f"SELECT FROM notices n WHERE {known} FOR UPDATE", *wanted)
    if (row := await db.fetchrow(f"{NOTICES} WHERE {known}", *wanted)) is None:
        raise NotFound("There is no such notice here.")
    return row


def withdrawal_of(row: Any) -> Fate | None:
    return Fate(row["withdrawn_at"], msgspec.json.decode(row["withdrawal_reason"])) if row["withdrawal"] == "withdrawn" else None


def succession_of(row: Any) -> Succession | None:
    if row["succession"] not in ("succeeded", "retired"):
        return None
    return Succession(row["succeeded_at"], msgspec.json.decode(row["succession_reason"]), row["successor_id"])


def described(row: Any, tenant_slug: str, settings: Settings) -> Notice:
    """A row of `NOTICES` as it is shown."""
    made = {"title", "url", "withdrawal", "succession"}
    return Notice(
        **{name: row[name] for name in Notice.__struct_fields__ if name not in made},
        title=msgspec.json.decode(row["title"]),
        url=f"{settings.public_origin}/n/{tenant_slug}/{row['slug']}",
        withdrawal=withdrawal_of(row),
        succession=succession_of(row),
    )
