"""Facts gathered from a notice's sections."""

from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.notices.importing.gathering import FoundFacts, gather
from tests.growing import assert_linear


class Told(NamedTuple):
    covers: tuple[str, ...]
    heading: str
    text: str


def told(covers: str, text: str, heading: str = "Otsikko") -> Told:
    return Told(tuple(covers.split()), heading, text)


def gathered(*sections: Told, title: str | None = "Tietosuojaseloste") -> FoundFacts:
    return gather(sections, title)


CARD = told("controller", "Malli Oy, Mallikatu 1, 00100 Helsinki, info@malli.example, 09 555 0100", "Rekisterinpitäjä")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Malliyritys Oy\nY-tunnus: 9123458-1\nPostiosoite: PL 12, 00101 Helsinki\nKäyntiosoite: Mallikatu 1 A, 00100 Helsinki\n"
            "Puhelin: 09\u00a0555\u00a00123 (ma–pe klo 9–15)\nSähköposti: info(at)malli.example\nwww.malli.example",
            ("Malliyritys Oy", "9123458-1", "PL 12, 00101 Helsinki", "info@malli.example", "09 555 0123"),
        ),
        (
            "Rekisterinpitäjänä toimii Hämeen Hoiva ja Koti Oy (9123458-1), Puistokatu 4 C 21, 13100 Hämeenlinna.",
            ("Hämeen Hoiva ja Koti Oy", "9123458-1", "Puistokatu 4 C 21, 13100 Hämeenlinna", None, None),
        ),
        (
            "Nimi: Kirjakauppa Lehti Ky\nOsoite: Kauppakatu 3\nPostinumero: 40100\nPostitoimipaikka: "
            "Jyväskylä\nPuhelin:\nSähköposti: lehti@malli.example",
            ("Kirjakauppa Lehti Ky", None, "Kauppakatu 3, 40100 Jyväskylä", "lehti@malli.example", None),
        ),
        (
            "Föreningen Konstens Vänner i Borgå rf\nFO-nummer: 9123458-1\nÅgatan 12\n06100 Borgå\ntfn 019-555 0123\nkonst@malli.example",
            ("Föreningen Konstens Vänner i Borgå rf", "9123458-1", "Ågatan 12, 06100 Borgå", "konst@malli.example", "019-555 0123"),
        ),
        (
            "The controller is Example Trading Limited, a company registered in Ireland under company number 654321, with "
            "its registered office "
            "at 1 Grand Square, Dublin 2, D02 P820, Ireland. Reach us at privacy@trading.example or +353 1 555 0123.",
            (
                "Example Trading Limited",
                "654321",
                "1 Grand Square, Dublin 2, D02 P820, Ireland",
                "privacy@trading.example",
                "+353 1 555 0123",
            ),
        ),
        (
            "Bergsport Muster AG, Seilerweg 19, 3900 Brig, Switzerland\nUID CHE-999.999.996\nE-mail: post@muster.example",
            ("Bergsport Muster AG", "CHE-999.999.996", "Seilerweg 19, 3900 Brig, Switzerland", "post@muster.example", None),
        ),
        (
            "Mallilan kaupunki\nKaupunginhallitus\nAsematie 7\n01300 Mallila\nkirjaamo(at)mallila.example\nPuhelinvaihde 09 555 012",
            ("Mallilan kaupunki", None, "Asematie 7, 01300 Mallila", "kirjaamo@mallila.example", "09 555 012"),
        ),
        (
            "Asunto Oy Mallilan Helmi\nc/o Isännöinti Malli\nAsemakatu 12 B\n33100 Tampere",
            ("Asunto Oy Mallilan Helmi", None, "c/o Isännöinti Malli, Asemakatu 12 B, 33100 Tampere", None, None),
        ),
        (
            "Fysio Malli Oy, Vaasankatu 21, 2. krs, 40100 Jyväskylä",
            ("Fysio Malli Oy", None, "Vaasankatu 21, 2. krs, 40100 Jyväskylä", None, None),
        ),
        ("Anna Mallinen Tmi, y-tunnus 9123458-1", ("Anna Mallinen Tmi", "9123458-1", None, None, None)),
        ("Malli Group koostuu Malli Oy:stä ja sen tytäryhtiöistä.", ("Malli Oy", None, None, None, None)),
        (
            "Mallilan Autokorjaamo\nTeollisuustie 8, 60100 Seinäjoki",
            ("Mallilan Autokorjaamo", None, "Teollisuustie 8, 60100 Seinäjoki", None, None),
        ),
        (
            "Anna Mallinen 358 (0)40 555 0199 myynti@malli.example",
            ("Anna Mallinen", None, None, "myynti@malli.example", "358 (0)40 555 0199"),
        ),
        ("Yritys Oy\nOsoite:\nPuhelin:", (None, None, None, None, None)),
        ("[Föreningens namn]\n[Gatuadress, postnummer och ort]\nE-post:", (None, None, None, None, None)),
        ("Malli Oy, [email\u00a0protected]", ("Malli Oy", None, None, None, None)),
    ],
)
def test_the_controller(text: str, expected: tuple[str | None, ...]) -> None:
    assert msgspec.structs.astuple(gathered(told("controller", text)).controller) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Toimitusjohtaja Maija Mallinen\nPuh. 040 555 0199\nSähköposti: maija(at)malli.example",
            ("Maija Mallinen", "Toimitusjohtaja", "maija@malli.example", "040 555 0199"),
        ),
        (
            "Maija Mallinen (tietohallintopäällikkö), maija@malli.example",
            ("Maija Mallinen", "tietohallintopäällikkö", "maija@malli.example", None),
        ),
        (
            "Nimi: Maija Mallinen\nTehtävänimike: hallintosihteeri\nPuhelin: +358 40 555 0199",
            ("Maija Mallinen", "hallintosihteeri", None, "+358 40 555 0199"),
        ),
        ("Mallinen Maija, talouspäällikkö, 040-5550199", ("Mallinen Maija", "talouspäällikkö", None, "040-5550199")),
        (
            "Hallituksen puheenjohtaja / Maija Mallinen / 040 555 0199",
            ("Maija Mallinen", "Hallituksen puheenjohtaja", None, "040 555 0199"),
        ),
        (
            "Verkställande direktör Lars-Erik von Modell, lars-erik@malli.example",
            ("Lars-Erik von Modell", "Verkställande direktör", "lars-erik@malli.example", None),
        ),
        (
            "Medlemssekreterare Mirjam Modell svarar på frågor: mirjam@malli.example",
            ("Mirjam Modell", "Medlemssekreterare", "mirjam@malli.example", None),
        ),
        (
            "Contact our Chief Privacy Counsel, Jane O'Neill, at privacy@malli.example",
            ("Jane O'Neill", "Chief Privacy Counsel", "privacy@malli.example", None),
        ),
        ("Head of Preschool Eve Sample, office@malli.example", ("Eve Sample", "Head of Preschool", "office@malli.example", None)),
        ("Kampaaja Minttu Mallinen, puh. 040 555 0199", ("Minttu Mallinen", "Kampaaja", None, "040 555 0199")),
        ("Valokuvaaja Marja-Liisa Malli, 040 555 0199", ("Marja-Liisa Malli", "Valokuvaaja", None, "040 555 0199")),
        ("Raija Maija Mallinen, 040 555 0199", ("Raija Maija Mallinen", None, None, "040 555 0199")),
        ("Asiakaspalvelu, puh. 09 555 0123", ("Asiakaspalvelu", None, None, "09 555 0123")),
        ("tietosuoja@malli.example", (None, None, "tietosuoja@malli.example", None)),
        ("Sama kuin yllä", (None, None, "info@malli.example", "09 555 0100")),
        ("Nimi:\nPuhelin:", None),
        ("", None),
    ],
)
def test_the_contact(text: str, expected: tuple[str | None, ...] | None) -> None:
    found = gathered(CARD, told("contact", text, "Yhteyshenkilö")).contact
    assert (msgspec.structs.astuple(found) if found else None) == expected


