"""A body of Markdown as its reader sees it, with the way back: which characters of the Markdown a word came from.

Marks go, list marks stay ("- ", "1. "), a table's cells stand between bars. A line that only wraps goes on; every other end of
a line is `\\n\\n`. Runs of spaces, and what only looks like one, are a single space.
"""

import html
import re
from bisect import bisect_right
from typing import NamedTuple

_TOKEN = re.compile(
    # First whether anything may begin here at all: of most characters, this is all that is tried.
    r"(?=[\\<!\[\]&*`~_#>|=:+\n\t\u00a0\u2007\u2009\u202f\u00ad\u200b-\u200d\ufeff-]|[ ][ \t\n\u00a0\u2007\u2009\u202f])(?:"
    r"(?P<rule>^[-=*|:\t ]{3,}+$|^[ \t]*+(?:```|~~~)[^\n]*)"
    r"|(?P<line>(?:(?:\\|[ ]{2,})\n|\n[ \t]*\n)\s*|\n(?=[ \t]*+(?:[-*+][ \t]|[>#|]|\d{1,9}[.)][ \t])))"
    r"|(?P<wrap>[ \t]*\n[ \t]*)"
    r"|(?P<mark>^[ \t]*(?:(?P<item>[-*+])[ \t]+|(?:\#{1,6}|>)(?:[ \t]+|$)))"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|<(?P<address>(?:https?://|mailto:)[^<>\s]{1,2000}|[^<>\s@]{1,100}@[^<>\s@]{1,200})>"
    r"|(?P<open>!?\[)"
    r"|\](?:\(<?(?P<target>[^()<>\s]{0,2000})>?(?:[ \t]\"[^\"\n]{0,500}\")?\))?"
    r"|&(?P<entity>\#\d{1,7}|\#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,30});"
    r"|(?P<emphasis>[*`]+|~~|(?<!\w)_{1,2}(?=[^\W_])|(?<=[^\W_]|[.,:;!?)])_{1,2}(?!\w))"
    r"|(?P<space>[ \t\u00a0\u2007\u2009\u202f]{2,}|[\t\u00a0\u2007\u2009\u202f])"
    r"|(?P<nothing>[\u00ad\u200b\u200c\u200d\ufeff]+))",
    re.MULTILINE,
)
_INSTEAD = {"line": "\n\n", "wrap": " ", "space": " "}


class Link(NamedTuple):
    """Where a link stands in the plain text, and where it leads."""

    start: int
    end: int
    target: str


class Plain(NamedTuple):
    text: str
    links: list[Link]
    starts: list[int]
    sources: list[int]
    """The text from `starts[i]` on came from `sources[i]` on."""

    def source(self, position: int) -> int:
        """The character of the Markdown from which the one at `position` came."""
        piece = bisect_right(self.starts, position) - 1
        return self.sources[piece] + position - self.starts[piece] if piece >= 0 else position


def plain(markdown: str) -> Plain:
    pieces: list[str] = []
    sources: list[int] = []
    opened: list[int] = []
    linked: list[tuple[int, int, str]] = []

    def add(text: str, source: int) -> None:
        pieces.append(text)
        sources.append(source)

    end = 0
    for token in _TOKEN.finditer(markdown):
        if token.start() > end:
            add(markdown[end : token.start()], end)
        end = token.end()
        kind = token.lastgroup
        if kind in _INSTEAD:
            add(_INSTEAD[kind], token.start())
        elif token["escaped"] or token["address"]:
            add(token["escaped"] or token["address"].removeprefix("mailto:"), token.start() + 1)
            if token["address"]:
                linked.append((len(pieces) - 1, len(pieces), token["address"]))
        elif token["entity"]:
            add(html.unescape(token[0]), token.start())
        elif token["item"]:
            add("- ", token.start())
        elif token["open"]:
            opened.append(len(pieces))
            add(token["open"], token.start())
        elif token[0].startswith("]"):
            first = opened.pop() if opened else None
            if token["target"] is None or first is None:
                add(token[0], token.start())
            else:
                pieces[first] = ""
                linked.append((first, len(pieces), token["target"]))
    add(markdown[end:], end)
    return _joined(pieces, sources, linked)


def _joined(pieces: list[str], sources: list[int], linked: list[tuple[int, int, str]]) -> Plain:
    starts, length = [], 0
    for piece in pieces:
        starts.append(length)
        length += len(piece)
    links = [Link(starts[first], starts[behind] if behind < len(starts) else length, target) for first, behind, target in linked]
    return Plain("".join(pieces), sorted(links), starts, sources)
