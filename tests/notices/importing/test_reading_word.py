import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt

from service.errors import DocumentUnreadable
from service.notices.importing.document import Document
from service.notices.importing.formats import unpacking
from service.notices.importing.reading import DOCX, read
from tests.notices.importing.reading_out import checked, codes, excerpts, shorts


def word(write: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    write(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def reading(write: Callable[[Any], None]) -> Document:
    return checked(read(word(write), DOCX, None))


def add(document: Any, xml: str) -> None:
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1)))


def refused(body: bytes) -> DocumentUnreadable:
    with pytest.raises(DocumentUnreadable) as problem:
        read(body, DOCX, None)
    return problem.value


def test_styles_say_what_a_paragraph_is() -> None:
    def write(document: Any) -> None:
        document.add_heading("Seloste", 0)
        document.add_heading("1 Tarkoitus", 2)
        document.add_paragraph("Laskutus")
        document.add_paragraph("nimi", style="List Bullet")
        document.add_paragraph("osoite", style="List Bullet")
        document.add_paragraph().add_run("Peruste").bold = True
        document.styles.add_style("Oma", 1).base_style = document.styles["Heading 3"]
        document.add_paragraph("Lähteet", style="Oma")
        document.styles.add_style("Lihava", 1).font.bold = True
        document.add_paragraph("Turva", style="Lihava")

    document = reading(write)
    assert [(block.kind, block.level, block.marker, block.text, block.bold, block.gap) for block in document.blocks] == [
        ("heading", 1, "", "Seloste", False, True),
        ("heading", 2, "1", "Tarkoitus", False, True),
        ("line", 0, "", "Laskutus", False, True),
        ("item", 0, "•", "nimi", False, True),
        ("item", 0, "•", "osoite", False, False),
        ("line", 0, "", "Peruste", True, True),
        ("heading", 3, "", "Lähteet", False, True),
        ("line", 0, "", "Turva", True, True),
    ]


