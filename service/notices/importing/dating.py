"""When a notice says that it was written: dated lines, signatures, and the newest of several."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Any

from service.notices.wording.spotting import Spot, dates

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("gathering.toml").read_text("utf-8"))["dated"]
_CUE = re.compile(rf"(?<!\w)(?:{'|'.join(_WORDS['words'])})", re.IGNORECASE)
_OTHER = re.compile("|".join(_WORDS["not"]), re.IGNORECASE)
_SIGNATURE = re.compile(r"[^\W\da-zåäö_][\w-]{1,30}(?:[ ,]{1,2}(?:den)?)?")
# A dated line is short; in a long sentence a date is rather that of a law.
_NEAR = 60


# Where a notice may speak of itself in a sentence; elsewhere a line of its own shows it.
_OF_ITSELF = frozenset({"date", "title", "intro", "changes", "other", "controller", "contact"})
_SHORT_LINE = 8


def newest(texts: Iterable[tuple[str, Sequence[str]]]) -> str | None:
    """The newest date that one of the texts gives as its own; with each text, the ids that it covers."""
    found = {spot.value for text, covers in texts for spot in _own(text, covers)}
    return max(found, default=None)


def _own(text: str, covers: Sequence[str]) -> Iterator[Spot]:
    known, itself = "date" in covers, bool(_OF_ITSELF.intersection(covers))
    for spot in dates(text):
        line_start = text.rfind("\n", max(0, spot.start - 400), spot.start) + 1
        before = text[max(line_start, spot.start - _NEAR) : spot.start]
        after = text[spot.end : spot.end + 40].partition("\n")[0]
        if not itself and len(before.split()) + len(after.split()) > _SHORT_LINE:
            continue
        if _is_own(before, after, known, text[max(0, line_start - 80) : line_start]):
            yield spot


def _is_own(before: str, after: str, known: bool, line_above: str) -> bool:
    said = re.split(r"[.!?]\s", before)[-1]
    other, cue = (max((match.end() for match in words.finditer(said)), default=-1) for words in (_OTHER, _CUE))
    # What stands nearer says what is dated: "uppgjord enligt lagen (523/1999), uppdaterad 4.6.2019".
    if other > cue or (other >= 0 and not re.search(r"[,;(]\s|\s(?:ja|och|and)\s|§\s(?=[A-ZÅÄÖ])", said[other:])):
        return False
    if cue >= 0:
        return True
    alone = not before.strip(" \u00a0\t*_-–•(") and not after.strip(" \u00a0\t*_.)")
    if alone:
        above = line_above.rstrip().rpartition("\n")[2]
        return known or bool(_CUE.search(above)) or not above.strip()
    # "Espoossa 25.5.2018", "Turku, 2 February 2018"
    return (bool(_SIGNATURE.fullmatch(said.strip(" \u00a0\t*_"))) and len(after.split()) <= 3) or (known and len(said.split()) <= 4)
