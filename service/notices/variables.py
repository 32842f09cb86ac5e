"""Variables in a notice's text: `{{controller.address}}` is the first controller's address as it is known now.

A draft keeps the variables, so that a controller who moves is right in every draft that speaks of the address; what is
previewed, checked and published has them resolved. `{{facts.retention}}`, alone in its paragraph, is the sentences that
`drawing` makes of the facts. docs/content.md lists all variables.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from service.errors import FieldError
from service.notices.authorities import AUTHORITIES, in_language
from service.notices.content import LONGEST_LINE, LONGEST_TEXT, Content, ControllerSnapshot, Section
from service.notices.drawing import DRAWN, draw
from service.notices.facts import Facts
from service.notices.markdown import escaped

_VARIABLE = re.compile(r"\{\{ ?([a-z]{1,20}\.[a-z_]{1,40}) ?\}\}")
_ALONE = re.compile(r"^[ \t]*\{\{ ?facts\.([a-z_]{1,40}) ?\}\}[ \t]*$", re.MULTILINE)

_CONTROLLER = ("name", "business_id", "address", "email", "phone")
_DPO = ("name", "email", "phone")
_AUTHORITY = ("name", "address", "email", "phone", "website")
NAMES = frozenset(
    [
        *(f"controller.{field}" for field in _CONTROLLER),
        "controllers.names",
        *(f"dpo.{field}" for field in _DPO),
        *(f"authority.{field}" for field in _AUTHORITY),
        *(f"facts.{item}" for item in DRAWN),
    ]
)


class Unresolved(msgspec.Struct):
    """A variable that stays as it is written, and why."""

    variable: str
    section: Annotated[str | None, Meta(description="Null: the title or the register's name.")]
    language: str
    reason: Annotated[
        Literal["unknown", "empty", "not_alone", "too_long"],
        Meta(
            description="No such variable; nothing is known to put there; `facts.*` needs a paragraph of its own; "
            "the notice's variables together would add more text than it may have."
        ),
    ]


class Resolved(msgspec.Struct):
    content: Content
    unresolved: list[Unresolved]


# What variables may add to a notice, in characters: a few kilobytes that ask for the same sentences again and again must not
# become gigabytes.
_MOST_ADDED = 1_000_000


def resolve(content: Content, controllers: Sequence[ControllerSnapshot]) -> Resolved:
    """The content as it would be published. What cannot be resolved stays, and is told."""
    r = _Resolving(controllers, content.facts or Facts())
    sections = [
        Section(section.id, r.lines(section.heading, section.id), r.texts(section.body, section.id), section.covers)
        for section in content.sections
    ]
    names = r.lines(content.register_name, None) if content.register_name else content.register_name
    return Resolved(Content(r.lines(content.title, None), sections, names, content.facts), r.told)


def unfilled(resolved: Resolved) -> list[FieldError]:
    """Variables with nothing to show: a published notice has no hole. What is no variable of ours is text of the author's."""
    places = {section.id: f"/sections/{position}" for position, section in enumerate(resolved.content.sections)}
    long = [
        FieldError(f"/sections/{position}/{field}/{code}", f"With its variables filled this has more than {most:,} characters.")
        for position, section in enumerate(resolved.content.sections)
        for field, texts, most in (("heading", section.heading, LONGEST_LINE), ("body", section.body, LONGEST_TEXT))
        for code, text in texts.items()
        if len(text) > most
    ]
    return [
        *(
            FieldError(f"{places.get(one.section or '', '')}/body/{one.language}", _WHY[one.reason].format(name=one.variable))
            for one in resolved.unresolved
            if one.reason in _WHY
        ),
        *long,
    ]


_WHY = {
    "empty": "{{{{{name}}}}} has nothing to show in this language: fill in the controller or the facts, or write the text out.",
    "not_alone": "{{{{{name}}}}} needs a paragraph of its own.",
    "too_long": "{{{{{name}}}}} would make the notice too long; ask for the same sentences once.",
}


