"""Languages in step: what drifts, what does not, and what is behind."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.notices.content import Content, Section
from service.notices.translating.drifting import Drift, drift

LANGUAGES = ["fi", "sv", "en"]


def section(name: str = "exercise", **body: str) -> Section:
    return Section(name, {code: f"Otsikko {code}" for code in body}, dict(body))


def content(*sections: Section) -> Content:
    return Content({code: f"Seloste {code}" for code in LANGUAGES}, list(sections))


def between(fi: str, sv: str) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.text, one.instead) for one in drift(content(section(fi=fi, sv=sv)), ["fi", "sv"], "fi")]


# A whole notice in three languages by three good translators: nothing in it drifts.
IN_STEP = content(
    Section(
        "controller",
        {"fi": "Rekisterinpitäjä", "sv": "Personuppgiftsansvarig", "en": "Controller"},
        {
            "fi": "Saaristokirjat Oy (y-tunnus 9123458-1), Rantakatu 12 B, 20100 Turku, puh. 02 555 0142, (09) 555 0100, "
            "tuki(at)saaristokirjat.example",
            "sv": "Saaristokirjat Oy (FO-nummer 9123458-1), Strandgatan 12 B, 20100 Åbo, tfn 02 555 01 42, 09-5550100, "
            "tuki@saaristokirjat.example",
            "en": "Saaristokirjat Oy (business ID FI91234581), Rantakatu 12 B, FI-20100 Turku, Finland, tel. +358 2 555 0142, "
            "+358 (0)9 555 0100,"
            " tuki@saaristokirjat.example",
        },
    ),
    Section(
        "retention",
        {"fi": "Säilytysaika", "sv": "Hur länge vi sparar", "en": "How long"},
        {
            "fi": "Säilytämme tilaustiedot 10 vuotta ja lokit 6 kk. Uutiskirjeen tiedot poistetaan kuukauden kuluessa peruutuksesta, ja "
            "palautteet kahden viikon kuluttua. Alle 1 000 euron tilauksista ei kysytä mitään. Tavoite on 99,5 %.",
            "sv": "Beställningarna sparas i tio år och loggarna i sex månader. Nyhetsbrevets uppgifter raderas inom en månad "
            "från uppsägningen och "
            "respons efter 14 dagar. För beställningar under 1000 euro frågar vi inget. Målet är 99,5 procent.",
            "en": "Orders are kept for ten years and logs for 6 months. Data of the newsletter are erased within a month of "
            "cancelling, and "
            "feedback after two weeks. For orders below EUR 1,000 we ask for nothing. Our aim is 99.5%.",
        },
    ),
    Section(
        "consent",
        {"fi": "Suostumus", "sv": "Samtycke", "en": "Consent"},
        {
            "fi": "Alle 13-vuotiaan puolesta suostumuksen antaa huoltaja (tietosuojalaki 1050/2018, 5 §; 8 artikla). Käsittelyn "
            "peruste on 6 artiklan 1 "
            "kohdan a alakohta. Päivitetty 1.3.2024.",
            "sv": "För barn under 13 år ger vårdnadshavaren samtycket (dataskyddslagen 1050/2018, 5 §; artikel 8). Grunden är "
            "artikel 6.1 a. "
            "Uppdaterad den 1 mars 2024.",
            "en": "For a child under the age of thirteen a guardian consents (Data Protection Act, Section 5; Article 8). The "
            "basis is Art. 6(1)(a). "
            "Updated 1 March 2024.",
        },
    ),
    Section(
        "complaint",
        {"fi": "Valitus", "sv": "Klagomål", "en": "Complaint"},
        {
            "fi": "Tietosuojavaltuutetun toimisto, Lintulahdenkuja 4, 00530 Helsinki, PL 800, puh. 029 566 6700. Avoinna klo 9-15.",
            "sv": "Dataombudsmannens byrå, Fågelviksgränden 4, 00530 Helsingfors, PB 800, tfn 029 56 66700. Öppet kl. 9-15.",
            "en": "Office of the Data Protection Ombudsman, Lintulahdenkuja 4, 00530 Helsinki, P.O. Box 800, tel. +358 29 566 "
            "6700. Open 9 am to 3 pm.",
        },
    ),
)


def test_a_notice_translated_with_care_does_not_drift() -> None:
    assert drift(IN_STEP, LANGUAGES, "fi") == []
    assert drift(IN_STEP, LANGUAGES, "sv") == []


@pytest.mark.parametrize(
    ("fi", "sv", "expected"),
    [
        ("puh. 029 566 6700", "tfn 029 566 6710", ("phone", "029 566 6700", "029 566 6710")),
        ("Kirjoita osoitteeseen apu@malli.example.", "Skriv till oss.", ("email", "apu@malli.example", None)),
        ("y-tunnus 9123458-1", "FO-nummer 9123457-3", ("business_id", "9123458-1", "9123457-3")),
        ("Päivitetty 1.3.2024", "Uppdaterad 1.3.2025", ("date", "1.3.2024", "1.3.2025")),
        ("Rantakatu 12", "Strandgatan 14", ("street", "Rantakatu 12", "Strandgatan 14")),
        ("Lintulahdenkuja 4", "Besök oss gärna.", ("street", "Lintulahdenkuja 4", None)),
        ("Lintulahdenkuja 4", "Lintulahdenkatu 4 är adressen", ("street", "Lintulahdenkuja 4", "Lintulahdenkatu 4")),
        ("00530 Helsinki", "00520 Helsingfors", ("postcode", "00530 Helsinki", "00520 Helsingfors")),
        ("Alle 13-vuotiaan tiedot", "Alla 13-åriga", ("age", "Alle 13-vuotiaan", "13-åriga")),
        ("Säilytämme 10 vuotta.", "Vi sparar dem i sex år.", ("period", "10 vuotta", "sex år")),
        ("Maksu on 25 euroa.", "Avgiften är 15 euro.", ("number", "25", "15")),
    ],
)
def test_what_stands_in_one_language_alone_is_drift(fi: str, sv: str, expected: tuple[str, str, str | None]) -> None:
    assert between(fi, sv) == [expected]


@pytest.mark.parametrize(
    ("fi", "sv"),
    [
        ("vastaamme 1 kuukauden kuluessa", "vi svarar inom en månad"),
        ("vastaamme kuukaudessa", "vi svarar inom 1 månad"),
        ("12 kuukautta", "1 år"),
        ("24 tuntia", "ett dygn"),
        ("12 tarkoitusta", "tolv ändamål"),
        ("vuosina 2019 ja 2020", "åren 2019 och 2020"),
        ("3,5 miljoonaa", "3.5 miljoner"),
        ("1 000 000", "1.000.000"),
        ("ks. kohta 12 ja 13 artikla", "se punkt 14 och artikel 15"),
        ("Tarjoamme 3 palvelua.", "Vi erbjuder tjänster."),
        ("[Tietosuoja](https://malli.example/fi/12)", "[Dataskydd](https://malli.example/sv/15)"),
        ("- 12. kohta", "- punkt"),
        ("maaliskuussa 2024", "1.3.2024"),
        ("tiedot säilytetään 10 vuoden ajan", "personuppgifterna sparas under 10 år"),
    ],
)
def test_what_is_only_said_otherwise_is_no_drift(fi: str, sv: str) -> None:
    assert between(fi, sv) == []
    assert drift(content(section(fi=sv, sv=fi)), ["fi", "sv"], "sv") == []


def test_a_drift_tells_where() -> None:
    notice = content(section(fi="Soita.", sv="Ring 040 555 0199."), section("security", fi="Lukittu."))
    assert drift(notice, ["fi", "sv"], "fi") == [
        Drift("exercise", "sv", "fi", "phone", "sv", "fi", "040 555 0199", None, (5, 17)),
        Drift("security", "sv", "fi", "section", "fi", "sv", "Otsikko fi"),
    ]


def test_a_section_with_a_heading_alone_has_no_text() -> None:
    notice = content(Section("retention", {"fi": "Säilytys", "sv": "Lagring"}, {"fi": "10 vuotta", "sv": " "}))
    notice.sections.append(section("other", fi="a", sv="b"))
    assert [(one.kind, one.missing_in) for one in drift(notice, ["fi", "sv"], "fi")] == [("section", "sv")]


def test_a_section_that_the_default_language_lacks_is_told() -> None:
    notice = content(section("other", fi="a", sv="b"), section("breach", sv="Om något händer"))
    assert [(one.section, one.language, one.missing_in) for one in drift(notice, ["fi", "sv"], "fi")] == [("breach", "sv", "fi")]


def test_a_language_without_text_is_told_once() -> None:
    notice = content(section("other", fi="a 040 555 0199"), section("breach", fi="b"))
    assert [(one.kind, one.section, one.language) for one in drift(notice, LANGUAGES, "fi")] == [
        ("language", None, "sv"),
        ("language", None, "en"),
    ]
    assert drift(content(), LANGUAGES, "fi") == []


def test_title_and_register_name_are_compared_by_presence() -> None:
    notice = Content({"fi": "Seloste"}, [section(fi="a", sv="b")], register_name={"fi": "Rekisteri", "sv": "Register"})
    assert [(one.kind, one.section) for one in drift(notice, ["fi", "sv"], "fi")] == [("title", None)]


BITS = st.sampled_from(
    ["040 555 0199", "a@malli.example", "1.3.2024", "10 vuotta", "under 13 år", "Rantakatu 4", "25", "sana", "9123458-1", "\n", "tio år"]
)
TEXTS = st.lists(BITS, max_size=12).map(" ".join)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_spans_show_the_words(fi: str, sv: str) -> None:
    for one in drift(content(section(fi=fi, sv=sv)), ["fi", "sv"], "fi"):
        if one.span:
            assert sv[slice(*one.span)] == (one.text if one.stands_in == "sv" else one.instead)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_equal_copies_do_not_drift(texts: list[str]) -> None:
    notice = content(*(section(f"s{number}", fi=text, sv=text, en=text) for number, text in enumerate(texts)))
    assert drift(notice, LANGUAGES, "fi") == []


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_drift_is_the_same_each_time(fi: str, sv: str) -> None:
    notice = content(section(fi=fi, sv=sv))
    assert drift(notice, ["fi", "sv"], "fi") == drift(notice, ["fi", "sv"], "fi")


EXAMPLES = Path(__file__).parents[3] / "examples" / "tenants"


@pytest.mark.parametrize("folder", sorted({path.parent for path in EXAMPLES.rglob("sv.md")}), ids=lambda path: path.parents[1].name)
def test_the_examples_are_in_step(folder: Path) -> None:
    texts = {path.stem: re.split(r"(?m)^## ", path.read_text("utf-8")) for path in folder.glob("*.md")}
    sections = []
    for number in range(1, len(texts["fi"])):
        parts = {code: text[number].partition("\n") for code, text in texts.items()}
        sections.append(
            Section(f"s{number}", {code: part[0] for code, part in parts.items()}, {code: part[2] for code, part in parts.items()})
        )
    assert len(sections) > 10
    assert drift(content(*sections), LANGUAGES, "fi") == []