def test_numbering_counts_as_word_does() -> None:
    def write(document: Any) -> None:
        levels = [("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "%3)"), ("upperRoman", "%4.")]
        made = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for at, (form, text) in enumerate(levels)
        )
        numbering = document.part.numbering_part.element
        numbering.insert(0, parse_xml(f'<w:abstractNum w:abstractNumId="90" {nsdecls("w")}>{made}</w:abstractNum>'))
        numbering.append(parse_xml(f'<w:num w:numId="91" {nsdecls("w")}><w:abstractNumId w:val="90"/></w:num>'))
        for level, text in [(0, "yksi"), (1, "alla"), (2, "aa"), (2, "bee"), (1, "toinen"), (0, "kaksi"), (1, "uusi"), (3, "syvä")]:
            properties = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="91"/></w:numPr></w:pPr>'
            add(document, f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>")

    assert [(block.marker, block.text) for block in reading(write).blocks] == [
        ("1.", "yksi"),
        ("1.1", "alla"),
        ("a)", "aa"),
        ("b)", "bee"),
        ("1.2", "toinen"),
        ("2.", "kaksi"),
        ("2.1", "uusi"),
        ("I.", "syvä"),
    ]


def test_line_breaks_part_lines_and_empty_paragraphs_make_gaps() -> None:
    def write(document: Any) -> None:
        document.styles["Normal"].paragraph_format.space_after = Pt(0)
        document.add_paragraph("Lumikko Oy\nKuusitie 3").add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph("Helsinki")
        document.add_paragraph("")
        document.add_paragraph("Puh. 09\u00a0555")

    assert [(block.text, block.gap) for block in reading(write).blocks] == [
        ("Lumikko Oy", True),
        ("Kuusitie 3", False),
        ("Helsinki", False),
        ("Puh. 09 555", True),
    ]


def test_tables_are_rows_and_merged_cells_stand_once() -> None:
    def write(document: Any) -> None:
        table = document.add_table(rows=4, cols=2)
        for row, texts in zip(
            table.rows, [("Tieto", "Aika"), ("Laskut", "6 v."), ("", "tai 10 v."), ("Koko taulukon alla", "")], strict=True
        ):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        table.cell(3, 0).merge(table.cell(3, 1))
        inner = document.add_table(rows=1, cols=2)
        inner.cell(0, 0).text = "Ajat"
        nested = inner.cell(0, 1).add_table(rows=1, cols=2)
        nested.cell(0, 0).text, nested.cell(0, 1).text = "a", "b"

    document = reading(write)
    assert [block.cells for block in document.blocks] == [["Tieto", "Aika"], ["Laskut", "6 v."], ["", "tai 10 v."], [], ["Ajat", "a · b"]]
    assert document.blocks[3].text == "Koko taulukon alla"


def test_lines_with_tabs_are_rows_in_company() -> None:
    def write(document: Any) -> None:
        document.add_paragraph("Helsinki\t1.2.2026")
        document.add_paragraph("Seloste")
        document.add_paragraph("Nimi\tAsiakkaat")
        document.add_paragraph("Peruste\tSopimus")

    assert [(block.text, block.cells) for block in reading(write).blocks] == [
        ("Helsinki 1.2.2026", []),
        ("Seloste", []),
        ("Nimi\tAsiakkaat", ["Nimi", "Asiakkaat"]),
        ("Peruste\tSopimus", ["Peruste", "Sopimus"]),
    ]


def test_links_and_fields() -> None:
    def write(document: Any) -> None:
        paragraph = document.add_paragraph("Katso ")
        for address in ("https://example.org", "javascript:alert(1)"):
            relation = document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link = f'<w:hyperlink r:id="{relation}" {nsdecls("w", "r")}><w:r><w:t xml:space="preserve">sivu </w:t></w:r></w:hyperlink>'
            paragraph._p.append(parse_xml(link))
        add(
            document,
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "mailto:a@b.example" </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>c@d.example</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
            "<w:r><w:t>!</w:t></w:r></w:p>",
        )

    document = reading(write)
    assert [block.text for block in document.blocks] == ["Katso sivu sivu", "c@d.example!"]
    assert document.blocks[0].markdown == "Katso [sivu](https://example.org) sivu"
    assert document.blocks[1].markdown == "[c@d.example](mailto:a@b.example)!"
    assert excerpts(document, "TN078") == ["c@d.example → a@b.example"]
    assert excerpts(document, "SE003") == ["javascript: × 1"]


def test_insertions_are_text_and_deletions_are_not() -> None:
    def write(document: Any) -> None:
        add(
            document,
            '<w:p><w:r><w:t xml:space="preserve">Säilytämme </w:t></w:r><w:del w:id="1"><w:r><w:delText>kaksi</w:delText></w:r></w:del>'
            '<w:ins w:id="2" w:author="x"><w:r><w:t>kolme</w:t></w:r></w:ins><w:moveFrom w:id="3"><w:r><w:t>pois</w:t></w:r></w:moveFrom>'
            '<w:r><w:t xml:space="preserve"> vuotta </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>piilossa</w:t></w:r></w:p>',
        )
        add(document, "<w:sdt><w:sdtContent><w:p><w:r><w:t>Ohjausobjekti</w:t></w:r></w:p></w:sdtContent></w:sdt>")
        add(
            document,
            "<w:tbl><w:tr><w:trPr><w:del w:id='4'/></w:trPr><w:tc><w:p><w:r><w:t>pois</w:t></w:r></w:p></w:tc></w:tr>"
            "<w:tr><w:tc><w:p><w:r><w:t>jää</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
        )
        document.add_comment(document.add_paragraph("Loppu").runs, text="Onko näin?", author="x")

    document = reading(write)
    assert [block.text for block in document.blocks] == ["Säilytämme kolme vuotta piilossa", "Ohjausobjekti", "jää", "Loppu"]
    assert excerpts(document, "SE006") == ["Säilytämme kolme vuotta piilossa"]
    assert excerpts(document, "SE003") == ["comment × 1"]


def test_what_stands_beside_the_body_is_kept_and_told() -> None:
    def write(document: Any) -> None:
        document.add_paragraph("Seloste")
        document.sections[0].header.paragraphs[0].text = "Seloste"
        document.sections[0].footer.paragraphs[0].text = "Lumikko Oy, sivu 1"
        box = "<w:txbxContent><w:p><w:r><w:t>Laatikko</w:t></w:r></w:p></w:txbxContent>"
        alternatives = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f'<mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
        )
        add(document, f"<w:p><w:r><w:t>Teksti</w:t></w:r><w:r>{alternatives}</w:r></w:p>")
        note = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
        notes = (
            f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="0">{note.format("viiva")}</w:footnote>'
            f'<w:footnote w:id="1">{note.format("Alaviite")}</w:footnote></w:footnotes>'
        )
        content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        part = Part(PackURI("/word/footnotes.xml"), content_type, notes.encode())
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    document = reading(write)
    assert [block.text for block in document.blocks] == ["Seloste", "Teksti", "Laatikko", "Lumikko Oy, sivu 1", "Alaviite"]
    assert excerpts(document, "SE007") == ["text box: Laatikko", "footer: Lumikko Oy, sivu 1", "footnotes: Alaviite"]


