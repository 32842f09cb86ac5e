"""What changed between two versions, in one language: by section, then by block, then by word. Pure.

A section is the same by its id, or, under another id, by its likeness. It is added, removed, moved, renamed or changed.
Inside a changed section a block (paragraph, list item, table row) is matched with its likest counterpart, so that a
changed list item is one changed item. Near-linear in the length of the texts.
"""

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from service.notices.comparing.aligning import align
from service.notices.markdown import Block, to_blocks

Operation = Literal["equal", "insert", "delete"]
Change = Literal["added", "removed", "moved", "renamed", "changed", "unchanged"]

# Two blocks that share less than this of their words are not one block that was edited; nor are two sections.
_LIKE = 0.45
_SAME_SECTION = 0.75
# With how many of the blocks that wait for a counterpart a new one is compared.
_NEAR = 12
_WORDS = re.compile(r"\w+")
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")


class Span(msgspec.Struct):
    """A run of text: `insert` stands only in the later version, `delete` only in the earlier."""

    op: Operation
    text: str


class BlockChange(msgspec.Struct):
    kind: Annotated[str, Meta(description="paragraph, heading, item, row or code")]
    change: Change
    spans: list[Span]


class SectionChange(msgspec.Struct):
    id: str
    change: Annotated[
        Change, Meta(description="The gravest: a section that was moved and changed is `changed`; `renamed`: its heading or id alone.")
    ]
    moved: Annotated[bool, Meta(description="It stands elsewhere among the sections that both have.")]
    was: Annotated[str | None, Meta(description="Its id in the earlier version, where that was another.")]
    heading: list[Span]
    blocks: list[BlockChange]


class Text(msgspec.Struct, frozen=True):
    """A section's text in one language."""

    id: str
    heading: str
    markdown: str


def compare(a: Sequence[Text], b: Sequence[Text]) -> list[SectionChange]:
    """Sections in the order of `b`, each removed one after those that it followed in `a`."""
    was = _counterparts(a, b)
    earlier = {section.id: section for section in a}
    kept = {was.get(section.id) for section in b}
    stays = _in_order([section.id for section in a if section.id in kept], [was[section.id] for section in b if section.id in was])
    changes = []
    for section in b:
        old = was.get(section.id)
        changes.append(_section(earlier[old], section, old not in stays) if old is not None else _alone(section, "added"))
    removed = [_alone(section, "removed") for section in a if section.id not in kept]
    return _placed(changes, removed, [section.id for section in a]) if removed else changes


def _counterparts(a: Sequence[Text], b: Sequence[Text]) -> dict[str, str]:
    """For each section of `b` that was there: its id in `a`. Sections that lost or changed their id are known by their words."""
    ids = {section.id for section in a}
    was = {section.id: section.id for section in b if section.id in ids}
    lost = [section for section in a if section.id not in was]
    for section in [section for section in b if section.id not in was]:
        likeness = [_alike(_words_of(old), _words_of(section)) for old in lost[:_NEAR]]
        best = max(range(len(likeness)), key=likeness.__getitem__, default=None)
        if best is not None and likeness[best] >= _SAME_SECTION:
            was[section.id] = lost.pop(best).id
    return was


def _words_of(section: Text) -> Counter[str]:
    return Counter(_WORDS.findall(section.markdown))


def _placed(changes: list[SectionChange], removed: list[SectionChange], order: list[str]) -> list[SectionChange]:
    """Each removed section right after the nearest one before it in `order` that is still there."""
    place = {section_id: index for index, section_id in enumerate(order)}
    # Where the sections of `a` stand now; a removed one goes after the last of those before it.
    standing = sorted((place[change.was or change.id], index) for index, change in enumerate(changes) if (change.was or change.id) in place)
    after: dict[int, list[SectionChange]] = {}
    reached, furthest = 0, -1
    for change in removed:
        while reached < len(standing) and standing[reached][0] < place[change.id]:
            furthest = max(furthest, standing[reached][1])
            reached += 1
        after.setdefault(furthest, []).append(change)
    result = [*after.get(-1, [])]
    for index, change in enumerate(changes):
        result += [change, *after.get(index, [])]
    return result


def words(a: str, b: str) -> list[Span]:
    """The two texts as one run of spans; neighbouring single words between changes are drawn into the change."""
    if a == b:
        return [Span("equal", a)] if a else []
    old, new = _PIECES.findall(a), _PIECES.findall(b)
    spans: list[Span] = []
    for run in align(old, new):
        if run.equal:
            _append(spans, "equal", "".join(old[run.a_start : run.a_end]))
        else:
            _append(spans, "delete", "".join(old[run.a_start : run.a_end]))
            _append(spans, "insert", "".join(new[run.b_start : run.b_end]))
    return _joined(spans)