def test_a_heading_may_name_the_post() -> None:
    text = "Maija Mallinen, maija@malli.example"
    for heading, role in (("Isännöitsijä", "Isännöitsijä"), ("Vastuuhenkilö", None), ("Rekisteriasiat", None)):
        contact = gathered(CARD, told("contact", text, heading)).contact
        assert contact is not None
        assert contact.role == role


def test_the_same_person_as_the_controller() -> None:
    facts = gathered(told("controller", "Anna Mallinen, anna@malli.example"), told("contact", "Samma som ovan.", "Kontaktperson"))
    assert facts.contact
    assert (facts.contact.name, facts.contact.email) == ("Anna Mallinen", "anna@malli.example")


def test_a_team_may_stand_in_the_heading() -> None:
    facts = gathered(
        CARD, told("contact dpo", "Kirjoita: team@malli.example. Viestit lukee tietosuojavastaavamme Maija Mallinen.", "Yksityisyystiimi")
    )
    assert facts.contact
    assert facts.dpo
    assert (facts.contact.name, facts.dpo.name, facts.dpo.email) == ("Yksityisyystiimi", "Maija Mallinen", "team@malli.example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Maija Mallinen\nmaija@malli.example", ("Maija Mallinen", "maija@malli.example", None)),
        ("Tietosuojavastaavan yhteystiedot: dpo@malli.example, puh. 09 555 0123", (None, "dpo@malli.example", "09 555 0123")),
        ("Stiftets gemensamma dataskyddsombud Roland Modell, tfn 06 555 0151", ("Roland Modell", None, "06 555 0151")),
        ("Yrityksellä ei ole velvollisuutta nimittää tietosuojavastaavaa.", None),
        ("Bolaget har inte utsett något dataskyddsombud.", None),
        ("We are not obliged to appoint a data protection officer.", None),
        ("Ei ole.", None),
    ],
)
def test_the_officer(text: str, expected: tuple[str | None, ...] | None) -> None:
    found = gathered(CARD, told("dpo", text, "Tietosuojavastaava")).dpo
    assert (msgspec.structs.astuple(found) if found else None) == expected


