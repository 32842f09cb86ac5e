"""Withdrawn, a notice says so at its own address; its history and versions stay; put back, it is as it was."""

import httpx
import pytest

from tests.cast import Cast, controller, notice, publish, published, write
from tests.house import wait_for
from tests.notices.lifecycle.acts import act, done, draft, edition, events, kept_for_ever, refused, shown

REASON = {"fi": "Selosteessa oli toisen yrityksen tietoja.", "en": "It held another company's details."}
PAGE = {"accept": "text/html"}


@pytest.fixture
def slug(cast: Cast) -> str:
    return published(cast.alice)[0]


def withdrawn(cast: Cast, public: httpx.Client, slug: str) -> None:
    done(act(cast.alice, slug, "withdrawal", {"reason": REASON}))
    assert public.get(f"/n/acme/{slug}").status_code == 410, "who withdraws sees it at once"


def test_its_address_tells_people_in_their_language_and_programs_as_a_problem(cast: Cast, public: httpx.Client, slug: str) -> None:
    withdrawn(cast, public, slug)
    base = f"/n/acme/{slug}"
    for form in ("", ".json", ".md", ".fragment.html", "/fi", "/en", "/fi.json", "/en.md", "/fi.fragment.html"):
        answer = public.get(base + form)
        assert answer.status_code == 410
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        refused(answer, "notice-gone", state="withdrawn", reason=REASON)
        assert answer.json()["links"]["history"] == f"{base}/history"
    for path, accept, words in (
        ("", "sv", "Beskrivningen har dragits tillbaka"),
        ("", "en", "This notice has been withdrawn"),
        ("", "de", "This notice has been withdrawn"),
        ("/fi", "sv", "Seloste on vedetty pois"),
    ):
        page = public.get(base + path, headers={**PAGE, "accept-language": accept})
        assert page.status_code == 410
        assert f"<h1>{words}</h1>" in page.text
        assert "script-src 'none'" in page.headers["content-security-policy"]
        for link in (f"{base}/history", f"{base}/request"):
            # Without a language: the notice may lack the reader's.
            assert f'href="{link}"' in page.text
            assert public.get(link, headers=PAGE).status_code == 200
    swedish = public.get(base, headers={**PAGE, "accept-language": "sv"}).text
    assert f'lang="en">{REASON["en"].replace(chr(39), "&#39;")}' in swedish, "a reason in another language is marked as that"


def test_the_page_names_notice_and_company_and_tells_the_time_in_its_zone(cast: Cast, public: httpx.Client) -> None:
    slug, _ = published(cast.alice, time_zone="Asia/Tokyo", name="Tokion toimisto Oy")
    withdrawn(cast, public, slug)
    page = public.get(f"/n/acme/{slug}", headers={**PAGE, "accept-language": "en"}).text
    for told in ("Tokion toimisto Oy", "Privacy notice", "(JST)"):
        assert told in page
    notice = public.get(f"/n/acme/{slug}").json()["notice"]
    title = {"fi": "Tietosuojaseloste", "en": "Privacy notice"}
    assert notice == {"title": title, "controllers": ["Tokion toimisto Oy"], "time_zone": "Asia/Tokyo"}


