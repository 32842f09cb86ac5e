"""Publish: number, hash, render and store a version, in one transaction with the event and the word to every node.

The order matters for who watches: after the commit all of it is there, before it nothing is.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import brotli
import msgspec
import rfc8785

from service import clock, errors
from service.errors import DraftIncomplete, DraftUnchanged, FieldError, InvalidContent
from service.history.recording import record
from service.notices.content import Content, languages_of, missing
from service.notices.drafting import content_of
from service.notices.rendering import (
    CANONICAL,
    JSON,
    HistoryEntry,
    Reading,
    Rendered,
    links_of,
    render_history,
    render_version,
)
from service.notices.schemas import NewVersion, PublicNotice, Version, VersionWithLinks
from service.notices.snapshotting import snapshots
from service.notices.variables import resolve, unfilled
from tenants.callers import Actor
from tenants.database import Connection

CHANNEL = "seloste_published"
FURTHEST = timedelta(days=3653)


class Canonical(msgspec.Struct):
    """What a version's hash is of: RFC 8785 of this. It holds no hash of itself, no slug, no address, no markup."""

    tenant_id: str
    notice_id: str
    kind: str
    number: int
    published_at: str
    effective_from: str
    time_zone: str
    significance: str
    historical: bool
    change_note: dict[str, str]
    default_language: str
    languages: list[str]
    title: dict[str, str]
    register_name: dict[str, str] | None
    sections: list[dict[str, Any]]
    facts: dict[str, Any] | None
    controllers: list[dict[str, Any]]
    previous_hash: str | None
    format: Literal["seloste-version/1"] = "seloste-version/1"

    def encode(self) -> bytes:
        return rfc8785.dumps(msgspec.to_builtins(self))

    @property
    def substance(self) -> tuple[Any, ...]:
        """What makes a version another than the one before: its text, its facts, its controllers."""
        return (self.title, self.register_name, self.sections, self.facts, self.languages, self.controllers)


class Scheduled(msgspec.Struct):
    """What hosting needs to choose the version in force; `in_force_at` is the later of effective and published."""

    number: int
    effective_from: date
    in_force_at: datetime
    historical: bool
    languages: list[str]


