"""What a heading names and what a sentence answers, in wordings that stand in no lexicon as they are."""

import tomllib
from pathlib import Path

import pytest

from service.notices.content import ITEMS
from service.notices.wording import recognising

WORDINGS = tomllib.loads(Path(__file__).with_name("wordings.toml").read_text("utf-8"))


def rows(table: str) -> list[tuple[str, str, frozenset[str]]]:
    found = []
    for language, lines in WORDINGS[table].items():
        for line in filter(None, map(str.strip, lines.split("\n"))):
            text, _, items = line.rpartition("=")
            found.append((language, text.strip(), frozenset(items.split())))
    return found


@pytest.mark.parametrize(("language", "text", "items"), rows("headings"))
def test_a_heading_names(language: str, text: str, items: frozenset[str]) -> None:
    match = recognising.heading(text, language)
    assert match is not None
    assert set(match.covers) == items


@pytest.mark.parametrize(("language", "text", "items"), rows("sentences"))
def test_a_sentence_answers(language: str, text: str, items: frozenset[str]) -> None:
    assert recognising.topics(text, language) == items


@pytest.mark.parametrize(
    "text",
    [
        "Rekisterinpitäjä",
        "1. REKISTERINPITÄJÄ",
        "1) Rekisterinpitäjä:",
        "  I. Rekisterinpitäjä ",
        "Rekisterin pitäjä",
        "Rekisterin\u00adpitäjä",
        "Rekisterin\u00a0pitäjä",
        "A) Rekisterinpitäjä",
    ],
)
def test_marks_case_and_spelling_are_nothing_to_a_heading(text: str) -> None:
    assert recognising.heading(text, "fi") == (("controller",), recognising.EXACT)


def test_a_contact_person_represents_nobody() -> None:
    for text, language in (
        ("Rekisterinpitäjän edustaja", "fi"),
        ("Representative of the controller", "en"),
        ("Den personuppgiftsansvariges företrädare", "sv"),
    ):
        assert recognising.heading(text, language) == (("contact",), recognising.EXACT)
    assert recognising.heading("Rekisterinpitäjän edustaja EU:ssa", "fi") == (("representative",), recognising.EXACT)


def test_how_sure_it_is() -> None:
    assert recognising.heading("Registrar", "en") == (("controller",), recognising.EXACT)
    assert recognising.heading("Cookies", "fi") == (("cookies_analytics",), recognising.EXACT)
    assert recognising.heading("Registrar", "fi") == (("controller",), recognising.ELSEWHERE)
    overlapping = recognising.heading("Henkilötietojen säilytysajat", "fi")
    assert overlapping is not None
    assert recognising.BY_OVERLAP <= overlapping.confidence < recognising.ELSEWHERE
    by_words = recognising.heading("Kauanko kortti säilyy laatikossa", "fi")
    assert by_words == (("retention",), recognising.BY_WORDS)
    assert recognising.heading("Sääennuste", "fi") is None
    assert recognising.heading("?!", "fi") is None
    assert recognising.heading("sana " * 200, "fi") is None


def test_a_lead_in_stands_around_its_list() -> None:
    text = "Sinulla on oikeus\n\n- tarkastaa tietosi\n"
    listed = "Sinulla on oikeus:\n\n- tarkastaa tietosi\n- oikaista virheelliset tiedot\n- vastustaa käsittelyä\n\nTiedot ovat suomeksi."
    assert recognising.topics(listed, "fi") == {"rights_access", "rights_rectification", "rights_objection"}
    assert recognising.topics(text.replace("Sinulla on oikeus", "Ohje"), "fi") == frozenset()


def test_under_a_heading_on_rights_to_name_one_is_to_grant_it() -> None:
    text = "Insyn\\\nRättelse\\\nRadering\\\nBegränsning"
    granted = {"rights_access", "rights_rectification", "rights_erasure", "rights_restriction"}
    assert recognising.topics(text, "sv", of_rights=True) >= granted


