import pytest

from service.notices.importing.document import Block, Document
from tests.notices.importing.reading_out import codes, excerpts, read_text, shorts


def html(source: str) -> Document:
    return read_text(source, "text/html")


def test_headings_paragraphs_and_lines() -> None:
    document = html(
        "<h1>Seloste</h1><h2>2 <b>Tarkoitus</b><br>ja peruste</h2><p>Laskutus.\n  Ja muu.</p><div>Kuusitie 3<br>00100 Helsinki</div>"
    )
    assert document.blocks == [
        Block("heading", "Seloste", (0, 7), level=1, gap=True),
        Block("heading", "Tarkoitus ja peruste", (11, 31), "**Tarkoitus** ja peruste", 2, "2", gap=True),
        Block("line", "Laskutus. Ja muu.", (33, 50), gap=True),
        Block("line", "Kuusitie 3", (52, 62), gap=True),
        Block("line", "00100 Helsinki", (63, 77)),
    ]


def test_bold_lines_may_be_headings() -> None:
    document = html(
        "<p><strong>Tarkoitus</strong><br>Laskutus</p><p><b>Peruste</b>: sopimus</p><p><b>Säilytys</b>:</p>"
        "<p><span style='font-weight:700'>Oikeudet</span></p><p><b>a <span style='font-weight: normal'>b</span></b></p>"
    )
    assert [(block.text, block.bold) for block in document.blocks] == [
        ("Tarkoitus", True),
        ("Laskutus", False),
        ("Peruste: sopimus", False),
        ("Säilytys:", True),
        ("Oikeudet", True),
        ("a b", False),
    ]
    assert document.blocks[2].markdown == "**Peruste**: sopimus"


def test_lists_keep_depth_and_marks() -> None:
    document = html(
        "<ul><li>yksi<ul><li>sisä</ul><li><p>kaksi</p><p>lisää</p></ul>"
        "<ol start=3><li>kolme<li value=7>seitsemän</ol><ol type=a><li>aa</ol><ol><li><h3>Peruste</h3></ol>"
    )
    assert [(block.kind, block.marker, block.text, block.level) for block in document.blocks] == [
        ("item", "-", "yksi", 0),
        ("item", "-", "sisä", 1),
        ("item", "-", "kaksi", 0),
        ("item", "", "lisää", 0),
        ("item", "3.", "kolme", 0),
        ("item", "7.", "seitsemän", 0),
        ("item", "a)", "aa", 0),
        ("heading", "", "Peruste", 3),
    ]


def test_tables_and_terms_are_rows() -> None:
    document = html(
        "<table><caption>Ajat</caption><tr><th>Tieto<th>Aika</tr><tr><td rowspan=2>1. Laskut<td><p>6 v.</p><ul><li>tositteet<li>kuitit</ul>"
        "<tr><td>tai 10 v.</table><dl><dt>Nimi<dd>Lumikko Oy<dd>Kuusitie 3<dt>Puhelin</dl>"
    )
    assert shorts(document)[0] == ("line", "", "Ajat")
    assert [(block.marker, block.cells, block.bold) for block in document.blocks[1:]] == [
        ("", ["Tieto", "Aika"], True),
        ("1.", ["Laskut", "6 v.\n\n- tositteet\n- kuitit"], False),
        ("", ["", "tai 10 v."], False),
        ("", ["Nimi", "Lumikko Oy"], False),
        ("", ["", "Kuusitie 3"], False),
        ("", ["Puhelin", ""], False),
    ]


def test_tables_that_are_a_pages_layout_are_lines() -> None:
    document = html("<table><tr><td>Valikko<br>Etusivu<td><h1>Seloste</h1><p>Teksti</p></tr></table><table><tr><td>Yksin</table>")
    assert [block.text for block in document.blocks] == ["Valikko", "Etusivu", "Seloste", "Teksti", "Yksin"]
    assert "row" not in [block.kind for block in document.blocks]


def test_nested_tables_lose_nothing() -> None:
    document = html("<table><tr><td>Ajat<td><table><tr><td>Laskut<td>6 v.<tr><td>Muut<td>2 v.</table></table>")
    assert [block.cells for block in document.blocks] == [["Ajat", "Laskut · 6 v.  \nMuut · 2 v."]]
    deep = html("<table><tr><td>a<td>" * 30 + "x" + "</table>" * 30)
    assert (
        sorted("".join(block.text for block in deep.blocks).replace("·", "").split()) == ["a"] * 29 + ["ax"] or deep.text.count("a") == 30
    )


