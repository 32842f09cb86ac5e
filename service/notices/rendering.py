"""From a version to the final bytes of each public form of it. Pure: no database, no clock, no settings.

Stored bytes use relative links, so that they hold wherever the service is reached. What is said on a version's permanent
page (`/v/`) can never change; the page of the notice in force says the same and leads on to what can.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from markupsafe import Markup

from service.languages import Words, long_date, ours
from service.layout import page
from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.markdown import to_html
from service.notices.schemas import PublicHistory, PublicNotice, PublicSection, PublicVersion, Version, VersionWithLinks

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

    @property
    def base(self) -> str:
        return self.notice.url

    def title(self, language: str) -> str:
        return self.content.title.get(language) or self.content.title[self.default_language]


def render_version(reading: Reading) -> list[Rendered]:
    """Every form of a version in every language, except its canonical bytes, which the hash is of."""
    number = reading.version.number
    rendered = []
    for language in reading.languages:
        document = _document(reading, language)
        rendered += [
            Rendered(number, language, HTML, _page(reading, document, permanent=False)),
            Rendered(number, f"v/{language}", HTML, _page(reading, document, permanent=True)),
            Rendered(number, f"{language}.json", JSON, msgspec.json.encode(document)),
            Rendered(number, f"{language}.md", MARKDOWN, _markdown(reading, document).encode()),
            Rendered(number, f"{language}.fragment.html", HTML, _fragment(reading, document)),
        ]
    return rendered


@dataclass(frozen=True)
class HistoryEntry:
    """A version in the history; `predecessor` applied before it, `published_on` is a day in the notice's zone."""

    version: VersionWithLinks
    published_on: date
    predecessor: int | None


def render_history(
    notice: PublicNotice, titles: dict[str, str], entries: Sequence[HistoryEntry], languages: Sequence[str]
) -> list[Rendered]:
    """The history as data (newest first), and as page and fragment in every language (what applies last first)."""
    newest_first = sorted((entry.version for entry in entries), key=lambda version: -version.number)
    rendered = [Rendered(0, "history.json", JSON, msgspec.json.encode(PublicHistory(notice, newest_first)))]
    by_effect = sorted(entries, key=lambda entry: (entry.version.effective_from, entry.version.number), reverse=True)
    for language in languages:
        values: dict[str, Any] = {
            "notice": notice,
            "title": titles.get(language) or next(iter(titles.values())),
            "entries": by_effect,
            "languages": languages,
            "words": words,
            "note": _note,
            "day": _day,
        }
        rendered.append(Rendered(0, f"history/{language}", HTML, page.render("notices/history.html", language, **values)))
        fragment = page.render("notices/history_fragment.html", language, **values)
        rendered.append(Rendered(0, f"history/{language}.fragment.html", HTML, fragment))
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
    return PublicVersion(
        notice=reading.notice,
        version=reading.version,
        language=language,
        languages=list(reading.languages),
        controllers=[msgspec.to_builtins(controller) for controller in reading.controllers],
        title=reading.title(language),
        register_name=(reading.content.register_name or {}).get(language),
        sections=[section_in(section, language, reading.default_language) for section in reading.content.sections],
        facts=msgspec.to_builtins(reading.content.facts),
        links=links_of(reading.base, reading.version.number, language, reading.predecessor),
    )


def section_in(section: Section, language: str, default: str) -> PublicSection:
    # A section that was not written in this language is shown in the default one, and says so: nothing is left out.
    shown = language if section.body.get(language, "").strip() or not section.body.get(default, "").strip() else default
    body = section.body.get(shown, "")
    heading = section.heading.get(shown) or section.heading.get(default) or next(iter(section.heading.values()), section.id)
    return PublicSection(section.id, section.covers or [], heading, section.id, shown, body, to_html(body, headings_from=3))


def _page(reading: Reading, document: PublicVersion, *, permanent: bool) -> bytes:
    return page.render("notices/notice.html", document.language, permanent=permanent, **_values(reading, document))


def _fragment(reading: Reading, document: PublicVersion) -> bytes:
    bodies = [Markup(to_html(section.markdown, headings_from=4)) for section in document.sections]  # noqa: S704 — cleaned by nh3
    return page.render("notices/fragment.html", document.language, bodies=bodies, **_values(reading, document))


def _values(reading: Reading, document: PublicVersion) -> dict[str, Any]:
    return {
        "document": document,
        "version": reading.version,
        "base": reading.base,
        "controllers": reading.controllers,
        "words": words,
        "note": _note,
        "day": _day,
        "safe": Markup,
        "name_in": name_in,
        "lines": controller_lines,
    }


def _markdown(reading: Reading, document: PublicVersion) -> str:
    language, version = document.language, reading.version
    parts = [f"# {document.title}", words("version_line", language, number=version.number, day=_day(version.effective_from, language))]
    if version.historical:
        parts.append(words("historical", language))
    for section in document.sections:
        parts += [f"## {section.heading}", section.markdown]
    for controller in reading.controllers:
        parts += ["---", "\n".join(controller_lines(controller))]
    parts.append(f"SHA-256 {version.content_hash}")
    return "\n\n".join(part for part in parts if part) + "\n"


def controller_lines(controller: ControllerSnapshot) -> list[str]:
    dpo = " · ".join(value for value in (controller.dpo or {}).values() if value)
    known = [controller.name, controller.business_id, *(controller.address or "").splitlines(), controller.email, controller.phone, dpo]
    return [line for line in known if line]


def _note(note: dict[str, str], language: str) -> tuple[str, str]:
    """A change note in the language, or in the one it has, and which that is."""
    if language in note:
        return note[language], language
    return (note["en"], "en") if "en" in note else next((text, code) for code, text in note.items())


def _day(day: Any, language: str) -> str:
    return long_date(day, language)


def name_in(code: str, language: str) -> str:
    """A language's name, for a reader of `language`: `suomeksi`, `på finska`, `in Finnish`, or the code itself."""
    key = f"in_{code}"
    return words(key, ours(language)) if key in words.table else code
