"""Which version applied on a day: by law, so also before the notice came here, and by what is announced."""

import secrets
from datetime import timedelta

import httpx
import pytest

from service import clock
from tests.cast import Cast, controller, notice, publish, published
from tests.hosting.examples import KEYS
from tests.house import wait_for
from tests.notices.lifecycle.acts import AHEAD, LATER, act, done, edition, refused


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2018-05-25", 1),
        ("2020-08-31", 1),
        ("2020-09-01", 2),
        ("2023-02-28", 2),
        ("2023-03-01", 3),
        ("2024-02-29", 3),
        ("9999-12-31", 4),
    ],
)
def test_a_day_leads_to_the_version_that_applied_at_its_end(public: httpx.Client, day: str, number: int) -> None:
    for form in ("", ".json", ".md", ".fragment.html", ".pdf"):
        answer = public.get(f"{KEYS}/at/{day}{form}", headers={"accept-language": "sv"})
        assert answer.status_code == 302
        assert answer.headers["location"] == f"{KEYS}/v/{number}/fi{form}"
        assert answer.headers["cache-control"] == "no-cache", "an older version may still be brought in"
        assert answer.headers["vary"] == "Accept-Language"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "memento-datetime" not in answer.headers
        assert public.get(answer.headers["location"]).status_code == 200
        assert public.head(f"{KEYS}/at/{day}{form}").headers["location"] == answer.headers["location"]


def test_before_the_first_day_there_is_nothing_and_it_says_since_when_there_is(public: httpx.Client) -> None:
    for day in ("2018-05-24", "0001-01-01"):
        answer = public.get(f"{KEYS}/at/{day}")
        refused(answer, "not-found", status=404)
        assert "2018-05-25" in answer.json()["detail"]


@pytest.mark.parametrize(
    "day",
    [
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "0000-01-01",
        "20240501",
        "2024-W10-1",
        "2024-5-1",
        "today",
        "2024-05-01T00:00",
        "٢٠٢٤-٠٥-٠١",
    ],
)
def test_a_day_that_the_calendar_does_not_have_is_malformed(public: httpx.Client, day: str) -> None:
    refused(public.get(f"{KEYS}/at/{day}"), "malformed-request", status=400)
    refused(public.get(f"{KEYS}/at/{day}.json"), "malformed-request", status=400)


def test_a_day_ahead_is_told_by_what_is_announced(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    edition(cast.alice, slug, "Tuleva.", effective_from=AHEAD.isoformat())
    edition(cast.alice, slug, "Myöhempi.", effective_from=LATER.isoformat())
    edition(cast.alice, slug, "Vanha.", historical=True, effective_from="2019-01-01")

    def number(day: object) -> str:
        return public.get(f"{base}/at/{day}", headers={"accept-language": "en"}).headers["location"]

    wait_for(lambda: public.get(f"{base}/v/4/fi").status_code == 200)
    today = clock.today("Europe/Helsinki")
    assert number("2019-01-01") == number(today - timedelta(days=1)) == f"{base}/v/4/en"
    assert number(today) == number(AHEAD - timedelta(days=1)) == f"{base}/v/1/en"
    assert number(AHEAD) == number(LATER - timedelta(days=1)) == f"{base}/v/2/en"
    assert number(LATER) == f"{base}/v/3/en"
    done(act(cast.alice, slug, "versions/2/recall"))
    wait_for(lambda: number(AHEAD) == f"{base}/v/1/en")


def test_where_all_was_recalled_nothing_ever_applied(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    done(act(cast.alice, slug, "versions/1/recall"))
    answer = wait_for(lambda: (found := public.get(f"/n/acme/{slug}/at/{LATER}")).status_code == 404 and found)
    assert "recalled" in answer.json()["detail"]


def test_from_the_day_on_which_a_notice_ended_it_answers_as_the_notice_does(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    edition(cast.alice, slug, "Vanha.", historical=True, effective_from="2019-01-01")
    done(act(cast.alice, slug, "withdrawal", {"reason": {"fi": "Ei enää."}}))
    wait_for(lambda: public.get(base).status_code == 410)
    today = clock.today("Europe/Helsinki")
    refused(public.get(f"{base}/at/{today}"), "notice-gone", status=410, state="withdrawn", reason={"fi": "Ei enää."})
    refused(public.get(f"{base}/at/{LATER}.json"), "notice-gone", status=410)
    assert public.get(f"{base}/at/{today - timedelta(days=1)}").headers["location"] == f"{base}/v/2/fi"
    done(cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/withdrawal"), 204)
    wait_for(lambda: public.get(f"{base}/at/{today}").status_code == 302)


def test_after_a_succession_the_day_is_asked_of_the_successor(public: httpx.Client, cast: Cast) -> None:
    slug, other = published(cast.alice)[0], published(cast.alice)[0]
    done(act(cast.alice, slug, "succession", {"successor": other}))
    today = clock.today("Europe/Helsinki")
    answer = wait_for(lambda: (found := public.get(f"/n/acme/{slug}/at/{today}.json")).status_code == 307 and found)
    assert answer.headers["location"] == f"/n/acme/{other}/at/{today}.json"
    assert public.get(answer.headers["location"]).headers["location"] == f"/n/acme/{other}/v/1/fi.json"


def test_an_old_slug_and_a_stranger(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    new = f"renamed-{secrets.token_hex(4)}"
    done(act(cast.alice, slug, "slug", {"slug": new}))
    answer = wait_for(lambda: (found := public.get(f"/n/acme/{slug}/at/2026-01-01.md")).status_code == 301 and found)
    assert answer.headers["location"] == f"/n/acme/{new}/at/2026-01-01.md"
    refused(public.get("/n/acme/unknown/at/2026-01-01"), "not-found", status=404)
