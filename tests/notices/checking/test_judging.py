"""The check over HTTP: what it tells, what is set aside, and what stops publishing when a tenant wants that."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import DRAFT, Cast, Player, controller, notice, publish, write

SIGNED = {
    "id": "rights_access",
    "heading": {"fi": "Tarkastusoikeus", "en": "Right of access"},
    "body": {
        "fi": "Sinulla on oikeus tarkastaa tietosi. Pyyntö on tehtävä omakätisesti allekirjoitettuna kirjeenä.",
        "en": "You have the right of access to your data. The request must be made by a hand-signed letter.",
    },
}


@pytest.fixture
def slug(cast: Cast) -> str:
    return notice(cast.alice, controller(cast.alice)["id"])


def check(player: Player, slug: str) -> Any:
    answer = player.get(f"/notices/{slug}/draft/check")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == player.get(f"/notices/{slug}/draft").headers["etag"]
    return answer.json()


def test_a_check_tells_code_place_article_and_how_to_mend(cast: Cast, slug: str) -> None:
    assert write(cast.alice, slug, {**DRAFT, "sections": [*DRAFT["sections"], SIGNED]}).status_code == 200
    told = check(cast.alice, slug)
    [found, other] = [finding for finding in told["findings"] if finding["code"] == "TN060"]
    assert {found["language"], other["language"]} == {"fi", "en"}
    assert found["section"] == "rights_access"
    assert found["severity"] == "error"
    assert found["kind"] == "legal_duty"
    assert found["article"].startswith("12")
    start, end = found["span"]
    assert SIGNED["body"][found["language"]][start:end].strip() in SIGNED["body"][found["language"]]  # type: ignore[index]
    assert set(found["message"]) == set(found["fix"]) == {"fi", "sv", "en"}
    states = {(item["item"], item["language"]): item["state"] for item in told["completeness"]}
    assert states["retention", "fi"] == states["rights_access", "en"] == "present"
    assert states["complaint", "fi"] == "missing"
    assert all(item["reason"] for item in told["completeness"])


def test_a_check_is_the_same_twice(cast: Cast, slug: str) -> None:
    assert check(cast.alice, slug) == check(cast.alice, slug)


def test_a_finding_is_set_aside_with_a_reason_and_comes_back(cast: Cast, slug: str) -> None:
    assert write(cast.alice, slug, {**DRAFT, "sections": [*DRAFT["sections"], SIGNED]}).status_code == 200
    found = next(finding for finding in check(cast.alice, slug)["findings"] if finding["code"] == "TN060")
    body = {"finding": found["id"], "reason": "Vain vaihtoehto: sähköposti on mainittu toisaalla."}
    made = cast.alice.post(f"/notices/{slug}/dismissals", body)
    assert made.status_code == 201, made.text
    assert made.json()["code"] == "TN060"
    told = check(cast.alice, slug)
    assert found["id"] not in [finding["id"] for finding in told["findings"]]
    assert [finding["id"] for finding in told["dismissed"]] == [found["id"]]
    assert cast.alice.post(f"/notices/{slug}/dismissals", body).status_code == 409
    listed = cast.alice.get(f"/notices/{slug}/dismissals").json()["items"]
    assert [(item["id"], item["reason"], item["ended_at"]) for item in listed] == [(made.json()["id"], body["reason"], None)]
    event = cast.alice.get("/audit-events").json()["items"][0]
    assert (event["event"], event["details"]) == ("finding:dismiss", {"code": "TN060"})
    ended = cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/dismissals/{made.json()['id']}")
    assert ended.status_code == 204
    assert found["id"] in [finding["id"] for finding in check(cast.alice, slug)["findings"]]
    assert cast.alice.api.delete(f"{cast.alice.path}/notices/{slug}/dismissals/{made.json()['id']}").status_code == 404
    assert cast.alice.get(f"/notices/{slug}/dismissals").json()["items"][0]["ended_at"]
    assert cast.alice.post(f"/notices/{slug}/dismissals", body).status_code == 201, "it can be set aside again"


def test_a_dismissal_does_not_outlive_the_words(cast: Cast, slug: str) -> None:
    assert write(cast.alice, slug, {**DRAFT, "sections": [*DRAFT["sections"], SIGNED]}).status_code == 200
    found = next(f for f in check(cast.alice, slug)["findings"] if f["code"] == "TN060" and f["language"] == "fi")
    assert cast.alice.post(f"/notices/{slug}/dismissals", {"finding": found["id"], "reason": "Hyväksytty."}).status_code == 201
    changed = {**SIGNED, "body": {**SIGNED["body"], "fi": "Voit tarkastaa tietosi. Pyyntö tulee tehdä allekirjoitetulla kirjeellä."}}  # type: ignore[dict-item]
    assert write(cast.alice, slug, {**DRAFT, "sections": [*DRAFT["sections"], changed]}).status_code == 200
    assert [f["code"] for f in check(cast.alice, slug)["findings"] if f["code"] == "TN060" and f["language"] == "fi"] == ["TN060"]


def test_a_finding_that_is_not_there_cannot_be_set_aside(cast: Cast, slug: str) -> None:
    answer = cast.alice.post(f"/notices/{slug}/dismissals", {"finding": "0" * 16, "reason": "Siksi vain."})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/finding"


@pytest.mark.parametrize("leaf", ["draft/check", "dismissals"])
def test_another_tenants_notice_is_not_there(cast: Cast, slug: str, leaf: str) -> None:
    assert cast.charlie.get(f"/notices/{slug}/{leaf}").status_code == 404


@pytest.fixture
def demanding(cast: Cast) -> Iterator[Player]:
    """A company of its own: a policy holds for the whole tenant."""
    return cast.company()  # type: ignore[return-value]


def demand(player: Player, **policy: bool) -> None:
    answer = player.api.put(f"{player.path}/publishing-policy", json=policy)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"errors_stop": False, "all_languages": False, **policy}
    assert player.get("/publishing-policy").json() == answer.json()


def test_by_default_errors_do_not_stop_publishing(cast: Cast, slug: str) -> None:
    assert cast.alice.get("/publishing-policy").json() == {"errors_stop": False, "all_languages": False}
    assert any(finding["severity"] == "error" for finding in check(cast.alice, slug)["findings"])
    assert publish(cast.alice, slug).status_code == 201


def test_a_policy_stops_a_draft_with_errors_until_they_are_set_aside(demanding: Player) -> None:
    demand(demanding, errors_stop=True)
    slug = notice(demanding, controller(demanding)["id"])
    refused = publish(demanding, slug)
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:seloste:problem:draft-incomplete"
    told = [finding for finding in check(demanding, slug)["findings"] if finding["severity"] == "error"]
    assert len(refused.json()["errors"]) == len(told) > 0
    assert refused.json()["errors"][0]["detail"].startswith(told[0]["code"])
    for finding in told:
        body = {"finding": finding["id"], "reason": "Tiedossa, korjataan seuraavaan versioon."}
        assert demanding.post(f"/notices/{slug}/dismissals", body).status_code == 201
    assert publish(demanding, slug).status_code == 201
    demand(demanding, errors_stop=False)
    event = demanding.get("/audit-events").json()["items"][0]
    assert (event["event"], event["details"]) == ("policy:set", {"errors_stop": False, "all_languages": False})


def test_a_policy_can_demand_all_languages(demanding: Player) -> None:
    demand(demanding, all_languages=True)
    slug = notice(demanding, controller(demanding)["id"])
    lacking = {**DRAFT["sections"][2], "body": {"fi": "Kuusi vuotta."}}  # type: ignore[dict-item]
    assert write(demanding, slug, {**DRAFT, "sections": [*DRAFT["sections"][:2], lacking]}).status_code == 200
    refused = publish(demanding, slug)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/sections/2/body/en"]
    assert write(demanding, slug, DRAFT).status_code == 200
    assert publish(demanding, slug).status_code == 201


def test_a_historical_version_is_exempt(demanding: Player) -> None:
    demand(demanding, errors_stop=True, all_languages=True)
    slug = notice(demanding, controller(demanding)["id"])
    assert publish(demanding, slug, historical=True, effective_from="2020-01-01").status_code == 201
