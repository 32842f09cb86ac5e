"""Every way of showing a notice, on a page of another origin whose policy allows no more than it must."""

from collections.abc import Callable
from typing import Any

import httpx
import pypdfium2
import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.hosting.conftest import Site, Visit
from tests.hosting.embedding.conftest import LISTENING, NOTICE, TITLES, Front, element, strict
from tests.house import House

Visiting = Callable[..., Visit]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HISTORY = {"fi": "Historia", "sv": "Historik", "en": "History"}
CLOSE = {"fi": "Sulje", "sv": "Stäng", "en": "Close"}
KEYS = "kuuramaki/asiakasrekisteri"


DIALOG = "body > div:last-child"


def violations(page: Page, where: str = "html") -> list[tuple[str, list[str]]]:
    """`DIALOG`: axe does not know that what lies behind a dialog is out of reach."""
    found = Axe().run(page, context=where, options={"runOnly": WCAG})["violations"]
    return [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found]


def titled(page: Page, number: int = 1) -> None:
    page.get_by_role("heading", level=2).nth(number - 1).wait_for()


def events(seen: Visit, number: int = 1) -> list[dict[str, Any]]:
    seen.page.wait_for_function("number => heard.length >= number", arg=number)
    return seen.page.evaluate("heard")  # type: ignore[no-any-return]


def every_way(house: House, language: str) -> str:
    return (
        "<main><h1>Sivu</h1>"
        + f'<section id="dialog">{element(f"<a href={house.url}/n/{NOTICE}/{language}>Avaa</a>", lang=language, mode="dialog")}</section>'
        + f'<section id="element">{element("…", lang=language)}</section>'
        + f'<section id="history">{element("…", lang=language, show="history")}</section>'
        + f'<section id="version">{element("…", lang=language, version="1")}</section>'
        + f'<section id="frame">{element("…", lang=language, mode="frame")}</section>'
        + f'<section id="script"><script src="{house.url}/embed/v1.js" data-notice="{NOTICE}" data-lang="{language}"></script></section>'
        + "</main>"
    )


@pytest.mark.parametrize("language", TITLES)
def test_every_way_under_a_strict_policy(house: House, site: Site, visit: Visiting, language: str) -> None:
    seen = visit(site.page(every_way(house, language), **strict(house.url)), before=LISTENING)
    page, title = seen.page, TITLES[language]
    for where in ("element", "script", "version"):
        page.locator(f"#{where}").get_by_role("heading", name=title, level=2).wait_for()
    page.locator("#history").get_by_role("heading", level=2, name=title).wait_for()
    frame = page.frame_locator("#frame iframe")
    frame.get_by_role("heading", name=title, level=2).wait_for()
    assert {(event["type"], event["language"]) for event in events(seen, 5)} == {("loaded", language)}
    inside = frame.locator("html").bounding_box()
    outside = page.locator("#frame iframe").bounding_box()
    assert inside
    assert outside
    assert abs(inside["height"] - outside["height"]) <= 1, "as high as what is in it"
    assert title in (page.locator("#frame iframe").get_attribute("title") or "")
    page.get_by_role("link", name="Avaa").click()
    dialog = page.get_by_role("dialog", name=title)
    dialog.get_by_role("heading", level=3).first.wait_for()
    dialog.get_by_role("button", name=CLOSE[language], exact=True).click()
    expect(dialog).to_have_count(0)
    assert seen.complaints == []
    assert seen.asked_others_than(house.url, site.url) == []


