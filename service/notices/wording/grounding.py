"""Which legal bases a text names: by article (GDPR Art. 6(1), 9(2)) or in words."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from service.notices.wording.spotting import Spot

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("grounding.toml").read_text("utf-8"))
BASES = tuple(key for key in _WORDS if key != "told")
_NO, _BUT, _ONLY = (frozenset(_WORDS["told"][key]) for key in ("no", "but", "only"))
_DUTY, _TASK, _INTEREST = "6(1)(c)", "6(1)(e)", "6(1)(f)"

_ART = r"(?:artik\w{0,6}|art(?:icles?)?\b\.?)"
_ARTICLE = re.compile(
    rf"[69](?<![\w.,/§].)(?:(?<=(?P<six>6))|(?<=9))(?P<art>\s?{_ART})?(?P<par>[\s.,]{{0,2}}\()?[\s.,]{{0,2}}(?:(?:stycke|punkt|kohdan|kohta|paragraph|moment\w*)\s)?(?(six)1|2)\)?[\s.,:]{{0,2}}"
    r"(?:(?:kohdan|kohta|k\.|alakohda\w*|alakohta|punkten|punkt|stycket|stycke|led|leden|lit\.?|points?|subparagraph|mom\.?)[\s,]{1,2}){0,2}"
    r"(?P<letters>\(?[a-j]\)?-?(?![\w])(?:(?:-?\s?ala\w{4,9})?(?:\s?[,/&]\s?|\s(?:and|och|ja|sekä|samt|or|tai|eller)\s)(?:(?:led|point|kohdan)\s)?\(?[a-j]\)?-?(?!\w)){0,9})",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"(?<!\w)(?:{_ART}|gdpr|förordningens?|asetuksen|regulation)[\s:]{{1,2}}$", re.IGNORECASE)
_LETTER = re.compile(r"(?<!\w)[a-j](?!\w)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[^\W\da-zåäö_(])|\n")
_BOX = re.compile(r"^[\s*-]*[(\[]\s*(?P<mark>[xX✓✔☒☑])?\s*[)\]]|^[\s*-]*(?P<sign>[☐☑☒✓✔])")


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Words with "*" for the rest, or the beginning, of a word."""
    whole = "|".join(re.escape(word).replace(r"\*", r"\w{0,30}").replace(r"\ ", r"\s") for word in words)
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)", re.IGNORECASE)


_LINK = r"ja|sekä|tai|och|samt|eller|and|or"
_ALONE = re.compile(
    rf"(?:[,:]|(?<!\w)(?:{_LINK}|on|på|i|with))\s(?:{'|'.join(map(re.escape, _WORDS[_DUTY]['alone']))})(?=[,.]|\s(?:{_LINK})\s|$)",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    rf"(?<!\w)(?:{'|'.join(_WORDS['told']['no'])})(?:\s\w{{1,30}}){{0,3}}\s(?:{'|'.join(_WORDS['told']['grounds'])})(?!\w)", re.IGNORECASE
)


@cache
def _named(basis: str) -> tuple[re.Pattern[str], re.Pattern[str] | None, re.Pattern[str] | None]:
    """The words for it, those that are none, and those that must stand beside."""
    without, near = (_pattern(_WORDS[basis][key]) if key in _WORDS[basis] else None for key in ("not", "near"))
    return _pattern(_WORDS[basis]["words"]), without, near


_TOLD, _NOT_TOLD, _SURELY = (_pattern(_WORDS["told"][key]) for key in ("words", "not", "surely"))


def articles(text: str, *, of_bases: bool = False) -> list[Spot]:
    """Bases named by article, in any of the usual ways: "6(1)(a)", "artikel 6.1 a", "6 artiklan 1 kohdan a alakohta".

    In a text that speaks of bases (`of_bases`) "6.1 a" is one without the word article.
    """
    found = []
    for match in _ARTICLE.finditer(text):
        if of_bases or match["art"] or match["par"] or _NAMED.search(text, max(0, match.start() - 16), match.start()):
            prefix = "6(1)" if match["six"] else "9(2)"
            for letter in _LETTER.findall(match["letters"]):
                if not match["six"] or letter.lower() <= "f":
                    found.append(Spot("basis", match[0], f"{prefix}({letter.lower()})", match.start(), match.end()))
    return found


def named(text: str) -> list[Spot]:
    """Bases named in words, in a text that speaks of bases. Not those of which it says that they do not apply."""
    found, start = [], 0
    for end in _SENTENCE_END.finditer(text + "\n"):
        if end.start() > start:
            found += _named_in(text, start, min(end.start(), len(text)))
        start = end.end()
    return found


