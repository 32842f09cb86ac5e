"""No word of what a reader of the source sees is missing, doubled or out of its order, whatever the format."""

import io
import re
from collections.abc import Sequence
from typing import Any

import docx
import typst
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.errors import DocumentUnreadable
from service.notices.importing.document import Document
from service.notices.importing.formats.escaping import as_markdown, escaped
from service.notices.importing.formats.inline import Piece, text_of, tidied, to_markdown
from service.notices.importing.formats.markdown_text import looks_marked
from service.notices.importing.reading import DOCX, PDF, read
from tests.notices.importing.reading_out import WORDS, checked, read_text, words

WORD = st.text("abcåäöÅÄÖ0129", min_size=1, max_size=9)
MARKS = st.sampled_from(
    [" ", "\n", "\n\n", "\t", "- ", "• ", "* ", "1. ", "a) ", "2.3 ", "|", ":", ".", "(", "\\", "_", "-", "\u00a0", "\r\n", "o\t", "1.\n"]
)
TAGS = [
    "b",
    "i",
    "span",
    "a",
    "p",
    "div",
    "h2",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "pre",
    "code",
    "br",
    "o:p",
]
BLOCKS = ["p", "div", "h2", "li", "section", "blockquote", "pre", "summary"]

parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def flat(text: str) -> list[str]:
    return WORDS.findall(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(WORD, MARKS), min_size=1, max_size=40).map("".join))
def test_plain_text(source: str) -> None:
    assume(flat(source) and not looks_marked(source))
    assert words(read_text(source)) == flat(source)


MARKDOWN = st.sampled_from(["# ", "> ", "*", "**", "__", "---\n", "===\n", "| a |\n|-|\n", "|a|b|\n|-|-|\n|", "  ", "```\n", "~~", "`"])


def letters(texts: list[str]) -> str:
    """A mark within a word parts no word for Markdown, and a number may be a mark."""
    return "".join(sign for text in texts for sign in text if sign.isalpha())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(WORD, MARKS, MARKDOWN), min_size=1, max_size=40).map("\n".join))
def test_markdown_of_lines(source: str) -> None:
    _markdown(source)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(WORD, MARKS, MARKDOWN), min_size=1, max_size=40).map("".join))
def test_markdown(source: str) -> None:
    _markdown(source)


def _markdown(source: str) -> None:
    # What stands behind the fence of code says which language it is in.
    assume(letters([source]) and not re.search(r"(?:`{3}|~{3})[^\n]*[^\W\d_]", source))
    assert letters(words(read_text(source, "text/markdown"))) == letters([source])


Html = tuple[str, list[str]]


def _element(children: st.SearchStrategy[Html]) -> st.SearchStrategy[Html]:
    inner = st.lists(children, max_size=3).map(_together)
    inline = st.builds(_around, st.sampled_from(["b", "i", "a href='https://example.org'", "span", "code", "u"]), inner)
    block = st.builds(_around, st.sampled_from(BLOCKS), inner)
    listed = st.builds(_around, st.sampled_from(["ul", "ol"]), st.lists(st.builds(_around, st.just("li"), inner)).map(_together))
    cells = st.lists(st.builds(_around, st.sampled_from(["td", "th"]), inner), min_size=1, max_size=3).map(_together)
    table = st.builds(_around, st.just("table"), st.lists(st.builds(_around, st.just("tr"), cells), max_size=3).map(_together))
    pair = st.tuples(st.builds(_around, st.just("dt"), inner), st.builds(_around, st.just("dd"), inner)).map(_together)
    terms = st.builds(_around, st.just("dl"), st.lists(pair, max_size=3).map(_together))
    return st.one_of(inline, block, listed, table, terms)


def _together(parts: Sequence[Html]) -> Html:
    return " ".join(source for source, _ in parts), [word for _, told in parts for word in told]


def _around(tag: str, inner: Html) -> Html:
    return f"<{tag}>{inner[0]}</{tag.split()[0]}>", inner[1]


