"""The worker's part: the controller hears of a request, the person gets a confirmation (domain: what it must say).

No mail quotes what the person typed, and no subject carries personal data. The person's address is unconfirmed, so it
gets at most three mails a day: our form is no way to fill somebody's mailbox.
"""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID, uuid5

from service import clock
from service.history.recording import record
from service.intake.addressing import office_of
from service.intake.authorities import authority_in
from service.intake.cases.retaining import policy_of
from service.intake.opening import opened
from service.intake.receiving import version_url
from service.intake.storing import status_url
from service.languages import Words, duration, long_date, long_time, ours
from service.mail.sending import Mail, send
from service.sealing import TenantKeys
from service.settings import Settings
from tenants import directory
from tenants.acting import acting_for, acting_for_platform
from tenants.callers import SYSTEM

MAILS_A_DAY = 3
words = Words(__package__)


async def tell_controller(tenant: UUID, request_id: UUID, settings: Settings) -> None:
    """Reference and link, nothing of the person."""
    async with acting_for(tenant, read_only=True) as db:
        row = await db.fetchrow("SELECT * FROM requests WHERE tenant_id = $1 AND id = $2", tenant, request_id)
        if row is None:
            return
        office = await office_of(db, tenant, row["controller_id"])
    if not office.addresses:
        return
    language = office.language
    text = words(
        "controller_mail",
        language,
        name=office.name,
        reference=row["reference"],
        nominal=long_date(row["nominal_on"], language),
        due=long_date(row["due_on"], language),
        link=office.link(settings, request_id),
    )
    subject = words("controller_mail_subject", language, reference=row["reference"])
    await send(Mail(uuid5(request_id, "controller"), office.addresses[0], subject, text, language), settings)
    async with acting_for(tenant) as db:
        await record(db, tenant, "request:tell_controller", SYSTEM, {"request": request_id})


async def confirm(tenant: UUID, request_id: UUID, settings: Settings, keys: TenantKeys) -> None:
    async with acting_for(tenant, read_only=True) as db:
        found = await opened(db, tenant, request_id, keys)
        row, person = found.row, found.field("subject")
        kept = await policy_of(db, tenant)
        controller = await db.fetchrow("SELECT * FROM controllers WHERE tenant_id = $1 AND id = $2", tenant, row["controller_id"])
        [entry] = await directory.entries(db, [row["controller_id"]])
        notice = await db.fetchrow(
            """SELECT t.slug AS tenant, p.slug, p.schedule FROM publications p JOIN tenants t ON t.id = p.tenant_id
               WHERE p.tenant_id = $1 AND p.id = $2""",
            tenant,
            row["notice_id"],
        )
    mail_id = uuid5(request_id, "confirmation")
    if not await _allowed(mail_id, person["email"], settings):
        async with acting_for(tenant) as db:
            await record(db, tenant, "request:withhold_confirmation", SYSTEM, {"request": request_id}, {"reason": "three mails a day"})
        return
    language = ours(row["language"])
    authority = authority_in(controller["country"], language)
    notice_then = None
    if notice is not None and row["notice_version"]:
        notice_then = version_url(settings.public_origin, notice["tenant"], notice, row["notice_version"], row["language"])
    contact = " · ".join(part for part in (controller["email"], controller["phone"]) if part)
    parts = [
        words(
            "confirmation_received",
            language,
            reference=row["reference"],
            received=long_time(row["received_at"], language, controller["time_zone"]),
        ),
        words(
            "confirmation_controller",
            language,
            name=controller["name"],
            business_id=controller["business_id"] or "–",
            contact=contact or "–",
        ),
        None if entry.verified else words("unverified", language),
        words("confirmation_types", language, types=", ".join(words(f"type_{kind}", language) for kind in row["types"])),
        words("confirmation_due", language, due=long_date(row["due_on"], language)),
        words("confirmation_rules", language),
        words("confirmation_status", language, link=status_url(settings, row["reference"], found.field("secret"))),
        words("confirmation_notice", language, link=notice_then) if notice_then else None,
        words("confirmation_change", language, contact=contact or controller["name"]),
        words("confirmation_authority", language, authority=authority.name, web=authority.web),
        words("confirmation_kept", language, months=duration(0, kept.content_months, 0, language)),
    ]
    text = "\n\n".join(part.strip() for part in parts if part) + "\n"
    subject = words("confirmation_subject", language, reference=row["reference"])
    await send(Mail(mail_id, person["email"], subject, text, language), settings)
    async with acting_for(tenant) as db:
        await record(db, tenant, "request:confirm", SYSTEM, {"request": request_id})


async def _allowed(mail_id: UUID, address: str, settings: Settings) -> bool:
    """Count this mail, once however often it is tried, and say whether it is within the day's three."""
    at = clock.now()
    key = settings.keys.derived(f"mail allowance {at.date()}")
    hashed = hmac.digest(key, hashlib.sha256(address.strip().lower().encode()).digest(), "sha256")
    async with acting_for_platform("an address belongs to no tenant") as db:
        # Two workers must not both send the third.
        await db.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(hashed[:8], "big", signed=True))
        await db.execute("DELETE FROM mail_allowances WHERE sent_at < $1", at - timedelta(days=2))
        earlier = await db.fetchval("SELECT count(*) FROM mail_allowances WHERE address_hash = $1 AND id <> $2", hashed, mail_id)
        if earlier >= MAILS_A_DAY:
            return False
        await db.execute(
            "INSERT INTO mail_allowances (id, address_hash, sent_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", mail_id, hashed, at
        )
    return True