def test_links_become_markdown() -> None:
    document = html(
        '<p>Katso <a href="https://example.org/a(b)">sivu</a>, <a href="mailto:a@example.org?subject=x">a@example.org</a>, '
        '<a href="tel:+3589555">soita</a>, <a href="http://example.org/x">vanha</a>, <a href="http://example.org">example.org</a>, '
        '<a href="/tietosuoja">oma</a>, <a href="#alku">alkuun</a> ja <a href="https://example.org"><b>tämä</b> [1]</a>.'
    )
    assert document.blocks[0].markdown == (
        "Katso [sivu](https://example.org/a%28b%29), [a@example.org](mailto:a@example.org?subject=x), [soita](tel:+3589555), "
        "vanha (http://example.org/x), example.org, oma, alkuun ja [**tämä** \\[1\\]](https://example.org)."
    )
    assert document.remarks == []


def test_a_link_to_another_mailbox_is_told() -> None:
    document = html('<p><a href="mailto:info@muu.example">info@oma.example</a> ja <a href="mailto:a%40b.example">A@b.example.</a></p>')
    assert document.blocks[0].markdown.startswith("[info@oma.example](mailto:info@muu.example)")
    assert excerpts(document, "TN078") == ["info@oma.example → info@muu.example"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " \x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "java&#09;script:alert(1)",
        "&#106;avascript&colon;alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
    ],
)
def test_a_link_that_acts_is_words_alone(address: str) -> None:
    document = html(f"<p><a href='{address}'>Napsauta</a> tästä</p>")
    assert document.blocks == [Block("line", "Napsauta tästä", (0, 14), gap=True)]
    assert "SE003" in codes(document)


def test_what_acts_or_is_drawn_is_left_out_and_told() -> None:
    document = html(
        "<style>p{}</style><p onclick=alert(1)>Teksti</p><script>alert('</p>')</script><svg><script>x</script><text>piirros</text></svg>"
        "<math><mi>y</mi></math><iframe src=x>kehys</iframe><object data=x>olio</object><template><p>malli</p></template>"
        "<noscript>Ota JavaScript käyttöön</noscript><img src=x alt='Kuva' onerror=alert(1)><embed src=x><p>Loppu</p>"
    )
    assert [block.text for block in document.blocks] == ["Teksti", "Loppu"]
    assert excerpts(document, "SE003") == [
        f"{kind} × 1"
        for kind in ["embed", "iframe", "img", "math", "noscript", "object", "onclick", "onerror", "script", "style", "svg", "template"]
    ]


def test_a_drawing_ends_where_a_paragraph_begins_in_it() -> None:
    document = html("<svg><desc>x</desc><p>Teksti</p></svg><math><annotation-xml encoding='text/html'><div>Toinen</div></math>")
    assert [block.text for block in document.blocks] == ["Teksti", "Toinen"]


def test_what_never_ends_takes_nothing_with_it() -> None:
    for source in ["<svg>", "<template>", "<object>", "<script>", "<style>", "<!--", "<noscript>", "<iframe>", "<textarea>", "<title>"]:
        assert "Loppu" in html(f"<p>Alku</p>{source}<p>Loppu</p>").text, source
    assert "Loppu" in html('<p>Alku</p><a href="x>Loppu</p> ja muu>').text


def test_hidden_text_is_kept_and_told() -> None:
    document = html("<p>Alku</p><div hidden><p>Paneeli</p><p>lisää</p></div><p style='display: none'>Toinen</p><p>Loppu</p>")
    assert [block.text for block in document.blocks] == ["Alku", "Paneeli", "lisää", "Toinen", "Loppu"]
    assert excerpts(document, "SE006") == ["Paneeli", "Toinen"]


def test_navigation_and_labels_are_kept_and_told() -> None:
    document = html(
        "<a href='#x'>Hyppää sisältöön</a><nav><a href=/>Etusivu</a><a href=/y>Yhteys</a></nav><h1>Seloste</h1><button>Sulje</button>"
        "<p>© Me | Jaa | Takaisin ylös</p><p>Jaa | tietosi | meille</p>"
    )
    assert [block.text for block in document.blocks] == [
        "Hyppää sisältöön",
        "Etusivu Yhteys",
        "Seloste",
        "Sulje",
        "© Me | Jaa | Takaisin ylös",
        "Jaa | tietosi | meille",
    ]
    assert sorted(excerpts(document, "TN073")) == ["Hyppää sisältöön", "Sulje", "© Me | Jaa | Takaisin ylös"]
    assert excerpts(document, "SE009") == ["Etusivu Yhteys"]


