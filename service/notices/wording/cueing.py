"""Cues: what a sentence must hold to say something, written as a line of words in a data file.

    "@you @right tarkast*|nähdä !henkilöstö*"

All of a cue's terms must stand in one sentence, in any order; a term after `!` must not. A term is one word or several
alternatives (`a|b`), each of which is

- `word`, the whole word; `stem*`, a word that begins so; `*end`, one that ends so; `*part*`, one that holds it;
- `kolmas*_maa*`, words that follow each other;
- `@group`, any word of a group; `#year`, a year; `#n`, any number; `#mail`, the sign at; `#short`, a sentence of at
  most seven words.

Words are compared in lower case; a hyphen, a colon and an apostrophe part words ("EU:n" is `eu` `n`). A text is gone through
once. Each word is looked up in tables of beginnings and ends, once for all its occurrences; what it is to the cues is one
number, a bit for each term. A sentence is the sum of its words, and tries only the cues of which it has the rarest term.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

Marks = int
"""The terms that a word or a sentence meets, one bit each."""
NOTHING: Marks = 0
_LONGEST = 40
_SHORT = 7
# How much commoner a word of few letters is, for finding a cue's rarest term.
_SHORT_WORD, _COMMON, _PREFIX, _RARE = 3, 40, 3, 1


class Cue(NamedTuple):
    needs: Marks
    refuses: Marks
    gives: str


class Word(NamedTuple):
    """What a word is to the cues."""

    marks: Marks
    tries: tuple[int, ...]
    """The cues of which it has the rarest term."""
    begins: tuple[int, ...]
    """The phrases that begin with it."""
    seconds: Marks
    """What the next word must be for one of them to go on."""


class Sentence(NamedTuple):
    own: Marks
    """What stands in it."""
    around: Marks
    """What stands in the line that leads to it ("You have the right to:")."""
    tries: Sequence[int]
    """The cues whose rarest term stands in it or around; one may come twice."""
    start: int
    end: int


class _Phrase(NamedTuple):
    rest: tuple[Marks, ...]
    """The words behind the first."""
    made: Word


_WORDS = re.compile(r"[^\W_]+@?|@")
# It begins with the sign, and looks back at it: so the search goes from sign to sign.
_BREAKS = re.compile(
    r"[\n.!?:|\\](?:"
    r"(?P<item>(?<=\n)[ \t]*(?=(?:[-*+•–·▪o]|\d{1,2}[.)]|[a-z][.)])[ \t]))"
    r"|(?P<blank>(?<=\n)[ \t]*\n\s*)"
    r"|(?P<end>(?<=\\)\n)"
    r"|(?P<lead>(?<=:)(?=[ \t*_]*\\?(?:\n|$)))"
    r"|(?P<stop>(?<=[.!?])(?<!P\.O\.)(?=[)\"”*_]{0,3}\s+[(\"”*_\\]{0,3}[A-ZÅÄÖÜ]|[)\"”*_\\]{0,3}(?:\n|$))|(?<=\|)))"
)
_ITEM = re.compile(r"(?:[-*+•–·▪]|\d{1,3}[.)]|[a-z][.)])\s")


class Cues:
    """A language's cues, ready to be asked."""

    def __init__(self, groups: Mapping[str, Sequence[str]], cues: Mapping[str, Sequence[str]]) -> None:
        self._whole: dict[str, Marks] = {}
        self._begins: dict[str, Marks] = {}
        self._ends: dict[str, Marks] = {}
        self._holds: list[tuple[str, Marks]] = []
        self._terms: dict[str, int] = {}
        self._costs: list[int] = []
        self._implied: dict[int, list[int]] = {}
        self._groups = groups
        self._first: dict[int, list[int]] = {}
        spelled: list[tuple[int, tuple[int, ...]]] = []
        self._cues: list[Cue] = []
        self._tries: dict[int, list[int]] = {}
        for gives, lines in cues.items():
            for line in lines:
                self._add(line, gives, spelled)
        self._second = [1 << parts[1] for _, parts in spelled]
        self._phrases = [_Phrase(tuple(1 << part for part in parts[1:]), self._word(1 << mark)) for mark, parts in spelled]
        for position, (_, parts) in enumerate(spelled):
            self._first.setdefault(parts[0], []).append(position)
        self._word_of = lru_cache(maxsize=20_000)(self._look_up)

    # --- reading the data -------------------------------------------------------------------------------------

    def _add(self, line: str, gives: str, spelled: list[tuple[int, tuple[int, ...]]]) -> None:
        needs = [self._term(term, spelled) for term in line.split() if not term.startswith("!")]
        refuses = [self._term(term[1:], spelled) for term in line.split() if term.startswith("!")]
        rarest = min(needs, key=lambda need: self._costs[need])
        self._tries.setdefault(rarest, []).append(len(self._cues))
        self._cues.append(Cue(_bits(needs), _bits(refuses), gives))

    def _term(self, term: str, spelled: list[tuple[int, tuple[int, ...]]]) -> int:
        """The number of a term; alternatives and groups are terms that their members imply."""
        if term in self._terms:
            return self._terms[term]
        mark = self._terms[term] = len(self._terms)
        self._costs.append(_RARE)
        members: Sequence[str] = ()
        if "|" in term:
            members = term.split("|")
        elif "_" in term:
            parts = tuple(self._term(part, spelled) for part in term.split("_"))
            spelled.append((mark, parts))
        elif term.startswith("@"):
            members = self._groups[term[1:]]
        else:
            self._place(term, mark)
        for member in members:
            number = self._term(member, spelled)
            self._implied.setdefault(number, []).append(mark)
            self._costs[mark] += self._costs[number]
        return mark

    def _place(self, term: str, mark: int) -> None:
        bare = term.strip("*")
        self._costs[mark] = _COMMON if len(bare) <= _SHORT_WORD or term == "#short" else _PREFIX if "*" in term else _RARE
        if term.startswith("#") or (not term.endswith("*") and not term.startswith("*")):
            self._whole[term] = self._whole.get(term, 0) | 1 << mark
        elif term.startswith("*") and term.endswith("*"):
            self._holds.append((bare, 1 << mark))
        else:
            table = self._begins if term.endswith("*") else self._ends
            table[bare] = table.get(bare, 0) | 1 << mark

    # --- words ------------------------------------------------------------------------------------------------

    def _look_up(self, word: str) -> Word:
        marks = self._whole.get(word, 0)
        for length in range(1, min(len(word), _LONGEST) + 1):
            marks |= self._begins.get(word[:length], 0) | self._ends.get(word[-length:], 0)
        for part, mark in self._holds:
            if part in word:
                marks |= mark
        if word.isdigit():
            marks |= self._whole.get("#n", 0)
            if len(word) == 4 and word.startswith(("19", "20")):
                marks |= self._whole.get("#year", 0)
        return self._word(marks)

    def _word(self, marks: Marks) -> Word:
        numbers = list(_numbers(marks))
        seen = set(numbers)
        for number in numbers:
            for implied in self._implied.get(number, ()):
                if implied not in seen:
                    seen.add(implied)
                    numbers.append(implied)
        tries = sorted(cue for number in seen for cue in self._tries.get(number, ()))
        begins = sorted(phrase for number in seen for phrase in self._first.get(number, ()))
        seconds = 0
        for phrase in begins:
            seconds |= self._second[phrase]
        return Word(_bits(seen), tuple(tries), tuple(begins), seconds)

    def _told(self, words: Sequence[str]) -> tuple[Marks, list[int]]:
        """What these words, which follow each other, are together."""
        each = list(map(self._word_of, words))
        marks, tries = 0, list[int]()
        for position, (own, tried, begins, seconds) in enumerate(each):
            if not own:
                continue
            marks |= own
            tries += tried
            # Most words are followed by none that a phrase goes on with, and to see that costs little.
            if seconds and position + 1 < len(each) and seconds & (following := each[position + 1].marks):
                for phrase in begins:
                    if not following & self._second[phrase]:
                        continue
                    rest, made = self._phrases[phrase]
                    behind = each[position + 1 : position + 1 + len(rest)]
                    if len(behind) == len(rest) and all(at.marks & part for part, at in zip(rest, behind, strict=True)):
                        marks |= made.marks
                        tries += made.tries
        return marks, tries

    def marks(self, words: Sequence[str]) -> Marks:
        return self._told(words)[0]

    # --- sentences --------------------------------------------------------------------------------------------

    def heading(self, words: Sequence[str]) -> Iterator[str]:
        """What these words give, as one sentence."""
        marks, tries = self._told(words)
        return self.said(Sentence(marks, NOTHING, tries, 0, 0))

    def said(self, sentence: Sentence) -> Iterator[str]:
        """What the sentence gives, by each cue that holds, in no order; an id may come twice."""
        own, seen = sentence.own, sentence.own | sentence.around
        for number in sentence.tries:
            needs, refuses, gives = self._cues[number]
            if seen & needs == needs and not own & refuses and own & needs:
                yield gives

    def sentences(self, text: str, around: Marks = NOTHING) -> Iterator[Sentence]:
        """A sentence ends with its point, at an empty line, a list item or a table cell. One that a list follows without a point,
        or that ends in a colon at the end of a line, stands around what follows: the list, or the next paragraph."""
        start, lead, listed = 0, NOTHING, False
        given = self._given(around)
        for found in _BREAKS.finditer(text):
            kind, own = found.lastgroup, NOTHING
            words = _words(text[start : found.start()])
            if words:
                own, tries = self._sentence(words)
                yield Sentence(own, around | lead, tries + given, start, found.start())
            start = found.end()
            if kind in ("item", "blank"):
                was_listed, listed = listed, kind == "item" or bool(_ITEM.match(text[start : start + 12].lstrip()))
                if words and listed and not was_listed:
                    kind = "lead"
            if kind == "lead":
                lead = own
                given = self._given(around | lead)
            elif kind == "blank" and words and lead and not listed:
                lead = NOTHING
                given = self._given(around)
        words = _words(text[start:])
        if words:
            own, tries = self._sentence(words)
            yield Sentence(own, around | lead, tries + given, start, len(text))

    def _sentence(self, words: list[str]) -> tuple[Marks, list[int]]:
        return self._told([*words, "#short"] if len(words) <= _SHORT else words)

    def _given(self, around: Marks) -> list[int]:
        """The cues whose rarest term stands around."""
        return [cue for number in _numbers(around) for cue in self._tries.get(number, ())]


def _words(text: str) -> list[str]:
    """The name before the sign at is no word of the sentence: dpo@example.org names no officer."""
    words = _WORDS.findall(text.casefold())
    return ["#mail" if word[-1] == "@" else word for word in words] if "@" in text else words


def _bits(numbers: Iterable[int]) -> Marks:
    marks = 0
    for number in numbers:
        marks |= 1 << number
    return marks


def _numbers(marks: Marks) -> Iterator[int]:
    while marks:
        lowest = marks & -marks
        yield lowest.bit_length() - 1
        marks ^= lowest
