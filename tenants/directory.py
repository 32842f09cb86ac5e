"""The directory: which business id, domain or name belongs to which controller. Public, across tenants.

An identifier is *claimed* by writing it into a controller, and *verified* only by the operator. Only verified ones route
requests, so nobody receives a company's requests by typing its business id. Claimed ones may be shown, marked as such.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus

from tenants.database import Connection

NAMES = ("legal_name", "brand", "former_name")


class NotAnIdentifier(ValueError):
    """The text cannot be such an identifier; the sentence says why, for who typed it."""


@dataclass(frozen=True)
class Claim:
    kind: str
    value: str
    folded: str


@dataclass(frozen=True)
class Entry:
    """A controller as the directory shows it to anybody."""

    controller_id: UUID
    tenant_id: UUID
    name: str
    business_id: str | None
    country: str
    time_zone: str
    verified: bool


def fold_name(name: str) -> str:
    """Names are compared by letters and digits: case, spaces of all kinds, hyphens and dots make no difference.

    Diacritics do: Särki and Sarki are two companies. (`Advanced Oy` and `ADVANCED  OY.` are one.)
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(re.sub(r"[^\w]+", " ", text).split())


def business_id(text: str, country: str) -> str:
    """The id in its usual form. Finland: 1234567-8 with a right check digit, also from FI12345678."""
    compact = re.sub(r"[\s\u00a0.]", "", text)
    if country != "FI":
        if not re.fullmatch(r"[0-9A-Za-z-]{2,32}", compact):
            raise NotAnIdentifier(f"{text!r} is not a business id.")
        return compact.upper()
    digits = re.sub(r"^FI", "", compact, flags=re.IGNORECASE).replace("-", "")
    if re.fullmatch(r"[0-9]{7}", digits) and re.fullmatch(r"[0-9]{6}-?[0-9]", compact):
        digits = "0" + digits  # numbers given before 1979 are written with six digits and the check digit
    try:
        return str(ytunnus.format(ytunnus.validate(digits)))
    except ValidationError as error:
        raise NotAnIdentifier(
            f"{text!r} is not a Finnish business id: seven digits, a hyphen and a check digit that fits, such as 1234567-1."
        ) from error


def domain(text: str) -> str:
    """A host name in lower-case ASCII (IDNA), from a name or a web address."""
    # The authority first: a path may hold an @ too, and names nobody.
    authority = re.split(r"[/?#\\]", re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.strip().lower()))[0]
    host = authority.rpartition("@")[2].partition(":")[0].rstrip(".")
    try:
        ascii_host = host.encode("idna").decode()
    except UnicodeError:
        ascii_host = ""
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    if len(ascii_host) > 253 or not re.fullmatch(rf"(?:{label}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?", ascii_host):
        raise NotAnIdentifier(f"{text!r} is not a domain such as www.example.org.")
    return ascii_host


def claims(controller: Mapping[str, Any]) -> list[Claim]:
    """What a controller's record claims; its business id and domains are in their usual form already."""
    found = [Claim("legal_name", controller["name"], fold_name(controller["name"]))]
    if controller["business_id"]:
        found.append(Claim("business_id", controller["business_id"], controller["business_id"]))
    for kind, field in (("brand", "brands"), ("former_name", "former_names")):
        found += [Claim(kind, name, fold_name(name)) for name in controller[field]]
    found += [Claim("domain", name, name) for name in controller["domains"]]
    # A name of nothing but signs folds to nothing, and would match every other such name.
    return [claim for claim in found if claim.folded]