def test_an_officer_named_in_passing() -> None:
    facts = gathered(CARD, told("security", "Palvelimesta vastaa yrityksen tietosuojavastaava Maija Mallinen. Tilat ovat lukossa."))
    assert facts.dpo
    assert facts.dpo.name == "Maija Mallinen"


def test_a_controllers_section_may_introduce_all_three() -> None:
    text = (
        "Malli Oy, Mallikatu 1, 00100 Helsinki, info@malli.example\nYhteyshenkilö: Maija Mallinen, puh. 040 555 0199\n"
        "Tietosuojavastaava: Matti Mallinen, dpo@malli.example\nValvontaviranomainen: tietosuojavaltuutettu, tietosuoja@om.fi"
    )
    facts = gathered(told("controller contact dpo", text))
    assert facts.contact
    assert facts.dpo
    assert (facts.controller.name, facts.controller.email, facts.controller.phone) == ("Malli Oy", "info@malli.example", None)
    assert (facts.contact.name, facts.contact.email, facts.contact.phone) == ("Maija Mallinen", None, "040 555 0199")
    assert (facts.dpo.name, facts.dpo.email) == ("Matti Mallinen", "dpo@malli.example")


@pytest.mark.parametrize(
    ("asked", "contact"),
    [
        (
            "Tietosuoja-asiat lukee ja\nniihin vastaa meillä Sanni Malli (sanni@malli.example).",
            ("Sanni Malli", None, "sanni@malli.example"),
        ),
        (
            "Dataskyddsfrågor läses av Ture Modell, produktansvarig: ture@malli.example.",
            ("Ture Modell", "produktansvarig", "ture@malli.example"),
        ),
        ("Ask for Pilvi (Pilvi Sample, course coordinator) if it is about your data.", ("Pilvi Sample", "course coordinator", None)),
        ("Sanni Malli from our team answers: sanni@malli.example", ("Sanni Malli", None, "sanni@malli.example")),
    ],
)
def test_a_sentence_of_the_controllers_section_names_whom_to_ask(asked: str, contact: tuple[str | None, ...]) -> None:
    found = gathered(
        told("controller contact", f"Tuulikellon tekee Malli Software Oy, Mallikatu 1, 00100 Helsinki. moi@malli.example\n{asked}")
    )
    assert (found.controller.name, found.controller.email) == ("Malli Software Oy", "moi@malli.example")
    assert found.contact
    assert (found.contact.name, found.contact.role, found.contact.email) == contact


