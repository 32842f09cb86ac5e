"""Publish: number, hash, render and store a version, in one transaction with the event and the word to every node.

The order matters for who watches: after the commit all of it is there, before it nothing is.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from service import clock, errors
from service.errors import DraftIncomplete, DraftUnchanged, FieldError, InvalidContent, WrongState
from service.history.recording import record
from service.idempotency import Answer, answer
from service.notices.checking.demanding import demand
from service.notices.content import Content, ControllerSnapshot, languages_of, missing
from service.notices.drafting import content_of
from service.notices.exporting import renditions
from service.notices.exporting.editions import edition_of
from service.notices.freezing import Canonical, frozen
from service.notices.rendering import CANONICAL, JSON, Reading, Rendered, render_permanent
from service.notices.schemas import NewVersion, PublicNotice, Version, VersionWithLinks
from service.notices.showing import VERSIONS, predecessor, show, store, with_links
from service.notices.snapshotting import snapshots
from service.notices.variables import resolve, unfilled
from tenants.callers import Actor
from tenants.database import Connection
from tenants.naming import fold_name

FURTHEST = timedelta(days=3653)


async def publish(
    db: Connection, tenant: UUID, slug: str, row: Any, data: NewVersion, actor: Actor, because: Mapping[str, Any] | None = None
) -> VersionWithLinks:
    """Publish the draft in `row` (from drafting.find with lock). `db` is acting for `tenant`, whose slug is `slug`.

    `because` goes to the event: the version that this one repeats, say.
    """
    controllers = await snapshots(db, tenant, row["controller_ids"])
    resolved = resolve(titled(content_of(row), row), controllers)
    content = resolved.content
    if wrong := [*missing(content, row["default_language"]), *unfilled(resolved)]:
        raise DraftIncomplete("The draft cannot be published yet; `errors` says what is missing.", errors=wrong)
    if not data.historical:
        await demand(db, tenant, row, content)
    earlier = await db.fetch(VERSIONS + "ORDER BY v.number", tenant, row["id"])
    zone = controllers[0].time_zone
    # Two clocks may differ by a moment; a version is never older than the one that it follows.
    published_at = max([clock.now(), *(version["published_at"] + timedelta(microseconds=1) for version in earlier)])
    effective_from = _effective_from(data, earlier, published_at.astimezone(ZoneInfo(zone)).date())
    _check_note(data, row["languages"])
    canonical = Canonical(
        tenant_id=str(tenant),
        notice_id=str(row["id"]),
        kind=row["kind"],
        number=len(earlier) + 1,
        published_at=_rfc3339(published_at),
        effective_from=effective_from.isoformat(),
        time_zone=zone,
        significance=data.significance,
        historical=data.historical,
        change_note=data.change_note,
        default_language=row["default_language"],
        languages=languages_of(content, row["default_language"], row["languages"]),
        title=content.title,
        register_name=content.register_name,
        sections=[_plain(section) for section in content.sections],
        facts=msgspec.to_builtins(content.facts),
        controllers=[msgspec.to_builtins(controller) for controller in controllers],
        previous_hash=earlier[-1]["content_hash"].hex() if earlier else None,
    )
    if because is None:
        _refuse_taken_down(row, earlier)
    await _refuse_unchanged(db, tenant, canonical, earlier)
    version_id, encoded = clock.new_id(), canonical.encode()
    await db.execute(
        """INSERT INTO versions (tenant_id, id, notice_id, number, published_at, effective_from, effective_at, time_zone,
               significance, historical, change_note, languages, content_hash, previous_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        tenant,
        version_id,
        row["id"],
        canonical.number,
        published_at,
        effective_from,
        clock.start_of(effective_from, zone),
        zone,
        data.significance,
        data.historical,
        msgspec.json.encode(data.change_note).decode(),
        canonical.languages,
        hashlib.sha256(encoded).digest(),
        earlier[-1]["content_hash"] if earlier else None,
    )
    await db.execute("INSERT INTO version_contents (tenant_id, id, canonical) VALUES ($1, $2, $3)", tenant, version_id, encoded)
    made = await _keep(db, tenant, slug, row, content, controllers, Rendered(canonical.number, CANONICAL, JSON, encoded))
    await show(db, tenant, slug, row["id"], published_at)
    subject = {"notice": row["id"], "number": made.number}
    details = {"content_hash": made.content_hash, "effective_from": effective_from, "significance": data.significance, **(because or {})}
    await record(db, tenant, "version:publish", actor, subject, details)
    return made


def made_at(made: VersionWithLinks, tenant_slug: str, slug: str) -> Answer:
    """The answer to whoever published it."""
    return answer(made, headers={"location": f"/v1/tenants/{tenant_slug}/notices/{slug}/versions/{made.number}"})


