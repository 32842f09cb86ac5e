"""Reads the directory and the queries that routing is judged by. README.md says what the columns mean."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent
ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
NAME = re.compile(r"(?P<text>.+?)(?: \[(?P<since>[\d-]*)\.\.(?P<until>[\d-]*)\])?")
NOTICE = re.compile(r"(?P<slug>[a-z0-9-]+)(?P<desk>\*?)(?: = (?P<register>.+))?")
CEASED = re.compile(r"ceased (?P<day>[\d-]+)(?: to (?P<successor>\S+))?")


@dataclass(frozen=True)
class Claim:
    """A name, business id or host; the days of its period belong to it, and None is no end."""

    text: str
    verified: bool
    since: str | None = None
    until: str | None = None

    def holds(self, first: str = "2026-01-01", last: str = "2089-12-31") -> bool:
        return (self.since or first) <= first and last <= (self.until or last)


@dataclass(frozen=True)
class Notice:
    slug: str
    register: str | None
    desk: bool
    """Where several controllers share the notice: the one that they agreed on."""


@dataclass(frozen=True)
class Controller:
    key: str
    tenant: str
    name: Claim
    business_id: Claim | None
    domains: tuple[Claim, ...]
    brands: tuple[Claim, ...]
    former_names: tuple[Claim, ...]
    parallel_names: tuple[Claim, ...]
    country: str
    town: str
    notices: tuple[Notice, ...]
    group: str | None
    suspended: bool
    ceased: str | None
    successor: Claim | None
    processor_for: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    kind: str
    answer: Literal["route", "ask", "none"]
    keys: tuple[str, ...]
    hints: dict[str, str | None]
    set: Literal["open", "held_back"]


@dataclass(frozen=True)
class Kind:
    demand: Literal["route", "route or ask", "ask", "none"]
    statuses: tuple[int, ...]
    """What the API may answer; empty where README.md leaves it open."""


def lines(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def claims(cell: str) -> tuple[Claim, ...]:
    return tuple(claim(item) for item in cell.split("; ") if item)


def claim(item: str) -> Claim:
    found = NAME.fullmatch(ESCAPE.sub(lambda sign: chr(int(sign[1], 16)), item.removeprefix("?")))
    assert found
    return Claim(found["text"], not item.startswith("?"), found["since"] or None, found["until"] or None)


def controller(row: dict[str, str]) -> Controller:
    standing = row["standing"].split("; ")
    ceased = next(filter(None, map(CEASED.fullmatch, standing)), None)
    clients = next((told.removeprefix("processor for ") for told in standing if told.startswith("processor for ")), "")
    shared: dict[str, Any] = {column: claims(row[column]) for column in ("domains", "brands", "former_names", "parallel_names")}
    notices = [NOTICE.fullmatch(item) for item in row["notices"].split("; ") if item]
    return Controller(
        key=row["key"],
        tenant=row["tenant"],
        name=claim(row["name"]),
        business_id=claim(row["business_id"]) if row["business_id"] else None,
        country=row["country"],
        town=row["town"],
        notices=tuple(Notice(found["slug"], found["register"], bool(found["desk"])) for found in notices if found),
        group=row["group"] or None,
        suspended="suspended" in standing,
        ceased=ceased["day"] if ceased else None,
        successor=claim(ceased["successor"]) if ceased and ceased["successor"] else None,
        processor_for=tuple(filter(None, clients.split(", "))),
        **shared,
    )


@cache
def directory() -> dict[str, Controller]:
    """By key. A key that stands twice is refused."""
    found: dict[str, Controller] = {}
    for row in lines("directory.tsv"):
        assert row["key"] not in found, row["key"]
        found[row["key"]] = controller(row)
    return found


@cache
def queries(which: Literal["open", "held_back"]) -> tuple[Query, ...]:
    return tuple(
        Query(row["class"], row["answer"], tuple(row["keys"].split()), json.loads(row["hints"]), which)
        for row in lines(f"queries.{which}.tsv")
    )


@cache
def kinds() -> dict[str, Kind]:
    return {row["class"]: Kind(row["demand"], tuple(map(int, row["status"].split()))) for row in lines("classes.tsv")}
