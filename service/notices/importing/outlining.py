"""A document's sections: its headings, the blocks under each, and the canonical ids that each answers.

Nothing is dropped, split or doubled: each block stands in one section, or is the title.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest

import msgspec

from service.notices.content import ITEMS
from service.notices.importing.document import Block, Document, Span
from service.notices.importing.headlining import Heading, headings, is_field
from service.notices.importing.unfolding import unfolded
from service.notices.importing.writing import to_markdown, to_text
from service.notices.wording import recognising

OTHER = "other"
_TITLE_WITHIN = 6
_LONGEST_TITLE = 300
_LONGEST_COLUMN = 60
_UPPER = 1
# With fewer parts than this the document has no outline, and its beginning is all of it.
_FEW_PARTS = 3


class Outlined(msgspec.Struct):
    """A section as found. `heading` is empty for text that stands before the first one."""

    id: str
    covers: list[str]
    heading: str
    confidence: float
    """How sure it is what the section is about: 1 by a known heading, down to 0.5 by its text alone, 0 for `other`."""
    body: str
    """Markdown."""
    text: str
    """The body's words, a line for each line; cells of a row with a tab between."""
    span: Span
    number: str = ""
    """What stood before the heading."""


class Outline(msgspec.Struct):
    title: str
    sections: list[Outlined]


class _Part(msgspec.Struct):
    heading: Heading | None
    span: Span
    blocks: list[Block] = []
    level: int = 0


def outline(document: Document, language: str) -> Outline:
    blocks = unfolded(document.blocks, language)
    residue = _residue(document, blocks)
    found = headings(blocks, language, residue)
    title = _title(blocks, found, residue, language)
    parts = [part for part in _joined(_parts(blocks, found, title, residue), language) if part.heading or part.blocks]
    bodies = [to_markdown(part.blocks) for part in parts]
    taken: dict[str, int] = {}
    sections = [
        _section(part, *covers, body, taken) for part, covers, body in zip(parts, _all_covers(parts, bodies, language), bodies, strict=True)
    ]
    return Outline(" ".join(blocks[title].text.split()) if title is not None else "", sections)


# --- title, beginning, sections -----------------------------------------------------------------------------------


def _residue(document: Document, blocks: Sequence[Block]) -> frozenset[int]:
    """What a page's controls and navigation left behind, and its header and footer."""
    spans = {remark.span for remark in document.remarks if remark.code in ("TN073", "SE004", "SE009")}
    return frozenset(position for position, block in enumerate(blocks) if block.span in spans)


def _title(blocks: Sequence[Block], found: dict[int, Heading], residue: frozenset[int], language: str) -> int | None:
    """Of the first blocks, up to the first that heads a section."""
    candidates: list[int] = []
    for position in range(len(blocks)):
        if position in residue or _TRAIL.match(blocks[position].text):
            continue
        match = found[position].match if position in found else None
        if match and "title" not in match.covers and match.confidence >= recognising.BY_WORDS and candidates:
            break
        candidates.append(position)
        if len(candidates) >= _TITLE_WITHIN:
            break
    tops = [position for position, block in enumerate(blocks) if block.kind == "heading" and block.level == 1]
    if len(tops) == 1 and tops[0] not in candidates and tops[0] <= _TITLE_WITHIN:
        candidates.append(tops[0])
    fitting = [position for position in candidates if _may_be_title(blocks[position], found.get(position))]
    top = [position for position in tops if len(tops) == 1 and position in fitting] or [
        position for position in fitting if blocks[position].kind == "heading" and blocks[position].level <= 2
    ]
    named = [position for position in fitting if _names_title(blocks[position], language)]
    first = [position for position in fitting[:1] if position == candidates[0]]
    return next(iter([*top[:1], *named, *first]), None)


# "Home » Privacy": where a page stands in its site.
_TRAIL = re.compile(
    r"(?:[^»›→]{1,40}[ \u00a0][»›→]|(?:etusivu|aloitus|koti|hem|startsida|start|framsidan?|home|start page)[ \u00a0]?[>/|»›→])[ \u00a0]?\S",
    re.IGNORECASE,
)


def _names_title(block: Block, language: str) -> bool:
    """ "Privacy notice", also before a colon or a dash with whose it is."""
    match = recognising.heading(re.split(r":[ \u00a0]|[ \u00a0][–—-][ \u00a0]", block.text, maxsplit=1)[0], language)
    return match is not None and "title" in match.covers


