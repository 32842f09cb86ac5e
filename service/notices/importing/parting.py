"""A section that introduces somebody, in parts: each line or sentence speaks of one of them.

A controller's section often names the contact person and the data protection officer too. A line that does not say of whom
it speaks goes on with the one before it.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, NamedTuple, Protocol

from service.notices.wording.naming import names_organisation

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("gathering.toml").read_text("utf-8"))


class Told(Protocol):
    """A section as it is read for facts."""

    @property
    def covers(self) -> Sequence[str]: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str:
        """The body's words, a line for each line, without marks of a format; cells of a row with a tab between."""


class Part(NamedTuple):
    """Lines of a section that speak of one of them."""

    about: str
    text: str
    section: Told


CUES = {about: re.compile("|".join(words), re.IGNORECASE) for about, words in _WORDS["parts"].items()}
_CHOICE = list(CUES)


def _anybody() -> re.Pattern[str]:
    """All cues, to look for in lower case. Grouped by their first letters, without edges of words: so the search goes from letter
    to letter, which is far quicker."""
    first: dict[str, list[str]] = {}
    for word in (word.removeprefix(r"\b") for words in _WORDS["parts"].values() for word in words):
        first.setdefault(word[0], []).append(word[1:])
    return re.compile("|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in first.items()))


# Most sentences name nobody: one look tells.
_ANYBODY = _anybody()
NO_OFFICER = re.compile("|".join(_WORDS["no_dpo"]["words"]), re.IGNORECASE)
_FIRST = ("controller", "contact", "dpo", "representative")
SENTENCE_END = re.compile(r"[ \u00a0](?:(?<=[^\W\d_]{3}[.!?].)|(?<=\d[.!?].))[ \u00a0]*(?=[^\W\da-zåäö_])")


def parts_of(section: Told, first: str | None = None) -> Iterator[Part]:
    first = first or next((about for about in _FIRST if about in section.covers), None)
    if first is None:
        return
    if first == "controller" and "contact" in section.covers and _asks_first(section):
        first = "contact"
    if first == "representative" and not CUES["representative"].search(f"{section.heading}\n{section.text[:1000]}"):
        # The old law's "representative of the controller" is whom to ask; one in the Union (Art. 27) says so.
        first = "contact"
    about, lines = first, list[str]()
    for sentence in sentences(section.text):
        for said, clause in _clauses(sentence):
            turned = _turned(said, clause, about, first)
            if turned != about:
                yield Part(about, "\n".join(lines), section)
                about, lines = turned, []
            lines.append(clause)
    yield Part(about, "\n".join(lines), section)


def _asks_first(section: Told) -> bool:
    """ "Representative of the controller", over a person alone: a heading that names both, the contact first."""
    contact, controller = (CUES[about].search(section.heading) for about in ("contact", "controller"))
    return bool(contact and (not controller or contact.start() < controller.start())) and not names_organisation(section.text[:1000])


def sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from SENTENCE_END.split(line)


def _clauses(sentence: str) -> Iterator[tuple[str | None, str]]:
    """A sentence, with whom it names; in two pieces where it names two ("..., contact person: ...")."""
    anybody = _ANYBODY.search(sentence.lower())
    places = sorted((match.start(), about) for about, cue in CUES.items() if (match := cue.search(sentence))) if anybody else []
    if not places:
        yield None, sentence
        return
    for place, about in places[1:]:
        cut = max(sentence.rfind(sign, places[0][0], place) for sign in ",;.")
        if cut > 0:
            yield places[0][1], sentence[:cut]
            yield about, sentence[cut + 1 :]
            return
    yield min((about for _, about in places), key=_CHOICE.index), sentence


def _turned(said: str | None, clause: str, about: str, first: str) -> str:
    """Of whom a clause speaks, after one that spoke of `about`."""
    if said is None:
        after_none = "contact" if first == "dpo" else first
        return after_none if about == "none" else about
    if said == "dpo" and NO_OFFICER.search(clause):
        return "none"
    return about if said == "controller" and first != "controller" else said
