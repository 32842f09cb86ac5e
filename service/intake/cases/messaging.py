"""The thread between the person and the controller: sealed like the request, and only ever added to."""

import msgspec

from service import clock, paging
from service.errors import Conflict, WrongState
from service.history.recording import recorded
from service.intake.cases.machine import Who
from service.intake.cases.schemas import Message, MessagePage
from service.intake.opening import Opened
from service.jobs.queueing import Job, enqueued
from tenants.callers import Actor
from tenants.database import Connection
from tenants.writing import Write, write

TELL = "intake.tell_message"
# Each mails the other side. Whoever has written so often should rather speak to each other.
MOST = 200


class ThreadFull(Conflict):
    name, title = "thread-full", "The thread holds as many messages as it may"


async def add(db: Connection, found: Opened, author: Who, actor: Actor, text: str, *, told: bool = True) -> Message:
    """`found` is held by `db`'s transaction. Also to a closed case, which may have to be reopened for it. `told`: by mail."""
    row, tenant = found.row, found.row["tenant_id"]
    if found.key is None:
        raise WrongState(
            "What was written here was destroyed when its time was over. Send a new request instead.",
            members={"state": row["state"], "legal_moves": []},
        )
    written = await db.fetchval(
        "SELECT count(*) FROM request_messages WHERE tenant_id = $1 AND request_id = $2 AND author = $3",
        tenant,
        row["id"],
        author,
    )
    if written >= MOST:
        raise ThreadFull(f"You wrote {MOST} messages here. Reach the other side another way, with the reference.")
    message = Message(clock.new_id(), author, clock.now(), text)
    await write(
        db,
        Write(
            "INSERT INTO request_messages (tenant_id, id, request_id, author, actor, at, text) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            (
                tenant,
                message.id,
                row["id"],
                author,
                msgspec.json.encode(actor).decode(),
                message.at,
                found.sealed(text, message.id, "text"),
            ),
        ),
        recorded(tenant, "request:write", actor, {"request": row["id"], "message": message.id}),
        *([enqueued(Job(TELL, tenant, message.id))] if told else []),
    )
    return message


async def page(db: Connection, found: Opened, limit: int, cursor: str | None) -> MessagePage:
    """Newest first, as all lists are."""
    rows = await db.fetch(
        "SELECT * FROM request_messages WHERE tenant_id = $1 AND request_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
        found.row["tenant_id"],
        found.row["id"],
        paging.position(cursor),
        limit + 1,
    )
    items = [Message(row["id"], row["author"], row["at"], found.unsealed(row["text"], row["id"], "text")) for row in rows[:limit]]
    return MessagePage(items, paging.next_cursor([row["id"] for row in rows], limit))
