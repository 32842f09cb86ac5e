"""The directory of the corpus in a database of its own, as if each tenant had written it and the operator had verified it."""

import asyncio
import datetime
import json
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from service import preparing
from service.clock import new_id
from service.settings import Settings
from tenants import directory as rules
from tenants.database import Place
from tenants.embedded import Embedded
from tenants.identifiers import domain
from tenants.naming import fold_name
from tests.intake.routing.corpus import Claim, Controller, directory

AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
ZONES = {"FI": "Europe/Helsinki", "SE": "Europe/Stockholm", "EE": "Europe/Tallinn", "DE": "Europe/Berlin"}
Rows = list[dict[str, Any]]


async def prepared(data: Path) -> tuple[Embedded, Place]:
    """A database of today, without anybody in it."""
    settings = Settings(data_dir=str(data))
    place = await asyncio.to_thread(preparing.start_database, settings)
    await preparing.migrate(place, settings)
    return preparing.embedded_in(settings), place


async def load(place: Place) -> dict[str, UUID]:
    """Says which id each key got."""
    known = directory()
    ids = {key: new_id() for key in known}
    tenants = {controller.tenant: new_id() for controller in known.values()}
    admin = await place.connect_as_admin()
    try:
        await copy(admin, "tenants", [{"id": tenant, "slug": slug, "created_at": AT} for slug, tenant in tenants.items()])
        await keep(admin, [(tenants[one.tenant], ids[key], record(one, ids), one) for key, one in known.items()])
        await _publish(admin, tenants, ids)
    finally:
        await admin.close()
    return ids


async def keep(admin: asyncpg.Connection, kept: list[tuple[UUID, UUID, dict[str, Any], Controller | None]]) -> None:
    """Controllers and what they claim; of one that is not from the corpus, all is verified."""
    marks = {"revision": 1, "created_at": AT, "updated_at": AT}
    await copy(
        admin,
        "controllers",
        [
            {"tenant_id": tenant, "id": one, **said, "periods": json.dumps(said["periods"], default=str), **marks}
            for tenant, one, said, _ in kept
        ],
    )
    found: Rows = []
    for tenant, one, said, told in kept:
        whose = {"tenant_id": tenant, "controller_id": one, "country": said["country"], "time_zone": said["time_zone"], "claimed_at": AT}
        for claim in rules.claims(said):
            verified_at = AT if told is None or _verified(told, claim) else None
            found.append({**whose, **vars(claim), "id": new_id(), "verified_at": verified_at})
    await copy(admin, "directory", found)
    await admin.execute("ANALYZE directory")


def record(controller: Controller, ids: dict[str, UUID]) -> dict[str, Any]:
    """As the API would keep it. Parallel names are kept among the brands."""
    brands, former = (*controller.brands, *controller.parallel_names), controller.former_names
    return {
        "name": controller.name.text,
        "business_id": controller.business_id.text if controller.business_id else None,
        "address": f"Esimerkkikatu 1\n00100 {controller.town}",
        "brands": [claim.text for claim in brands],
        "former_names": [claim.text for claim in former],
        "domains": [domain(claim.text) for claim in controller.domains],
        "country": controller.country,
        "time_zone": ZONES[controller.country],
        "languages": ["fi"],
        "periods": [
            {"name": claim.text, "since": _day(claim.since), "until": _day(claim.until)}
            for claim in (*brands, *former)
            if claim.since or claim.until
        ],
        "ceased_on": _day(controller.ceased),
        "successor_id": ids[controller.successor.text] if controller.successor else None,
        "processor_for": [ids[key] for key in controller.processor_for],
    }


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _verified(controller: Controller, claim: rules.Claim) -> bool:
    if claim.kind == "successor":
        return controller.successor is not None and controller.successor.verified
    told: dict[str, tuple[Claim | None, ...]] = {
        "legal_name": (controller.name,),
        "business_id": (controller.business_id,),
        "brand": (*controller.brands, *controller.parallel_names),
        "former_name": controller.former_names,
        "domain": controller.domains,
    }
    written = {one.text: one.verified for one in told.get(claim.kind, ()) if one}
    if claim.kind == "domain":
        written = {domain(text): verified for text, verified in written.items()}
    return written.get(claim.value, True)


async def _publish(admin: asyncpg.Connection, tenants: dict[str, UUID], ids: dict[str, UUID]) -> None:
    sharing: dict[tuple[str, str], list[tuple[UUID, bool, str | None]]] = defaultdict(list)
    for key, controller in directory().items():
        for notice in controller.notices:
            sharing[controller.tenant, notice.slug].append((ids[key], notice.desk, notice.register))
    notices, publications = [], []
    for (tenant, slug), shared in sharing.items():
        common = {
            "tenant_id": tenants[tenant],
            "id": new_id(),
            "slug": slug,
            "default_language": "fi",
            "controller_ids": [one for one, _, _ in shared],
            "requests_to": next((one for one, desk, _ in shared if desk), None),
        }
        registers = sorted({fold_name(register) for _, _, register in shared if register})
        notices.append({**common, "kind": "privacy_notice", "title": "{}", "languages": ["fi"], "created_at": AT, "updated_at": AT})
        publications.append({**common, "schedule": "[]", "changed_at": AT, "registers": registers})
    await copy(admin, "notices", notices)
    await copy(admin, "publications", publications)
    await admin.execute("ANALYZE publications")


async def copy(admin: asyncpg.Connection, table: str, rows: Rows) -> None:
    await admin.copy_records_to_table(table, columns=list(rows[0]), records=[tuple(row.values()) for row in rows])
