"""Documents made to hang a reader: twice the document takes twice the time, whatever it is made of."""

import contextlib

import pytest

from service.errors import DocumentUnreadable
from service.notices.importing.reading import read
from tests.growing import assert_linear

HTML = [
    "<div>",
    "<ul><li>x",
    "<table><tr><td>x",
    "<table><tr><td>a<td>b</table>",
    "<table><tr><td rowspan=9999>a<td>b",
    "<dl><dt>a<dd>b",
    "<b><p>x",
    "<b>x<i>y",
    "<font size=1><p>x",
    "<",
    "<a ",
    '<a x="" ',
    "<a x=\"'",
    "<!--",
    "<script>",
    "<title>",
    "<svg><p>x",
    "<template>x",
    "</p>",
    "<span></div>",
    "&",
    "&#x",
    "&lt;p&gt;x",
    '<a href="mailto:a@b.example">x@y.example</a> ',
    "x<br>",
    "<pre>\n",
    "<ul>- a- B",
    "<p hidden onclick=x a='b'>",
    "\u00a0o\u00a0\u00a0",
]
# fmt: off
PLAIN = [
    "a", "<", "<b ", "<b>", "&", "&auml;", "&foo;", "\t", "a\tb\n", "a\t", "\ta\n", "- ", "-a\n", "-\n", "1. ", "1.1.", "|", "|a|\n",
    "*", "_ ", "Ã¤ ", "\n",
]
# fmt: on
# fmt: off
MARKDOWN = [
    ">", "> ", "- ", "1. ", "[", "![[", "*a ", "**a_ ", "~~a ", "a\n", "- a\n\n", "# a\n", "[a]: b.c \"", "|a|b|\n|-|-|\n", "```\n",
    "---\n", "`", "\\", "<p>x</p>\n\n",
]
# fmt: on


@pytest.mark.parametrize(
    ("media_type", "unit"),
    [*(("text/html", unit) for unit in HTML), *(("text/plain", unit) for unit in PLAIN), *(("text/markdown", unit) for unit in MARKDOWN)],
)
def test_time_grows_no_faster_than_the_document(media_type: str, unit: str) -> None:
    body = unit.encode()
    assert_linear(lambda size: _read(body * (size // len(body)), media_type), 30_000)


def _read(body: bytes, media_type: str) -> None:
    with contextlib.suppress(DocumentUnreadable):
        read(body, media_type, None)


def test_two_megabytes_in_one_line_are_read() -> None:
    line = "Käsittelemme henkilötietoja. " * 70_000
    document = read(line.encode(), "text/plain", None)
    assert document.blocks[0].text == line.strip()


def test_a_document_of_more_lines_than_any_notice_has_is_refused() -> None:
    for media_type, unit in [("text/plain", "a\n"), ("text/html", "<p>a"), ("text/markdown", "a\n\n")]:
        with pytest.raises(DocumentUnreadable) as refused:
            read((unit * 25_000).encode(), media_type, None)
        assert refused.value.members == {"reason": "too_many_lines"}
    assert len(read(("a\n" * 19_000).encode(), "text/plain", None).blocks) == 19_000


def test_remarks_of_one_sort_are_counted_beyond_the_first() -> None:
    document = read(("<p>x</p>\n" * 1_000).encode(), "text/plain", None)
    told = [remark.excerpt for remark in document.remarks if remark.code == "TN072"]
    assert (len(told), told[-1]) == (51, "… × 950")
