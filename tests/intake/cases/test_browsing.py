"""A person in a browser and an officer at the API play a whole case, in three languages, with mail that really arrives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.cast import Player
from tests.house import House, wait_for
from tests.intake.cases.officer import Officer
from tests.intake.person import address
from tests.intake.test_browsing import Visit, visiting
from tests.post import PostOffice


@dataclass(frozen=True)
class Words:
    """What the person sees and presses."""

    language: str
    locale: str
    access: str
    name: str
    email: str
    send: str
    follow: str
    confirm: str
    confirmed: str
    extended: str
    grounds: str
    write: str
    send_message: str
    sent: str
    answered: str
    withdraw: str
    withdraw_this: str
    withdrawn: str


LANGUAGES = [
    Words(
        "fi",
        "fi-FI",
        "Haluan jäljennöksen tiedoistani",
        "Nimi",
        "Sähköposti",
        "Lähetä pyyntö",
        "Pyynnön vaihe",
        "Vahvista",
        "osoitteesi on vahvistettu",
        "Käsittelyssä, vastausaikaa on pidennetty",
        "pyyntö on monimutkainen",
        "Kirjoita rekisterinpitäjälle",
        "Lähetä viesti",
        "Viesti on lähetetty.",
        "Vastattu",
        "Peru pyyntö",
        "Peru tämä pyyntö",
        "Pyyntö on peruttu.",
    ),
    Words(
        "sv",
        "sv-FI",
        "Jag vill ha en kopia av mina uppgifter",
        "Namn",
        "E-post",
        "Skicka begäran",
        "Så går det med begäran",
        "Bekräfta",
        "din adress är bekräftad",
        "Under behandling, svarstiden har förlängts",
        "begäran är komplicerad",
        "Skriv till den personuppgiftsansvarige",
        "Skicka meddelandet",
        "Meddelandet har skickats.",
        "Besvarad",
        "Återta begäran",
        "Återta den här begäran",
        "Begäran har återtagits.",
    ),
    Words(
        "en",
        "en-GB",
        "I want a copy of my data",
        "Name",
        "Email",
        "Send the request",
        "How the request is doing",
        "Confirm",
        "your address is confirmed",
        "Being worked on, with the time extended",
        "the request is complex",
        "Write to the controller",
        "Send the message",
        "The message has been sent.",
        "Answered",
        "Withdraw the request",
        "Withdraw this request",
        "The request has been withdrawn.",
    ),
]


@pytest.fixture(params=LANGUAGES, ids=lambda words: words.language)
def words(request: pytest.FixtureRequest) -> Words:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def person(browser: Browser, house: House, words: Words) -> Iterator[Visit]:
    """Scripts are on for the look at accessibility alone; no page of ours has one."""
    yield from visiting(browser, house, words.locale)


def test_a_person_and_an_officer_play_a_whole_case(person: Visit, hallavirta: Player, post: PostOffice, words: Words) -> None:
    email = address()
    page = person.to("/n/hallavirta/asiakkaat/request")
    page.get_by_label(words.access).check()
    page.get_by_label(words.name, exact=True).fill("Aino Esimerkki")
    page.get_by_label(words.email).fill(email)
    page.get_by_role("button", name=words.send).click()
    reference = page.locator("dd strong").inner_text()
    page.get_by_role("link", name=words.follow).click()
    expect(page.locator("html")).to_have_attribute("lang", words.language)
    status = page.url

    [item] = hallavirta.get("/requests", params={"email": email}).json()["items"]
    assert item["reference"] == reference
    officer = Officer(hallavirta, item["id"])
    officer.did("start")
    officer.did("ask-identity", method="email_loop", question="Is this address yours?")

    # The person opens the link of the mail and presses the button.
    link = wait_for(lambda: [found for mail in post.to(email) for found in re.findall(r"\S+/verification\?\S+", mail.get_content())])[0]
    page.goto(link)
    assert person.fits()
    person.is_well_made()
    page.get_by_role("button", name=words.confirm).click()
    expect(page.get_by_role("status")).to_contain_text(words.confirmed)
    assert officer.read()["state"] == "in_progress"

    officer.did("extend", reason="Forty years of paper.")
    page.goto(status)
    expect(page.locator("dd strong").first).to_have_text(words.extended)
    expect(page.get_by_text("Forty years of paper.")).to_be_visible()
    expect(page.get_by_text(words.grounds)).to_be_visible()
    assert person.fits()
    person.is_well_made()

    page.get_by_label(words.write).fill("One line\n\nand <b>another</b>")
    page.get_by_role("button", name=words.send_message).click()
    expect(page.get_by_role("status")).to_have_text(words.sent)
    expect(page.get_by_text("and <b>another</b>")).to_be_visible()
    assert officer.player.get(f"{officer.path}/messages").json()["items"][0]["text"] == "One line\n\nand <b>another</b>"
    officer.player.post(f"{officer.path}/messages", {"text": "Thank you, noted."})
    officer.did("complete", answer="Here is what we hold.")
    page.reload()
    for text in ("Thank you, noted.", "Here is what we hold."):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.locator("dd strong").first).to_have_text(words.answered)
    person.is_well_made()
    # Received; asked; extended; written to; answered.
    assert wait_for(lambda: len(post.to(email)) == 5)


def test_a_person_withdraws_without_a_script(browser: Browser, house: House, hallavirta: Player, words: Words) -> None:
    for visit in visiting(browser, house, words.locale, java_script_enabled=False):
        page = visit.to("/n/hallavirta/asiakkaat/request")
        page.get_by_label(words.access).check()
        page.get_by_label(words.name, exact=True).fill("Aino Esimerkki")
        page.get_by_label(words.email).fill(address())
        page.get_by_role("button", name=words.send).click()
        reference = page.locator("dd strong").inner_text()
        page.get_by_role("link", name=words.follow).click()
        page.get_by_text(words.withdraw, exact=True).click()
        page.get_by_role("button", name=words.withdraw_this).click()
        expect(page.get_by_role("status")).to_have_text(words.withdrawn)
        [item] = hallavirta.get("/requests", params={"reference": reference}).json()["items"]
        assert item["state"] == "withdrawn"
