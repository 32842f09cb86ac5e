"""The controller's side: its requests are listed and read, each reading is recorded, and nobody else gets any of it."""

from typing import Any

import httpx
import pytest

from tests.cast import Cast, Player
from tests.house import House
from tests.intake.person import Company, accepted, address, claiming, problem, send


def test_a_list_pages_from_the_newest_and_new_ones_do_not_shift_it(house: House, cast: Cast) -> None:
    company = claiming(cast)
    to = {"controller_id": company.id}
    sent = [accepted(send(house, to))["reference"] for _ in range(5)]
    first = company.player.get("/requests", params={"limit": 2}).json()
    later = accepted(send(house, to))["reference"]
    pages = [first["items"]]
    cursor = first["next_cursor"]
    while cursor is not None:
        page = company.player.get("/requests", params={"limit": 2, "cursor": cursor}).json()
        pages.append(page["items"])
        cursor = page["next_cursor"]
    assert [[item["reference"] for item in page] for page in pages] == [sent[:2:-1], sent[2:0:-1], sent[:1]]
    assert company.player.get("/requests").json()["items"][0]["reference"] == later
    assert company.player.get("/requests", params={"limit": 6}).json()["next_cursor"] is None


def test_an_item_holds_what_clock_and_list_need_and_nothing_of_the_person(house: House, hallavirta: Player) -> None:
    email = address()
    given = accepted(send(house, subject={"name": "Nimi Nimetön", "email": email}, message="salainen", types=["copy"]))
    answer = hallavirta.get("/requests", params={"limit": 1})
    assert answer.headers["content-type"] == "application/json"
    [item] = answer.json()["items"]
    assert item == {
        "id": item["id"],
        "reference": given["reference"],
        "types": ["access", "copy"],
        "state": "received",
        "controller_id": given["routed_to"]["controller"]["id"],
        **{name: given[name] for name in ("received_at", "nominal_on", "due_on", "due_at")},
        "channel": "intake",
        "revision": 0,
        **dict.fromkeys(("assignee", "opened_at", "closed_at", "destroyed_at")),
    }
    read = hallavirta.get(f"/requests/{item['id']}").json()
    assert read == {
        **item,
        "opened_at": read["opened_at"],
        "first_due_on": given["due_on"],
        "extended": False,
        "paused_since": None,
        "legal_moves": read["legal_moves"],
        "language": "fi",
        "matched_by": "business_id",
        "notice_id": read["notice_id"],
        "notice_version": 1,
        "subject": {"name": "Nimi Nimetön", "email": email, "phone": None, "address": None},
        "message": "salainen",
        "details": None,
        "time_zone": "Europe/Helsinki",
        "explanation": {**read["explanation"], "fi": given["explanation"]},
    }
    assert set(read["explanation"]) == {"fi", "sv", "en"}


def test_the_version_in_force_that_day_is_named_also_beside_older_ones(house: House, public: httpx.Client) -> None:
    """Kuuramäki's notice has three historical versions; the fourth is in force."""
    given = accepted(send(house, {"notice": "kuuramaki/asiakasrekisteri"}))
    assert public.get(given["status_url"]).json()["notice"] == f"{house.url}/n/kuuramaki/asiakasrekisteri/v/4/fi"


@pytest.mark.parametrize("query", ["cursor=x", "cursor=", "cursor=%00", "limit=0", "limit=201", "limit=-1", "limit=ten", "cursor=AAAA"])
def test_a_parameter_that_cannot_be_read_is_refused(hallavirta: Player, query: str) -> None:
    problem(hallavirta.get(f"/requests?{query}"), 400, "malformed-request")


def test_the_longest_page_is_two_hundred(hallavirta: Player) -> None:
    assert hallavirta.get("/requests", params={"limit": 200}).status_code == 200


def test_each_reading_is_recorded_with_who_read(house: House, cast: Cast) -> None:
    company = claiming(cast)
    accepted(send(house, {"controller_id": company.id}))
    [item] = company.player.get("/requests").json()["items"]
    assert readings(company.player) == [], "a list is no reading"
    for _ in range(2):
        assert company.player.get(f"/requests/{item['id']}").status_code == 200
    actor = {"kind": "client", "client_id": company.player.client["client_id"]}
    assert readings(company.player) == [(actor, {"request": item["id"]}, {})] * 2


def readings(player: Player) -> list[tuple[Any, Any, Any]]:
    events = player.get("/audit-events", params={"limit": 200}).json()["items"]
    return [(event["actor"], event["subject"], event["details"]) for event in events if event["event"] == "request:read"]


def test_another_tenant_sees_that_there_is_nothing(house: House, cast: Cast, hidden: Company) -> None:
    accepted(send(house, {"controller_id": hidden.id}))
    request_id = hidden.player.get("/requests").json()["items"][0]["id"]
    before = readings(hidden.player)
    problem(cast.charlie.api.get(f"{hidden.player.path}/requests"), 404, "not-found")
    problem(cast.charlie.api.get(f"{hidden.player.path}/requests/{request_id}"), 404, "not-found")
    problem(cast.charlie.get(f"/requests/{request_id}"), 404, "not-found")
    problem(httpx.get(f"{house.url}{hidden.player.path}/requests/{request_id}"), 401, "unauthenticated")
    assert readings(hidden.player) == before


@pytest.mark.parametrize("request_id", ["00000000-0000-7000-8000-000000000000", "not-an-id"])
def test_an_unknown_request_is_not_found(hallavirta: Player, request_id: str) -> None:
    problem(hallavirta.get(f"/requests/{request_id}"), 404, "not-found")


def test_an_agency_reads_only_under_a_delegation_that_says_so_and_is_named(house: House, cast: Cast) -> None:
    company = claiming(cast)
    accepted(send(house, {"controller_id": company.id}))
    path = f"{company.player.path}/requests"
    problem(cast.bob.api.get(path), 404, "not-found")

    without = company.player.post("/delegations", {"agency": cast.bob.slug, "scopes": ["notices:read"]})
    assert without.status_code == 201, without.text
    problem(cast.bob.api.get(path), 403, "forbidden")

    with_scope = company.player.post("/delegations", {"agency": cast.bob.slug, "scopes": ["requests:read"]})
    assert with_scope.status_code == 201, with_scope.text
    [item] = cast.bob.api.get(path).json()["items"]
    assert cast.bob.api.get(f"{path}/{item['id']}").json()["message"]
    [(actor, _, _)] = readings(company.player)
    agency_id = cast.bob.get("").json()["id"]
    assert actor == {"kind": "client", "client_id": cast.bob.client["client_id"], "agency_id": agency_id}

    ended = company.player.api.delete(f"{company.player.path}/delegations/{with_scope.json()['id']}")
    assert ended.status_code == 204
    assert cast.bob.api.get(f"{path}/{item['id']}").status_code in (403, 404)


def test_a_token_without_the_scope_reads_nothing(house: House, hidden: Company) -> None:
    with house.api(hidden.player.client, "notices:read") as poor:
        problem(poor.get(f"{hidden.player.path}/requests"), 403, "insufficient-scope")
