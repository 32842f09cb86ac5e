"""The database is frozen, stopped, killed or never comes: what was published goes on being served, the rest says 503."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest

from service.hosting.copies import Copies
from service.hosting.heads import Head
from tenants.embedded import CannotStart, Embedded
from tests.cast import DRAFT, Player, publish, published, write
from tests.hosting.examples import GROUP, KEYS, SHOP, TABLES
from tests.house import House, wait_for
from tests.notices.theming.pictures import picture

# Told: five seconds for a refusal, one for a publish to be seen. Machines that run tests are slow at times.
REFUSED_WITHIN = 15.0
SEEN_WITHIN = 3.0
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
REQUEST = {
    "types": ["access"],
    "controller": {"notice": "hallavirta/asiakkaat"},
    "subject": {"name": "Esko Esimerkki", "email": "esko@example.org"},
    "message": "Mitä tietoja minusta on?",
    "language": "fi",
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose database may suffer; everything published there is on this node's disk."""
    made = House(tmp_path_factory.mktemp("own") / "data", {"WORKER": "apart"})
    made.start()
    wait_for(lambda: len(kept(made)) == len(made.demo["notices"]))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def company(own: House) -> Player:
    client = own.demo["clients"][0]
    return Player(client["tenant"], client, own.api(client))


def on_disk(house: House) -> sqlite3.Connection:
    return sqlite3.connect(house.data / "public" / "copies.sqlite", isolation_level=None)


def kept(house: House) -> dict[str, int]:
    """How many versions of each notice this node has on disk, by the notice's id."""
    with contextlib.closing(on_disk(house)) as db:
        found = db.execute("SELECT notice_id, count(DISTINCT number) FROM heads JOIN copies USING (notice_id) GROUP BY notice_id")
        return dict(found.fetchall())


@contextlib.contextmanager
def frozen(house: House) -> Iterator[None]:
    """It accepts and never answers."""
    processes = house.database_processes()
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


@contextlib.contextmanager
def stopped(house: House) -> Iterator[None]:
    Embedded(house.data / "postgres").stop()
    try:
        yield
    finally:
        Embedded(house.data / "postgres").start()


@contextlib.contextmanager
def killed(house: House) -> Iterator[None]:
    processes = house.database_processes()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=10)
    try:
        yield
    finally:
        wait_for(lambda: starts(house))


def starts(house: House) -> bool:
    try:
        Embedded(house.data / "postgres").start()
    except CannotStart:
        # What remains of the killed one still holds its shared memory.
        return False
    return True


def is_refused(answer: httpx.Response) -> bool:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:seloste:problem:unavailable"
    assert int(answer.headers["retry-after"]) > 0
    return True


FORMS = [
    SHOP,
    f"{SHOP}.json",
    f"{SHOP}/en.md",
    f"{SHOP}/sv.fragment.html",
    f"{GROUP}/history",
    f"{GROUP}/history.json",
    f"{KEYS}/v/2/fi",
    f"{KEYS}/v/3/canonical.json",
    f"{KEYS}/history/fi.fragment.html",
    f"{KEYS}/history.atom",
    f"{SHOP}/history/sv.atom",
    f"{SHOP}/timemap",
    "/n/kuuramaki/sitemap.xml",
    f"{KEYS}/diff/2...3/fi",
    f"{KEYS}/diff/1...4/fi.json",
    f"{TABLES}/fi",
    "/embed/v1.js",
    "/embed/frame?notice=hallavirta/asiakkaat&lang=sv",
    "/embed/frame?notice=kuuramaki/asiakasrekisteri&show=history",
    "/embed/frame?notice=kuuramaki/asiakasrekisteri&version=2",
    f"/oembed?url={SHOP}/fi",
]


UNKNOWN = "/n/hallavirta/unknown"
OTHERS = ["/health/live", "/health/ready", UNKNOWN, f"{SHOP}/xx", f"{KEYS}/v/9/fi"]