async def publish(db: Connection, tenant: UUID, slug: str, row: Any, data: NewVersion, actor: Actor) -> VersionWithLinks:
    """Publish the draft in `row` (from drafting.find with lock). `db` is acting for `tenant`, whose slug is `slug`."""
    controllers = await snapshots(db, tenant, row["controller_ids"])
    resolved = resolve(_titled(content_of(row), row), controllers)
    content = resolved.content
    if wrong := [*missing(content, row["default_language"]), *unfilled(resolved)]:
        raise DraftIncomplete("The draft cannot be published yet; `errors` says what is missing.", errors=wrong)
    earlier = await db.fetch("SELECT * FROM versions WHERE tenant_id = $1 AND notice_id = $2 ORDER BY number", tenant, row["id"])
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
    await _refuse_unchanged(db, tenant, canonical, earlier)
    version_id, encoded = clock.new_id(), canonical.encode()
    digest = hashlib.sha256(encoded).digest()
    effective_at = clock.start_of(effective_from, zone)
    version = Version(
        canonical.number,
        published_at,
        effective_from,
        effective_at,
        data.change_note,
        data.significance,
        data.historical,
        digest.hex(),
        canonical.previous_hash,
    )
    await db.execute(
        """INSERT INTO versions (tenant_id, id, notice_id, number, published_at, effective_from, effective_at, time_zone,
               significance, historical, change_note, languages, content_hash, previous_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        tenant,
        version_id,
        row["id"],
        version.number,
        published_at,
        effective_from,
        effective_at,
        zone,
        data.significance,
        data.historical,
        msgspec.json.encode(data.change_note).decode(),
        canonical.languages,
        digest,
        earlier[-1]["content_hash"] if earlier else None,
    )
    await db.execute("INSERT INTO version_contents (tenant_id, id, canonical) VALUES ($1, $2, $3)", tenant, version_id, encoded)

    notice = PublicNotice(slug, row["slug"], row["kind"], f"/n/{slug}/{row['slug']}")
    listed = [*(with_links(notice.url, past) for past in earlier), _linked(notice.url, version, canonical.languages)]
    reading = Reading(
        notice,
        version,
        content,
        controllers,
        canonical.languages,
        row["default_language"],
        # Among those numbered lower alone: then no later publication changes what this version's pages say.
        _predecessor(version, listed[:-1]),
    )
    await _store(db, tenant, row, reading, listed, Rendered(version.number, CANONICAL, JSON, encoded), zone)
    subject = {"notice": row["id"], "number": version.number}
    details = {"content_hash": version.content_hash, "effective_from": effective_from, "significance": data.significance}
    await record(db, tenant, "version:publish", actor, subject, details)
    await db.execute(f"NOTIFY {CHANNEL}, '{UUID(int=row['id'].int)}'")
    return listed[-1]


def _titled(content: Content, row: Any) -> Content:
    """A draft without a title of its own is published under the notice's."""
    if row["default_language"] in content.title:
        return content
    return msgspec.structs.replace(content, title={**msgspec.json.decode(row["title"]), **content.title})


def with_links(base: str, row: Any) -> VersionWithLinks:
    """A row of `versions` as it is shown."""
    version = Version(
        row["number"],
        row["published_at"],
        row["effective_from"],
        row["effective_at"],
        msgspec.json.decode(row["change_note"]),
        row["significance"],
        row["historical"],
        row["content_hash"].hex(),
        row["previous_hash"].hex() if row["previous_hash"] else None,
    )
    return _linked(base, version, row["languages"])


def _linked(base: str, version: Version, languages: list[str]) -> VersionWithLinks:
    links = links_of(base, version.number) | {language: f"{base}/v/{version.number}/{language}" for language in languages}
    return VersionWithLinks(**msgspec.structs.asdict(version), languages=languages, links=links)


def _predecessor(version: Version, versions: Iterable[Version]) -> int | None:
    """Which of `versions` applied before this one."""
    place = (version.effective_from, version.number)
    return max((key for other in versions if (key := (other.effective_from, other.number)) < place), default=(None, None))[1]


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


async def _refuse_unchanged(db: Connection, tenant: UUID, canonical: Canonical, earlier: list[Any]) -> None:
    """What is published already is not published again: of two publications of one draft, one wins."""
    alike = [v for v in earlier if v["historical"] == canonical.historical]
    if canonical.historical:
        alike = [v for v in alike if v["effective_from"].isoformat() == canonical.effective_from]
    for version in alike[-1:]:
        stored = await db.fetchval("SELECT canonical FROM version_contents WHERE tenant_id = $1 AND id = $2", tenant, version["id"])
        if stored is not None and msgspec.json.decode(stored, type=Canonical).substance == canonical.substance:
            raise DraftUnchanged(
                f"The draft says what version {version['number']} says. Change it before you publish again.",
                members={"version": version["number"]},
            )


def _plain(section: Any) -> dict[str, Any]:
    return {"id": section.id, "covers": section.covers, "heading": section.heading, "body": section.body}


def _rfc3339(instant: datetime) -> str:
    return str(msgspec.to_builtins(instant))


async def _store(
    db: Connection, tenant: UUID, row: Any, reading: Reading, listed: list[VersionWithLinks], canonical: Rendered, zone: str
) -> None:
    """The public copies: this version's forms, the history anew, and what hosting chooses by."""
    all_languages = list(dict.fromkeys(language for version in reversed(listed) for language in version.languages))
    entries = [
        HistoryEntry(version, version.published_at.astimezone(ZoneInfo(zone)).date(), _predecessor(version, listed)) for version in listed
    ]

    def render() -> list[tuple[Rendered, bytes, bytes]]:
        forms = [
            canonical,
            *render_version(reading),
            *render_history(reading.notice, reading.content.title, entries, all_languages),
        ]
        return [(form, gzip.compress(form.body, 9, mtime=0), brotli.compress(form.body, quality=9)) for form in forms]

    # Compressing is most of the work, and needs no turn of the event loop.
    rendered = await asyncio.to_thread(render)
    schedule = [Scheduled(v.number, v.effective_from, max(v.effective_at, v.published_at), v.historical, v.languages) for v in listed]
    await db.execute(
        """INSERT INTO publications (tenant_id, id, slug, default_language, controller_ids, schedule, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (tenant_id, id) DO UPDATE
           SET default_language = $4, controller_ids = $5, schedule = $6, changed_at = $7""",
        tenant,
        row["id"],
        row["slug"],
        row["default_language"],
        row["controller_ids"],
        msgspec.json.encode(schedule).decode(),
        reading.version.published_at,
    )
    await db.execute("DELETE FROM renditions WHERE tenant_id = $1 AND notice_id = $2 AND number = 0", tenant, row["id"])
    await db.executemany(
        """INSERT INTO renditions (tenant_id, id, notice_id, number, path, media_type, body, gzip, br)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (tenant, clock.new_id(), row["id"], form.number, form.path, form.media_type, form.body, gzipped, brotlied)
            for form, gzipped, brotlied in rendered
        ],
    )
