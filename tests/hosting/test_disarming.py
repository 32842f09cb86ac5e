"""What companies write is shown and never acts: raw HTML is text, links lead to three schemes, images become links."""

import re
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notices.markdown import to_blocks, to_html
from tests.cast import Cast, controller, notice, publish, write
from tests.hosting.conftest import Site, Visit
from tests.house import House, wait_for

HOSTILE = [
    "<script>window.ran=1;alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<iframe srcdoc="<script>parent.ran=1</script>" src="https://evil.example/"></iframe>',
    "<style>@import 'https://evil.example/x.css'; body { display: none }</style>",
    '<link rel="stylesheet" href="https://evil.example/x.css"><base href="https://evil.example/">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    '<form action="https://evil.example/"><input autofocus onfocus=alert(1)><button formaction="javascript:alert(1)">x</button></form>',
    "</section></main></article></body></html><script>alert(1)</script>",
    "<!-- --><script>alert(1)</script><![CDATA[<script>alert(1)</script>]]>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<a href='javascript:alert(1)' onclick='alert(1)'>raw</a>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](  javascript&colon;alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](<java\tscript:alert(1)>)",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[click](vbscript:msgbox(1))",
    "[click](http://evil.example/)",
    "[click](//evil.example/)",
    "[click](/n/hallavirta/asiakkaat)",
    "<javascript:alert(1)>",
    "![pixel](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](https://evil.example/x.png "t" )',
    "[x](https://evil.example/ '\" onmouseover=\"alert(1)')",
    '[x](https://evil.example/"onmouseover="alert(1))',
    "[ref]: javascript:alert(1)\n\n[click][ref]",
    "`<script>alert(1)</script>`",
    "```html onmouseover=alert(1)\n<script>alert(1)</script>\n```",
    "| <script>alert(1)</script> | <b onclick=alert(1)> |\n|---|:-:|\n| [a](javascript:alert(1)) | ![b](https://evil.example/b.png) |",
    "{{ 7 * 7 }} {% for x in y %} ${7*7} <%= 7 %>",
    "> > > > <script>alert(1)</script>",
    "[" * 200 + "x" + "](y)" * 200,
    "*" * 500 + "x" + "*" * 500,
]
TAG = re.compile(r"a|blockquote|br|code|div|em|h[2-6]|hr|li|ol|p|pre|s|strong|table|tbody|td|th|thead|tr|ul")
ATTRIBUTES = {"href", "title", "rel", "start", "scope", "class", "tabindex", "role"}


def is_harmless(html: str) -> bool:
    """Only our tags, only our attributes, only our schemes."""
    for tag, attributes in re.findall(r"</?([^\s/>]*)([^>]*)>", html):
        assert TAG.fullmatch(tag), html
        names = re.findall(r'([\w-]+)="', attributes)
        assert set(names) <= ATTRIBUTES, html
        assert re.sub(r'\s*[\w-]+="[^"<>]*"', "", attributes).strip(" /") == "", html
    for link in re.findall(r'href="([^"]*)"', html):
        assert re.match(r"(https|mailto|tel):", link), html
    return True


@pytest.mark.parametrize("markdown", HOSTILE)
def test_nothing_hostile_comes_through(markdown: str) -> None:
    assert is_harmless(to_html(markdown, headings_from=3))
    to_blocks(markdown)


ALPHABET = st.sampled_from([*"<>\"'&`[]()!:/\\ |-*#=x\n\t"])
PIECES = st.sampled_from(["script", "javascript:", "https://a.b", "mailto:", "onload", "img", "src", "href", "data:", "&#x3c;", "1."])


@given(st.lists(ALPHABET | PIECES, max_size=40).map("".join))
def test_nothing_that_can_be_written_comes_through(markdown: str) -> None:
    assert is_harmless(to_html(markdown, headings_from=3))


def html(markdown: str) -> str:
    return to_html(markdown, headings_from=3)


