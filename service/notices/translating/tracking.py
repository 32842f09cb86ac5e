"""From which text each translation was made, so that what changed since can be shown. Pure.

Kept beside the draft: for each section and language but the default one, the default language's text as it was when the
translation was last touched. Whoever edits a translation has seen the text of that moment.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from service.notices.comparing.comparing import SectionChange, Text, compare
from service.notices.content import Content, Section


class Basis(msgspec.Struct):
    """What a translation was made from, and when it was last touched."""

    at: datetime
    heading: str
    body: str


Bases = dict[str, dict[str, Basis]]


class TranslatedSection(msgspec.Struct):
    id: str
    state: Annotated[
        Literal["in_step", "behind", "missing", "extra"],
        Meta(description="`behind`: the default language changed since; `extra`: there is no text in the default language."),
    ]
    translated_at: Annotated[datetime | None, Meta(description="When the translation was last touched.")]
    changes: Annotated[SectionChange | None, Meta(description="What changed in the default language since then.")]


def track(old: Content, new: Content, bases: Mapping[str, Mapping[str, Basis]], default: str, at: datetime) -> Bases:
    """The bases after `new` replaced `old`, at `at`."""
    before = {section.id: section for section in old.sections}
    tracked: Bases = {}
    for section in new.sections:
        was = before.get(section.id)
        for language, body in section.body.items():
            if language == default or not body.strip():
                continue
            known = bases.get(section.id, {}).get(language)
            touched = was is None or known is None or _text(was, language) != _text(section, language)
            tracked.setdefault(section.id, {})[language] = Basis(at, *_text(section, default)) if touched or not known else known
    return tracked


def in_step(content: Content, bases: Mapping[str, Mapping[str, Basis]], language: str, default: str) -> list[TranslatedSection]:
    """How each section stands in `language`; sections without any text in both are left out."""
    sections = []
    for section in content.sections:
        heading, body = _text(section, default)
        translated = bool(section.body.get(language, "").strip())
        basis = bases.get(section.id, {}).get(language)
        if not body.strip() and not translated:
            continue
        if not translated:
            sections.append(TranslatedSection(section.id, "missing", None, None))
        elif not body.strip():
            sections.append(TranslatedSection(section.id, "extra", basis.at if basis else None, None))
        else:
            [change] = compare([Text("", basis.heading, basis.body)], [Text("", heading, body)]) if basis else [None]
            behind = change is not None and change.change != "unchanged"
            if change is not None:
                change.id = section.id
            state: Literal["behind", "in_step"] = "behind" if behind else "in_step"
            sections.append(TranslatedSection(section.id, state, basis.at if basis else None, change if behind else None))
    return sections


def _text(section: Section, language: str) -> tuple[str, str]:
    return section.heading.get(language, ""), section.body.get(language, "")