def without_numbers(document: Document) -> list[str]:
    """A list's own numbers stand in no source."""
    return [word for block in document.blocks for word in flat(block.text) if word.isalpha()]


LETTERS = st.text("bcåäöÅÄÖ", min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.recursive(LETTERS.map(lambda word: (word, [word])), _element, max_leaves=12))
def test_html(made: Html) -> None:
    source, visible = made
    assume(visible)
    assert without_numbers(read_text(source, "text/html")) == visible


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(LETTERS, st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS] + [" ", "<", ">", "&amp;"])),
        max_size=60,
    )
)
def test_tag_soup(parts: list[str]) -> None:
    source = " ".join(parts)
    visible = [part for part in parts if part.isalpha()]
    assume(visible)
    assert sorted(without_numbers(read_text(source, "text/html"))) == sorted(visible)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(st.lists(WORD, min_size=1, max_size=6), st.tuples(st.lists(WORD, max_size=3), st.lists(WORD, max_size=3))),
        min_size=1,
        max_size=8,
    )
)
def test_word(parts: list[Any]) -> None:
    document = docx.Document()
    told = list[str]()
    for number, part in enumerate(parts):
        if isinstance(part, tuple):
            table = document.add_table(rows=1, cols=2)
            for cell, held in zip(table.rows[0].cells, part, strict=True):
                cell.text = "\n".join(held)
                told += held
        else:
            paragraph = document.add_paragraph(style=["Normal", "Heading 2", "List Bullet", "Quote"][number % 4])
            for place, word in enumerate(part):
                paragraph.add_run(f"{word} ").bold = place % 2 == 0
            told += part
    made = io.BytesIO()
    document.save(made)
    assume(told)
    assert words(checked(read(made.getvalue(), DOCX, None))) == told


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(LETTERS, min_size=1, max_size=40), min_size=1, max_size=12), st.integers(120, 400))
def test_pdf(paragraphs: list[list[str]], width: int) -> None:
    source = f"#set page(width: {width}pt, height: 200pt, margin: 20pt)\n#set text(hyphenate: false, size: 8pt)\n"
    # No two are alike: what stands at the same place of most pages is a header.
    told = [" ".join([f"a{chr(ord('a') + number)}a", *paragraph]) for number, paragraph in enumerate(paragraphs)]
    document = checked(read(typst.compile((source + "\n\n".join(told)).encode()), PDF, None))
    assert sorted(words(document)) == sorted(flat(" ".join(told)))


@settings(max_examples=300, deadline=None)
@given(st.text('a1 *_`[]()<>&;#-+=|~\\!.:"ä/', min_size=1, max_size=20))
def test_escaped_words_read_as_themselves(text: str) -> None:
    text = " ".join(text.split())
    assume(text)
    assert rendered(escaped(text)) == text


MARKED = st.builds(
    Piece,
    st.text("a1 *_`[]\\.,ä(", min_size=1, max_size=6),
    st.sampled_from(["", "b", "i", "bi", "s", "c", "bc"]),
    st.sampled_from(["", "", "https://example.org"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(MARKED, min_size=1, max_size=6))
def test_marked_words_read_as_themselves(pieces: list[Piece]) -> None:
    pieces = tidied(pieces)
    assume(text_of(pieces))
    assert rendered(to_markdown(pieces)) == " ".join(text_of(pieces).split())


def rendered(markdown: str) -> str:
    tokens = parser.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], tokens
    return " ".join("".join(token.content for token in tokens[1].children or []).split())


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["text/plain", "text/html", "text/markdown", DOCX, PDF]),
    st.sampled_from([None, "utf-8", "utf-16", "latin-1"]),
)
def test_any_bytes_are_read_or_refused(body: bytes, media_type: str, charset: str | None) -> None:
    try:
        document = read(body, media_type, charset)
    except DocumentUnreadable:
        return
    for block in checked(document).blocks:
        assert as_markdown(block) or block.kind == "row"