@dataclass
class Absence:
    """What was answered while the database was away."""

    published: dict[str, httpx.Response]
    refused: list[httpx.Response]
    others: dict[str, httpx.Response]


@pytest.fixture(scope="module", params=[frozen, stopped, killed], ids=lambda away: away.__name__)
def absence(request: pytest.FixtureRequest, own: House, company: Player) -> Absence:
    # A new process has nothing in memory, so all that it shows comes from disk.
    own.stop()
    own.start()
    with httpx.Client(base_url=own.url, timeout=REFUSED_WITHIN, limits=httpx.Limits(max_connections=None)) as public:

        def ask(number: int) -> httpx.Response:
            if number % 3 == 0:
                return public.get(f"{company.path}/notices", headers=company.api.headers)
            if number % 3 == 1:
                return public.patch(company.path, json={"name": "Ei koskaan Oy"}, headers=company.api.headers)
            return public.post("/intake/requests", json=REQUEST)

        with request.param(own), ThreadPoolExecutor(24) as many:
            published_ = {form: public.get(form) for form in FORMS}
            # More at once than there are connections.
            refused = list(many.map(ask, range(24)))
            others = {path: public.get(path) for path in OTHERS}
            others["form"] = public.get(f"{SHOP}/request", headers={"accept": "text/html", "accept-language": "fi"})
            login = (company.client["client_id"], company.client["client_secret"])
            others["token"] = public.post("/oauth/token", auth=login, data={"grant_type": "client_credentials"})
    own.wait()
    return Absence(published_, refused, others)


def test_what_was_published_is_served_also_in_forms_that_nobody_asked_for(own: House, absence: Absence) -> None:
    for form, answer in absence.published.items():
        assert answer.status_code == 200
        back = httpx.get(own.url + form, headers={"accept-encoding": answer.request.headers["accept-encoding"]})
        assert back.content == answer.content
        assert back.headers["etag"] == answer.headers["etag"]


def test_the_rest_is_refused_in_words_and_in_time(absence: Absence) -> None:
    assert len(absence.refused) == 24
    assert all(is_refused(answer) for answer in absence.refused)
    token = absence.others["token"]
    assert (token.status_code, token.json()["error"]) == (503, "temporarily_unavailable")
    assert absence.others["form"].status_code == 503
    assert "Palvelu ei juuri nyt vastaa" in absence.others["form"].text


def test_what_cannot_be_known_is_not_called_missing(absence: Absence) -> None:
    assert is_refused(absence.others[UNKNOWN])
    assert absence.others[f"{SHOP}/xx"].status_code == 404
    assert absence.others[f"{KEYS}/v/9/fi"].status_code == 404


def test_the_server_lives_and_says_that_it_is_not_ready(absence: Absence) -> None:
    assert absence.others["/health/live"].status_code == 200
    assert is_refused(absence.others["/health/ready"])


def test_afterwards_all_is_as_before_and_a_publish_is_seen(own: House, company: Player, absence: Absence) -> None:
    assert httpx.post(f"{own.url}/intake/requests", json=REQUEST, timeout=20).status_code == 202
    slug, _ = published(company)
    path = f"{own.url}/n/hallavirta/{slug}/fi"
    assert httpx.get(path).status_code == 200
    assert write(company, slug, {**DRAFT, "title": {"fi": "Paluun jälkeen"}}).status_code == 200
    assert publish(company, slug).status_code == 201
    wait_for(lambda: "Paluun jälkeen" in httpx.get(path).text, SEEN_WITHIN, 0.05)


