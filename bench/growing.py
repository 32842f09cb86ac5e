"""What hosting costs as notices grow in number: a hit, a miss, memory; and how soon a publish is seen on every node."""

import asyncio
import base64
import contextlib
import functools
import json
import statistics
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from bench import seloste
from bench.hosting import wrk_rate
from bench.loading import CLIENTS
from bench.machine import CannotMeasure
from bench.rounds import Ratio, alternate, ratio
from bench.seloste import NOTICE, Seloste
from service.hosting.copies import Copies
from tenants.database import ENGINE

NOTICES = 100_000
TENANTS = 100
# Small, so that far more is asked for than there is room.
CACHE_MB = 16
MISSES = 500
PUBLISHES = 10
# What is asked for: a hit costs no more with many than with few (within what rounds differ), a miss hardly more.
HIT, MISS = 1.1, 1.3
# MiB beside the cache itself: Python's allocator does not give back all that it once had.
BESIDE = 48


@dataclass(frozen=True)
class Grown:
    """`hit` and `miss`: what one costs with many notices in the database, as a multiple of with few."""

    hit: Ratio
    miss: Ratio
    # Memory of the server, in MiB: before the walk through all notices, after a tenth of it, after all.
    walked: tuple[int, int, int]
    # From the answer to a publish until every node shows it, as a multiple of one commit of one row.
    seen: Ratio


def compare(few: Seloste, wrk: str, core: int, folder: Path, *, rounds: int, seconds: int) -> Grown:
    """`few` holds the example notices alone."""
    place = folder / "many"
    place.mkdir()
    with seloste.serving(place, core, settings={"PUBLIC_CACHE_MB": str(CACHE_MB)}) as many:
        asyncio.run(_fill(many))
        path = f"/n/{NOTICE}/fi"
        hits = {
            name: functools.partial(wrk_rate, wrk, ["--header", "accept-encoding: br"], seconds, f"{server.url}{path}")
            for name, server in (("few", few), ("many", many))
        }
        alternate(hits, 1)
        hit = ratio(alternate(hits, rounds), "few", "many")
        miss = ratio(asyncio.run(_misses(few, many, place, rounds)), "few", "many")
        walked = asyncio.run(_walk(many))
    seen = asyncio.run(_seen(few, core, folder, PUBLISHES))
    return Grown(hit, miss, walked, seen)


def missed(grown: Grown) -> list[str]:
    before, _, after = grown.walked
    wrong = []
    if grown.hit.median > HIT:
        wrong.append(f"A hit costs {grown.hit.median:.2f} times as much with {NOTICES:,} notices; at most {HIT} is asked for.")
    if grown.miss.median > MISS:
        wrong.append(f"A miss costs {grown.miss.median:.2f} times as much with {NOTICES:,} notices; at most {MISS} is asked for.")
    if after - before > CACHE_MB + BESIDE:
        wrong.append(f"A walk through all notices takes {after - before} MiB; at most {CACHE_MB + BESIDE} is asked for.")
    return wrong


def name(number: int) -> tuple[str, str]:
    """The tenant's and the notice's slug."""
    return f"many-{number % TENANTS:03d}", f"notice-{number:06d}"


async def _fill(many: Seloste) -> None:
    """Published notices, each with a page of its own in one language: what hosting reads of them, and nothing else."""
    db = await asyncpg.connect(**many.superuser)
    try:
        # The rows that these would refer to are never read here.
        await db.execute("SET session_replication_role = replica")
        await db.execute(
            """INSERT INTO tenants (id, slug, created_at)
               SELECT gen_random_uuid(), 'many-' || lpad(number::text, 3, '0'), now() FROM generate_series(0, $1::int - 1) number""",
            TENANTS,
        )
        await db.execute(
            """INSERT INTO publications (id, tenant_id, slug, default_language, controller_ids, schedule, changed_at, former_slugs)
               SELECT gen_random_uuid(), t.id, 'notice-' || lpad(number::text, 6, '0'), 'fi', '{}', p.schedule, p.changed_at, '{}'
               FROM generate_series(0, $1::int - 1) number
               JOIN tenants t ON t.slug = 'many-' || lpad((number % $2::int)::text, 3, '0'),
                    (SELECT schedule, changed_at FROM publications WHERE slug = split_part($3, '/', 2) LIMIT 1) p""",
            NOTICES,
            TENANTS,
            NOTICE,
        )
        await db.execute(
            """INSERT INTO renditions (id, tenant_id, notice_id, number, path, media_type, body, gzip, br)
               SELECT gen_random_uuid(), p.tenant_id, p.id, 1, 'fi', 'text/html; charset=utf-8',
                      convert_to(repeat(p.slug || ' ', 100), 'UTF8'), convert_to(repeat('z', 300), 'UTF8'),
                      convert_to(repeat('b', 250), 'UTF8')
               FROM publications p WHERE p.slug LIKE 'notice-______'"""
        )
        await db.execute("ANALYZE publications, renditions, tenants")
    finally:
        await db.close()


