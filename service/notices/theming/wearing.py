"""The theme that a tenant's pages wear, as it is stored."""

from typing import Any
from uuid import UUID

import msgspec

from service.notices.theming.schemas import Logo, Theme
from service.notices.theming.styling import Look
from tenants.database import Connection


async def look_of(db: Connection, tenant: UUID) -> Look | None:
    """None: as all pages look without a theme."""
    row = await db.fetchrow("SELECT theme, logo FROM themes WHERE tenant_id = $1", tenant)
    return look_in(row) if row and (row["theme"] or row["logo"]) else None


def look_in(row: Any) -> Look:
    return Look(
        msgspec.json.decode(row["theme"] or "{}", type=Theme),
        msgspec.json.decode(row["logo"], type=Logo) if row["logo"] else None,
    )


def worn_look(stored: str | None) -> Look | None:
    """From `publications.look`."""
    return msgspec.json.decode(stored, type=Look) if stored else None
