"""The intake beside a bare route and beside pgbench, all three writing the same rows into the same tables of the same database."""

import asyncio
import contextlib
import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import rows
from bench.inserting import Inserting
from bench.loading import CLIENTS, Target, load
from bench.machine import free_port, running
from bench.rounds import Ratio, alternate, ratio
from bench.seloste import NOTICE, Seloste

CHECKED = 10 * CLIENTS
MESSAGE = "Pyydän kopion kaikista henkilötiedoista, joita minusta on kerätty, ja tiedon siitä, kenelle niitä on luovutettu. " * 4
BODY = {
    "type": "copy",
    "controller": {"notice": NOTICE},
    "subject": {"name": "Aino Esimerkki", "email": "aino.esimerkki@example.org"},
    "message": MESSAGE,
}


@dataclass(frozen=True)
class Compared:
    to_bare: Ratio
    to_pgbench: Ratio
    written: rows.Written
    client_share: float


def target(seloste: Seloste) -> Target:
    return Target(seloste.port, "/intake/requests", _body())


def _body() -> bytes:
    return json.dumps(BODY, ensure_ascii=False).encode()


def compare(seloste: Seloste, pgbench: str, core: int, folder: Path, *, rounds: int, seconds: int) -> Compared:
    ours = target(seloste)
    answer = _first_answer(seloste)
    with _bare(seloste, answer, core, folder) as bare:
        inserting = Inserting(pgbench, seloste.data, asyncio.run(rows.pattern(seloste.data)), folder)
        written = _written(seloste, lambda: load(ours, posts=CHECKED).answers)
        rows.compare(written, _written(seloste, lambda: load(bare, posts=CHECKED).answers), "The bare route")
        rows.compare(written, _written(seloste, lambda: inserting.write(CHECKED // CLIENTS)), "pgbench")
        shares: list[float] = []

        def measured(where: Target) -> float:
            loaded = load(where, seconds=seconds)
            shares.append(loaded.client_share)
            return loaded.rate

        contenders = {
            "Seloste": lambda: measured(ours),
            "bare": lambda: measured(bare),
            "pgbench": lambda: inserting.run(seconds),
        }
        alternate(contenders, 1)
        rates = alternate(contenders, rounds)
    return Compared(ratio(rates, "Seloste", "bare"), ratio(rates, "Seloste", "pgbench"), written, max(shares))


def _first_answer(seloste: Seloste) -> str:
    headers = {"content-type": "application/json", "idempotency-key": '"the first"'}
    request = urllib.request.Request(f"{seloste.url}/intake/requests", _body(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


@contextlib.contextmanager
def _bare(seloste: Seloste, answer: str, core: int, folder: Path) -> Iterator[Target]:
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", str(seloste.data), str(port), answer]
    with running(command, core, folder / "bare.log", f"http://127.0.0.1:{port}/"):
        yield Target(port, "/", _body())


def _written(seloste: Seloste, post: Callable[[], int]) -> rows.Written:
    before = asyncio.run(rows.contents(seloste.data))
    posts = post()
    return rows.written(before, asyncio.run(rows.contents(seloste.data)), posts)