def test_raw_html_is_shown_as_the_text_that_it_is() -> None:
    assert html("<b>lihava</b> & <script>x</script>") == "<p>&lt;b&gt;lihava&lt;/b&gt; &amp; &lt;script&gt;x&lt;/script&gt;</p>"
    assert html("<div>\nlohko\n</div>") == "<p>&lt;div&gt;\nlohko\n&lt;/div&gt;</p>"


def test_links_lead_to_https_mail_and_telephone() -> None:
    assert html("[a](https://example.org/)") == '<p><a href="https://example.org/" rel="noopener noreferrer">a</a></p>'
    assert html("[a](mailto:a@example.org)") == '<p><a href="mailto:a@example.org">a</a></p>'
    assert html("[a](tel:+358290000000)") == '<p><a href="tel:+358290000000">a</a></p>'
    assert html("<https://example.org>") == '<p><a href="https://example.org" rel="noopener noreferrer">https://example.org</a></p>'
    for other in ("http://example.org", "ftp://example.org", "/n/a/b", "#ankkuri", "javascript:x", "sms:1"):
        assert "<a" not in html(f"[a]({other})")


def test_an_image_becomes_a_link_to_itself() -> None:
    assert html("![Kaavio](https://example.org/k.png)") == '<p><a href="https://example.org/k.png">Kaavio</a></p>'
    assert html("![](https://example.org/k.png)") == '<p><a href="https://example.org/k.png">https://example.org/k.png</a></p>'
    assert "<img" not in html("![x](javascript:alert(1))")


def test_a_table_scrolls_in_a_frame_that_the_keyboard_reaches_and_aligns_by_class() -> None:
    made = html("| Tieto | Aika |\n|:--|--:|\n| Nimi | 3 v |")
    assert made.startswith('<div class="table" role="group" tabindex="0"><table>')
    assert '<th scope="col" class="left">Tieto</th>' in made
    assert '<td class="right">3 v</td>' in made
    assert "style" not in made


def test_lists_emphasis_quotes_code_and_rules_read_as_commonmark() -> None:
    assert html("3. kolmas\n4. neljäs") == '<ol start="3">\n<li>kolmas</li>\n<li>neljäs</li>\n</ol>'
    assert html("*a* **b** ~~c~~ `d`") == "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"
    assert html("> lainaus") == "<blockquote>\n<p>lainaus</p>\n</blockquote>"
    assert html("a  \nb") == "<p>a<br>\nb</p>"
    assert html("a\n\n---\n\nb") == "<p>a</p>\n<hr>\n<p>b</p>"


@pytest.mark.parametrize(
    ("markdown", "levels"),
    [("# a\n## b", [3, 4]), ("### a\n#### b", [3, 4]), ("## a\n# b", [4, 3]), ("# a\n###### b", [3, 6]), ("a", [])],
)
def test_the_texts_own_top_heading_comes_right_under_the_sections(markdown: str, levels: list[int]) -> None:
    assert [int(level) for level in re.findall(r"<h(\d)>", html(markdown))] == levels


@pytest.fixture(scope="module")
def hostile(cast: Cast) -> str:
    """A notice that is hostile in every place that a company writes; its public path."""
    nasty = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    made = controller(cast.alice, name=f"Paha {nasty} Oy", address=f"{nasty}\n{nasty}", phone="<b onclick=alert(1)>")
    slug = notice(cast.alice, made["id"])
    sections = [
        {"id": f"own-{number}", "heading": {"fi": f"{nasty} {number}"}, "body": {"fi": text}} for number, text in enumerate(HOSTILE)
    ]
    draft = {
        "title": {"fi": f"Paha {nasty}"},
        "register_name": {"fi": nasty},
        "sections": sections,
        "facts": {"purposes": [{"name": {"fi": nasty}}]},
    }
    for title in ("Paha", "Pahempi"):
        assert write(cast.alice, slug, {**draft, "title": {"fi": f"{title} {nasty}"}}).status_code == 200
        answer = publish(cast.alice, slug, f"Muutos {nasty}")
        assert answer.status_code == 201, answer.text
    wait_for(lambda: cast.alice.api.get(f"/n/acme/{slug}/v/2/fi").status_code == 200)
    return f"/n/acme/{slug}"