def test_a_disk_that_cannot_be_written_does_not_stop_new_versions_from_being_seen(own: House, company: Player) -> None:
    """Once, the follower ended at the first failed write, and the node showed old notices from then on."""
    slug, _ = published(company)
    path = f"{own.url}/n/hallavirta/{slug}/fi"
    wait_for(lambda: httpx.get(path).status_code == 200)
    with contextlib.closing(on_disk(own)) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON copies BEGIN SELECT RAISE (ABORT, 'disk full'); END")
        try:
            for title in ("Toinen", "Kolmas", "Neljäs"):
                assert write(company, slug, {**DRAFT, "title": {"fi": title}}).status_code == 200
                assert publish(company, slug).status_code == 201
                wait_for(lambda title=title: f"<h1>{title}</h1>" in httpx.get(path).text)
        finally:
            db.execute("DROP TRIGGER full")
    notice_id = httpx.get(f"{own.url}/n/hallavirta/{slug}/v/4/canonical.json").json()["notice_id"]
    assert wait_for(lambda: kept(own).get(notice_id) == 5), "four versions and the history, once there is room again"


def test_a_page_has_its_logo_while_the_database_is_away(own: House, company: Player) -> None:
    put = company.api.put(f"{company.path}/theme/logo", content=picture("PNG"), headers={"content-type": "image/png"})
    assert put.status_code == 200, put.text
    slug, _ = published(company)
    page, logo = f"{own.url}/n/hallavirta/{slug}/fi", put.json()["logo"]["url"]
    assert logo.removeprefix(own.url) in httpx.get(page).text
    body = httpx.get(logo).content
    file = own.data / "public" / "logos" / f"hallavirta.{logo.rpartition('/')[2]}"
    wait_for(file.exists)
    with stopped(own):
        assert httpx.get(page, timeout=REFUSED_WITHIN).status_code == 200
        assert httpx.get(logo, timeout=REFUSED_WITHIN).content == body
        file.write_bytes(body + b"\n")
        assert is_refused(httpx.get(logo, timeout=REFUSED_WITHIN)), "what was changed on disk is nobody's logo"
    own.wait()
    assert httpx.get(logo).content == body


@contextlib.contextmanager
def without_database(house: House) -> Iterator[httpx.Client]:
    """The same folder, served by a new process whose database is nowhere."""
    again = House(house.data, {**house.settings, "DATABASE_URL": NOWHERE}, house.port)
    again.start(ready=False)
    try:
        with httpx.Client(base_url=again.url, timeout=REFUSED_WITHIN) as public:
            yield public
    finally:
        again.stop()


@pytest.fixture
def left_alone(own: House) -> Iterator[House]:
    """The house after a kill -9 of its server, with the database stopped; it is whole again afterwards."""
    own.kill()
    Embedded(own.data / "postgres").stop()
    yield own
    own.start()


