"""Read a document of any format: its text, the blocks in which it stands, and remarks on what only the source shows.

No word that a reader of the source sees is missing from the blocks. Remarks carry these codes:
TN072 HTML in text, TN073 what is left of a page's controls, TN076 broken rows, TN078 a link that writes to another mailbox;
SE001 letters that were read in a wrong encoding, SE002 control characters removed, SE003 active or hidden content left out,
SE004 a page's header or footer kept once, SE005 read as plain text, SE006 kept though hidden on the page,
SE007 text from beside the body (headers, notes, text boxes), SE008 pages without text, SE009 a web page's navigation, kept.
"""

import re

from ftfy import fix_encoding
from ftfy.badness import badness, is_bad

from service.errors import DocumentUnreadable, UnsupportedMediaType
from service.notices.importing.document import Document, Format, Remark
from service.notices.importing.formats import pdf, pdf_lines, word
from service.notices.importing.formats.composing import MOST_REMARKS, Composer, excerpt_of
from service.notices.importing.formats.decoding import controls_in, decoded, without_controls
from service.notices.importing.formats.fragmenting import mended
from service.notices.importing.formats.html import Found, lines_of
from service.notices.importing.formats.markdown_text import lines_in, looks_marked
from service.notices.importing.formats.plain_text import holds_rows, read_plain_text
from service.notices.wording.labelling import LABELS

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
MEDIA_TYPES = ("text/plain", "text/html", "text/markdown", DOCX, PDF)

_SAMPLE = 5_000
_USUAL = frozenset(map(chr, range(128))) | frozenset("åäöÅÄÖéèüÉÜšžŠŽ–—’‘”“„…§€•·×½")
_BETWEEN_LABELS = re.compile(r"[|·•]|[ \u00a0]{2}|\t")
_LONGEST_LABELS = 300


def read(body: bytes, media_type: str, charset: str | None) -> Document:
    """`media_type` without parameters. Raises `UnsupportedMediaType` and `DocumentUnreadable`."""
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"{media_type!r} cannot be read here. Send one of {', '.join(MEDIA_TYPES)}.")
    if media_type == DOCX:
        document = _composed("docx", word.lines_in(body))
    elif media_type == PDF:
        document = _composed("pdf", pdf_lines.lines_in(pdf.pages_in(body)))
    else:
        document = _read_text(body, media_type, charset)
    if not document.blocks:
        raise DocumentUnreadable("empty", "The document holds no text.")
    _remark_words(document)
    return document


def _read_text(body: bytes, media_type: str, charset: str | None) -> Document:
    found = decoded(body, charset, is_html=media_type == "text/html")
    text, controls = without_controls(found.text), controls_in(found.text)
    if media_type == "text/html":
        document = _composed("html", lines_of(text))
    elif media_type == "text/markdown" or looks_marked(text):
        document = _read_markdown(text, "markdown" if media_type == "text/markdown" else "text")
    else:
        document = read_plain_text(text)
    if controls:
        document.remarks.append(Remark("SE002", None, f"× {controls}"))
    if found.lost:
        document.remarks.append(Remark("SE001", None, f"{found.encoding}: � × {found.lost}"))
    return document


def _read_markdown(text: str, form: Format) -> Document:
    found = None if holds_rows(text) else lines_in(text)
    if found is None:
        document = read_plain_text(text, form)
        document.remarks.append(Remark("SE005", None, "text/plain"))
        return document
    return _composed(form, found)


def _composed(form: Format, found: Found) -> Document:
    composer = Composer(form)
    whole = mended(found.lines)
    for line in whole.lines:
        composer.add(line)
    composer.tell([*whole.notes, *found.notes])
    composer.tell(("SE003", f"{kind} × {count}") for kind, count in sorted(found.left_out.items()) if count)
    return composer.document()


def _remark_words(document: Document) -> None:
    """What any format may hold: letters of a wrong encoding, the labels of a page's buttons."""
    # Most documents hold no letter that a wrong encoding could have made, which is told far sooner than by looking at each line.
    suspect = not set(document.text) <= _USUAL
    broken = [block for block in document.blocks if "�" in block.text or _is_mojibake(block.text)] if suspect else []
    document.remarks += [Remark("SE001", block.span, excerpt_of(block.text)) for block in broken[:MOST_REMARKS]]
    known = {remark.span for remark in document.remarks if remark.code == "SE009"}
    # As it stands in the source, where only wider gaps part the buttons of a row.
    left = [block for block in document.blocks if block.span not in known and _is_label(document.text[slice(*block.span)].strip())]
    document.remarks += [Remark("TN073", block.span, excerpt_of(block.text)) for block in left[:MOST_REMARKS]]


def _is_label(text: str) -> bool:
    """What a button says, or a row of them that also holds the page's owner: `© Us | Share | Back to top`."""
    parts = [part.strip(" .:×><»«→←↑").casefold() for part in _BETWEEN_LABELS.split(text[:_LONGEST_LABELS])]
    return sum(part in LABELS for part in parts) * 2 > len(parts)


def _is_mojibake(text: str) -> bool:
    """Letters that are unlikely together, and that make sense when they are read in another encoding. It is told, and not changed."""
    return is_bad(text) and (badness(text) > 2 or fix_encoding(text[:_SAMPLE]) != text[:_SAMPLE])
