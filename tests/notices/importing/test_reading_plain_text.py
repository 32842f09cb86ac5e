from service.notices.importing.document import Block
from tests.notices.importing.reading_out import codes, excerpts, read_text, shorts


def test_a_line_is_a_block_and_an_empty_line_a_gap() -> None:
    document = read_text("Tietosuojaseloste\n\nRekisterinpitäjä\nLumikko Oy\n  Kuusitie 3\n")
    assert shorts(document) == [
        ("line", "", "Tietosuojaseloste"),
        ("line", "", "Rekisterinpitäjä"),
        ("line", "", "Lumikko Oy"),
        ("line", "", "Kuusitie 3"),
    ]
    assert [block.gap for block in document.blocks] == [False, True, False, False]
    assert document.remarks == []


def test_a_span_is_a_place_in_what_was_sent() -> None:
    source = "Seloste\n\n 1. Tarkoitus\n- laskutus\n\nPuh.\t09 555 01\nSähköposti\t a@example.org\n"
    document = read_text(source)
    assert document.text == source
    assert [source[slice(*block.span)] for block in document.blocks] == [
        "Seloste",
        "Tarkoitus",
        "laskutus",
        "Puh.\t09 555 01",
        "Sähköposti\t a@example.org",
    ]


def test_marks_are_told_apart_from_words() -> None:
    for source, kind, marker, text in [
        ("- nimi", "item", "-", "nimi"),
        ("• nimi", "item", "•", "nimi"),
        ("*  nimi", "item", "*", "nimi"),
        ("-\u00a0 \u00a0 nimi", "item", "-", "nimi"),
        ("\uf0b7\tnimi", "item", "\uf0b7", "nimi"),
        ("o\tnimi", "item", "o", "nimi"),
        ("1. Tarkoitus", "line", "1.", "Tarkoitus"),
        ("12) Tarkoitus", "line", "12)", "Tarkoitus"),
        ("2.3 Oikeudet", "line", "2.3", "Oikeudet"),
        ("6 . Säilytys", "line", "6.", "Säilytys"),
        ("1\\. Tarkoitus", "line", "1.", "Tarkoitus"),
        ("3.Tietosisältö", "line", "3.", "Tietosisältö"),
        ("a) paperit", "line", "a)", "paperit"),
        ("A: Manuaalinen aineisto", "line", "A:", "Manuaalinen aineisto"),
        ("IV. Säilytys", "line", "IV.", "Säilytys"),
        ("(2) Purposes", "line", "(2)", "Purposes"),
    ]:
        assert shorts(read_text(source)) == [(kind, marker, text)], source


def test_dates_times_numbers_and_boxes_are_no_marks() -> None:
    for source in [
        "25.5.2018 alkaen",
        "1. tammikuuta 2020",
        "1.1. 2019 voimaan",
        "8.00 - 16.00 arkisin",
        "10 vuotta asiakkuuden päättymisestä",
        "(X) suostumus",
        "( ) sopimus",
        "2018 vuoden alusta",
        "-10 astetta",
        "26 §:n mukaan",
        "______",
    ]:
        assert shorts(read_text(source)) == [("line", "", source)], source


def test_a_hyphen_without_a_space_marks_items_in_company_alone() -> None:
    assert shorts(read_text("Tiedot:\n-nimi\n-osoite")) == [("line", "", "Tiedot:"), ("item", "-", "nimi"), ("item", "-", "osoite")]
    assert shorts(read_text("Tilaus\n-järjestelmä on meillä")) == [("line", "", "Tilaus"), ("line", "", "-järjestelmä on meillä")]


def test_a_mark_alone_in_its_line_belongs_to_the_next() -> None:
    assert shorts(read_text("•\nnimi\n•\nosoite")) == [("item", "•", "nimi"), ("item", "•", "osoite")]
    assert shorts(read_text("1.\n2.\n3.")) == [("line", "", "1."), ("line", "", "2."), ("line", "", "3.")]
    assert shorts(read_text("1.\n\n2. Tarkoitus")) == [("line", "", "1."), ("line", "2.", "Tarkoitus")]


def test_lines_with_tabs_are_rows() -> None:
    document = read_text("Seloste\n\nRekisterin nimi\tAsiakkaat\nSuostumus\t\nLähteet\tKunta,\n\n\tväestötiedot\nTurva\t\tLukko\n")
    assert [block.cells for block in document.blocks] == [
        [],
        ["Rekisterin nimi", "Asiakkaat"],
        ["Suostumus", ""],
        ["Lähteet", "Kunta,"],
        ["", "väestötiedot"],
        ["Turva", "Lukko"],
    ]
    assert document.blocks[1].text == "Rekisterin nimi\tAsiakkaat"
    assert excerpts(document, "TN076") == ["väestötiedot"]


def test_a_rows_number_is_its_mark() -> None:
    first, second = read_text("1. Nimi\tAsiakkaat\n2. Peruste\tSopimus").blocks
    assert (first.marker, first.cells, second.marker, second.cells) == ("1.", ["Nimi", "Asiakkaat"], "2.", ["Peruste", "Sopimus"])


def test_one_line_with_a_tab_is_a_line_and_an_indented_one_too() -> None:
    document = read_text("Helsinki\t1.2.2026\n\n\tMatti Metsä\n\n1.\tTarkoitus\n2.\tPeruste\n-\tnimi")
    assert shorts(document) == [
        ("line", "", "Helsinki 1.2.2026"),
        ("line", "", "Matti Metsä"),
        ("line", "1.", "Tarkoitus"),
        ("line", "2.", "Peruste"),
        ("item", "-", "nimi"),
    ]
    assert codes(document) == []


