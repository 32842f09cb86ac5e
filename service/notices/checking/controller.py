"""Who the controller is: named, one, and to be reached."""

import re
from collections.abc import Iterator
from functools import cache

from service.notices.authorities import AUTHORITIES
from service.notices.checking.expressing import expression
from service.notices.checking.passages import Passage
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, at, of, rule
from service.notices.wording import naming, spotting
from service.notices.wording.spotting import Spot

_LETTERHEAD = 4000
"""Characters within which a text says whose it is."""
_NAMES = re.compile(r"[^\W\d_]{2,}")
_BRACKETS = re.compile(r"\[[^\[\]\n]{0,100}\]")
_LABEL = re.compile(r"(?P<label>[^\n:]{2,60}):[ *_]*$")
_COLON_ENDS = re.compile(r":[ *_]{0,8}(?:\n|$)")
_NEXT_LABEL = re.compile(r"[^\n:.]{2,40}:(?!//)")
_MAIL_LABEL = expression("controller", "mail_label")
_PHONE_LABEL = expression("controller", "phone_label")
_OTHER_REGISTER = expression("controller", "other_register")
_MISSPELT = expression("controller", "misspelt")
_FORMS = expression("controller", "forms")
_CAPITALISED = r"[^\W\da-zåäö_][\w&.-]*(?: [^\W\da-zåäö_][\w&.-]*)"
_LONG_NUMBER = re.compile(r"\d(?:[ .-]?\d){4,20}")
_LABELLED = 40
_JOINED = re.compile(
    rf"(?P<first>{_CAPITALISED}{{0,4}}(?:, {_CAPITALISED}{{0,4}}){{0,5}}(?: (?:ry|rf|r\.y\.|r\.f\.|osk))?) (?:ja|och|and|sekä|samt)"
    rf" (?P<second>{_CAPITALISED}{{0,3}})"
)


def is_named(reading: Reading, passage: Passage) -> bool:
    """Whether somebody is named there: more than labels, gaps, and ways to reach nobody in particular."""
    text = _BRACKETS.sub("\n", reading.filled(passage)[:_LETTERHEAD])
    return any(
        _NAMES.search(chunk) and "@" not in chunk and not spotting.streets(chunk) and not spotting.links(chunk) and not _is_label(chunk)
        for _, chunk in naming.chunks(text)
    )


def identifies(reading: Reading, passage: Passage) -> bool:
    """A block that tells who somebody is as a letterhead does: a legal entity, its business id, and how to reach it."""
    sights = reading.sights(passage)
    reached = sights.emails or sights.phones or sights.streets
    return bool(reached and sights.business_ids) and bool(organisations(passage.body))


def _is_label(chunk: str) -> bool:
    label = naming.FIELD_LABEL.match(chunk)
    return bool(label and not _NAMES.search(chunk[label.end() :]))


# --- contacts -----------------------------------------------------------------------------------------------------


@cache
def _authorities() -> frozenset[str]:
    """How authorities are reached: their addresses are no contact of the controller."""
    known = [value for authority in AUTHORITIES.values() for value in (authority.email, authority.phone) if value]
    found = [spot.value for value in known for spot in (*spotting.emails(value), *spotting.phones(value))]
    return frozenset(found)


def is_authority(spot: Spot) -> bool:
    return spot.value in _authorities() or spot.value.endswith("@om.fi") or spot.value.startswith("+3582956")


def own(spots: list[Spot]) -> list[Spot]:
    return [spot for spot in spots if not is_authority(spot)]


@rule("TN003")
def empty_field(reading: Reading) -> Iterator[Hit]:
    for passage in reading.passages:
        if not _COLON_ENDS.search(passage.body):
            continue
        lines = [(match.start(), match[0]) for match in re.finditer(r"[^\n]+", passage.body)]
        for position, (start, line) in enumerate(lines):
            label = _LABEL.search(line[-80:]) if line.rstrip(" *_").endswith(":") else None
            following = lines[position + 1][1] if position + 1 < len(lines) else ""
            if label and _is_empty(label["label"].split(",")[-1].strip(" -*_"), following):
                begin = passage.body_start + start + len(line) - len(label[0].lstrip())
                yield Hit((begin, passage.body_start + start + len(line)), values={"label": label["label"].strip(" -*_")})


def _is_empty(label: str, following: str) -> bool:
    """Whether nothing that the label asks for follows it."""
    word = label.split()[-1] if label.split() else ""
    if _MAIL_LABEL.search(word):
        return not spotting.emails(following) and not spotting.links(following) and not spotting.placeholders(following)
    if _PHONE_LABEL.search(word):
        return not any(map(str.isdigit, following)) and not spotting.placeholders(following)
    return bool(naming.FIELD_LABEL.fullmatch(label)) and (not following or bool(_NEXT_LABEL.match(following)))


@rule("TN004")
def no_electronic_channel(reading: Reading) -> Iterator[Hit]:
    mails = [spot for spot in reading.emails if not is_authority(spot)]
    links = [link for passage in reading.passages for link in passage.plain.links if link.target.startswith(("mailto:", "http"))]
    away = [link for link in links if "tietosuoja.fi" not in link.target and "om.fi" not in link.target]
    if not mails and not away and not _FORMS.search(reading.text):
        yield Hit()


