from markdown_it import MarkdownIt

from service.notices.importing.document import Document
from service.notices.importing.formats.escaping import as_markdown
from tests.notices.importing.reading_out import codes, excerpts, read_text, shorts


def markdown(source: str) -> Document:
    return read_text(source, "text/markdown")


def test_headings_of_every_manner() -> None:
    document = markdown(
        "Seloste\n=======\n\n### 1\\. Tarkoitus\n\n## 6\\ . Säilytys ##\n\n### 2 Peruste\n\n**Lähteet**\n\n__Turva:__\nlukko"
    )
    assert [(block.kind, block.level, block.marker, block.text, block.bold) for block in document.blocks] == [
        ("heading", 1, "", "Seloste", False),
        ("heading", 3, "1.", "Tarkoitus", False),
        ("heading", 2, "6.", "Säilytys", False),
        ("heading", 3, "2", "Peruste", False),
        ("line", 0, "", "Lähteet", True),
        ("line", 0, "", "Turva:", True),
        ("line", 0, "", "lukko", False),
    ]


def test_lines_stay_lines_and_prose_flows() -> None:
    document = markdown(
        "Lumikko Oy\nKuusitie 3  \n00100 Helsinki\\\npuh. 09 555\n\n"
        "Käsittelemme tietoja tilausten toimittamista ja laskutusta\nvarten niin kauan kuin asiakkuus kestää ja laki vaatii."
    )
    assert [(block.text, block.gap) for block in document.blocks] == [
        ("Lumikko Oy", True),
        ("Kuusitie 3", False),
        ("00100 Helsinki", False),
        ("puh. 09 555", False),
        ("Käsittelemme tietoja tilausten toimittamista ja laskutusta varten niin kauan kuin asiakkuus kestää ja laki vaatii.", True),
    ]


def test_lists_tables_quotes_and_code() -> None:
    document = markdown(
        "- yksi\n  - sisä\n\n    lisää\n- kaksi\n\n3. kolme\n4) neljä\n\n"
        "| Tieto | Aika |\n|---|--:|\n| Laskut | **6** v. |\n| 1. Muut | |\n\n"
        "> Laki\n\n```yaml\nnimi: Lumikko Oy\nosoite: Kuusitie 3\n```\n\n```\nif (a) {\n}\n```\n\n* * *\n"
    )
    assert [(*pair, block.level) for pair, block in zip(shorts(document), document.blocks, strict=True)] == [
        ("item", "-", "yksi", 0),
        ("item", "-", "sisä", 1),
        ("item", "", "lisää", 1),
        ("item", "-", "kaksi", 0),
        ("item", "3.", "kolme", 0),
        ("item", "4)", "neljä", 0),
        ("row", "", "Tieto\tAika", 0),
        ("row", "", "Laskut\t6 v.", 0),
        ("row", "1.", "Muut\t", 0),
        ("quote", "", "Laki", 0),
        ("line", "", "nimi: Lumikko Oy", 0),
        ("line", "", "osoite: Kuusitie 3", 0),
        ("code", "", "if (a) {", 0),
        ("code", "", "}", 0),
    ]
    assert [block.cells for block in document.blocks[6:9]] == [["Tieto", "Aika"], ["Laskut", "**6** v."], ["Muut", ""]]
    assert document.blocks[6].bold
    assert not document.blocks[7].bold


def test_what_is_marked_within_a_line_stays_marked() -> None:
    source = (
        '**Voit** *vastustaa* ~~ei~~ `a*b` [sivulla](https://example.org "otsikko") ![kuva](https://example.org/x.png) \\*tähti\\* &auml;'
    )
    document = markdown(source)
    assert document.blocks[0].text == "Voit vastustaa ei a*b sivulla kuva *tähti* ä"
    assert document.blocks[0].markdown == (
        "**Voit** *vastustaa* ~~ei~~ `a*b` [sivulla](https://example.org) [kuva](https://example.org/x.png) \\*tähti\\* ä"
    )
    assert document.remarks == []


