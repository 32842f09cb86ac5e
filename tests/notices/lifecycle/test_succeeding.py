"""A notice that has ended: its address leads to the one that took its place, or says that it is no longer used."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.cast import Cast, controller, notice, publish, published
from tests.hosting.conftest import Site
from tests.house import House
from tests.notices.lifecycle.acts import AHEAD, act, done, events, kept_for_ever, refused

PAGE = {"accept": "text/html", "accept-language": "sv"}


@pytest.fixture
def pair(cast: Cast) -> tuple[str, str]:
    return published(cast.alice)[0], published(cast.alice)[0]


def test_its_addresses_lead_to_the_same_language_and_form(cast: Cast, public: httpx.Client, pair: tuple[str, str]) -> None:
    old, new = pair
    before = kept_for_ever(public, f"/n/acme/{old}", 1)
    made = done(act(cast.alice, old, "succession", {"successor": new, "reason": {"fi": "Selosteet yhdistettiin."}}))
    successor = cast.alice.get(f"/notices/{new}").json()["id"]
    assert made["succession"]["successor"] == successor
    for form in ("", ".json", ".md", ".fragment.html", "/fi", "/en", "/fi.json", "/en.md", "/fi.fragment.html"):
        answer = public.get(f"/n/acme/{old}{form}", headers={"origin": "https://elsewhere.example.org"})
        assert answer.status_code == 307
        assert answer.headers["location"] == f"/n/acme/{new}{form}"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cache-control"] == "no-cache", "it can be undone"
        assert public.get(answer.headers["location"]).status_code == 200
    assert public.get(f"/n/acme/{old}/sv.json").headers["location"] == f"/n/acme/{new}.json", "a language that it lacks is chosen anew"
    assert kept_for_ever(public, f"/n/acme/{old}", 1) == before
    history = public.get(f"/n/acme/{old}/history.json").json()
    assert history["succession"]["successor"] == successor
    page = public.get(f"/n/acme/{old}/history/fi").text
    assert "Toinen seloste korvasi tämän" in page
    assert "Selosteet yhdistettiin." in page
    assert events(cast.alice, old)[0] == "notice:end"


def test_retired_it_says_so(cast: Cast, public: httpx.Client, pair: tuple[str, str]) -> None:
    old, _ = pair
    made = done(act(cast.alice, old, "succession", {"successor": None, "reason": {"sv": "Tävlingen är slut."}}))
    assert made["succession"]["successor"] is None
    refused(public.get(f"/n/acme/{old}/fi.json"), "notice-gone", state="retired", status=410)
    page = public.get(f"/n/acme/{old}", headers=PAGE)
    assert page.status_code == 410
    assert "<h1>Beskrivningen används inte längre</h1>" in page.text
    assert "Tävlingen är slut." in page.text
    assert public.get(f"/n/acme/{old}/history").status_code == 200


def test_it_is_undone_and_withdrawing_is_another_matter(cast: Cast, public: httpx.Client, pair: tuple[str, str]) -> None:
    old, new = pair
    undo = f"{cast.alice.path}/notices/{old}/succession"
    done(act(cast.alice, old, "succession", {"successor": new}))
    done(act(cast.alice, old, "withdrawal"))
    assert public.get(f"/n/acme/{old}").status_code == 307, "who has a successor leads there, withdrawn or not"
    done(cast.alice.api.delete(undo), 204)
    assert public.get(f"/n/acme/{old}").status_code == 410, "still withdrawn"
    done(cast.alice.api.delete(f"{cast.alice.path}/notices/{old}/withdrawal"), 204)
    assert public.get(f"/n/acme/{old}").status_code == 200
    done(cast.alice.api.delete(undo), 204)
    assert events(cast.alice, old)[:3] == ["notice:put_back", "notice:resume", "notice:withdraw"]


def test_twice_is_refused_and_a_retry_is_not(cast: Cast, pair: tuple[str, str]) -> None:
    old, new = pair
    headers = {"idempotency-key": f'"{old}"'}
    first, retried = (act(cast.alice, old, "succession", {"successor": new}, headers=headers) for _ in range(2))
    assert done(first) == done(retried)
    refused(act(cast.alice, old, "succession", {"successor": None}), "wrong-state", state="succeeded", status=409)


def test_a_successor_is_a_published_notice_of_the_same_tenant(cast: Cast, pair: tuple[str, str]) -> None:
    old, new = pair
    unpublished = notice(cast.alice, controller(cast.alice)["id"])
    ahead = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, ahead, effective_from=AHEAD.isoformat()).status_code == 201
    withdrawn, retired = published(cast.alice)[0], published(cast.alice)[0]
    done(act(cast.alice, withdrawn, "withdrawal"))
    done(act(cast.alice, retired, "succession", {"successor": None}))
    theirs = published(cast.charlie)[0]
    theirs_id = cast.charlie.get(f"/notices/{theirs}").json()["id"]
    for wrong in (old, unpublished, ahead, withdrawn, retired, theirs, theirs_id, "never-made", "", "x" * 64):
        answer = act(cast.alice, old, "succession", {"successor": wrong})
        assert answer.status_code == 422, (wrong, answer.text)
        assert answer.json()["errors"][0]["pointer"] == "/successor"
    refused(act(cast.alice, old, "succession", {}), "invalid-content", status=422)
    refused(act(cast.charlie, old, "succession", {"successor": theirs}), "not-found", status=404)
    refused(act(cast.alice, unpublished, "succession", {"successor": new}), "wrong-state", state="unpublished", status=409)
    done(act(cast.alice, old, "succession", {"successor": cast.alice.get(f"/notices/{new}").json()["id"]}))


def test_no_ring_is_closed_and_a_chain_is_followed(cast: Cast, public: httpx.Client) -> None:
    first, second, third = (published(cast.alice)[0] for _ in range(3))
    done(act(cast.alice, first, "succession", {"successor": second}))
    done(act(cast.alice, second, "succession", {"successor": third}))
    answer = act(cast.alice, third, "succession", {"successor": first})
    refused(answer, "invalid-content", status=422)
    assert "back" in answer.json()["detail"]
    assert public.get(f"/n/acme/{first}/fi", follow_redirects=True).url.path == f"/n/acme/{third}/fi"


def test_of_two_that_would_close_a_ring_at_once_one_wins(cast: Cast) -> None:
    for _ in range(3):
        one, other = published(cast.alice)[0], published(cast.alice)[0]
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(act, cast.alice, a, "succession", {"successor": b}) for a, b in ((one, other), (other, one))]
        assert sorted(answer.result().status_code for answer in both) == [200, 422]


def test_a_successor_that_is_renamed_is_found(cast: Cast, public: httpx.Client, pair: tuple[str, str]) -> None:
    old, new = pair
    done(act(cast.alice, old, "succession", {"successor": new}))
    done(act(cast.alice, new, "slug", {"slug": f"{new}-b"}))
    assert public.get(f"/n/acme/{old}/fi").headers["location"] == f"/n/acme/{new}-b/fi"


def test_an_embedded_notice_follows(house: House, cast: Cast, visit: object, site: Site, pair: tuple[str, str]) -> None:
    from tests.notices.lifecycle.acts import edition

    old, new = pair
    edition(cast.alice, new, "Yhdistetty seloste.")
    done(act(cast.alice, old, "succession", {"successor": new}))
    seen = visit(site.page(f'<script src="{house.url}/embed/v1.js" data-notice="acme/{old}" data-lang="fi"></script>'))  # type: ignore[operator]
    seen.page.get_by_text("Yhdistetty seloste.").wait_for()
