"""What stands out in a text by its form: e-mail addresses, telephone numbers, business ids, dates, addresses, gaps left to fill.

Each function gives spots in the order of the text, each with its place: `text[spot.start:spot.end] == spot.text`. All run in
time linear in the text: an expression begins only where a word begins, and each repetition is bounded or possessive.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from typing import Any, NamedTuple

from stdnum.fi import ytunnus


class Spot(NamedTuple):
    kind: str
    text: str
    """As it stands there."""
    value: str
    """The same in one form, to compare by; empty where it cannot be read (a masked e-mail address)."""
    start: int
    end: int


WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("spotting.toml").read_text("utf-8"))


def any_of(words: list[str]) -> str:
    """An alternation that prefers the longer word."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _spots(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], Spot]]:
    for match in pattern.finditer(text):
        yield match, Spot(kind, match[0], " ".join(match[0].split()), match.start(), match.end())


# --- e-mail -------------------------------------------------------------------------------------------------------

_AT = r"(?:@|\s@\s|\s?\\?[(\[{<]\s?(?:at|ät|@|miukumauku)\s?\\?[)\]}>]\s?|(?P<word>\sat\s))"
_DOT = r"(?:\.|\s?\\?[(\[]\s?(?:dot|piste|punkt|\.)\s?\\?[)\]]\s?|\s(?:dot|piste|punkt)\s)"
_EMAIL = re.compile(
    r"\\?\[\s?e-?mail\s+protected\s?\\?\]"
    rf"|(?<![\w.+%\\-])(?P<local>[\w.+%\\-]{{1,80}}+){_AT}(?P<domain>(?:[^\W_](?:[\w-]{{0,62}}){_DOT}){{1,6}}[^\W\d_]{{2,24}})(?![\w@-])",
    re.IGNORECASE,
)
# A cheap look first: most texts hold none, and the expressions that read them are slow to say so.
_AT_HINT = re.compile(r"@|(?<!\w)[aä]t(?!\w)|miukumauku|protected", re.IGNORECASE)
_DOT_WORD = re.compile(r"\s?\\?[(\[]?\s?\b(?:dot|piste|punkt)\b\s?\\?[)\]]?\s?|\s?\\?[(\[]\s?\.\s?\\?[)\]]\s?", re.IGNORECASE)


def emails(text: str) -> list[Spot]:
    """With the sign at or what stands for it. A masked one ("[email protected]") has no value."""
    found = []
    for match, spot in _spots("email", _EMAIL, text) if _AT_HINT.search(text) else ():
        if match["local"] is None:
            found.append(spot._replace(value=""))
            continue
        local, domain = match["local"].replace("\\", "").lower(), _DOT_WORD.sub(".", match["domain"]).lower()
        # "write to us at example.org" names a page; spelled out, an address has more to show.
        if match["word"] and "." not in local and "." in match["domain"]:
            continue
        if local.strip(".") == local:
            found.append(spot._replace(value=f"{local}@{domain}"))
    return found


# --- telephone ----------------------------------------------------------------------------------------------------

_GAP = r"[ \u00a0\u202f\u2009]"
_NUMBER_RUN = re.compile(
    rf"(?<![\w+])(?<!\d[.,:/-])\+?{_GAP}?\(?(?:\+|(?<=\())?\d(?:\)?{_GAP}{{0,2}}(?:[-‐–.]{_GAP}?)?(?:\(0\){_GAP}?|\(?)?\d)*+"
)
_PHONE_LABEL = re.compile(rf"(?<!\w)(?:{any_of(WORDS['phones']['labels'])})\.?\s?(?:nro|no|nr)?\.?\s?[:.]?\s?$", re.IGNORECASE)
_COUNTRY = re.compile(any_of(WORDS["phones"]["codes"]))
_NO_PHONE = re.compile(
    r"\d{6,7}[-–]\d|\d{1,2}[-./]\d{1,2}[-./]\d{4}|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+]\d{4}|(?:[01]\d|2[0-4])[0-5]0[-–](?:[01]\d|2[0-4])[0-5]0"
)


def phones(text: str, country: str = "358") -> list[Spot]:
    """`value`: "+" and digits. A number that begins with a single 0 is taken as one of `country`."""
    found = []
    for match in _NUMBER_RUN.finditer(text):
        for start, end in _numbers(match):
            start += len(text[start:end]) - len(text[start:end].lstrip())
            number = text[start:end]
            labelled = bool(_PHONE_LABEL.search(text[max(0, start - 24) : start]))
            value = _dialled(number, country, labelled) if not text[end : end + 1].isalnum() else ""
            if value:
                found.append(Spot("phone", number, value, start, end))
    return found