def _may_be_title(block: Block, heading: Heading | None) -> bool:
    if block.kind not in ("heading", "line") or block.level > 6 or not block.text.strip() or len(block.text) > _LONGEST_TITLE:
        return False
    if heading is not None and (heading.rest is not None or heading.marker):
        return False
    if heading is not None and heading.match and heading.match.confidence >= 0.8:
        return "title" in heading.match.covers or (block.kind == "heading" and block.level == 1)
    return block.kind == "heading" or (not block.text.rstrip().endswith((".", ":", ",")) and len(block.text.split()) <= 20)


def _parts(blocks: Sequence[Block], found: dict[int, Heading], title: int | None, residue: frozenset[int]) -> list[_Part]:
    lead = _Part(None, (0, 0))
    parts, left = [lead], list[Block]()
    for position, block in enumerate(blocks):
        if position == title:
            continue
        if position in residue:
            left.append(block)
            continue
        heading = found.get(position)
        if heading is None:
            parts[-1].blocks.append(block)
        else:
            level = block.level if block.kind == "heading" else 0
            parts.append(_Part(heading, block.span, [heading.rest] if heading.rest else [], level))
    if left:
        parts.append(_Part(None, left[0].span, left))
    return parts


def _joined(parts: list[_Part], language: str) -> list[_Part]:
    """A heading under another heading that says nothing that we know stays in its text, as a heading there."""
    levels = [part.level for part in parts if 0 < part.level <= 6 and part.heading and part.heading.match]
    base = min(levels, default=6)
    joined: list[_Part] = []
    for part in parts:
        heading = part.heading
        below = part.level > base and part.level <= 6 and joined and joined[-1].heading is not None
        if below and heading and not heading.match and not recognising.topics(to_markdown(part.blocks), language):
            marker = f"{heading.marker} " if heading.marker else ""
            joined[-1].blocks += [Block("heading", marker + heading.text, part.span, level=part.level, gap=True), *part.blocks]
        else:
            joined.append(part)
    return joined


def _section(part: _Part, covers: list[str], confidence: float, body: str, taken: dict[str, int]) -> Outlined:
    heading = part.heading
    ends = [block.span[1] for block in part.blocks]
    return Outlined(
        id=_unique(_identity(part, covers), taken),
        covers=covers or [OTHER],
        heading=heading.text if heading else "",
        confidence=confidence if covers else 0.0,
        body=body,
        text=to_text(part.blocks),
        span=(part.span[0] if heading else min((block.span[0] for block in part.blocks), default=0), max([part.span[1], *ends])),
        number=heading.marker if heading else "",
    )


# A text that tells of these answers the item of Art. 13 that they are part of; only a heading makes them a topic of their own.
_WITHIN = {"processors": "recipients", "consent": "legal_basis"}


def _all_covers(parts: Sequence[_Part], bodies: Sequence[str], language: str) -> list[tuple[list[str], float]]:
    """What each part's heading names, then what its text tells and no other heading names."""
    named = [list(part.heading.match.covers) if part.heading and part.heading.match else [] for part in parts]
    above = _above(parts, named)
    told, columns = [], list[frozenset[str]]()
    for part, body, names, over in zip(parts, bodies, named, above, strict=True):
        of_rights = any(item.startswith("rights") for item in [*names, *over])
        columns.append(_told_by_tables(part.blocks, language))
        topics = recognising.topics(body, language, of_rights=of_rights) | columns[-1]
        told.append(frozenset(_WITHIN.get(item, item) for item in topics))
        if names == ["contact"] and of_rights and "exercise" in told[-1]:
            # "Contact us", among the rights, is where to use them.
            names[:] = ["exercise"]
    elsewhere = {item for names, tells in zip(named, told, strict=True) for item in names if _is_said(item, tells)} - {"date"}
    result = []
    several = len(parts) > _FEW_PARTS
    for part, names, over, tells, listed in zip(parts, named, above, told, columns, strict=True):
        kinds = [*names, *over] or (["intro"] if part.heading is None and several else [])
        # What has a column of its own is told in full.
        fitting = recognising.added(frozenset(kinds), tells) | (tells & listed - frozenset(kinds))
        added = fitting - (elsewhere - set(over))
        if not names and not added and part.heading:
            # Better to say twice what it is about than to say nothing.
            added = fitting
        inherited = [] if names or not part.heading else [item for item in over if item != "rights"]
        covers = list(dict.fromkeys([*names, *inherited, *(item for item in ITEMS if item in added)]))
        if "processors" in covers and "recipients" not in covers:
            covers.insert(covers.index("processors"), "recipients")
        if part.heading is None and _is_prose(part.blocks):
            covers.append("intro")
        confidence = part.heading.match.confidence if part.heading and part.heading.match else recognising.BY_CUES
        result.append((covers, confidence))
    _find_controller(parts, result)
    return result