def test_the_notice_looks_like_the_page_around_it(house: House, site: Site, visit: Visiting) -> None:
    """In a dark page with a font of its own, and the same of the dialog, though its link stands in a footer that looks otherwise."""
    site.answers["/dark.css"] = (
        200,
        {"content-type": "text/css"},
        b"body{background:#101418;color:#e8eaed;font:18px/1.5 Georgia,serif}a{color:inherit}"
        b"footer{font:italic 11px/1 monospace;color:#9aa;text-align:right}",
    )
    link = element(f"<a href={house.url}/n/{NOTICE}>Tietosuoja</a>", lang="fi", mode="dialog")
    body = f'<link rel="stylesheet" href="/dark.css"><main><h1>Sivu</h1>{element(lang="fi")}</main><footer>{link}</footer>'
    script = f'<script src="{house.url}/embed/v1.js" async></script>'
    seen = visit(site.page(body + script, **strict(house.url, style_src="'self'")), viewport={"width": 320, "height": 640})
    page = seen.page
    titled(page)
    style = "getComputedStyle(document.querySelector('privacy-notice').shadowRoot.querySelector('p'))"
    assert page.evaluate(f"[{style}.color, {style}.fontFamily]") == ["rgb(232, 234, 237)", "Georgia, serif"]
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Tietosuoja", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", level=3).first.wait_for()
    looks = dialog.evaluate(
        "(one) => { const s = getComputedStyle(one); return [s.color, s.backgroundColor, s.fontFamily, s.fontStyle, s.textAlign] }"
    )
    assert looks == ["rgb(232, 234, 237)", "rgb(16, 20, 24)", "Georgia, serif", "normal", "start"]
    box = dialog.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert violations(page, DIALOG) == []
    assert seen.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_way_is_accessible(house: House, site: Site, visit: Visiting, scheme: str) -> None:
    body = every_way(house, "en").replace("<main>", '<meta name="color-scheme" content="light dark"><main>')
    seen = visit(site.page(body, **strict(house.url)), before=LISTENING, color_scheme=scheme)
    events(seen, 5)
    # Several copies of one notice repeat its landmarks and headings; each way alone does not.
    for way in ("element", "history", "frame", "script"):
        seen.page.evaluate("way => document.querySelectorAll('main>section').forEach((one) => one.hidden = one.id !== way)", way)
        assert violations(seen.page) == [], way
    seen.page.evaluate("document.querySelectorAll('main>section').forEach((one) => one.hidden = one.id !== 'dialog')")
    seen.page.get_by_role("link", name="Avaa").click()
    seen.page.get_by_role("dialog").get_by_role("heading", level=3).first.wait_for()
    assert violations(seen.page, DIALOG) == []


def test_a_page_with_a_notice_can_be_printed(house: House, site: Site, visit: Visiting) -> None:
    body = f'<h1>Sivu</h1>{element(lang="fi")}<script src="{house.url}/embed/v1.js"></script>'
    seen = visit(site.page(body, **strict(house.url)))
    titled(seen.page)
    printed = pypdfium2.PdfDocument(seen.page.pdf(format="A4"))
    text = " ".join(page.get_textpage().get_text_range() for page in printed)
    for said in (TITLES["fi"], "Kuka vastaa tiedoistasi", "Lähetä tietosuojapyyntö"):
        assert said in " ".join(text.split())


def test_the_dialog_by_keyboard_alone(house: House, site: Site, visit: Visiting) -> None:
    link = element(f"<a href={house.url}/n/{NOTICE}/fi>Tietosuoja</a>", lang="fi", mode="dialog")
    body = f'<a href="#a">Ennen</a> {link} <a href="#b">Jälkeen</a><script src="{house.url}/embed/v1.js"></script>'
    seen = visit(site.page(body, **strict(house.url)))
    page, press = seen.page, seen.page.keyboard.press
    here = (
        "document.activeElement.shadowRoot ? document.activeElement.shadowRoot.activeElement.localName : document.activeElement.textContent"
    )
    press("Tab")
    press("Tab")
    assert page.evaluate(here) == "Tietosuoja"
    assert page.evaluate("document.activeElement.ariaHasPopup") == "dialog"
    press("Enter")
    dialog = page.get_by_role("dialog", name=TITLES["fi"])
    dialog.get_by_role("heading", level=3).first.wait_for()
    expect(dialog.get_by_role("button", name="Sulje")).to_be_focused()
    reached = []
    for _ in range(dialog.get_by_role("link").count() + 2):
        press("Tab")
        reached.append(page.evaluate(here))
    assert "a" in reached
    assert not {"Ennen", "Tietosuoja", "Jälkeen"} & set(reached), "what lies behind cannot be reached"
    press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate(here) == "Tietosuoja"
    press("Enter")
    dialog.get_by_role("heading", level=3).first.wait_for()
    press("End")
    page.wait_for_function("() => document.body.lastElementChild.shadowRoot.querySelector('dialog').scrollTop > 100")
    press("Space")
    expect(dialog).to_have_count(0)
    assert page.evaluate(here) == "Tietosuoja"
    press("Tab")
    assert page.evaluate(here) == "Jälkeen"
    assert seen.complaints == []