def _numbers(run: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A run of digits too long for one number is several: each later one begins with 0 after a gap."""
    signs = run[0]
    if len(signs) <= 30 and sum(map(str.isdigit, signs)) <= 14:
        yield run.span()
        return
    start, digits = run.start(), 0
    for offset, sign in enumerate(signs):
        if sign == "0" and digits >= 7 and signs[offset - 1] in " \u00a0":
            yield start, run.start() + offset - 1
            start, digits = run.start() + offset, 0
        digits += sign.isdigit()
    yield start, run.end()


def _dialled(number: str, country: str, labelled: bool) -> str:
    if len(number) > 30 or _NO_PHONE.fullmatch(number):
        return ""
    digits = "".join(sign for sign in number.replace("(0)", "") if sign.isdigit())
    if number.lstrip(" (").startswith("+"):
        return f"+{digits}" if 8 <= len(digits) <= 15 and not digits.startswith("0") else ""
    if digits.startswith("00"):
        return f"+{digits[2:]}" if _COUNTRY.match(digits, 2) and 10 <= len(digits) <= 17 else ""
    if digits.startswith(country) and 11 <= len(digits) <= 13 and (number != digits or labelled):
        return f"+{digits}"
    if "." in number and not labelled:
        return ""
    if digits.startswith("0"):
        return f"+{country}{digits[1:]}" if (7 if digits != number or labelled else 8) <= len(digits) <= 12 else ""
    return digits if labelled and 6 <= len(digits) <= 12 else ""


# --- business id --------------------------------------------------------------------------------------------------

_BUSINESS_ID = re.compile(
    r"(?<![\w-])(?<!\d[.,/])(?:FI[ -]?)?(?:\d{7}[ \u00a0]?[-–][ \u00a0]?\d|(?<=[Ii] |[Ii]-)\d{8}|(?<=FI)\d{8})(?![\w])(?!-\d)",
    re.IGNORECASE,
)


def business_ids(text: str) -> list[Spot]:
    """Finnish business ids and VAT numbers by form, right or wrong (`is_valid_business_id` tells); `value`: 1234567-8."""
    found = []
    for _, spot in _spots("business_id", _BUSINESS_ID, text):
        digits = "".join(sign for sign in spot.text if sign.isdigit())
        found.append(spot._replace(value=f"{digits[:7]}-{digits[7]}"))
    return found


def is_valid_business_id(value: str) -> bool:
    return bool(ytunnus.is_valid(value))


# --- dates --------------------------------------------------------------------------------------------------------

_MONTHS = {name: number for names in WORDS["months"].values() for number, name in enumerate(names, 1)}
_MONTH = any_of(list(_MONTHS))
_DATE = re.compile(
    r"(?<![\w.])(?=\d)(?:"
    r"(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<d1>\d{1,2})(?:\.[ \u00a0]?(?P<m1>\d{1,2})\.[ \u00a0]?|/(?P<m2>\d{1,2})/|-(?P<m3>\d{2})-)(?P<y1>\d{4})"
    r"|(?P<d2>\d{2})\.(?P<m4>\d{2})\.(?P<y2>[1-4]\d)"
    rf"|(?P<d3>\d{{1,2}})(?:\.|:?[ae]|st|nd|rd|th)?\s{{1,2}}(?:of\s)?(?P<m5>{_MONTH})(?:ta)?\.?,?\s{{1,2}}(?P<y3>\d{{4}})"
    r")(?!\w)(?!\.\d)",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d+")
_PARTS = tuple(tuple(f"{part}{number}" for number in range(1, most + 1)) for part, most in (("y", 3), ("m", 5), ("d", 3)))
_YEAR = re.compile(r"[12](?<=[\s/].)[09]\d\d(?!\w)(?![./-]\d)(?<=19..|20..)")
_MONTH_DAY_BEFORE = re.compile(rf"(?<![\w.])(?P<month>{_MONTH})\.?\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}$", re.IGNORECASE)
_MONTH_BEFORE = re.compile(rf"(?<![\w.])(?:(?P<name>{_MONTH})(?:n|ssa|sta|ta)?,?\s{{1,2}}|(?P<number>1[0-2]|0?[1-9])/)$", re.IGNORECASE)
_LONGEST_MONTH = 24


def dates(text: str) -> list[Spot]:
    """Whole dates, in figures or with the month's name; `value`: ISO 8601. What is no date of the calendar is left out."""
    found, end = [], 0
    # To look for numbers first is quicker than to try each place.
    for figures in _FIGURES.finditer(text):
        match = _DATE.match(text, figures.start()) if figures.start() >= end else None
        if not match:
            continue
        end = match.end()
        if match["iso"]:
            value = _calendar(*map(int, match["iso"].split("-")))
        else:
            year, month, day = (next(filter(None, match.group(*names))) for names in _PARTS)
            value = _calendar(int(year) + (2000 if len(year) == 2 else 0), _MONTHS.get(month.lower()) or int(month), int(day))
        if value:
            found.append(Spot("date", match[0], value, match.start(), end))
    return sorted([*found, *_month_first(text)], key=lambda spot: spot.start)


def _month_first(text: str) -> Iterator[Spot]:
    for year in _YEAR.finditer(text):
        before = _MONTH_DAY_BEFORE.search(text, max(0, year.start() - _LONGEST_MONTH), year.start())
        value = _calendar(int(year[0]), _MONTHS[before["month"].lower()], int(before["day"])) if before else ""
        if before and value:
            yield Spot("date", text[before.start() : year.end()], value, before.start(), year.end())


def _calendar(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat() if 1900 <= year <= 2100 else ""
    except ValueError:
        return ""


def months(text: str) -> list[Spot]:
    """A month without a day ("March 2020", "3/2020"); `value`: 2020-03."""
    found, taken = [], {spot.end for spot in dates(text)}
    for year in _YEAR.finditer(text):
        before = _MONTH_BEFORE.search(text, max(0, year.start() - _LONGEST_MONTH), year.start())
        if before and year.end() not in taken:
            month = _MONTHS.get((before["name"] or "").lower()) or int(before["number"])
            found.append(Spot("month", text[before.start() : year.end()], f"{year[0]}-{month:02}", before.start(), year.end()))
    return found


# --- addresses ----------------------------------------------------------------------------------------------------

_STREETS = WORDS["streets"]
_GAP1 = r"[ \u00a0]"
_HOUSE = (
    r"(?!(?:19|20)\d\d(?!\w))\d{1,4}(?:[ \u00a0]?[-–/][ \u00a0]?\d{1,4})?(?:[ \u00a0]?[a-zA-Z](?![\w'’:.-]))?"
    r"(?:[ \u00a0](?:as\.?[ \u00a0]?|lgh[ \u00a0]?|bst\.?[ \u00a0]?)?\d{1,3}(?![\w.-])(?![ \u00a0]\d))?(?!\w)(?!\.\d)"
)
_NAMED = re.compile(rf"(?<![\w-])(?P<name>[^\W\d_][\w'’-]{{1,60}}+\.?){_GAP1}{_HOUSE}")
_ENGLISH = re.compile(
    rf"(?<![\w.,-])(?!(?:19|20)\d\d)\d{{1,4}}[a-zA-Z]?,?{_GAP1}(?:[A-Z][\w'’-]{{0,30}}+{_GAP1}){{1,3}}?(?i:{any_of(_STREETS['after'])})(?![\w'’-])"
)
_BOX = re.compile(rf"(?<![\w-])(?i:{any_of(_STREETS['boxes'])})\.?{_GAP1}\d{{1,6}}(?!\w)(?![-.]\d)")
_ENDS, _LAST, _FIRST, _LABELS = tuple(_STREETS["ends"]), *(frozenset(_STREETS[key]) for key in ("words", "first", "labels"))
_WORD_BEFORE = re.compile(r"(?<![\w'’-])[^\W\d_][\w'’-]{0,40}[ \u00a0]$")
_TOWN = re.compile(
    r"(?<![\w-])(?:(?:[A-Z]{1,3}[-– ])?(?P<code>\d{3}[ \u00a0]\d{2}|\d{5}|(?<=[A-Z]-)\d{4}|\d{4}[ \u00a0][A-Z]{2}))(?:,?[ \u00a0]{1,4}|\n)"
    rf"(?P<town>(?:(?:{any_of(_STREETS['town_first'])})[ \u00a0])?[^\W\da-zåäö_][\w'’-]+)"
)


def streets(text: str) -> list[Spot]:
    """Street and house number, or a box; `value` with single spaces."""
    found = [spot._replace(kind="street") for pattern in (_ENGLISH, _BOX) for _, spot in _spots("street", pattern, text)]
    for match in _NAMED.finditer(text):
        start = _street_start(text, match)
        if start is not None:
            street = text[start : match.end()]
            found.append(Spot("street", street, " ".join(street.split()), start, match.end()))
    return sorted(found, key=lambda spot: spot.start)


def _street_start(text: str, match: re.Match[str]) -> int | None:
    """Where a street's name begins; None when the word before the number names none."""
    name, start = match["name"], match.start()
    low = name.lower()
    first = _WORD_BEFORE.search(text, max(0, start - 42), start)
    if first and first[0][:-1] in _FIRST and low.endswith(_ENDS):
        return first.start()
    if low in _LAST and not name.isupper():
        before = _words_before(text, start, 2)
        return before if before < start else None
    return start if name[0].isupper() and low.endswith(_ENDS) and low not in _ENDS else None


def _words_before(text: str, start: int, most: int) -> int:
    """Back over capitalised words."""
    for _ in range(most):
        word = _WORD_BEFORE.search(text, max(0, start - 42), start)
        if not word or not word[0][0].isupper() or word[0][:-1].lower() in _LABELS:
            break
        start = word.start()
    return start


def towns(text: str) -> list[Spot]:
    """Postcode and town; `value`: "00530 Helsinki"."""
    return [
        spot._replace(value=f"{' '.join(match['code'].split())} {' '.join(match['town'].split())}")
        for match, spot in _spots("town", _TOWN, text)
    ]


def addresses(text: str) -> list[Spot]:
    """Street or box with postcode and town, on one line or several; `value` on one, joined by ", "."""
    found, waiting = [], [(spot.start, spot) for spot in streets(text)]
    for town in towns(text):
        parts: list[Spot] = []
        while waiting and waiting[0][0] < town.start:
            street = waiting.pop(0)[1]
            joined = parts and _joins(text, parts[-1].end, street.start)
            parts = [*parts, street] if joined else [street]
        if parts and _joins(text, parts[-1].end, town.start):
            start = parts[0].start
            value = ", ".join([*(part.value for part in parts), town.value])
            found.append(Spot("address", text[start : town.end], value, start, town.end))
    return found


def _joins(text: str, start: int, end: int) -> bool:
    return end - start <= 12 and not text[start:end].strip(" \u00a0\n\t,;|\\")


# --- links --------------------------------------------------------------------------------------------------------

_TOP = r"\.(?:fi|ax|se|no|dk|ee|lv|lt|de|fr|nl|ie|eu|com|org|net|info|example|io|app|uk)(?![\w@-])(?!\.\w)"
_PATH = r"[^\s<>\"'()\[\]|]"
_LINK = re.compile(
    rf"(?:https?://|(?<![\w.@/-])www\.){_PATH}{{1,2000}}+"
    rf"|(?<![\w.@/\\+-])(?:[^\W_][\w-]{{0,62}}+\.){{0,4}}[^\W_][\w-]{{0,62}}+{_TOP}(?:/{_PATH}{{0,500}}+)?",
    re.IGNORECASE,
)
_LINK_HINT = re.compile(rf"://|www\.|{_TOP}", re.IGNORECASE)


def links(text: str, mails: Sequence[Spot] | None = None) -> list[Spot]:
    """Addresses of pages, with or without a scheme; `value` without scheme, "www." and a last slash. `mails`: its `emails`, if known."""
    if not _LINK_HINT.search(text):
        return []
    found, taken = [], {spot.end for spot in (emails(text) if mails is None else mails)}
    for _, spot in _spots("link", _LINK, text):
        if spot.end in taken:
            continue
        shown = spot.text.rstrip(".,;:!?*_\\")
        value = re.sub(r"^(?:https?://)?(?:www\.)?", "", shown, flags=re.IGNORECASE).rstrip("/")
        host, slash, rest = value.partition("/")
        if host:
            found.append(Spot("link", shown, host.lower() + slash + rest, spot.start, spot.start + len(shown)))
    return found


# --- gaps ---------------------------------------------------------------------------------------------------------

_HOLES = WORDS["placeholders"]
_FIELDS, _WITH, _ORDERS, _CHANNELS = (frozenset(_HOLES[key]) for key in ("fields", "with", "orders", "channels"))
_TAGS = frozenset({"address", "title", "time", "data", "a", "p", "b"})
_HOLE = re.compile(
    r"(?=[\\\[<({$_.…])(?:"
    r"(?P<bracket>\\?(?:\[\[?|<|\()(?P<inner>[^\[\]()<>{}|\n\\]{1,80}+)\\?(?:\]\]?|>|\)))(?![(\[])"
    r"|(?P<variable>\{\{[^{}\n]{0,80}+\}\}|\$\{[^{}\n]{1,80}+\}|<%[^<>\n]{1,80}+%>|\{[a-z_ ]{2,40}+\})"
    r"|(?P<line>(?<![\w\\_*])(?:\\?_){3,}+(?![\w*]))|(?<!\.)\.{5,}+|…{2,}+)",
    re.IGNORECASE,
)
_DAY_FORM = re.compile(
    r"(?<![\w./@-])(?:(?:pp|pv|dd|xx|x|p|d)[./-](?:kk|mm|xx|x|k|m)[./-](?:vvvv|yyyy|åååå|xxxx|20xx|20\d\d|vv|yy)"
    r"|(?:vvvv|yyyy|åååå)-(?:kk|mm)-(?:pp|dd))(?!\w)",
    re.IGNORECASE,
)
_DAY_HINT = re.compile(r"[./-](?:kk|mm|xx?|k|m)[./-]", re.IGNORECASE)
_CROSSES = re.compile(r"(?<![\w./@-])x{3,}+(?:-x{2,}+)*+(?![\w@])", re.IGNORECASE)
_HOLE_NAMES = (*_HOLES["names"], "TODO", "TBD")
_HOLE_NAME = re.compile(rf"(?<![\w-])(?:{any_of(list(_HOLE_NAMES))})(?![\w-])")
_SIGNS = re.compile(r"[●•_xX?]{1,20}|\.{3}|…")
_PLAIN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
VARIABLES = re.compile(r"\{\{\s?(?:controllers?|dpo|authority|facts)[.\w]{0,60}\s?\}\}")


def placeholders(text: str) -> list[Spot]:
    """What a template left to fill. Our own variables (`{{controller.name}}`) are none."""
    found = []
    for match, spot in _spots("placeholder", _HOLE, text):
        if match["bracket"]:
            before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() : match.end() + 1]
            hole = _is_hole(match["bracket"].lstrip("\\"), match["inner"], before, after)
        elif match["variable"]:
            hole = not VARIABLES.fullmatch(match[0])
        else:
            hole = not match["line"] or not _is_rule(match, text)
        if hole:
            found.append(spot)
    if _DAY_HINT.search(text):
        found += [
            spot for _, spot in _spots("placeholder", _DAY_FORM, text) if not _FORMAT.search(text, max(0, spot.start - 80), spot.start)
        ]
    if "xxx" in text.lower():
        found += [spot for _, spot in _spots("placeholder", _CROSSES, text)]
    if any(name in text for name in _HOLE_NAMES):
        found += [spot for _, spot in _spots("placeholder", _HOLE_NAME, text)]
    return sorted(found, key=lambda spot: spot.start)


# "syntymäaika (pp.kk.vvvv)" tells a form, and leaves nothing out.
_FORMAT = re.compile(r"(?:muo|form|synty|födel|birth)[^\n]{0,80}$", re.IGNORECASE)


def _is_rule(match: re.Match[str], text: str) -> bool:
    """Alone on its line it is a rule, not a gap."""
    before = text[max(0, match.start() - 80) : match.start()].rpartition("\n")[2]
    return not before.strip() and text[match.end() : match.end() + 1] in ("", "\n")


def _is_hole(bracket: str, inner: str, before: str, after: str) -> bool:
    words = [word.lower() for word in _PLAIN.findall(inner)]
    if not words:
        return bracket[0] == "[" and inner.strip().lower() != "x" and bool(_SIGNS.fullmatch(inner.strip()))
    if len(words) > 8 or (bracket[0] == "<" and words[0] in _TAGS and len(words) == 1):
        return False
    round_one, said = bracket[0] == "(", before.rstrip("* _\u00a0")
    alone = not said or said[-1] in ":\n|"
    if words[0] in _ORDERS and (len(words) > 1 or not round_one):
        return not round_one or (alone and after in ("", "\n", ".", "|")) or words[0] == "tähän" or not _FIELDS.isdisjoint(words)
    known = _FIELDS.union(_WITH).issuperset(words) and not _FIELDS.isdisjoint(words)
    # In round brackets a field may just be told ("contact details (name)"), unless a channel or a label comes before it.
    return known and (not round_one or ("," not in inner and (alone or said.split()[-1].lower() in _CHANNELS)))
