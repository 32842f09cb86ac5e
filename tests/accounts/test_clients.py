"""OAuth clients: nobody gives more than it holds, nothing is made under a delegation, and an end is at once."""

import pytest

from tests.cast import Cast, Player
from tests.house import House


def make(player: Player, *scopes: str) -> dict[str, str]:
    made = player.post("/clients", {"name": "Reader", "scopes": list(scopes)})
    assert made.status_code == 201, made.text
    return {**made.json(), "client_id": made.json()["id"]}


def test_a_client_gets_a_secret_once(cast: Cast, house: House) -> None:
    made = cast.alice.post("/clients", {"name": "Reader", "scopes": ["notices:read"]})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    client = {**made.json(), "client_id": made.json()["id"]}
    api = house.api(client)
    assert api.get("/v1/tenants/acme/notices").status_code == 200
    assert api.get("/v1/tenants/acme/requests").status_code == 403
    listed = cast.alice.get("/clients", params={"limit": 200})
    assert client["client_secret"] not in listed.text
    assert "secret" not in listed.text.replace("client_secret_basic", "")


def test_nobody_gives_a_scope_that_it_does_not_hold(cast: Cast, house: House) -> None:
    poor = Player("acme", {}, house.api(make(cast.alice, "clients:write", "notices:read")))
    answer = poor.post("/clients", {"name": "Richer", "scopes": ["notices:read", "requests:read"]})
    assert answer.status_code == 422
    assert "requests:read" in answer.json()["detail"]
    assert poor.post("/clients", {"name": "Equal", "scopes": ["notices:read"]}).status_code == 201


@pytest.mark.parametrize("scopes", [["platform"], ["nonsense"], []])
def test_scopes_that_cannot_be_given_are_refused(cast: Cast, scopes: list[str]) -> None:
    assert cast.alice.post("/clients", {"name": "x", "scopes": scopes}).status_code == 422


def test_not_even_the_platform_gives_platform_over_http(cast: Cast) -> None:
    answer = cast.olga.post("/v1/tenants/hallavirta/clients", json={"name": "x", "scopes": ["platform"]})
    assert answer.status_code == 403


def test_an_ended_clients_living_token_is_refused_at_once(cast: Cast, house: House) -> None:
    client = make(cast.alice, "notices:read")
    api = house.api(client)
    assert api.get("/v1/tenants/acme/notices").status_code == 200
    for _ in range(2):
        assert cast.alice.api.delete(f"{cast.alice.path}/clients/{client['id']}").status_code == 204
    answer = api.get("/v1/tenants/acme/notices")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    listed = {item["id"]: item["ended_at"] for item in cast.alice.get("/clients", params={"limit": 200}).json()["items"]}
    assert listed[client["id"]]


def test_an_agency_neither_makes_nor_lists_nor_ends_its_clients_clients(cast: Cast) -> None:
    company = cast.company(maker=cast.bob.api)
    assert cast.bob.api.get(company.path).status_code == 200
    own = company.get("/clients").json()["items"][0]["id"]
    answers = [
        cast.bob.api.post(f"{company.path}/clients", json={"name": "x", "scopes": ["notices:read"]}),
        cast.bob.api.get(f"{company.path}/clients"),
        cast.bob.api.delete(f"{company.path}/clients/{own}"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert company.get("/clients").json()["items"][0]["ended_at"] is None


def test_a_key_gives_the_very_secret_again(cast: Cast) -> None:
    body, headers = {"name": "Once", "scopes": ["notices:read"]}, {"idempotency-key": "clients-once"}
    first, again = (cast.alice.post("/clients", body, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert first.json()["client_secret"]
