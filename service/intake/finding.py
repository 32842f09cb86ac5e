"""Look up what a person typed, and let `routing` judge it. `db` may be acting for nobody: all of this is for everybody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from service import clock
from service.intake.hinting import NoticeHint, Sought, sought
from service.intake.routing import Ambiguous, Found, NamedNotice, Notice, Routed, Shelf, Unknown, decide, has_ceased
from service.intake.schemas import ControllerHints
from tenants import directory
from tenants.database import Connection
from tenants.delegating import as_id
from tenants.directory import ENTRY_COLUMNS, Entry, entry_of, read_entry
from tenants.identifiers import typed_business_ids
from tenants.resembling import resembling

NEAR = 5
# A successor may have a successor of its own, and a processor's client too; a chain of more steps leads nowhere.
_STEPS = 10


async def route(db: Connection, hints: ControllerHints) -> Routed | Ambiguous | Unknown:
    asked, at = sought(hints), clock.now()
    decided = decide(asked, await _found(db, asked, at), at)
    if isinstance(decided, Unknown):
        return replace(decided, near=await _near(db, asked, decided.near))
    return decided


async def like(db: Connection, text: str) -> list[Entry]:
    """Controllers that may be meant by what somebody types into a search, at most five."""
    finnish, _ = typed_business_ids(text)
    holders = await directory.claimed_by(db, [finnish], limit=NEAR) if finnish else []
    return await directory.entries(db, holders or await resembling(db, [text], limit=NEAR))


async def _found(db: Connection, asked: Sought, at: datetime) -> Found:
    notices = [await _notice(db, hint) for hint in asked.notices]
    by_id = await directory.entries(db, [asked.controller_id]) if asked.controller_id else []
    bearers = []
    if asked.identifiers or asked.name_keys:
        bearers = await directory.bearers(db, asked.identifiers, asked.name_keys)
    others = await _others(db, (one.entry for one in bearers), at)
    reached = {one.entry.controller_id: one.entry for one in bearers} | others
    # Only between several there is something to decide.
    shelves = await _shelves(db, reached.values()) if len(reached) > 1 else []
    return Found(notices, by_id[0] if by_id else None, bearers, others, shelves)


async def _notice(db: Connection, hint: NoticeHint) -> NamedNotice | None:
    # A query for each way of naming: one that asked for a slug or an id would use the index of neither.
    which = "p.id = $1" if as_id(hint.notice) else "(p.slug = $1 OR p.former_slugs @> ARRAY[$1])"
    whose = f"t.{'id' if as_id(hint.tenant) else 'slug'} = $2" if hint.tenant else "true"
    rows = await db.fetch(
        f"""SELECT p.id, p.schedule, p.requests_to, entry.*
            FROM publications p JOIN tenants t ON t.id = p.tenant_id
            CROSS JOIN unnest(p.controller_ids) WITH ORDINALITY AS c (id, number), {entry_of("c.id")}
            WHERE {which} AND {whose} AND entry.tenant_id = p.tenant_id ORDER BY c.number""",
        *(as_id(name) or name for name in (hint.notice, hint.tenant) if name),
    )
    if not rows:
        return None
    entries = tuple(read_entry(row[-ENTRY_COLUMNS:]) for row in rows)
    return NamedNotice(Notice(rows[0]["id"], rows[0]["schedule"]), entries, rows[0]["requests_to"])


async def _others(db: Connection, entries: Iterable[Entry], at: datetime) -> dict[UUID, Entry]:
    """Those to whom a ceased company or a processor leads, and to whom they lead in turn."""
    found: dict[UUID, Entry] = {}
    reached = list(entries)
    for _ in range(_STEPS):
        wanted = {to for entry in reached for to in _leads(entry, at)} - found.keys()
        if not wanted:
            break
        reached = await directory.entries(db, wanted)
        found |= {entry.controller_id: entry for entry in reached}
    return found


def _leads(entry: Entry, at: datetime) -> tuple[UUID, ...]:
    if has_ceased(entry, at):
        return (entry.successor,) if entry.successor else ()
    return entry.processor_for


async def _shelves(db: Connection, entries: Iterable[Entry]) -> list[Shelf]:
    rows = await db.fetch(
        "SELECT controller_ids, requests_to, registers FROM publications WHERE tenant_id = ANY ($1) AND controller_ids && $2",
        *map(list, zip(*((entry.tenant_id, entry.controller_id) for entry in entries), strict=True)),
    )
    return [Shelf(frozenset(row["controller_ids"]), row["requests_to"], frozenset(row["registers"] or ())) for row in rows]


async def _near(db: Connection, asked: Sought, first: list[Entry]) -> list[Entry]:
    """Who may have been meant: who bears it with another form or at another time, who claims it, who has a name like it."""
    found = {entry.controller_id: entry for entry in first[:NEAR]}
    wanted: list[UUID] = []
    if len(found) < NEAR and asked.identifiers:
        wanted += await directory.claimed_by(db, asked.identifiers, limit=NEAR)
    if len(found) + len(wanted) < NEAR:
        wanted += await resembling(db, asked.texts, limit=NEAR)
    more = [one for one in dict.fromkeys(wanted) if one not in found][: NEAR - len(found)]
    return [*found.values(), *(await directory.entries(db, more) if more else [])]
