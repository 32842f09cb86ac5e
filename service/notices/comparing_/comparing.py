"""What changed between two versions, in one language: by section, then by block, then by word. Pure.

A section is the same by its id; it is added, removed, moved or changed. Inside a changed section a block (paragraph,
list item, table row) is matched with its likest counterpart, so that a changed list item is one changed item.
"""

import re
from collections.abc import Hashable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from rapidfuzz.distance import Indel, LCSseq

from service.notices.markdown import Block, to_blocks

Operation = Literal["equal", "insert", "delete"]
Change = Literal["added", "removed", "moved", "changed", "unchanged"]

# Two blocks that share less than this of their words are not one block that was edited.
_LIKE = 0.45
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
    change: Change
    heading: list[Span]
    blocks: list[BlockChange]


class Text(msgspec.Struct, frozen=True):
    """A section's text in one language."""

    id: str
    heading: str
    markdown: str


def compare(a: Sequence[Text], b: Sequence[Text]) -> list[SectionChange]:
    """Sections in the order of `b`, each removed one after those that it followed in `a`."""
    earlier = {section.id: section for section in a}
    kept = {section.id for section in b}
    stays = _in_order([section.id for section in a if section.id in kept], [section.id for section in b])
    changes = [_section(earlier.get(section.id), section, section.id not in stays) for section in b]
    for position, section in enumerate(a):
        if section.id not in kept:
            before = {other.id for other in a[:position]}
            place = max((index for index, change in enumerate(changes) if change.id in before), default=-1) + 1
            changes.insert(place, _section(section, None, False))
    return changes


def words(a: str, b: str) -> list[Span]:
    """The two texts as one run of spans; neighbouring single words between changes are drawn into the change."""
    old, new = _PIECES.findall(a), _PIECES.findall(b)
    spans: list[Span] = []
    for operation in Indel.opcodes(old, new):
        if operation.tag == "equal":
            _append(spans, "equal", "".join(old[operation.src_start : operation.src_end]))
        else:
            _append(spans, "delete", "".join(old[operation.src_start : operation.src_end]))
            _append(spans, "insert", "".join(new[operation.dest_start : operation.dest_end]))
    return _joined(spans)


def _section(old: Text | None, new: Text | None, moved: bool) -> SectionChange:
    if old is None or new is None:
        only, change = (new, "added") if new is not None else (old, "removed")
        assert only is not None
        operation: Operation = "insert" if change == "added" else "delete"
        blocks = [BlockChange(block.kind, change, [Span(operation, block.text)]) for block in to_blocks(only.markdown)]  # type: ignore[arg-type]
        return SectionChange(only.id, change, [Span(operation, only.heading)], blocks)  # type: ignore[arg-type]
    blocks = _blocks(to_blocks(old.markdown), to_blocks(new.markdown))
    heading = words(old.heading, new.heading)
    edited = any(span.op != "equal" for span in heading) or any(block.change != "unchanged" for block in blocks)
    # Markdown that reads the same but is written otherwise is no change to a reader.
    return SectionChange(new.id, "changed" if edited else "moved" if moved else "unchanged", heading, blocks)


def _blocks(a: Sequence[Block], b: Sequence[Block]) -> list[BlockChange]:
    changes: list[BlockChange] = []
    for operation in Indel.opcodes([*a], [*b]):
        old, new = a[operation.src_start : operation.src_end], b[operation.dest_start : operation.dest_end]
        if operation.tag == "equal":
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
    waiting = list(removed)
    for new in added:
        likeness = [_likeness(old, new) for old in waiting]
        best = max(range(len(waiting)), key=likeness.__getitem__, default=None)
        if best is not None and likeness[best] >= _LIKE:
            # What stood before the counterpart is gone; order stays as a reader goes through the text.
            result += waiting[:best]
            old = waiting[best]
            result.append(BlockChange(new.kind, "changed", words(old.spans[0].text, new.spans[0].text)))
            waiting = waiting[best + 1 :]
        else:
            result.append(new)
    return result + waiting


def _likeness(old: BlockChange, new: BlockChange) -> float:
    if old.kind != new.kind:
        return 0.0
    return float(Indel.normalized_similarity(_WORDS.findall(old.spans[0].text), _WORDS.findall(new.spans[0].text)))


def _in_order(a: Sequence[Hashable], b: Sequence[Hashable]) -> set[Hashable]:
    """What keeps its place: the longest common subsequence. Everything else has moved."""
    return {a[i] for operation in LCSseq.opcodes(a, b) if operation.tag == "equal" for i in range(operation.src_start, operation.src_end)}


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