def _named_in(text: str, start: int, end: int) -> list[Spot]:
    sentence = text[start:end]
    likely = _likely(sentence.lower())
    if not likely:
        return []
    box = _BOX.match(sentence)
    if box and not box["mark"] and box["sign"] not in ("☑", "☒", "✓", "✔"):
        return []
    told = bool(box) or bool(_TOLD.search(sentence))
    sure = bool(box) or bool(_SURELY.search(sentence))
    found = []
    for basis in likely:
        words, without, near = _named(basis)
        plain = without.sub(lambda match: " " * len(match[0]), sentence) if without else sentence
        match = words.search(plain)
        clause = _clause(plain, match) if match else ""
        if (
            match
            and (told or basis == _INTEREST or len(clause.split()) <= _SHORT)
            and (near is None or near.search(sentence))
            and (sure or not _NOT_TOLD.search(clause))
            and not _denied(plain, match.start())
        ):
            found.append(Spot("basis", match[0], basis, start + match.start(), start + match.end()))
    return _weighed(found, sentence, start)


def _weighed(found: list[Spot], sentence: str, start: int) -> list[Spot]:
    """What only the rest of the sentence tells: "consent ... is not the ground" denies the nearest; a law alone is a basis in a
    list of them; a law that
    obliges to nothing is, where the public interest is named beside it, what that rests on (Art. 6(3))."""
    denied = _DENIED_AFTER.search(sentence) if found else None
    if denied:
        nearest = max((spot.start for spot in found if spot.end <= start + denied.start()), default=None)
        found = [spot for spot in found if spot.start != nearest]
    values = {spot.value for spot in found}
    if values and _DUTY not in values and (alone := _ALONE.search(sentence)):
        return [*found, Spot("basis", alone[0], _DUTY, start + alone.start(), start + alone.end())]
    if {_DUTY, _TASK} <= values or (_DUTY in values and any(spot.value == _TASK for spot in articles(sentence))):
        return [spot for spot in found if spot.value != _DUTY or _OBLIGES.search(sentence, spot.start - start, spot.end - start + 24)]
    return found


_OBLIGES = re.compile("velvo|skyldig|förplikt|plikt|oblig|dut(?:y|ies)|requir|kräv|ålägg|edellyt|vaati", re.IGNORECASE)


def _beginnings() -> tuple[dict[str, frozenset[str]], tuple[tuple[str, str], ...]]:
    """By their first letters, which bases words may name; and what stands inside words that do, or is no word."""
    first, inside = dict[str, set[str]](), set[tuple[str, str]]()
    for basis in BASES:
        for word in _WORDS[basis]["words"]:
            stem = word.lower().lstrip("*").partition("*")[0].partition(" ")[0]
            if word.startswith("*") or not stem[:_FIRST].isalpha() or len(stem) < _FIRST:
                inside.add((stem, basis))
            else:
                first.setdefault(stem[:_FIRST], set()).add(basis)
    return {letters: frozenset(named) for letters, named in first.items()}, tuple(sorted(inside))


_FIRST = 4
_BY_FIRST, _INSIDE = _beginnings()
_WORD_BEGINS = re.compile(rf"(?<!\w)\w{{{_FIRST}}}")


def _likely(low: str) -> list[str]:
    """The bases whose words may stand in a sentence: to look for their beginnings first is much quicker."""
    found = {basis for stem, basis in _INSIDE if stem in low}
    found.update(*(_BY_FIRST[letters] for letters in _WORD_BEGINS.findall(low) if letters in _BY_FIRST))
    return [basis for basis in BASES if basis in found]


def _denied(sentence: str, place: int) -> bool:
    """ "... not on consent but on a contract": consent is denied, the contract is not."""
    denied = False
    words = [word.strip(".:()").lower() for word in re.split(r"[,;:]\s", sentence[:place])[-1].split()]
    for position, word in enumerate(words):
        if word in _NO:
            denied = denied or words[position + 1 : position + 2] == [] or words[position + 1] not in _ONLY
        elif word in _BUT:
            denied = not denied and word == "utan"
    return denied


_EDGE = re.compile(r"[\t;|()]|,(?!\d)|:(?!\w)|[ \u00a0][-–—/][ \u00a0]")
_NEAR = 100
# In so few words a basis stands alone, as in a list: "Newsletter: your consent.", "invoices – contract".
_SHORT = 8


def _clause(sentence: str, match: re.Match[str]) -> str:
    """The words around a match, up to a comma, bracket or dash."""
    before = _EDGE.split(sentence[max(0, match.start() - _NEAR) : match.start()])[-1]
    return before + match[0] + _EDGE.split(sentence[match.end() : match.end() + _NEAR], maxsplit=1)[0]


def bases(text: str) -> list[str]:
    """All of them, in the order of the GDPR."""
    return sorted({spot.value for spot in (*articles(text, of_bases=True), *named(text))})