def test_what_opens_a_dialog(house: House, site: Site, visit: Visiting) -> None:
    """A link of the author's, a button, or one that we make; with Ctrl a link opens a tab as links do."""
    button = element("<button><b>Nappi</b></button>", lang="sv", mode="dialog")
    link = element(f"<a href={house.url}/n/{NOTICE}/en>Link</a>", mode="dialog")
    body = f"{button} {element('Oma teksti', lang='fi', mode='dialog')} {link}"
    script = f'<script src="{house.url}/embed/v1.js" data-notice="{NOTICE}" data-lang="en" data-mode="dialog" data-label="Ours"></script>'
    seen = visit(site.page(body + script, **strict(house.url)))
    page = seen.page
    for role, name, language in (("button", "Nappi", "sv"), ("link", "Oma teksti", "fi"), ("link", "Link", "fi"), ("link", "Ours", "en")):
        page.get_by_role(role, name=name).click()  # type: ignore[arg-type]
        dialog = page.get_by_role("dialog", name=TITLES[language])
        dialog.wait_for()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Link").click(modifiers=["ControlOrMeta"])
    assert opened.value.url == f"{house.url}/n/{NOTICE}/en"
    assert page.get_by_role("dialog").count() == 0
    assert seen.complaints == []


def test_without_script_there_is_text_and_a_link(house: House, site: Site, visit: Visiting) -> None:
    address = f"{house.url}/n/{NOTICE}/fi"
    body = (
        element(f"<a href={address}>Seloste</a>", lang="fi")
        + element(f"<a href={address}>Avaa</a>", lang="fi", mode="dialog")
        + f'<script src="{house.url}/embed/v1.js" data-notice="{NOTICE}"></script><noscript><a href="{address}">Ilman</a></noscript>'
        + f'<iframe src="{house.url}/embed/frame?notice={NOTICE}&amp;lang=fi" title="Kehys" width="600" height="400"></iframe>'
    )
    seen = visit(site.page(body, **strict(house.url)), java_script_enabled=False)
    for name in ("Seloste", "Avaa", "Ilman"):
        assert seen.page.get_by_role("link", name=name).get_attribute("href") == address
    seen.page.frame_locator("iframe").get_by_role("heading", name=TITLES["fi"], level=2).wait_for()
    seen.page.get_by_role("link", name="Avaa").click()
    seen.page.wait_for_url(address)


def test_a_policy_that_forbids_us_leaves_text_and_a_link(house: House, site: Site, visit: Visiting) -> None:
    link = f"<a href={house.url}/n/{NOTICE}/fi>Seloste</a>"
    script = f'<script src="{house.url}/embed/v1.js"></script>'
    for policy in ({"script_src": "'none'"}, {"connect_src": "'none'"}):
        seen = visit(site.page(element(link, lang="fi") + script, **strict(house.url, **policy)))
        seen.page.get_by_role("link", name="Seloste").wait_for()
    framed = visit(
        site.page(element("Seloste", lang="fi", mode="frame") + script, **strict(house.url, frame_src="'none'")), before=LISTENING
    )
    assert events(framed) == [{"type": "error", "notice": NOTICE, "reason": "away"}]
    assert framed.page.get_by_role("link", name="Seloste").get_attribute("href") == f"{house.url}/n/{NOTICE}/fi"
    assert framed.page.locator("iframe").count() == 0


