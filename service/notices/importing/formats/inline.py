"""Words with what marks them, within one line: bold, italics, struck out, code, a link. And the same as Markdown."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote, unquote

from service.notices.importing.formats.escaping import escaped

LINKED = ("https:", "mailto:", "tel:")
# What a link may hold that runs.
ACTIVE = frozenset(["javascript:", "data:", "vbscript:"])
LONGEST_TARGET = 2000
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f]+")
_MAILBOX = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{1,255}")
_SPACE = re.compile(r"\s+")


class Piece(NamedTuple):
    """Words that are marked alike. `marks` of `b` (bold), `i` (italics), `s` (struck out), `c` (code); `target` of a link."""

    text: str
    marks: str = ""
    target: str = ""


class Target(NamedTuple):
    """Where a link leads: `address` is empty where it leads nowhere that a notice may; `refused` is then its scheme."""

    address: str
    refused: str = ""


def target_of(address: str) -> Target:
    """As browsers read it: blanks and controls in it do not count (WHATWG URL 4.1), so `java\\nscript:` is one word."""
    bare = _NOT_IN_ADDRESS.sub("", address)
    scheme = _SCHEME.match(bare)
    if not scheme:
        return Target("")
    name = scheme[0].lower()
    if name in (*LINKED, "http:") and len(bare) <= LONGEST_TARGET:
        return Target(quote(name + bare[len(name) :], safe="%/:=&?~#+!$,;'@*._-"))
    return Target("", name)


def tidied(pieces: Iterable[Piece]) -> list[Piece]:
    """White space as a reader sees it: one space between words, none at the ends."""
    pieces = list(pieces)
    if len(pieces) == 1:
        words = " ".join(pieces[0].text.replace("\xad", "").split())
        return [pieces[0]._replace(text=words)] if words else []
    made: list[Piece] = []
    spaced = True
    for piece in pieces:
        text = _SPACE.sub(" ", piece.text.replace("\xad", ""))
        if spaced:
            text = text.lstrip(" ")
        if text:
            spaced = text.endswith(" ")
            made.append(piece._replace(text=text))
    while made and not (last := made.pop()).text.isspace():
        made.append(last._replace(text=last.text.rstrip(" ")))
        break
    return made


def text_of(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def all_bold(pieces: Iterable[Piece]) -> bool:
    """True when each word is bold; punctuation after it need not be."""
    bold = False
    for piece in pieces:
        if "b" in piece.marks:
            bold = True
        elif any(sign.isalnum() for sign in piece.text):
            return False
    return bold


def part(pieces: Iterable[Piece], start: int, end: int | None = None) -> list[Piece]:
    """The characters from `start` to `end`, tidied."""
    kept = list[Piece]()
    for piece in pieces:
        text = piece.text[max(start, 0) : None if end is None else max(end, 0)]
        start -= len(piece.text)
        end = None if end is None else end - len(piece.text)
        if text:
            kept.append(piece._replace(text=text))
    return tidied(kept)


def split_at_tab(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]] | None:
    """What stands before the first tab and what behind; None where there is no label, no tab or no value."""
    text = text_of(pieces)
    label, tab, rest = text.partition("\t")
    if not tab or not label.strip() or not rest.strip():
        return None
    return part(pieces, 0, len(label)), part(pieces, len(label) + 1)


def other_mailboxes(pieces: Iterable[Piece]) -> list[str]:
    """Links that show one mailbox and write to another: `shown → written to`, each once."""
    found: dict[str, None] = {}
    for target, group in groupby(pieces, lambda piece: piece.target):
        if target.startswith("mailto:"):
            shown = text_of(group).strip(" .").lower()
            address = unquote(target.removeprefix("mailto:").partition("?")[0]).lower()
            if _MAILBOX.fullmatch(shown) and shown != address:
                found[f"{shown} → {address}"] = None
    return list(found)


def to_markdown(pieces: Sequence[Piece]) -> str:
    return _marked(pieces, 0, ("", ""))


_ENDS = ("`", "*", "~")


def _marked(pieces: Sequence[Piece], depth: int, sides: tuple[str, str]) -> str:
    """Links are outermost, then bold, italics, struck out, code: `_LAYERS` from `depth` on. `sides`: the signs before and behind,
    which decide what is a mark."""
    if depth == len(_LAYERS):
        words = escaped(text_of(pieces), starts_line=not sides[0])
        return _BRACKET.sub(_bracket, words) if pieces and pieces[0].target else words
    key, wrap = _LAYERS[depth]
    groups = [(value, list(group)) for value, group in groupby(pieces, key)]
    parts, before = list[str](), sides[0]
    for position, (value, group) in enumerate(groups):
        after = groups[position + 1][1][0].text[:1] if position + 1 < len(groups) else sides[1]
        whole = text_of(group)
        core = whole.strip(" ")
        if value and core:
            lead, trail = whole[: len(whole) - len(whole.lstrip(" "))], whole[len(whole.rstrip(" ")) :]
            made = lead + wrap(value, tidied(group), depth, (lead[-1:] or before, trail[:1] or after)) + trail
        else:
            made = _marked(group, depth + 1, (before, after))
        if parts and parts[-1].endswith(_ENDS) and made.startswith(_ENDS):
            # Marks that end and marks that begin would be one run, and mean something else.
            made = _marked([piece._replace(marks="") for piece in group], depth + 1, (before, after))
        parts.append(made)
        # Marks that meet are one run for Markdown: what counts is the sign beyond.
        before = whole[-1:] or before
    return "".join(parts)


# value, pieces, depth, the signs on either side -> Markdown
Wrap = Callable[[str, Sequence[Piece], int, tuple[str, str]], str]


def _emphasis(sign: str) -> Wrap:
    def wrap(_: str, pieces: Sequence[Piece], depth: int, sides: tuple[str, str]) -> str:
        # Within a word, or where marks meet a sign, whether they are marks depends on all around them (CommonMark 6.2). There none is set.
        meets_mark = any(side in _ENDS for side in sides)
        if any(side.isalnum() or (meets_mark and side.strip() and side not in _ENDS) for side in sides):
            return _marked(pieces, depth + 1, sides)
        return sign + _marked(pieces, depth + 1, (sign[0], sign[0])) + sign

    return wrap


def _link(target: str, pieces: Sequence[Piece], depth: int, sides: tuple[str, str]) -> str:
    shown = text_of(pieces)
    if target.startswith("http:"):
        # Notices link to https alone; the address is told instead, unless it is what stands there.
        told = target.removeprefix("http://").rstrip("/")
        return _marked(pieces, depth + 1, sides) + ("" if told in shown else f" ({escaped(target, starts_line=False)})")
    return f"[{_marked(pieces, depth + 1, ('[', ']'))}]({target})"


# What is escaped already, or a bracket: in a link's words that would end it.
_BRACKET = re.compile(r"\\.|[\[\]]", re.DOTALL)


def _bracket(found: re.Match[str]) -> str:
    return found[0] if found[0][0] == "\\" else "\\" + found[0]


def _code(_: str, pieces: Sequence[Piece], depth: int, sides: tuple[str, str]) -> str:
    text = text_of(pieces)
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if "`" in (text[0], text[-1]) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _has(mark: str) -> Callable[[Piece], str]:
    return lambda piece: mark if mark in piece.marks else ""


_LAYERS: list[tuple[Callable[[Piece], str], Wrap]] = [
    (lambda piece: piece.target, _link),
    (_has("b"), _emphasis("**")),
    (_has("i"), _emphasis("*")),
    (_has("s"), _emphasis("~~")),
    (_has("c"), _code),
]
