"""What a text counts: periods, ages and other numbers, in figures or in words of Finnish, Swedish and English.

The values compare across languages: "10 vuotta", "tio år" and "10 years" are all "120M", "under 13", "alle 13-vuotias"
and "yngre än 13 år" all "<13". Linear in the text, as `spotting` is.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from service.notices.wording.spotting import Spot, any_of

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("counting.toml").read_text("utf-8"))
# What a Finnish number or unit ends in where it is in none of the three cases that the words are listed in.
_CASES = ("ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "ksi", "na", "nä")


def _with_cases(words: list[str]) -> list[str]:
    genitives = [word for word in words if word.endswith(("den", "men", "män", "jän", "san"))]
    stems = [word.removesuffix("n") for word in genitives]
    return words + [stem + case for stem in stems for case in _CASES]


_VALUES = {word: int(number) for number, words in _WORDS["numbers"].items() for word in _with_cases(words)}
_UNITS = {word: unit for unit, words in _WORDS["units"].items() for word in words}
_HALVES = {word: value for value, words in _WORDS["halves"].items() for word in words}

_GAP = r"[ \u00a0\u202f]"
_WORD = any_of(list(_VALUES))
# A Finnish unit goes on in its case ("kuukaudessa", "vuoteen"); a Swedish or English one is whole.
_ENDING = rf"(?<=[aäoei])(?:{'|'.join(_CASES)}|en|n|seen|ään|een)"
_PERIOD = re.compile(
    rf"(?<![\w.,/-])(?:(?P<half>{any_of(list(_HALVES))})(?!\w)"
    rf"|(?:(?P<figure>\d{{1,4}})(?:{_GAP}?[-–]{_GAP}?(?P<to>\d{{1,4}}))?{_GAP}?\)?-?|(?P<word>{_WORD})(?:{_GAP}|-)(?:\(\d{{1,3}}\){_GAP})?)"
    rf"(?:kalenteri|calendar{_GAP}|arki|hela{_GAP})?(?P<unit>{any_of(list(_UNITS))})(?:{_ENDING})?(?![\w])(?!-?(?:old|gammal))"
    r")",
    re.IGNORECASE,
)


def covered(text: str, spots: Iterable[Spot]) -> bytearray:
    """For each character whether it stands in one of the spots."""
    marks = bytearray(len(text) + 1)
    for spot in spots:
        marks[spot.start : spot.end] = b"\x01" * (spot.end - spot.start)
    return marks


def periods(text: str) -> list[Spot]:
    """`value`: months ("6M", "120M"), days ("14D") or hours ("12H"). "a month" and "one month" are "1M"."""
    aged = covered(text, ages(text))
    found = []
    for match in _beginning(_PERIOD, _PERIOD_STARTS, text):
        if aged[match.start()]:
            continue
        for value in _period(match):
            found.append(Spot("period", match[0], value, match.start(), match.end()))
    return found


_TOKEN = re.compile(r"[^\W_]+")
_PERIOD_STARTS = frozenset({*_VALUES, *(half.split()[0] for half in _HALVES), "half"})


def _beginning(pattern: re.Pattern[str], starts: frozenset[str], text: str) -> Iterator[re.Match[str]]:
    """Matches that begin with a figure or one of these words: words are looked up, which is quicker than to try each."""
    end = 0
    for token in _TOKEN.finditer(text):
        if token.start() >= end and (token[0][0].isdigit() or token[0].lower() in starts) and (match := pattern.match(text, token.start())):
            end = match.end()
            yield match


def _period(match: re.Match[str]) -> Iterable[str]:
    if match["half"]:
        return [_HALVES[match["half"].lower()]]
    unit = _UNITS[match["unit"].lower()]
    numbers = [int(number) for number in (match["figure"], match["to"]) if number] or [_VALUES[match["word"].lower()]]
    # "2024 v" is no period, and "in 2018 years" none either.
    return [_measured(number, unit) for number in numbers if number < 1000]


def _measured(number: int, unit: str) -> str:
    total = number * int(unit[:-1])
    return f"{total // 24}D" if unit == "1H" and total % 24 == 0 else f"{total}{unit[-1]}"


# --- ages ---------------------------------------------------------------------------------------------------------

_UNDER, _OVER, _OVER_AFTER = (_WORDS["ages"][key] for key in ("under", "over", "over_after"))
_NUMBER = rf"(?P<number>\d{{1,2}}|{any_of([word for word, value in _VALUES.items() if 9 < value < 19])})"
_AGE = re.compile(
    rf"(?<![\w.,/§-])(?:(?P<said>{any_of([*_UNDER, *_OVER])}){_GAP}(?:(?:on|the|age|ages|of|om|åldern|iän|iältään|aged|vid){_GAP}){{0,3}})?"
    rf"(?P<aged>aged{_GAP}|(?:the{_GAP})?age{_GAP}of{_GAP}|i{_GAP}åldern{_GAP})?"
    rf"{_NUMBER}(?P<unit>{_GAP}?-?{_GAP}?(?:vuotia\w{{1,12}}|vuotisia|åring\w{{0,6}}|åriga?s?|year[s-]?{_GAP}?-?olds?|years{_GAP}(?:old|of{_GAP}age)|vuotta{_GAP}täytt\w{{1,8}}|år{_GAP}(?:fyllda|gam\w{{1,3}}|eller{_GAP}äldre)"
    rf"|v(?:uotta|\.)?(?=[\s,.;)])|år(?:s{_GAP}ålder)?(?!\w)|years(?!\w))?)(?![\w%€])",
    re.IGNORECASE,
)
_PLAIN_UNIT = re.compile(r"[ \u00a0]?-?[ \u00a0]?(?:v(?:uotta|\.)?|år|years)?", re.IGNORECASE)
_AFTER = re.compile(rf"[ \u00a0]?(?:{any_of(_OVER_AFTER)})", re.IGNORECASE)
_PERSON_NEAR = re.compile(
    r"(?<!\w)(?:laps|lapse|nuor|huoltaj|vanhem|alaikä|henkilö(?!tieto)|rekisteröidy|ikä|iän|barn|ung|vårdnadshav|minderårig|person(?!uppgift|al)|ålder|child|minor|parent|guardian|young|people|anyone|user|age)",
    re.IGNORECASE,
)


_KEPT_NEAR = re.compile("spara|bevara|lagra|förvara|arkiver|säily|stored|kept|retain", re.IGNORECASE)


def ages(text: str) -> list[Spot]:
    """`value`: "<13" under, "13+" at least or over, "13" just that age."""
    found = []
    for match in _beginning(_AGE, _AGE_STARTS, text):
        plain = _PLAIN_UNIT.fullmatch(match["unit"]) is not None
        # "under 10 år" is as well a period; with a person near it is an age.
        if plain and not match["aged"] and not (match["said"] and _person_near(text, match)):
            continue
        number = match["number"].lower()
        years = int(number) if number.isdigit() else _VALUES[number]
        said = (match["said"] or "").lower()
        if said in _UNDER:
            value = f"<{years}"
        else:
            older = said or "täyttän" in match["unit"].lower() or _AFTER.match(text, match.end()) or _AFTER.match(text, match.end("number"))
            value = f"{years}+" if older else str(years)
        found.append(Spot("age", match[0], value, match.start(), match.end()))
    return found


_TEENS = [word for word, value in _VALUES.items() if 9 < value < 19]
_AGE_STARTS = frozenset({*_TEENS, "aged", "age", "the", "i", *(words.split()[0] for words in (*_UNDER, *_OVER))})


def _person_near(text: str, match: re.Match[str]) -> bool:
    """In Swedish data kept "under 10 år" is kept during ten years."""
    near = text[max(0, match.start() - 40) : match.end() + 30]
    return bool(_PERSON_NEAR.search(near)) and not _KEPT_NEAR.search(near)


# --- numbers ------------------------------------------------------------------------------------------------------

# Six groups at most: no text counts further, and int() refuses thousands of figures.
_NUMERAL = re.compile(
    r"(?<![\w./§(-])(?<!\d,)(?P<whole>\d{1,3}(?:[ \u00a0\u202f.,]\d{3}(?!\d)){1,6}|\d{1,9})(?:[.,](?P<rest>\d{1,2}))?"
    rf"(?![\w/-])(?!\.\d)(?!{_GAP}?§)"
)
_REFERENCE = re.compile(
    rf"(?<!\w)(?:art(?:ik\w{{1,6}}|icles?)?\.?|section|koht\w{{0,4}}|kohd\w{{0,6}}|punkt\w{{0,2}}|paragraph|moment\w*|kap\.?|luku|luvun|chapter|§§?|no\.?|nro|nr|n:o){_GAP}?$",
    re.IGNORECASE,
)
_REFERRED = re.compile(rf"\.?{_GAP}?(?:artik|art\.|kohda|kohta|mom|§|luku|luvu|kap|kerro|krs|floor|vån|:)", re.IGNORECASE)


def numbers(text: str, taken: Iterable[Spot] = ()) -> list[Spot]:
    """Other numbers from 10 up; `value` without grouping, with a decimal point. None inside the spots that are `taken`.

    Left out are numbers that only point (articles, sections, list marks) and times of day: they are written too freely.
    """
    told = covered(text, taken)
    found = []
    for match in _NUMERAL.finditer(text):
        whole = re.sub(r"\D", "", match["whole"])
        value = f"{int(whole)}.{match['rest']}" if match["rest"] else str(int(whole))
        before, after = text[max(0, match.start() - 14) : match.start()], text[match.end() : match.end() + 8]
        if told[match.start()] or (int(whole) < 10 and not match["rest"]) or _REFERENCE.search(before) or _REFERRED.match(after):
            continue
        if _is_mark(before, after) or _is_clock(match, before, after):
            continue
        found.append(Spot("number", match[0], value, match.start(), match.end()))
    return found


def _is_mark(before: str, after: str) -> bool:
    return not before.rpartition("\n")[2].strip(" \t#*_>") and after[:1] in (".", ")", "\\")


def _is_clock(match: re.Match[str], before: str, after: str) -> bool:
    return int(re.sub(r"\D", "", match["whole"])) <= 24 and bool(
        re.search(r"(?:klo|kl\.?|från|\d\s?[-–]|\d\s(?:to|till))[ \u00a0]?$", before)
        or re.match(r"[ \u00a0]?(?:[-–][ \u00a0]?\d|[ap]\.?m\b|to\s\d)", after)
    )


def said_in_words(number: str) -> frozenset[str]:
    """The words for a number, where there are any."""
    return frozenset(_WORDS["numbers"].get(number, ()))
