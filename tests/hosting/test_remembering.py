"""Memento (RFC 7089): from the notice's address back to what it said at a time, and what each version says of its time."""

import asyncio
import json
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import asyncpg
import httpx
import pytest
from memento_client import MementoClient

from service.notices.timing import Scheduled, mementos
from tests.cast import Cast, controller, notice, publish, published, write
from tests.hosting.examples import KEYS, SHOP
from tests.hosting.relations import links, related
from tests.house import House, wait_for
from tests.notices.lifecycle.acts import AHEAD, LATER, act, done, draft, edition
from tests.notices.lifecycle.test_redacting import redacted

FORMS = ("", ".json", ".md", ".fragment.html")
PERMANENT = (*FORMS, ".tilt.json", ".pdf")
TIMES = [
    datetime(2019, 5, 25, 6, 0, 0, tzinfo=UTC),
    datetime(2020, 2, 29, 22, 0, 0, tzinfo=UTC),
    datetime(2020, 3, 1, 9, 30, 15, tzinfo=UTC),
    datetime(2022, 12, 31, 22, 0, 0, tzinfo=UTC),
    datetime(2024, 7, 1, 0, 0, 0, tzinfo=UTC),
    datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC),
]


def at(instant: datetime) -> dict[str, str]:
    return {"accept-datetime": format_datetime(instant, usegmt=True)}


@pytest.fixture
def past(house: House, cast: Cast) -> str:
    """A notice of six versions in Finnish and English, the third in Finnish alone, that came into force at `TIMES`."""
    slug, _ = published(cast.alice)
    for number in range(2, 7):
        texts = draft(f"Teksti {number}.")
        if number == 3:
            texts["title"].pop("en")
            texts["sections"] = [{**section, "heading": {}, "body": {"fi": section["body"]["fi"]}} for section in texts["sections"]]
        assert write(cast.alice, slug, texts).status_code == 200
        assert publish(cast.alice, slug).status_code == 201
    move_back(house, slug)
    return slug


def move_back(house: House, slug: str) -> None:
    """Hosting chooses versions by the schedule, so that is where the past is made. What befalls the notice makes it anew."""

    async def moved() -> None:
        db = await asyncpg.connect(**house.superuser())
        row = await db.fetchrow("SELECT id, schedule FROM publications WHERE slug = $1", slug)
        schedule = json.loads(row["schedule"])
        for version, instant in zip(schedule, TIMES, strict=True):
            # With a part of a second, as publishing leaves it.
            version |= {"in_force_at": (instant + timedelta(milliseconds=250)).isoformat(), "effective_from": instant.date().isoformat()}
        await db.execute("UPDATE publications SET schedule = $2, changed_at = now() WHERE id = $1", row["id"], json.dumps(schedule))
        await db.execute(f"NOTIFY seloste_published, '{row['id']}'")
        await db.close()

    asyncio.run(moved())
    wait_for(lambda: "2019" in httpx.get(f"{house.url}/n/acme/{slug}/timemap").text)


def test_a_memento_client_finds_the_right_version_at_twenty_dates(house: House, past: str) -> None:
    original = f"{house.url}/n/acme/{past}"
    asked = [time + moved for time in TIMES for moved in (timedelta(seconds=-1), timedelta(0), timedelta(days=100))]
    asked += [datetime(1991, 8, 6, tzinfo=UTC), datetime.now(UTC) + timedelta(days=3000)]
    assert len(asked) == 20
    # The address of the notice is its TimeGate, so nothing goes before it.
    with MementoClient(timegate_uri="", check_native_timegate=False) as client:
        for time in asked:
            place = max(0, bisect_right(TIMES, time) - 1)
            found = client.get_memento_info(original, time.replace(tzinfo=None))
            closest = found["mementos"]["closest"]
            assert closest["uri"] == [f"{original}/v/{place + 1}/fi"], time
            assert closest["datetime"].replace(tzinfo=UTC) == TIMES[place]
            assert closest["http_status_code"] == 200
            assert found["original_uri"] == found["timegate_uri"] == original
            around = {"first": 0, "last": 5, "prev": place - 1, "next": place + 1}
            for name, other in around.items():
                if 0 <= other < len(TIMES):
                    told = found["mementos"][name]
                    assert told["datetime"].replace(tzinfo=UTC) == TIMES[other]
                    assert told["uri"][0].startswith(f"{original}/v/{other + 1}/")
                else:
                    assert name not in found["mementos"]
        # From a memento the client finds the way to another time.
        again = client.get_memento_info(f"{original}/v/6/fi", TIMES[1].replace(tzinfo=None))
        assert again["mementos"]["closest"]["uri"] == [f"{original}/v/2/fi"]