def test_of_joint_controllers_the_first() -> None:
    facts = gathered(
        told(
            "controller joint_controllers",
            "1. Yksi Oy, 9123458-1, Rantatie 1, 57130 Savonlinna\n2. Kaksi Oy, 9123457-3, Rantatie 60, 58900 Rantasalmi",
        )
    )
    assert msgspec.structs.astuple(facts.controller)[:3] == ("Yksi Oy", "9123458-1", "Rantatie 1, 57130 Savonlinna")


def test_a_controller_under_a_heading_that_nobody_knows() -> None:
    facts = gathered(
        told("other", "Malli Oy, 9123458-1\nMallikatu 1, 00100 Helsinki", "Tervehdys"),
        told("recipients", "Tilitoimisto Toinen Oy, Rantatie 1, 57130 Savonlinna"),
    )
    assert facts.controller.name == "Malli Oy"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Espoossa 25.5.2018", "2018-05-25"),
        ("Turku, 2 February 2018", "2018-02-02"),
        ("Esbo den 2 mars 2021", "2021-03-02"),
        ("Laadittu 14.3.2013, tarkistettu 2.6.2018", "2018-06-02"),
        ("EU:n tietosuoja-asetus tuli voimaan 25.5.2018. Tämä seloste on päivitetty 1.2.2024.", "2024-02-01"),
        ("Effective as of 1 May 2022 and last reviewed on 2 June 2023.", "2023-06-02"),
        ("Beskrivningen uppdaterades senast den 3 april 2023.", "2023-04-03"),
        ("(Päivitetty 3.4.2023)", "2023-04-03"),
        ("Henkilötietolaki (523/1999) 10 § Laatimispvm 12.3.2015", "2015-03-12"),
        ("Den här texten är från 14.3.2026. Den ersätter den från 1.1.2019.", "2026-03-14"),
        ("Tietosuojalaki tuli voimaan 1.1.2019.", None),
        ("Laadittu pp.kk.vvvv", None),
        ("Laadittu maaliskuussa 2020", None),
    ],
)
def test_the_date(text: str, expected: str | None) -> None:
    assert gathered(CARD, told("intro", text, "")).date == expected


def test_a_date_in_a_sentence_on_something_else_is_not_the_notices() -> None:
    text = "Komission päätös 10.7.2023 on voimassa.\nSopimus on voimassa 31.12.2027 asti, ja se tarkistetaan vuosittain osapuolten kesken."
    assert gathered(told("transfers", text)).date is None
    assert gathered(told("complaint", "Voit valittaa.\n\nPäivitetty 6.6.2023")).date == "2023-06-06"
    assert gathered(CARD, title="Tietosuojaseloste 25.5.2018").date == "2018-05-25"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Asiakasrekisteri", "Asiakasrekisteri"),
        ("Rekisterin nimi on Malli Oy:n asiakasrekisteri.", "Malli Oy:n asiakasrekisteri"),
        ("”Medlemsregister”", "Medlemsregister"),
        ("Customer register. It contains names and addresses.", "Customer register"),
        ("[Rekisterin nimi]", None),
        ("", None),
    ],
)
def test_the_registers_name(text: str, expected: str | None) -> None:
    assert gathered(told("register_name", text)).register_name == expected
    assert gathered(told("controller", f"Malli Oy\nRekisteri: {text}")).register_name == expected


def test_bases_are_gathered_where_they_are_spoken_of() -> None:
    facts = gathered(
        told(
            "purposes legal_basis",
            "Tilaukset: sopimus. Uutiskirje: suostumuksesi, jonka voit peruuttaa.\nKirjanpito perustuu kirjanpitolakiin.",
        ),
        told("legitimate_interests", "Asiakassuhde", "Oikeutetun edun peruste"),
        told("consent", "", "Suostumus"),
        told("data_categories", "Terveystiedot, 9 artiklan 2 kohdan h alakohta"),
        told("recipients", "Alihankkijan kanssa on tehty sopimus yleisen edun vuoksi."),
        told("rights_portability", "Jos peruste on 6 artiklan 1 kohdan d alakohta, tiedot voi siirtää."),
    )
    assert facts.legal_bases == ["6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(f)", "9(2)(h)"]
    assert gathered(told("legal_basis", "( ) suostumus\n( ) oikeutettu etu, mikä: ____")).legal_bases == []


