"""Make a move: the case held, the move appended, its new days, its event and its mail, all in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from service import clock
from service.errors import PreconditionFailed, WrongState, invalid
from service.history.recording import recorded
from service.intake.cases import machine
from service.intake.cases.machine import MOVES, Act, Case, Who
from service.intake.opening import Opened, opened
from service.jobs.queueing import Job, enqueued
from service.paging import NEWEST
from service.sealing import TenantKeys
from tenants.callers import Actor
from tenants.database import Connection
from tenants.writing import Write, write

TELL = "intake.tell_move"


@dataclass(frozen=True)
class Step:
    """One move to make. `facts` are chosen from lists of ours; `told` is free text, kept sealed."""

    act: Act
    who: Who
    actor: Actor
    facts: Mapping[str, Any]
    told: Mapping[str, Any]
    answered_on: date | None = None


def case_of(row: Any) -> Case:
    pauses = msgspec.json.decode(row["pauses"], type=tuple[tuple[date, date | None], ...])
    return Case(row["state"], row["received_at"], row["country"], row["time_zone"], row["extended"], pauses)


async def held(db: Connection, tenant: UUID, request_id: UUID, keys: TenantKeys, if_match: str | None = None) -> Opened:
    """The case, for this transaction alone. PreconditionFailed when it has moved on since it was read."""
    found = await opened(db, tenant, request_id, keys, lock=True)
    tag = etag(found.row)
    if if_match is not None and not {"*", tag} & {part.strip() for part in if_match.split(",")}:
        raise PreconditionFailed("The case has moved on since you read it. Read it again.", headers={"etag": tag})
    return found


def etag(row: Any) -> str:
    return f'"{row["revision"]}"'


async def move(db: Connection, found: Opened, step: Step, at: datetime | None = None) -> UUID:
    """The move's id. `found` is held by `db`'s transaction."""
    at = at or clock.now()
    row, before = found.row, case_of(found.row)
    if found.key is None:
        raise WrongState(
            "What the person wrote was destroyed when its time was over, so nothing more can be done here.",
            members={"state": before.state, "legal_moves": []},
        )
    if step.facts.get("method") == "email_loop" and not found.field("subject")["email"]:
        raise invalid("/method", "The person gave no mail address, so no link can be sent there. Choose another way.")
    after = machine.moved(before, step.act, step.who, at, answered_on=step.answered_on)
    tenant, request_id, move_id, due = row["tenant_id"], row["id"], clock.new_id(), after.deadline(at)
    ids, facts = {"request": request_id, "move": move_id}, dict(step.facts)
    writes = [
        Write(
            """UPDATE requests SET state = $3, revision = $4, extended = $5, pauses = $6, nominal_on = $7, due_on = $8, due_at = $9,
                   closed_at = $10 WHERE tenant_id = $1 AND id = $2""",
            (
                tenant,
                request_id,
                after.state,
                row["revision"] + 1,
                after.extended,
                msgspec.json.encode(after.pauses).decode(),
                due.nominal_on,
                due.due_on,
                due.due_at,
                None if after.is_open else at,
            ),
        ),
        Write(
            """INSERT INTO request_moves
                   (tenant_id, id, request_id, number, act, from_state, to_state, actor, at, facts, told, nominal_on, due_on)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
            (
                tenant,
                move_id,
                request_id,
                row["revision"] + 1,
                step.act,
                before.state,
                after.state,
                msgspec.json.encode(step.actor).decode(),
                at,
                msgspec.json.encode(facts).decode(),
                found.sealed(dict(step.told), move_id, "told") if step.told else None,
                due.nominal_on,
                due.due_on,
            ),
        ),
        recorded(tenant, "request:move", step.actor, ids, {"act": step.act, "from": before.state, "to": after.state, **facts}),
    ]
    if MOVES[step.act].told:
        writes.append(enqueued(Job(TELL, tenant, move_id)))
    await write(db, *writes)
    return move_id


async def moves(db: Connection, found: Opened, limit: int, before: UUID = NEWEST) -> list[dict[str, Any]]:
    """What happened to the case, newest first, opened where its key is there still."""
    rows = await db.fetch(
        "SELECT * FROM request_moves WHERE tenant_id = $1 AND request_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
        found.row["tenant_id"],
        found.row["id"],
        before,
        limit,
    )
    return [
        {
            **row,
            "actor": msgspec.json.decode(row["actor"], type=Actor),
            "facts": msgspec.json.decode(row["facts"]),
            "told": found.unsealed(row["told"], row["id"], "told"),
        }
        for row in rows
    ]