def test_the_timegate_leads_in_the_readers_language_and_form(public: httpx.Client, past: str) -> None:
    base = f"/n/acme/{past}"
    for form in FORMS:
        for number, language, shown in ((2, "en", "en"), (2, "sv, fi;q=0.5", "fi"), (3, "en", "fi")):
            headers = {**at(TIMES[number - 1]), "accept-language": language}
            answer = public.get(base + form, headers=headers)
            assert answer.status_code == 302
            assert answer.content == b""
            assert answer.headers["location"] == f"{base}/v/{number}/{shown}{form}"
            assert answer.headers["vary"] == "Accept-Language, Accept-Datetime, Accept-Encoding"
            assert answer.headers["cache-control"] == "no-cache"
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "memento-datetime" not in answer.headers
            head = public.head(base + form, headers=headers)
            assert (head.status_code, head.headers["location"]) == (302, answer.headers["location"])
            told = related(answer)
            assert told["original"] == base
            assert told["timegate"] == base + form
            assert told["timemap"] == f"{base}/timemap"
            assert told["prev"] == f"{base}/v/{number - 1}/{shown}{form}"
            assert public.get(answer.headers["location"]).status_code == 200


def test_without_a_date_it_is_the_notice_in_force(public: httpx.Client, past: str) -> None:
    base = f"/n/acme/{past}"
    for form in FORMS:
        answer = public.get(base + form)
        assert answer.status_code == 200
        assert "Accept-Datetime" in answer.headers["vary"]
        assert "memento-datetime" not in answer.headers
        told = related(answer)
        assert (told["original"], told["timegate"], told["timemap"]) == (base, base + form, f"{base}/timemap")
        # In one language it is neither a TimeGate nor a memento, and only says where to ask (section 4.2).
        answer = public.get(f"{base}/fi{form}", headers=at(TIMES[0]))
        assert answer.status_code == 200
        told = related(answer)
        assert "original" not in told
        assert (told["timegate"], told["timemap"]) == (base + form, f"{base}/timemap")


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "2020-03-01T09:30:15Z",
        "Sun, 1 Mar 2020 09:30:15 GMT",
        "Sun, 01 Mar 20 09:30:15 GMT",
        "Sunday, 01-Mar-20 09:30:15 GMT",
        "Sun Mar  1 09:30:15 2020",
        "sun, 01 mar 2020 09:30:15 gmt",
        "Sun, 01 Mar 2020 09:30:15 UTC",
        "Sun, 01 Mar 2020 09:30:15 +0000",
        "Sun, 01 Mar 2020 09:30:15",
        "Sun,  01 Mar 2020 09:30:15 GMT",
        "Sun, 30 Feb 2020 09:30:15 GMT",
        "Sun, 01 Mar 2020 24:30:15 GMT",
        "Sat, 01 Jan 0000 00:00:00 GMT",
        "Sun, 01 Mar 2020 09:30:15 GMT, Sun, 01 Mar 2020 09:30:15 GMT",
        "Sun, ٠١ Mar 2020 09:30:15 GMT",
        "Sun, 01 Mar 2020 09:30:15 GMT" * 1000,
    ],
)
def test_a_date_that_is_none_is_400_and_still_says_what_it_varies_by(public: httpx.Client, date: str) -> None:
    for form in FORMS:
        answer = public.get(SHOP + form, headers=[("accept-datetime", date.encode())])
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:seloste:problem:malformed-request"
        assert "Accept-Datetime" in answer.headers["vary"]
        assert related(answer) == {"original": SHOP, "timegate": SHOP + form, "timemap": f"{SHOP}/timemap"}
        assert "memento-datetime" not in answer.headers