def titled(content: Content, row: Any) -> Content:
    """A draft without a title of its own is published under the notice's."""
    if row["default_language"] in content.title:
        return content
    return msgspec.structs.replace(content, title={**msgspec.json.decode(row["title"]), **content.title})


def _effective_from(data: NewVersion, earlier: list[Any], today: date) -> date:
    if not data.historical:
        day = data.effective_from or today
        if day < today:
            raise errors.invalid(
                "/effective_from", f"{day} is past. A version applies from today ({today}) or later; an old one is `historical`."
            )
        if day - today > FURTHEST:
            raise errors.invalid("/effective_from", f"{day} is more than ten years ahead.")
        return day
    if data.effective_from is None:
        raise errors.invalid("/effective_from", "A historical version needs the day from which it applied.")
    others = [version for version in earlier if not version["historical"]]
    limit = others[0]["published_at"].astimezone(ZoneInfo(others[0]["time_zone"])).date() if others else today
    if data.effective_from >= limit:
        raise errors.invalid("/effective_from", f"A historical version lies before {limit}, when the notice was first published here.")
    return data.effective_from


def _check_note(data: NewVersion, allowed: list[str]) -> None:
    wrong = [
        FieldError(f"/change_note/{code}", f"{code!r} is not a language of this notice ({', '.join(allowed)}).")
        for code in data.change_note
        if code not in allowed
    ]
    if wrong or not all(text.strip() for text in data.change_note.values()):
        detail = "Say in a sentence what changed, in the notice's languages."
        raise InvalidContent(detail, errors=wrong or [FieldError("/change_note", detail)])


def _refuse_taken_down(row: Any, earlier: list[Any]) -> None:
    """What was taken down does not come back because nobody looked: the draft still says it until somebody edits it."""
    for version in earlier[-1:]:
        if version["redacted_at"] is not None and row["drafted_at"] <= version["redacted_at"]:
            raise WrongState(
                f"The text of version {version['number']} was taken down, and the draft was not edited since. Take out of it what "
                "may not be published, then publish it.",
                members={"state": "redacted", "version": version["number"]},
            )


async def _refuse_unchanged(db: Connection, tenant: UUID, canonical: Canonical, earlier: list[Any]) -> None:
    """What is published already is not published again: of two publications of one draft, one wins."""
    # What was recalled never applied, so its text may be published once more.
    alike = [v for v in earlier if v["historical"] == canonical.historical and v["recalled_at"] is None]
    if canonical.historical:
        alike = [v for v in alike if v["effective_from"].isoformat() == canonical.effective_from]
    for version in alike[-1:]:
        stored = await db.fetchval("SELECT canonical FROM version_contents WHERE tenant_id = $1 AND id = $2", tenant, version["id"])
        if stored is not None and frozen(stored).substance == canonical.substance:
            raise DraftUnchanged(
                f"The draft says what version {version['number']} says. Change it before you publish again.",
                members={"version": version["number"]},
            )


def _plain(section: Any) -> dict[str, Any]:
    return {"id": section.id, "covers": section.covers, "heading": section.heading, "body": section.body}


def _rfc3339(instant: datetime) -> str:
    return str(msgspec.to_builtins(instant))


async def _keep(
    db: Connection, tenant: UUID, slug: str, row: Any, content: Content, controllers: Sequence[ControllerSnapshot], canonical: Rendered
) -> VersionWithLinks:
    """The version's forms for ever, and the notice among those that are published."""
    notice = PublicNotice(slug, row["slug"], row["kind"], f"/n/{slug}/{row['slug']}")
    *earlier, made = [with_links(notice.url, version) for version in await db.fetch(VERSIONS + "ORDER BY v.number", tenant, row["id"])]
    reading = Reading(
        notice,
        Version(**{name: getattr(made, name) for name in Version.__struct_fields__}),
        content,
        controllers,
        made.languages,
        row["default_language"],
        # Among those numbered lower alone: then no later publication changes what this version's pages say.
        predecessor(made, earlier),
    )
    await db.execute(
        """INSERT INTO publications (tenant_id, id, slug, default_language, controller_ids, schedule, changed_at, requests_to, registers)
           VALUES ($1, $2, $3, $4, $5, '[]', $6, $7, $8)
           ON CONFLICT (tenant_id, id) DO UPDATE SET default_language = $4, controller_ids = $5, requests_to = $7, registers = $8""",
        tenant,
        row["id"],
        row["slug"],
        row["default_language"],
        row["controller_ids"],
        made.published_at,
        row["requests_to"],
        sorted({fold_name(name) for name in (content.register_name or {}).values()}),
    )
    edition = edition_of(reading, str(row["id"]))

    def forms() -> list[Rendered]:
        own = renditions.permanent(edition)
        return [canonical, *render_permanent(replace(reading, pdfs=renditions.languages_of_pdfs(own))), *own]

    await store(db, tenant, row["id"], forms)
    return made
