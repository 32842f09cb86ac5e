"""Which of a document's blocks are headings, in whatever manner its author marks them.

Each block that looks like one is a candidate of a manner (numbered, capitals, bold, `Label: value`, the first cell of a row, a
short line between gaps). A manner counts when enough of its candidates say what the lexicon knows; then its unknown headings
count too. Elsewhere only a heading that is known word for word counts.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from service.notices.importing.document import Block
from service.notices.importing.marking import MOST_IN_PLAIN, marked, numbered
from service.notices.wording import recognising, spotting
from service.notices.wording.recognising import Match

# The level of a heading that is a row's first cell, and of the lines beside it, which are none.
ROW = 7
Manner = tuple[str | int | bool, ...]
_LONGEST, _LONGEST_MARKED = 160, 300
# In words: any heading; one that is bold, a label; one that nothing but its place makes a heading.
_MOST_WORDS, _MOST_IN_BOLD, _MOST_IN_LABEL, _MOST_UNKNOWN = 22, 12, 7, 7
# So many different topics in one manner of headings make it the document's own.
_STRUCTURED = 4
# So many of the rights one below the other are a list of them.
_MANY_RIGHTS = 3
# A gap of so many numbers is still the same outline.
_MOST_LEFT_OUT = 4
_LABEL = re.compile(r"(?P<label>[^\n:]{2,120}?)[ \u00a0]?:(?=\s|$)")
# "(X) consent" is one of several to tick.
_BOX = re.compile(r"[(\[][ \u00a0xXvV✓✔]?[)\]]|[☐☒☑□]")
_ALNUM, _DIGIT = re.compile(r"[^\W_]"), re.compile(r"\d")
_NUMBER = re.compile(r"(\d{1,3})[a-d]?(?:[.](\d{1,2}))?(?:[.]\d{1,2})*[.):]*$")


class Heading(NamedTuple):
    text: str
    match: Match | None
    manner: Manner
    marker: str = ""
    rest: Block | None = None
    """What follows in the same line ("Label: value")."""


def headings(blocks: Sequence[Block], language: str, residue: frozenset[int]) -> dict[int, Heading]:
    """By the position of their block. `residue`: positions of what is no part of the notice."""
    found = {
        position: candidate
        for position, block in enumerate(blocks)
        if position not in residue and (candidate := _candidate(block, language))
    }
    found = _in_sequence(found, blocks)
    manners = _Manners(blocks, found)
    return _without_rights(_without_lists({position: heading for position, heading in found.items() if manners.count(position)}))


# --- candidates ---------------------------------------------------------------------------------------------------


def _candidate(block: Block, language: str) -> Heading | None:
    text = " ".join(block.text.split())
    if block.kind == "heading":
        manner: Manner = ("row",) if block.level == ROW else ("heading", block.level)
        if len(text) > _LONGEST_MARKED or not _ALNUM.search(text):
            return None
        mark, bare = (block.marker, text) if block.marker else numbered(text, language)
        return Heading(_clean(bare), recognising.heading(bare, language), manner, mark)
    if block.kind not in ("line", "item") or block.level == ROW or not text:
        return None
    if block.kind == "item" and not _NUMBER.match(block.marker) and not _letter(block.marker):
        return _label(block, language, ("item-label",)) if block.level == 0 else None
    if _may_be_heading(text):
        marker, words = (block.marker, text) if block.marker else marked(text, language)
        match = recognising.heading(words, language)
        exact = match is not None and match.confidence >= recognising.ELSEWHERE
        if (exact or text[-1] not in ".,;") and not is_field(words):
            return Heading(_clean(words), match, _manner(block, words, marker), marker)
    if block.kind == "item":
        return None
    return _label(block, language) or _bold_lead(block, language) or _question(block, language)


def _may_be_heading(text: str) -> bool:
    if len(text) > _LONGEST or len(text.split()) > _MOST_WORDS or "@" in text or "://" in text:
        return False
    first = _ALNUM.search(text)
    if not first or not (first[0].isupper() or first[0].isdigit()) or ": " in text.rstrip(": ") or _BOX.match(text):
        return False
    return len(_DIGIT.findall(text)) * 3 < len(text)


def _manner(block: Block, words: str, marker: str) -> Manner:
    caps = words.isupper() and len(words) > 3
    number = _NUMBER.match(marker)
    if number:
        return ("number", 2 if number[2] else 1, caps, block.kind)
    if marker:
        return ("letter", caps)
    if caps:
        return ("caps",)
    if block.bold:
        return ("bold",)
    return ("label",) if words.endswith(":") else ("plain",)


def _letter(marker: str) -> bool:
    return bool(marker) and marker[0].isalpha()


def _label(block: Block, language: str, own: Manner = ()) -> Heading | None:
    """`Label: value` in one line. `own`: the manner that it is of, whatever its number."""
    found = _LABEL.match(block.text) if ":" in block.text else None
    if not found:
        return None
    label = " ".join(found["label"].split())
    first = _ALNUM.search(label)
    if not first or not (first[0].isupper() or first[0].isdigit()) or len(label.split()) > 10 or is_field(label) or "@" in label:
        return None
    start = found.end()
    while start < len(block.text) and block.text[start].isspace():
        start += 1
    if start >= len(block.text):
        return None
    rest = _rest(block, start)
    if rest is None:
        return None
    mark, bare = ("", label) if block.marker else recognising.without_mark(label)
    numbered_label = _NUMBER.match(block.marker or mark)
    manner: Manner = own or (("number-label",) if numbered_label else ("bold-label",) if _BOLD_LABEL.match(block.markdown) else ("label",))
    match = recognising.heading(bare, language)
    # "Privacy notice: customers" is a title.
    return None if match and "title" in match.covers else Heading(bare, match, manner, mark if own else block.marker or mark, rest)


_BOLD_LABEL = re.compile(r"\*\*[^*\n]{2,120}(?::\*\*|\*\*[ \u00a0]?:)")
_QUESTION = re.compile(r"(?P<asked>[^\n.:!?–—]{2,80}?)(?:\?|[ \u00a0][–—-])[ \u00a0]+(?=\S)")


def _question(block: Block, language: str) -> Heading | None:
    """`Who? We, the club ...`, `Controller – the club ...`: words that we know, and what answers them in the same line."""
    found = _QUESTION.match(block.text)
    match = recognising.heading(found["asked"], language) if found else None
    rest = _rest(block, found.end()) if found and match and "title" not in match.covers else None
    if not found or not rest:
        return None
    asked = found[0].rstrip(" \u00a0–—-")
    return Heading(asked, match, ("question",), block.marker, rest)


_BOLD_LEAD = re.compile(r"\*\*(?P<lead>[^*\n]{3,80})\*\*\s+(?=\S)")


def _bold_lead(block: Block, language: str) -> Heading | None:
    """`**Known heading** and the text goes on`."""
    found = _BOLD_LEAD.match(block.markdown)
    lead = found["lead"].strip().rstrip(".:") if found else ""
    if (
        not found
        or block.marker
        or found["lead"].rstrip().endswith(".")
        or not block.text.startswith(lead)
        or not (match := recognising.heading(lead, language))
    ):
        return None
    start = len(found["lead"].strip())
    while start < len(block.text) and block.text[start].isspace():
        start += 1
    rest = Block("line", block.text[start:], (block.span[0] + start, block.span[1]), markdown=block.markdown[found.end() :])
    return Heading(lead, match, ("bold",), block.marker, rest)


def _rest(block: Block, start: int) -> Block | None:
    """The words behind a label. With Markdown of its own, the label must be all that is marked (`**Label:** value`)."""
    text, span = block.text[start:], (block.span[0] + start, block.span[1])
    if not block.markdown:
        return Block("line", text, span)
    for mark in ("**", "*", "__", "_", ""):
        head = f"{mark}{block.text[:start].rstrip()}{mark}"
        inside = f"{mark}{block.text[:start].rstrip().removesuffix(':')}{mark}:"
        for opening in (head, inside):
            if block.markdown.startswith(opening):
                return Block("line", text, span, markdown=block.markdown[len(opening) :].lstrip())
    return None


def is_field(label: str) -> bool:
    return "".join(_ALNUM.findall(label)).casefold() in _FIELDS


def _clean(text: str) -> str:
    return text.removesuffix(":").rstrip()


_FIELDS = frozenset("".join(_ALNUM.findall(field)).casefold() for field in recognising.FIELDS)


# --- which manners count ------------------------------------------------------------------------------------------

_MARKED_BY_FORMAT = ("heading", "row")


class _Manners:
    """How this document marks its headings."""

    def __init__(self, blocks: Sequence[Block], found: dict[int, Heading]) -> None:
        self.blocks, self.found = blocks, found
        groups: dict[Manner, list[Heading]] = {}
        for position, heading in found.items():
            # A plain line shows nothing of a manner unless it stands apart and is short.
            if heading.manner != ("plain",) or (self._apart(position) and len(heading.text.split()) <= MOST_IN_PLAIN):
                groups.setdefault(heading.manner, []).append(heading)
        self.counting = {manner for manner, members in groups.items() if _is_manner(manner[0], members)}
        self.numbered = any(manner[:2] == ("number", 1) for manner in self.counting)
        by_format = [heading for manner, members in groups.items() if manner[0] in _MARKED_BY_FORMAT for heading in members]
        self.structured = _topics(by_format) >= _STRUCTURED or any(
            manner[0] in ("number", "caps", "bold") and _topics(groups[manner]) >= _STRUCTURED for manner in self.counting
        )

    def count(self, position: int) -> bool:
        """Whether the candidate is a heading."""
        heading = self.found[position]
        kind, counts = heading.manner[0], heading.manner in self.counting
        if kind in _MARKED_BY_FORMAT:
            return True
        if kind == "plain":
            return self._plain(heading, position, counts)
        if kind == "bold-label" and _is_exact(heading) and ("bold",) in self.counting:
            return True
        if kind in ("label", "bold-label"):
            return self._label(heading, position, counts)
        if kind in ("item-label", "question"):
            return counts and heading.match is not None and not self.structured
        if counts or (self.blocks[position].bold and heading.match and len(heading.text.split()) <= _MOST_IN_BOLD):
            return True
        if kind == "number" and heading.manner[1] == 2 and self.numbered:
            # "4.1 Bookings" with a text below it, under "4. Purposes". With none it is an item of a list.
            return all((near := self.found.get(position + step)) is None or near.manner != heading.manner for step in (-1, 1))
        return _is_exact(heading) and self.blocks[position].gap

    def _apart(self, position: int) -> bool:
        return position == 0 or self.blocks[position].gap

    def _label(self, heading: Heading, position: int, counts: bool) -> bool:
        last = position + 1 == len(self.blocks)
        if counts and self.structured:
            # A field in a section, unless it stands alone or dates all of them at the end.
            return _is_exact(heading) and self.blocks[position].gap and (heading.rest is None or (last and _only_dates(heading)))
        if self._answers(position):
            return False
        if counts:
            short = len(heading.text.split()) <= _MOST_IN_LABEL
            unknown = short and self.blocks[position].gap and (heading.rest is not None or position + 1 < len(self.blocks))
            return _is_strong(heading) or (short and heading.match is not None) or unknown
        return _is_exact(heading) and self._apart(position) and (last or not _only_dates(heading))

    def _answers(self, position: int) -> bool:
        """Whether it stands right below a heading on the same: "Complaints", then "Supervisory authority: ..."."""
        above, heading = self.found.get(position - 1), self.found[position]
        if above is None or above.rest or not above.match or not heading.rest or not heading.match:
            return False
        return set(heading.match.covers) <= set(above.match.covers)

    def _plain(self, heading: Heading, position: int, counts: bool) -> bool:
        if not self._apart(position) or position + 1 == len(self.blocks):
            return False
        led = position > 0 and self.blocks[position - 1].text.rstrip().endswith(":")
        if led or (self.structured and (not _is_exact(heading) or self._is_marked(position - 1))):
            return False
        if _is_strong(heading):
            return heading.match is not None and "title" not in heading.match.covers
        question, words = heading.text.endswith("?"), len(heading.text.split())
        if heading.match:
            return question or (counts and words <= MOST_IN_PLAIN)
        return (counts or question) and words <= _MOST_UNKNOWN and self._leads_to_prose(position) and not _looks_like_data(heading.text)

    def _is_marked(self, position: int) -> bool:
        """Whether a heading stands there that needs no more than its manner; the line below it is its text."""
        heading = self.found.get(position)
        return heading is not None and (heading.manner[0] in _MARKED_BY_FORMAT or heading.manner in self.counting - {("plain",)})

    def _leads_to_prose(self, position: int) -> bool:
        following = self.blocks[position + 1].text.rstrip()
        return len(following) > 60 or (following.endswith(".") and len(following.split()) > 3)


def _is_manner(kind: str | int | bool, members: Sequence[Heading]) -> bool:
    if kind in _MARKED_BY_FORMAT:
        return True
    topics, known = _topics(members), sum(heading.match is not None for heading in members)
    strong = sum(map(_is_strong, members))
    if kind in ("item-label", "question"):
        # A list of rights is none of topics.
        covers = {heading.match.covers for heading in members if heading.match}
        return known * 2 >= len(members) and sum(not named[0].startswith("rights") for named in covers) >= _STRUCTURED
    if kind == "plain":
        return topics >= _STRUCTURED
    if kind == "letter" and strong >= 1 and known == len(members) > 1:
        return True
    return (topics >= 2 and strong >= 1 and known * 2 >= len(members)) or (topics > _STRUCTURED and known * 3 >= len(members))


def _topics(headings: Iterable[Heading]) -> int:
    return len({heading.match.covers for heading in headings if heading.match})


def _is_exact(heading: Heading) -> bool:
    return heading.match is not None and heading.match.confidence >= recognising.ELSEWHERE


def _is_strong(heading: Heading) -> bool:
    return heading.match is not None and heading.match.confidence >= recognising.BY_OVERLAP


def _only_dates(heading: Heading) -> bool:
    """It says: "Updated: 1.2.2024" under the title or at the end is a line of its section."""
    return heading.match is not None and heading.match.covers == ("date",)


_ORGANISATION = re.compile(r"\b(?:oyj?|ab|abp|ry|rf|r\.y\.|ky|tmi|ltd|gmbh|ag|inc)\b", re.IGNORECASE)


def _looks_like_data(text: str) -> bool:
    return any(sign.isdigit() for sign in text) or bool(_ORGANISATION.search(text)) or bool(spotting.dates(text))


# --- lists that are no headings -----------------------------------------------------------------------------------


def _in_sequence(found: dict[int, Heading], blocks: Sequence[Block]) -> dict[int, Heading]:
    """Without the numbered lines that count anew inside a section. Where all say `1.`, all are kept."""
    numbers = {position: _first_number(heading) for position, heading in found.items() if heading.manner[0] == "number"}
    if len(set(numbers.values())) <= 1:
        return found
    last, left_out = 0, set[int]()
    for position, number in numbers.items():
        follows = last < number <= last + _MOST_LEFT_OUT or last == 0 or found[position].manner[1] == 2
        goes_on = position - 1 in left_out and not blocks[position].gap
        in_list = position + 1 in numbers or position - 1 in left_out
        if (follows and not goes_on) or (_is_strong(found[position]) and not in_list):
            last = number
        else:
            left_out.add(position)
    return {position: heading for position, heading in found.items() if position not in left_out}


def _first_number(heading: Heading) -> int:
    match = _NUMBER.match(heading.marker)
    return int(match[1]) if match else 0


def _without_lists(kept: dict[int, Heading]) -> dict[int, Heading]:
    """Three or more in a row with nothing between them are a list, not headings."""
    result = dict(kept)
    run: list[int] = []
    for position in [*kept, -1]:
        heading = kept.get(position)
        if run and heading and position == run[-1] + 1 and heading.manner == kept[run[-1]].manner and kept[run[-1]].rest is None:
            run.append(position)
            continue
        if len(run) >= 3 and kept[run[0]].manner[0] not in _MARKED_BY_FORMAT:
            for member in run:
                del result[member]
        run = [position]
    return result


def _without_rights(kept: dict[int, Heading]) -> dict[int, Heading]:
    """Lines that say "Access: ...", "Erasure: ..." one after the other are the list of the heading on rights above them."""
    result = dict(kept)
    above: Heading | None = None
    run: list[int] = []
    for position in [*kept, -1]:
        heading = kept.get(position)
        if run and heading and heading.rest and position == run[-1] + 1 and heading.manner == kept[run[0]].manner:
            run.append(position)
            continue
        rights = [member for member in run if _names_right(kept[member])]
        if above and above.match and "rights" in above.match.covers and len(rights) >= _MANY_RIGHTS and len(rights) * 2 > len(run):
            for member in run:
                del result[member]
        if run and kept[run[-1]].rest is None:
            above = kept[run[-1]]
        run = [position]
    return result


def _names_right(heading: Heading) -> bool:
    return heading.match is not None and heading.match.covers[0].startswith("rights_")
