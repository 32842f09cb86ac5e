"""A section's blocks as Markdown that renders to the same words, and as plain text, a line for each line."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from service.notices.importing.document import Block
from service.notices.importing.formats.escaping import as_markdown

_DEEPEST = 4
_NUMBER = re.compile(r"\d{1,9}[.)]$")
_END = tuple(".:;!?)…")
# "sähköposti:" begins a line of its own, however long the one before it is.
_LABEL = re.compile(r"[^\W\d_][\w-]{1,20}(?: [\w-]{1,20}){0,2}:(?:\s|$)")


def to_markdown(blocks: Sequence[Block]) -> str:
    parts: list[str] = []
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        run = list(group)
        if kind == "row":
            parts.append(_table(run))
        elif kind == "item":
            parts += ["\n".join(items) for items in _lists(run)]
        elif kind == "code":
            parts.append(_fenced("\n".join(block.text for block in run)))
        elif kind == "quote":
            parts += ["\n".join(f"> {line}" for line in as_markdown(block).split("\n")) for block in run]
        elif kind == "heading":
            parts += [f"### {_one_line(as_markdown(block))}" for block in run]
        else:
            parts += list(_paragraphs(run))
    return "\n\n".join(part for part in parts if part.strip())


def to_text(blocks: Sequence[Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        marker = f"{block.marker} " if block.marker else ""
        lines.append(("\n" if block.gap and lines else "") + marker + block.text)
    return "\n".join(lines)


def _paragraphs(lines: list[Block]) -> Iterator[str]:
    """Lines without a gap between them are one paragraph; an address keeps its lines, wrapped prose flows."""
    width = max(len(block.text) for block in lines)
    paragraph = ""
    for block, following in zip(lines, [*lines[1:], None], strict=True):
        paragraph += _line(block)
        if following is None or following.gap or "\n\n" in block.markdown or "\n\n" in following.markdown:
            yield paragraph
            paragraph = ""
        else:
            wrapped = len(block.text) > 45 and len(block.text) > width * 0.6 and not block.text.rstrip().endswith(_END)
            paragraph += "\n" if wrapped and not _LABEL.match(following.text) else "\\\n"


def _line(block: Block) -> str:
    markdown = as_markdown(block).strip()
    if not block.marker:
        return markdown
    # A number that no longer begins a list is words: escaped, it cannot begin one here.
    marker = re.sub(r"^(\d{1,9})([.)])$", r"\1\\\2", block.marker)
    return f"{marker} {markdown}"


def _lists(items: list[Block]) -> Iterator[list[str]]:
    """Neighbours of one sort are one list. A marker that Markdown does not know ("a)", "2.1") stays as a word of the item."""
    lines: list[str] = []
    before = ""
    for block in items:
        sort = "number" if _NUMBER.match(block.marker) else "bullet"
        depth = min(block.level, _DEEPEST) if lines else 0
        if lines and depth == 0 and sort != before:
            yield lines
            lines = []
        if depth == 0:
            before = sort
        indent = "    " * min(depth, _depth_of(lines[-1]) + 1 if lines else 0)
        marker = block.marker if sort == "number" else "-"
        body = as_markdown(block).strip().replace("\n", "\n" + indent + " " * (len(marker) + 1))
        lines.append(f"{indent}{marker} {_kept(block.marker, sort)}{body}")
    if lines:
        yield lines


def _kept(marker: str, sort: str) -> str:
    if sort == "number" or not any(sign.isalnum() for sign in marker):
        return ""
    return re.sub(r"([.)])$", r"\\\1", marker) + " "


def _depth_of(line: str) -> int:
    return (len(line) - len(line.lstrip(" "))) // 4


def _table(rows: list[Block]) -> str:
    columns = max(len(row.cells) for row in rows)
    written = []
    for row in rows:
        marker = f"{row.marker} " if row.marker else ""
        cells = [_one_line(cell) for cell in row.cells]
        cells[:1] = [marker + cells[0]] if cells else []
        cells += [""] * (columns - len(cells))
        written.append("| " + " | ".join(cells) + " |")
        if len(written) == 1:
            written.append("|" + " --- |" * columns)
    return "\n".join(written)


_PIPE = re.compile(r"(?<!\\)\|")
_BREAKS = re.compile(r"\\?\s*\n\s*")


def _one_line(markdown: str) -> str:
    return _PIPE.sub(r"\\|", _BREAKS.sub(" ", markdown.strip()))


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
