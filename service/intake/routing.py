"""Which controller is meant. Strongest hint first; a conflict between two hits stops and asks.

A notice, its address or a controller's id name their controller themselves, verified or not. A business id, a domain or
a name routes only when the operator has verified whose it is.
"""

import contextlib
import re
from dataclasses import dataclass
from uuid import UUID

from service.intake.schemas import ControllerHints
from tenants import directory
from tenants.database import Connection
from tenants.delegating import as_id
from tenants.directory import Entry, NotAnIdentifier

NEAR = 5


@dataclass(frozen=True)
class Notice:
    """A published notice; `schedule` is JSON, as publications keep it."""

    id: UUID
    schedule: str


@dataclass(frozen=True)
class Routed:
    """Delivered to `entry`; `notice` is the one that the person came from, if any."""

    entry: Entry
    matched_by: str
    notice: Notice | None = None


@dataclass(frozen=True)
class Ambiguous:
    """Several are meant by what was given. Only verified candidates can be chosen."""

    candidates: list[Entry]
    near: list[Entry]


@dataclass(frozen=True)
class Unknown:
    """No verified controller fits; `near` are for showing."""

    near: list[Entry]


@dataclass(frozen=True)
class _Hit:
    matched_by: str
    controllers: list[Entry]
    notice: Notice | None = None


async def route(db: Connection, hints: ControllerHints) -> Routed | Ambiguous | Unknown:
    """`db` may be acting for nobody: the directory and publications are for everybody."""
    hits = [hit for hit in await _hits(db, hints) if hit.controllers]
    if not hits:
        return Unknown(await _near(db, hints))
    first = hits[0]
    fitting, conflicting = first.controllers, False
    for hit in hits[1:]:
        agreed = [controller for controller in fitting if controller in hit.controllers]
        if not agreed:
            conflicting, fitting = True, fitting + hit.controllers
        elif not conflicting:
            fitting = agreed
    if not conflicting and (len(fitting) == 1 or first.matched_by == "notice"):
        # A notice of several controllers names the one that answers for it first.
        return Routed(fitting[0], first.matched_by, first.notice)
    several = sorted(set(fitting), key=lambda entry: (entry.name, entry.controller_id))
    verified = [entry for entry in several if entry.verified]
    others = [entry for entry in several if not entry.verified]
    return Ambiguous(verified, others[:NEAR]) if verified else Unknown(others[:NEAR])


async def _hits(db: Connection, hints: ControllerHints) -> list[_Hit]:
    """In order of strength; text that cannot be such an identifier hits nothing."""
    hits = [await _by_notice(db, named) for named in (hints.notice, hints.notice_url) if named]
    if hints.controller_id:
        hits.append(_Hit("controller_id", await directory.entries(db, [hints.controller_id])))
    if hints.business_id:
        hits.append(_Hit("business_id", await directory.verified_by(db, ["business_id"], _business_ids(hints.business_id))))
    for host in _hosts(hints):
        hits.append(_Hit("domain", await directory.owners_of_domain(db, host)))
    if hints.name and (folded := directory.fold_name(hints.name)):
        hits.append(_Hit("name", await directory.verified_by(db, ["legal_name", "former_name"], [folded])))
    if hints.brand and (folded := directory.fold_name(hints.brand)):
        hits.append(_Hit("brand", await directory.verified_by(db, ["brand"], [folded])))
    return hits


async def _by_notice(db: Connection, named: str) -> _Hit:
    """Its controllers, the one that answers for it first."""
    tenant, notice = _notice_named(named)
    if notice is None:
        return _Hit("notice", [])
    # A query for each way of naming: one that asked for a slug or an id would use the index of neither.
    which = "p.id = $1" if as_id(notice) else "(p.slug = $1 OR p.former_slugs @> ARRAY[$1])"
    whose = f"t.{'id' if as_id(tenant) else 'slug'} = $2" if tenant else "true"
    rows = await db.fetch(
        f"""SELECT entries.*, p.id AS notice_id, p.schedule
            FROM publications p JOIN tenants t ON t.id = p.tenant_id JOIN {directory.ENTRIES} ON controller_id = ANY (p.controller_ids)
            WHERE {which} AND {whose}
            ORDER BY array_position(p.controller_ids, controller_id)""",
        *(as_id(name) or name for name in (notice, tenant) if name),
    )
    notice_found = Notice(rows[0]["notice_id"], rows[0]["schedule"]) if rows else None
    return _Hit("notice", [Entry(*row[:-2]) for row in rows], notice_found)


def _notice_named(text: str) -> tuple[str | None, str | None]:
    """Tenant and notice from `tenant/notice`, from a notice's address, or from a notice's id alone."""
    if as_id(text.strip()):
        return None, text.strip()
    match = re.search(r"(?:^|/n/)([a-z0-9-]{3,63})/([a-z0-9-]{3,63})(?:$|[/.])", re.split(r"[?#]", text.strip())[0])
    return (match[1], match[2]) if match else (None, None)


def _business_ids(text: str) -> list[str]:
    """As a Finnish one and as another country's: eight digits may be either, and the person need not say which."""
    found = []
    for country in ("FI", ""):
        with contextlib.suppress(NotAnIdentifier):
            found.append(directory.business_id(text, country))
    return found


def _hosts(hints: ControllerHints) -> list[str]:
    hosts = []
    # A notice's address that is not ours still tells whose site it stood on.
    elsewhere = hints.notice_url if hints.notice_url and _notice_named(hints.notice_url)[1] is None else None
    for text in (hints.domain, elsewhere):
        if text:
            try:
                hosts.append(directory.domain(text))
            except NotAnIdentifier:
                continue
    return hosts


async def _near(db: Connection, hints: ControllerHints) -> list[Entry]:
    found: list[UUID] = []
    for number in _business_ids(hints.business_id or ""):
        found += await directory.claimed_by(db, "business_id", number, limit=NEAR)
    for host in _hosts(hints):
        found += await directory.claimed_by(db, "domain", host, limit=NEAR)
    for name in (hints.name, hints.brand):
        if name:
            found += await directory.near(db, name, limit=NEAR)
    return await directory.entries(db, list(dict.fromkeys(found))[:NEAR])
