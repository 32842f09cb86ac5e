"""Bytes to text: which encoding it is, and what in it is no text.

Asked in this order: byte order mark, declared charset, an HTML page's own `meta`, UTF-8 where the bytes are valid, UTF-16 by its
NULs, else Windows-1252. A declaration of one byte per letter does not stand against bytes that are valid UTF-8 with letters
beyond ASCII: that they are so by chance is next to impossible, and a page saved anew often keeps its old declaration.
"""

import codecs
import re
from typing import NamedTuple

from service.texts import control_in

_MARKS = [
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_META = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([a-z0-9_:.-]{2,40})", re.IGNORECASE)
_META_WITHIN = 4096
_SAMPLE = 4096
# What `latin-1` is called is meant as Windows-1252 (WHATWG Encoding 4.2): its C1 controls are nobody's text.
_AS_WINDOWS = {"iso8859-1", "ascii"}


class Decoded(NamedTuple):
    text: str
    encoding: str
    lost: int
    """Bytes that mean nothing in that encoding; each stands as U+FFFD."""


def decoded(body: bytes, charset: str | None, *, is_html: bool = False) -> Decoded:
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return _with(body[len(mark) :], marked)
    name = _known(charset) or (_known(_meta(body)) if is_html else None)
    text = _utf8(body)
    if name and not (name.startswith("utf-16") and not _looks_utf16(body)):
        single = not name.startswith("utf-")
        if not (single and text is not None and not text.isascii()):
            found = _with(body, name)
            if not found.lost:
                return found
    if text is not None and "\0" not in text:
        return Decoded(text, "utf-8", 0)
    if wide := _looks_utf16(body):
        return _with(body, wide)
    return Decoded(text, "utf-8", 0) if text is not None else _with(body, "cp1252")


def _with(body: bytes, name: str) -> Decoded:
    text = body.decode(name, "replace")
    return Decoded(text, name, text.count("�") - (body.count("�".encode()) if name == "utf-8" else 0))


def _utf8(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _known(charset: str | None) -> str | None:
    try:
        info = codecs.lookup((charset or "").strip())
        # Only encodings of text: Python also knows some from bytes to bytes.
        b"".decode(info.name)
    except (LookupError, ValueError):
        return None
    return "cp1252" if info.name in _AS_WINDOWS else info.name


def _meta(body: bytes) -> str | None:
    found = _META.search(body[:_META_WITHIN])
    # A page that says it is UTF-16 in letters of one byte is not (WHATWG HTML 13.2.3.2).
    return None if not found or found[1].lower().startswith(b"utf-16") else found[1].decode()


def _looks_utf16(body: bytes) -> str | None:
    """Text in European letters has a NUL in nearly every second byte of UTF-16."""
    sample = body[: _SAMPLE - _SAMPLE % 2]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) < 4 or max(even, odd) * 5 < len(sample):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


# What `texts.py` refuses but line ends; and signs that nobody sees: zero width spaces and marks, a byte order mark within the text.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


# Any of these; most lines hold none.
_TO_MEND = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")


def with_line_ends(text: str) -> str:
    """Every line end as `\\n`."""
    return _LINE_ENDS.sub("\n", text)


def controls_in(text: str) -> int:
    return len(_CONTROL.findall(text))


def without_controls(text: str) -> str:
    """Text that a draft accepts (`service/texts.py`)."""
    # What is printable holds none, and that is told soonest.
    if text.isprintable() or not _TO_MEND.search(text):
        return text
    kept = _CONTROL.sub("", _UNSEEN.sub("", with_line_ends(text)))
    assert control_in(kept, lines=True) is None
    return kept
