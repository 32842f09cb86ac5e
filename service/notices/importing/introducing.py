"""Whom a notice introduces: the controller, whom to ask, the data protection officer."""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

from service.notices.importing.addressing import address
from service.notices.importing.parting import CUES, NO_OFFICER, Part, Told, parts_of, sentences
from service.notices.wording import naming, spotting

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("gathering.toml").read_text("utf-8"))


class StatedController(msgspec.Struct):
    name: str | None = None
    business_id: str | None = None
    address: str | None = None
    email: str | None = None
    phone: str | None = None


class StatedContact(msgspec.Struct):
    """A person or a function that is named as whom to ask."""

    name: str | None = None
    role: str | None = None
    email: str | None = None
    phone: str | None = None


class StatedOfficer(msgspec.Struct):
    """The data protection officer (Art. 37)."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Introduced(NamedTuple):
    controller: StatedController
    contact: StatedContact | None
    dpo: StatedOfficer | None


def introduced(sections: Sequence[Told]) -> Introduced:
    parts = [part for section in sections for part in parts_of(section)]
    if not any(part.about == "controller" and naming.names_organisation(part.text) for part in parts):
        parts = _with(next(filter(introduces_controller, sections), None), "controller", parts)
    if not any(part.about == "contact" for part in parts):
        parts = _with(next(filter(introduces_contact, sections), None), "contact", parts)
    about = {who: [part for part in parts if part.about == who] for who in ("controller", "contact", "dpo")}
    controller = _controller(about["controller"])
    contact, asked = _contact(about["contact"], controller)
    officer = _officer(about["dpo"]) or _officer_elsewhere(sections)
    if officer and contact and not (officer.email or officer.phone) and _one_door(asked, about["dpo"], contact):
        officer.email, officer.phone = contact.email, contact.phone
    if officer is None and contact and asked and _is_both(asked.section, parts):
        officer = StatedOfficer(contact.name, contact.email, contact.phone)
    return Introduced(controller, contact, officer)


# --- sections whose heading does not say whom they introduce ------------------------------------------------------

_BESIDE = frozenset(
    {"controller", "contact", "dpo", "intro", "other", "title", "date", "register_name", "exercise", "changes", "joint_controllers"}
)
_NOT_THERE = frozenset({"complaint", "representative"})
_CARD = 500


def introduces_controller(section: Told) -> bool:
    """An organisation with its address or number, in a section that speaks of nothing else, or as on a card."""
    if len(section.text) > 5000 or _NOT_THERE.intersection(section.covers) or not naming.names_organisation(section.text):
        return False
    number, placed = spotting.business_ids(section.text), address(section.text)
    if set(section.covers) <= _BESIDE:
        return bool(number or placed or spotting.emails(section.text))
    return bool(number and placed) and len(section.text) < _CARD


def introduces_contact(section: Told) -> bool:
    """A person or function with a way to reach it, in a section that is known to speak of nothing else."""
    if len(section.text) > _CARD or not set(section.covers) <= {"other", "contact"} or naming.names_organisation(section.text):
        return False
    read = _read(section.text)
    named = _person(read.pieces)[0] or _FUNCTION.fullmatch(section.heading.strip())
    return bool(named and section.heading and (read.email or read.phone))


def _with(section: Told | None, first: str, parts: list[Part]) -> list[Part]:
    """The parts, those of the section read as introducing `first`."""
    if section is None:
        return parts
    return [*parts_of(section, first), *(part for part in parts if part.section is not section)]


# --- who ----------------------------------------------------------------------------------------------------------


class _Read(NamedTuple):
    """A text with what stands out in it, and without."""

    text: str
    bare: str
    pieces: list[str]
    """The chunks of what is bare."""
    email: str | None
    phone: str | None


def _read(text: str) -> _Read:
    mails, phones = spotting.emails(text), spotting.phones(text)
    streets = [street for street in spotting.streets(text) if not naming.names_house(text, street.start)]
    placed = [*spotting.towns(text), *streets, *spotting.links(text, mails)]
    bare = list(text)
    for spot in (*mails, *phones, *spotting.business_ids(text), *placed, *spotting.placeholders(text)):
        bare[spot.start : spot.end] = "\n" * (spot.end - spot.start)
    mail = next((spot for spot in mails if spot.value), None)
    plain = mail.text.replace("\\", "") if mail else ""
    phone = next((" ".join(spot.text.split()) for spot in phones), None)
    address = plain if re.fullmatch(r"[^\s@()\[\]]+@[^\s@()\[\]]+", plain) else mail and mail.value
    words = "".join(bare)
    return _Read(text, words, [chunk for _, chunk in naming.chunks(words)], address or None, phone)


def _all(parts: list[Part]) -> _Read:
    return _read("\n".join(part.text for part in parts))


_FOREIGN_ID = re.compile(
    r"(?<!\w)(?:(?:(?:company|business)\s)?regist(?:ration|er|ry)\s(?:number|no\.?|code)|company\s(?:number|no\.?|id)|business[\s-]id|uid"
    r"|org(?:anisations)?\.?\s?(?:nr|nummer)\.?|registrikood|vat(?:\s(?:id|number|no\.?))?|hrb|kvk|cvr|y-tunnus)"
    r"[ \u00a0]?[:.]?[ \u00a0]?(?P<id>[A-Z]{0,3}[- ]?\d[\d. -]{3,14}\d)(?!\w)",
    re.IGNORECASE,
)


def _controller(parts: list[Part]) -> StatedController:
    read = _all(parts)
    found, foreign = spotting.business_ids(read.text), _FOREIGN_ID.search(read.text)
    business_id = found[0].value if found else foreign["id"].strip() if foreign else None
    return StatedController(_controller_name(read), business_id, address(read.text), read.email, read.phone)


def _controller_name(read: _Read) -> str | None:
    """The legal entity; where none stands, the person or whatever name stands first."""
    for rule in (naming.organisation, naming.body_name):
        if name := next(filter(None, map(rule, read.pieces)), None):
            return name
    first = next((line for line in read.bare.split("\n") if line.strip()), "").strip(" \t:*")
    if _SEVERAL.fullmatch(first[:200]):
        return " ".join(first.split())
    for chunk in read.pieces[:3]:
        person = naming.person(chunk)
        whole = person and len(chunk.split()) == len(person.name.split()) + len((person.post or "").split())
        if _may_name(chunk) and not whole:
            return chunk
        if person:
            return person.name
    return None


_CAPITALISED = r"[^\W\da-zß-öø-ÿ_][\w&.’'-]{0,30}+(?: [^\W\da-zß-öø-ÿ_][\w&.’'-]{0,30}+){0,2}"
# "Ilo, Valo ja Varjo -verkkokaupat": several under one roof, and no legal entity among them.
_SEVERAL = re.compile(rf"{_CAPITALISED}(?:, {_CAPITALISED}){{0,5}} (?:ja|och|and|&|sekä|samt) {_CAPITALISED}(?: -?[\w-]{{2,30}}+)?")


def _may_name(chunk: str) -> bool:
    words = chunk.split()
    said = any(cue.search(chunk) for cue in CUES.values())
    return chunk[0].isupper() and len(words) <= 6 and not chunk.endswith((".", "?")) and not said and not naming.is_said(words)


_SAME = re.compile("|".join(_WORDS["same"]["words"]), re.IGNORECASE | re.MULTILINE)
_FUNCTION = re.compile(rf"(?:[^\W\d_][\w’'-]* ){{0,3}}[\w-]*(?:{'|'.join(_WORDS['functions']['ends'])})", re.IGNORECASE)


def _contact(parts: list[Part], controller: StatedController) -> tuple[StatedContact | None, Part | None]:
    """The contact that the first section with a person's name tells, or else the first with any; and where."""
    told = [(found, group[0]) for group in _by_section(parts) if (found := _contact_in(group, controller))]
    return next((one for one in told if naming.person(one[0].name or "")), next(iter(told), (None, None)))


