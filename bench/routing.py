"""What it costs to find out who is meant, among 100,000 controllers as a multiple of that among 1,000.

    python -m bench.routing        the table

Two directories in two databases, asked in turn, one question after the other on one connection each. Every question of a round names
another controller.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from bench.rounds import Ratio
from service import clock, preparing
from service.intake.finding import route
from service.intake.routing import Routed, Unknown
from service.intake.schemas import ControllerHints
from service.settings import Settings
from tenants import directory
from tenants.embedded import Embedded
from tenants.naming import plain

SIZES = (1_000, 100_000)
ROUNDS = 7
QUESTIONS = 100
# Of the cost among 1,000; the look-up is one of an index, and only a little deeper in it.
MOST_GROWTH = 2.0
_SYLLABLES = [consonant + vowel for consonant in "hjklmnprstv" for vowel in "aeiouä"]
_TRADES = ["Kauppa", "Huolto", "Leipomo", "Apteekki", "Rakennus", "Kuljetus", "Tilitoimisto", "Hoiva", "Pesula", "Konepaja"]
_FORMS = ["Oy", "Oy", "Oy", "Ab", "Ky", "ry", "Tmi"]
_AT = datetime(2026, 1, 1, tzinfo=UTC)

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A kind of question about a controller; `most` is how much dearer it may get, None where that is told alone."""

    name: str
    hints: Callable[[Record], ControllerHints]
    most: float | None = MOST_GROWTH


def _slip(name: str) -> str:
    """Two letters changed about in the middle, and inflected."""
    middle = len(name) // 3
    return name[:middle] + name[middle + 1] + name[middle] + name[middle + 2 :].rpartition(" ")[0] + "lle"


PARTS = (
    Part("business id", lambda one: ControllerHints(business_id=one["business_id"])),
    Part("domain", lambda one: ControllerHints(domain=f"https://www.{one['domains'][0]}/tarjoukset")),
    Part("legal name", lambda one: ControllerHints(name=one["name"])),
    Part("brand", lambda one: ControllerHints(brand=one["brands"][0].upper())),
    Part("names that are alike", lambda one: ControllerHints(name=_slip(one["name"])), None),
)


@dataclass(frozen=True)
class Grown:
    part: Part
    growth: Ratio
    milliseconds: float
    """For one question, among the most controllers."""


class _Directory:
    def __init__(self, embedded: Embedded, db: asyncpg.Connection, records: Sequence[Record], runner: asyncio.Runner) -> None:
        self.embedded, self.db, self.records, self.runner = embedded, db, records, runner

    def close(self) -> None:
        self.runner.run(self.db.close())
        self.embedded.stop()

    def cost(self, part: Part, chance: random.Random) -> float:
        """Seconds for a question."""
        asked = [part.hints(one) for one in chance.sample(self.records, QUESTIONS)]
        begun = time.perf_counter()
        self.runner.run(self._ask(asked, Routed if part.most else Unknown))
        return (time.perf_counter() - begun) / QUESTIONS

    async def _ask(self, asked: Sequence[ControllerHints], expected: type) -> None:
        for hints in asked:
            answer = await route(self.db, hints)
            assert isinstance(answer, expected), (hints, answer)


def compare(*, rounds: int = ROUNDS, sizes: tuple[int, int] = SIZES) -> list[Grown]:
    with tempfile.TemporaryDirectory(prefix="seloste-bench-") as name, asyncio.Runner() as runner:
        Path(name).chmod(0o711)
        directories = [runner.run(_made(Path(name) / str(size), size, runner)) for size in sizes]
        try:
            return [_grown(part, directories, rounds) for part in PARTS]
        finally:
            for one in directories:
                one.close()


def _grown(part: Part, directories: Sequence[_Directory], rounds: int) -> Grown:
    chance = random.Random(part.name)
    [one.cost(part, chance) for one in directories]
    costs = [[one.cost(part, chance) for one in directories] for _ in range(rounds)]
    return Grown(part, Ratio([large / small for small, large in costs]), 1000 * min(large for _, large in costs))


