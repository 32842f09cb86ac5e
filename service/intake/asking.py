"""What the person sees of a request: the way back is reference and secret, and nothing tells a wrong one from an unknown."""

import contextlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service import clock, paging
from service.errors import MalformedRequest, NotFound
from service.intake.authorities import authority_in
from service.intake.cases import messaging, moving
from service.intake.cases.machine import legal
from service.intake.cases.moving import case_of
from service.intake.cases.schemas import IdentityAsked, RequestStatus, StatusEvent
from service.intake.deadlines import deadline
from service.intake.explaining import explain
from service.intake.opening import Opened, opened
from service.intake.receiving import shown, version_url
from service.intake.storing import hashed, read_reference
from service.sealing import TenantKeys
from tenants import directory
from tenants.acting import acting_for, acting_for_platform
from tenants.database import Connection

# What a move tells the person in words. How a question was settled otherwise is the controller's own note.
TOLD = frozenset({"ask_identity", "extend", "complete", "refuse_partly", "refuse", "hand_over", "reopen"})
EVENTS = 200


@dataclass(frozen=True)
class Visit:
    """A person at their request: `db` is acting for its tenant."""

    db: Connection
    row: Any

    @property
    def tenant(self) -> UUID:
        return self.row["tenant_id"]  # type: ignore[no-any-return]


@contextlib.asynccontextmanager
async def visiting(reference: str, secret: str, *, read_only: bool = False) -> AsyncIterator[Visit]:
    try:
        place_id = hashed(read_reference(reference))
    except MalformedRequest as error:
        raise _nothing() from error
    async with acting_for_platform("a reference is all we know yet", read_only=True) as db:
        place = await db.fetchrow("SELECT tenant_id, request_id FROM request_references WHERE id = $1", place_id)
    # An unknown reference goes through the same steps as a known one with a wrong secret.
    tenant, request_id = (place["tenant_id"], place["request_id"]) if place else (clock.new_id(), UUID(int=0))
    async with acting_for(tenant, read_only=read_only) as db:
        row = await db.fetchrow(
            """SELECT r.*, t.slug AS tenant, p.slug, p.schedule FROM requests r
               JOIN tenants t ON t.id = r.tenant_id LEFT JOIN publications p ON p.tenant_id = r.tenant_id AND p.id = r.notice_id
               WHERE r.tenant_id = $1 AND r.id = $2""",
            tenant,
            request_id,
        )
        kept = row["secret_hash"] if row else bytes(32)
        if not hmac.compare_digest(kept, hashed(secret)) or row is None:
            raise _nothing()
        yield Visit(db, row)


async def status(
    visit: Visit, keys: TenantKeys, public_origin: str, *, language: str | None = None, cursor: str | None = None
) -> RequestStatus:
    """With `language`, what we say ourselves is in that; by default in the request's."""
    row, language = visit.row, language or visit.row["language"]
    found = await opened(visit.db, visit.tenant, row["id"], keys)
    moves = await moving.moves(visit.db, found, EVENTS)
    [entry] = await directory.entries(visit.db, [row["controller_id"]])
    case, at = case_of(row), clock.now()
    due = case.deadline(at)
    notice = version_url(public_origin, row["tenant"], row, row["notice_version"], language) if row["notice_version"] else None
    thread = await messaging.page(visit.db, found, paging.DEFAULT_LIMIT, cursor)
    return RequestStatus(
        reference=row["reference"],
        state=row["state"],
        types=row["types"],
        controller=shown(entry),
        received_at=row["received_at"],
        nominal_on=due.nominal_on,
        due_on=due.due_on,
        due_at=due.due_at,
        first_due_on=deadline(case.received_at, case.country, case.time_zone).due_on,
        is_late=case.is_open and at > due.due_at,
        extended=case.extended,
        time_zone=row["time_zone"],
        explanation=explain(due, row["country"], language),
        notice=notice,
        identity_asked=question(row, moves),
        events=[
            StatusEvent(
                move["at"],
                move["act"],
                "person" if move["actor"].kind == "person" else "controller",
                move["to_state"],
                move["due_on"],
                {name: value for name, value in move["facts"].items() if name != "message"},
                move["told"] if move["act"] in TOLD else None,
            )
            for move in reversed(moves)
        ],
        messages=thread.items[::-1],
        earlier_messages=thread.next_cursor,
        supervisory_authority=authority_in(row["country"], language),
        legal_moves=legal(row["state"], "person") if found.key else [],
        destroyed_at=row["destroyed_at"],
    )


def question(row: Any, moves: list[dict[str, Any]]) -> IdentityAsked | None:
    """The one that waits for the person's answer; `moves` are newest first."""
    if row["state"] != "identity_asked":
        return None
    asked = next(move for move in moves if move["act"] == "ask_identity")
    told = asked["told"] or {}
    return IdentityAsked(asked["id"], asked["at"], asked["facts"]["method"], told.get("question"), told.get("reason"))


async def asked(visit: Visit, found: Opened) -> IdentityAsked | None:
    return question(found.row, await moving.moves(visit.db, found, EVENTS))


def _nothing() -> NotFound:
    return NotFound("There is no such request, or the secret is not its. Use the link that you got when you sent it.")
