"""Store a request, however it came: sealed, with its key, its reference, its event and its jobs, as writes to be sent together."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from service import clock, sealing
from service.errors import MalformedRequest
from service.history.recording import recorded
from service.intake.cases.indexing import index
from service.intake.deadlines import Deadline, deadline
from service.jobs.queueing import Job, enqueued
from service.sealing import TenantKeys
from service.settings import Settings
from tenants.callers import Actor
from tenants.database import Connection
from tenants.writing import Write

TELL_CONTROLLER = "intake.tell_controller"
CONFIRM = "intake.confirm"
REFERENCE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Incoming:
    """What is known of a request when it comes. `country` and `time_zone` are its controller's."""

    controller_id: UUID
    country: str
    time_zone: str
    types: Sequence[str]
    language: str
    channel: str
    matched_by: str
    received_at: datetime
    notice_id: UUID | None
    notice_version: int | None
    subject: Any
    email: str | None
    message: str
    details: dict[str, Any] | None


class Stored(NamedTuple):
    """The request is stored when `writes` are."""

    id: UUID
    reference: str
    secret: str
    due: Deadline
    writes: list[Write]


async def stored(db: Connection, tenant: UUID, incoming: Incoming, actor: Actor, jobs: Sequence[str], keys: TenantKeys) -> Stored:
    """`db` is acting for `tenant`; nothing is written yet. `jobs` are named, and get the request's id as their row."""
    due = deadline(incoming.received_at, incoming.country, incoming.time_zone)
    request_id, reference, secret = clock.new_id(), new_reference(), secrets.token_urlsafe(24)
    tenant_key, key = await keys.of(db, tenant), sealing.new_key()

    def sealed(field: str, value: Any) -> bytes:
        return sealing.seal(key, msgspec.msgpack.encode(value), tenant, request_id, field)

    writes = [
        Write(
            """INSERT INTO requests (tenant_id, id, reference, controller_id, types, state, language, matched_by, received_at,
                   nominal_on, due_on, due_at, notice_id, notice_version, secret_hash, secret, subject, message, details,
                   country, time_zone, channel, email_index)
               VALUES ($1, $2, $3, $4, $5, 'received', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)""",
            (
                tenant,
                request_id,
                reference,
                incoming.controller_id,
                list(incoming.types),
                incoming.language,
                incoming.matched_by,
                incoming.received_at,
                due.nominal_on,
                due.due_on,
                due.due_at,
                incoming.notice_id,
                incoming.notice_version,
                hashed(secret),
                sealed("secret", secret),
                sealed("subject", incoming.subject),
                sealed("message", incoming.message),
                sealed("details", incoming.details) if incoming.details else None,
                incoming.country,
                incoming.time_zone,
                incoming.channel,
                index(tenant_key, "email", incoming.email) if incoming.email else None,
            ),
        ),
        Write(
            "INSERT INTO request_keys (tenant_id, id, wrapped) VALUES ($1, $2, $3)",
            (tenant, request_id, sealing.seal(tenant_key, key, tenant, request_id, "data key")),
        ),
        Write("INSERT INTO request_references (id, tenant_id, request_id) VALUES ($1, $2, $3)", (hashed(reference), tenant, request_id)),
        recorded(
            tenant,
            "request:receive",
            actor,
            {"request": request_id, "controller": incoming.controller_id},
            {"types": list(incoming.types), "matched_by": incoming.matched_by},
        ),
    ]
    if jobs:
        writes.append(enqueued(*(Job(name, tenant, request_id) for name in jobs)))
    return Stored(request_id, reference, secret, due, writes)


def status_url(settings: Settings, reference: str, secret: str) -> str:
    return f"{settings.account_origin}/intake/requests/{reference}?secret={secret}"


def new_reference() -> str:
    """Short enough to read out on the phone, without letters that look or sound like others (Crockford's base 32)."""
    # There are 32 letters, so a byte's remainder tells each of them as likely as another.
    letters = "".join(REFERENCE_LETTERS[byte % 32] for byte in secrets.token_bytes(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def read_reference(text: str) -> str:
    """As it was given, in whatever case and with letters that people confuse."""
    letters = text.upper().replace("O", "0").replace("I", "1").replace("L", "1").replace("-", "").replace(" ", "")
    if len(letters) != 12 or any(letter not in REFERENCE_LETTERS for letter in letters):
        raise MalformedRequest("That is not a reference.")
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
