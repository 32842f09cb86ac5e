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
from service.notices.content import Content, ControllerSnapshot, Section
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
        Literal["unknown", "empty", "not_alone"],
        Meta(description="No such variable; nothing is known to put there; `facts.*` needs a paragraph of its own."),
    ]


class Resolved(msgspec.Struct):
    content: Content
    unresolved: list[Unresolved]


def resolve(content: Content, controllers: Sequence[ControllerSnapshot]) -> Resolved:
    """The content as it would be published. What cannot be resolved stays, and is told."""
    told: list[Unresolved] = []
    facts = content.facts or Facts()

    def line(texts: dict[str, str], section: str | None) -> dict[str, str]:
        return {code: _inline(text, code, section, _values(controllers, facts, code), told, plain=True) for code, text in texts.items()}

    sections = []
    for section in content.sections:
        body = {}
        for code, text in section.body.items():
            if "{{" in text:
                values = _values(controllers, facts, code)
                text = _inline(_drawn(text, facts, code, controllers), code, section.id, values, told, plain=False)
            body[code] = text
        sections.append(Section(section.id, line(section.heading, section.id), body, section.covers))
    names = line(content.register_name, None) if content.register_name else content.register_name
    return Resolved(Content(line(content.title, None), sections, names, content.facts), told)


def unfilled(resolved: Resolved) -> list[FieldError]:
    """Variables with nothing to show: a published notice has no hole. What is no variable of ours is text of the author's."""
    places = {section.id: f"/sections/{position}" for position, section in enumerate(resolved.content.sections)}
    return [
        FieldError(f"{places.get(one.section or '', '')}/body/{one.language}", _WHY[one.reason].format(name=one.variable))
        for one in resolved.unresolved
        if one.reason in _WHY
    ]


_WHY = {
    "empty": "{{{{{name}}}}} has nothing to show in this language: fill in the controller or the facts, or write the text out.",
    "not_alone": "{{{{{name}}}}} needs a paragraph of its own.",
}


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


def _drawn(text: str, facts: Facts, language: str, controllers: Sequence[ControllerSnapshot]) -> str:
    def sentences(found: re.Match[str]) -> str:
        drawn = draw(found[1], facts, language, controllers[0].country) if found[1] in DRAWN else None
        return found[0] if drawn is None else drawn

    return _ALONE.sub(sentences, text)


def _inline(text: str, language: str, section: str | None, values: Mapping[str, str | None], told: list[Unresolved], *, plain: bool) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if known := values.get(name):
            lines = [part.strip() for part in known.splitlines() if part.strip()]
            return ", ".join(lines) if plain else "\\\n".join(escaped(part) for part in lines)
        told.append(Unresolved(name, section, language, _reason(found)))
        return found[0]

    return _VARIABLE.sub(value, text)


def _reason(found: re.Match[str]) -> Literal["unknown", "empty", "not_alone"]:
    if found[1] not in NAMES:
        return "unknown"
    before, after = found.string[: found.start()].rpartition("\n")[2], found.string[found.end() :].partition("\n")[0]
    return "not_alone" if found[1].startswith("facts.") and (before + after).strip() else "empty"
