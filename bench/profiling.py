"""Where the time of an intake goes: processor time of the server and of PostgreSQL, and inside the server by what the code is there for."""

import collections
import contextlib
import json
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import intake
from bench.hosting import wrk_rate
from bench.loading import load
from bench.machine import CannotMeasure, cpu_seconds, family
from bench.seloste import NOTICE, Seloste, serving

# Whose sample it is: that of the innermost function whose file (or file:function) stands here.
Parts = Sequence[tuple[str, Sequence[str]]]
PARTS: Parts = (
    ("sealing: keys, AES-GCM", ("/service/sealing.py", "/service/keys.py")),
    ("history event and two jobs, put into words", ("/service/history/", "/service/jobs/")),
    ("writing: all rows in one statement", ("/tenants/writing.py",)),
    (
        "routing: who is meant",
        ("/service/intake/routing.py", "/service/intake/finding.py", "/service/intake/hinting.py", "/tenants/directory.py"),
    ),
    ("transactions: leases, BEGIN, SET LOCAL, COMMIT", ("/tenants/database.py", "/tenants/acting.py")),
    ("idempotency key and stored answer", ("/service/idempotency.py",)),
    (
        "checking: body, address, limit per network",
        ("/service/texts.py", "/service/intake/limiting.py", "/service/languages.py", "/service/intake/receiving.py:check"),
    ),
    ("the request's rows, due date, answer", ("/service/",)),
    ("litestar", ("/litestar/",)),
    ("uvicorn, uvloop", ("/uvicorn/",)),
)
# Of the fast lane. What happens outside Python counts for the Python before or after it.
LANE: Parts = (
    ("saying: the kernel, uvloop, and the bytes that go out", ("/service/hosting/fast_lane.py:_say", "/service/hosting/recording.py:head")),
    (
        "finding: page, form, whether it stands",
        ("/service/hosting/recording.py", "/service/hosting/keeping.py", "/service/hosting/negotiating.py"),
    ),
    ("receiving: the kernel, uvloop, and knowing the request by its bytes", ("/service/hosting/fast_lane.py",)),
    ("uvicorn", ("/uvicorn/protocols/",)),
    ("the event loop", ("/uvicorn/", "/asyncio/")),
)
# These are around everything.
_AROUND = ("/service/cli.py", "/service/admitting.py", "/service/intake/routes.py:send_request")


@dataclass(frozen=True)
class Share:
    part: str
    share: float


@dataclass(frozen=True)
class Profile:
    shares: list[Share]
    busy: float


def take(core: int, folder: Path, seconds: int) -> Profile:
    """Of the intake."""
    file = folder / "samples.json"
    with serving(folder, core, ("-m", "bench.sampling", str(file))) as seloste:
        load(intake.target(seloste), seconds=1)
        database = family(seloste.postmaster)
        before = cpu_seconds(seloste.process.pid), sum(map(cpu_seconds, database))
        with _sampled(seloste):
            loaded = load(intake.target(seloste), seconds=seconds)
        server = cpu_seconds(seloste.process.pid) - before[0]
        postgres = sum(map(cpu_seconds, database)) - before[1]
        parts = _parts(_samples(file), PARTS)
    together = server + postgres
    shares = [Share(part, count / parts.total() * server / together) for part, count in parts.most_common()]
    return Profile([Share("PostgreSQL", postgres / together), *shares], together / loaded.seconds)


def take_lane(wrk: str, core: int, folder: Path, seconds: int) -> Profile:
    """Of a page in the fast lane."""
    place = folder / "lane"
    place.mkdir()
    file = place / "samples.json"
    with serving(place, core, ("-m", "bench.sampling", str(file))) as seloste:
        options, page = ["--header", "accept-encoding: br"], f"{seloste.url}/n/{NOTICE}/fi"
        wrk_rate(wrk, options, 1, page)
        before, begun = cpu_seconds(seloste.process.pid), time.perf_counter()
        with _sampled(seloste):
            wrk_rate(wrk, options, seconds, page)
        busy = (cpu_seconds(seloste.process.pid) - before) / (time.perf_counter() - begun)
        parts = _parts(_samples(file), LANE)
    return Profile([Share(part, count / parts.total()) for part, count in parts.most_common()], busy)


@contextlib.contextmanager
def _sampled(seloste: Seloste) -> Iterator[None]:
    seloste.process.send_signal(signal.SIGUSR1)
    yield
    seloste.process.send_signal(signal.SIGUSR1)


def _samples(file: Path) -> list[tuple[list[str], int]]:
    deadline = time.monotonic() + 10
    while not file.exists():
        if time.monotonic() > deadline:
            raise CannotMeasure("The server wrote no samples.")
        time.sleep(0.1)
    return [(stack, count) for stack, count in json.loads(file.read_text())]


def _parts(samples: list[tuple[list[str], int]], of: Parts) -> collections.Counter[str]:
    parts: collections.Counter[str] = collections.Counter()
    for stack, count in samples:
        parts[_part(stack, of)] += count
    return parts


def _part(stack: list[str], parts: Parts) -> str:
    """`stack` holds file:function, innermost first."""
    for frame in stack:
        if not any(around in frame for around in _AROUND):
            for part, places in parts:
                if any(place in frame for place in places):
                    return part
    return "uvicorn, uvloop"