def test_killed_and_started_without_a_database_it_serves_what_was_published(own: House, left_alone: House) -> None:
    with without_database(left_alone) as public:
        for form in FORMS:
            answer = public.get(form)
            assert answer.status_code == 200
            assert public.get(form, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
        assert public.get(f"{KEYS}/at/2020-12-24").headers["location"] == f"{KEYS}/v/2/fi"
        back = public.get(KEYS, headers={"accept-datetime": "Thu, 31 May 2007 20:35:00 GMT"})
        assert (back.status_code, back.headers["location"]) == (302, f"{KEYS}/v/4/fi")
        assert "memento-datetime" in public.get(back.headers["location"]).headers
        assert public.get("/health/live").status_code == 200
        assert public.get("/health/ready").status_code == 503
        assert public.get("/").status_code == 200
        assert is_refused(public.post("/intake/requests", json=REQUEST))
        assert is_refused(public.get("/v1/tenants", headers={"authorization": "Bearer x.y.z"}))


def tampered(blob: bytes) -> bytes:
    return blob[:-9] + bytes([blob[-9] ^ 1]) + blob[-8:]


def test_what_was_changed_on_disk_is_not_served(left_alone: House) -> None:
    keys, shop, tables = (named(left_alone, slug) for slug in ("asiakasrekisteri", "asiakkaat", "potilaat"))
    with contextlib.closing(on_disk(left_alone)) as db, undone(db):
        [(blob,)] = db.execute("SELECT copy FROM copies WHERE notice_id = ? AND number = 2 AND path = 'v/fi'", (keys,)).fetchall()
        db.execute("UPDATE copies SET copy = ? WHERE notice_id = ? AND number = 2 AND path = 'v/fi'", (tampered(blob), keys))
        # A genuine copy, in the place of another: version 1 passed off as version 3.
        db.execute("DELETE FROM copies WHERE notice_id = ? AND number = 3 AND path = 'v/fi'", (keys,))
        db.execute("UPDATE copies SET number = 3 WHERE notice_id = ? AND number = 1 AND path = 'v/fi'", (keys,))
        [(head,)] = db.execute("SELECT head FROM heads WHERE notice_id = ?", (tables,)).fetchall()
        db.execute("UPDATE heads SET head = ? WHERE notice_id = ?", (tampered(head), tables))
        # A genuine head, under another's name.
        db.execute("UPDATE heads SET slug = 'somebody-elses' WHERE notice_id = ?", (shop,))
        with without_database(left_alone) as public:
            assert is_refused(public.get(f"{KEYS}/v/2/fi"))
            assert is_refused(public.get(f"{KEYS}/v/3/fi"))
            assert is_refused(public.get(f"{TABLES}/fi"))
            assert is_refused(public.get("/n/hallavirta/somebody-elses"))
            assert public.get(f"{KEYS}/fi").status_code == 200
            assert public.get(f"{GROUP}/sv").status_code == 200


def named(house: House, slug: str) -> str:
    with contextlib.closing(on_disk(house)) as db:
        [(found,)] = db.execute(
            "SELECT notice_id FROM heads WHERE slug = ? AND tenant_slug IN ('hallavirta', 'kuuramaki', 'puronvarsi')", (slug,)
        ).fetchall()
        return str(found)


@contextlib.contextmanager
def undone(db: sqlite3.Connection) -> Iterator[None]:
    """Whatever is done to the copies inside is put back at the end."""
    before = {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in ("heads", "copies")}
    try:
        yield
    finally:
        for table, rows in before.items():
            db.execute(f"DELETE FROM {table}")
            db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


@pytest.mark.parametrize("damage", ["all of it", "its middle"])
def test_a_damaged_file_breaks_nothing_and_is_made_anew(left_alone: House, damage: str) -> None:
    file = left_alone.data / "public" / "copies.sqlite"
    with contextlib.closing(on_disk(left_alone)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(0 if damage == "all of it" else 3 * 4096)
        opened.write(os.urandom(size if damage == "all of it" else size - 6 * 4096))
    with without_database(left_alone) as public:
        for form in (SHOP, f"{KEYS}/history", f"{KEYS}/v/1/fi", f"{TABLES}/fi"):
            assert is_refused(public.get(form))
    file.unlink(missing_ok=True)
    left_alone.start()
    assert httpx.get(f"{left_alone.url}{SHOP}/fi").status_code == 200
    assert wait_for(lambda: len(kept(left_alone)) >= len(left_alone.demo["notices"]))
    left_alone.stop()


async def test_an_answer_from_before_the_last_word_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the database begins, a publish is told, then the look ends: what it saw is old, and must not stay."""
    heads = [head(["old"]), head(["new"])]
    asked, answering = asyncio.Event(), asyncio.Event()

    async def find(tenant: str, notice: str) -> Head:
        found = heads.pop(0)
        if heads:
            asked.set()
            await answering.wait()
        return found

    copies = Copies(tmp_path, bytes(32), 1_000_000)
    monkeypatch.setattr(copies, "_find_head", find)
    first = asyncio.create_task(copies.head("acme", "notice"))
    await asked.wait()
    copies.forget([UUID(int=2)])
    second = asyncio.create_task(copies.head("acme", "notice"))
    assert await second == head(["new"]), "who asks after the word does not wait for the old look"
    answering.set()
    await first
    assert await copies.head("acme", "notice") == head(["new"])
    copies.close()


def head(controllers: list[Any]) -> Head:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Head(UUID(int=1), "acme", UUID(int=2), "notice", "fi", controllers, [], at)
