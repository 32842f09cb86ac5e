"""A text as a tree for the page: what `notice.typ` sets. Everything in it is data; nothing of a text is ever run as code."""

import functools
import itertools
import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from markdown_it.token import Token

from service.notices.markdown import parse

Node = dict[str, Any]

# Deeper lists and quotations stand at this depth: the page has no room for more, and typst's own depth has an end.
_DEEPEST = 10
# What stands on a line of the page, or of a table's cell, without a place to break.
_LINE = 60
_ALIGNED = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}
_STYLES = {"strong": "b", "em": "i", "s": "s"}


def _shown() -> frozenset[int]:
    table = tomllib.loads(files(__package__).joinpath("glyphs.toml").read_text("utf-8"))
    ends = [[int(end, 16) for end in entry.split("-")] for entry in table["shown"]]
    return frozenset(code for first, *last in ends for code in range(first, (last or [first])[0] + 1))


SHOWN = _shown()


def strange(text: str) -> set[str]:
    """The characters for which the fonts have no glyph."""
    return set() if text.isascii() else {letter for letter in set(text) if ord(letter) not in SHOWN and letter not in "\t\n"}


def shown(text: str, line: int = _LINE) -> str:
    """The text with each character that has no glyph as its number, since it must not vanish. A word that is longer than
    `line` may break, after a sign if it has one."""
    if lost := strange(text):
        text = text.translate({ord(letter): f"⟨U+{ord(letter):04X}⟩" for letter in lost})
    long, pieces = _breaking(line)
    return long.sub(lambda word: "\u200b".join(pieces.findall(word[0])), text.replace("\t", " "))


@functools.cache
def _breaking(line: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"\S{{{line + 1},}}"), re.compile(rf"\S{{0,{line - 1}}}[/.?&=_-]|\S{{1,{line}}}")


def blocks(markdown: str, level: int) -> list[Node]:
    """`level`: the lowest that a heading in the text may have, under the section's own."""
    within: list[list[Node]] = [[]]
    kept: list[bool] = []
    heading, last, line = "", level - 1, _LINE
    tokens = parse(markdown)
    for position, token in enumerate(tokens):
        name, _, end = token.type.rpartition("_")
        if name in _CONTAINERS and end == "open":
            kept.append(kept[-1] if name in _PARTS else len(within) < _DEEPEST)
            if kept[-1]:
                within.append(_CONTAINERS[name](within[-1], token))
            if name == "table":
                line = max(6, _LINE // _columns(tokens, position))
        elif name in _CONTAINERS:
            if kept.pop():
                within.pop()
            if name == "table":
                line = _LINE
        elif name == "heading":
            heading = token.tag if end == "open" else ""
        elif token.type == "inline" and heading:
            # A level is never left out, as PDF/UA demands.
            last = min(level + int(heading[1]) - 1, last + 1)
            within[-1].append({"k": "heading", "level": last, "runs": runs(token.children or [], line)})
        elif token.type == "inline":
            within[-1].append({"k": "paragraph", "runs": runs(token.children or [], line)})
        elif token.type == "fence":
            within[-1].append({"k": "code", "text": shown(token.content.rstrip("\n"), line)})
        elif token.type == "hr":
            within[-1].append({"k": "rule"})
    return within[0]


def _columns(tokens: Sequence[Token], position: int) -> int:
    head = itertools.takewhile(lambda token: token.type != "thead_close", itertools.islice(tokens, position, None))
    return max(1, sum(token.type == "th_open" for token in head))


def _list(within: list[Node], token: Token) -> list[Node]:
    items: list[Node] = []
    within.append({"k": token.type.removesuffix("_list_open"), "start": int(token.attrs.get("start", 1)), "items": items})
    return items


def _item(within: list[Node], token: Token) -> list[Node]:
    return _container("item", within)


def _quote(within: list[Node], token: Token) -> list[Node]:
    return _container("quote", within)


def _container(kind: str, within: list[Node]) -> list[Node]:
    inner: list[Node] = []
    within.append({"k": kind, "blocks": inner})
    return inner


def _table(within: list[Node], token: Token) -> list[Node]:
    rows: list[Node] = []
    within.append({"k": "table", "rows": rows})
    return rows


def _row(within: list[Node], token: Token) -> list[Node]:
    cells: list[Node] = []
    within.append({"k": "row", "cells": cells})
    return cells


def _cell(within: list[Node], token: Token) -> list[Node]:
    inner: list[Node] = []
    aligned = _ALIGNED.get(str(token.attrs.get("style", "")), "left")
    within.append({"k": "cell", "align": aligned, "blocks": inner})
    return inner


_CONTAINERS = {
    "bullet_list": _list,
    "ordered_list": _list,
    "list_item": _item,
    "blockquote": _quote,
    "table": _table,
    "tr": _row,
    "th": _cell,
    "td": _cell,
}
# What stands in another container, never by itself.
_PARTS = frozenset({"list_item", "tr", "th", "td"})


def runs(tokens: Sequence[Token], line: int = _LINE) -> list[Node]:
    """Pieces of text with their styles side by side, so that no nesting is left; a link holds its pieces."""
    made: list[Node] = []
    into = made
    on: dict[str, int] = {}
    for token in tokens:
        name, _, end = token.type.rpartition("_")
        if token.type == "hardbreak":
            into.append({"br": 1})
        elif token.type == "softbreak":
            into.append({"t": " "})
        elif token.type in ("text", "code_inline"):
            styles = {style: 1 for style, depth in on.items() if depth}
            into.append({"t": shown(token.content, line), **styles, **({"c": 1} if token.type == "code_inline" else {})})
        elif token.type == "image":
            source = str(token.attrs["src"])
            # An image in an image's own text is that text alone: a link stands in no other.
            text = [piece for run in runs(token.children or [], line) for piece in run.get("runs", [run])]
            made.append({"u": source, "runs": text or [{"t": shown(source, line)}]})
        elif token.type == "link_open":
            into = []
            made.append({"u": str(token.attrs["href"]), "runs": into})
        elif token.type == "link_close":
            into = made
        elif name in _STYLES:
            on[_STYLES[name]] = on.get(_STYLES[name], 0) + (1 if end == "open" else -1)
    return made
