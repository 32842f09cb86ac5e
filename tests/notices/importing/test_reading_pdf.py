import zlib

import pytest
import typst

from service.errors import DocumentUnreadable
from service.notices.importing.document import Document
from service.notices.importing.formats import pdf
from service.notices.importing.reading import PDF, read
from tests.notices.importing.reading_out import checked, codes, excerpts, words

PAGE = '#set page(width: 300pt, height: 400pt, margin: 40pt)\n#set text(size: 10pt, lang: "fi", font: "DejaVu Sans Mono")\n'


def reading(source: str) -> Document:
    return checked(read(typst.compile((PAGE + source).encode()), PDF, None))


def written(*objects: str) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    return body + end.encode()


def ended(body: bytes, objects: int, more: str = "") -> bytes:
    start = body.rfind(b"xref")
    return body + f"<< /Size {objects + 1} /Root 1 0 R {more} >>\nstartxref\n{start}\n%%EOF\n".encode("latin-1")


CATALOGUE = "<< /Type /Catalog /Pages 2 0 R >>"
PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
ONE_PAGE = (
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents 4 0 R "
    "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
)


def plain_pdf(content: str, more: str = "") -> bytes:
    return ended(written(CATALOGUE, PAGES, ONE_PAGE, f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"), 4, more)


def refused(body: bytes) -> DocumentUnreadable:
    with pytest.raises(DocumentUnreadable) as problem:
        read(body, PDF, None)
    return problem.value


def test_paragraphs_headings_and_lists() -> None:
    document = reading(
        "*#text(16pt)[Tietosuojaseloste]*\n\n*1. Tarkoitus*\n\nKäsittelemme henkilötietoja tilausten toimittamista ja laskutusta varten "
        "niin kauan kuin asiakkuus kestää.\n\nToinen kappale.\n\n- nimi ja osoite sekä kaikki muut yhteystiedot, jotka annat\n- puhelin\n\n"
        "*2 Peruste*\n\nLumikko Oy \\\nKuusitie 3 \\\n00100 Helsinki\n"
    )
    assert [(block.kind, block.marker, block.text, block.bold) for block in document.blocks] == [
        ("line", "", "Tietosuojaseloste", True),
        ("line", "1.", "Tarkoitus", True),
        ("line", "", "Käsittelemme henkilötietoja tilausten toimittamista ja laskutusta varten niin kauan kuin asiakkuus kestää.", False),
        ("line", "", "Toinen kappale.", False),
        ("item", "•", "nimi ja osoite sekä kaikki muut yhteystiedot, jotka annat", False),
        ("item", "•", "puhelin", False),
        ("line", "2", "Peruste", True),
        ("line", "", "Lumikko Oy", False),
        ("line", "", "Kuusitie 3", False),
        ("line", "", "00100 Helsinki", False),
    ]
    assert [block.gap for block in document.blocks[-3:]] == [True, False, False]
    assert document.remarks == []


def test_words_that_a_lines_end_parted_are_whole_again() -> None:
    lines = [
        "Rekisterissä on henkilökohtai-",
        "semman palvelun tiedot, EU-",
        "maiden luettelo sekä osto-",
        "ja myyntitiedot. Ohjelma on A-",
        "2 tai B, ja kirje Lumiposti-",
        "palvelusta.",
    ]
    document = reading(" \\\n".join(lines).replace("@", "\\@"))
    assert " ".join(block.text for block in document.blocks) == (
        "Rekisterissä on henkilökohtaisemman palvelun tiedot, EU-maiden luettelo sekä osto- ja myyntitiedot. Ohjelma on A-2 tai B, "
        "ja kirje Lumiposti-palvelusta."
    )


def test_headers_footers_and_page_numbers_stand_once_and_are_told() -> None:
    told = [f"Kappale {number} kertoo {'monta ' * (number % 13)}asiaa." for number in range(40)]
    page = '#set page(header: [Lumikko Oy], footer: context [Sivu #counter(page).display("1 (1)", both: true)])\n'
    document = reading(page + "\n\n".join(told))
    texts = [block.text for block in document.blocks]
    assert texts[:-2] == told
    assert (texts.count("Lumikko Oy"), sum(text.startswith("Sivu 1") for text in texts), sum("Sivu" in text for text in texts)) == (1, 1, 1)
    assert codes(document) == ["SE004", "SE004"]


def test_a_paragraph_goes_on_on_the_next_page() -> None:
    document = reading("#v(290pt)\nKäsittelemme tietoja tilausten toimittamista varten ja laskutusta varten aina.")
    assert [block.text for block in document.blocks] == ["Käsittelemme tietoja tilausten toimittamista varten ja laskutusta varten aina."]


TABLE = """[Rekisterinpitäjä], [Lumikko Oy, Kuusitie 3, 00100 Helsinki ja muut toimipaikat], [Rekisterin nimi], [Asiakkaat],
[Käsittelyn tarkoitus ja peruste], [Laskutus sekä tilausten toimittaminen asiakkaille sopimuksen perusteella], [Suostumus], [],
[Säilytys], [6 vuotta]"""
ROWS = [
    ["Rekisterinpitäjä", "Lumikko Oy, Kuusitie 3, 00100 Helsinki ja muut toimipaikat"],
    ["Rekisterin nimi", "Asiakkaat"],
    ["Käsittelyn tarkoitus ja peruste", "Laskutus sekä tilausten toimittaminen asiakkaille sopimuksen perusteella"],
    ["Suostumus", ""],
    ["Säilytys", "6 vuotta"],
]


def test_two_columns_of_labels_and_values_are_rows() -> None:
    for form in (
        f"#table(columns: (80pt, 1fr), {TABLE})",
        f"#grid(columns: (100pt, 1fr), column-gutter: 20pt, row-gutter: 12pt, {TABLE})",
    ):
        document = reading(f"*Seloste*\n\n{form}\n\nLoppu.")
        assert document.blocks[0].text == "Seloste", form
        assert [block.cells for block in document.blocks[1:-1]] == ROWS, form
        assert document.blocks[-1].text == "Loppu.", form


def test_two_columns_of_prose_are_no_table() -> None:
    left = " ".join(f"vasen{number}" for number in range(60))
    right = " ".join(f"oikea{number}" for number in range(60))
    document = reading(f"#columns(2, gutter: 14pt)[{left} #colbreak() {right}]")
    assert "row" not in [block.kind for block in document.blocks]
    assert words(document) == [*(f"vasen{number}" for number in range(60)), *(f"oikea{number}" for number in range(60))]


def test_no_text_layer_is_told_with_what_would_do() -> None:
    for source in ("#rect(width: 100pt, height: 50pt, fill: blue)", ""):
        problem = refused(typst.compile((PAGE + source).encode()))
        assert problem.members == {"reason": "no_text_layer"}
        assert "OCR" in problem.detail
    document = reading("Alku\n#pagebreak()\n#rect(fill: blue)\n#pagebreak()\nLoppu")
    assert [block.text for block in document.blocks] == ["Alku", "Loppu"]
    assert excerpts(document, "SE008") == ["2"]


def test_what_was_typed_into_a_form_is_text() -> None:
    content, answer = "BT /F 12 Tf 40 300 Td (Nimi:) Tj 0 -40 Td (Loppu) Tj ET", "BT /F 12 Tf 2 4 Td (Lumikko Oy) Tj ET"
    body = written(
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>",
        PAGES,
        ONE_PAGE.replace("/Contents", "/Annots [5 0 R] /Contents"),
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (n) /V (Lumikko Oy) /Rect [100 296 250 316] /F 4 /P 3 0 R /AP << /N 6 0 R >> >>",
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 150 20] /Resources << /Font << /F << /Type /Font /Subtype /Type1 "
        f"/BaseFont /Helvetica >> >> >> /Length {len(answer)} >>\nstream\n{answer}\nendstream",
    )
    assert [block.text for block in checked(read(ended(body, 6), PDF, None)).blocks] == ["Nimi: Lumikko Oy", "Loppu"]


def test_encrypted_broken_and_endless_ones_are_refused() -> None:
    text = "BT /F 12 Tf 40 300 Td (Seloste) Tj ET"
    assert checked(read(plain_pdf(text), PDF, None)).text == "Seloste"
    secret = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'ab' * 32}> /U <{'cd' * 32}> /P -4 >> /ID [<{'00' * 16}> <{'00' * 16}>]"
    assert refused(plain_pdf(text, secret)).members == {"reason": "encrypted"}
    unknown = secret.replace("Standard", "Adobe.PubSec")
    assert refused(plain_pdf(text, unknown)).members == {"reason": "encrypted"}
    good = typst.compile((PAGE + "Seloste").encode())
    for body in (b"", b"%PDF-1.7", b"<html>", good[:200]):
        assert refused(body).members == {"reason": "broken"}, body[:20]


def test_too_many_pages_and_letters_are_refused() -> None:
    kids = "3 0 R " * (pdf.MOST_PAGES + 1)
    many = written(
        CATALOGUE, f"<< /Type /Pages /Kids [{kids}] /Count {pdf.MOST_PAGES + 1} >>", ONE_PAGE, "<< /Length 0 >>\nstream\n\nendstream"
    )
    assert refused(ended(many, 4)).members == {"reason": "too_many_pages"}
    content = zlib.compress(b"BT /F 1 Tf 40 300 Td " + b"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ) Tj " * 40_000 + b"ET", 9).decode("latin-1")
    bomb = written(CATALOGUE, PAGES, ONE_PAGE, f"<< /Length {len(content)} /Filter /FlateDecode >>\nstream\n{content}\nendstream")
    assert refused(ended(bomb, 4)).members == {"reason": "too_large_unpacked"}


def test_an_action_in_a_pdf_does_nothing() -> None:
    script = CATALOGUE.replace(">>", "/OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>")
    content = "BT /F 12 Tf 40 300 Td (Seloste) Tj ET"
    body = ended(written(script, PAGES, ONE_PAGE, f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"), 4)
    assert checked(read(body, PDF, None)).text == "Seloste"
