"""Every string by itself: as Markdown, as plain text and as HTML, read, kept and rendered. No server, no browser."""

import ctypes
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw
import pytest

from service.errors import Problem
from service.notices.content import Section
from service.notices.exporting.pdf import to_pdfs
from service.notices.importing.structuring import import_document
from service.notices.markdown import to_blocks, to_html
from service.texts import control_in
from tests.notices.exporting.editions import edition
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


def test_in_a_pdf_no_link_acts_and_nothing_runs() -> None:
    texts = [one.text for one in evasions()[::6] if control_in(one.text, lines=False) is None]
    sections = [Section(f"s{number}", {"fi": text}, {"fi": text}, []) for number, text in enumerate(texts)]
    document = pypdfium2.PdfDocument(to_pdfs(edition(sections), ["fi"])["fi"])
    links = [link for page in document for link in _links(document, page)]
    assert len(links) > 20
    assert [link for link in links if not link.startswith(("https:", "mailto:", "tel:"))] == []
    assert pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document) == 0


def _links(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[str]:
    place, link = ctypes.c_int(0), pypdfium2.raw.FPDF_LINK()
    while pypdfium2.raw.FPDFLink_Enumerate(page, place, link):
        action = pypdfium2.raw.FPDFLink_GetAction(link)
        assert not action or pypdfium2.raw.FPDFAction_GetType(action) in (pypdfium2.raw.PDFACTION_URI, pypdfium2.raw.PDFACTION_GOTO)
        if action and pypdfium2.raw.FPDFAction_GetType(action) == pypdfium2.raw.PDFACTION_URI:
            address = ctypes.create_string_buffer(4096)
            pypdfium2.raw.FPDFAction_GetURIPath(document, action, address, 4096)
            yield address.value.decode()


def imported(text: str, media_type: str) -> str:
    """The document's sections as they would be shown; nothing where it holds no text."""
    try:
        found = import_document(text.encode(), media_type, "utf-8", "en").content
    except Problem:
        return ""
    return "\n".join(to_html(section.body.get("en", ""), headings_from=3) for section in found.sections)
