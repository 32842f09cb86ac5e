"""How well the importer and the check understand a folder of labelled texts.

    python -m tests.notices.importing.measuring [FOLDER] [--only=covers|facts|findings] [--text=NAME]

A text is NAME.<txt|html|md|docx|pdf> with NAME.json beside it: media_type, language, sections (heading, covers), facts and
findings, as a careful human labels them.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from service.notices.checking.checking import check
from service.notices.importing.reading import read
from service.notices.importing.structuring import Imported, structure

TEXTS = Path(__file__).parent.parent / "texts"


class Text(NamedTuple):
    name: str
    document: Path
    labels: dict[str, Any]


class Tally(NamedTuple):
    """What was found and right, found and wrong, missed; and which, by text."""

    right: int
    wrong: int
    missed: int
    misses: tuple[str, ...] = ()

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __add__(self, other: "Tally") -> "Tally":  # type: ignore[override]
        return Tally(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed, self.misses + other.misses)


NOTHING = Tally(0, 0, 0)


class Scores(NamedTuple):
    pairs: Tally
    """Of (section, id)."""
    ids: Tally
    """Of the ids of the whole notice."""
    facts: Tally
    findings: Tally
    other_share: float
    """Which part of all words maps to no section."""
    texts: int


def texts(folder: Path = TEXTS) -> Iterator[Text]:
    for labels in sorted(folder.glob("*.json")):
        document = next((path for path in sorted(folder.glob(f"{labels.stem}.*")) if path.suffix != ".json"), None)
        if document:
            yield Text(labels.stem, document, json.loads(labels.read_text("utf-8")))


def imported(text: Text) -> Imported:
    return structure(read(text.document.read_bytes(), text.labels["media_type"], None), None)


def measure(folder: Path = TEXTS) -> Scores:
    pairs = ids = facts = findings = NOTHING
    other = words = count = 0
    for text in texts(folder):
        found = imported(text)
        pairs += compare_covers(text, found)
        ids += compare_ids(text, found)
        facts += compare_facts(text, found)
        findings += compare_findings(text, found)
        total = sum(len(section.body[code].split()) for section in found.content.sections for code in section.body)
        other += sum(section.words for section in found.report.other)
        words, count = words + total, count + 1
    return Scores(pairs, ids, facts, findings, other / words if words else 0.0, count)


# --- sections and ids ---------------------------------------------------------------------------------------------

Pairs = set[tuple[str, str]]


def compare_covers(text: Text, found: Imported) -> Tally:
    wanted = _pairs([(section["heading"], section["covers"]) for section in text.labels["sections"]])
    got = _pairs([(next(iter(section.heading.values()), ""), section.covers or []) for section in found.content.sections])
    return tally(text.name, wanted, got)


def compare_ids(text: Text, found: Imported) -> Tally:
    wanted = {("", item) for section in text.labels["sections"] for item in section["covers"]}
    got = {("", item) for section in found.content.sections for item in section.covers or []}
    return tally(text.name, _without_other(wanted), _without_other(got))


def tally(name: str, wanted: set[Any], got: set[Any]) -> Tally:
    misses = [f"{name}: - {_said(pair)}" for pair in sorted(wanted - got)] + [f"{name}: + {_said(pair)}" for pair in sorted(got - wanted)]
    return Tally(len(wanted & got), len(got - wanted), len(wanted - got), tuple(misses))


def _said(pair: Any) -> str:
    return " → ".join(part for part in pair if part) if isinstance(pair, tuple) else str(pair)


def _pairs(sections: list[tuple[str, list[str]]]) -> Pairs:
    """A heading that comes twice is told apart by its turn."""
    turns: Counter[str] = Counter()
    pairs: Pairs = set()
    for heading, covers in sections:
        key = normal(heading)
        turns[key] += 1
        name = f"{key}#{turns[key]}" if turns[key] > 1 else key
        pairs.update((name, item) for item in covers)
    return _without_other(pairs)


def _without_other(pairs: Pairs) -> Pairs:
    """`other` and `title` say that nothing was recognised, or nothing to recognise."""
    return {pair for pair in pairs if pair[1] not in ("other", "title")}


def normal(heading: str) -> str:
    """Without number, case, punctuation and soft hyphens."""
    bare = re.sub(r"^\s*(?:\(?(?:\d+(?:\.\d+)*|[ivxIVX]+|[A-Za-z])[.):]+|\d+(?:\.\d+)*\s)\s*", "", heading.replace("\u00ad", ""))
    return " ".join(re.findall(r"\w+", bare.casefold()))


# --- facts and findings -------------------------------------------------------------------------------------------


def compare_facts(text: Text, found: Imported) -> Tally:
    """Field by field; what is rightly found to be absent counts as well."""
    return tally(text.name, set(_fields(text.labels["facts"])), set(_fields(msgspec.to_builtins(found.facts))))


_FIELDS = {
    "controller": ("name", "business_id", "address", "email", "phone"),
    "contact": ("name", "role", "email", "phone"),
    "dpo": ("name", "email", "phone"),
}


def _fields(facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for group, names in _FIELDS.items():
        for name in names:
            yield f"{group}.{name}", _plain((facts.get(group) or {}).get(name))
    for name in ("title", "register_name", "date", "retention"):
        yield name, _plain(facts.get(name))
    yield "legal_bases", _plain(" ".join(sorted(facts.get("legal_bases") or [])))


def _plain(value: str | None) -> str:
    return " ".join((value or "null").split())


def compare_findings(text: Text, found: Imported) -> Tally:
    """By their codes; those of our own (SE...) are not labelled."""
    language = found.report.language or "fi"
    judged = check(
        found.content, default_language=language, languages=[language], controllers=[], imported=found.findings, today=date(2026, 11, 25)
    )
    return tally(text.name, set(text.labels["findings"]), {one.code for one in judged.findings if one.code.startswith("TN")})


def main(arguments: list[str]) -> None:
    options = dict(argument.removeprefix("--").split("=", 1) for argument in arguments if argument.startswith("--"))
    folder = next((Path(argument) for argument in arguments if not argument.startswith("--")), TEXTS)
    scores = measure(folder)
    for name, one in (("covers", scores.pairs), ("ids", scores.ids), ("facts", scores.facts), ("findings", scores.findings)):
        if options.get("only", name) == name and one != NOTHING:
            for miss in one.misses if name != "ids" else ():
                if options.get("text", "") in miss.split(":")[0]:
                    print(miss)
            print(f"== {name}: F1 {one.f1:.3f}, precision {one.precision:.3f}, recall {one.recall:.3f}")
    print(f"== {scores.texts} texts, {scores.other_share:.1%} of the words in `other`")


if __name__ == "__main__":
    main(sys.argv[1:])