def test_two_dates_are_none(public: httpx.Client) -> None:
    headers = [("accept-datetime", date) for date in ("Sun, 01 Mar 2020 09:30:15 GMT", "Mon, 02 Mar 2020 09:30:15 GMT")]
    assert public.get(SHOP, headers=headers).status_code == 400


def test_a_memento_tells_its_time(public: httpx.Client, past: str) -> None:
    base = f"/n/acme/{past}"
    for number, time in enumerate(TIMES, 1):
        for form in PERMANENT:
            answer = public.get(f"{base}/v/{number}/fi{form}", headers=at(TIMES[0]))
            assert answer.status_code == 200
            assert parsedate_to_datetime(answer.headers["memento-datetime"]) == time
            assert answer.headers["memento-datetime"].endswith(" GMT")
            assert "datetime" not in answer.headers["vary"].lower()
            told = related(answer)
            assert (told["original"], told["timegate"], told["timemap"]) == (base, base + form, f"{base}/timemap")
            assert told["first"] == f"{base}/v/1/fi{form}"
            assert told.get("prev") == (f"{base}/v/{number - 1}/fi{form}" if number > 1 else None)
            unchanged = public.get(str(answer.request.url), headers={"if-none-match": answer.headers["etag"]})
            assert unchanged.status_code == 304
            assert unchanged.headers["memento-datetime"] == answer.headers["memento-datetime"]
            assert unchanged.headers["link"] == answer.headers["link"]


