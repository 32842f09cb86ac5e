"""A Word document's package, opened with care: it is a zip, and a zip can be a bomb (ECMA-376 part 2)."""

import re
import zipfile
from io import BytesIO

import docx
from docx.document import Document

from service.errors import DocumentUnreadable

MOST_BYTES = 40 * 1024 * 1024
# Of these, what is not pictures and fonts: the text of a thousand pages.
MOST_XML_BYTES = 16 * 1024 * 1024
MOST_MEMBERS = 2_000
_CHUNK = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# A package's XML has no document type (ECMA-376 part 2, 8.1.4), and so no entities that could multiply. In UTF-8 and UTF-16.
_DOCTYPE = re.compile(b"<\x00?!\x00?D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E")

_ENCRYPTED_DETAIL = "The Word document is encrypted. Save it without a password and send it again."
_BROKEN = "The file is no Word document (.docx), or a damaged one. Open it in Word, save it as .docx and send that, or send it as PDF."


def unpacked(body: bytes) -> Document:
    """Raises `DocumentUnreadable`."""
    if body.startswith(_OLE):
        if _ENCRYPTED in body:
            raise DocumentUnreadable("encrypted", _ENCRYPTED_DETAIL)
        raise DocumentUnreadable("broken", "This is an old Word document (.doc). Save it as .docx and send that.")
    try:
        return docx.Document(_stored(body))
    except DocumentUnreadable:
        raise
    except Exception as error:  # whatever zipfile, lxml and python-docx make of a damaged file
        raise DocumentUnreadable("broken", _BROKEN) from error


def _stored(body: bytes) -> BytesIO:
    """The package without compression. Each member was read in small pieces: what a zip says of its sizes can be untrue, and
    reading a member at once unpacks it whole before its size is looked at."""
    plain = BytesIO()
    with zipfile.ZipFile(BytesIO(body)) as package, zipfile.ZipFile(plain, "w") as made:
        members = package.infolist()
        if len(members) > MOST_MEMBERS:
            raise _too_large()
        left, left_xml = MOST_BYTES, MOST_XML_BYTES
        for member in members:
            if member.flag_bits & 1:
                raise DocumentUnreadable("encrypted", _ENCRYPTED_DETAIL)
            is_xml = member.filename.endswith((".xml", ".rels"))
            data = _member(package, member, left_xml if is_xml else left)
            left -= len(data)
            left_xml -= len(data) * is_xml
            if is_xml and _DOCTYPE.search(data):
                raise DocumentUnreadable("broken", _BROKEN)
            made.writestr(member.filename, data)
    return plain


def _member(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    parts, size = list[bytes](), 0
    with package.open(member) as stream:
        while part := stream.read(_CHUNK):
            size += len(part)
            if size > left:
                raise _too_large()
            parts.append(part)
    return b"".join(parts)


def _too_large() -> DocumentUnreadable:
    detail = f"Unpacked, the Word document is larger than {MOST_BYTES // 1024 // 1024} MB or has too many parts. Send its text alone."
    return DocumentUnreadable("too_large_unpacked", detail)
