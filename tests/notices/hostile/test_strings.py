"""Every string by itself: as Markdown, as plain text and as HTML, read, kept and rendered. No server, no browser."""

import pytest

from service.errors import Problem
from service.notices.importing.structuring import import_document
from service.notices.markdown import to_blocks, to_html
from tests.notices.hostile.auditing import foreign_in
from tests.notices.hostile.evading import TECHNIQUES, evasions


def test_there_are_many_and_each_is_another() -> None:
    texts = [evasion.text.replace(f"trap({evasion.number})", "") for evasion in evasions()]
    assert len(texts) > 1500
    assert len(set(texts)) > 0.95 * len(texts)


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_as_markdown_of_a_section_nothing_acts(technique: str) -> None:
    for evasion in evasions():
        if evasion.technique == technique:
            assert foreign_in(to_html(evasion.text, headings_from=3)) == [], evasion
            to_blocks(evasion.text)


@pytest.mark.parametrize("media_type", ["text/html", "text/markdown", "text/plain"])
@pytest.mark.parametrize("technique", TECHNIQUES)
def test_as_an_imported_document_nothing_acts(technique: str, media_type: str) -> None:
    for evasion in evasions():
        if evasion.technique == technique:
            assert foreign_in(imported(evasion.text, media_type)) == [], evasion


def imported(text: str, media_type: str) -> str:
    """The document's sections as they would be shown; nothing where it holds no text."""
    try:
        found = import_document(text.encode(), media_type, "utf-8", "en").content
    except Problem:
        return ""
    return "\n".join(to_html(section.body.get("en", ""), headings_from=3) for section in found.sections)