def _by_section(parts: list[Part]) -> list[list[Part]]:
    groups: dict[int, list[Part]] = {}
    for part in parts:
        groups.setdefault(id(part.section), []).append(part)
    return list(groups.values())


def _contact_in(parts: list[Part], controller: StatedController) -> StatedContact | None:
    read = _all(parts)
    name, role = _person(read.pieces)
    if name is None and _SAME.search(read.bare):
        person = naming.person(controller.name or "")
        return StatedContact(person and person.name, role, read.email or controller.email, read.phone or controller.phone)
    if name is None and (read.email or read.phone):
        name = next(filter(None, map(_function, [parts[0].section.heading, *read.pieces])), None)
    if name and role is None:
        role = _post_named(parts[0].section.heading)
    found = StatedContact(name, role, read.email, read.phone)
    return found if any(msgspec.structs.astuple(found)) else None


def _post_named(heading: str) -> str | None:
    """A heading of one word may name the post of who stands below it ("Isännöitsijä"), unless it says only what for."""
    return naming.post(heading) if len(heading.split()) == 1 and not CUES["contact"].search(heading) else None


def _function(line: str) -> str | None:
    words = " ".join(naming.unsaid(line.split()))
    return words if _FUNCTION.fullmatch(words) else None


_OWNER = re.compile(rf"(?:{'|'.join(_WORDS['functions']['owners'])})\s(?=\w)", re.IGNORECASE)
_OF_FIRM = re.compile(r"\s(?:of|from|at|hos|från)\s(?=[^\W\da-zß-öø-ÿ_])")