def test_links_that_act_are_words_alone() -> None:
    document = markdown(
        "[a](javascript:alert(1)) [b](JAVASCRIPT:x) [c][ref] ![d](data:text/html,x) <javascript:alert(2)>\n\n[ref]: vbscript:x"
    )
    assert document.blocks[0].text == "a b c d javascript:alert(2)"
    assert document.blocks[0].markdown == ""
    assert excerpts(document, "SE003") == ["data: × 1", "javascript: × 3", "vbscript: × 1"]


def test_definitions_are_links_where_they_are_used_and_words_where_not() -> None:
    document = markdown("[Katso][1]\n\n[1]: https://example.org\n[2]: https://muu.example/x\n\n[Huom]: tämä on tärkeää\n")
    assert document.blocks[0].markdown == "[Katso](https://example.org)"
    assert [block.text for block in document.blocks[1:]] == ["[Huom]: tämä on tärkeää", "[2]: https://muu.example/x"]


def test_html_in_markdown_is_read_and_told() -> None:
    document = markdown(
        "<p>Ensimm&auml;inen</p>\n\n<details>\n<summary>Otsikko</summary>\n\nSisältö<br>toinen\n\n</details>\n\n"
        "| a | b |\n|---|---|\n| x<br>y | <script>alert(1)</script>z |\n\n`<b>` on koodia, 5 <6\n\n<script>alert(1)</script>"
    )
    assert [block.text for block in document.blocks] == [
        "Ensimmäinen",
        "Otsikko",
        "Sisältö",
        "toinen",
        "a\tb",
        "x\ny\tz",
        "<b> on koodia, 5 <6",
    ]
    assert document.blocks[1].bold
    assert "alert" not in document.text
    assert set(codes(document)) == {"TN072", "SE003"}


def test_front_matter_is_lines() -> None:
    document = markdown("---\ntitle: Seloste\nlang: fi\n---\n\n# Seloste\n\nTeksti\n")
    assert shorts(document) == [
        ("line", "", "title: Seloste"),
        ("line", "", "lang: fi"),
        ("heading", "", "Seloste"),
        ("line", "", "Teksti"),
    ]
    assert shorts(markdown("---\n\nTeksti\n\n---\n")) == [("line", "", "Teksti")]


def test_a_table_of_tabs_is_one_here_too() -> None:
    assert [block.cells for block in markdown("Nimi\tAsiakkaat\nPeruste\tSopimus\n").blocks] == [
        ["Nimi", "Asiakkaat"],
        ["Peruste", "Sopimus"],
    ]


def test_what_the_parser_would_not_finish_is_read_as_plain_text() -> None:
    for source in ["> " * 200 + "loppu", "- " * 200 + "loppu", "[" * 60_000 + "loppu", "x\n" + "**a_ " * 20_000 + "loppu"]:
        document = markdown(source)
        assert "loppu" in document.text
        assert "SE005" in codes(document), source[:20]


def test_markdown_that_comes_out_says_the_same() -> None:
    """Each line's Markdown, rendered, reads as its text."""
    source = (
        "# #1 *a*\n\n* 1. x\n* - y\n\n\\# a\n\n\\- b\n\n1\\. c\n\n\\> d\n\n**a**b **\\*c**\n\n*a***b**\n\n***x* y**\n\n`` a`b ``\n\n"
        "[a [b] c](https://x.example) [d](http://y.example)\n\n\\[x](y)\n\n\\~~z~~\n\na\\\\\\*\n\n=\n\n"
        "\\---\n\n\\[a]: b.c\n\na_b_c _d_e\n"
    )
    document = markdown(source)
    assert len(document.blocks) == 19
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for block in document.blocks:
        tokens = parser.parse(as_markdown(block))
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], block
        assert "".join(token.content for token in tokens[1].children or []).replace(" (http://y.example)", "") == block.text, block
