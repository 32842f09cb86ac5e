"""Markdown as notices use it: CommonMark and tables, with nothing in it that could act.

Raw HTML is shown as the text that it is, links lead to https, mailto and tel alone, an image becomes a link to itself.
What the parser lets through is checked once more by an allow-list (nh3) that knows only what this module means to make.
"""

import re
from collections.abc import MutableMapping, Sequence
from typing import Any, Literal, NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_SCHEMES = ("https:", "mailto:", "tel:")
_TAGS = frozenset(
    [
        "a",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "ol": {"start"},
    "th": {"scope", "class"},
    "td": {"class"},
    "div": {"class", "tabindex", "role"},
}
_ALIGNED = {"text-align:left": "left", "text-align:center": "center", "text-align:right": "right"}

Kind = Literal["paragraph", "heading", "item", "row", "code"]


class Block(NamedTuple):
    """A piece of text that changes as one: a paragraph, a list item, a table row."""

    kind: Kind
    text: str


def _allowed(url: str) -> bool:
    return url.strip().lower().startswith(_SCHEMES)


class _Renderer(RendererHTML):
    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        token = tokens[idx]
        text = self.renderInlineAsText(token.children or [], options, env) or str(token.attrs["src"])
        link = Token("link_open", "a", 1, attrs={"href": token.attrs["src"]})
        return self.renderToken([link], 0, options, env) + _as_html(text) + "</a>"

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        if str(tokens[idx].attrs.get("href", "")).startswith("https:"):
            tokens[idx].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, idx, options, env)

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        # A wide table scrolls in a frame of its own, which a keyboard can reach too.
        return '<div class="table" role="group" tabindex="0"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        return "</table></div>"

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        return _cell("th", tokens[idx], ' scope="col"')

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        return _cell("td", tokens[idx], "")


def _cell(tag: str, token: Token, more: str) -> str:
    # Alignment as a class: a style attribute would need unsafe-inline.
    aligned = _ALIGNED.get(str(token.attrs.get("style", "")))
    return f"<{tag}{more}{f' class={chr(34)}{aligned}{chr(34)}' if aligned else ''}>"


def _as_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}, renderer_cls=_Renderer).enable(["table", "strikethrough"])
    # A line that starts with a tab was pasted from a table or a letter; nobody means code by it.
    parser.disable("code")
    parser.validateLink = _allowed  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


# The parser is linear, but takes up to 20 microseconds for a mark and 10 for a line. A section of 2,000 words has some hundred.
MOST_MARKS = MOST_LINES = 10_000
_COSTLY = re.compile(r"[\[*_`~|<>!&\\]")
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n\s*")


def parse(markdown: str) -> list[Token]:
    """A text of more marks or lines than a section can have is shown as it stands, in paragraphs and lines."""
    if markdown.count("\n") > MOST_LINES or sum(1 for _ in _COSTLY.finditer(markdown)) > MOST_MARKS:
        return [token for text in _PARAGRAPH_END.split(markdown.strip()) for token in _as_it_stands(text)]
    return _PARSER.parse(markdown)


def _as_it_stands(text: str) -> list[Token]:
    shown: list[Token] = []
    for line in text.split("\n"):
        shown += [Token("hardbreak", "br", 0), Token("text", "", 0, content=line.strip())]
    inline = Token("inline", "", 0, content=text, children=shown[1:])
    return [Token("paragraph_open", "p", 1, block=True), inline, Token("paragraph_close", "p", -1, block=True)]


def to_html(markdown: str, *, headings_from: int) -> str:
    """`headings_from`: the level that the text's own top heading gets, under the page's."""
    tokens = parse(markdown)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    top = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - top + headings_from, 6)}"
    made = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(made, tags=set(_TAGS), attributes=_ATTRIBUTES, url_schemes={"https", "mailto", "tel"}, link_rel=None).strip()


def to_blocks(markdown: str) -> list[Block]:
    """The text as a reader sees it, in the pieces in which it changes."""
    blocks: list[Block] = []
    kind: Kind = "paragraph"
    depth, cells, in_row = 0, list[str](), False
    for token in parse(markdown):
        if token.type == "heading_open":
            kind = "heading"
        elif token.type == "list_item_open":
            depth += 1
        elif token.type == "list_item_close":
            depth -= 1
        elif token.type == "tr_open":
            cells, in_row = [], True
        elif token.type == "tr_close":
            in_row = False
            blocks.append(Block("row", " · ".join(cells)))
        elif token.type == "fence":
            blocks.append(Block("code", token.content.strip()))
        elif token.type == "inline":
            text = _text(token.children or [])
            if in_row:
                cells.append(text)
            elif text:
                blocks.append(Block("item" if depth and kind == "paragraph" else kind, text))
        elif token.type == "heading_close":
            kind = "paragraph"
    return blocks


def _text(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(f"{_text(token.children or [])} ({token.attrs['src']})")
        elif token.type == "link_open":
            links.append((len(parts), str(token.attrs["href"])))
        elif token.type == "link_close" and links:
            start, target = links.pop()
            # A link that leads elsewhere than before is a change, though its words are the same.
            if target.partition(":")[2].lstrip("/") not in "".join(parts[start:]):
                parts.append(f" ({target})")
    return "".join(parts).strip()


_MARKS = re.compile(r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|^[#>=+-]|(?<=^\d)[.)]|(?<=^\d\d)[.)]", re.MULTILINE)


def escaped(text: str) -> str:
    """Plain text as Markdown that reads the same: what would be a mark of Markdown stands for itself."""
    return _MARKS.sub(r"\\\g<0>", text)
