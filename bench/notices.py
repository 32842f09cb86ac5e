"""What a notice costs to import, check, render and compare, as multiples of markdown-it-py rendering the same text; and how that grows.

    python -m bench.notices                         the table
    python -m bench.notices --profile [WORD ...]    where the time goes, of all parts or of those whose name holds a word

Processor time of this process, each text measured once: every round and every size has a text of its own.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from markdown_it import MarkdownIt

from bench import writing
from bench.rounds import Ratio
from service.notices import markdown, rendering
from service.notices.checking.checking import check
from service.notices.comparing import comparing
from service.notices.content import ITEMS, Content, ControllerSnapshot, Section
from service.notices.importing.apart import Asked, import_apart
from service.notices.importing.reading import read
from service.notices.importing.structuring import structure
from service.notices.schemas import PublicNotice, Version

LANGUAGE = "fi"
WORDS = 2000
TIMES = 64
ROUNDS = 7
# So many texts of 2,000 words make a round: one alone is over too soon to be measured well.
TEXTS = 5
# Of the time for a word in a notice 64 times as long. A cost that grew with the square would show as 64.
MOST_GROWTH = 1.5
_TODAY = date(2026, 1, 15)
_CONTROLLER = ControllerSnapshot(
    id="0190a4a0-0000-7000-8000-000000000001",
    name="Kuvitelma Tuotanto Oy",
    business_id="9921543-0",
    address="Hongiston tie 74, 00990 Esimerkkilä",
    email="tietosuoja@example.org",
    phone="+358 9 584 7220",
    dpo=None,
    brands=[],
    former_names=[],
    domains=[],
    country="FI",
    time_zone="Europe/Helsinki",
    languages=[LANGUAGE],
)
_BASE = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Text:
    """One notice in every form that is measured."""

    markdown: str
    plain: bytes
    html: bytes
    content: Content
    reading: rendering.Reading
    earlier: list[comparing.Text]
    later: list[comparing.Text]


@dataclass(frozen=True)
class Part:
    """Something that is done with a notice. `most`: at most so many times markdown-it-py's cost; None where that is told alone."""

    name: str
    run: Callable[[Text], object]
    most: float | None = None


@dataclass(frozen=True)
class Compared:
    part: Part
    to_markdown_it: Ratio
    growth: Ratio


BASE = Part("markdown-it-py: render", lambda text: _BASE.render(text.markdown))
PARTS = (
    Part("import, text/plain", lambda text: structure(read(text.plain, "text/plain", "utf-8"), None), 5),
    Part("import, text/html", lambda text: structure(read(text.html, "text/html", "utf-8"), None), 5),
    Part("import, text/markdown", lambda text: structure(read(text.markdown.encode(), "text/markdown", "utf-8"), None), 5),
    Part("check", lambda text: _check(text.content), 3),
    Part(
        "render: Markdown to HTML",
        lambda text: [markdown.to_html(section.body[LANGUAGE], headings_from=3) for section in text.content.sections],
    ),
    Part("render: a version in all its forms", lambda text: rendering.render_permanent(text.reading)),
    Part("compare", lambda text: comparing.compare(text.earlier, text.later), 3),
)


def compare(rounds: int = ROUNDS) -> list[Compared]:
    everything = (BASE, *PARTS)
    _costs(everything, [_text(WORDS, -1)])
    small: list[dict[str, float]] = []
    sizes: list[dict[str, float]] = []
    for number in range(rounds):
        small.append(_costs(everything, [_text(WORDS, number * TEXTS + text) for text in range(TEXTS)]))
        sizes.append(_costs(everything, [_text(WORDS * TIMES, 1000 + number)]))
    return [
        Compared(
            part,
            Ratio([costs[part.name] / costs[BASE.name] for costs in small]),
            Ratio([large[part.name] / costs[part.name] for large, costs in zip(sizes, small, strict=True)]),
        )
        for part in everything
    ]


def missed(compared: Sequence[Compared]) -> list[str]:
    """A sentence for each aim that was not reached."""
    sentences = []
    for one in compared:
        if one.part.most is not None and one.to_markdown_it.median > one.part.most:
            sentences.append(f"{one.part.name} costs {one.to_markdown_it} times markdown-it-py; at most {one.part.most} is asked for.")
        if one.part is not BASE and one.growth.median > MOST_GROWTH:
            sentences.append(
                f"{one.part.name} costs {one.growth} times as much for a word at {TIMES}x; at most {MOST_GROWTH} is asked for."
            )
    return sentences