def test_what_a_memento_says_of_itself_never_changes(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    edition(cast.alice, slug, "Toinen.")
    urls = [f"{base}/v/{number}/{language}{form}" for number in (1, 2) for language in ("fi", "en") for form in PERMANENT]
    before = wait_for(lambda: all("memento-datetime" in public.get(url).headers for url in urls) and kept(public, urls))
    assert not {"next", "last", "successor-version"} & set(related(public.get(urls[0])))
    edition(cast.alice, slug, "Kolmas.")
    edition(cast.alice, slug, "Vanha.", historical=True, effective_from="2019-01-01")
    edition(cast.alice, slug, "Tuleva.", effective_from=AHEAD.isoformat())
    done(act(cast.alice, slug, "withdrawal"))
    wait_for(lambda: public.get(base).status_code == 410)
    assert kept(public, urls) == before


def kept(public: httpx.Client, urls: list[str]) -> dict[str, dict[str, str]]:
    return {url: {name: value for name, value in public.get(url).headers.items() if name != "date"} for url in urls}


def test_the_timemap_lists_every_memento_once_with_its_time(public: httpx.Client, house: House, past: str) -> None:
    base = f"/n/acme/{past}"
    answer = public.get(f"{base}/timemap")
    assert answer.headers["content-type"] == "application/link-format"
    assert public.get(f"{base}/timemap", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    original, timegate, itself, *listed = links(answer.text)
    assert (original.target, original.relations) == (house.url + base, ["original"])
    assert (timegate.target, timegate.relations) == (house.url + base, ["timegate"])
    assert (itself.target, itself.relations) == (f"{house.url}{base}/timemap", ["self"])
    assert itself.attributes["type"] == "application/link-format"
    assert [parsedate_to_datetime(itself.attributes[name]) for name in ("from", "until")] == [TIMES[0], TIMES[-1]]
    expected = [(n, code) for n in range(1, 7) for code in ("fi", "en") if (n, code) != (3, "en")]
    assert [link.target for link in listed] == [f"{house.url}{base}/v/{number}/{code}" for number, code in expected]
    for link, (number, code) in zip(listed, expected, strict=True):
        assert parsedate_to_datetime(link.attributes["datetime"]) == TIMES[number - 1]
        assert link.attributes["hreflang"] == code
        assert public.get(link.target).headers["memento-datetime"] == link.attributes["datetime"]
    assert {tuple(link.relations): link.target[-4:] for link in listed if len(link.relations) > 1} == {
        ("first", "memento"): "1/fi",
        ("last", "memento"): "6/fi",
    }
    assert all("memento" in link.relations for link in listed)


def test_what_was_never_in_force_here_is_no_memento(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    edition(cast.alice, slug, "Vanha.", historical=True, effective_from="2019-01-01")
    edition(cast.alice, slug, "Tuleva.", effective_from=AHEAD.isoformat())
    edition(cast.alice, slug, "Peruttu.", effective_from=LATER.isoformat())
    done(act(cast.alice, slug, "versions/4/recall"))
    wait_for(lambda: public.get(f"{base}/history.json").json()["versions"][0]["recalled"])
    for number in (2, 3, 4):
        for form in ("fi", "fi.json"):
            answer = public.get(f"{base}/v/{number}/{form}")
            assert answer.status_code == 200
            assert "memento-datetime" not in answer.headers
            assert not {"original", "timegate", "memento"} & set(related(answer))
    listed = [link.target for link in links(public.get(f"{base}/timemap").text) if "memento" in link.relations]
    assert [target[-len("/v/1/fi") :] for target in listed] == ["/v/1/fi", "/v/1/en"]
    for time in (datetime(2019, 6, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=4000)):
        assert public.get(base, headers=at(time)).headers["location"] == f"{base}/v/1/fi", "the first, and the last"
    assert related(public.get(base))["successor-version"] == f"{base}/v/3/fi"


def test_of_a_notice_that_was_never_in_force_there_is_no_past(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    base = f"/n/acme/{slug}"
    wait_for(lambda: public.get(f"{base}/history").status_code == 200)
    answer = public.get(base, headers=at(datetime.now(UTC)))
    assert answer.status_code == 404
    assert "Accept-Datetime" in answer.headers["vary"]
    assert set(related(answer)) == {"original", "timegate", "timemap"}
    listed = links(public.get(f"{base}/timemap").text)
    assert [link.relations for link in listed] == [["original"], ["timegate"], ["self"]]
    assert "from" not in listed[2].attributes


@pytest.mark.parametrize("befell", ["withdrawn", "retired", "succeeded", "renamed"])
def test_whatever_befell_the_notice_its_past_is_there(public: httpx.Client, cast: Cast, house: House, past: str, befell: str) -> None:
    base = f"/n/acme/{past}"
    if befell == "withdrawn":
        done(act(cast.alice, past, "withdrawal", {"reason": {"fi": "Ei enää."}}))
    elif befell == "retired":
        done(act(cast.alice, past, "succession", {"successor": None}))
    elif befell == "succeeded":
        done(act(cast.alice, past, "succession", {"successor": published(cast.alice)[0]}))
    else:
        done(act(cast.alice, past, "slug", {"slug": f"{past}-uusi"}))
    move_back(house, past + ("-uusi" if befell == "renamed" else ""))
    status = {"withdrawn": 410, "retired": 410, "succeeded": 307, "renamed": 301}[befell]
    wait_for(lambda: public.get(base).status_code == status)
    if befell != "renamed":
        told = related(public.get(base))
        assert (told["timegate"], told["timemap"], told["version-history"]) == (base, f"{base}/timemap", f"{base}/history")
        assert "original" not in told
    with MementoClient(timegate_uri="", check_native_timegate=False) as client:
        now = base + ("-uusi" if befell == "renamed" else "")
        origin = str(public.base_url).rstrip("/")
        asked = origin + (base if befell == "renamed" else f"{base}/v/6/fi")
        found = client.get_memento_info(asked, TIMES[3].replace(tzinfo=None))
        assert found["mementos"]["closest"]["uri"] == [f"{origin}{now}/v/4/fi"]
        assert found["mementos"]["closest"]["http_status_code"] == 200
    assert public.get(f"{base}/timemap", follow_redirects=True).text.count("/v/") == 11


def test_a_text_that_was_taken_down_was_in_force_all_the_same(public: httpx.Client, house: House, past: str) -> None:
    base = f"/n/acme/{past}"
    redacted(house, past, 4)
    move_back(house, past)
    assert public.get(base, headers=at(TIMES[3])).headers["location"] == f"{base}/v/4/fi"
    assert public.get(f"{base}/timemap").text.count("/v/4/") == 2
    gone = public.get(f"{base}/v/4/fi")
    assert gone.status_code == 451
    assert "memento-datetime" not in gone.headers


def version(number: int, effective_from: str, in_force_at: str, *, historical: bool = False) -> Scheduled:
    day = datetime.fromisoformat(effective_from).date()
    return Scheduled(number, day, datetime.fromisoformat(in_force_at), historical, ["fi"])


def test_of_two_for_one_moment_the_one_that_was_shown_is_the_memento() -> None:
    schedule = [
        version(1, "2026-01-10", "2026-01-10T12:00:00+00:00"),
        version(2, "2026-03-01", "2026-02-28T22:00:00+00:00"),
        version(3, "2026-03-01", "2026-02-28T22:00:00+00:00"),
        version(4, "2019-01-01", "2026-03-10T08:00:00+00:00", historical=True),
        version(5, "2026-03-01", "2026-03-05T08:00:00+00:00"),
    ]

    def shown(at: str) -> list[int]:
        return [one.number for one in mementos(schedule, datetime.fromisoformat(at))]

    assert shown("2026-01-10T11:59:59+00:00") == []
    assert shown("2026-02-28T21:59:59+00:00") == [1]
    assert shown("2026-02-28T22:00:00+00:00") == [1, 3]
    assert shown("2027-01-01T00:00:00+00:00") == [1, 3, 5]
    assert mementos([version(1, "2019-01-01", "2026-03-10T08:00:00+00:00", historical=True)], datetime.max.replace(tzinfo=UTC)) == []


def test_versions_are_related_to_those_before_them_in_every_form(public: httpx.Client) -> None:
    for form in ("fi", "fi.json", "fi.md", "canonical.json"):
        for number in (1, 2, 3, 4):
            told = related(public.get(f"{KEYS}/v/{number}/{form}"))
            assert told["version-history"] == f"{KEYS}/history"
            assert told["latest-version"] == KEYS
            # The fourth was published first here; it is numbered last among the examples, all others being older.
            assert told.get("predecessor-version") == (f"{KEYS}/v/{number - 1}/fi" if number > 1 else None)
    for form in ("", ".json", "/fi", "/fi.md", "/fi.fragment.html"):
        told = related(public.get(KEYS + form))
        assert told["predecessor-version"] == f"{KEYS}/v/3/fi"
        assert told["privacy-policy"] == KEYS
        assert told["version-history"] == f"{KEYS}/history"
        assert "successor-version" not in told
    assert related(public.get(f"{KEYS}/request", headers={"accept": "text/html"})) == {"privacy-policy": KEYS}
    for form in ("history", "history.json", "history/fi", "history/fi.fragment.html", "history.atom", "timemap", "diff/1...2/fi"):
        told = related(public.get(f"{KEYS}/{form}"))
        assert (told["latest-version"], told["alternate"]) == (KEYS, f"{KEYS}/history.atom")


def test_old_versions_and_comparisons_are_not_for_search_engines(public: httpx.Client) -> None:
    for form in ("v/1/fi", "v/4/fi", "v/4/fi.json", "v/4/canonical.json", "diff/1...2/fi"):
        assert public.get(f"{KEYS}/{form}").headers["x-robots-tag"] == "noindex"
    for form in ("", "/fi", "/history", "/history.atom"):
        assert "x-robots-tag" not in public.get(KEYS + form).headers
