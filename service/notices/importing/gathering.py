"""What a notice's text tells as facts: who, when, on which basis, how long. Absent is None; a gap left to fill is absent.

`gather` looks where a section says that it speaks of the matter (`covers`). Values stand as in the text, with plain spaces;
an address stands on one line.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

from service.notices.importing.dating import newest
from service.notices.importing.introducing import StatedContact, StatedController, StatedOfficer, introduced
from service.notices.importing.parting import SENTENCE_END, Told, sentences
from service.notices.wording import counting, grounding, spotting

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("gathering.toml").read_text("utf-8"))


class FoundFacts(msgspec.Struct):
    controller: StatedController
    contact: StatedContact | None = None
    dpo: StatedOfficer | None = None
    title: str | None = None
    register_name: str | None = None
    date: str | None = None
    """ISO 8601; the newest that the notice gives for itself."""
    legal_bases: list[str] = []
    """As in GDPR Art. 6(1) and 9(2): "6(1)(a)"; in that order."""
    retention: str | None = None
    """The sentences that tell it."""


# A long notice has some 100,000 characters. What is behind is no more read for facts, so that a flood is soon done with.
_MOST_READ = 300_000


class _Read(NamedTuple):
    covers: Sequence[str]
    heading: str
    text: str


def gather(sections: Sequence[Told], title: str | None) -> FoundFacts:
    sections = list(_readable(sections))
    dated = [(title or "", ("title",)), *((f"{section.heading}\n{section.text}", section.covers) for section in sections)]
    return FoundFacts(
        *introduced(sections),
        title=title or None,
        register_name=_register_name(sections),
        date=newest(dated),
        legal_bases=_legal_bases(sections),
        retention=_retention(sections),
    )


def _readable(sections: Sequence[Told]) -> Iterator[Told]:
    left = _MOST_READ
    for section in sections:
        if left > 0:
            yield _Read(section.covers, section.heading[:left], section.text[:left])
            left -= len(section.heading) + len(section.text)


# --- the register's name ------------------------------------------------------------------------------------------

_REGISTER_LABEL = (
    "rekisterin (?:nimi(?:tys)?|nimeke)|rekisteri|registrets (?:namn|benämning)|register(?:namn| name)?"
    "|(?:name|title) of (?:the )?(?:register|file)"
)
_HEADED = re.compile(rf"(?:\d[\d.]{{0,4}}[.)]?\s)?(?:{_REGISTER_LABEL}):?", re.IGNORECASE)
_REGISTER = re.compile(
    rf"^[ \t*]*(?:{_REGISTER_LABEL})"
    r"[ \t*]*(?::|\t)[ \t*]*(?P<name>[^\n]{3,200})",
    re.IGNORECASE | re.MULTILINE,
)
_NAMED = re.compile(
    r"^(?:rekisterin nimi|registrets namn|register(?:in)?|the register|nimi|namn|name)\s?(?:on|är|is|heter|:)\s+", re.IGNORECASE
)


def _register_name(sections: Sequence[Told]) -> str | None:
    for section in sections:
        if "register_name" in section.covers or _HEADED.fullmatch(section.heading.strip()):
            line = next((" ".join(line.split()) for line in section.text.split("\n") if line.strip()), "")
            if told := _told(line):
                return told
    labelled = next(filter(None, (_REGISTER.search(section.text) for section in sections)), None)
    return _told(labelled["name"]) if labelled else None


def _told(line: str) -> str | None:
    """A value of one line: its first sentence without "The name is", unless it is a gap."""
    first = SENTENCE_END.split(_NAMED.sub("", " ".join(line.split())))[0].strip(' *_•-"”“»«')
    empty = any(hole.end - hole.start >= len(first) - 3 for hole in spotting.placeholders(first))
    return None if empty else first.removesuffix(".") or None


# --- legal bases --------------------------------------------------------------------------------------------------

_BASIS = frozenset({"legal_basis", "consent", "legitimate_interests"})
# They speak of consent and law to say when they may be used.
_OF_OTHER_RIGHTS = frozenset({"rights_access", "rights_rectification", "rights_erasure", "rights_restriction", "rights_portability"})


def _legal_bases(sections: Sequence[Told]) -> list[str]:
    found: set[str] = set()
    for section in sections:
        if _BASIS & set(section.covers) and ("legal_basis" in section.covers or not _OF_OTHER_RIGHTS & set(section.covers)):
            found.update(grounding.bases(unwrapped(section.text)))
            if "legitimate_interests" in section.covers and "legal_basis" not in section.covers and section.text.strip():
                found.add("6(1)(f)")
        elif not any(item.startswith("rights") for item in section.covers):
            found.update(spot.value for spot in grounding.articles(section.text))
    return sorted(found)


_WRAPPED = re.compile(r"\n(?<=[^.!?:;\n]{40}\n)[ \t]*(?=[a-zåäö])")


def unwrapped(text: str) -> str:
    """Lines that a narrow page broke, whole again."""
    return _WRAPPED.sub(" ", text)


# --- retention ----------------------------------------------------------------------------------------------------

_KEPT, _HOW_LONG, _RIGHT = (re.compile("|".join(_WORDS["kept"][key]), re.IGNORECASE) for key in ("words", "how_long", "not"))


def _retention(sections: Sequence[Told]) -> str | None:
    """What the sections on it tell; what others tell in passing only where there is none."""
    telling = [section for section in sections if "retention" in section.covers and section.text.strip()]
    telling = telling or [section for section in sections if set(section.covers) <= {"other"} and _gives_periods(section)]
    first = [section for section in telling if section.covers[0] == "retention" or _KEPT.search(section.heading)]
    told = [_kept(unwrapped(section.text), set(section.covers) <= {"retention", "other"}) for section in first or telling]
    return " ".join(filter(None, told)) or None


def _gives_periods(section: Told) -> bool:
    """A section of unknown matter that tells several periods, or one under a heading on keeping."""
    periods = len(counting.periods(section.text)) if len(section.text) < 5000 else 0
    return periods >= 2 or (bool(_KEPT.search(section.heading)) and (periods == 1 or any(map(_is_kept, sentences(section.text)))))


_NUMBERED = re.compile(r"^\d{1,2}[.)] (?=\S)")


def _kept(text: str, alone: bool) -> str:
    """What a text tells of it: a table's column or rows, all of a section that speaks of nothing else, or some sentences."""
    rows = [line.split("\t") for line in text.split("\n") if "\t" in line]
    if len(rows) > 1 and (told := _column(rows)):
        return told
    if alone and len(rows) > 1:
        body = rows if _tells_how_long(" ".join(rows[0])) else rows[1:]
        return "; ".join(" ".join(" ".join(row).split()) for row in body)
    if alone:
        lines = [" ".join(line.split()) for line in text.split("\n")]
        return " ".join(_NUMBERED.sub("", line) for line in lines if line and _told(line))
    return " ".join(_from_colon(" ".join(sentence.split())) for sentence in sentences(text) if _is_kept(sentence))


def _column(rows: list[list[str]]) -> str:
    for position, head in enumerate(rows[0]):
        if position and _KEPT.search(head) and len(head.split()) <= 4 and not counting.periods(head):
            cells = [" ".join(row[position].split()) for row in rows[1:] if len(row) > position]
            return "; ".join(cell for cell in cells if cell.strip("-–: "))
    return ""


def _is_kept(sentence: str) -> bool:
    return bool(_KEPT.search(sentence) and _tells_how_long(sentence) and not _RIGHT.search(sentence))


def _tells_how_long(words: str) -> bool:
    return bool(_HOW_LONG.search(words) or counting.periods(words))


def _from_colon(sentence: str) -> str:
    """ "We tidy up regularly: members who left are erased ..." tells it after the colon."""
    lead, colon, rest = sentence.partition(": ")
    return rest if colon and not _KEPT.search(lead) and _is_kept(rest) else sentence
