"""Periods, ages and other numbers, in figures and in words."""

import pytest

from service.notices.wording import counting
from service.notices.wording.spotting import Spot


def values(spots: list[Spot]) -> list[str]:
    return [spot.value for spot in spots]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("alle 13-vuotiaan", "<13"),
        ("barn under 13 år", "<13"),
        ("a child under the age of thirteen", "<13"),
        ("yngre än 13-åriga", "<13"),
        ("alla 13-åriga", "13"),
        ("13 vuotta täyttänyt", "13+"),
        ("barn som fyllt 15 år", "15+"),
        ("at least 16 years old", "16+"),
        ("vähintään 18-vuotias", "18+"),
    ],
)
def test_ages(text: str, value: str) -> None:
    assert values(counting.ages(text)) == [value]


@pytest.mark.parametrize("text", ["personuppgifter sparas under 10 år", "10 vuotta", "13 §", "under 13 §", "kohta 13", "13 %"])
def test_no_ages(text: str) -> None:
    assert counting.ages(text) == []


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["10 vuotta", "kymmenen vuoden ajan", "tio år", "ten years", "10 v.", "120 kk"], "120M"),
        (
            [
                "6 kk",
                "kuuden kuukauden",
                "kuudella kuukaudella",
                "kuuteen kuukauteen",
                "sex månader",
                "six (6) months",
                "puoli vuotta",
                "ett halvår",
            ],
            "6M",
        ),
        (["2 viikkoa", "14 vrk", "två veckor", "14 dygn", "two weeks"], "14D"),
        (["24 tuntia", "24 timmar", "24 hours", "one day"], "1D"),
    ],
)
def test_periods(texts: list[str], value: str) -> None:
    for text in texts:
        assert values(counting.periods(f"noin {text} sen jälkeen")) == [value], text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 000 kpl", ["1000"]),
        ("1,000 items", ["1000"]),
        ("3,5 %", ["3.5"]),
        ("25 euroa", ["25"]),
        ("vuonna 2011", ["2011"]),
        ("7 palvelua", []),
        ("Art. 13 ja 14 artikla, kohta 12", []),
        ("\n12. Oikeudet", []),
        ("klo 9-16", []),
        ("523/1999 ja 11 §", []),
    ],
)
def test_numbers(text: str, expected: list[str]) -> None:
    assert values(counting.numbers(text)) == expected


def test_a_number_inside_another_spot_is_none() -> None:
    text = "Säilytämme 30 päivää ja veloitamme 30 euroa."
    assert [spot.start for spot in counting.numbers(text, counting.periods(text))] == [35]


@pytest.mark.parametrize("gap", [" ", "\u00a0", ".", ","])
def test_a_number_without_end_is_read_all_the_same(gap: str) -> None:
    assert all(len(value) <= 21 for value in values(counting.numbers("1" + f"{gap}000" * 5000)))
    assert values(counting.numbers(f"1{gap}000{gap}000{gap}000 euroa")) == ["1000000000"]