def _costs(parts: Sequence[Part], texts: Sequence[Text]) -> dict[str, float]:
    """Seconds for a word. Each part meets each text once, one part after the other."""
    words = sum(writing.count(text.markdown) for text in texts)
    return {part.name: sum(_seconds(part, text) for text in texts) / words for part in parts}


def _seconds(part: Part, text: Text) -> float:
    # What the part before left behind is not charged to this one; what it makes itself is.
    gc.collect()
    begun = time.process_time()
    part.run(text)
    return time.process_time() - begun


def _text(words: int, seed: int) -> Text:
    earlier = writing.notice(words, seed)
    later = writing.edited(earlier, seed)
    content = Content({LANGUAGE: writing.TITLE}, [_section(one) for one in earlier], {LANGUAGE: "Asiakasrekisteri"})
    return Text(
        writing.as_markdown(earlier),
        writing.as_plain(earlier).encode(),
        writing.as_html(earlier, [_BASE.render(section.body) for section in earlier]).encode(),
        content,
        _reading(content),
        [comparing.Text(section.id, section.heading, section.body) for section in earlier],
        [comparing.Text(section.id, section.heading, section.body) for section in later],
    )


def _section(written: writing.Written) -> Section:
    item = written.id.partition("-")[0]
    return Section(written.id, {LANGUAGE: written.heading}, {LANGUAGE: written.body}, [item] if item in ITEMS else [])


def _check(content: Content) -> object:
    return check(content, default_language=LANGUAGE, languages=[LANGUAGE], controllers=[_CONTROLLER], imported=[], today=_TODAY)


def _reading(content: Content) -> rendering.Reading:
    at = datetime(2026, 1, 15, tzinfo=UTC)
    return rendering.Reading(
        PublicNotice("kuvitelma", "asiakkaat", "privacy_notice", "/n/kuvitelma/asiakkaat"),
        Version(1, at, at.date(), at, {LANGUAGE: "Ensimmäinen versio."}, "material", False, "0" * 64, None),
        content,
        [_CONTROLLER],
        [LANGUAGE],
        LANGUAGE,
        None,
    )


def apart_seconds() -> float:
    """What the process of its own costs in which a server imports, all told, for a document of one line."""
    asked = Asked(b"Tietosuojaseloste\n", "text/plain", None, LANGUAGE)
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        asyncio.run(import_apart(asked))
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def table(compared: Sequence[Compared]) -> str:
    """As Markdown."""
    rows = (f"| {one.part.name} | {_shown(one.to_markdown_it)} | {one.part.most or 'told'} | {_shown(one.growth)} |" for one in compared)
    return "\n".join([f"| what | : markdown-it-py | at most | a word at {TIMES}x : at 1x |", "|---|---|---|---|", *rows])


def _shown(ratio: Ratio) -> str:
    return str(ratio).replace("-", "–")


def _profile(names: Sequence[str], size: int, lines: int) -> None:
    text, warm = _text(WORDS * size, 1), _text(WORDS, 2)
    for part in (BASE, *PARTS):
        if any(name in part.name for name in names) or not names:
            part.run(warm)
            profile = cProfile.Profile()
            profile.runcall(part.run, text)
            print(f"=== {part.name}, {size}x")
            for order in ("tottime", "cumtime"):
                pstats.Stats(profile).sort_stats(order).print_stats(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.notices")
    parser.add_argument("--profile", nargs="*", metavar="WORD", help="profile the parts whose name holds a word instead; all without one")
    parser.add_argument("--size", type=int, default=8, help="times 2,000 words, for the profile")
    parser.add_argument("--lines", type=int, default=25, help="of each profile")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    return parser.parse_args()


def main() -> None:
    asked = _arguments()
    if asked.profile is not None:
        _profile(asked.profile, asked.size, asked.lines)
    else:
        compared = compare(asked.rounds)
        print(table(compared), *missed(compared), sep="\n")


if __name__ == "__main__":
    main()
