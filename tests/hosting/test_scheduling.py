"""Published today, in force later: what is shown until then, and how soon a publish is seen everywhere."""

import re
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.hosting.heads import Head
from service.languages import long_date
from service.notices.showing import CHANNEL
from service.notices.timing import Scheduled
from tests.cast import DRAFT, Cast, controller, notice, publish, published, write
from tests.house import House, wait_for

AHEAD = (datetime.now(UTC) + timedelta(days=40)).date()
# Told: one second. Machines that run tests are slow at times.
SEEN_WITHIN = 3.0


@pytest.fixture(scope="module")
def neighbour(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A second server on the same database, with the same keys and a folder of its own."""
    made = house.another_node(tmp_path_factory.mktemp("neighbour") / "data")
    made.start()
    yield made
    made.stop()


def test_until_its_day_the_old_version_is_shown_and_the_history_shows_both(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    before = {form: public.get(f"{base}/{form}").content for form in ("v/1/fi", "v/1/fi.json")}
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Tuleva seloste"}}).status_code == 200
    made = publish(cast.alice, slug, "Tulee voimaan myöhemmin.", effective_from=AHEAD.isoformat())
    assert made.status_code == 201
    versions = wait_for(lambda: len(found := public.get(f"{base}/history.json").json()["versions"]) == 2 and found)
    assert versions[0]["effective_from"] == AHEAD.isoformat()
    for form in ("", "/fi", "/en"):
        assert "Tuleva seloste" not in public.get(base + form).text
    assert {form: public.get(f"{base}/{form}").content for form in before} == before
    assert public.get(f"{base}.json").json()["version"]["number"] == 1
    page = public.get(f"{base}/history/fi").text
    assert 'id="v1"' in page
    assert f'<time datetime="{AHEAD}">' in page
    ahead = public.get(f"{base}/v/2/fi")
    assert "Tuleva seloste" in ahead.text


def test_what_may_still_change_is_kept_by_nobody(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Tuleva seloste"}}).status_code == 200
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    base = f"/n/acme/{slug}"
    wait_for(lambda: public.get(f"{base}/v/2/fi").status_code == 200)
    for form in ("v/2/fi", "v/2/fi.json", "v/2/fi.md", "v/2/fi.fragment.html", "v/2/canonical.json", "diff/1...2/fi", "diff/2...1/fi.json"):
        assert public.get(f"{base}/{form}").headers["cache-control"] == "no-cache"
        assert "memento-datetime" not in public.get(f"{base}/{form}").headers
    assert "immutable" in public.get(f"{base}/v/1/fi").headers["cache-control"]


def test_a_notice_whose_first_version_lies_ahead_says_when_it_begins(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    base = f"/n/acme/{slug}"
    wait_for(lambda: public.get(f"{base}/history.json").status_code == 200)
    for path in (base, f"{base}/fi", f"{base}.json", f"{base}/fi.fragment.html"):
        answer = public.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert AHEAD.isoformat() in answer.json()["detail"]
        assert answer.json()["effective_from"] == AHEAD.isoformat()
    page = public.get(f"{base}/sv", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "<h1>Beskrivningen gäller inte ännu</h1>" in page.text
    for told in (long_date(AHEAD, "sv"), "Privacy notice", "Acme Oy", f'href="{base}/history"', f'href="{base}/request"'):
        assert told in page.text
    assert public.get(f"{base}/history").status_code == 200
    assert public.get(f"{base}/v/1/fi").status_code == 200


def test_a_notice_that_was_never_published_is_not_there(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    for leaf in ("", "/fi", "/history", "/history.json", "/v/1/fi", "/v/1/canonical.json", "/diff/1...2/fi"):
        assert public.get(f"/n/acme/{slug}{leaf}").status_code == 404


def scheduled(number: int, effective_from: str, in_force_at: str, historical: bool = False) -> Scheduled:
    return Scheduled(number, date.fromisoformat(effective_from), datetime.fromisoformat(in_force_at), historical, ["fi"])


def test_the_switch_happens_at_its_instant_and_goes_by_day_then_number() -> None:
    head = Head(
        tenant_id=UUID(int=1),
        tenant_slug="acme",
        notice_id=UUID(int=2),
        slug="notice",
        default_language="fi",
        controller_ids=[],
        schedule=[
            scheduled(1, "2026-01-10", "2026-01-10T12:00:00+00:00"),
            scheduled(2, "2026-03-01", "2026-02-28T22:00:00+00:00"),
            scheduled(3, "2026-03-01", "2026-03-05T08:00:00+00:00"),
            scheduled(4, "2020-01-01", "2026-03-10T08:00:00+00:00", historical=True),
        ],
        changed_at=datetime(2026, 3, 10, tzinfo=UTC),
    )

    def number(at: str) -> int | None:
        version = head.in_force(datetime.fromisoformat(at))
        return version.number if version else None

    assert number("2026-01-10T11:59:59+00:00") is None
    assert number("2026-01-10T12:00:00+00:00") == 1
    assert number("2026-02-28T21:59:59.999999+00:00") == 1
    assert number("2026-02-28T22:00:00+00:00") == 2
    assert number("2026-03-05T08:00:00+00:00") == 3
    assert number("2027-01-01T00:00:00+00:00") == 3, "a version from before Seloste never replaces what applies now"


async def test_the_history_marks_what_is_in_force_by_the_clock_alone(
    house: House, public: httpx.Client, cast: Cast, superuser: asyncpg.Connection
) -> None:
    slug, _ = published(cast.alice)
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Tuleva seloste"}}).status_code == 200
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201

    def marks() -> dict[str, str]:
        page = public.get(f"/n/acme/{slug}/history/fi").text
        assert 'class="tag' in public.get(f"/n/acme/{slug}/history/fi.fragment.html").text
        assert "Voimassa nyt" in public.get(f"/n/acme/{slug}/history", headers={"accept-language": "fi"}).text
        return dict(re.findall(r'id="v(\d)">Versio \d <span class="tag (\w+)">', page))

    assert marks() == {"1": "now", "2": "next"}
    # Its day is brought near, and nothing else is written.
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    changed = await superuser.fetchval(
        """UPDATE publications SET schedule = jsonb_set(schedule::jsonb, '{1,in_force_at}', to_jsonb($2::text))
           WHERE slug = $1 RETURNING id""",
        slug,
        soon,
    )
    await superuser.execute(f"NOTIFY {CHANNEL}, '{changed}'")
    wait_for(lambda: marks() == {"2": "now"}, pause=0.3)


def test_the_history_marks_nothing_before_the_first_and_after_the_last(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    assert 'class="tag' not in public.get(f"/n/acme/{slug}/history/fi").text
    ended, _ = published(cast.alice)
    assert 'class="tag now"' in public.get(f"/n/acme/{ended}/history/fi").text
    assert cast.alice.post(f"/notices/{ended}/withdrawal", {}).status_code in (200, 201)
    page = public.get(f"/n/acme/{ended}/history/fi").text
    assert 'class="tag' not in page
    assert "vetänyt selosteen pois" in page


def test_a_publish_is_seen_on_every_server_at_once(house: House, neighbour: House, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    path = f"/n/acme/{slug}/fi"
    for server in (house, neighbour):
        # Both have it in memory: what is in memory must give way.
        assert wait_for(lambda server=server: httpx.get(server.url + path).status_code == 200)
    for _ in range(2):
        title = f"Uusi {secrets.token_hex(4)}"
        assert write(cast.alice, slug, {**DRAFT, "title": {"fi": title}}).status_code == 200
        assert publish(cast.alice, slug).status_code == 201
        committed = time.monotonic()
        for server in (house, neighbour):
            wait_for(lambda server=server, title=title: title in httpx.get(server.url + path).text, SEEN_WITHIN, 0.02)
            assert title in httpx.get(f"{server.url}/n/acme/{slug}/history/fi").text
        assert time.monotonic() - committed < SEEN_WITHIN


def test_who_publishes_reads_it_at_once(cast: Cast) -> None:
    """From the same server, without waiting until the database has told everybody."""
    slug, _ = published(cast.alice)
    for number in range(1, 6):
        assert cast.alice.api.get(f"/n/acme/{slug}/fi.json").json()["version"]["number"] == number
        body = {"fi": f"Muutos {number}", "en": f"Change {number}"}
        write(cast.alice, slug, {**DRAFT, "sections": [{"id": "intro", "heading": body, "body": body}]})
        assert publish(cast.alice, slug).status_code == 201