@pytest.mark.parametrize(
    ("language", "text", "item"),
    [
        ("fi", "Käsittely pannaan pyynnöstäsi jäihin riidan ajaksi.", "rights_restriction"),
        ("fi", "Saat tiedot mukaasi JSON-tiedostona.", "rights_portability"),
        ("fi", "Soita tai laita sähköpostia toimistolle.", "exercise"),
        ("sv", "Behandlingen kan läggas på is medan saken utreds.", "rights_restriction"),
        ("sv", "Kontakta butikschefen per e-post eller telefon.", "exercise"),
        ("sv", "Ring eller mejla kansliet.", "exercise"),
        ("en", "You can find out what we hold about you.", "rights_access"),
        ("en", "Processing can be put on ice while we investigate.", "rights_restriction"),
        ("en", "Call or e-mail the office.", "exercise"),
    ],
)
def test_under_a_heading_on_rights_a_sentence_may_say_less(language: str, text: str, item: str) -> None:
    assert recognising.topics(text, language, of_rights=True) == {item}


_ALL_RIGHTS = {item for item in ITEMS if item.startswith("rights_")}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Sinulla on oikeus:\n\n- tarkastaa\n- oikaista\n- poistaa\n- rajoittaa\n- vastustaa\n- siirtää\n- peruuttaa suostumus"),
        ("fi", "Voit tarkastaa, oikaista, poistaa, siirtää ja rajoittaa tietojasi, vastustaa käsittelyä ja peruuttaa suostumuksesi."),
        (
            "fi",
            "Voit pyytää meitä näyttämään tietosi, korjaamaan virheet, poistamaan tiedot, lukitsemaan ne riidan ajaksi, ottaa tietosi "
            "mukaan toiseen palveluun, vastustaa käsittelyä ja perua suostumuksesi.",
        ),
        ("sv", "Du har rätt att:\n\n- granska\n- rätta\n- radera\n- begränsa\n- invända\n- flytta\n- återkalla samtycke"),
        (
            "sv",
            "Du kan be oss visa vad vi har, rätta fel, radera dina uppgifter, pausa behandlingen, säga nej till reklam, ta med dig "
            "uppgifterna. Samtycket kan dras tillbaka.",
        ),
        ("en", "You have the right to:\n\n- access\n- rectify\n- erase\n- restrict\n- object\n- transfer\n- withdraw consent"),
        (
            "en",
            "You can ask us to show you what we have, fix mistakes, delete your data, pause the processing, say no to marketing, take "
            "your data with you and withdraw your consent.",
        ),
    ],
)
def test_all_rights_in_one_breath(language: str, text: str) -> None:
    assert recognising.topics(text, language, of_rights=True) == _ALL_RIGHTS


def test_a_box_that_nobody_ticked_says_nothing() -> None:
    assert "consent" not in recognising.topics("( ) suostumuksesi perusteella käsittelemme", "fi")
    assert "consent" in recognising.topics("(X) suostumuksesi perusteella käsittelemme", "fi")


def test_a_mailbox_names_no_officer() -> None:
    assert recognising.topics("Write to dpo@example.org.", "en") == frozenset()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tässä kerrotaan, miten tietoja käsitellään ja miksi.", "fi"),
        ("Här berättar vi hur vi behandlar uppgifter och varför.", "sv"),
        ("This tells you how we use data and why.", "en"),
        ("12345", "fi"),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert recognising.language_of(text) == language


def test_the_data_knows_only_canonical_ids() -> None:
    for language in recognising.LANGUAGES:
        for ids in recognising.LEXICON[language]:
            assert set(ids.split("+")) <= set(ITEMS)
        for ids in (*recognising.CUES[language]["headings"], *recognising.CUES[language]["bodies"]):
            assert ids.rstrip("?") in ITEMS
    for kind, passing in recognising.CUES["in_passing"].items():
        assert {kind, *passing} <= set(ITEMS)


NO_TOPICS = {
    "fi": "Toimitusehdot, Palvelumme, Mitä teemme, Miten liityn jäseneksi?, Tilauksen peruuttaminen, Missä olemme, Kukat, Hinnasto, "
    "Palautusoikeus, Toimitusajat, Säännöt, Tavoitteet, Työntekijät, Historia, Peruutusehdot, Kuljetus",
    "sv": "Öppettider, Våra tjänster, Vad gör vi, Var finns vi, Hur blir jag medlem?, Leveransvillkor, Personal, Priser, Uppsägning",
    "en": "Terms of delivery, Our services, What we do, Where we are, How to join, What does it cost?, Gift cards, Returns, The team",
}


@pytest.mark.parametrize("language", NO_TOPICS)
def test_what_is_no_topic_of_a_notice(language: str) -> None:
    assert [text for text in NO_TOPICS[language].split(", ") if recognising.heading(text, language)] == []
