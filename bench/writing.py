"""Writes a privacy notice in Finnish, of any length, of a company that does not exist. Another seed, another text: nothing of one
that was measured can help with the next."""

import dataclasses
import html
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_GAP = re.compile(r"\{(\w+)\}")
_WORDS = re.compile(r"\w+")
_MARKS = re.compile(r"\*\*|`|\[([^\]]*)\]\([^)]*\)")
TITLE = "Tietosuojaseloste"
# A longer notice has both more sections and longer ones, as the notice of a group of companies does.
_SECTIONS_AT_MOST = 160
_LISTED, _TABLED = 0.5, 0.2


@dataclasses.dataclass(frozen=True)
class Written:
    """A section. `body` is Markdown: paragraphs, lists with `-`, tables."""

    id: str
    heading: str
    body: str


def notice(words: int, seed: int) -> list[Written]:
    """About so many words, headings included."""
    chance = random.Random(seed)
    topics = _DATA["topics"]
    count = min(max(len(topics), round(len(topics) * (words / 2000) ** 0.5)), _SECTIONS_AT_MOST)
    return [_section(topics[number % len(topics)], number // len(topics), words // count, chance) for number in range(count)]


def edited(sections: Sequence[Written], seed: int) -> list[Written]:
    """As a yearly review leaves it: in each section some words are others, one section is new, one stands elsewhere."""
    chance = random.Random(seed)
    result = [dataclasses.replace(section, body=_reworded(section.body, chance)) for section in sections]
    result.insert(len(result) // 3, dataclasses.replace(_section(_DATA["topics"][9], 0, 120, chance), id="new-recipients"))
    result.append(result.pop(len(result) // 2))
    return result


def count(markdown: str) -> int:
    return len(_WORDS.findall(markdown))


def as_markdown(sections: Sequence[Written]) -> str:
    return f"# {TITLE}\n\n" + "\n\n".join(f"## {section.heading}\n\n{section.body}" for section in sections) + "\n"


def as_plain(sections: Sequence[Written]) -> str:
    """As it is pasted from a letter: numbered headings, hyphens, no other marks."""
    told = (
        f"{number}. {section.heading}\n\n{_MARKS.sub(lambda mark: mark[1] or '', _without_tables(section.body))}"
        for number, section in enumerate(sections, 1)
    )
    return f"{TITLE}\n\n" + "\n\n".join(told) + "\n"


def as_html(sections: Sequence[Written], rendered: Sequence[str]) -> str:
    """As a site shows it; `rendered`: the bodies."""
    told = "\n".join(
        f'<section class="block"><h2><span>{html.escape(section.heading)}</span></h2>\n<div class="text">{body}</div></section>'
        for section, body in zip(sections, rendered, strict=True)
    )
    head = '<meta charset="utf-8"><style>.block { margin: 1em }</style><script>var seen = 1;</script>'
    return (
        f"<!doctype html><html lang=fi><head>{head}<title>{TITLE}</title></head><body><main><h1>{TITLE}</h1>\n{told}</main></body></html>"
    )


def _section(topic: dict[str, Any], repeat: int, words: int, chance: random.Random) -> Written:
    suffix = _filled(": {yksikkö}, {paikka} toimipiste {nnn}", chance) if repeat else ""
    pieces: list[str] = []
    written = 0
    for piece in _pieces(topic, chance):
        pieces.append(piece)
        written += count(piece)
        # Half a piece too little is as near as half a piece too much.
        if written >= words - 18:
            break
    return Written(f"{topic['id']}-{repeat}" if repeat else topic["id"], topic["heading"] + suffix, "\n\n".join(pieces))


def _pieces(topic: dict[str, Any], chance: random.Random) -> Iterator[str]:
    """Paragraphs, and now and then a list or a table, without end."""
    while True:
        sentences = chance.sample(topic["sentences"], chance.randint(2, min(4, len(topic["sentences"]))))
        yield " ".join(_filled(sentence, chance) for sentence in sentences)
        if chance.random() < _LISTED:
            yield "\n".join(f"- {_filled(chance.choice(topic['items']), chance)}" for _ in range(chance.randint(3, 5)))
        if "table" in topic and chance.random() < _TABLED:
            head, row = topic["table"]
            rows = (f"| {_filled(row, chance)} |" for _ in range(chance.randint(3, 5)))
            yield "\n".join([f"| {head} |", re.sub(r"[^|]+", "---", f"|{head}|"), *rows])


def _filled(text: str, chance: random.Random) -> str:
    return _GAP.sub(lambda gap: _word(gap[1], chance), text)


def _word(gap: str, chance: random.Random) -> str:
    if set(gap) == {"n"}:
        return str(chance.randint(10 ** (len(gap) - 1) + 1, 10 ** len(gap) - 1) if len(gap) > 1 else chance.randint(11, 99))
    if gap == "d":
        return str(chance.randint(1, 9))
    return str(chance.choice(_DATA["gaps"][gap]))


def _reworded(body: str, chance: random.Random) -> str:
    words = re.split(r"(\s+)", body)
    # Of lower-case letters alone: no mark of Markdown is lost.
    candidates = [place for place, word in enumerate(words) if len(word) > 5 and word.isalpha() and word.islower()]
    for place in chance.sample(candidates, len(candidates) // 20):
        words[place] = words[chance.choice(candidates)]
    return "".join(words)


def _without_tables(body: str) -> str:
    """Rows as a paste leaves them: cells with a tab between."""
    lines = (line for line in body.split("\n") if not line.startswith("|---"))
    return "\n".join(line.strip("| ").replace(" | ", "\t") if line.startswith("|") else line for line in lines)
