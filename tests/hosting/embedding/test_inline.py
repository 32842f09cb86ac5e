"""A notice inside a page of another origin: by script or by element, in a shadow root, and never an empty hole."""

import base64
import hashlib
import re
from collections.abc import Callable

import httpx
import pytest

from tests.hosting.conftest import Site, Visit
from tests.house import House

NOTICE = "hallavirta/asiakkaat"
HEADING = "Kuka vastaa tiedoistasi"


@pytest.fixture
def script(house: House) -> str:
    return f"{house.url}/embed/v1.js"


@pytest.fixture
def pinned(public: httpx.Client) -> tuple[str, str]:
    """The address and the hash that the landing page tells to copy."""
    [found] = re.findall(r'src="(\S+?/embed/v1\.[0-9a-f]+\.js)" integrity="(\S+?)"', public.get("/").text)
    return found  # type: ignore[no-any-return]


def tag(script: str, notice: str = NOTICE, language: str = "fi") -> str:
    return f'<script src="{script}" data-notice="{notice}" data-lang="{language}"></script>'


def element(content: str, notice: str = NOTICE, language: str = "fi") -> str:
    return f'<privacy-notice notice="{notice}" lang="{language}">{content}</privacy-notice>'


def test_the_script_alone_shows_the_notice_where_it_stands(house: House, script: str, site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site.page(f'<p id="before">ennen</p>{tag(script)}<p id="after">jälkeen</p>'))
    heading = seen.page.get_by_role("heading", name=HEADING)
    heading.wait_for()
    assert seen.complaints == []
    assert seen.asked_others_than(house.url, site.url) == []
    before, shown, after = (seen.page.locator(what).bounding_box() for what in ("#before", "div:has(> article)", "#after"))
    assert before
    assert shown
    assert after
    assert before["y"] < shown["y"] < after["y"]


def test_the_element_shows_the_notice_in_a_shadow_root(script: str, site: Site, visit: Callable[..., Visit]) -> None:
    style = "<style>h3 { display: none }</style>"
    seen = visit(site.page(f'{style}{element("Lataan", language="sv")}<script src="{script}" async></script>'))
    seen.page.get_by_role("heading", name="Dataskyddsbeskrivning för kunder").wait_for()
    assert seen.page.locator("h3").first.is_visible(), "the page's own style does not reach inside"
    assert seen.page.evaluate("document.querySelector('h3')") is None
    assert seen.page.evaluate("document.querySelector('privacy-notice').shadowRoot.querySelector('[lang]').lang") == "sv"
    assert seen.page.evaluate("document.querySelector('privacy-notice').firstChild.assignedSlot") is None, "no longer shown"


def test_without_a_language_the_pages_own_is_asked_for(script: str, site: Site, visit: Callable[..., Visit]) -> None:
    """The page is in Finnish, the browser in English: the page decides."""
    seen = visit(site.page(f'<script src="{script}" data-notice="{NOTICE}"></script>'), locale="en-GB")
    seen.page.get_by_role("heading", name=HEADING).wait_for()


def test_the_page_hears_when_the_notice_is_there(script: str, site: Site, visit: Callable[..., Visit]) -> None:
    listening = "<script>addEventListener('loaded', (event) => { window.heard = event.detail })</script>"
    seen = visit(site.page(listening + tag(script, language="en")))
    seen.page.wait_for_function("window.heard")
    assert seen.page.evaluate("window.heard") == {"notice": NOTICE, "language": "en"}


def test_links_lead_to_the_service_and_not_into_the_page(house: House, script: str, site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site.page(tag(script)))
    link = seen.page.get_by_role("link", name="Lähetä tietosuojapyyntö")
    link.wait_for()
    assert link.get_attribute("href") == f"{house.url}/n/{NOTICE}/request"
    link.click()
    seen.page.get_by_role("heading", level=1).wait_for()
    assert seen.page.url == f"{house.url}/n/{NOTICE}/request"