def _alone(section: Text, change: Literal["added", "removed"]) -> SectionChange:
    operation: Operation = "insert" if change == "added" else "delete"
    blocks = [BlockChange(block.kind, change, [Span(operation, block.text)]) for block in to_blocks(section.markdown)]
    return SectionChange(section.id, change, False, None, [Span(operation, section.heading)], blocks)


def _section(old: Text, new: Text, moved: bool) -> SectionChange:
    was = old.id if old.id != new.id else None
    heading = words(old.heading, new.heading)
    if old.markdown == new.markdown:
        blocks = [BlockChange(block.kind, "unchanged", [Span("equal", block.text)]) for block in to_blocks(new.markdown)]
    else:
        blocks = _blocks(to_blocks(old.markdown), to_blocks(new.markdown))
    # Markdown that reads the same but is written otherwise is no change to a reader.
    if any(block.change != "unchanged" for block in blocks):
        change: Change = "changed"
    elif was or old.heading != new.heading:
        change = "renamed"
    else:
        change = "moved" if moved else "unchanged"
    return SectionChange(new.id, change, moved, was, heading, blocks)


def _blocks(a: Sequence[Block], b: Sequence[Block]) -> list[BlockChange]:
    changes: list[BlockChange] = []
    for run in align(a, b):
        old, new = a[run.a_start : run.a_end], b[run.b_start : run.b_end]
        if run.equal:
            changes += [BlockChange(block.kind, "unchanged", [Span("equal", block.text)]) for block in new]
        else:
            changes += [BlockChange(block.kind, "removed", [Span("delete", block.text)]) for block in old]
            changes += [BlockChange(block.kind, "added", [Span("insert", block.text)]) for block in new]
    return _paired(changes)


def _paired(changes: list[BlockChange]) -> list[BlockChange]:
    """Removed and added blocks side by side become one changed block each, where they are alike."""
    result: list[BlockChange] = []
    position = 0
    while position < len(changes):
        run = position
        while run < len(changes) and changes[run].change != "unchanged":
            run += 1
        if run == position:
            result.append(changes[position])
            position += 1
            continue
        result += _pair_run(
            [change for change in changes[position:run] if change.change == "removed"],
            [change for change in changes[position:run] if change.change == "added"],
        )
        position = run
    return result


def _pair_run(removed: list[BlockChange], added: list[BlockChange]) -> list[BlockChange]:
    result: list[BlockChange] = []
    before = [Counter(_WORDS.findall(old.spans[0].text)) for old in removed]
    next_old = 0
    for new in added:
        counted = Counter(_WORDS.findall(new.spans[0].text))
        near = range(next_old, min(next_old + _NEAR, len(removed)))
        likeness = {at: _alike(before[at], counted) for at in near if removed[at].kind == new.kind}
        best = max(likeness, key=likeness.__getitem__, default=None)
        if best is not None and likeness[best] >= _LIKE:
            # What stood before the counterpart is gone; order stays as a reader goes through the text.
            result += removed[next_old:best]
            result.append(BlockChange(new.kind, "changed", words(removed[best].spans[0].text, new.spans[0].text)))
            next_old = best + 1
        else:
            result.append(new)
    return result + removed[next_old:]


def _alike(a: Counter[str], b: Counter[str]) -> float:
    """The share of words that both have, 0 to 1."""
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def _in_order(a: Sequence[Hashable], b: Sequence[Hashable]) -> set[Hashable]:
    """What keeps its place: the longest common subsequence. Everything else has moved."""
    return {item for run in align(a, b) if run.equal for item in a[run.a_start : run.a_end]}


def _append(spans: list[Span], op: Operation, text: str) -> None:
    if not text:
        return
    if spans and spans[-1].op == op:
        spans[-1] = Span(op, spans[-1].text + text)
    else:
        spans.append(Span(op, text))


def _joined(spans: list[Span]) -> list[Span]:
    """A blank alone between two changes is part of them: five changed words in a row read as one change."""
    result: list[Span] = []
    deleted, inserted = "", ""
    for position, span in enumerate(spans):
        changed_after = position + 1 < len(spans) and spans[position + 1].op != "equal"
        if span.op == "delete":
            deleted += span.text
        elif span.op == "insert":
            inserted += span.text
        elif (deleted or inserted) and changed_after and not span.text.strip():
            deleted, inserted = deleted + span.text, inserted + span.text
        else:
            _append(result, "delete", deleted)
            _append(result, "insert", inserted)
            deleted, inserted = "", ""
            result.append(span)
    _append(result, "delete", deleted)
    _append(result, "insert", inserted)
    return result
