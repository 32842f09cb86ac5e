"""What the world is shown of a notice, made anew from its rows whenever something befell it.

A version's permanent forms are made once, when it is published, and stay as they are. The history and the forms at the
notice's own address follow what happens: another version announced or recalled, another slug, a text taken down.
"""

import asyncio
import gzip
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import brotli
import msgspec

from service import clock
from service.notices import timing
from service.notices.describing import find, succession_of, withdrawal_of
from service.notices.exporting import renditions
from service.notices.exporting.editions import edition_of
from service.notices.freezing import content_in, controllers_in, frozen
from service.notices.rendering import (
    History,
    HistoryEntry,
    Reading,
    Rendered,
    links_of,
    render_history,
    render_in_force,
)
from service.notices.schemas import Face, Fate, PublicNotice, Version, VersionWithLinks
from service.notices.snapshotting import snapshots
from service.notices.theming.styling import Look
from service.notices.theming.wearing import look_of, worn_look
from service.notices.timing import Scheduled
from service.waiting import Turns
from tenants.database import ENGINE, Connection

CHANNEL = "seloste_published"

# Versions with what befell them.
VERSIONS = """
SELECT v.*, recall.at AS recalled_at, recall.reason AS recall_reason, redaction.at AS redacted_at, redaction.reason AS redaction_reason
FROM versions v
LEFT JOIN version_fates recall ON recall.tenant_id = v.tenant_id AND recall.version_id = v.id AND recall.fate = 'recalled'
LEFT JOIN version_fates redaction ON redaction.tenant_id = v.tenant_id AND redaction.version_id = v.id AND redaction.fate = 'redacted'
WHERE v.tenant_id = $1 AND v.notice_id = $2
"""


async def show(db: Connection, tenant: UUID, tenant_slug: str, notice_id: UUID, at: datetime, *, anew: bool = False) -> None:
    """Bring the public copies to what the rows say, and tell every node. Nothing to do before the first publication.

    Forms at the notice's own address are made where who comes next is another than it was, or the theme; with `anew` all of them.
    """
    shown_before = await db.fetchrow("SELECT slug, schedule, look FROM publications WHERE tenant_id = $1 AND id = $2", tenant, notice_id)
    if shown_before is None:
        return
    notice = await find(db, tenant, str(notice_id))
    rows = await db.fetch(VERSIONS + "ORDER BY v.number", tenant, notice_id)
    base = f"/n/{tenant_slug}/{notice['slug']}"
    versions = {row["number"]: with_links(base, row) for row in rows}
    schedule = [scheduled(version) for version in versions.values()]
    before = msgspec.json.decode(shown_before["schedule"], type=list[Scheduled])
    look = await look_of(db, tenant)
    dressed_alike = notice["slug"] == shown_before["slug"] and look == worn_look(shown_before["look"])
    settled = _turns(before, at) if dressed_alike and not anew else set()
    shown = PublicNotice(tenant_slug, notice["slug"], notice["kind"], base)
    by_number = {row["number"]: row for row in rows}
    papers = await pdfs(db, tenant, notice_id)
    readings = [
        await _reading(db, by_number[number], shown, versions, versions[following] if following else None, papers.get(number, ()), look)
        for number, following in _turns(schedule, at) - settled
    ]
    face = await _face(db, notice, by_number, versions)
    entries, languages = _entries(versions, by_number)
    in_turn = [version.number for version in timing.ahead(schedule, at)]
    history = History(shown, face, entries, languages, withdrawal_of(notice), succession_of(notice), in_turn, look)
    await db.execute(
        f"DELETE FROM renditions WHERE tenant_id = $1 AND notice_id = $2 AND (number = 0 OR number = ANY ($3) AND {IN_FORCE})",
        tenant,
        notice_id,
        [reading.version.number for reading in readings],
    )
    await store(db, tenant, notice_id, lambda: [*render_history(history), *(form for one in readings for form in _forms(one, notice_id))])
    await db.execute(
        """UPDATE publications SET slug = $3, former_slugs = $4, schedule = $5, withdrawal = $6, succession = $7, face = $8,
             look = $9, changed_at = $10
           WHERE tenant_id = $1 AND id = $2""",
        tenant,
        notice_id,
        notice["slug"],
        notice["former_slugs"],
        msgspec.json.encode(schedule).decode(),
        _encoded(history.withdrawal),
        _encoded(history.succession),
        _encoded(face),
        _encoded(look),
        at,
    )
    await db.execute(f"NOTIFY {CHANNEL}, '{UUID(int=notice_id.int)}'")


def _forms(reading: Reading, notice_id: UUID) -> list[Rendered]:
    return [*render_in_force(reading), *renditions.in_force(edition_of(reading, str(notice_id)))]


# Forms at the notice's own address, apart from those that stay as they are for ever.
IN_FORCE = "path NOT LIKE 'v/%' AND path <> 'canonical.json'"


# Whoever makes public copies takes a turn before taking a connection: making them is work for the processor, and twenty at once
# would hold twenty connections and end none.
TURNS = Turns(at_once=2, waiting=50)


