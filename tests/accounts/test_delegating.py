"""Delegations: an agency acts for its client for as long as the client lets it, and not a moment longer."""

import pytest

from tests.cast import DRAFT, Cast, Player, controller, notice, publish, write


def begin(client: Player, agency: Player, *scopes: str) -> str:
    made = client.post("/delegations", {"agency": agency.slug, "scopes": list(scopes)})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def acting(agency: Player, client: Player) -> Player:
    return Player(client.slug, agency.client, agency.api)


def test_an_agency_works_for_a_company_that_it_made(cast: Cast) -> None:
    company = cast.company(maker=cast.bob.api)
    bob = acting(cast.bob, company)
    slug = notice(bob, controller(bob)["id"])
    assert publish(bob, slug).status_code == 201
    events = company.get("/audit-events").json()["items"]
    published = next(event for event in events if event["event"] == "version:publish")
    assert published["actor"]["agency_id"]
    assert published["actor"]["client_id"] == cast.bob.client["client_id"]


def test_it_does_what_was_delegated_and_nothing_else(cast: Cast) -> None:
    company = cast.company()
    begin(company, cast.bob, "notices:read", "notices:write")
    bob = acting(cast.bob, company)
    slug = notice(company, controller(company)["id"])
    assert bob.get("/notices").status_code == 200
    assert write(bob, slug, DRAFT).status_code == 200
    refused = [publish(bob, slug), bob.get("/requests"), bob.get("/audit-events"), bob.post("/controllers", {"name": "x"})]
    assert [answer.status_code for answer in refused] == [403, 403, 403, 403]
    assert refused[0].json()["type"] == "urn:seloste:problem:forbidden"


def test_its_end_is_at_once_with_a_token_that_lives_on(cast: Cast) -> None:
    company = cast.company()
    delegation = begin(company, cast.bob, "notices:read")
    bob = acting(cast.bob, company)
    assert bob.get("/notices").status_code == 200
    for _ in range(2):
        assert company.api.delete(f"{company.path}/delegations/{delegation}").status_code == 204
    answer = bob.get("/notices")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:seloste:problem:not-found"
    listed = {item["slug"] for item in cast.bob.api.get("/v1/tenants", params={"limit": 200}).json()["items"]}
    assert company.slug not in listed
    [item] = company.get("/delegations").json()["items"]
    assert item["ended_at"]


@pytest.mark.parametrize("scope", ["clients:write", "members:write", "platform", "agency:write"])
def test_what_is_never_delegable_is_refused(cast: Cast, scope: str) -> None:
    answer = cast.alice.post("/delegations", {"agency": cast.bob.slug, "scopes": ["notices:read", scope]})
    assert answer.status_code == 422
    assert scope in answer.json()["detail"]


@pytest.mark.parametrize("agency", ["no-such-agency", "acme", "01890000-0000-7000-8000-000000000000"])
def test_an_agency_that_is_none_is_refused(cast: Cast, agency: str) -> None:
    answer = cast.alice.post("/delegations", {"agency": agency, "scopes": ["notices:read"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/agency"


def test_an_agency_cannot_give_itself_more_or_hold_on(cast: Cast) -> None:
    company = cast.company(maker=cast.bob.api)
    bob = acting(cast.bob, company)
    [delegation] = [item for item in company.get("/delegations").json()["items"] if item["agency"] == cast.bob.slug]
    assert bob.post("/delegations", {"agency": cast.bob.slug, "scopes": ["notices:read"]}).status_code == 403
    assert bob.api.delete(f"{company.path}/delegations/{delegation['id']}").status_code == 403
    assert bob.post("/delegations", {"agency": "charlies", "scopes": ["notices:read"]}).status_code == 403


def test_two_delegations_add_up_and_one_ends_alone(cast: Cast) -> None:
    company = cast.company()
    first = begin(company, cast.bob, "notices:read")
    begin(company, cast.bob, "audit:read")
    bob = acting(cast.bob, company)
    assert bob.get("/notices").status_code == bob.get("/audit-events").status_code == 200
    company.api.delete(f"{company.path}/delegations/{first}")
    assert bob.get("/notices").status_code == 403
    assert bob.get("/audit-events").status_code == 200


def test_a_delegation_is_not_handed_on(cast: Cast) -> None:
    """Another company lets Bob act too; that opens nothing of it to those for whom Bob acts, nor the other way round."""
    company = cast.company()
    begin(company, cast.bob, "notices:read")
    assert company.api.get("/v1/tenants/acme/notices").status_code == 404
    assert cast.alice.api.get(f"{company.path}/notices").status_code == 404


def test_what_both_did_stands_in_the_clients_audit_events(cast: Cast) -> None:
    company = cast.company()
    delegation = begin(company, cast.bob, "notices:read")
    company.api.delete(f"{company.path}/delegations/{delegation}")
    events = [event["event"] for event in company.get("/audit-events").json()["items"]]
    assert events[:2] == ["delegation:end", "delegation:begin"]