def test_bars_make_rows() -> None:
    document = read_text("Ajat\n| Tieto | Aika |\n|---|---|\n| Laskut | 6 v. |\nmuu | loppu")
    assert [block.cells for block in document.blocks] == [[], ["Tieto", "Aika"], ["Laskut", "6 v."], []]
    assert document.blocks[-1].text == "muu | loppu"


def test_html_in_cells_is_read_as_html_and_told() -> None:
    document = read_text(
        "Nimi\tAsiakkaat\n"
        'Tiedot\tKer&auml;&auml;mme: <ul style="list-style-type: none">- etu- ja sukunimi- Osoite- Puhelin\n'
        "Oikeudet\t<p>Saat tiedot.</p> <p>Voit <b>vastustaa</b>.</p>\n"
        "\t<ul><li>yksi</li><li>kaksi</li></ul>\n"
    )
    _, data, rights, more = document.blocks
    assert data.cells == ["Tiedot", "Keräämme:\n\n- etu- ja sukunimi\n- Osoite\n- Puhelin"]
    assert rights.cells == ["Oikeudet", "Saat tiedot.\n\nVoit **vastustaa**."]
    assert rights.text == "Oikeudet\tSaat tiedot.\nVoit vastustaa."
    assert more.cells == ["", "- yksi\n- kaksi"]
    assert codes(document) == ["TN072", "TN072", "TN072", "TN076"]
    assert "Ker&auml;" in excerpts(document, "TN072")[0]


def test_html_in_lines_is_read_as_html_and_told() -> None:
    document = read_text("Ennen\n\n<p>Ensimm&auml;inen</p><p>Toinen<br>rivi</p>\nJ&auml;lkeen")
    assert [(block.text, block.gap) for block in document.blocks] == [
        ("Ennen", False),
        ("Ensimmäinen", True),
        ("Toinen", True),
        ("rivi", False),
        ("Jälkeen", False),
    ]
    assert codes(document) == ["TN072", "TN072"]


def test_a_script_in_a_text_is_left_out_and_told() -> None:
    document = read_text(
        'Teksti <script>alert(1)</script> jatkuu <img src=x onerror="alert(2)"> näin <a href="javascript:alert(3)">linkki</a>'
    )
    assert document.blocks[0].text == "Teksti jatkuu näin linkki"
    assert document.blocks[0].markdown == ""
    assert excerpts(document, "SE003") == ["javascript: × 1", "onerror × 1", "script × 1"]
    only = read_text("Alku\n<script>alert(1)</script>\nLoppu")
    assert [block.text for block in only.blocks] == ["Alku", "Loppu"]
    assert codes(only) == ["SE003", "TN072"]


def test_what_is_no_tag_stays_as_it_is() -> None:
    for source in [
        "ikä <5 v",
        "a <b and c> d",
        "R&D ja AT&T",
        "x < y > z",
        "<Yritys Oy>",
        "<<nimi>>",
        "a&b;",
        "Nimi <nimi@example.org>",
        "</>",
        "<!",
    ]:
        document = read_text(source)
        assert shorts(document) == [("line", "", source)], source
        assert document.remarks == []


def test_markup_of_markdown_in_a_plain_text() -> None:
    document = read_text("## 1\\. Tarkoitus\n\n**Laskutus** ja [sivu](https://example.org).\n\n## 2\\. Peruste\n\nSopimus.")
    assert document.format == "text"
    assert shorts(document)[:2] == [("heading", "1.", "Tarkoitus"), ("line", "", "Laskutus ja sivu.")]
    assert document.blocks[1].markdown == "**Laskutus** ja [sivu](https://example.org)."
    bold = read_text("**Rekisterinpitäjä**\nLumikko Oy\n\n**Tarkoitus**\nLaskutus")
    assert [(block.text, block.bold) for block in bold.blocks] == [
        ("Rekisterinpitäjä", True),
        ("Lumikko Oy", False),
        ("Tarkoitus", True),
        ("Laskutus", False),
    ]
    single = read_text("# Seloste\nTeksti * ja _tässä_")
    assert shorts(single) == [("heading", "", "Seloste"), ("line", "", "Teksti * ja _tässä_")]


def test_words_that_markdown_would_take_for_marks_are_escaped() -> None:
    for source, markdown in [
        ("*tähti* ja 5 * 3", "\\*tähti\\* ja 5 * 3"),
        ("a_b@example.org ja _x_", "a_b@example.org ja \\_x\\_"),
        ("[nimi] ja [nimi](osoite)", "[nimi] ja [nimi\\](osoite)"),
        ("C:\\*", "C:\\\\\\*"),
        ("1. tammikuuta 2020", "1\\. tammikuuta 2020"),
    ]:
        document = read_text(f"Alku\t{source}\nLoppu\tx")
        assert document.blocks[0].cells == ["Alku", markdown], source


def test_labels_of_a_page_are_told_and_kept() -> None:
    document = read_text("Hyppää sisältöön\n\nSeloste\n\nSulje\nSulje ovi\nStäng\nSkip to content\nSkriv ut   Dela   Till början")
    assert excerpts(document, "TN073") == ["Hyppää sisältöön", "Sulje", "Stäng", "Skip to content", "Skriv ut Dela Till början"]
    assert len(document.blocks) == 7


def test_soft_hyphens_and_no_break_spaces() -> None:
    assert read_text("tieto\u00adsuoja 020\u00a074\u00a066 a\u200bb").blocks == [Block("line", "tietosuoja 020 74 66 ab", (0, 23))]