def test_the_service_stops_after_the_page_was_loaded(front: Front, site: Site, visit: Visiting) -> None:
    """What is shown stays; what would be fetched is a sentence and a link, and works again when the service does."""
    body = (
        element("Avaa", lang="fi", mode="dialog")
        + f'<section id="shown">{element(lang="fi")}</section><section id="frame">{element(lang="fi", mode="frame")}</section>'
        + f'<script src="{front.url}/embed/v1.js"></script>'
    )
    seen = visit(site.page(body, **strict(front.url)), before=LISTENING)
    page = seen.page
    assert [event["type"] for event in events(seen, 2)] == ["loaded", "loaded"]
    front.close()
    assert page.locator("#shown").get_by_role("heading", name=TITLES["fi"]).is_visible()
    assert page.frame_locator("iframe").get_by_role("heading", name=TITLES["fi"]).is_visible()
    page.get_by_role("link", name="Avaa").click()
    dialog = page.get_by_role("dialog", name="Avaa")
    link = dialog.get_by_role("link")
    link.wait_for()
    assert "Selostetta ei voitu näyttää tässä." in (dialog.text_content() or "")
    assert link.get_attribute("href") == f"{front.url}/n/{NOTICE}/fi"
    assert violations(page, DIALOG) == []
    page.keyboard.press("Escape")
    page.locator("#shown privacy-notice").evaluate("(one) => one.setAttribute('lang', 'sv')")
    page.locator("#shown").get_by_role("link", name="Dataskyddsbeskrivning").wait_for()
    assert events(seen, 4)[-1] == {"type": "error", "notice": NOTICE, "reason": "away"}


def test_attributes_can_change(house: House, site: Site, visit: Visiting) -> None:
    seen = visit(site.page(element(lang="fi") + f'<script src="{house.url}/embed/v1.js"></script>', **strict(house.url)), before=LISTENING)
    page, one = seen.page, seen.page.locator("privacy-notice")

    def change(**attributes: str) -> None:
        one.evaluate("(one, all) => { for (const name in all) one.setAttribute(name, all[name]) }", attributes)

    def shown(heading: str) -> None:
        page.get_by_role("heading", level=2, name=heading).wait_for()
        expect(page.get_by_role("heading", level=2)).to_have_count(1)

    shown(TITLES["fi"])
    asked = len(seen.requested)
    change(lang="en", notice=NOTICE, version="1")
    shown(TITLES["en"])
    assert [url.removeprefix(house.url) for url in seen.requested[asked:]] == [f"/n/{NOTICE}/v/1/en.fragment.html"], (
        "one change, one request"
    )
    change(notice=KEYS, lang="fi", version="2")
    shown("Asiakasrekisterin")
    assert page.get_by_text("Versio 2").count() > 0
    change(version="", show="history")
    shown("Asiakasrekisterin")
    expect(page.get_by_role("heading", level=3)).to_have_count(4)
    change(mode="frame")
    page.frame_locator("iframe").get_by_role("heading", level=3).first.wait_for()
    change(mode="", show="")
    shown("Asiakasrekisterin")
    change(notice="Not A Name")
    page.get_by_text("Selostetta ei voitu näyttää tässä.").wait_for()
    assert page.get_by_role("link").count() == 0
    assert page.evaluate("heard.at(-1)") == {"type": "error", "notice": "Not A Name", "reason": "name"}
    # What comes late is not shown over what was asked for later.
    one.evaluate(
        "async (one, notice) => { one.setAttribute('notice', notice); await null; await null; one.setAttribute('lang', 'sv') }", NOTICE
    )
    shown(TITLES["sv"])
    assert seen.complaints == []


