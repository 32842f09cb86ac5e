"""A good notice to judge others against: one of its sections is changed, and only that may be found."""

import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from service.notices.checking.checking import check
from service.notices.checking.findings import Check, ImportFinding
from service.notices.content import Content, ControllerSnapshot, Section

TODAY = date(2026, 11, 25)
_HERE = Path(__file__).parent


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text("utf-8"))


def good(*languages: str) -> Content:
    data = table("good.toml")
    sections = [
        Section(
            row["id"],
            _of(row["heading"], languages),
            {code: text.strip() for code, text in _of(row["body"], languages).items()},
            row["covers"],
        )
        for row in data["sections"]
    ]
    return Content(_of(data["title"], languages), sections)


def _of(texts: dict[str, str], languages: Sequence[str]) -> dict[str, str]:
    return {code: texts[code] for code in languages}


def changed(
    content: Content, language: str, section: str, body: str, heading: str | None = None, covers: list[str] | None = None
) -> Content:
    """With another text in a section, or one more section where there is none of that id."""
    sections = []
    for one in content.sections:
        if one.id == section:
            one = Section(one.id, {language: heading} if heading else one.heading, {language: body}, covers or one.covers)
        sections.append(one)
    if all(one.id != section for one in content.sections):
        sections.insert(3, Section(section, {language: heading or ""}, {language: body}, covers))
    return Content(content.title, sections, content.register_name, content.facts)


def without(content: Content, *sections: str) -> Content:
    return Content(content.title, [one for one in content.sections if one.id not in sections], content.register_name, content.facts)


def judged(
    content: Content,
    *languages: str,
    controllers: Sequence[ControllerSnapshot] = (),
    imported: Sequence[ImportFinding] = (),
    today: date = TODAY,
) -> Check:
    return check(content, default_language=languages[0], languages=languages, controllers=controllers, imported=imported, today=today)


def codes(content: Content, *languages: str, **more: Any) -> set[str]:
    return {finding.code for finding in judged(content, *languages, **more).findings}