def test_a_pages_footer_is_no_part_of_the_notice() -> None:
    page = "<main><h1>Seloste</h1><p>x</p><footer>Päivitetty 1.2.2024</footer></main><footer><p>© Me</p><p>Seuraa meitä</p></footer>"
    assert excerpts(html(page), "SE009") == ["© Me", "Seuraa meitä"]
    assert excerpts(html("<article><p>x</p><footer>Lumikko 2024</footer></article>"), "SE009") == []


def test_a_pages_title_is_a_line_unless_a_heading_says_the_same() -> None:
    assert [block.text for block in html("<title>Seloste</title><h1>Seloste</h1><p>x").blocks] == ["Seloste", "x"]
    both = html("<head><title>Seloste – Lumikko &amp; Co</title></head><h1>Seloste</h1>")
    assert [block.text for block in both.blocks] == ["Seloste – Lumikko & Co", "Seloste"]


def test_words_exports() -> None:
    document = html(
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]-->"
        "<style>p.MsoNormal{}</style></head><p class=MsoTitle>Tietosuojaseloste</p><p class=MsoNormal><b>Tarkoitus<o:p></o:p></b></p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><![if !supportLists]>"
        "<span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt'>&nbsp;&nbsp;&nbsp;</span>"
        "</span></span><![endif]>laskutus</p><p class=MsoListParagraph><span style='mso-list:Ignore'>2. </span>Peruste</p>"
        "<p class=MsoListParagraph>o<span style='font:7.0pt'>&nbsp;&nbsp;&nbsp;</span>markkinointi</p>"
        "<p class=MsoNormal>Puh.&nbsp;09&nbsp;555 <a style='mso-hide:all'>x</a></p>"
    )
    assert [(block.kind, block.marker, block.text, block.level, block.bold) for block in document.blocks] == [
        ("heading", "", "Tietosuojaseloste", 1, False),
        ("line", "", "Tarkoitus", 0, True),
        ("item", "·", "laskutus", 1, False),
        ("line", "2.", "Peruste", 0, False),
        ("item", "o", "markkinointi", 0, False),
        ("line", "", "Puh. 09 555 x", 0, False),
    ]


def test_quotes_code_and_prose_that_is_set_as_it_was_typed() -> None:
    document = html(
        "<blockquote>Laki</blockquote><pre><code>nimi: x\n\n  arvo</code></pre>"
        "<pre>Rekisterinpitäjä\nLumikko Oy</pre><p>Katso <code>a*b</code></p>"
    )
    assert [(block.kind, block.text, block.gap) for block in document.blocks] == [
        ("quote", "Laki", True),
        ("code", "nimi: x", True),
        ("code", "arvo", True),
        ("line", "Rekisterinpitäjä", True),
        ("line", "Lumikko Oy", False),
        ("line", "Katso a*b", True),
    ]
    assert document.blocks[-1].markdown == "Katso `a*b`"


def test_tags_that_a_page_shows_as_text_are_told() -> None:
    document = html("<p>&lt;ul&gt; &lt;li&gt;nimi&lt;/li&gt;&lt;li&gt;osoite&lt;/li&gt; &lt;/ul&gt;</p><p>ikä &lt; 5</p>")
    assert shorts(document) == [("item", "-", "nimi"), ("item", "-", "osoite"), ("line", "", "ikä < 5")]
    assert codes(document) == ["TN072"]


def test_misnested_and_unclosed_tags_lose_nothing() -> None:
    for source in [
        "<b><p>yksi</b> kaksi</p> kolme",
        "<table>yksi<tr>kaksi<td>kolme</table>",
        "<p>yksi<ul><li>kaksi</p><li>kolme",
        "<a href=x><div>yksi</a> kaksi</div> kolme",
        "<table><tr><td>yksi<table><tr><td>kaksi</td></tr></table></td><td>kolme",
        "<dl><dt>yksi<table><tr><td>kaksi</dl><dd>kolme",
        "</p></td></tr></table>yksi</li></b> kaksi <td>kolme",
        "<h1>yksi<h2>kaksi<p>kolme",
        "<li>yksi</ul><li>kaksi</ol><dd>kolme",
        "<select><option>yksi<option>kaksi</select>kolme",
    ]:
        assert sorted(html(source).text.replace("-", " ").split()) == ["kaksi", "kolme", "yksi"], source
