"""Names as they are compared: letter for letter, and loosely.

Loosely, a legal form, a sign, a blank, the word for "and" and dots over letters make no difference. So `Kuva & Kielo Oy`,
`KUVA JA KIELO` and `Oy Kuva ja Kielo Ab` may be one; what a person meant is decided where they are looked up.
"""

import re
import unicodedata
from dataclasses import dataclass

# What may not be seen makes another name of what is read. A soft hyphen comes along when a name is copied from a page.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff]")
_SOFT_HYPHEN = "\u00ad"
_AND = frozenset({"&", "ja", "och", "and", "und", "et", "sekä"})

# A legal form is told apart by its family: who writes Ltd for Oy means the company, who writes ry means an association.
_FAMILIES = {
    "company": "oy, ab, oyj, abp, o y, a b, o y j, osakeyhtio, aktiebolag, julkinen osakeyhtio, publikt aktiebolag, publ, "
    "ltd, limited, inc, plc, gmbh, ag, ou, as, a s, aktsiaselts, osauhing",
    "limited partnership": "ky, kb, k y, k b, kommandiittiyhtio, kommanditbolag",
    "partnership": "ay, ob, hb, a y, o b, avoin yhtio, oppet bolag, handelsbolag",
    "association": "ry, rf, r y, r f, rekisteroity yhdistys, registrerad forening, mtu, e v",
    "sole trader": "tmi, t mi, fma, f ma, toiminimi, enskild firma",
    "cooperative": "osk, osuuskunta, andelslag, anl, ek for",
    "foundation": "sr, rs, s r, r s",
    "housing": "as oy, asunto oy, asunto osakeyhtio, bostads ab, bostadsaktiebolag",
    "real estate": "kiinteisto oy, kiint oy, koy, kiinteisto osakeyhtio, fastighets ab",
}
_FORMS = {tuple(form.split()): family for family, forms in _FAMILIES.items() for form in forms.split(", ")}
# Those that are also written before the name; the last two families are written nowhere else.
_ALWAYS_BEFORE, _OFTEN_BEFORE = {"housing", "real estate"}, {("oy",), ("ab",), ("ky",), ("ay",), ("osuuskunta",), ("andelslag",)}
_BEFORE = _OFTEN_BEFORE | {form for form, family in _FORMS.items() if family in _ALWAYS_BEFORE | {"sole trader"}}
_BEHIND = {form for form, family in _FORMS.items() if family not in _ALWAYS_BEFORE}
_LONGEST_FORM = max(map(len, _FORMS))


@dataclass(frozen=True)
class Loose:
    """A name without its legal forms, as one word: `key` in plain letters, `marked` with their dots and rings."""

    key: str
    marked: str
    forms: frozenset[str]

    def may_mean(self, name: "Loose") -> bool:
        """Whether who typed this may mean `name`: nothing is left out but a form, and dots over letters."""
        if self.key != name.key or (self.forms and name.forms and not self.forms & name.forms):
            return False
        if len(self.marked) != len(name.marked):
            return True
        return all(typed in (written, plain(written)) for typed, written in zip(self.marked, name.marked, strict=True))


def fold_name(name: str) -> str:
    """Letter for letter: case, spaces of all kinds, hyphens and dots make no difference; diacritics and the legal form do."""
    return " ".join(re.findall(r"[^\W_]+", _tidy(name)))


def loosely(name: str) -> Loose | None:
    """Nothing where nothing remains, or where something stands in the name that cannot be seen."""
    words = spelled(name)
    kept, forms = _without_forms(words)
    marked = "".join(kept)
    return Loose(plain(marked), marked, forms) if marked.strip("&") else None


def spelled(name: str) -> list[str]:
    """The words of a name, every word for "and" as `&`; none where something in it cannot be seen."""
    if has_unseen(name):
        return []
    words = re.findall(r"[^\W_]+|&", _tidy(name).replace("+", "&"))
    return ["&" if word in _AND else word for word in words]


def has_unseen(text: str) -> bool:
    return _UNSEEN.search(text) is not None


def plain(text: str) -> str:
    """Without dots, rings and strokes over and through letters."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


_STROKES = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).replace(_SOFT_HYPHEN, "")


def _without_forms(words: list[str]) -> tuple[list[str], frozenset[str]]:
    forms: set[str] = set()
    letters = [plain(word) for word in words]
    first, last = 0, len(words)
    while form := _form_at(letters[first : first + _LONGEST_FORM][: last - first], _BEFORE):
        forms.add(_FORMS[form])
        first += len(form)
    while form := _form_at(letters[max(first, last - _LONGEST_FORM) : last], _BEHIND, behind=True):
        forms.add(_FORMS[form])
        last -= len(form)
    return words[first:last], frozenset(forms)


def _form_at(words: list[str], forms: set[tuple[str, ...]], *, behind: bool = False) -> tuple[str, ...] | None:
    for length in range(len(words), 0, -1):
        found = tuple(words[-length:] if behind else words[:length])
        if found in forms:
            return found
    return None
