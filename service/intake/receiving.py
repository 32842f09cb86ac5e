"""Receive a request: route it, seal it, store it with its event and its jobs in one transaction, and only then answer.

So what was acknowledged survives the death of any process, and what was not acknowledged was not stored.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from service import clock, errors, idempotency, languages, sealing
from service.errors import FieldError, InvalidContent, NotFound, Problem
from service.idempotency import Attempt, Outcome
from service.intake.authorities import authority_in
from service.intake.explaining import explain, explain_routing
from service.intake.finding import route
from service.intake.routing import Ambiguous, Notice, Routed, Unknown, Why
from service.intake.schemas import (
    Acknowledgement,
    ChooseController,
    NearController,
    NewRequest,
    RoutedController,
    Routing,
    RoutingReason,
)
from service.intake.storing import CONFIRM, TELL_CONTROLLER, Incoming, hashed, status_url, stored
from service.sealing import TenantKeys
from service.settings import Settings
from service.texts import why_not_mailbox
from tenants import directory
from tenants.acting import acting_for, acting_for_platform
from tenants.callers import PERSON
from tenants.database import Connection
from tenants.directory import Entry
from tenants.writing import write

PENDING = timedelta(hours=24)
DEEPEST = 20


class NoController(Problem):
    """None fits well enough to deliver to. Nothing was delivered and nothing is kept."""

    status, name, title = 422, "no-controller", "Not delivered: no controller was found"


class SeveralControllers(Problem):
    """Listed for the OpenAPI document; the answer itself is ChooseController, since it is kept and must not roll back."""

    status, name, title = 409, "several-controllers", "Several controllers fit"


@dataclass(frozen=True)
class Doors:
    """What receiving needs of the process that it runs in."""

    settings: Settings
    keys: TenantKeys


class _Sealed(msgspec.Struct):
    """What lies in a pending request."""

    request: NewRequest
    types: list[str]


async def receive(data: NewRequest, attempt: Attempt, doors: Doors) -> Response[bytes]:
    """202 with a reference, 409 with candidates, or NoController."""
    types = check(data)
    at = clock.now()
    async with acting_for_platform("who is meant is looked up before anybody acts for a tenant", read_only=True) as db:
        found = await route(db, data.controller)
        near = await _near(db, found.near) if not isinstance(found, Routed) else []
    if isinstance(found, Unknown):
        raise NoController(
            "Nothing was delivered and nothing was kept. Name the controller by its business id, its web address or the address "
            "of its privacy notice; or write to it directly. The supervisory authority can help you to find it.",
            members={
                "near": near,
                "why": reasons(found.why),
                "explanation": explain_routing(found.why, data.language),
                "supervisory_authority": authority_in("FI"),
            },
        )
    if isinstance(found, Ambiguous):
        async with acting_for_platform("a pending request is nobody's yet") as db:
            return await attempt.once(db, lambda: _keep_pending(db, data, types, found, near, at, doors))
    return await attempt.once_together(lambda: acting_for(found.entry.tenant_id), lambda db: _accept(db, data, types, found, at, doors))


async def choose(pending_id: UUID, secret: str, controller_id: UUID, attempt: Attempt, doors: Doors) -> Response[bytes]:
    """The person chose: the pending request becomes that controller's, received when it first came."""
    async with acting_for_platform("the directory is for everybody", read_only=True) as db:
        chosen = await directory.entries(db, [controller_id])
    if not chosen:
        raise _not_a_candidate()

    async def effect() -> idempotency.Answer:
        row = await db.fetchrow(
            "DELETE FROM pending_requests WHERE id = $1 AND secret_hash = $2 AND expires_at > $3 RETURNING *",
            pending_id,
            hashed(secret),
            clock.now(),
        )
        if row is None:
            raise _no_pending()
        if controller_id not in row["candidates"]:
            raise _not_a_candidate()
        key = sealing.unseal(doors.settings.keys.derived("pending requests"), row["wrapped"], "pending request", pending_id)
        opened = sealing.unseal(key, row["sealed"], "pending request", pending_id)
        kept = msgspec.msgpack.decode(opened, type=_Sealed)
        given, writes = await _accept(
            db, kept.request, kept.types, Routed(chosen[0], "choice", why=(Why("choice"),)), row["received_at"], doors
        )
        await write(db, *writes)
        return given

    async with acting_for(chosen[0].tenant_id) as db:
        return await attempt.once(db, effect)


def check(data: NewRequest) -> list[str]:
    """The request's types; says all that is wrong at once."""
    wrong: list[FieldError] = []
    types = list(dict.fromkeys([*([data.type] if data.type else []), *data.types]))
    if not types:
        wrong.append(FieldError("/type", "Say what you ask for: `type`, or several in `types`."))
    if why := why_not_mailbox(data.subject.email):
        wrong.append(FieldError("/subject/email", why))
    if not data.subject.name.strip():
        wrong.append(FieldError("/subject/name", "A name is needed, so that the controller knows whose data is meant."))
    if data.details and (why := _why_not_kept(data.details)):
        wrong.append(FieldError("/details", why))
    if not languages.is_known(data.language):
        wrong.append(FieldError("/language", f"{data.language!r} is not a language code of ISO 639 such as fi, sv or en."))
    if wrong:
        raise InvalidContent("The request cannot be taken in like this; `errors` says where. Nothing was stored.", errors=wrong)
    return [str(kind) for kind in types]


def _why_not_kept(value: Any, depth: int = 0) -> str | None:
    """What would not come back as it was given, in words: JSON has no bounds, what it is kept in has."""
    if depth > DEEPEST:
        return f"It is nested more than {DEEPEST} deep."
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "It holds a whole number that needs more than 64 bits; send that as text."
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (_why_not_kept(part, depth + 1) for part in parts)), None)


