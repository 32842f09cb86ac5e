"""The history as an Atom feed (RFC 4287) in each language, made on demand from the copy of the history and kept a while.

What a version says never changes, so neither does its entry, until it is recalled or its text is taken down. One that lies ahead
has its entry from the day on which it was announced. No time in it is the time of asking.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from service.errors import NotFound
from service.hosting.copies import Copies
from service.hosting.heads import Copy, Head
from service.hosting.relating import ATOM
from service.languages import long_date
from service.layout import page
from service.notices.rendering import told_in, words
from service.notices.schemas import Fate, PublicHistory, VersionWithLinks
from service.notices.showing import predecessor


@dataclass(frozen=True)
class Entry:
    """`texts` are paragraphs, each with its language."""

    id: str
    title: str
    updated: str
    page: str
    texts: Sequence[tuple[str, str]]
    published: str | None = None
    significance: str | None = None
    predecessor: str | None = None
    diff: str | None = None


async def feed(copies: Copies, head: Head, language: str) -> Copy:
    async def make() -> Copy:
        told = await copies.copy(head, 0, "history.json")
        assert told is not None, "every published notice has a history"
        history = msgspec.json.decode(told.body, type=PublicHistory)
        if language not in {code for version in history.versions for code in version.languages}:
            raise NotFound("No version of the notice is there in that language.")
        return await asyncio.to_thread(lambda: Copy.of(ATOM, _made(head, history, language)))

    return await copies.made(head, ("feed", language), make)


def _made(head: Head, history: PublicHistory, language: str) -> bytes:
    face = head.shown_face
    zone = ZoneInfo(face.time_zone)
    ends = [_of_the_end(head, history, zone, language)] if history.withdrawal or history.succession else []
    entries = [*ends, *(_of_version(head, history, version, zone, language) for version in history.versions)]
    entries.sort(key=lambda entry: entry.updated, reverse=True)
    body = page.render(
        "hosting/feed.xml",
        language,
        id=_name(head, language),
        title=told_in(face.title, language)[0] or head.slug,
        updated=entries[0].updated,
        authors=face.controllers or [head.tenant_slug],
        address=head.address,
        entries=entries,
        words=words,
        paragraph=_paragraph,
    )
    # Two characters that a text may hold and XML cannot say at all.
    return body.replace("\ufffe".encode(), b"").replace("\uffff".encode(), b"")


def _of_version(head: Head, history: PublicHistory, version: VersionWithLinks, zone: ZoneInfo, language: str) -> Entry:
    before = _readable_before(history, version)
    shown = language if language in version.languages else version.languages[0]
    texts = [told_in(version.change_note, language)] if version.change_note else []
    if version.historical:
        texts.append((words("historical", language), language))
    for key, fate in (("recalled", version.recalled), ("redacted", version.redacted)):
        if fate:
            texts += _told(key, fate, zone, language)
    return Entry(
        id=_name(head, language, version.number),
        title=words("version_line", language, number=version.number, day=long_date(version.effective_from, language)),
        updated=_rfc3339(max([version.published_at, *(fate.at for fate in (version.recalled, version.redacted) if fate)])),
        page=f"{head.address}/history/{language}" if version.redacted else f"{head.address}/v/{version.number}/{shown}",
        texts=texts,
        published=_rfc3339(version.published_at),
        significance=version.significance,
        predecessor=f"{head.address}/v/{before.number}/{shown}" if before and shown in before.languages else None,
        diff=f"{head.address}/diff/{before.number}...{version.number}/{shown}" if before and shown in before.languages else None,
    )


def _readable_before(history: PublicHistory, version: VersionWithLinks) -> VersionWithLinks | None:
    number = predecessor(version, history.versions)
    found = next((other for other in history.versions if other.number == number), None)
    return found if found and version.redacted is None and found.redacted is None else None


def _of_the_end(head: Head, history: PublicHistory, zone: ZoneInfo, language: str) -> Entry:
    texts: list[tuple[str, str]] = []
    fates: list[Fate] = []
    if history.withdrawal:
        fates.append(history.withdrawal)
        texts += _told("withdrawn", history.withdrawal, zone, language)
    if history.succession:
        fates.append(history.succession)
        texts += _told("succeeded" if history.succession.successor else "retired", history.succession, zone, language)
    at = max(fate.at for fate in fates)
    return Entry(_name(head, language, at), texts[0][0], _rfc3339(at), f"{head.address}/history/{language}", texts)


def _told(key: str, fate: Fate, zone: ZoneInfo, language: str) -> list[tuple[str, str]]:
    texts = [(words(key, language, day=long_date(fate.at.astimezone(zone).date(), language)), language)]
    return [*texts, told_in(fate.reason, language)] if fate.reason else texts


def _name(head: Head, *what: object) -> str:
    """The same wherever and whenever it is asked for, whatever the notice is called by then."""
    return uuid5(head.notice_id, "/".join(map(str, what))).urn


def _paragraph(text: str, language: str) -> str:
    """HTML, but not marked as safe: in a feed it is text, and escaped once more."""
    return str(Markup('<p lang="{}">{}</p>').format(language, text))


def _rfc3339(instant: datetime) -> Any:
    return msgspec.to_builtins(instant)