@pytest.mark.parametrize(
    ("covers", "text", "expected"),
    [
        (
            "retention",
            "Tietoja säilytetään 2 vuotta.\nSen jälkeen ne poistetaan.",
            "Tietoja säilytetään 2 vuotta. Sen jälkeen ne poistetaan.",
        ),
        (
            "retention security",
            "Tiedot on suojattu. Paperit säilytetään lukitussa kaapissa. Tiedot säilytetään viisi vuotta.",
            "Tiedot säilytetään viisi vuotta.",
        ),
        (
            "sources retention",
            "Pidämme rekisterin siistinä: eronneen tiedot poistetaan kahden vuoden kuluttua.",
            "eronneen tiedot poistetaan kahden vuoden kuluttua.",
        ),
        (
            "rights_erasure retention",
            "Voit pyytää tietojesi poistamista. Ne poistetaan viimeistään vuoden kuluttua.",
            "Ne poistetaan viimeistään vuoden kuluttua.",
        ),
        (
            "retention",
            "Tieto\tAika\nKävijät\t12 kuukautta käynnistä\nKuitit\tkuusi vuotta",
            "Kävijät 12 kuukautta käynnistä; Kuitit kuusi vuotta",
        ),
        ("retention", "1. Sopimukset: 2 vuotta.\n2. Lokit: 90 päivää.", "Sopimukset: 2 vuotta. Lokit: 90 päivää."),
        ("purposes retention", "What\tKept for\nYour account\tuntil you delete it\nLogs\t90 days", "until you delete it; 90 days"),
        ("retention", "____", None),
        ("retention", "(määrittele säilytysaika)", None),
        ("retention", "", None),
    ],
)
def test_retention(covers: str, text: str, expected: str | None) -> None:
    assert gathered(told(covers, text)).retention == expected


def test_what_is_not_told_is_absent() -> None:
    assert msgspec.to_builtins(gathered(title=None)) == {
        "controller": {"name": None, "business_id": None, "address": None, "email": None, "phone": None},
        "contact": None,
        "dpo": None,
        "title": None,
        "register_name": None,
        "date": None,
        "legal_bases": [],
        "retention": None,
    }


def test_what_follows_a_flood_is_not_read() -> None:
    assert gathered(told("other", "a " * 200_000), told("date", "Laadittu 2.3.2020")).date is None


COVERS = "controller contact dpo register_name legal_basis retention date other"
PIECES = [
    "Malli Oy",
    "Maija Mallinen",
    "toimitusjohtaja",
    ", ",
    "\n",
    ": ",
    "Yhteyshenkilö",
    "09 555 0123",
    "a@malli.example",
    "Mallikatu 1",
    "00100 Helsinki",
    "(",
    "\t",
    "suostumus",
    "2.3.2020",
    "10 vuotta",
    "säilytetään",
    "[nimi]",
    "c/o ",
    "tietosuojavastaava",
    "Päivitetty ",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60))
def test_facts_are_words_of_the_text(text: str) -> None:
    facts = gathered(told(COVERS, text), title=None)
    words = " ".join(text.split())
    for value in (
        facts.controller.name,
        facts.controller.phone,
        facts.contact and facts.contact.name,
        facts.contact and facts.contact.role,
        facts.dpo and facts.dpo.name,
    ):
        assert value is None or value.strip(".") in words


@pytest.mark.parametrize(
    "piece",
    [
        "Malli Oy, ",
        "Aa ",
        "yhteyshenkilö: A B, ",
        "c/o ",
        "\n",
        "säilytys\t",
        "1 v – ",
        "6(1)(a) ",
        "puh. ",
        "A, ",
        "tietosuojavastaava Matti Malli. ",
    ],
)
def test_time_is_linear_in_the_text(piece: str) -> None:
    def gathering(size: int) -> None:
        gathered(*(told(covers, piece * (size // len(piece))) for covers in COVERS.split()))

    assert_linear(gathering, 4_000)