def _person(pieces: list[str]) -> tuple[str | None, str | None]:
    """The first person that a text's chunks name, with the post told beside the name."""
    for position, chunk in enumerate(pieces):
        if naming.organisation(chunk):
            # "Anna Mallinen of Malli Oy"
            before, *firm = _OF_FIRM.split(chunk, maxsplit=1)
            person = naming.person(before) if firm and not naming.organisation(before) else None
        else:
            person = naming.person(chunk)
        if person:
            beside = [*pieces[position + 1 : position + 2], *pieces[max(0, position - 1) : position]]
            role = person.post or next(filter(None, map(naming.post, beside)), None)
            return person.name, role and _OWNER.sub("", role, count=1)
    return None, None


def _officer(parts: list[Part]) -> StatedOfficer | None:
    read = _all(parts)
    found = StatedOfficer(_person(read.pieces)[0], read.email, read.phone)
    return found if any(msgspec.structs.astuple(found)) else None


def _officer_elsewhere(sections: Sequence[Told]) -> StatedOfficer | None:
    """One who is named where the text speaks of something else."""
    for section in sections:
        low = section.text.lower()
        for sentence in sentences(section.text) if any(stem in low for stem in _WORDS["officer_stems"]["words"]) else ():
            if CUES["dpo"].search(sentence) and not NO_OFFICER.search(sentence):
                read = _read(sentence)
                if name := _person(read.pieces)[0]:
                    return StatedOfficer(name, read.email, read.phone)
    return None


def _is_both(section: Told, parts: list[Part]) -> bool:
    """Whether the contact is the officer, as a heading that names both says."""
    refused = any(part.about == "none" and part.section is section for part in parts)
    return "dpo" in section.covers and bool(CUES["dpo"].search(section.heading)) and not refused


def _one_door(asked: Part | None, officers: list[Part], contact: StatedContact) -> bool:
    """Whether the officer is reached by the contact that the same section tells, such as a team's."""
    if asked is None or not officers or officers[0].section is not asked.section:
        return False
    return naming.person(contact.name or "") is None
