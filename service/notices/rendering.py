"""From a version to the final bytes of each public form of it. Pure: no database, no clock, no settings.

Stored bytes use relative links, so that they hold wherever the service is reached. What is said on a version's permanent
page (`/v/`) can never change; the page of the notice in force says the same and leads on to what can.
"""

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from service.languages import Words, long_date, ours
from service.layout import page
from service.notices.annotating import annotation
from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.exporting.offering import has_tilt
from service.notices.markdown import escaped, to_html
from service.notices.schemas import (
    Coming,
    Face,
    Fate,
    PublicHistory,
    PublicNotice,
    PublicSection,
    PublicVersion,
    Succession,
    Version,
    VersionInForce,
    VersionWithLinks,
)
from service.notices.theming.styling import Look

words = Words(__package__)

HTML = "text/html; charset=utf-8"
JSON = "application/json"
MARKDOWN = "text/markdown; charset=utf-8"
CANONICAL = "canonical.json"


@dataclass(frozen=True)
class Rendered:
    """Bytes for one path below a version, or below the history when `number` is 0."""

    number: int
    path: str
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Reading:
    """A version with all that its forms are made of."""

    notice: PublicNotice
    version: Version
    content: Content
    controllers: Sequence[ControllerSnapshot]
    languages: Sequence[str]
    default_language: str
    predecessor: int | None
    coming: VersionWithLinks | None = None
    pdfs: Collection[str] = ()
    """The languages in which it has a PDF."""
    look: Look | None = None

    @property
    def base(self) -> str:
        return self.notice.url

    def title(self, language: str) -> str:
        return self.content.title.get(language) or self.content.title[self.default_language]


def render_permanent(reading: Reading) -> list[Rendered]:
    """Every form of a version in every language, except its canonical bytes, which the hash is of. Made once."""
    return [form for language in reading.languages for form in _forms(reading, _document(reading, language), f"v/{language}", None)]


def render_in_force(reading: Reading) -> list[Rendered]:
    """The same for the notice's own address, where the version that takes over next is announced. Made anew when that changes."""
    rendered = []
    for language in reading.languages:
        coming = _coming(reading, language)
        document = VersionInForce(**msgspec.structs.asdict(_document(reading, language)), coming=coming)
        rendered += _forms(reading, document, language, coming)
    return rendered


def render_page(reading: Reading, language: str) -> bytes:
    """The permanent page in one language."""
    return _page(reading, _document(reading, language), None, permanent=True)


def render_data(reading: Reading, language: str) -> bytes:
    """The permanent JSON in one language."""
    return msgspec.json.encode(_document(reading, language))


def _forms(reading: Reading, document: PublicVersion, path: str, coming: Coming | None) -> list[Rendered]:
    number, permanent = reading.version.number, path.startswith("v/")
    return [
        Rendered(number, path, HTML, _page(reading, document, coming, permanent=permanent)),
        Rendered(number, f"{path}.json", JSON, msgspec.json.encode(document)),
        Rendered(number, f"{path}.md", MARKDOWN, _markdown(reading, document, coming).encode()),
        Rendered(number, f"{path}.fragment.html", HTML, _fragment(reading, document, coming)),
    ]


@dataclass(frozen=True)
class HistoryEntry:
    """A version in the history; `predecessor` applied before it, where both can be read. `published_on` is a day in its zone."""

    version: VersionWithLinks
    published_on: date
    predecessor: int | None


@dataclass(frozen=True)
class History:
    notice: PublicNotice
    face: Face
    entries: Sequence[HistoryEntry]
    languages: Sequence[str]
    withdrawal: Fate | None
    succession: Succession | None
    in_turn: Sequence[int]
    """The version in force, if any, and those that will take over from it."""
    look: Look | None


def render_history(history: History) -> list[Rendered]:
    """The history as data (newest first), and as page and fragment in every language (what applies last first).

    Which version is in force is for the clock to say. So there is a history for the time of each that is or will be, in which it
    is marked (`history/3/fi`), and one without a mark.
    """
    newest_first = sorted((entry.version for entry in history.entries), key=lambda version: -version.number)
    data = PublicHistory(history.notice, newest_first, history.withdrawal, history.succession)
    rendered = [Rendered(0, "history.json", JSON, msgspec.json.encode(data))]
    by_effect = sorted(history.entries, key=lambda entry: (entry.version.effective_from, entry.version.number), reverse=True)
    # Once the notice has ended, none of its versions is in force.
    in_turn = [] if history.withdrawal or history.succession else list(history.in_turn)
    marked = [("", dict[int, str]())]
    marked += [(f"{number}/", {number: "now", **dict.fromkeys(in_turn[turn + 1 :], "next")}) for turn, number in enumerate(in_turn)]
    for language, (turn, marks) in product(history.languages, marked):
        values: dict[str, Any] = {
            "history": history,
            "notice": history.notice,
            "title": told_in(history.face.title, language)[0],
            "entries": by_effect,
            "marks": marks,
            "look": history.look,
            "languages": history.languages,
            "words": words,
            "note": told_in,
            "day": _day,
            "on": functools.partial(_on, history.face.time_zone),
        }
        rendered.append(Rendered(0, f"history/{turn}{language}", HTML, page.render("notices/history.html", language, **values)))
        fragment = page.render("notices/history_fragment.html", language, **values)
        rendered.append(Rendered(0, f"history/{turn}{language}.fragment.html", HTML, fragment))
    return rendered


