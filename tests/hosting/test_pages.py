"""The pages as people meet them: in a real browser, wide and narrow, enlarged, dark, printed, and by keyboard and ear."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.cast import Cast, controller, notice, publish, write
from tests.hosting.conftest import Visit, go
from tests.hosting.examples import GROUP, KEYS, SHOP, TABLES
from tests.house import House
from tests.notices.theming.pictures import picture

Visiting = Callable[..., Visit]

TOLD = "/n/acme/kerrottu"
"""In three languages, with two versions behind it and one ahead."""

ENDED = "/n/acme/poistunut"
"""Withdrawn, with a reason in Finnish."""

AHEAD = "/n/acme/tulossa"
"""Published, with its first day ahead."""

DRESSED = "/n/pukeutunut/seloste"
"""Of a company with a theme and a logo."""

NOTICES = {
    f"{DRESSED}/fi": "fi",
    f"{DRESSED}/history/sv": "sv",
    f"{DRESSED}/diff/1...2/en": "en",
    **{f"{ENDED}/{language}": language for language in ("fi", "sv", "en")},
    f"{AHEAD}/sv": "sv",
    **{f"{TOLD}/{rest}{language}": language for rest in ("", "history/", "diff/1...2/", "v/1/") for language in ("fi", "sv", "en")},
    f"{GROUP}/en": "en",
    f"{TABLES}/fi": "fi",
    f"{KEYS}/diff/3...4/fi": "fi",
    f"{KEYS}/v/1/fi": "fi",
}
OURS = {"/": "en", "/docs": "en", "/examples/embed": "en", "/intake": "fi", f"{SHOP}/request": "fi", "/n/nobody/nothing": "fi"}
PAGES = {**NOTICES, **OURS}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# A browser says so itself when a page's status is 404 or 410.
OF_STATUS = "Failed to load resource: the server responded with a status of 4"


def settle(seen: Visit) -> None:
    """Two pages are finished by scripts."""
    if seen.page.url.endswith("/docs"):
        seen.page.locator(".opblock").first.wait_for()
    if seen.page.url.endswith("/examples/embed"):
        seen.page.get_by_role("heading", level=3).first.wait_for()


def violations(seen: Visit, rules: list[str] = WCAG) -> list[tuple[str, list[str]]]:
    found = Axe().run(seen.page, options={"runOnly": rules})["violations"]
    return [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found]


def overflow(seen: Visit) -> int:
    width: int = seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.fixture(scope="module")
def told(cast: Cast) -> str:
    """Publish what `TOLD` names."""
    made = controller(cast.alice, address="Pitkänpitkienkatunimienkatu 11\n00099 Esimerkkilä", phone="+358 29 000 1201")
    slug = notice(cast.alice, made["id"], TOLD.rpartition("/")[2], ("fi", "sv", "en"))
    changes: list[dict[str, Any]] = [
        {},
        {"significance": "editorial"},
        {"effective_from": (datetime.now(UTC).date() + timedelta(days=40)).isoformat()},
    ]
    for turn, more in enumerate(changes, 1):
        assert write(cast.alice, slug, long_draft(turn)).status_code == 200
        assert publish(cast.alice, slug, f"Muutos numero {turn}.", **more).status_code == 201
    ended, ahead = (notice(cast.alice, made["id"], path.rpartition("/")[2]) for path in (ENDED, AHEAD))
    assert publish(cast.alice, ended).status_code == 201
    assert cast.alice.post(f"/notices/{ended}/withdrawal", {"reason": {"fi": "Verkkokauppa on suljettu."}}).status_code == 200
    assert publish(cast.alice, ahead, effective_from=changes[-1]["effective_from"]).status_code == 201
    dress(cast)
    return TOLD


def dress(cast: Cast) -> None:
    """Publish what `DRESSED` names."""
    _, _, tenant, slug = DRESSED.split("/")
    company = cast.company(tenant)
    made = controller(company)
    notice(company, made["id"], slug, ("fi", "sv", "en"))
    theme = {
        "light": {"background": "#fff8f0", "text": "#5a4a3a", "accent": "#9a3b12"},
        "dark": {"background": "#1f1a17", "text": "#e8ddd2", "accent": "#e79a6c"},
        "font": "book",
        "corner": 0,
        "header_links": [{"label": {"fi": f"Verkkokaupan etusivu {number}"}, "url": "https://shop.example.org/"} for number in range(4)],
        "footer_links": [{"label": {"fi": "Toimitusehdot", "en": "Terms"}, "url": "https://shop.example.org/"}],
    }
    assert company.api.put(f"{company.path}/theme", json=theme, headers={"if-match": "*"}).status_code == 200
    logo = company.api.put(f"{company.path}/theme/logo", content=picture("PNG", (900, 100)), headers={"content-type": "image/png"})
    assert logo.status_code == 200, logo.text
    for turn in (1, 2):
        assert write(company, slug, long_draft(turn)).status_code == 200
        assert publish(company, slug).status_code == 201


def test_a_theme_is_worn_and_its_logo_seen(house: House, visit: Visiting, told: str) -> None:
    seen = visit(f"{house.url}{DRESSED}/fi", viewport={"width": 1280, "height": 900}, color_scheme="dark")
    assert background(seen) == "rgb(31, 26, 23)"
    logo = seen.page.get_by_role("img", name="Pukeutunut Oy")
    expect(logo).to_be_visible()
    assert logo.evaluate("(image) => image.complete && image.naturalWidth") == 600
    assert "Charter" in seen.page.evaluate("getComputedStyle(document.body).fontFamily")
    seen.page.emulate_media(media="print")
    assert background(seen) == "rgb(255, 255, 255)", "paper is white whatever the theme"
    plain = visit(f"{house.url}{DRESSED}/v/2/fi", color_scheme="light")
    assert background(plain) == "rgb(255, 255, 255)"
    assert plain.page.locator("img").count() == 0


def long_draft(turn: int) -> dict[str, Any]:
    """Six sections, of which the last is written in Finnish alone; each turn changes one, adds one and takes one away."""
    words = {"fi": "Tietosuojavastaavan yhteystiedot", "sv": "Dataskyddsombudets kontaktuppgifter", "en": "How to reach the officer"}
    text = {"fi": "Kerromme tästä {} tavalla.", "sv": "Vi berättar om det här på {} sätt.", "en": "We tell of this in {} ways."}

    def section(number: int, languages: tuple[str, ...] = ("fi", "sv", "en")) -> dict[str, Any]:
        body = {
            code: f"{text[code].format(turn if number == 2 else 0)}\n\n- yksi\n- [kaksi](https://example.org/{number})"
            for code in languages
        }
        return {"id": f"part-{number}", "heading": {code: f"{words[code]} {number}" for code in languages}, "body": body}

    numbers = [turn, *range(10, 14)]
    title = {"fi": "Verkkokaupan asiakasrekisterin tietosuojaseloste", "sv": "Dataskyddsbeskrivning", "en": "Privacy notice"}
    return {"title": title, "sections": [section(2), *(section(number + 20) for number in numbers), section(40, ("fi",))]}


@pytest.fixture(scope="module", params=PAGES)
def seen(request: pytest.FixtureRequest, house: House, browser: Browser, told: str) -> Iterator[Visit]:
    """Each page once; a test that needs another screen sets its own."""
    made = go(browser, house.url + request.param)
    settle(made)
    yield made
    made.page.context.close()


def test_a_page_is_whole_and_asks_nobody_else(house: House, seen: Visit) -> None:
    assert [said for said in seen.complaints if not said.startswith(OF_STATUS)] == []
    assert seen.asked_others_than(house.url) == []
    assert seen.page.title().strip()
    assert seen.page.locator("h1").count() == 1
    assert seen.page.locator("main").count() == 1
    assert seen.page.evaluate("document.documentElement.lang") == PAGES[seen.page.url.removeprefix(house.url)]
    assert seen.page.evaluate("document.cookie") == ""


def test_a_page_meets_wcag_in_the_light_and_in_the_dark(seen: Visit) -> None:
    seen.page.set_viewport_size({"width": 1280, "height": 900})
    seen.page.emulate_media(color_scheme="light")
    assert violations(seen) == []
    seen.page.emulate_media(color_scheme="dark")
    assert violations(seen, ["color-contrast"]) == []


def test_a_page_fits_a_narrow_screen(seen: Visit) -> None:
    seen.page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(seen) == 0


def test_a_page_fits_with_text_twice_as_large(seen: Visit) -> None:
    seen.page.set_viewport_size({"width": 1024, "height": 768})
    seen.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(seen) == 0


@pytest.mark.parametrize("path", [f"{SHOP}/fi", f"{KEYS}/diff/3...4/fi", "/intake"])
def test_a_page_twice_enlarged_reflows_and_stays_accessible(house: House, visit: Visiting, path: str) -> None:
    seen = visit(house.url + path, viewport={"width": 640, "height": 450}, device_scale_factor=2)
    assert overflow(seen) == 0
    assert violations(seen) == []


def test_a_line_holds_about_65_letters(house: House, visit: Visiting) -> None:
    """Which font the system has decides how many exactly."""
    seen = visit(f"{house.url}{SHOP}/fi", viewport={"width": 1280, "height": 900})
    counted: list[float] = seen.page.evaluate(
        "[...document.querySelectorAll('main section p')].map((p) => { const range = document.createRange(); range.selectNodeContents(p);"
        "const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;"
        "return lines > 3 ? p.textContent.length / (lines - 0.5) : 0; }).filter(Boolean)"
    )
    assert len(counted) > 5
    assert 50 < sum(counted) / len(counted) < 80


def test_the_contents_stay_beside_the_text_on_a_wide_screen_and_above_it_on_a_narrow_one(house: House, visit: Visiting) -> None:
    seen = visit(f"{house.url}{SHOP}/fi", viewport={"width": 1280, "height": 900})
    contents, last = seen.page.locator("nav.contents"), seen.page.locator("main section").last
    last.scroll_into_view_if_needed()
    expect(contents).to_be_in_viewport(ratio=0.9)
    seen.page.set_viewport_size({"width": 320, "height": 640})
    last.scroll_into_view_if_needed()
    expect(contents).not_to_be_in_viewport()


@pytest.mark.parametrize(
    "path", [f"{SHOP}/fi", f"{GROUP}/fi", f"{TABLES}/fi", f"{KEYS}/history/fi", f"{KEYS}/diff/1...4/fi", f"{KEYS}/v/4/fi"]
)
def test_a_page_is_small(house: House, path: str) -> None:
    for encoding in ("gzip", "br"):
        with httpx.stream("GET", house.url + path, headers={"accept-encoding": encoding}) as answer:
            assert answer.headers["content-encoding"] == encoding
            assert sum(map(len, answer.iter_raw())) < 20_000


def test_a_page_is_whole_without_script(house: House, visit: Visiting, told: str) -> None:
    seen = visit(house.url + told, java_script_enabled=False)
    seen.page.get_by_role("link", name="Mikä muuttuu").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Mikä muuttui versiosta 2 versioon 3")
    folded = seen.page.get_by_text("Näytä teksti, joka ei muuttunut").first
    folded.click()
    expect(seen.page.get_by_text("kaksi").first).to_be_visible()
    seen.page.get_by_role("link", name="Selosteen historia").click()
    expect(seen.page.get_by_role("heading", name="Versio 2 Voimassa nyt")).to_be_visible()
    expect(seen.page.get_by_role("heading", name="Versio 3 Tulossa")).to_be_visible()
    assert seen.complaints == []


def background(seen: Visit) -> str:
    colour: str = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


@pytest.mark.parametrize("path", [f"{SHOP}/fi", f"{KEYS}/history", f"{KEYS}/diff/3...4/fi", "/", "/intake", "/n/nobody/nothing"])
def test_a_dark_screen_gets_a_dark_page(house: House, visit: Visiting, path: str) -> None:
    seen = visit(house.url + path, color_scheme="light")
    light = background(seen)
    seen.page.emulate_media(color_scheme="dark")
    assert light == "rgb(255, 255, 255)"
    assert background(seen) != light


@pytest.mark.parametrize("path", [f"{SHOP}/fi", f"{KEYS}/history/fi", f"{KEYS}/diff/3...4/fi", f"{KEYS}/v/2/fi"])
def test_on_paper_there_is_the_text_and_no_navigation(house: House, visit: Visiting, path: str) -> None:
    seen = visit(house.url + path, color_scheme="dark")
    seen.page.emulate_media(media="print")
    for navigation in seen.page.locator("nav, header.top a, footer li, .skip").all():
        assert not navigation.is_visible()
    assert seen.page.get_by_role("heading", level=1).is_visible()
    assert seen.page.get_by_role("heading", level=2).first.is_visible()
    assert background(seen) == "rgb(255, 255, 255)"
    assert len(seen.page.pdf(format="A4")) > 10_000


def test_a_notice_names_its_controller_row_by_row(house: House, visit: Visiting) -> None:
    """Each value stands beside its name, although the first name is for listeners alone."""
    seen = visit(f"{house.url}{SHOP}/fi", viewport={"width": 360, "height": 740})
    boxes: list[dict[str, Any]] = seen.page.evaluate(
        "[...document.querySelectorAll('dl.facts dt:not(.quiet)')].map((dt) => ({"
        "name: dt.getBoundingClientRect().toJSON(), value: dt.nextElementSibling.getBoundingClientRect().toJSON()}))"
    )
    assert len(boxes) == 4
    for box in boxes:
        assert box["name"]["right"] <= box["value"]["left"]
        assert abs(box["name"]["top"] - box["value"]["top"]) < 2


def test_the_keyboard_skips_to_the_content_and_reaches_a_wide_table(house: House, visit: Visiting) -> None:
    seen = visit(f"{house.url}{TABLES}/fi", viewport={"width": 320, "height": 640})
    seen.page.keyboard.press("Tab")
    skip = seen.page.get_by_role("link", name="Siirry sisältöön")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    seen.page.keyboard.press("Enter")
    assert seen.page.url.endswith("#_content")
    table = seen.page.locator(".table").first
    table.focus()
    expect(table).to_be_focused()


def test_the_contents_lead_to_the_sections_and_languages_to_one_another(house: House, visit: Visiting) -> None:
    seen = visit(f"{house.url}{SHOP}/fi")
    seen.page.locator("nav.contents").get_by_role("link", name="Oikeutesi").click()
    expect(seen.page.get_by_role("heading", name="Oikeutesi")).to_be_in_viewport()
    seen.page.get_by_role("link", name="Svenska").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Dataskyddsbeskrivning för kunder")
    assert seen.page.url == f"{house.url}{SHOP}/sv"


def test_from_the_landing_page_to_what_changed_by_links_alone(house: House, visit: Visiting) -> None:
    page = visit(f"{house.url}/").page
    page.get_by_role("link", name="kuuramaki/asiakasrekisteri").click()
    page.get_by_role("link", name="Selosteen historia").click()
    page.get_by_role("link", name="Vertaa versioon 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mikä muuttui versiosta 2 versioon 3")
    page.get_by_role("link", name="Versio 2", exact=True).click()
    expect(page.get_by_text("Tämä on version 2 pysyvä kopio.")).to_be_visible()


def test_the_landing_page_shows_the_way_and_no_secret(house: House, visit: Visiting) -> None:
    seen = visit(f"{house.url}/")
    for url in house.demo["notices"]:
        assert seen.page.locator(f'a[href="{url}"]').count() == 1
    for name in ("A page with a notice embedded in it", "API documentation", "Send a data protection request", "OpenAPI document"):
        link = seen.page.get_by_role("link", name=name)
        assert seen.page.request.get(house.url + (link.get_attribute("href") or "").removeprefix(house.url)).ok
    text = seen.page.content()
    assert "grant_type=client_credentials" in text
    assert not any(client["client_secret"] in text or client["client_id"] in text for client in house.demo["clients"])


def test_the_documentation_shows_every_operation_and_tries_one(house: House, visit: Visiting) -> None:
    seen = visit(f"{house.url}/docs")
    settle(seen)
    described = seen.page.request.get(f"{house.url}/openapi.json").json()["paths"]
    assert seen.page.locator(".opblock").count() == sum(len(path) for path in described.values()) > 30
    one = seen.page.locator("#operations-Public-readHistory")
    one.locator(".opblock-summary-control").click()
    one.get_by_role("button", name="Try it out").click()
    one.get_by_placeholder("tenant").fill("kuuramaki")
    one.get_by_placeholder("notice").fill("asiakasrekisteri")
    one.get_by_role("button", name="Execute").click()
    expect(one.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200", timeout=20_000)
    assert seen.complaints == []
    assert seen.asked_others_than(house.url) == []
