"""The directory: which business id, domain or name belongs to which controller. Public, across tenants.

An identifier is *claimed* by writing it into a controller, and *verified* only by the operator. Only verified ones route
requests, so nobody receives a company's requests by typing its business id. Claimed ones may be shown, marked as such.
The same holds for what decides where requests go instead: a place, the day a company ceased, its successor, whose processor it is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat

from tenants.database import Connection
from tenants.naming import fold_name, loosely, plain, spelled

NAMES = ("legal_name", "brand", "former_name")


@dataclass(frozen=True)
class Claim:
    """What one row of the directory says. A name has a period, both days in it, where it is not for always."""

    kind: str
    value: str
    folded: str
    loose: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Entry:
    """A controller as the directory shows it to anybody. What is verified of it decides: after `ceased_on`, the last day, what is
    sent to it goes to `successor`; a processor forwards to whom it works for."""

    controller_id: UUID
    tenant_id: UUID
    name: str
    business_id: str | None
    country: str
    time_zone: str
    verified: bool
    place: str | None = None
    ceased_on: date | None = None
    successor: UUID | None = None
    processor_for: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Bearer:
    """A controller, and the verified identifier by which it was found."""

    entry: Entry
    claim: Claim


def claims(controller: Mapping[str, Any]) -> list[Claim]:
    """What a controller's record claims; its business id and domains are in their usual form already."""
    found = [_name("legal_name", controller["name"])]
    if controller["business_id"]:
        found.append(Claim("business_id", controller["business_id"], controller["business_id"]))
    for kind, field in (("brand", "brands"), ("former_name", "former_names")):
        for name in controller[field]:
            spans = [period for period in controller["periods"] if fold_name(period["name"]) == fold_name(name)]
            found += [_name(kind, name, period["since"], period["until"]) for period in spans] or [_name(kind, name)]
    found += [Claim("domain", name, name) for name in controller["domains"]]
    if town := place_in(controller["address"] or ""):
        found.append(Claim("place", town, fold_place(town)))
    if controller["ceased_on"]:
        found.append(Claim("ceased", controller["ceased_on"].isoformat(), controller["ceased_on"].isoformat()))
    leads = [("successor", controller["successor_id"]), *(("processor_for", client) for client in controller["processor_for"])]
    found += [Claim(kind, str(led_to), str(led_to)) for kind, led_to in leads if led_to]
    # A name of nothing but signs folds to nothing, and would match every other such name.
    return [claim for claim in found if claim.folded]


def _name(kind: str, name: str, since: date | None = None, until: date | None = None) -> Claim:
    loose = loosely(name)
    return Claim(kind, name, fold_name(name), loose.key if loose else None, since, until)


def place_in(address: str) -> str | None:
    """The town behind the last postal code of an address."""
    found = re.findall(r"(?:^|[\s,-])[0-9]{3}\s?[0-9]{2}\s+([^\W\d_][^\d_,;\n]*)", address)
    return " ".join(found[-1].split()) if found else None


def fold_place(place: str) -> str:
    return plain("".join(spelled(place)))