async def store(db: Connection, tenant: UUID, notice_id: UUID, forms: Callable[[], list[Rendered]]) -> None:
    """Render and keep; rendering and compressing need no turn of the event loop."""

    def render() -> list[tuple[Rendered, bytes, bytes]]:
        return [(form, *_compressed(form)) for form in forms()]

    with ENGINE.working(db):
        rendered = await asyncio.to_thread(render)
    await db.executemany(
        """INSERT INTO renditions (tenant_id, id, notice_id, number, path, media_type, body, gzip, br)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (tenant, clock.new_id(), notice_id, form.number, form.path, form.media_type, form.body, gzipped, brotlied)
            for form, gzipped, brotlied in rendered
        ],
    )


def _compressed(form: Rendered) -> tuple[bytes, bytes]:
    """A PDF is compressed inside already; trying hard would only cost time."""
    hard = 1 if form.media_type == "application/pdf" else 9
    return gzip.compress(form.body, hard, mtime=0), brotli.compress(form.body, quality=hard)


def with_links(base: str, row: Any) -> VersionWithLinks:
    """A row of `VERSIONS` as it is shown."""
    number: int = row["number"]
    return VersionWithLinks(
        number,
        row["published_at"],
        row["effective_from"],
        row["effective_at"],
        msgspec.json.decode(row["change_note"]),
        row["significance"],
        row["historical"],
        row["content_hash"].hex(),
        row["previous_hash"].hex() if row["previous_hash"] else None,
        row["languages"],
        Fate(row["recalled_at"], msgspec.json.decode(row["recall_reason"])) if row["recalled_at"] else None,
        Fate(row["redacted_at"], msgspec.json.decode(row["redaction_reason"])) if row["redacted_at"] else None,
        links_of(base, number) | {language: f"{base}/v/{number}/{language}" for language in row["languages"]},
    )


def scheduled(version: VersionWithLinks) -> Scheduled:
    return Scheduled(
        version.number,
        version.effective_from,
        max(version.effective_at, version.published_at),
        version.historical,
        version.languages,
        version.recalled,
        version.redacted,
    )


def predecessor(version: Version, versions: Iterable[VersionWithLinks]) -> int | None:
    """Which of `versions` applied before this one."""
    place = (version.effective_from, version.number)
    earlier = [key for other in versions if other.recalled is None and (key := (other.effective_from, other.number)) < place]
    return max(earlier, default=(None, None))[1]


def _turns(schedule: Sequence[Scheduled], at: datetime) -> set[tuple[int, int | None]]:
    """Who is in force now or will be, each with who comes after it: what is not readable is neither shown nor announced."""
    in_turn: list[Scheduled | None] = [*timing.ahead(schedule, at), None]
    return {
        (version.number, after.number if after and after.redacted is None else None)
        for version, after in pairwise(in_turn)
        if version and version.redacted is None
    }


async def _reading(
    db: Connection,
    row: Any,
    notice: PublicNotice,
    versions: Mapping[int, VersionWithLinks],
    coming: VersionWithLinks | None,
    papers: Collection[str],
    look: Look | None,
) -> Reading:
    version = frozen(await _canonical(db, row))
    shown = versions[version.number]
    before = predecessor(shown, [other for other in versions.values() if other.number < version.number])
    return Reading(
        notice,
        Version(**{name: getattr(shown, name) for name in Version.__struct_fields__}),
        content_in(version),
        controllers_in(version),
        version.languages,
        version.default_language,
        before if before and versions[before].redacted is None else None,
        coming,
        papers,
        look,
    )


async def pdfs(db: Connection, tenant: UUID, notice_id: UUID) -> dict[int, list[str]]:
    """The languages in which each version has a PDF. Not all have: one could not be set, or was published before there were any."""
    rows = await db.fetch(
        """SELECT number, array_agg(substr(path, 3, length(path) - 6)) AS languages FROM renditions
           WHERE tenant_id = $1 AND notice_id = $2 AND path LIKE 'v/%.pdf' GROUP BY number""",
        tenant,
        notice_id,
    )
    return {row["number"]: row["languages"] for row in rows}


async def _canonical(db: Connection, row: Any) -> bytes:
    """Of a version that was not redacted."""
    return await db.fetchval(  # type: ignore[no-any-return]
        "SELECT canonical FROM version_contents WHERE tenant_id = $1 AND id = $2", row["tenant_id"], row["id"]
    )


async def _face(db: Connection, notice: Any, rows: Mapping[int, Any], versions: Mapping[int, VersionWithLinks]) -> Face:
    """As the version has it that applies last of those that can be read; where none can be, as the notice has it now."""
    readable = [version for version in versions.values() if version.recalled is None and version.redacted is None]
    last = max(readable, key=lambda version: (version.effective_from, version.number), default=None)
    if last is None:
        controllers = await snapshots(db, notice["tenant_id"], notice["controller_ids"])
        title, time_zone = msgspec.json.decode(notice["title"]), rows[max(rows)]["time_zone"]
        return Face(title, [controller.name for controller in controllers], time_zone)
    version = frozen(await _canonical(db, rows[last.number]))
    return Face(version.title, [controller.name for controller in controllers_in(version)], version.time_zone)


def _entries(versions: Mapping[int, VersionWithLinks], rows: Mapping[int, Any]) -> tuple[list[HistoryEntry], list[str]]:
    """Of the history, and the languages in which any version is there."""
    entries = []
    for version in versions.values():
        before = predecessor(version, versions.values())
        comparable = before and version.redacted is None and versions[before].redacted is None
        published_on = version.published_at.astimezone(ZoneInfo(rows[version.number]["time_zone"])).date()
        if version.redacted:
            # Its note was of the text that was taken down, and may say what that said.
            version = msgspec.structs.replace(version, change_note={}, links={name: version.links[name] for name in _OF_THE_NOTICE})
        entries.append(HistoryEntry(version, published_on, before if comparable else None))
    languages = dict.fromkeys(language for number in sorted(versions, reverse=True) for language in versions[number].languages)
    return entries, list(languages)


_OF_THE_NOTICE = ("notice", "history", "request")


def _encoded(told: Fate | Face | Look | None) -> str | None:
    return msgspec.json.encode(told).decode() if told else None