@pytest.mark.parametrize(
    "markup",
    [
        '<privacy-notice notice="{notice}" lang="fi">Tietosuojaseloste</privacy-notice><script src="{script}"></script>',
        '<script src="{script}" data-notice="{notice}" data-lang="fi"></script>',
        '<script src="{script}" data-notice="{notice}"></script>',
    ],
)
@pytest.mark.parametrize("missing", ["hallavirta/no-such-notice", "nobody/nothing"])
def test_a_notice_that_is_not_there_leaves_a_link(
    house: House, script: str, site: Site, visit: Callable[..., Visit], markup: str, missing: str
) -> None:
    listening = "<script>addEventListener('error', (event) => { window.failed = event.detail }, true)</script>"
    seen = visit(site.page(listening + markup.format(notice=missing, script=script)))
    link = seen.page.get_by_role("link")
    link.wait_for()
    assert (link.get_attribute("href") or "").startswith(f"{house.url}/n/{missing}")
    assert link.text_content() in ("Tietosuojaseloste", link.get_attribute("href"))
    assert seen.page.evaluate("window.failed.notice") == missing


@pytest.mark.parametrize("bad", ["", "x", "../../v1/tenants", "https://evil.example/a", "a/b/c", "Acme/Notice"])
def test_what_is_no_notices_name_is_not_asked_for(house: House, script: str, site: Site, visit: Callable[..., Visit], bad: str) -> None:
    seen = visit(site.page(element("Sisältö", bad) + tag(script, bad)))
    assert [url for url in seen.requested if "/embed/" not in url and url.startswith(house.url)] == []
    assert seen.page.get_by_text("Sisältö").is_visible()
    assert seen.complaints == []


def test_the_pinned_script_is_what_its_hash_says_and_stays_for_ever(public: httpx.Client, pinned: tuple[str, str]) -> None:
    address, integrity = pinned
    answer = public.get(address)
    assert integrity == "sha384-" + base64.b64encode(hashlib.sha384(answer.content).digest()).decode()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    evergreen = public.get("/embed/v1.js")
    assert evergreen.content == answer.content
    assert "immutable" not in evergreen.headers["cache-control"]
    assert "max-age=300" in evergreen.headers["cache-control"]


def test_a_script_that_is_not_what_its_hash_says_does_not_run(pinned: tuple[str, str], site: Site, visit: Callable[..., Visit]) -> None:
    address, _ = pinned
    wrong = "sha384-" + base64.b64encode(bytes(48)).decode()
    seen = visit(site.page(element("Seloste") + f'<script src="{address}" integrity="{wrong}" crossorigin></script>'))
    assert seen.page.get_by_text("Seloste").is_visible()
    assert seen.page.evaluate("customElements.get('privacy-notice')") is None


def test_a_notice_stands_in_a_frame_of_any_page(house: House, site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site.page(f'<iframe src="{house.url}/n/{NOTICE}/fi" title="Seloste" width="600" height="400"></iframe>'))
    seen.page.frame_locator("iframe").get_by_role("heading", name=HEADING).wait_for()
    assert seen.complaints == []


def test_a_request_form_stands_in_no_frame(house: House, site: Site, visit: Callable[..., Visit]) -> None:
    seen = visit(site.page(f'<iframe src="{house.url}/n/{NOTICE}/request" title="Pyyntö"></iframe>'))
    assert any("frame-ancestors" in said for said in seen.complaints)


def test_our_own_example_page_embeds_the_first_notice(house: House, visit: Callable[..., Visit]) -> None:
    seen = visit(f"{house.url}/examples/embed")
    seen.page.get_by_role("heading", name=HEADING).wait_for()
    seen.page.get_by_role("link", name="Tietosuojaseloste").click()
    seen.page.get_by_role("dialog").get_by_role("heading", name=HEADING).wait_for()
    assert seen.complaints == []


def test_an_embedded_notice_fits_a_narrow_page(script: str, site: Site, visit: Callable[..., Visit]) -> None:
    for one in (NOTICE, "puronvarsi/potilaat", "saaristonvalo/konserni"):
        seen = visit(site.page(tag(script, one)), viewport={"width": 320, "height": 800})
        seen.page.get_by_role("heading", level=2).wait_for()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 320
