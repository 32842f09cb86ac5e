"""The form as a person meets it: in a real browser, on a small screen, by keyboard alone, read out by a screen reader."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.cast import Player
from tests.house import House
from tests.intake.person import Company, address

PHONE = {"viewport": {"width": 360, "height": 640}}


class Visit:
    """A browser window that notices what should never happen: a cookie, a script, a word to somebody else, a broken rule."""

    def __init__(self, context: BrowserContext, house: House) -> None:
        self.house = house
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._listen(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._look_at(request.url))

    def _listen(self, text: str) -> None:
        # Chromium complains of every page that is a refusal; ours are meant.
        if "Failed to load resource: the server responded with a status of 4" not in text:
            self.complaints.append(text)

    def _look_at(self, url: str) -> None:
        if not url.startswith((self.house.url, "data:")):
            self.complaints.append(f"asked for {url}")

    def to(self, path: str) -> Page:
        self.page.goto(self.house.url + path)
        return self.page

    def fits(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))

    def is_well_made(self) -> None:
        """Nothing that keeps a person with another way of reading out (axe: WCAG 2.2 A and AA)."""
        found = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]] == []


@pytest.fixture(params=[{}, {"color_scheme": "dark"}], ids=["light", "dark"])
def visit(request: pytest.FixtureRequest, browser: Browser, house: House) -> Iterator[Visit]:
    yield from visiting(browser, house, **request.param)


@pytest.fixture
def scriptless(browser: Browser, house: House) -> Iterator[Visit]:
    yield from visiting(browser, house, java_script_enabled=False)


def visiting(browser: Browser, house: House, locale: str = "en-GB", **options: Any) -> Iterator[Visit]:
    context = browser.new_context(**PHONE, locale=locale, **options)
    made = Visit(context, house)
    yield made
    assert made.complaints == []
    assert context.cookies() == []
    context.close()


def fill_in(page: Page, company: str = "9910417-5") -> None:
    """In English, by what the labels say."""
    if company:
        page.get_by_label("Business ID").fill(company)
    page.get_by_label("I want a copy of my data").check()
    page.get_by_label("I want my data erased").check()
    page.get_by_label("Name", exact=True).fill("Aino Esimerkki")
    page.get_by_label("Email").fill(address())
    page.get_by_label("Message").fill("First line\n\nsecond line")


def read(player: Player, reference: str) -> dict[str, Any]:
    items = player.get("/requests", params={"limit": 5}).json()["items"]
    [found] = [item["id"] for item in items if item["reference"] == reference]
    return player.get(f"/requests/{found}").json()  # type: ignore[no-any-return]


def test_a_person_sends_a_request_and_follows_it(visit: Visit, hallavirta: Player) -> None:
    page = visit.to("/intake")
    expect(page).to_have_title("Data protection request")
    assert visit.fits()
    visit.is_well_made()
    fill_in(page)
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The request has been received")
    assert visit.fits()
    visit.is_well_made()
    reference = page.locator("dd strong").inner_text()
    sent = read(hallavirta, reference)
    assert (sent["types"], sent["message"]) == (["copy", "erasure"], "First line\n\nsecond line")
    page.get_by_role("link", name="How the request is doing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Data protection request {reference}")
    assert visit.fits()
    visit.is_well_made()


def test_it_works_without_a_script(scriptless: Visit, hallavirta: Player) -> None:
    page = scriptless.to("/n/hallavirta/asiakkaat/request")
    expect(page.get_by_role("heading", level=1)).to_have_text("Data protection request: Hallavirran Lähipuoti Oy")
    fill_in(page, company="")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The request has been received")
    assert read(hallavirta, page.locator("dd strong").inner_text())["matched_by"] == "notice"


def test_it_works_by_keyboard_alone(visit: Visit, hallavirta: Player) -> None:
    page = visit.to("/intake")

    def tab_to(name: str) -> None:
        """Tab on until the focus is on the field with that name or value, and see that it shows."""
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate("[document.activeElement.id, document.activeElement.value, document.activeElement.tagName]")
            if name in focused:
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", name
                return
        raise AssertionError(f"{name} is not reached")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    tab_to("business_id")
    page.keyboard.type("9910417-5")
    tab_to("erasure")
    page.keyboard.press("Space")
    tab_to("name")
    page.keyboard.type("Aino Esimerkki")
    tab_to("email")
    page.keyboard.type(address())
    tab_to("message")
    page.keyboard.type("By keyboard")
    tab_to("BUTTON")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The request has been received")
    assert read(hallavirta, page.locator("dd strong").inner_text())["message"] == "By keyboard"


def test_what_is_wrong_is_read_out_at_its_field_and_can_be_corrected(visit: Visit) -> None:
    page = visit.to("/intake")
    page.get_by_label("Name", exact=True).fill("Aino Esimerkki")
    page.get_by_label("Email").fill("aino@nowhere")
    page.get_by_label("Message").fill("kept")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing has been stored yet")
    assert visit.fits()
    visit.is_well_made()
    for field in (page.get_by_label("Email"), page.get_by_label("The company's legal name")):
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile("Write an email address|Give something to know the controller by"))
    group = page.get_by_role("group", name="What do you ask for?")
    expect(group).to_have_accessible_description(re.compile("Choose at least one thing"))
    expect(page.get_by_label("Message")).to_have_value("kept")
    fill_in(page)
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The request has been received")


def test_hints_are_read_out_with_their_fields(visit: Visit) -> None:
    page = visit.to("/intake")
    expect(page.get_by_label("Message")).to_have_accessible_description(re.compile("Do not write your personal identity code"))
    group = page.get_by_role("group", name="Who is the request for?")
    expect(group).to_have_accessible_description(re.compile("One of these is enough"))


def test_who_is_meant_is_chosen_on_a_page(visit: Visit, twins: tuple[Company, Company]) -> None:
    page = visit.to("/intake")
    fill_in(page, company="")
    page.get_by_label("The company's legal name").fill(twins[0].controller["former_names"][0])
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is the request meant for?")
    assert visit.fits()
    visit.is_well_made()
    page.get_by_label(twins[1].controller["name"]).check()
    page.get_by_role("button", name="Send to the chosen one").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The request has been received")
    assert read(twins[1].player, page.locator("dd strong").inner_text())["matched_by"] == "choice"


def test_who_is_not_found_is_told_plainly(visit: Visit, hidden: Company) -> None:
    page = visit.to("/intake")
    fill_in(page, company=hidden.controller["business_id"])
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The request was not delivered")
    assert visit.fits()
    visit.is_well_made()
    page.get_by_role("link", name=hidden.controller["name"]).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_second_click_is_no_second_request(scriptless: Visit, hallavirta: Player) -> None:
    page = scriptless.to("/intake")
    fill_in(page)
    newest = hallavirta.get("/requests", params={"limit": 1}).json()["items"][0]["reference"]
    page.get_by_role("button", name="Send the request").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("The request has been received")
    two = [item["reference"] for item in hallavirta.get("/requests", params={"limit": 2}).json()["items"]]
    assert two == [page.locator("dd strong").inner_text(), newest]


def test_the_language_can_be_changed(visit: Visit) -> None:
    page = visit.to("/intake")
    page.get_by_role("link", name="Svenska").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dataskyddsbegäran")
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    visit.is_well_made()
    page.get_by_label("FO-nummer").fill("9910417-5")
    page.get_by_label("Jag vill ha en kopia av mina uppgifter").check()
    page.get_by_label("Namn", exact=True).fill("Aino Esimerkki")
    page.get_by_label("E-post").fill(address())
    page.get_by_role("button", name="Skicka begäran").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Begäran har tagits emot")