_ORGANISATION = re.compile(r"\b(?:oyj?|ab|abp|ry|rf|ky|osk|tmi|ltd|plc|inc|gmbh|seurakunta|församling|kaupunki|säätiö)\b", re.IGNORECASE)
_REACHED = re.compile(r"\b\d{5}\b|@")
_ANSWERS = re.compile(r"\b(?:vastaa|vastuussa|ansvarar|is responsible|answers for)\b", re.IGNORECASE)


def _find_controller(parts: Sequence[_Part], result: list[tuple[list[str], float]]) -> None:
    """Where no section names the controller, contact details of an organisation are its own."""
    if any("controller" in covers for covers, _ in result):
        return
    for part, (covers, _) in zip(parts, result, strict=True):
        text = to_text(part.blocks)
        if "contact" in covers and _ORGANISATION.search(text) and _REACHED.search(text):
            covers.insert(0, "controller")
            return
    asked = [(part, covers) for part, (covers, _) in zip(parts, result, strict=True) if covers[:1] == ["contact"] and part.heading]
    first = next(iter(asked), None)
    if first and len(asked) > 1 and first[0].heading and _ANSWERS.search(first[0].heading.text):
        # A sole trader answers for the register, and another section says whom to ask.
        first[1][0] = "controller"


def _is_said(item: str, told: frozenset[str]) -> bool:
    """A heading that names a right over a text on another one leaves it to be told elsewhere."""
    return not item.startswith("rights_") or item in told


def _told_by_tables(blocks: Sequence[Block], language: str) -> frozenset[str]:
    """The columns of a table are topics too ("Purpose | Legal basis | Kept for")."""
    told = set[str]()
    before = None
    for block in blocks:
        if block.kind == "row" and before != "row" and len(block.cells) >= 2:
            for cell in block.text.split("\t"):
                named = 0 < len(cell) <= _LONGEST_COLUMN and not is_field(cell)
                match = recognising.heading(cell, language) if named else None
                told.update(match.covers if match else ())
        before = block.kind
    return frozenset(told)


def _levels(parts: Sequence[_Part]) -> list[int]:
    """0 where nothing tells it. Where the format does not, headings of another manner stand below one with no text of its own,
    up to the next of its manner."""
    levels: list[int] = []
    empty: Heading | None = None
    for part, following in zip_longest(parts, parts[1:]):
        heading = part.heading
        if heading is None or 0 < part.level <= 6:
            empty, level = None, part.level if heading else 0
        elif empty is None or heading.manner == empty.manner or heading.rest:
            other = following is not None and following.heading is not None and following.heading.manner != heading.manner
            empty = heading if other and not part.blocks else None
            level = _UPPER if empty else 0
        else:
            level = _UPPER + 1
        levels.append(level)
    return levels


def _above(parts: Sequence[_Part], named: Sequence[list[str]]) -> list[list[str]]:
    """What the heading above one of a lower level names; for an empty one that names nothing, what is first below it."""
    above: list[list[str]] = []
    over: list[tuple[int, list[str]]] = []
    for part, names, following, below, level in zip_longest(parts, named, parts[1:], named[1:], _levels(parts)):
        while over and over[-1][0] >= level:
            over.pop()
        if level and not part.blocks and not names:
            above.append((below or [])[:1] if following and following.level > level else [])
        else:
            above.append(over[-1][1] if over and level else [])
        if level:
            over.append((level, names))
    return above


_PROSE = re.compile(r"[.!?:](?:\s*$|\s+[A-ZÅÄÖ])")


def _is_prose(blocks: Sequence[Block]) -> bool:
    """Sentences, not mere lines."""
    return any(len(block.text.split()) >= 6 and _PROSE.search(block.text) for block in blocks)


def _identity(part: _Part, covers: list[str]) -> str:
    if covers:
        return "intro" if part.heading is None and "intro" in covers else covers[0]
    slug = _slug(part.heading.text) if part.heading else ""
    return OTHER if not slug else f"own-{slug}" if slug in ITEMS else slug


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")


def _unique(wanted: str, taken: dict[str, int]) -> str:
    """`taken`: how often each id was wanted."""
    taken[wanted] = taken.get(wanted, 0) + 1
    return wanted if taken[wanted] == 1 else _unique(f"{wanted}-{taken[wanted]}", taken)
