"""Back to what an earlier version says: a new number, the old text, today's controllers, and the draft alike."""

import httpx
import pytest

from tests.cast import DRAFT, Cast, publish, published, write
from tests.notices.lifecycle.acts import AHEAD, act, done, edition, kept_for_ever, refused

BODY = {"change_note": {"fi": "Palautettiin versio 1."}, "significance": "material"}


@pytest.fixture
def slug(cast: Cast) -> str:
    """With two versions, the second in force."""
    made = published(cast.alice)[0]
    edition(cast.alice, made, "Kahdeksan vuotta.")
    return made


def test_a_new_version_says_what_the_old_one_said(cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    before = {number: kept_for_ever(public, base, number) for number in (1, 2)}
    headers = {"idempotency-key": f'"{slug}"'}
    answer = act(cast.alice, slug, "versions/1/revert", BODY, headers=headers)
    made = done(answer, 201)
    assert act(cast.alice, slug, "versions/1/revert", BODY, headers=headers).json() == made
    assert made["number"] == 3
    assert made["change_note"] == BODY["change_note"]
    first, third = (cast.alice.get(f"/notices/{slug}/versions/{number}").json() for number in (1, 3))
    for name in ("title", "sections", "facts", "languages", "controllers"):
        assert first["content"][name] == third["content"][name]
    assert third["previous_hash"] == cast.alice.get(f"/notices/{slug}/versions/2").json()["content_hash"]
    assert "Kuusi vuotta." in public.get(f"{base}/fi").text
    assert cast.alice.api.get(answer.headers["location"]).json()["number"] == 3
    assert {number: kept_for_ever(public, base, number) for number in (1, 2)} == before
    assert [version["number"] for version in public.get(f"{base}/history.json").json()["versions"]] == [3, 2, 1]
    event = next(item for item in cast.alice.get("/audit-events").json()["items"] if item["event"] == "version:publish")
    assert event["details"]["reverts_to"] == 1


def test_the_draft_is_what_was_published(cast: Cast, slug: str) -> None:
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Kesken"}}).status_code == 200
    tag = cast.alice.get(f"/notices/{slug}/draft").headers["etag"]
    done(act(cast.alice, slug, "versions/1/revert", BODY), 201)
    draft = cast.alice.get(f"/notices/{slug}/draft")
    assert draft.json()["title"] == DRAFT["title"]
    assert draft.headers["etag"] != tag
    assert publish(cast.alice, slug).status_code == 409


def test_with_if_match_only_what_was_read_is_given_up(cast: Cast, slug: str) -> None:
    read = cast.alice.get(f"/notices/{slug}/draft").headers["etag"]
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Toinen ehti"}}).status_code == 200
    refused(act(cast.alice, slug, "versions/1/revert", BODY, headers={"if-match": read}), "stale", status=412)
    assert cast.alice.get(f"/notices/{slug}/draft").json()["title"] == {"fi": "Toinen ehti"}
    fresh = cast.alice.get(f"/notices/{slug}/draft").headers["etag"]
    done(act(cast.alice, slug, "versions/1/revert", BODY, headers={"if-match": fresh}), 201)


def test_what_applies_already_is_not_published_again(cast: Cast, slug: str) -> None:
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Kesken"}}).status_code == 200
    refused(act(cast.alice, slug, "versions/2/revert", BODY), "draft-unchanged", version=2, status=409)
    assert cast.alice.get(f"/notices/{slug}/draft").json()["title"] == {"fi": "Kesken"}, "what was refused changes nothing"
    done(act(cast.alice, slug, "versions/1/revert", BODY), 201)
    refused(act(cast.alice, slug, "versions/1/revert", BODY), "draft-unchanged", version=3, status=409)


def test_controllers_are_as_they_are_now(cast: Cast, public: httpx.Client) -> None:
    slug, controller_id = published(cast.alice, phone="+358 29 000 0001")
    edition(cast.alice, slug, "Kahdeksan vuotta.")
    moved = cast.alice.api.patch(f"{cast.alice.path}/controllers/{controller_id}", json={"phone": "+358 29 000 0002"})
    assert moved.status_code == 200
    done(act(cast.alice, slug, "versions/1/revert", BODY), 201)
    shown = public.get(f"/n/acme/{slug}/fi.json").json()["controllers"]
    assert [controller["phone"] for controller in shown] == ["+358 29 000 0002"]
    assert "+358 29 000 0001" in public.get(f"/n/acme/{slug}/v/1/fi.json").text


def test_languages_that_the_notice_no_longer_has_stay_away(cast: Cast, public: httpx.Client, slug: str) -> None:
    assert cast.alice.api.patch(f"{cast.alice.path}/notices/{slug}", json={"languages": ["fi"]}).status_code == 200
    made = done(act(cast.alice, slug, "versions/1/revert", BODY), 201)
    assert made["languages"] == ["fi"]
    assert public.get(f"/n/acme/{slug}/en").status_code == 404
    assert write(cast.alice, slug, cast.alice.get(f"/notices/{slug}/draft").json() | {"updated_at": None}).status_code == 422
    draft = cast.alice.get(f"/notices/{slug}/draft").json()
    del draft["updated_at"]
    assert write(cast.alice, slug, draft).status_code == 200, "the draft can be written as it was read"


def test_it_may_have_a_day_ahead_and_go_back_to_a_recalled_or_historical_one(cast: Cast, public: httpx.Client, slug: str) -> None:
    made = done(act(cast.alice, slug, "versions/1/revert", {**BODY, "effective_from": AHEAD.isoformat()}), 201)
    assert public.get(f"/n/acme/{slug}/fi.json").json()["coming"]["number"] == made["number"] == 3
    done(act(cast.alice, slug, "versions/3/recall"))
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Vanha"}}).status_code == 200
    old = publish(cast.alice, slug, historical=True, effective_from="2019-05-01").json()["number"]
    assert done(act(cast.alice, slug, f"versions/{old}/revert", BODY), 201)["historical"] is False
    assert "<h1>Vanha</h1>" in public.get(f"/n/acme/{slug}/fi").text
    done(act(cast.alice, slug, "versions/3/revert", BODY), 201)
    assert "Kuusi vuotta." in public.get(f"/n/acme/{slug}/fi").text


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"change_note": {}}, "/change_note"),
        ({"change_note": {"xx": "x"}}, "/change_note/xx"),
        ({"significance": "huge"}, "/significance"),
        ({"effective_from": "2019-01-01"}, "/effective_from"),
        ({"historical": True}, "/historical"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_at_its_field(cast: Cast, slug: str, more: dict[str, object], pointer: str) -> None:
    answer = act(cast.alice, slug, "versions/1/revert", {**BODY, **more})
    refused(answer, "invalid-content", status=422)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert len(cast.alice.get(f"/notices/{slug}/versions").json()["items"]) == 2


def test_to_a_version_that_is_not_there_and_by_who_may_not(cast: Cast, slug: str) -> None:
    refused(act(cast.alice, slug, "versions/9/revert", BODY), "not-found", status=404)
    refused(act(cast.charlie, slug, "versions/1/revert", BODY), "not-found", status=404)
    assert act(cast.alice, slug, "versions/0/revert", BODY).status_code == 400
    assert cast.bob.api.post(f"{cast.alice.path}/notices/{slug}/versions/1/revert", json=BODY).status_code == 403, (
        "he may write, not publish"
    )