@rule("TN005", any_language=True)
def unusable_contact(reading: Reading) -> Iterator[Hit]:
    for spot in reading.emails:
        if "@" not in spot.text.replace("[at]", "") and not is_authority(spot):
            yield Hit((spot.start, spot.end), values={"text": spot.text})
    readable = {spot.start for spot in reading.emails}
    for start, line in reading.lines:
        for match in _MISSPELT.finditer(line) if "2" in line or "@" in line else ():
            if start + match.start("word") not in readable:
                yield Hit((start + match.start("word"), start + match.end("word")), values={"text": match["word"]})


@rule("TN006")
def no_business_id(reading: Reading) -> Iterator[Hit]:
    if reading.business_ids:
        return
    numbers = [match.span() for match in _LONG_NUMBER.finditer(reading.text)]
    if not any(_OTHER_REGISTER.search(reading.text, max(0, start - _LABELLED), end) for start, end in numbers):
        yield Hit()


@rule("TN007", any_language=True)
def wrong_business_id(reading: Reading) -> Iterator[Hit]:
    for spot in reading.business_ids:
        if not spotting.is_valid_business_id(spot.value):
            yield Hit((spot.start, spot.end), values={"text": spot.text})


# --- one, several, none -------------------------------------------------------------------------------------------


def organisations(text: str) -> list[str]:
    return [name for _, chunk in naming.chunks(text[:_LETTERHEAD]) if (name := naming.organisation(chunk) or naming.body_name(chunk))]


@rule("TN002")
def only_a_person(reading: Reading) -> Iterator[Hit]:
    passages = reading.covering("controller")
    if not passages or any(reading.sights(passage).business_ids for passage in passages):
        return
    if any(organisations(f"{passage.heading}\n{passage.body}") or _pair(passage) for passage in passages):
        return
    for passage in passages:
        for _, chunk in naming.chunks(passage.body[:_LETTERHEAD]):
            person = naming.person(chunk)
            if (
                person
                and _is_all(person, chunk)
                and not any(spot.value.startswith(person.name) for spot in reading.sights(passage).streets)
            ):
                begin = passage.body_start + max(passage.body.find(person.name), 0)
                yield Hit((begin, begin + len(person.name)), values={"name": person.name})
                return


def _is_all(person: naming.Person, chunk: str) -> bool:
    """Whether the chunk says nothing but who it is: name, post, figures."""
    return len(_NAMES.findall(chunk)) <= len(_NAMES.findall(f"{person.name} {person.post or ''}"))


@rule("TN008")
def group_without_members(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("group", headings=True):
        passage = statement.passage
        listed = passage is not None and len(set(organisations(passage.body))) >= 3
        if not listed and (passage is None or passage.covers & {"controller", "joint_controllers"}):
            yield at(statement)
            return


@rule("TN009")
def which_of_several(reading: Reading) -> Iterator[Hit]:
    if reading.says("joint") or reading.covering("joint_controllers"):
        return
    for passage in reading.covering("controller"):
        said = reading.inside(passage)
        if any("is_controller" in statement.says for statement in said):
            continue
        brands = next((statement for statement in said if "brands" in statement.says), None)
        ids = {spot.value for spot in reading.sights(passage).business_ids}
        pair = _pair(passage)
        if brands:
            yield at(brands)
        elif len(ids) > 1:
            yield of(passage)
        elif pair:
            yield Hit((passage.body_start + pair[0], passage.body_start + pair[1]))


def _pair(passage: Passage) -> tuple[int, int] | None:
    """Two names joined in the first line, of which not the last alone carries a legal form ("Ilo ja Valo Oy" is one)."""
    line = passage.body.lstrip().partition("\n")[0][:300]
    joined = _JOINED.match(line)
    if not joined or naming.organisation(joined["second"]) or naming.body_name(joined[0]):
        return None
    rest = line[joined.end() :].lstrip()
    if not naming.organisation(joined["first"]) and (naming.organisation(line) or rest.startswith("&")):
        return None
    offset = len(passage.body) - len(passage.body.lstrip())
    return offset, offset + joined.end()


@rule("TN010")
def joint_without_essence(reading: Reading) -> Iterator[Hit]:
    joint = reading.saying("joint")
    passages = reading.covering("joint_controllers", "controller")
    if not joint and not reading.covering("joint_controllers"):
        return
    if any("joint_essence" in statement.says for statement in joint):
        return
    if any("joint_essence" in statement.says for passage in passages for statement in reading.inside(passage)):
        return
    if reading.says("joint_arrangement"):
        return
    yield at(joint[0]) if joint else of(reading.covering("joint_controllers")[0])


@rule("TN011")
def officer_without_contact(reading: Reading) -> Iterator[Hit]:
    mentions = reading.saying("officer")
    passages = {passage.position: passage for passage in reading.covering("dpo")}
    passages |= {statement.passage.position: statement.passage for statement in mentions if statement.passage}
    if any(_has_contact(reading, passage) for passage in passages.values()):
        return
    for passage in reading.covering("dpo"):
        if naming.person(passage.body[:200]) or not any("no" in statement.says for statement in reading.inside(passage)):
            yield of(passage)
            return
    named = next((statement for statement in mentions if naming.person(reading.words(statement))), None)
    if named:
        yield at(named)


def _has_contact(reading: Reading, passage: Passage) -> bool:
    sights = reading.sights(passage)
    reached = bool(sights.emails or sights.phones or sights.streets or sights.links)
    return reached or any("as_above" in statement.says for statement in reading.inside(passage))