def links_of(base: str, number: int, language: str | None = None, predecessor: int | None = None) -> dict[str, str]:
    """Where a version's forms lie, relative to the service. `predecessor`: what applied before, as known at publishing."""
    links = {"notice": base, "history": f"{base}/history", "canonical": f"{base}/v/{number}/{CANONICAL}", "request": f"{base}/request"}
    if language is not None:
        links |= {form: f"{base}/v/{number}/{language}{end}" for form, end in _FORMS.items()}
    if language is not None and predecessor is not None:
        links["previous"] = f"{base}/v/{predecessor}/{language}"
        links["diff"] = f"{base}/diff/{predecessor}...{number}/{language}"
    return links


_FORMS = {"self": ".json", "page": "", "markdown": ".md", "fragment": ".fragment.html"}


def _document(reading: Reading, language: str) -> PublicVersion:
    sections = [section_in(section, language, reading.default_language) for section in reading.content.sections]
    links = links_of(reading.base, reading.version.number, language, reading.predecessor)
    permanent = f"{reading.base}/v/{reading.version.number}/{language}"
    if language in reading.pdfs:
        links["pdf"] = f"{permanent}.pdf"
    if has_tilt(language):
        links["tilt"] = f"{permanent}.tilt.json"
    return PublicVersion(
        notice=reading.notice,
        version=reading.version,
        language=language,
        languages=list(reading.languages),
        controllers=[msgspec.to_builtins(controller) for controller in reading.controllers],
        title=reading.title(language),
        register_name=(reading.content.register_name or {}).get(language),
        sections=sections,
        facts=msgspec.to_builtins(reading.content.facts),
        links=links,
    )


def section_in(section: Section, language: str, default: str) -> PublicSection:
    shown, heading, body = text_in(section, language, default)
    return PublicSection(section.id, section.covers or [], heading, section.id, shown, body, to_html(body, headings_from=3))


def text_in(section: Section, language: str, default: str) -> tuple[str, str, str]:
    """The language that a section is shown in, its heading, its Markdown."""
    # A section that was not written in this language is shown in the default one, and says so: nothing is left out.
    shown = language if section.body.get(language, "").strip() or not section.body.get(default, "").strip() else default
    heading = section.heading.get(shown) or section.heading.get(default) or next(iter(section.heading.values()), "")
    return shown, heading, section.body.get(shown, "")


def _coming(reading: Reading, language: str) -> Coming | None:
    """What takes over next, with links to it in this language if it has that."""
    version = reading.coming
    if version is None:
        return None
    shown = language if language in version.languages else version.languages[0]
    page_there = f"{reading.base}/v/{version.number}/{shown}"
    links = {"page": page_there, "data": f"{page_there}.json", "history": f"{reading.base}/history"}
    if shown == language:
        links["diff"] = f"{reading.base}/diff/{reading.version.number}...{version.number}/{language}"
    return Coming(version.number, version.effective_from, version.effective_at, version.significance, version.change_note, links)


def _page(reading: Reading, document: PublicVersion, coming: Coming | None, *, permanent: bool) -> bytes:
    address = f"{reading.base}/v/{reading.version.number}/{document.language}" if permanent else f"{reading.base}/{document.language}"
    # A permanent page shows nothing that can change, and a theme can.
    values = _values(reading, document, coming) | {
        "permanent": permanent,
        "look": None if permanent else reading.look,
        "annotation": annotation(document, reading.controllers, address, reading.predecessor),
    }
    return page.render("notices/notice.html", document.language, **values)


def _fragment(reading: Reading, document: PublicVersion, coming: Coming | None) -> bytes:
    bodies = [Markup(to_html(section.markdown, headings_from=4)) for section in document.sections]  # noqa: S704 — cleaned by nh3
    return page.render("notices/fragment.html", document.language, bodies=bodies, **_values(reading, document, coming))


def _values(reading: Reading, document: PublicVersion, coming: Coming | None) -> dict[str, Any]:
    return {
        "document": document,
        "version": reading.version,
        "coming": coming,
        "base": reading.base,
        "controllers": reading.controllers,
        "words": words,
        "note": told_in,
        "day": _day,
        "safe": Markup,
        "name_in": name_in,
        "lines": controller_lines,
    }


def _markdown(reading: Reading, document: PublicVersion, coming: Coming | None) -> str:
    language, version = document.language, reading.version
    parts = [f"# {document.title}", words("version_line", language, number=version.number, day=_day(version.effective_from, language))]
    if coming:
        note = " ".join(told_in(coming.change_note, language)[0].split())
        parts.append(f"{words('coming', language, day=_day(coming.effective_from, language))} {escaped(note)}")
    if version.historical:
        parts.append(words("historical", language))
    for section in document.sections:
        parts += [f"## {section.heading}" if section.heading else "", section.markdown]
    for controller in reading.controllers:
        parts += ["---", "\n".join(controller_lines(controller))]
    parts.append(f"SHA-256 {version.content_hash}")
    return "\n\n".join(part for part in parts if part) + "\n"


def controller_lines(controller: ControllerSnapshot) -> list[str]:
    dpo = " · ".join(value for value in (controller.dpo or {}).values() if value)
    known = [controller.name, controller.business_id, *(controller.address or "").splitlines(), controller.email, controller.phone, dpo]
    return [line for line in known if line]


def told_in(texts: dict[str, str], language: str) -> tuple[str, str]:
    """A change note or a reason in the language, or in the one it has, and which that is."""
    if language in texts:
        return texts[language], language
    return (texts["en"], "en") if "en" in texts else next(((text, code) for code, text in texts.items()), ("", language))


def _day(day: Any, language: str) -> str:
    return long_date(day, language)


def _on(time_zone: str, instant: datetime) -> date:
    """The day there."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def name_in(code: str, language: str) -> str:
    """A language's name, for a reader of `language`: `suomeksi`, `på finska`, `in Finnish`, or the code itself."""
    key = f"in_{code}"
    return words(key, ours(language)) if key in words.table else code
