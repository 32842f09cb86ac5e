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
class Routed:
    """Delivered to `entry`; `notice_id` is the notice that the person came from, if any."""

    entry: Entry
    matched_by: str
    notice_id: UUID | None = None


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
    controllers: list[UUID]
    notice_id: UUID | None = None


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
    entries = {entry.controller_id: entry for entry in await directory.entries(db, fitting)}
    if not conflicting and fitting and (len(fitting) == 1 or first.matched_by == "notice"):
        # A notice of several controllers names the one that answers for it first.
        lead = next(controller for controller in fitting if controller in entries)
        return Routed(entries[lead], first.matched_by, first.notice_id)
    verified = [entry for entry in entries.values() if entry.verified]
    others = [entry for entry in entries.values() if not entry.verified]
    return Ambiguous(verified, others[:NEAR]) if verified else Unknown(others[:NEAR])


async def _hits(db: Connection, hints: ControllerHints) -> list[_Hit]:
    """In order of strength; text that cannot be such an identifier hits nothing."""
    hits = [await _by_notice(db, named) for named in (hints.notice, hints.notice_url) if named]
    if hints.controller_id:
        known = await directory.entries(db, [hints.controller_id])
        hits.append(_Hit("controller_id", [entry.controller_id for entry in known]))
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
    tenant, notice = _notice_named(named)
    if notice is None:
        return _Hit("notice", [])
    row = await db.fetchrow(
        """SELECT p.id, p.controller_ids FROM publications p JOIN tenants t ON t.id = p.tenant_id
           WHERE (t.slug = $1::text OR t.id = $2 OR $1::text IS NULL) AND (p.slug = $3 OR p.id = $4)""",
        tenant,
        as_id(tenant or ""),
        notice if tenant else None,
        as_id(notice),
    )
    return _Hit("notice", list(row["controller_ids"]), row["id"]) if row else _Hit("notice", [])


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
