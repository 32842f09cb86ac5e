import pytest

from service.errors import DocumentUnreadable, UnsupportedMediaType
from service.notices.importing.document import Document
from service.notices.importing.formats.decoding import decoded
from service.notices.importing.reading import MEDIA_TYPES, read
from tests.notices.importing.reading_out import checked, codes, excerpts

TEXT = "Rekisterinpitäjä\nÅbo Käyttö Ab – ”€”"


def plain(body: bytes, charset: str | None = None) -> Document:
    return checked(read(body, "text/plain", charset))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("declared", [False, True])
def test_every_usual_encoding_is_found(encoding: str, declared: bool) -> None:
    document = plain(TEXT.encode(encoding), encoding.removesuffix("-sig") if declared else None)
    assert [block.text for block in document.blocks] == TEXT.split("\n")
    assert document.remarks == []


def test_latin_1_is_windows_1252() -> None:
    assert plain("Säilytys".encode("latin-1"), "iso-8859-1").text == "Säilytys"
    assert plain(b"\x93Lainaus\x94 5 \x80", "latin1").text == "“Lainaus” 5 €"


def test_a_wrong_declaration_does_not_stand_against_the_bytes() -> None:
    assert plain("Säilytys".encode(), "iso-8859-1").text == "Säilytys"
    assert plain("Säilytys".encode("cp1252"), "utf-8").text == "Säilytys"
    assert plain("Säilytys".encode(), "utf-16").text == "Säilytys"
    assert plain("Säilytys".encode(), "no-such-thing").text == "Säilytys"
    assert plain("Säilytys".encode(), "base64").text == "Säilytys"
    assert plain("Ōsaka".encode("shift_jis", "replace"), "shift_jis").text == "?saka"


def test_a_page_says_its_encoding() -> None:
    page = '<html><head><meta charset="iso-8859-15"></head><body><p>5 € Säilytys</p></body></html>'
    assert read(page.encode("iso-8859-15"), "text/html", None).text == "5 € Säilytys"
    old = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252"><p>Säilytys</p>'
    assert read(old.encode("cp1252"), "text/html", None).text == "Säilytys"
    assert read(old.encode(), "text/html", None).text == "Säilytys", "saved anew in UTF-8"


def test_bytes_that_mean_nothing_are_told() -> None:
    document = plain(b"\xef\xbb\xbfS\xe4ilytys")
    assert document.text == "S�ilytys"
    assert "utf-8: � × 1" in excerpts(document, "SE001")
    assert plain(b"ab\x81c").text == "ab�c"


def test_letters_of_a_wrong_encoding_are_told_and_not_changed() -> None:
    document = plain("HenkilÃ¶tietojen kÃ¤sittely\n\nKäsittely on laillista".encode())
    assert document.blocks[0].text == "HenkilÃ¶tietojen kÃ¤sittely"
    assert codes(document) == ["SE001"]
    assert document.remarks[0].span == document.blocks[0].span
    assert plain("Åbo Akademi, Àlvar, naïve – ”ok” … 10 % § €".encode()).remarks == []


def test_controls_are_removed_and_told() -> None:
    document = plain("Seloste\0\x1b[31m\r\nTarkoitus\u202e\rPeruste\x85Säilytys\u2028Loppu\u200e".encode())
    assert [block.text for block in document.blocks] == ["Seloste[31m", "Tarkoitus", "Peruste", "Säilytys", "Loppu"]
    assert excerpts(document, "SE002") == ["× 3"]
    html = checked(read(b"<p>a&#x202e;b&#0;c&#1;d&#133;e", "text/html", None))
    assert html.blocks[0].text == "ab�cd…e"
    assert "SE002" in codes(html)
    markdown = checked(read("a&#x202e;b\u2066c".encode(), "text/markdown", None))
    assert markdown.blocks[0].text == "abc"


def test_one_broken_letter_does_not_hide_utf16() -> None:
    assert decoded(b"T\0i\0\x00\xd8e\0t\0o\0", None).encoding == "utf-16-le"
    assert plain(b"T\0i\0\x00\xd8e\0t\0o\0").text == "Ti�eto"


def test_no_text_and_no_known_type_are_refused() -> None:
    for media_type in ("text/plain", "text/html", "text/markdown"):
        for body in (b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\0\0\0"):
            with pytest.raises(DocumentUnreadable) as refused:
                read(body, media_type, None)
            assert refused.value.members == {"reason": "empty"}
    with pytest.raises(UnsupportedMediaType) as unknown:
        read(b"x", "application/msword", None)
    assert all(known in unknown.value.detail for known in MEDIA_TYPES)
