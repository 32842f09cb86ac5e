"""Another slug: whatever leads to an old one goes on leading to the notice, and nobody else ever gets it."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import httpx
import pytest

from tests.cast import Cast, controller, notice, published
from tests.house import wait_for
from tests.notices.lifecycle.acts import act, done, edition, events, kept_for_ever, refused


@pytest.fixture
def slug(cast: Cast) -> str:
    return published(cast.alice)[0]


def renamed(cast: Cast, slug: str, to: str | None = None) -> str:
    new = to or f"renamed-{secrets.token_hex(4)}"
    assert done(act(cast.alice, slug, "slug", {"slug": new}))["slug"] == new
    return new


def test_old_addresses_lead_to_the_new_ones(cast: Cast, public: httpx.Client, slug: str) -> None:
    edition(cast.alice, slug, "Toinen.")
    new = renamed(cast, slug)
    rests = ["", ".json", ".md", ".fragment.html", "/fi", "/en.md", "/history", "/history.json", "/history/fi"]
    rests += ["/v/1/fi", "/v/1/canonical.json", "/diff/1...2/fi", "/fi?utm=a%20b"]
    for rest in rests:
        answer = public.get(f"/n/acme/{slug}{rest}", headers={"origin": "https://elsewhere.example.org"})
        assert answer.status_code == 301, rest
        assert answer.headers["location"] == f"/n/acme/{new}{rest}"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "max-age=0" in answer.headers["cache-control"], "a slug may come back to its notice"
        assert public.get(answer.headers["location"]).status_code == 200, rest
    form = public.get(f"/n/acme/{slug}/request", headers={"accept": "text/html"})
    assert form.status_code == 200, "a form is sent from where it stands"
    subject = {"name": "Testi Henkilö", "email": "testi@example.org"}
    for named in ({"notice": f"acme/{slug}"}, {"notice_url": f"https://elsewhere.example.org/n/acme/{slug}/fi"}):
        sent = public.post("/intake/requests", json={"type": "access", "controller": named, "subject": subject, "language": "fi"})
        assert sent.status_code == 202
        assert sent.json()["routed_to"]["matched_by"] == "notice"


def test_what_is_in_force_tells_the_new_address_and_what_is_for_ever_stays(cast: Cast, public: httpx.Client, slug: str) -> None:
    before = kept_for_ever(public, f"/n/acme/{slug}", 1)
    new = renamed(cast, slug)
    assert kept_for_ever(public, f"/n/acme/{new}", 1) == before
    for form in ("fi", "fi.json", "fi.fragment.html", "history/fi", "history.json"):
        text = public.get(f"/n/acme/{new}/{form}").text
        assert f"/n/acme/{new}" in text, form
        assert f"/n/acme/{slug}" not in text, form
    data = public.get(f"/n/acme/{new}/fi.json").json()
    assert data["notice"]["slug"] == new
    edition(cast.alice, new, "Toinen.")
    assert f"/n/acme/{slug}" not in public.get(f"/n/acme/{new}/fi").text


def test_the_api_knows_it_by_each_of_its_names(cast: Cast, slug: str) -> None:
    new = renamed(cast, slug)
    newest = renamed(cast, new)
    shown = cast.alice.get(f"/notices/{newest}").json()
    assert shown["former_slugs"] == [slug, new]
    assert shown["url"].endswith(f"/n/acme/{newest}")
    for name in (slug, new, shown["id"]):
        assert cast.alice.get(f"/notices/{name}").json() == shown
        for path in ("/draft", "/versions", "/versions/1", "/draft/check"):
            assert cast.alice.get(f"/notices/{name}{path}").status_code == 200
    edition(cast.alice, slug, "Vanhalla nimellä.")
    listed = cast.alice.get("/notices", params={"limit": 200}).json()["items"]
    assert [item["slug"] for item in listed if item["id"] == shown["id"]] == [newest]


def test_nobody_else_gets_a_slug_that_was_used_and_its_notice_may_have_it_back(cast: Cast, public: httpx.Client, slug: str) -> None:
    new = renamed(cast, slug)
    other = published(cast.alice)[0]
    for name in (slug, new):
        refused(act(cast.alice, other, "slug", {"slug": name}), "slug-taken", status=409)
        data = {"slug": name, "title": {"fi": "x"}, "default_language": "fi", "languages": ["fi"]}
        made = cast.alice.post("/notices", {**data, "controller_ids": [controller(cast.alice)["id"]]})
        refused(made, "slug-taken", status=409)
    theirs = notice(cast.charlie, controller(cast.charlie)["id"], slug)
    assert theirs == slug, "another tenant has names of its own"
    assert renamed(cast, new, slug) == slug
    assert public.get(f"/n/acme/{slug}/fi").status_code == 200
    assert public.get(f"/n/acme/{new}/fi").headers["location"] == f"/n/acme/{slug}/fi"
    assert cast.alice.get(f"/notices/{slug}").json()["former_slugs"] == [new]


def test_the_same_name_again_changes_nothing_and_a_wrong_one_is_refused(cast: Cast, slug: str) -> None:
    new = renamed(cast, slug)
    assert done(act(cast.alice, slug, "slug", {"slug": new}))["slug"] == new
    assert events(cast.alice, new)[0] == "notice:rename"
    assert events(cast.alice, new).count("notice:rename") == 1
    for wrong in ("request", "history", "UPPER", "ab", "a" * 64, "a b", "01890000-0000-7000-8000-000000000000", "ä-ä-ä", "", None):
        refused(act(cast.alice, new, "slug", {"slug": wrong}), "invalid-content", status=422)
    refused(act(cast.alice, "never-made", "slug", {"slug": "abc-def"}), "not-found", status=404)
    refused(act(cast.charlie, new, "slug", {"slug": "taken-over"}), "not-found", status=404)


def test_of_two_who_want_one_name_at_once_one_gets_it(cast: Cast) -> None:
    wanted = f"wanted-{secrets.token_hex(4)}"
    several = [published(cast.alice)[0] for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda slug: act(cast.alice, slug, "slug", {"slug": wanted}), several))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


def test_before_it_is_published_it_can_be_renamed_too(cast: Cast, public: httpx.Client) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    new = renamed(cast, slug)
    edition(cast.alice, slug, "Ensimmäinen.")
    assert public.get(f"/n/acme/{new}/fi").status_code == 200
    assert wait_for(lambda: public.get(f"/n/acme/{slug}/fi").status_code == 301)


async def test_the_database_itself_keeps_a_slug_for_its_notice(cast: Cast, slug: str, superuser: asyncpg.Connection) -> None:
    other = published(cast.alice)[0]
    renamed(cast, slug)
    with pytest.raises(asyncpg.UniqueViolationError):
        await superuser.execute("UPDATE notices SET slug = $1 WHERE slug = $2", slug, other)
    for statement in ("DELETE FROM notice_slugs", "UPDATE notice_slugs SET notice_id = notice_id"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await superuser.execute(statement)