def test_an_element_can_be_moved_and_taken_away(house: House, site: Site, visit: Visiting) -> None:
    body = f'<div id="a">{element(lang="fi")}{element("Avaa", lang="fi", mode="dialog")}</div><div id="b"></div>'
    seen = visit(site.page(body + f'<script src="{house.url}/embed/v1.js"></script>', **strict(house.url)))
    page = seen.page
    titled(page)
    asked = len(seen.requested)
    page.evaluate("document.getElementById('b').append(...document.querySelectorAll('privacy-notice'))")
    assert page.locator("#b").get_by_role("heading", name=TITLES["fi"]).is_visible()
    assert len(seen.requested) == asked
    page.get_by_role("link", name="Avaa").click()
    page.get_by_role("dialog", name=TITLES["fi"]).wait_for()
    page.evaluate("document.getElementById('b').remove()")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.body.textContent.trim()") == ""
    assert seen.complaints == []


def test_a_language_that_is_not_there(house: House, site: Site, visit: Visiting) -> None:
    """The notice itself is never missing for want of a language."""
    ways = [element(notice=KEYS, lang="de"), element(notice=KEYS, lang="de", version="2"), element(notice=KEYS, lang="de", show="history")]
    framed = element(notice=KEYS, lang="de", mode="frame")
    seen = visit(site.page("".join([*ways, framed]) + f'<script src="{house.url}/embed/v1.js"></script>'), before=LISTENING, locale="de-DE")
    assert [(event["type"], event["language"]) for event in events(seen, 4)] == [("loaded", "fi")] * 4


LOADED = [
    '<script src="{0}" {1}></script>',
    '<script src="{0}" {1} async></script>',
    '<script src="{0}" {1} defer></script>',
    '<script src="{0}" {1} type="module"></script>',
    '<script src="{0}" {1} nonce="abc"></script>',
    '<script src="{0}" {1}></script><script src="{0}" async></script><script src="{0}" type="module"></script>',
]


@pytest.mark.parametrize("markup", LOADED)
def test_however_the_script_is_loaded(house: House, site: Site, visit: Visiting, markup: str) -> None:
    """Each notice is there once, where its script stands; without an element, or in the head, at the end of the page."""
    tags = markup.format(f"{house.url}/embed/v1.js", f'data-notice="{NOTICE}" data-lang="sv"')
    source = "'nonce-abc'" if "nonce" in markup else house.url
    body = f'<p id="before">ennen</p>{tags}<p id="after">jälkeen</p>{element(notice=KEYS, lang="fi")}'
    seen = visit(site.page(body, **strict(house.url, script_src=source)), before=LISTENING)
    events(seen, 2)
    assert seen.page.locator("privacy-notice").count() == 2
    assert seen.page.locator("#before + script ~ privacy-notice ~ #after").count() == 1
    assert seen.page.get_by_role("heading", level=2).all_text_contents()[0] == TITLES["sv"]
    assert seen.complaints == []


def test_a_script_in_the_head_shows_the_notice_at_the_end(house: House, site: Site, visit: Visiting) -> None:
    url = site.page("<p>Sivu</p>", **strict(house.url))
    status, headers, page = site.answers[url.removeprefix(site.url)]
    tag = f'<script src="{house.url}/embed/v1.js" data-notice="{NOTICE}" data-lang="fi"></script></head>'
    site.answers[url.removeprefix(site.url)] = (status, headers, page.replace(b"</head>", tag.encode()))
    seen = visit(url)
    titled(seen.page)
    assert seen.page.locator("body > p + privacy-notice").count() == 1
    assert seen.complaints == []