def test_history_and_versions_stay_and_tell(cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    before = kept_for_ever(public, base, 1)
    withdrawn(cast, public, slug)
    assert kept_for_ever(public, base, 1) == before
    history = public.get(f"{base}/history.json").json()
    assert history["withdrawal"]["reason"] == REASON
    assert len(history["versions"]) == 1
    page = public.get(f"{base}/history/en").text
    assert "The controller withdrew this notice on" in page
    assert "another company" in page
    assert "withdrew" in public.get(f"{base}/history/en.fragment.html").text
    assert cast.alice.get(f"/notices/{slug}").json()["withdrawal"]["reason"] == REASON


def test_put_back_it_is_as_it_was(cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    before = {form: public.get(base + form).content for form in ("/fi", "/fi.json", "/history/fi", "/history.json")}
    withdrawn(cast, public, slug)
    done(cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/withdrawal"), 204)
    assert {form: public.get(base + form).content for form in before} == before
    assert cast.alice.get(f"/notices/{slug}").json()["withdrawal"] is None
    done(cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/withdrawal"), 204)
    assert events(cast.alice, slug)[:2] == ["notice:put_back", "notice:withdraw"], "the second time nothing happened"
    withdrawn(cast, public, slug)


def test_twice_is_refused_and_a_retry_is_not(cast: Cast, public: httpx.Client, slug: str) -> None:
    first = act(cast.alice, slug, "withdrawal", headers={"idempotency-key": f'"{slug}"'})
    again = act(cast.alice, slug, "withdrawal", headers={"idempotency-key": f'"{slug}"'})
    assert done(first) == done(again)
    assert first.json()["withdrawal"]["reason"] == {}
    refused(act(cast.alice, slug, "withdrawal"), "wrong-state", state="withdrawn", status=409)
    assert "dragits tillbaka" in public.get(f"/n/acme/{slug}/sv", headers=PAGE).text


def test_what_is_published_meanwhile_is_not_shown_until_it_is_put_back(cast: Cast, public: httpx.Client, slug: str) -> None:
    withdrawn(cast, public, slug)
    edition(cast.alice, slug, "Korjattu.")
    assert public.get(f"/n/acme/{slug}/fi").status_code == 410
    assert "Korjattu." in public.get(f"/n/acme/{slug}/v/2/fi").text
    done(cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/withdrawal"), 204)
    assert "Korjattu." in public.get(f"/n/acme/{slug}/fi").text


def test_one_that_was_never_published_is_not_withdrawn(cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    refused(act(cast.alice, slug, "withdrawal"), "wrong-state", state="unpublished", status=409)
    done(cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/withdrawal"), 204)
    assert events(cast.alice, slug) == ["draft:write", "notice:create"]


@pytest.mark.parametrize("reason", [{"xx": "x"}, {"fi": " "}, {"fi": ""}, {"fi": "x" * 2001}, {"fi": "\u202ex"}, {"fi": 1}, "x"], ids=str)
def test_a_reason_that_cannot_be_shown_is_refused(cast: Cast, public: httpx.Client, slug: str, reason: object) -> None:
    refused(act(cast.alice, slug, "withdrawal", {"reason": reason}), "invalid-content", status=422)
    assert public.get(f"/n/acme/{slug}").status_code == 200


def test_a_reason_is_text_and_nothing_else(cast: Cast, public: httpx.Client, slug: str) -> None:
    done(act(cast.alice, slug, "withdrawal", {"reason": {"fi": "<script>alert(1)</script>\n[x](javascript:alert(1))"}}))
    for path in ("", "/history/fi", "/history/fi.fragment.html"):
        text = public.get(f"/n/acme/{slug}{path}", headers={"accept": "text/html"}).text
        assert "<script>" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_a_notice_that_is_not_there_is_404(cast: Cast, slug: str) -> None:
    refused(act(cast.alice, "never-made", "withdrawal"), "not-found", status=404)
    refused(act(cast.charlie, slug, "withdrawal"), "not-found", status=404)
    assert cast.alice.api.delete(f"{cast.alice.path}/notices/never-made/withdrawal").status_code == 404


def test_a_person_who_came_by_it_can_still_send_a_request(cast: Cast, public: httpx.Client, slug: str) -> None:
    withdrawn(cast, public, slug)
    subject = {"name": "Testi Henkilö", "email": "testi@example.org"}
    request = {"type": "access", "controller": {"notice": f"acme/{slug}"}, "subject": subject, "language": "fi"}
    sent = public.post("/intake/requests", json=request)
    assert sent.status_code == 202
    assert sent.json()["routed_to"]["matched_by"] == "notice"


def test_of_withdrawing_and_publishing_at_once_neither_is_lost(cast: Cast, public: httpx.Client, slug: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for turn in range(3):
        assert write(cast.alice, slug, draft(f"Kierros {turn}.")).status_code == 200
        with ThreadPoolExecutor(2) as pool:
            publishing, withdrawing = pool.submit(publish, cast.alice, slug), pool.submit(act, cast.alice, slug, "withdrawal")
        assert publishing.result().status_code == 201
        assert withdrawing.result().status_code == 200
        history = wait_for(lambda: shown(public, f"/n/acme/{slug}/history.json")).json()
        assert len(history["versions"]) == turn + 2
        assert history["withdrawal"]
        assert public.get(f"/n/acme/{slug}").status_code == 410
        done(cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/withdrawal"), 204)
        assert f"Kierros {turn}." in public.get(f"/n/acme/{slug}/fi").text
