"""The worker's part: the other side of a case hears of a move or a message.

No mail quotes what either side wrote: it says what happened, what follows from it by law, and where the words can be read.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import msgspec

from service import clock
from service.history.recording import record
from service.intake.addressing import Office, office_of
from service.intake.authorities import authority_in
from service.intake.cases.moving import case_of
from service.intake.cases.verifying import verification_url
from service.intake.opening import Opened, opened
from service.intake.storing import status_url
from service.languages import Words, long_date, ours
from service.mail.sending import Mail, send
from service.sealing import TenantKeys
from service.settings import Settings
from tenants.acting import acting_for
from tenants.callers import SYSTEM, Actor

words = Words(__package__)
# What follows a move of the controller's, by law, in the person's mail.
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "extend": ("mail_complaint",),
    "complete": ("mail_complaint",),
    "refuse_partly": ("mail_complaint", "mail_remedy"),
    "refuse": ("mail_complaint", "mail_remedy"),
}


async def tell_move(tenant: UUID, move_id: UUID, settings: Settings, keys: TenantKeys) -> None:
    """To the side that did not make it."""
    async with acting_for(tenant, read_only=True) as db:
        move = await db.fetchrow("SELECT * FROM request_moves WHERE tenant_id = $1 AND id = $2", tenant, move_id)
        if move is None:
            return
        found = await opened(db, tenant, move["request_id"], keys)
        office = await office_of(db, tenant, found.row["controller_id"])
    if msgspec.json.decode(move["actor"], type=Actor).kind == "person":
        await _to_controller(found, office, move_id, f"controller_{move['act']}", settings)
    else:
        await _to_person(found, move_id, f"mail_{move['act']}", _of_move(found, office, move, settings), settings)


async def tell_message(tenant: UUID, message_id: UUID, settings: Settings, keys: TenantKeys) -> None:
    async with acting_for(tenant, read_only=True) as db:
        message = await db.fetchrow("SELECT request_id, author FROM request_messages WHERE tenant_id = $1 AND id = $2", tenant, message_id)
        if message is None:
            return
        found = await opened(db, tenant, message["request_id"], keys)
        office = await office_of(db, tenant, found.row["controller_id"])
    if message["author"] == "person":
        await _to_controller(found, office, message_id, "controller_message", settings)
    else:
        language = ours(found.row["language"])
        text = [words("mail_message", language, controller=office.name), _status(found, settings)]
        await _to_person(found, message_id, "mail_message", text, settings)


def _of_move(found: Opened, office: Office, move: Any, settings: Settings) -> list[str]:
    """The mail's paragraphs."""
    language, act = ours(found.row["language"]), move["act"]
    facts = msgspec.json.decode(move["facts"])
    said = [words(f"mail_{act}", language, controller=office.name, due=long_date(move["due_on"], language))]
    if act == "ask_identity":
        said.append(words(f"method_{facts['method']}", language))
        if facts["method"] == "email_loop":
            said.append(words("mail_verify", language, link=verification_url(settings, found, move["id"])))
        said.append(words("mail_no_copies", language))
    if act == "extend":
        said.append(words(f"grounds_{facts['grounds']}", language))
    if "ground" in facts:
        said.append(words(f"ground_{facts['ground']}", language))
    authority = authority_in(office.country, language)
    said += [words(key, language, authority=authority.name, web=authority.web) for key in RIGHTS.get(act, ())]
    return [*said, _status(found, settings)]


def _status(found: Opened, settings: Settings) -> str:
    language = ours(found.row["language"])
    return words("mail_status", language, link=status_url(settings, found.row["reference"], found.field("secret")))


async def _to_person(found: Opened, cause: UUID, about: str, text: list[str], settings: Settings) -> None:
    row, person = found.row, found.field("subject")
    if person is None or person["email"] is None:
        # The controller sees that there is no address, and tells the person itself.
        return
    language = ours(row["language"])
    greeting = words("mail_greeting", language, reference=row["reference"])
    subject = words(f"{about}_subject", language, reference=row["reference"])
    body = "\n\n".join(part.strip() for part in (greeting, *text)) + "\n"
    await send(Mail(uuid5(cause, "person"), person["email"], subject, body, language), settings)
    tenant = row["tenant_id"]
    async with acting_for(tenant) as db:
        await record(db, tenant, "request:tell_person", SYSTEM, {"request": row["id"], "cause": cause})


async def _to_controller(found: Opened, office: Office, cause: UUID, about: str, settings: Settings) -> None:
    row, language = found.row, office.language
    if not office.addresses:
        return
    due = case_of(row).deadline(clock.now())
    text = words(
        "controller_mail",
        language,
        name=office.name,
        what=words(about, language, reference=row["reference"], due=long_date(due.due_on, language)),
        link=office.link(settings, row["id"]),
    )
    subject = words("controller_mail_subject", language, reference=row["reference"])
    await send(Mail(uuid5(cause, "controller"), office.addresses[0], subject, text, language), settings)
    tenant = row["tenant_id"]
    async with acting_for(tenant) as db:
        await record(db, tenant, "request:tell_controller", SYSTEM, {"request": row["id"], "cause": cause})
