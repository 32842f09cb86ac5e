"""Notices: made, listed, changed; what is refused and where."""

from typing import Any

import pytest

from tests.cast import Cast, controller, notice, publish


def new(controller_id: str, **more: Any) -> dict[str, Any]:
    given = {
        "slug": "uusi-seloste",
        "title": {"fi": "Seloste"},
        "default_language": "fi",
        "languages": ["fi"],
        "controller_ids": [controller_id],
    }
    return {**given, **more}


@pytest.fixture(scope="module")
def controller_id(cast: Cast) -> str:
    return str(controller(cast.alice)["id"])


def test_a_notice_is_made_and_read_by_slug_and_id(cast: Cast, controller_id: str) -> None:
    made = cast.alice.post("/notices", new(controller_id, slug="ensimmainen"))
    assert made.status_code == 201, made.text
    body = made.json()
    assert made.headers["location"] == "/v1/tenants/acme/notices/ensimmainen"
    assert body["kind"] == "privacy_notice"
    assert body["latest_version"] is None
    assert body["url"].endswith("/n/acme/ensimmainen")
    assert cast.alice.get("/notices/ensimmainen").json() == cast.alice.get(f"/notices/{body['id']}").json() == body


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"slug": "Iso"}, "/slug"),
        ({"slug": "ab"}, "/slug"),
        ({"slug": "request"}, "/slug"),
        ({"slug": "01890000-0000-7000-8000-000000000000"}, "/slug"),
        ({"default_language": "sv"}, "/default_language"),
        ({"languages": ["fi", "xx"]}, "/languages"),
        ({"languages": ["fi", "fi"]}, "/languages"),
        ({"languages": []}, "/languages"),
        ({"title": {"fi": " "}}, "/title"),
        ({"title": {"fi": "x", "sv": "y"}}, "/title/sv"),
        ({"controller_ids": []}, "/controller_ids"),
        ({"controller_ids": ["01890000-0000-7000-8000-000000000000"]}, "/controller_ids"),
        ({"controller_ids": ["x"]}, "/controller_ids/0"),
        ({"kind": "No Kind"}, "/kind"),
        ({"surprise": 1}, "/surprise"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_at_its_field(cast: Cast, controller_id: str, more: dict[str, Any], pointer: str) -> None:
    answer = cast.alice.post("/notices", new(controller_id, **more))
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]], answer.text


def test_another_tenants_controller_is_none_of_ours(cast: Cast) -> None:
    theirs = controller(cast.charlie)["id"]
    answer = cast.alice.post("/notices", new(theirs))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/controller_ids"


def test_a_slug_is_taken_in_its_tenant_alone(cast: Cast, controller_id: str) -> None:
    assert cast.alice.post("/notices", new(controller_id, slug="sama-nimi")).status_code == 201
    again = cast.alice.post("/notices", new(controller_id, slug="sama-nimi"))
    assert again.status_code == 409
    assert again.json()["type"] == "urn:seloste:problem:slug-taken"
    assert cast.charlie.post("/notices", new(controller(cast.charlie)["id"], slug="sama-nimi")).status_code == 201


def test_the_list_is_empty_then_pages_newest_first(cast: Cast) -> None:
    company = cast.company()
    assert company.get("/notices").json() == {"items": [], "next_cursor": None}
    made = controller(company)["id"]
    slugs = [notice(company, made) for _ in range(3)]
    first = company.get("/notices", params={"limit": 2}).json()
    second = company.get("/notices", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["slug"] for item in first["items"] + second["items"]] == slugs[::-1]
    assert second["next_cursor"] is None


def test_a_change_shows_with_the_next_version(cast: Cast, controller_id: str) -> None:
    slug = notice(cast.alice, controller_id)
    assert publish(cast.alice, slug).status_code == 201
    path = f"{cast.alice.path}/notices/{slug}"
    changed = cast.alice.api.patch(path, json={"languages": ["fi", "en", "sv"], "title": {"fi": "Uusi", "sv": "Ny"}})
    assert changed.status_code == 200
    assert changed.json()["languages"] == ["fi", "en", "sv"]
    assert changed.json()["latest_version"] == 1
    assert cast.alice.api.get(f"/n/acme/{slug}/fi.json").json()["languages"] == ["fi", "en"]
    refused = cast.alice.api.patch(path, json={"default_language": "de"})
    assert refused.status_code == 422
    assert cast.alice.api.get(path).json() == changed.json()


def test_the_same_key_makes_one_notice(cast: Cast, controller_id: str) -> None:
    headers = {"idempotency-key": "notices-once"}
    answers = [cast.alice.post("/notices", new(controller_id, slug="kerran-vain"), headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    slugs = [item["slug"] for item in cast.alice.get("/notices", params={"limit": 200}).json()["items"]]
    assert slugs.count("kerran-vain") == 1


@pytest.mark.parametrize("unknown", ["no-such-notice", "%00", "01890000-0000-7000-8000-000000000000", "ä", "a" * 500])
def test_a_notice_that_is_not_there_is_404_everywhere(cast: Cast, unknown: str) -> None:
    path = f"{cast.alice.path}/notices/{unknown}"
    answers = [
        cast.alice.api.get(path),
        cast.alice.api.patch(path, json={"title": {"fi": "x"}}),
        cast.alice.api.get(f"{path}/draft"),
        cast.alice.api.put(f"{path}/draft", json={}, headers={"if-match": "*"}),
        cast.alice.api.get(f"{path}/versions"),
        cast.alice.api.get(f"{path}/versions/1"),
        cast.alice.api.post(f"{path}/versions", json={"change_note": {"fi": "x"}, "significance": "material"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers), [answer.text for answer in answers]
    assert {answer.json()["type"] for answer in answers} == {"urn:seloste:problem:not-found"}
