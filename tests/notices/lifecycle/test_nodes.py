"""Every node hears what befell a notice, keeps it on disk, and says the same when the database is away."""

import contextlib
import sqlite3
from collections.abc import Iterator

import httpx
import pytest

from tests.cast import Cast, Player, published
from tests.hosting.test_awaiting_the_database import without_database
from tests.house import House, wait_for
from tests.notices.lifecycle.acts import AHEAD, act, done, edition
from tests.notices.lifecycle.test_redacting import redacted

# Told: one second. Machines that run tests are slow at times.
SEEN_WITHIN = 3.0


@pytest.fixture(scope="module")
def neighbour(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = house.another_node(tmp_path_factory.mktemp("lifecycle-neighbour") / "data")
    made.start()
    yield made
    made.stop()


def seen(node: House, path: str, status: int) -> httpx.Response:
    return wait_for(lambda: found if (found := httpx.get(node.url + path)).status_code == status else None, SEEN_WITHIN, 0.02)  # type: ignore[no-any-return]


def on_disk(node: House, notice_id: str) -> set[tuple[int, str]]:
    with contextlib.closing(sqlite3.connect(node.data / "public" / "copies.sqlite")) as db:
        return set(db.execute("SELECT number, path FROM copies WHERE notice_id = ?", (notice_id,)).fetchall())


def test_another_node_hears_each_of_it_at_once(house: House, neighbour: House, cast: Cast) -> None:
    slug, successor = published(cast.alice)[0], published(cast.alice)[0]
    path = f"/n/acme/{slug}"
    seen(neighbour, f"{path}/fi", 200)
    edition(cast.alice, slug, "Tuleva.", effective_from=AHEAD.isoformat())
    wait_for(lambda: httpx.get(f"{neighbour.url}{path}/fi.json").json()["coming"], SEEN_WITHIN, 0.02)
    done(act(cast.alice, slug, "versions/2/recall"))
    wait_for(lambda: not httpx.get(f"{neighbour.url}{path}/fi.json").json()["coming"], SEEN_WITHIN, 0.02)
    done(act(cast.alice, slug, "withdrawal"))
    seen(neighbour, f"{path}/fi", 410)
    done(cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/withdrawal"), 204)
    seen(neighbour, f"{path}/fi", 200)
    done(act(cast.alice, slug, "slug", {"slug": f"{slug}-b"}))
    seen(neighbour, f"{path}/fi", 301)
    seen(neighbour, f"{path}-b/fi", 200)
    done(act(cast.alice, slug, "succession", {"successor": successor}))
    seen(neighbour, f"{path}-b/fi", 307)


def test_a_text_that_is_taken_down_is_gone_from_every_nodes_disk(house: House, neighbour: House, cast: Cast) -> None:
    slug = published(cast.alice)[0]
    leak = f"Salaisuus {slug}."
    edition(cast.alice, slug, leak)
    edition(cast.alice, slug, "Kahdeksan vuotta.")
    notice_id = cast.alice.get(f"/notices/{slug}").json()["id"]
    nodes = (house, neighbour)
    for node in nodes:
        wait_for(lambda node=node: (3, "v/fi") in on_disk(node, notice_id))
        assert (2, "canonical.json") in on_disk(node, notice_id)
        assert leak in httpx.get(f"{node.url}/n/acme/{slug}/v/2/fi").text
        assert leak in httpx.get(f"{node.url}/n/acme/{slug}/diff/1...2/fi").text
    redacted(house, slug)
    for node in nodes:
        seen(node, f"/n/acme/{slug}/v/2/fi", 451)
        seen(node, f"/n/acme/{slug}/diff/1...2/fi", 451)
        wait_for(lambda node=node: not [path for number, path in on_disk(node, notice_id) if number == 2])
        assert (3, "v/fi") in on_disk(node, notice_id)

        def nowhere(node: House = node) -> bool:
            files = [file for file in (node.data / "public").rglob("*") if file.is_file()]
            return not [file for file in files if leak.encode() in file.read_bytes()]

        wait_for(nowhere)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("lifecycle-own") / "data", {"WORKER": "apart"})
    made.start()
    yield made
    made.stop()


def test_with_the_database_away_it_says_the_same_also_after_a_restart(own: House) -> None:
    client = own.demo["clients"][0]
    company = Player(client["tenant"], client, own.api(client))
    withdrawn, renamed, ended, retired, successor, taken, coming = (published(company)[0] for _ in range(7))
    base = f"/n/{company.slug}"
    done(act(company, withdrawn, "withdrawal", {"reason": {"fi": "Virhe."}}))
    done(act(company, renamed, "slug", {"slug": f"{renamed}-b"}))
    done(act(company, ended, "succession", {"successor": successor}))
    done(act(company, retired, "succession", {"successor": None}))
    edition(company, coming, "Tuleva.", effective_from=AHEAD.isoformat())
    where = ("version", "redact", "--tenant", company.slug)
    told = own.run(*where, "--notice", taken, "--number", "1", "--operator", "A", "--reason", "fi=x", "--grounds", "x").stdout
    own.run(*where, "--approve", told.partition("--approve ")[2].split()[0], "--operator", "B")
    expected = {
        f"{base}/{withdrawn}/fi": 410,
        f"{base}/{withdrawn}/history/fi": 200,
        f"{base}/{withdrawn}/v/1/fi.json": 200,
        f"{base}/{renamed}/fi": 301,
        f"{base}/{renamed}-b/fi": 200,
        f"{base}/{ended}/fi": 307,
        f"{base}/{retired}.json": 410,
        f"{base}/{taken}/v/1/fi": 451,
        f"{base}/{taken}": 451,
        f"{base}/{taken}/history.json": 200,
        f"{base}/{coming}/fi.json": 200,
        f"{base}/{coming}/v/2/fi": 200,
    }
    newest = company.get(f"/notices/{taken}").json()["id"]
    wait_for(lambda: (0, "history.json") in on_disk(own, newest) and not [1 for number, _ in on_disk(own, newest) if number == 1])
    with httpx.Client(base_url=own.url) as public:
        there = {path: public.get(path) for path in expected}
    own.stop()
    with without_database(own) as public:
        for path, status in expected.items():
            answer = public.get(path)
            assert answer.status_code == status == there[path].status_code, path
            assert answer.content == there[path].content, path
            assert answer.headers.get("location") == there[path].headers.get("location")
        assert public.get(f"{base}/{coming}/fi.json").json()["coming"]["number"] == 2
    own.start()