async def write_claims(db: Connection, tenant: UUID, controller_id: UUID, controller: Mapping[str, Any], at: datetime) -> None:
    """Make the directory say what the record says. What is no longer claimed ends; what is new is claimed, not verified."""
    # Another period is another claim: who had a name for a year must not get it for good by writing so.
    wanted = {(claim.kind, claim.folded, claim.since, claim.until): claim for claim in claims(controller)}
    rows = await db.fetch(
        """SELECT id, country, ROW(kind, folded, since, until) AS key FROM directory
           WHERE tenant_id = $1 AND controller_id = $2 AND ended_at IS NULL""",
        tenant,
        controller_id,
    )
    ended = [row["id"] for row in rows if tuple(row["key"]) not in wanted or row["country"] != controller["country"]]
    kept = {tuple(row["key"]) for row in rows if row["id"] not in ended}
    if ended:
        await db.execute("UPDATE directory SET ended_at = $3 WHERE tenant_id = $1 AND id = ANY ($2)", tenant, ended, at)
    # Where its days begin says nothing of who it is: what is verified stays so.
    await db.execute(
        "UPDATE directory SET time_zone = $3 WHERE tenant_id = $1 AND controller_id = $2 AND ended_at IS NULL AND time_zone <> $3",
        tenant,
        controller_id,
        controller["time_zone"],
    )
    for key, claim in wanted.items():
        if key not in kept:
            await db.execute(
                """INSERT INTO directory (id, tenant_id, controller_id, kind, value, folded, loose, since, until, country, time_zone,
                       claimed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
                uuid_utils.compat.uuid7(),
                tenant,
                controller_id,
                claim.kind,
                claim.value,
                claim.folded,
                claim.loose,
                claim.since,
                claim.until,
                controller["country"],
                controller["time_zone"],
                at,
            )


def entry_of(controller: str) -> str:
    """How the directory shows a controller to anybody, to be joined to whatever names it: one look at its few rows."""
    return f"""LATERAL (
        SELECT e.controller_id, e.tenant_id, max(e.value) FILTER (WHERE e.kind = 'legal_name') AS name,
               max(e.value) FILTER (WHERE e.kind = 'business_id') AS business_id, max(e.country) AS country, max(e.time_zone) AS time_zone,
               bool_and(e.verified_at IS NOT NULL) FILTER (WHERE e.kind IN ('legal_name', 'business_id')) AS verified,
               max(e.value) FILTER (WHERE e.kind = 'place' AND e.verified_at IS NOT NULL) AS place,
               max(e.value) FILTER (WHERE e.kind = 'ceased' AND e.verified_at IS NOT NULL) AS ceased_on,
               max(e.value) FILTER (WHERE e.kind = 'successor' AND e.verified_at IS NOT NULL) AS successor,
               array_agg(e.value) FILTER (WHERE e.kind = 'processor_for' AND e.verified_at IS NOT NULL) AS processor_for
        FROM directory e WHERE e.controller_id = {controller} AND e.ended_at IS NULL
        GROUP BY e.controller_id, e.tenant_id HAVING bool_or(e.kind = 'legal_name')
    ) AS entry"""


ENTRY_COLUMNS = 11


def read_entry(row: Sequence[Any]) -> Entry:
    """From the columns of `entry_of`, in their order."""
    *shown, ceased_on, successor, processor_for = row
    return replace(
        Entry(*shown),
        ceased_on=date.fromisoformat(ceased_on) if ceased_on else None,
        successor=UUID(successor) if successor else None,
        processor_for=tuple(map(UUID, processor_for or ())),
    )


async def entries(db: Connection, controllers: Iterable[UUID]) -> list[Entry]:
    """In the order asked for; `verified` tells that all that is shown is: the name, and the business id."""
    rows = await db.fetch(
        f"""SELECT entry.* FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, number), {entry_of("wanted.id")} ORDER BY number""",
        list(controllers),
    )
    return [read_entry(row) for row in rows]


_BEARERS = f"""
WITH found AS (
    SELECT * FROM directory WHERE folded = ANY ($1) AND kind IN ('business_id', 'domain') AND verified_at IS NOT NULL AND ended_at IS NULL
    UNION ALL
    SELECT * FROM directory WHERE loose = ANY ($2) AND verified_at IS NOT NULL AND ended_at IS NULL
)
SELECT f.kind, f.value, f.folded, f.loose, f.since, f.until, entry.* FROM found f, {entry_of("f.controller_id")}
ORDER BY entry.name, entry.controller_id
"""


async def bearers(db: Connection, identifiers: Iterable[str], names: Iterable[str]) -> list[Bearer]:
    """Who bears one of these, verified and claimed still: business ids and domains in their usual form, names by their loose key."""
    rows = await db.fetch(_BEARERS, list(identifiers), list(names))
    return [Bearer(read_entry(row[-ENTRY_COLUMNS:]), Claim(*row[:-ENTRY_COLUMNS])) for row in rows]


async def claimed_by(db: Connection, identifiers: Iterable[str], *, limit: int) -> list[UUID]:
    """Controllers that claim or own one of these business ids and domains, verified ones first."""
    rows = await db.fetch(
        """SELECT controller_id FROM directory WHERE folded = ANY ($1) AND kind IN ('business_id', 'domain') AND ended_at IS NULL
           GROUP BY controller_id ORDER BY bool_or(verified_at IS NOT NULL) DESC, controller_id LIMIT $2""",
        list(identifiers),
        limit,
    )
    return [row["controller_id"] for row in rows]