async def _accept(db: Connection, data: NewRequest, types: list[str], found: Routed, received_at: datetime, doors: Doors) -> Outcome:
    tenant, entry = found.entry.tenant_id, found.entry
    notice = found.notice or await _first_notice(db, entry)
    incoming = Incoming(
        controller_id=entry.controller_id,
        country=entry.country,
        time_zone=entry.time_zone,
        types=types,
        language=data.language,
        channel="intake",
        matched_by=found.matched_by,
        received_at=received_at,
        notice_id=notice.id if notice else None,
        notice_version=_version_in_force(notice.schedule, received_at) if notice else None,
        subject=data.subject,
        email=data.subject.email,
        message=data.message,
        details=data.details,
    )
    taken = await stored(db, tenant, incoming, PERSON, (TELL_CONTROLLER, CONFIRM), doors.keys)
    due = taken.due
    acknowledgement = Acknowledgement(
        reference=taken.reference,
        status_url=status_url(doors.settings, taken.reference, taken.secret),
        routed_to=Routing(shown(entry), found.matched_by, reasons(found.why), explain_routing(found.why, data.language)),
        received_at=received_at,
        nominal_on=due.nominal_on,
        due_on=due.due_on,
        due_at=due.due_at,
        time_zone=entry.time_zone,
        explanation=explain(due, entry.country, data.language),
    )
    return Outcome(idempotency.answer(acknowledgement, status=202, headers={"cache-control": "no-store"}), taken.writes)


async def _keep_pending(
    db: Connection,
    data: NewRequest,
    types: list[str],
    found: Ambiguous,
    near: list[NearController],
    at: datetime,
    doors: Doors,
) -> idempotency.Answer:
    pending_id, secret, key = clock.new_id(), secrets.token_urlsafe(24), sealing.new_key()
    sealed = sealing.seal(key, msgspec.msgpack.encode(_Sealed(data, types)), "pending request", pending_id)
    wrapped = sealing.seal(doors.settings.keys.derived("pending requests"), key, "pending request", pending_id)
    await db.execute(
        """INSERT INTO pending_requests (id, secret_hash, wrapped, sealed, candidates, received_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        pending_id,
        hashed(secret),
        wrapped,
        sealed,
        [entry.controller_id for entry in found.candidates],
        at,
        at + PENDING,
    )
    body = ChooseController(
        type="urn:seloste:problem:several-controllers",
        title=SeveralControllers.title,
        status=409,
        detail="Several controllers fit what you gave. Nobody has received the request yet: choose one within 24 hours.",
        candidates=[shown(entry) for entry in found.candidates],
        near=near,
        why=reasons(found.why),
        explanation=explain_routing(found.why, data.language),
        resume=f"{doors.settings.account_origin}/intake/pending/{pending_id}?secret={secret}",
        expires_at=at + PENDING,
    )
    headers = {"content-type": errors.MEDIA_TYPE, "cache-control": "no-store"}
    return idempotency.answer(body, status=409, headers=headers)


async def _near(db: Connection, entries: Sequence[Entry]) -> list[NearController]:
    """What may be shown of controllers that were not meant for sure; a claimed one only with a link to its own notice."""
    shown_near = []
    for entry in entries:
        notice = None
        if not entry.verified:
            row = await db.fetchrow(
                """SELECT t.slug AS tenant, p.slug FROM publications p JOIN tenants t ON t.id = p.tenant_id
                   WHERE p.tenant_id = $1 AND $2 = ANY (p.controller_ids) ORDER BY p.id LIMIT 1""",
                entry.tenant_id,
                entry.controller_id,
            )
            notice = f"/n/{row['tenant']}/{row['slug']}" if row else None
        shown_near.append(NearController(entry.controller_id, entry.name, entry.business_id, entry.verified, notice, entry.place))
    return shown_near


def shown(entry: Entry) -> RoutedController:
    return RoutedController(entry.controller_id, entry.name, entry.business_id, entry.verified, entry.place)


def reasons(why: Sequence[Why]) -> list[RoutingReason]:
    return [RoutingReason(one.code, one.value) for one in why]


def version_url(public_origin: str, tenant: str, publication: Any, number: int, language: str) -> str:
    """Where a version can be read for ever, in the person's language if it has that. In full: mails and status pages link to it."""
    [languages] = [version["languages"] for version in msgspec.json.decode(publication["schedule"]) if version["number"] == number]
    shown_in = language if language in languages else languages[0]
    return f"{public_origin}/n/{tenant}/{publication['slug']}/v/{number}/{shown_in}"


async def _first_notice(db: Connection, entry: Entry) -> Notice | None:
    """Who came by another way than a notice is told of the controller's first one."""
    row = await db.fetchrow(
        "SELECT id, schedule FROM publications WHERE tenant_id = $1 AND $2 = ANY (controller_ids) ORDER BY id LIMIT 1",
        entry.tenant_id,
        entry.controller_id,
    )
    return Notice(**row) if row else None


def _version_in_force(schedule: str, at: datetime) -> int | None:
    """Which version of the notice the person could read that day."""
    due = [
        (version["effective_from"], version["number"])
        for version in msgspec.json.decode(schedule)
        if datetime.fromisoformat(version["in_force_at"]) <= at and not version.get("recalled")
    ]
    return max(due)[1] if due else None


def _not_a_candidate() -> InvalidContent:
    return errors.invalid("/controller_id", "Choose one of the candidates. The request goes on waiting for that.")


def _no_pending() -> NotFound:
    return NotFound("There is no such request waiting for a choice: it was chosen for already, or 24 hours have passed.")
