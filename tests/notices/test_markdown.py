"""Markdown as it is shown: whatever its marks, in time that grows with the text, and without losing a word."""

import pytest

from service.notices.exporting.typesetting import blocks
from service.notices.markdown import MOST_LINES, MOST_MARKS, Block, to_blocks, to_html
from tests.growing import assert_linear

BOMBS = ["[", "![", "[a](", "[a]: b\n", "**a ", "~~a ", "`a``", "<", "\\[", "a\n", "- a\n", "# a\n", "> a\n", "|a|b|\n|-|-|\n", "a\n\n"]


@pytest.mark.parametrize("size", [2_400, 50_000])
@pytest.mark.parametrize("piece", BOMBS)
def test_its_cost_grows_as_the_text_does(piece: str, size: int) -> None:
    def shown(length: int) -> None:
        text = piece * (length // len(piece))
        to_html(text, headings_from=3)
        to_blocks(text)

    assert_linear(shown, size)


def test_more_marks_than_a_section_can_have_are_none() -> None:
    marks = "*" * MOST_MARKS
    text = f"  **Ensin** <b>\n\ttoinen \n \n\nkolmas [a](https://example.org) {marks}"
    shown = f"kolmas [a](https://example.org) {marks}"
    assert to_html(text, headings_from=3) == f"<p>**Ensin** &lt;b&gt;<br>\ntoinen</p>\n<p>{shown}</p>"
    assert to_blocks(text) == [Block("paragraph", "**Ensin** <b> toinen"), Block("paragraph", shown)]
    assert [block["k"] for block in blocks(text, 3)] == ["paragraph", "paragraph"]


def test_more_lines_than_a_section_can_have_are_lines_and_no_list() -> None:
    item = "- a\n"
    assert to_html(item * MOST_LINES, headings_from=3).startswith("<ul>")
    assert to_html(item * (MOST_LINES + 2), headings_from=3).startswith("<p>- a<br>\n- a<br>\n")
    assert to_blocks(item * (MOST_LINES + 2)) == [Block("paragraph", " ".join(["- a"] * (MOST_LINES + 2)))]