async def write_claims(db: Connection, tenant: UUID, controller_id: UUID, controller: Mapping[str, Any], at: datetime) -> None:
    """Make the directory say what the record says. What is no longer claimed ends; what is new is claimed, not verified."""
    wanted = {(claim.kind, claim.folded): claim for claim in claims(controller)}
    rows = await db.fetch(
        "SELECT id, kind, folded, country FROM directory WHERE tenant_id = $1 AND controller_id = $2 AND ended_at IS NULL",
        tenant,
        controller_id,
    )
    ended = [row["id"] for row in rows if (row["kind"], row["folded"]) not in wanted or row["country"] != controller["country"]]
    kept = {(row["kind"], row["folded"]) for row in rows if row["id"] not in ended}
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
                """INSERT INTO directory (id, tenant_id, controller_id, kind, value, folded, country, time_zone, claimed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
                uuid_utils.compat.uuid7(),
                tenant,
                controller_id,
                claim.kind,
                claim.value,
                claim.folded,
                controller["country"],
                controller["time_zone"],
                at,
            )


# How the directory shows controllers to anybody, to be selected from by whatever names them.
ENTRIES = """(
    SELECT n.controller_id, n.tenant_id, n.value AS name, b.value AS business_id, n.country, n.time_zone,
           n.verified_at IS NOT NULL AND (b.id IS NULL OR b.verified_at IS NOT NULL) AS verified
    FROM directory n
    LEFT JOIN directory b ON b.controller_id = n.controller_id AND b.tenant_id = n.tenant_id
         AND b.kind = 'business_id' AND b.ended_at IS NULL
    WHERE n.kind = 'legal_name' AND n.ended_at IS NULL
) AS entries"""


async def entries(db: Connection, controllers: Iterable[UUID]) -> list[Entry]:
    """`verified` tells that all that is shown is: the name, and the business id."""
    rows = await db.fetch(
        f"SELECT * FROM {ENTRIES} WHERE controller_id = ANY ($1) ORDER BY verified DESC, name, controller_id", list(controllers)
    )
    return [Entry(**row) for row in rows]


async def verified_by(db: Connection, kinds: Iterable[str], folded: Iterable[str]) -> list[Entry]:
    """Controllers for whom one of these is verified and in force."""
    rows = await db.fetch(
        f"""SELECT * FROM {ENTRIES} WHERE controller_id IN (
                SELECT controller_id FROM directory
                WHERE folded = ANY ($2) AND kind = ANY ($1) AND verified_at IS NOT NULL AND ended_at IS NULL)
            ORDER BY verified DESC, name, controller_id""",
        list(kinds),
        list(folded),
    )
    return [Entry(**row) for row in rows]


def parents(host: str) -> list[str]:
    """The host and the domains above it, nearest first: mail.shop.example.org, shop.example.org, example.org."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


async def owners_of_domain(db: Connection, host: str) -> list[Entry]:
    """Controllers of the nearest verified domain at or above `host`: never of a child or a sibling."""
    for name in parents(host):
        if found := await verified_by(db, ["domain"], [name]):
            return found
    return []


async def near(db: Connection, text: str, *, limit: int) -> list[UUID]:
    """Controllers with a name that starts like `text`: for showing, never for routing. Verified ones first, so that others
    who claim names like theirs cannot crowd them out."""
    folded = fold_name(text)
    if len(folded.replace(" ", "")) < 3:
        return []
    rows = await db.fetch(
        """SELECT controller_id FROM directory
           WHERE folded >= $1 AND folded < $1 || chr(1114111) AND kind = ANY ($2) AND ended_at IS NULL
           GROUP BY controller_id ORDER BY bool_or(verified_at IS NOT NULL) DESC, min(folded), controller_id LIMIT $3""",
        folded,
        list(NAMES),
        limit,
    )
    return [row["controller_id"] for row in rows]


async def claimed_by(db: Connection, kind: str, folded: str, *, limit: int) -> list[UUID]:
    """Controllers that claim or own exactly this identifier, verified ones first."""
    rows = await db.fetch(
        """SELECT controller_id FROM directory WHERE folded = $2 AND kind = $1 AND ended_at IS NULL
           GROUP BY controller_id ORDER BY bool_or(verified_at IS NOT NULL) DESC, controller_id LIMIT $3""",
        kind,
        folded,
        limit,
    )
    return [row["controller_id"] for row in rows]