async def _misses(few: Seloste, many: Seloste, folder: Path, rounds: int) -> dict[str, list[float]]:
    """Misses a second, of a node's look for a notice's head and page; without HTTP, which costs the same for both."""
    rates: dict[str, list[float]] = {"few": [], "many": []}
    tenant, notice = NOTICE.split("/")
    of_few = [(tenant, notice)] * MISSES
    for round_ in range(rounds + 1):
        for whose, server in (("few", few), ("many", many)):
            # Others each time: what was asked for must not lie in memory.
            asked = of_few if server is few else [name(7919 * (round_ * MISSES + number) % NOTICES) for number in range(MISSES)]
            async with _looking(server, folder / f"{whose}-{round_}") as copies:
                begun = time.perf_counter()
                for tenant, notice in asked:
                    copies.forget()
                    head = await copies.head(tenant, notice)
                    if head is None or await copies.copy(head, 1, "fi") is None:
                        raise CannotMeasure(f"/n/{tenant}/{notice}/fi is not there.")
                rate = MISSES / (time.perf_counter() - begun)
            # The first is for the database to have its pages in memory.
            if round_:
                rates[whose].append(rate)
    return rates


@contextlib.asynccontextmanager
async def _looking(server: Seloste, folder: Path) -> AsyncIterator[Copies]:
    copies = Copies(folder, bytes(32), 2**24)
    await ENGINE.open(seloste.app_role(server.data), size=2)
    try:
        yield copies
    finally:
        await ENGINE.close()
        copies.close()


async def _walk(many: Seloste) -> tuple[int, int, int]:
    """Ask for every notice once, and look at the server's memory."""
    before = _memory(many)
    await _ask_all(many, range(NOTICES // 10))
    after_a_tenth = _memory(many)
    await _ask_all(many, range(NOTICES // 10, NOTICES))
    return before, after_a_tenth, _memory(many)


async def _ask_all(many: Seloste, numbers: range) -> None:
    left = iter(numbers)

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", many.port, limit=2**20)
        for number in left:
            path = "/n/{}/{}/fi".format(*name(number))
            writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{many.port}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise CannotMeasure(f"{path} is answered with {head[:200]!r}.")
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))
        writer.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def _memory(server: Seloste) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


async def _seen(one: Seloste, core: int, folder: Path, publishes: int) -> Ratio:
    to = one.superuser
    database = f"postgresql://{to['user']}:{to['password']}@/{to['database']}?host={quote(str(to['host']))}&port={to['port']}"
    keys = str(one.data.with_name(one.data.name + ".keys"))
    place = folder / "other"
    place.mkdir()
    with seloste.serving(place, core, settings={"DATABASE_URL": database, "KEY_DIR": keys, "PUBLIC_URL": one.url}) as other:
        commits = await _commits(one, 10 * publishes)
        publishing = _Publishing(one)
        seen = []
        for _ in range(publishes):
            number = publishing.publish()
            begun = time.perf_counter()
            for node in (one, other):
                while _number(node) < number:
                    if time.perf_counter() - begun > 30:
                        raise CannotMeasure("A publish was not seen on a node within 30 seconds.")
            seen.append(time.perf_counter() - begun)
    return Ratio([moment / statistics.median(commits) for moment in seen])


async def _commits(server: Seloste, times: int) -> list[float]:
    """Seconds for one row and its commit."""
    db = await asyncpg.connect(**server.superuser)
    taken = []
    try:
        await db.execute("CREATE TABLE bench_commits (number integer)")
        for number in range(times):
            begun = time.perf_counter()
            await db.execute("INSERT INTO bench_commits VALUES ($1)", number)
            taken.append(time.perf_counter() - begun)
        await db.execute("DROP TABLE bench_commits")
    finally:
        await db.close()
    return taken


def _number(node: Seloste) -> int:
    with urllib.request.urlopen(f"{node.url}/n/{NOTICE}/fi.json", timeout=30) as answer:
        return int(json.load(answer)["version"]["number"])


class _Publishing:
    """As the example tenant itself publishes."""

    def __init__(self, server: Seloste) -> None:
        self._server = server
        demo = json.loads((server.data / "demo.json").read_text())
        tenant = NOTICE.split("/")[0]
        client = next(client for client in demo["clients"] if client["tenant"] == tenant)
        login = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
        form = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Basic {login}"}
        self._token = self._ask("POST", "/oauth/token", b"grant_type=client_credentials", form)[0]["access_token"]
        self._notice = "/v1/tenants/{}/notices/{}".format(*NOTICE.split("/"))

    def publish(self) -> int:
        """The number of the new version."""
        draft, tag = self._ask("GET", f"{self._notice}/draft")
        draft["title"]["fi"] = f"Tietosuojaseloste {time.time_ns()}"
        kept = {name: draft[name] for name in ("title", "register_name", "sections", "facts") if draft.get(name) is not None}
        self._ask("PUT", f"{self._notice}/draft", json.dumps(kept).encode(), {"if-match": tag})
        made, _ = self._ask("POST", f"{self._notice}/versions", b'{"change_note": {"fi": "Muutos."}, "significance": "editorial"}')
        return int(made["number"])

    def _ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> tuple[Any, str]:
        sent = {"content-type": "application/json", "authorization": f"Bearer {getattr(self, '_token', '')}", **headers}
        request = urllib.request.Request(self._server.url + path, body, sent, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer), answer.headers.get("etag", "")
