"""Items of lists: their marks, where Word wrote them as text, and lists that lost their tags."""

import re
from collections.abc import Sequence

import msgspec

from service.notices.importing.formats.composing import Line, line_of
from service.notices.importing.formats.inline import Piece, part, text_of
from service.notices.importing.formats.marking import mark_of
from service.notices.importing.formats.styling import number_in

_MSO_MARK = re.compile(r"\s*(\S{1,5})\s*\xa0\s+(?=\S)")
_BROKEN_ITEM = re.compile(r"(?:^|\s)[-–•*]\s(?=\S)|(?<=\w)-\s(?=[A-ZÅÄÖ])")


class Listed(msgspec.Struct):
    """A list that is open, and its present item: whether it is open, and its mark while that is still to be set."""

    ordered: bool = False
    form: str = ""
    number: int = 1
    in_item: bool = False
    marker: str = ""

    def next_item(self, value: str) -> None:
        number = number_in(value) or self.number
        self.number, self.in_item, self.marker = number + 1, True, "-"
        if self.ordered:
            first = self.form if self.form in ("a", "A") and number <= 26 else ""
            self.marker = f"{chr(ord(first) + number - 1)})" if first else f"{number}."

    def take_mark(self) -> str:
        """The item's mark stands before its first line alone."""
        marker, self.marker = self.marker, ""
        return marker


def mso_mark(pieces: Sequence[Piece]) -> tuple[str, Sequence[Piece]]:
    """The mark of Word's list paragraphs, set apart by no-break spaces, whatever sign it is; and the words behind it."""
    found = _MSO_MARK.match(text_of(pieces[:4])[:60])
    if found and (found[1] in ("o", "§", "Ø", "ü") or mark_of(found[1] + " x")[0]):
        return found[1], part(pieces, found.end())
    return "", pieces


def are_broken_items(pieces: Sequence[Piece]) -> bool:
    return _BROKEN_ITEM.match(text_of(pieces)) is not None


def broken_items(pieces: Sequence[Piece], level: int) -> list[Line]:
    """Items that ran together when their list lost its tags: `- one- Two - three`."""
    text = text_of(pieces)
    found = list(_BROKEN_ITEM.finditer(text))
    ends = [start.start() for start in found[1:]] + [len(text)]
    made = [line_of("item", part(pieces, start.end(), end), level=level, marker="-") for start, end in zip(found, ends, strict=True)]
    return [line for line in made if line]
