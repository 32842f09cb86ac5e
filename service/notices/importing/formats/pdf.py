"""PDF: the words of each page with their place and font, as pdfium finds them. What they make is decided in `pdf_lines`.

pdfium is not made for several threads at once; documents are read in a process of their own.
"""

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from service.errors import DocumentUnreadable
from service.notices.importing.formats.pdf_lines import Page
from service.notices.importing.formats.pdf_tables import Word

MOST_PAGES = 200
MOST_CHARACTERS = 1_000_000
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(r"bold|black|heavy|semibd", re.IGNORECASE)
# pdfium writes this for a hyphen at the end of a line.
_HYPHEN = 0x02
_SPACES = frozenset([0x09, 0x0A, 0x0D, 0x20, 0xA0])
_NAME_BYTES = 128


def pages_in(body: bytes) -> list[Page]:
    """Raises `DocumentUnreadable`."""
    document = _opened(body)
    try:
        count = len(document)
        if count > MOST_PAGES:
            detail = f"The PDF has {count} pages, and at most {MOST_PAGES} are read. Send the pages that hold the notice."
            raise DocumentUnreadable("too_many_pages", detail)
        pages = list(_pages(document))
    except pypdfium2.PdfiumError as error:
        raise _broken() from error
    finally:
        document.close()
    if not any(page.words for page in pages):
        detail = (
            "The PDF has no text layer: it is a scan or a picture. Run text recognition (OCR) on it, or send the text itself as text/plain."
        )
        raise DocumentUnreadable("no_text_layer", detail)
    return pages


def _opened(body: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise DocumentUnreadable("encrypted", "The PDF is encrypted. Save it without a password and send it again.") from error
        raise _broken() from error


def _broken() -> DocumentUnreadable:
    return DocumentUnreadable(
        "broken", "The file is no PDF, or a damaged one. Save or print it as PDF anew, or send the text itself as text/plain."
    )


def _pages(document: pypdfium2.PdfDocument) -> Iterator[Page]:
    left = MOST_CHARACTERS
    for number in range(len(document)):
        page, filled = _flat(document, number)
        text = page.get_textpage()
        try:
            left -= text.count_chars()
            if left < 0:
                detail = f"The PDF has more than {MOST_CHARACTERS} letters. Send the pages that hold the notice."
                raise DocumentUnreadable("too_large_unpacked", detail)
            yield _Words(text).page(filled)
        finally:
            text.close()
            page.close()


def _flat(document: pypdfium2.PdfDocument, number: int) -> tuple[pypdfium2.PdfPage, bool]:
    """The page, what was typed into its form or written on it made part of it; and whether there was such."""
    page = document[number]
    if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) != pdfium.FLATTEN_SUCCESS:
        return page, False
    page.close()
    return document[number], True


class _Words:
    def __init__(self, text: pypdfium2.PdfTextPage) -> None:
        self.text: Any = text
        self.words: list[Word] = []
        self.unmapped = 0
        self.letters: list[str] = []
        self.box = pdfium.FS_RECTF()
        self.right = self.left = self.bottom = 0.0
        self.size = 0.0
        self.bold = False
        self.bold_fonts: dict[bytes, bool] = {}

    def page(self, filled: bool) -> Page:
        for index in range(self.text.count_chars()):
            code = pdfium.FPDFText_GetUnicode(self.text, index)
            if code in _SPACES:
                self._end()
            elif code == _HYPHEN:
                self._letter(index, "\xad")
                self._end()
            elif code == 0 or code == 0xFFFE or pdfium.FPDFText_HasUnicodeMapError(self.text, index) == 1:
                self.unmapped += 1
            else:
                self._letter(index, chr(code))
        self._end()
        return Page(self.words, self.unmapped, filled)

    def _letter(self, index: int, letter: str) -> None:
        if not pdfium.FPDFText_GetLooseCharBox(self.text, index, self.box):
            self.letters.append(letter)
            return
        left, bottom = self.box.left, self.box.bottom
        apart = left - self.right > 0.6 * self.size or left < self.left - 1 or abs(bottom - self.bottom) > 0.5 * self.size
        if self.letters and apart:
            self._end()
        if not self.letters:
            self.left, self.bottom = left, bottom
            self.size = self.box.top - bottom
            self.bold = self._is_bold(index)
        self.right = self.box.right
        self.letters.append(letter)

    def _is_bold(self, index: int) -> bool:
        if pdfium.FPDFText_GetFontWeight(self.text, index) >= _BOLD_WEIGHT:
            return True
        name = ctypes.create_string_buffer(_NAME_BYTES)
        pdfium.FPDFText_GetFontInfo(self.text, index, name, _NAME_BYTES, None)
        return _BOLD_NAME.search(name.value.decode("latin-1")) is not None

    def _end(self) -> None:
        if self.letters:
            self.words.append(Word("".join(self.letters), self.left, self.right, self.bottom, self.size, self.bold))
            self.letters = []