def test_a_stranger_cannot_speak_for_the_frame(house: House, site: Site, visit: Visiting) -> None:
    seen = visit(site.page(element(lang="fi", mode="frame") + f'<script src="{house.url}/embed/v1.js"></script>'), before=LISTENING)
    events(seen)
    height = seen.page.locator("iframe").get_attribute("height")
    seen.page.evaluate("postMessage({height: 1, title: 'x', language: 'x'}, '*')")
    seen.page.evaluate("new Promise((done) => setTimeout(done))")
    assert seen.page.locator("iframe").get_attribute("height") == height
    seen.page.set_viewport_size({"width": 320, "height": 700})
    seen.page.wait_for_function(
        "height => document.querySelector('privacy-notice').shadowRoot.querySelector('iframe').height != height", arg=height
    )
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320


ODD = {
    "form": b"<form><input name=childNodes><input name=tagName><input name=namespaceURI><p>x</p></form>",
    "refresh": b'<meta http-equiv="refresh" content="0;url=https://elsewhere.example.org/">',
    "base": b'<base href="https://elsewhere.example.org/"><p>x</p>',
    "sheet": b'<link rel="stylesheet" href="https://elsewhere.example.org/x.css"><style>@import "https://elsewhere.example.org/y.css"</style>',
    "element": b'<privacy-notice notice="acme/other"></privacy-notice><iframe src="https://elsewhere.example.org/"></iframe>',
    "handlers": b'<p onclick="ran=1" style="color:red" tabindex="1">x</p><div onfocus="ran=1" autofocus tabindex="0">x</div>',
    "links": b'<a href="javascript:ran=1">x</a><a href=" java\tscript:ran=1">x</a><a href="data:text/html,x">x</a><a href="blob:x">x</a>',
    "drawing": b"<svg><script>ran=1</script><a href='javascript:ran=1'><text>x</text></a></svg><math><mtext><script>ran=1</script>",
    "deep": b"<div>" * 3000 + b"x",
}


@pytest.mark.parametrize("odd", ODD)
def test_a_server_gone_bad_cannot_act_in_the_page(house: House, site: Site, visit: Visiting, odd: str) -> None:
    """Even where the page's own policy would let it."""
    site.answers["/embed/v1.js"] = (200, {"content-type": "text/javascript"}, httpx.get(f"{house.url}/embed/v1.js").content)
    fragment = b"<article lang=fi><h2>Seloste</h2>" + ODD[odd] + b"<script>ran=1</script><img src=x onerror=ran=1></article>"
    site.answers["/n/acme/odd/fi.fragment.html"] = (200, {"content-type": "text/html"}, fragment)
    seen = visit(site.page('<script src="/embed/v1.js" data-notice="acme/odd" data-lang="fi"></script>'), before=LISTENING)
    assert events(seen) == [{"type": "loaded", "notice": "acme/odd", "language": "fi"}]
    seen.page.get_by_role("heading", name="Seloste").wait_for()
    inside = seen.page.locator("privacy-notice article")
    assert inside.locator("*:not(h2, p, div, a)").count() == 0
    assert inside.locator("[onclick], [onfocus], [style], [autofocus], a[href]:not([href^=http])").count() == 0
    assert seen.page.evaluate("window.ran") is None
    assert seen.asked_others_than(site.url) == []
    assert seen.page.url.startswith(site.url)
    assert seen.complaints == []


@pytest.mark.parametrize("kind", ["application/json", "image/png", "text/plain", "application/xml", "image/svg+xml"])
def test_what_is_no_page_is_not_shown(house: House, site: Site, visit: Visiting, kind: str) -> None:
    site.answers["/embed/v1.js"] = (200, {"content-type": "text/javascript"}, httpx.get(f"{house.url}/embed/v1.js").content)
    body = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.ran=1</script></svg>'
    site.answers["/n/acme/odd/fi.fragment.html"] = (200, {"content-type": kind}, body)
    seen = visit(site.page(element("Seloste", "acme/odd", lang="fi") + '<script src="/embed/v1.js"></script>'), before=LISTENING)
    assert events(seen)[0]["type"] == "error"
    assert seen.page.get_by_role("link", name="Seloste").get_attribute("href") == f"{site.url}/n/acme/odd/fi"
    assert seen.page.evaluate("window.ran") is None