class _Resolving:
    """One notice's variables, in all of its texts."""

    def __init__(self, controllers: Sequence[ControllerSnapshot], facts: Facts) -> None:
        self.controllers, self.facts = controllers, facts
        self.told: list[Unresolved] = []
        self._left = _MOST_ADDED
        self._known: dict[str, Mapping[str, str | None]] = {}
        self._drawn: dict[tuple[str, str], str | None] = {}

    def lines(self, texts: dict[str, str], section: str | None) -> dict[str, str]:
        return {code: self._filled(text, code, section, plain=True) for code, text in texts.items()}

    def texts(self, texts: dict[str, str], section: str) -> dict[str, str]:
        return {code: self._filled(self._with_facts(text, code), code, section, plain=False) for code, text in texts.items()}

    def _with_facts(self, text: str, language: str) -> str:
        def sentences(found: re.Match[str]) -> str:
            drawn = self._sentences(found[1], language)
            return drawn if drawn is not None and self._has_room(drawn) else found[0]

        return _ALONE.sub(sentences, text) if "{{" in text else text

    def _sentences(self, item: str, language: str) -> str | None:
        if item not in DRAWN:
            return None
        if (item, language) not in self._drawn:
            self._drawn[item, language] = draw(item, self.facts, language, self.controllers[0].country)
        return self._drawn[item, language]

    def _filled(self, text: str, language: str, section: str | None, *, plain: bool) -> str:
        def value(found: re.Match[str]) -> str:
            if known := self._value(found[1], language):
                lines = [part.strip() for part in known.splitlines() if part.strip()]
                shown = ", ".join(lines) if plain else "\\\n".join(escaped(part) for part in lines)
                if self._has_room(shown):
                    return shown
            self.told.append(Unresolved(found[1], section, language, self._reason(found, language, bool(known))))
            return found[0]

        return _VARIABLE.sub(value, text) if "{{" in text else text

    def _value(self, name: str, language: str) -> str | None:
        if language not in self._known:
            self._known[language] = _values(self.controllers, self.facts, language)
        return self._known[language].get(name)

    def _has_room(self, shown: str) -> bool:
        if len(shown) > self._left:
            return False
        self._left -= len(shown)
        return True

    def _reason(self, found: re.Match[str], language: str, known: bool) -> Literal["unknown", "empty", "not_alone", "too_long"]:
        name = found[1]
        if name not in NAMES:
            return "unknown"
        if not name.startswith("facts."):
            return "too_long" if known else "empty"
        if not _stands_alone(found):
            return "not_alone"
        return "empty" if self._sentences(name.removeprefix("facts."), language) is None else "too_long"


def _stands_alone(found: re.Match[str]) -> bool:
    """Whether blanks alone stand beside it in its line. Only they are walked over, so that a long line costs no more than once."""
    text, before, after = found.string, found.start() - 1, found.end()
    while before >= 0 and text[before] in " \t":
        before -= 1
    while after < len(text) and text[after] in " \t":
        after += 1
    return (before < 0 or text[before] == "\n") and (after == len(text) or text[after] == "\n")


def _values(controllers: Sequence[ControllerSnapshot], facts: Facts, language: str) -> Mapping[str, str | None]:
    first = controllers[0]
    dpo = first.dpo or {}
    authority = AUTHORITIES.get(facts.authority or first.country)
    values: dict[str, str | None] = {f"controller.{field}": getattr(first, field) for field in _CONTROLLER}
    values["controllers.names"] = ", ".join(controller.name for controller in controllers)
    values |= {f"dpo.{field}": dpo.get(field) for field in _DPO}
    if authority:
        values |= {
            "authority.name": in_language(authority.name, language),
            "authority.address": in_language(authority.address, language),
            "authority.email": authority.email,
            "authority.phone": authority.phone,
            "authority.website": authority.website,
        }
    return values