def test_tags_typed_into_word_are_told() -> None:
    document = reading(lambda document: document.add_paragraph("<p>Ensimm&auml;inen</p><p>Toinen</p>"))
    assert shorts(document) == [("line", "", "Ensimmäinen"), ("line", "", "Toinen")]
    assert codes(document) == ["TN072"]


def zipped(members: dict[str, bytes], body: bytes | None = None) -> bytes:
    """Those members, in place of a good document's own."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body or word(lambda document: document.add_paragraph("x")))) as good:
        kept = {name: good.read(name) for name in good.namelist()} | members
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, data in kept.items():
            package.writestr(name, data)
    return made.getvalue()


def test_a_zip_bomb_is_refused() -> None:
    bomb = zipped({"word/media/a.bin": bytes(unpacking.MOST_BYTES)})
    assert len(bomb) < 200_000
    assert refused(bomb).members == {"reason": "too_large_unpacked"}
    text = b" " * (unpacking.MOST_XML_BYTES + 1)
    assert refused(zipped({"word/document.xml": text})).members == {"reason": "too_large_unpacked"}
    empty = f"<w:document {nsdecls('w')}><w:body>{'<w:p/>' * 120_000}</w:body></w:document>"
    assert refused(zipped({"word/document.xml": empty.encode()})).members == {"reason": "too_many_lines"}
    assert refused(zipped({f"word/{number}.bin": b"" for number in range(3_000)})).members == {"reason": "too_large_unpacked"}


def test_a_bomb_that_says_it_is_small_is_refused() -> None:
    body = bytearray(zipped({"word/media/a.bin": bytes(200_000_000)}))
    # The sizes before compression, in the member's own header and in the directory.
    body = bytearray(bytes(body).replace((200_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    assert refused(bytes(body)).members == {"reason": "broken"}


def test_xml_that_multiplies_is_refused() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
    for encoding in ("utf-8", "utf-16"):
        body = f"<w:document {nsdecls('w')}><w:body><w:p>&a9;</w:p></w:body></w:document>"
        xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w [{entities}]>{body}'
        assert refused(zipped({"word/document.xml": xml.encode(encoding)})).members == {"reason": "broken"}
    deep = f"<w:document {nsdecls('w')}><w:body>" + "<w:sdt>" * 100_000 + "</w:sdt>" * 100_000 + "</w:body></w:document>"
    assert refused(zipped({"word/document.xml": deep.encode()})).members == {"reason": "broken"}


def test_nested_tables_within_what_xml_allows_are_read() -> None:
    def write(document: Any) -> None:
        add(document, "<w:tbl><w:tr><w:tc>" * 60 + "<w:p><w:r><w:t>x</w:t></w:r></w:p>" + "</w:tc></w:tr></w:tbl>" * 60)

    assert [block.text for block in reading(write).blocks] == ["x"]


def test_what_is_no_word_document_is_refused() -> None:
    good = word(lambda document: document.add_paragraph("x"))
    assert refused(b"PK no zip").members == {"reason": "broken"}
    assert refused(good[: len(good) // 2]).members == {"reason": "broken"}
    assert refused(b"").members == {"reason": "broken"}
    assert refused(zipped({"word/document.xml": b"<no"})).members == {"reason": "broken"}
    assert refused(zipped({"[Content_Types].xml": b"<Types/>"})).members == {"reason": "broken"}
    assert refused(word(lambda document: None)).members == {"reason": "empty"}
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    assert refused(ole).members == {"reason": "broken"}
    assert "old Word document" in refused(ole).detail
    assert refused(ole + "EncryptedPackage".encode("utf-16-le")).members == {"reason": "encrypted"}
    locked = bytearray(good)
    for at in (good.find(b"PK\x03\x04") + 6, good.find(b"PK\x01\x02") + 8):
        locked[at] |= 1
    assert refused(bytes(locked)).members == {"reason": "encrypted"}