@pytest.mark.parametrize("leaf", ["fi", "fi.fragment.html", "v/2/fi", "history/fi", "history/fi.fragment.html", "diff/1...2/fi"])
def test_a_hostile_notice_is_text_in_every_form(public: httpx.Client, hostile: str, leaf: str) -> None:
    # What the page says of itself to machines is data, and holds no bracket.
    text = re.sub(r'<script type="application/ld\+json">[^<>]*</script>', "", public.get(f"{hostile}/{leaf}").text, count=1)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not re.search(r"<(script|img|svg|iframe|form|input|button|base|math|template)\b|<meta http-equiv", text)
    assert not re.search(r'href="(?!https:|mailto:|tel:|/n/|/oembed\?url=/n/|#|data:,")', text)


@pytest.mark.parametrize("leaf", ["fi", "fi.fragment.html", "v/2/fi", "history/fi", "diff/1...2/fi"])
def test_a_hostile_notice_does_nothing_in_a_browser(house: House, hostile: str, leaf: str, visit: Callable[..., Visit]) -> None:
    # Without our policy too: what is harmless only behind it would act where a site includes the fragment.
    seen = visit(f"{house.url}{hostile}/{leaf}", bypass_csp=True)
    assert [said for said in seen.complaints if "favicon" not in said and "404" not in said] == []
    assert seen.asked_others_than(house.url) == []
    assert seen.page.evaluate("window.ran") is None
    assert seen.page.locator("script:not([type='application/ld+json']), img, iframe, form, svg, base").count() == 0
    assert seen.page.get_by_text("<script>alert(1)</script>").count() > 0


def test_a_hostile_notice_does_nothing_where_it_is_embedded(house: House, hostile: str, site: Site, visit: Callable[..., Visit]) -> None:
    path = hostile.removeprefix("/n/")
    seen = visit(site.page(f'<script src="{house.url}/embed/v1.js" data-notice="{path}" data-lang="fi"></script>'))
    seen.page.get_by_text("<script>alert(1)</script>").first.wait_for()
    assert seen.complaints == []
    assert seen.asked_others_than(house.url, site.url) == []
    assert seen.page.evaluate("window.ran") is None
    shown = seen.page.locator("div:has(> article)")
    assert shown.locator("script, img, iframe, form, svg, base, style").count() == 0
    for link in shown.locator("a").all():
        assert re.match(r"https:|mailto:|tel:|" + re.escape(house.url), link.get_attribute("href") or "https:")


@pytest.fixture(scope="module")
def liar(house: House, site: Site) -> str:
    """A server that gives our own script and, in the name of a notice, a fragment that we would never make."""
    script = httpx.get(f"{house.url}/embed/v1.js")
    site.answers["/embed/v1.js"] = (200, {"content-type": "text/javascript"}, script.content)
    own = '<a href="javascript:alert(1)">x</a><p onclick="alert(1)" style="color:red">p</p>'
    body = f"<article><h2>Seloste</h2>{own}{''.join(HOSTILE)}</article>"
    site.answers["/n/acme/liar/fi.fragment.html"] = (200, {"content-type": "text/html"}, body.encode())
    return site.url


def test_the_embed_script_does_not_trust_what_it_fetches(liar: str, site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site.page('<script src="/embed/v1.js" data-notice="acme/liar" data-lang="fi"></script>'))
    seen.page.get_by_role("heading", name="Seloste").wait_for()
    assert seen.complaints == []
    assert seen.asked_others_than(liar) == []
    shown = seen.page.locator("div:has(> article)")
    assert shown.locator("script, img, iframe, form, svg, base, style, link, meta, input").count() == 0
    assert shown.locator("a[href^=javascript], [style], [onclick], [onerror], [onload]").count() == 0
