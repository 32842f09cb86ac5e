"""Remind the controller of an open case: by the nominal date, which is safe, and never calling it late before the due one is over.

Day 1, 3, 7, 20 and 27 after receipt, then daily; a pause or an extension shifts them by as many days as it moved the nominal
date. What nobody opens by day 7, and what is late, goes to the office's second address as well.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from service import clock
from service.history.recording import record
from service.intake.addressing import office_of
from service.intake.cases.machine import Case
from service.intake.cases.moving import case_of
from service.intake.cases.telling import words
from service.intake.deadlines import deadline
from service.jobs.queueing import Job, enqueue
from service.languages import long_date
from service.mail.sending import Mail, send
from service.settings import Settings
from tenants.acting import acting_for
from tenants.callers import SYSTEM

REMIND = "intake.remind"
STEPS = (1, 3, 7, 20, 27)
UNOPENED_DAY = 7
# Who has been late for so long is reminded once a week.
LATE_DAILY = timedelta(days=30)
UNOPENED, LATE = "unopened", "late"
ESCALATED = (UNOPENED, LATE)


def due_reminders(case: Case, at: datetime, *, is_opened: bool) -> list[str]:
    """The kinds that should have been sent by now; what was sent already is not sent again. After days without a worker the newest
    is sent, and those that it passed over are not."""
    if not case.is_open or case.is_paused:
        return []
    now, first, today = case.deadline(at), deadline(case.received_at, case.country, case.time_zone), case.day(at)
    shifted = (now.nominal_on - first.nominal_on).days
    day = (today - now.received_on).days - shifted
    kinds = [kind] if (kind := _plain(case, day, today, now.due_on)) else []
    if not is_opened and day >= UNOPENED_DAY:
        kinds.append(UNOPENED)
    if today > now.due_on:
        kinds.append(LATE)
    return kinds


def _plain(case: Case, day: int, today: date, due_on: date) -> str | None:
    late = today - due_on
    if late > LATE_DAILY and late.days % 7:
        return None
    if day > STEPS[-1]:
        return today.isoformat()
    passed = [step for step in STEPS if step <= day]
    # An extension begins the days anew; those before it were reminders of another end.
    return f"{'extended ' if case.extended else ''}day {passed[-1]}" if passed else None


async def remind(tenant: UUID) -> None:
    """Enqueue what is due in a tenant's open cases."""
    at = clock.now()
    async with acting_for(tenant) as db:
        for row in await db.fetch("SELECT * FROM requests WHERE tenant_id = $1 AND closed_at IS NULL", tenant):
            # What the controller entered itself, or moved, it knows of.
            is_opened = row["opened_at"] is not None or row["channel"] != "intake" or row["revision"] > 0
            for kind in due_reminders(case_of(row), at, is_opened=is_opened):
                reminder_id = await db.fetchval(
                    """INSERT INTO request_reminders (tenant_id, id, request_id, kind, at) VALUES ($1, $2, $3, $4, $5)
                       ON CONFLICT DO NOTHING RETURNING id""",
                    tenant,
                    uuid5(row["id"], kind),
                    row["id"],
                    kind,
                    at,
                )
                if reminder_id is not None:
                    await enqueue(db, Job(REMIND, tenant, reminder_id))


async def send_reminder(tenant: UUID, reminder_id: UUID, settings: Settings) -> None:
    """Nothing, if the case was closed or began to wait for the person meanwhile, or the office has no second address."""
    async with acting_for(tenant, read_only=True) as db:
        row = await db.fetchrow(
            """SELECT r.*, m.kind FROM request_reminders m JOIN requests r ON r.tenant_id = m.tenant_id AND r.id = m.request_id
               WHERE m.tenant_id = $1 AND m.id = $2""",
            tenant,
            reminder_id,
        )
        if row is None:
            return
        office = await office_of(db, tenant, row["controller_id"])
    case, at = case_of(row), clock.now()
    escalated = row["kind"] in ESCALATED
    addresses = office.addresses[1:2] if escalated else office.addresses[:1]
    if not addresses or not case.is_open or case.is_paused:
        return
    due, language = case.deadline(at), office.language
    says = _says(row["kind"], is_late=case.day(at) > due.due_on)
    text = words(
        "controller_mail",
        language,
        name=office.name,
        what=words(
            says,
            language,
            reference=row["reference"],
            received=long_date(due.received_on, language),
            nominal=long_date(due.nominal_on, language),
            due=long_date(due.due_on, language),
        ),
        link=office.link(settings, row["id"]),
    )
    subject = words(f"{says}_subject", language, reference=row["reference"])
    await send(Mail(reminder_id, addresses[0], subject, text, language), settings)
    async with acting_for(tenant) as db:
        await record(db, tenant, "request:remind", SYSTEM, {"request": row["id"]}, {"kind": row["kind"]})


def _says(kind: str, *, is_late: bool) -> str:
    if is_late:
        return "remind_late"
    return "remind_unopened" if kind == UNOPENED else "remind_open"
