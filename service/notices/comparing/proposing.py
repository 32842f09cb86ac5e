"""Propose what to say of a change, and whether it is material; the author confirms or writes something else.

Material is what changes what happens to people's data or what they can do about it (WP260 rev.01, paragraph 29): who is
responsible, purposes, bases, data, recipients, transfers, retention, rights, automated decisions.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from service.languages import OURS, Words
from service.notices.comparing.comparing import SectionChange

words = Words("service.notices")

MATERIAL = frozenset(
    [
        "purposes",
        "legal_basis",
        "legitimate_interests",
        "consent",
        "data_categories",
        "sources",
        "recipients",
        "processors",
        "transfers",
        "retention",
        "rights",
        "rights_access",
        "rights_rectification",
        "rights_erasure",
        "rights_restriction",
        "rights_portability",
        "rights_objection",
        "rights_withdraw_consent",
        "statutory_requirement",
        "automated_decisions",
        "further_purpose",
        "joint_controllers",
    ]
)
_TOLD = ("added", "changed", "removed", "renamed", "moved")


class Reason(msgspec.Struct):
    """Why a change is proposed as material."""

    section: Annotated[str | None, Meta(description="Null: the controllers or the facts.")]
    item: Annotated[str, Meta(description="A canonical id, `controller` or `facts`.")]
    change: str


class Proposal(msgspec.Struct):
    change_note: Annotated[dict[str, str], Meta(description="In those of the notice's languages that are Finnish, Swedish or English.")]
    significance: Literal["editorial", "material"]
    reasons: list[Reason]


def propose(
    changes: Mapping[str, Sequence[SectionChange]],
    covers: Mapping[str, Sequence[str]],
    headings: Mapping[str, Mapping[str, str]],
    *,
    controllers_changed: bool,
    facts_changed: bool,
) -> Proposal:
    """`changes` per language; `covers` and `headings` (per language) by section id, of the earlier and the later version."""
    reasons = [Reason(None, "controller", "changed")] if controllers_changed else []
    reasons += [Reason(None, "facts", "changed")] if facts_changed else []
    told: set[tuple[str, str]] = set()
    for sections in changes.values():
        for section in sections:
            if section.change in ("added", "removed", "changed") and _is_felt(section):
                for item in covers.get(section.id, ()):
                    if item in MATERIAL and (section.id, item) not in told:
                        told.add((section.id, item))
                        reasons.append(Reason(section.id, item, section.change))
    notes = {language: _note(sections, headings.get(language, {}), language) for language, sections in changes.items() if language in OURS}
    if controllers_changed:
        notes = {language: " ".join(filter(None, [note, words("note_controllers", language)])) for language, note in notes.items()}
    return Proposal({k: v for k, v in notes.items() if v}, "material" if reasons else "editorial", reasons)


def first_version(languages: Sequence[str]) -> Proposal:
    return Proposal({language: words("first_version", language) for language in languages if language in OURS}, "material", [])


def _is_felt(section: SectionChange) -> bool:
    """Whether more than punctuation and letter case changed: a corrected comma is no news to anybody."""
    if section.change != "changed":
        return True
    old = "".join(span.text for block in section.blocks for span in block.spans if span.op != "insert")
    new = "".join(span.text for block in section.blocks for span in block.spans if span.op != "delete")
    return _letters(old) != _letters(new)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _note(sections: Sequence[SectionChange], headings: Mapping[str, str], language: str) -> str:
    parts = []
    for change in _TOLD:
        names = [_name(headings.get(section.id, ""), language) for section in sections if section.change == change]
        if names:
            parts.append(words(f"note_{change}", language, sections=", ".join(names)))
    return " ".join(parts)


def _name(heading: str, language: str) -> str:
    """As it stands within a sentence: a heading that ends one would end ours as well."""
    if not heading.strip():
        return words("untitled", language)
    return f"”{heading.strip()}”" if heading.rstrip()[-1] in ".!?:,;" else heading.strip()
