"""The words of a document, and those of the content that was made of it, as a reader sees them rendered."""

import html
import re
from collections import Counter

from service.notices import markdown
from service.notices.content import Content
from service.notices.importing.document import Document

_WORD = re.compile(r"[^\W_]+")
_BLOCK_TAG = re.compile(r"</?(?:p|li|br|td|th|tr|h[1-6]|ul|ol|table|thead|tbody|div|pre|blockquote|hr)\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")
_MARK = re.compile(r"\d{1,3}|[^\W\d_]|[ivxIVX]+")


def words_of(document: Document) -> Counter[str]:
    return _counted("\n".join(block.text for block in document.blocks))


def words_in(content: Content) -> Counter[str]:
    """Title, headings and bodies. The register's name stands in its section too."""
    texts = list(content.title.values())
    for section in content.sections:
        texts += section.heading.values()
        texts += (as_text(body) for body in section.body.values())
    return _counted("\n".join(texts))


def as_text(body: str) -> str:
    rendered = _BLOCK_TAG.sub("\n", markdown.to_html(body, headings_from=3))
    return html.unescape(_TAG.sub("", rendered))


def lost(document: Document, content: Content) -> Counter[str]:
    """Words of the document that no reader of the content sees, but for number and letter marks."""
    missing = words_of(document) - words_in(content)
    return Counter({word: count for word, count in missing.items() if not _MARK.fullmatch(word)})


def added(document: Document, content: Content) -> Counter[str]:
    """Words of the content that the document does not have, but for marks."""
    more = words_in(content) - words_of(document)
    return Counter({word: count for word, count in more.items() if not _MARK.fullmatch(word)})


def _counted(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text))