async def _made(data: Path, size: int, runner: asyncio.Runner) -> _Directory:
    settings = Settings(data_dir=str(data))
    place = await asyncio.to_thread(preparing.start_database, settings)
    await preparing.migrate(place, settings)
    records = _records(size)
    admin = await place.connect_as_admin()
    tenant = clock.new_id()
    await admin.execute("INSERT INTO tenants (id, slug, created_at) VALUES ($1, 'all', $2)", tenant, _AT)
    ids = [clock.new_id() for _ in records]
    common = {"tenant_id": tenant, "revision": 1, "created_at": _AT, "updated_at": _AT}
    rows = [{**common, **record, "id": one, "periods": "[]"} for one, record in zip(ids, records, strict=True)]
    await _copy(admin, "controllers", rows)
    claimed = {"tenant_id": tenant, "country": "FI", "time_zone": "Europe/Helsinki", "claimed_at": _AT, "verified_at": _AT}
    claims = [
        {**claimed, **vars(claim), "id": clock.new_id(), "controller_id": one}
        for one, record in zip(ids, records, strict=True)
        for claim in directory.claims(record)
    ]
    await _copy(admin, "directory", claims)
    await admin.execute("VACUUM ANALYZE directory")
    await admin.close()
    return _Directory(preparing.embedded_in(settings), await asyncpg.connect(**place.serving("app")), records, runner)


async def _copy(admin: asyncpg.Connection, table: str, rows: Sequence[Record]) -> None:
    await admin.copy_records_to_table(table, columns=list(rows[0]), records=[tuple(row.values()) for row in rows])


def _records(size: int) -> list[Record]:
    chance = random.Random(size)
    names: dict[str, str] = {}
    while len(names) < size:
        name = "".join(chance.choices(_SYLLABLES, k=4)).title() + " " + chance.choice(_TRADES)
        names[plain(name)] = name
    return [_record(number, name, chance.choice(_FORMS)) for number, name in enumerate(names.values())]


def _record(number: int, name: str, form: str) -> Record:
    host = plain(name.lower().replace(" ", ""))
    return {
        "name": f"{name} {form}",
        "business_id": _business_id(number),
        "address": f"Esimerkkikatu {number % 90 + 1}, 00100 Helsinki",
        "brands": [f"{name.split()[0]} {number}"],
        "former_names": [f"Vanha {name} {form}"],
        "domains": [f"{host}.example"],
        "country": "FI",
        "time_zone": "Europe/Helsinki",
        "languages": ["fi"],
        "periods": [],
        "ceased_on": None,
        "successor_id": None,
        "processor_for": [],
    }


def _business_id(number: int) -> str:
    """The check digit by its rule; numbers that have none are given another's neighbour, far above all others."""
    seven = f"{7_100_000 + number}"
    rest = sum(int(digit) * weight for digit, weight in zip(seven, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return f"{seven}-{(11 - rest) % 11}" if rest != 1 else _business_id(number + 1_000_000)


def missed(found: Sequence[Grown]) -> list[str]:
    return [
        f"{one.part.name}: {one.growth.median:.2f} times as dear among {SIZES[1]:,} controllers; at most {one.part.most} is asked for."
        for one in found
        if one.part.most and one.growth.median > one.part.most
    ]


def table(found: Sequence[Grown]) -> str:
    return "\n".join(f"| {one.part.name} | {str(one.growth).replace('-', '–')} | {one.part.most or 'told'} |" for one in found)


if __name__ == "__main__":
    measured = compare()
    print(f"| what is given | cost among {SIZES[1]:,} : {SIZES[0]:,} controllers | at most |\n|---|---|---|\n{table(measured)}")
    print("\n".join(f"{one.part.name}: {one.milliseconds:.2f} ms" for one in measured))
    raise SystemExit("\n".join(missed(measured)) or None)
