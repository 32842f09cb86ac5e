"""What stands out in a text by its form, and what must not."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.notices.wording import counting, spotting
from service.notices.wording.spotting import Spot
from tests.growing import assert_linear

ALL: list[Callable[[str], list[Spot]]] = [
    spotting.emails,
    spotting.phones,
    spotting.business_ids,
    spotting.dates,
    spotting.months,
    spotting.streets,
    spotting.towns,
    spotting.addresses,
    spotting.links,
    spotting.placeholders,
    counting.ages,
    counting.periods,
    counting.numbers,
]


def values(spots: list[Spot]) -> list[str]:
    return [spot.value for spot in spots]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Kirjoita: Apu@Malli.example.", "apu@malli.example"),
        ("apu(at)malli.example", "apu@malli.example"),
        ("apu [at] malli.example", "apu@malli.example"),
        ("apu (ät) malli.example", "apu@malli.example"),
        ("etu.suku at malli.example", "etu.suku@malli.example"),
        ("apu at malli dot example", "apu@malli.example"),
        ("apu(at)malli(piste)example", "apu@malli.example"),
        ("a\\_b@malli.example", "a_b@malli.example"),
        ("<mailto:apu@malli.example>", "apu@malli.example"),
        ("[email\u00a0protected]", ""),
    ],
)
def test_emails(text: str, value: str) -> None:
    assert values(spotting.emails(text)) == [value]


@pytest.mark.parametrize(
    "text", ["etu.suku2malli.example", "look at malli.example", "@malli", "write to us at malli.example/apu", "a@b", "klo 9 @ kahvila"]
)
def test_no_emails(text: str) -> None:
    assert spotting.emails(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("puh. 09-555 01234", "+358955501234"),
        ("020 74 66 010", "+358207466010"),
        ("358 (0)40 555 0199", "+358405550199"),
        ("+358 40 555 0199", "+358405550199"),
        ("+358(0)9 555 0123", "+35895550123"),
        ("(09) 555 0123", "+35895550123"),
        ("029 56 66700", "+358295666700"),
        ("029\u00a0566\u00a06700 (vaihde)", "+358295666700"),
        ("tel:+358405550199", "+358405550199"),
        ("0046 8 555 01 23", "+4685550123"),
        ("+46 (0)8-555 01 23", "+4685550123"),
        ("+49 30 5550123.", "+49305550123"),
        ("+353 1 555 0123", "+35315550123"),
        ("tel. 555 01234", "55501234"),
        ("040-5550199/asiakaspalvelu", "+358405550199"),
    ],
)
def test_phones(text: str, value: str) -> None:
    assert values(spotting.phones(text)) == [value]


def test_two_phones_in_a_row() -> None:
    assert values(spotting.phones("09 555 0123 / 040 555 0199, 050 555 0101 045 555 0102")) == [
        "+35895550123",
        "+358405550199",
        "+358505550101",
        "+358455550102",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "9123458-1",
        "0201256-6",
        "02.03.2020",
        "1.1.2018-31.12.2020",
        "00530 Helsinki",
        "PL 800, 00531 Helsinki",
        "523/1999 ja 1050/2018",
        "1 000 000 euroa",
        "2018-2020",
        "12 345 678",
        "010190-123A",
        "klo 0800-1600",
        "FI21 1234 5600 0007 85",
        "4.1.2 ja 10.2.1",
        "ISO 27001:2022",
        "2016/679",
    ],
)
def test_no_phones(text: str) -> None:
    assert spotting.phones(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y-tunnus  9123458-1", "9123458-1"),
        ("(9123458-1)", "9123458-1"),
        ("FI91234581", "9123458-1"),
        ("FI 91234581", "9123458-1"),
        ("1234567-8", "1234567-8"),
    ],
)
def test_business_ids(text: str, value: str) -> None:
    assert values(spotting.business_ids(text)) == [value]


@pytest.mark.parametrize("text", ["040-5550199", "12345678", "2021-2022", "123456-7890", "9123458-11", "SE556012345601"])
def test_no_business_ids(text: str) -> None:
    assert spotting.business_ids(text) == []


def test_the_check_digit_of_a_business_id() -> None:
    assert spotting.is_valid_business_id("9123458-1")
    assert not spotting.is_valid_business_id("1234567-8")
    assert not spotting.is_valid_business_id("")


@pytest.mark.parametrize(
    "text",
    [
        "2.3.2020",
        "02.03.2020",
        "2. 3. 2020",
        "2020-03-02",
        "2/3/2020",
        "02.03.20",
        "2. maaliskuuta 2020",
        "2 mars 2020",
        "den 2:a mars 2020",
        "2 March 2020",
        "2nd of March 2020",
        "March 2, 2020",
        "Espoossa 2.3.2020.",
    ],
)
def test_dates(text: str) -> None:
    assert values(spotting.dates(text)) == ["2020-03-02"]


@pytest.mark.parametrize(
    "text", ["31.2.2020", "1.2.3.4", "523/1999", "2020-13-01", "10.2.1", "pp.kk.vvvv", "32 March 2020", "maaliskuu 2020", "1.3.1024"]
)
def test_no_dates(text: str) -> None:
    assert spotting.dates(text) == []


def test_both_ends_of_a_time_are_dates() -> None:
    assert values(spotting.dates("1.3.2024-5.3.2024")) == ["2024-03-01", "2024-03-05"]


def test_months() -> None:
    assert values(spotting.months("maaliskuu 2020, mars 2020, in March 2020, 3/2020; 1. maaliskuuta 2020, 523/1999")) == ["2020-03"] * 4


@pytest.mark.parametrize(
    "text",
    [
        "Mallikatu 1",
        "Rantatie 12 A 4",
        "Teknobulevardi 3-5",
        "Iso Mallikatu 4 B",
        "Aleksis Kiven katu 5",
        "Malligränden 4",
        "Alexandersgränd 8 B",
        "Norra Esplanaden 12",
        "Gamla skolvägen 17",
        "Klockarbacken 2",
        "Pikk tänav 4",
        "Musterstraße 4",
        "12 Tannery Lane",
        "4 Example Street",
        "PL 800",
        "PB 12",
        "P.O. Box 800",
    ],
)
def test_streets(text: str) -> None:
    assert [spot.text for spot in spotting.streets(f"Osoite {text}, jotain")] == [text]


@pytest.mark.parametrize(
    "text", ["Kohta 5", "vuosikatu 5", "Taulukko 4", "Verksamhetsplanen 2026", "Toimintatie 2024", "artikla 6", "Ranta 5", "pl 8a"]
)
def test_no_streets(text: str) -> None:
    assert spotting.streets(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Mallikatu 1, 00100 Helsinki", "Mallikatu 1, 00100 Helsinki"),
        ("Mallikatu 1\n  02320   ESPOO", "Mallikatu 1, 02320 ESPOO"),
        ("PL 800, Mallitie 9, 00521 Helsinki", "PL 800, Mallitie 9, 00521 Helsinki"),
        ("Stora vägen 5, SE-111 22 Stockholm", "Stora vägen 5, 111 22 Stockholm"),
        ("Mallikatu 1\\\n00100 Helsinki", "Mallikatu 1, 00100 Helsinki"),
    ],
)
def test_addresses(text: str, value: str) -> None:
    assert values(spotting.addresses(f"Malli Oy, {text}, puh. 09 555 0123")) == [value]


def test_a_street_and_a_town_apart_are_no_address() -> None:
    assert spotting.addresses("Mallikatu 1 on kiinni. Postia voi lähettää: 00100 Helsinki") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://www.Malli.example/tietosuoja/.", "malli.example/tietosuoja"),
        ("tietosuoja.fi", "tietosuoja.fi"),
        ("(www.malli.example)", "malli.example"),
        ("[sivu](https://malli.example/a?b=1)", "malli.example/a?b=1"),
    ],
)
def test_links(text: str, value: str) -> None:
    assert values(spotting.links(text)) == [value]


def test_an_email_address_is_no_link() -> None:
    assert spotting.links("apu@malli.example, apu(at)malli.example, esim. näin") == []


@pytest.mark.parametrize(
    "text",
    [
        "sähköpostitse (s-postiosoite)",
        "[yritys]",
        "[Yrityksen nimi]",
        "<nimi>",
        "\\[yritys\\]",
        "[lisää tähän toimiala]",
        "[fyll i]",
        "[insert name here]",
        "(lisää osoite)",
        "Nimi: (yrityksen nimi)",
        "{{company}}",
        "${name}",
        "XXXX",
        "040 XXX XXXX",
        "pp.kk.vvvv",
        "dd.mm.åååå",
        "xx.xx.20xx",
        "Nimi: ____",
        "Puhelin: ......",
        "Etunimi Sukunimi",
        "[●]",
        "Yritys Oy",
        "Lorem ipsum dolor",
        "\\_\\_\\_\\_ saakka",
    ],
)
def test_placeholders(text: str) -> None:
    assert spotting.placeholders(text)


@pytest.mark.parametrize(
    "text",
    [
        "perustiedot (nimi, osoite, puhelin)",
        "yhteystiedot (nimi)",
        "{{controller.name}} ja {{ facts.retention }}",
        "[tietosuojaseloste](https://malli.example)",
        "[x] suostumus",
        "[ ] sopimus",
        "(X) samtycke",
        "_____",
        "***",
        "syntymäaika (pp.kk.vvvv)",
        "<address>",
        "[1]",
        "etunimi ja sukunimi",
        "näin... ja niin…",
        "XXL-paidat",
        "___lihava___ sana",
        "Contact us (by phone)",
    ],
)
def test_no_placeholders(text: str) -> None:
    assert spotting.placeholders(text) == []


PIECES = [
    "a",
    "1",
    "0",
    " ",
    "\n",
    "@",
    ".",
    "-",
    "(",
    ")",
    "[",
    "]",
    "+358 ",
    "040 555 0199",
    "katu 1",
    "Mallikatu",
    "vuotta",
    "åriga",
    "maaliskuuta",
    "{{",
    "}}",
    "_",
    "X",
    "\u00a0",
    "y",
    "FI",
    "§",
    "www.",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=80))
def test_a_spot_is_where_it_says(text: str) -> None:
    for spots in ALL:
        found = spots(text)
        assert all(text[spot.start : spot.end] == spot.text != "" for spot in found)
        assert [spot.start for spot in found] == sorted(spot.start for spot in found)


@pytest.mark.parametrize(
    "piece",
    ["a", "0 ", "a@", "a.", "Aa ", "Katu 1", "(", "[a", "_", "1.", "00531 ", "0 (0)", "x", "Mallikatu 1\n00100 Espoo\n", "alle ", "yksi "],
)
def test_time_is_linear_in_the_text(piece: str) -> None:
    for spots in ALL:
        assert_linear(lambda size, spots=spots: spots(piece * (size // len(piece))), 8_000)
