"""Several controllers fit: the person chooses, within a day, one that is verified; until then nobody has the request."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from service.sealing import SealBroken, unseal
from tests.cast import Cast, Player
from tests.house import House
from tests.intake.person import Company, accepted, address, claiming, deliver, problem, request, secret_of, send, status

Twins = tuple[Company, Company]


def several(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 409, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    document: dict[str, Any] = answer.json()
    assert document["type"] == "urn:seloste:problem:several-controllers"
    assert document["next"] == "choose_controller"
    return document


def choose(document: dict[str, Any], controller_id: str, **more: Any) -> httpx.Response:
    return httpx.post(document["resume"], json={"controller_id": controller_id}, timeout=20, **more)


def pending_id(document: dict[str, Any]) -> uuid.UUID:
    match = re.search(r"/intake/pending/([0-9a-f-]{36})\?secret=\S{32,}$", document["resume"])
    assert match is not None
    return uuid.UUID(match[1])


@pytest.fixture
def hint(twins: Twins) -> dict[str, Any]:
    """The brand that both twins have."""
    return {"brand": twins[0].controller["brands"][0]}


async def test_two_verified_ones_are_offered_and_nobody_has_the_request_yet(
    house: House, twins: Twins, hint: dict[str, Any], superuser: asyncpg.Connection
) -> None:
    before = [company.references for company in twins]
    answer = send(house, hint)
    document = several(answer)
    assert set(document) == {
        "type",
        "title",
        "status",
        "detail",
        "candidates",
        "near",
        "why",
        "explanation",
        "resume",
        "expires_at",
        "next",
    }
    assert document["candidates"] == [
        {"id": company.id, "name": company.controller["name"], "business_id": company.controller["business_id"], "verified": True}
        for company in twins
    ]
    assert document["near"] == []
    assert "Nobody has received the request yet" in document["detail"]
    assert document["why"][0] == {"code": "several", "value": ""}
    assert document["explanation"].startswith("Tiedot sopivat useaan.")
    row = await superuser.fetchrow("SELECT * FROM pending_requests WHERE id = $1", pending_id(document))
    assert row["expires_at"] - row["received_at"] == timedelta(hours=24)
    assert datetime.fromisoformat(document["expires_at"]) == row["expires_at"]
    assert [company.references for company in twins] == before


async def test_the_chosen_one_gets_it_with_its_first_receipt_time(
    house: House, twins: Twins, hint: dict[str, Any], superuser: asyncpg.Connection
) -> None:
    body = request(hint, message="Which of you?", details={"order": 7})
    document = several(deliver(house, body))
    received = await superuser.fetchval(
        "UPDATE pending_requests SET received_at = received_at - interval '20 hours' WHERE id = $1 RETURNING received_at",
        pending_id(document),
    )
    first, second = twins
    before = first.references
    given = accepted(choose(document, second.id))
    assert given["routed_to"]["controller"]["id"] == second.id
    assert given["routed_to"]["matched_by"] == "choice"
    assert datetime.fromisoformat(given["received_at"]) == received
    [item] = [item for item in second.player.get("/requests").json()["items"] if item["reference"] == given["reference"]]
    read = second.player.get(f"/requests/{item['id']}").json()
    assert datetime.fromisoformat(read["received_at"]) == received
    assert (read["message"], read["details"], read["matched_by"]) == ("Which of you?", {"order": 7}, "choice")
    assert read["subject"]["email"] == body["subject"]["email"]
    assert first.references == before
    assert status(given).json()["received_at"] == given["received_at"]


async def test_what_was_pending_is_gone_once_chosen_for(
    house: House, twins: Twins, hint: dict[str, Any], superuser: asyncpg.Connection
) -> None:
    document = several(send(house, hint))
    accepted(choose(document, twins[0].id))
    assert await superuser.fetchval("SELECT count(*) FROM pending_requests WHERE id = $1", pending_id(document)) == 0
    for company in twins:
        problem(choose(document, company.id), 404, "not-found")


async def test_what_is_pending_lies_under_a_key_of_its_own(
    house: House, twins: Twins, hint: dict[str, Any], superuser: asyncpg.Connection
) -> None:
    email = address()
    document = several(send(house, hint, subject={"name": "Aino", "email": email}))
    row = await superuser.fetchrow("SELECT * FROM pending_requests WHERE id = $1", pending_id(document))
    assert email.encode() not in row["sealed"] + row["wrapped"]
    other = await superuser.fetchrow("SELECT * FROM pending_requests WHERE id = $1", pending_id(several(send(house, hint))))
    # Another row's key does not open there, nor does the text under another row's name.
    await superuser.execute("UPDATE pending_requests SET wrapped = $2 WHERE id = $1", row["id"], other["wrapped"])
    assert choose(document, twins[0].id).status_code == 500
    with pytest.raises(SealBroken):
        unseal(bytes(32), row["sealed"], "pending request", row["id"])
    await superuser.execute("UPDATE pending_requests SET wrapped = $2 WHERE id = $1", row["id"], row["wrapped"])
    accepted(choose(document, twins[0].id))


async def test_after_a_day_it_cannot_be_chosen(house: House, twins: Twins, hint: dict[str, Any], superuser: asyncpg.Connection) -> None:
    document = several(send(house, hint))
    await superuser.execute("UPDATE pending_requests SET expires_at = now() - interval '1 second' WHERE id = $1", pending_id(document))
    problem(choose(document, twins[0].id), 404, "not-found")


def test_only_a_candidate_can_be_chosen_and_the_choice_stays_open(
    house: House, twins: Twins, hint: dict[str, Any], hidden: Company
) -> None:
    document = several(send(house, hint))
    [error] = problem(choose(document, hidden.id), 422, "invalid-content")["errors"]
    assert error["pointer"] == "/controller_id"
    problem(choose(document, "00000000-0000-0000-0000-000000000000"), 422, "invalid-content")
    accepted(choose(document, twins[0].id))


def test_a_claimed_namesake_is_shown_but_cannot_be_chosen(house: House, cast: Cast, twins: Twins, hint: dict[str, Any]) -> None:
    namesake = claiming(cast, name=twins[0].controller["name"], brands=[hint["brand"]])
    document = several(send(house, {**hint, "controller_id": namesake.id}))
    assert {candidate["id"] for candidate in document["candidates"]} == {company.id for company in twins}
    assert [near["id"] for near in document["near"]] == [namesake.id]
    assert document["near"][0]["verified"] is False
    problem(choose(document, namesake.id), 422, "invalid-content")
    assert namesake.references == set()


def test_the_secret_is_the_key(house: House, twins: Twins, hint: dict[str, Any]) -> None:
    document = several(send(house, hint))
    place = document["resume"].partition("?")[0]
    for resume in (place, f"{place}?secret=", f"{place}?secret=wrong", document["resume"].upper().replace(house.url.upper(), house.url)):
        answer = httpx.post(resume, json={"controller_id": twins[0].id}, timeout=20)
        assert answer.status_code == 404, resume
    unknown = document["resume"].replace(str(pending_id(document)), str(uuid.uuid4()))
    problem(httpx.post(unknown, json={"controller_id": twins[0].id}, timeout=20), 404, "not-found")
    accepted(choose(document, twins[0].id))


@pytest.mark.parametrize(
    ("content", "status", "name"),
    [
        (b"{", 400, "malformed-request"),
        (b"", 400, "malformed-request"),
        (b"{}", 422, "invalid-content"),
        (b'{"controller_id": "x"}', 422, "invalid-content"),
        (b'{"controller_id": "00000000-0000-0000-0000-000000000000", "also": 1}', 422, "invalid-content"),
        (b"[" * 5000, 400, "malformed-request"),
    ],
)
def test_a_choice_that_cannot_be_read_is_refused(
    house: House, hint: dict[str, Any], content: bytes, status: int, name: str, twins: Twins
) -> None:
    resume = several(send(house, hint))["resume"]
    problem(httpx.post(resume, content=content, headers={"content-type": "application/json"}, timeout=20), status, name)
    accepted(httpx.post(resume, json={"controller_id": twins[0].id}, timeout=20))


def test_a_choice_under_another_type_is_not_understood(house: House, twins: Twins, hint: dict[str, Any]) -> None:
    resume = several(send(house, hint))["resume"]
    content = f'{{"controller_id": "{twins[0].id}"}}'
    problem(httpx.post(resume, content=content, headers={"content-type": "text/plain"}), 415, "unsupported-media-type")


CONFLICTS: list[dict[str, Any]] = [
    {"business_id": "9910417-5", "domain": "kuuramaki.example.org"},
    {"business_id": "9910417-5", "name": "Kuuramäen Talonhuolto Oy"},
    {"notice": "hallavirta/asiakkaat", "business_id": "9921543-0"},
    {"notice": "hallavirta/asiakkaat", "notice_url": "https://notices.example.org/n/kuuramaki/asiakasrekisteri/fi"},
    {"domain": "hallavirta.example.org", "notice_url": "https://kuuramaki.example.org/tietosuoja"},
    {"business_id": "9910417-5", "domain": "kuuramaki.example.org", "name": "Hallavirran Lähipuoti Oy"},
]


@pytest.mark.parametrize("hints", CONFLICTS, ids=lambda hints: " and ".join(hints))
def test_hints_that_point_at_different_controllers_ask(house: House, hallavirta: Player, hints: dict[str, Any]) -> None:
    document = several(send(house, hints))
    assert [candidate["name"] for candidate in document["candidates"]] == ["Hallavirran Lähipuoti Oy", "Kuuramäen Talonhuolto Oy"]


def test_hints_that_point_at_unverified_ones_alone_are_no_choice(house: House, cast: Cast, hidden: Company) -> None:
    other = claiming(cast)
    near = problem(send(house, {"controller_id": other.id, "notice": f"{hidden.player.slug}/{hidden.notice}"}), 422, "no-controller")[
        "near"
    ]
    assert {entry["id"] for entry in near} == {other.id, hidden.id}
    assert not any(entry["verified"] for entry in near)


def test_the_same_choice_with_the_same_key_gets_the_first_answer_again(house: House, twins: Twins, hint: dict[str, Any]) -> None:
    document = several(send(house, hint))
    key = {"idempotency-key": str(uuid.uuid4())}
    first, again = choose(document, twins[0].id, headers=key), choose(document, twins[0].id, headers=key)
    assert accepted(first) == accepted(again)
    # The key without the secret opens nothing.
    place = document["resume"].partition("?")[0]
    problem(httpx.post(place, json={"controller_id": twins[0].id}, headers=key, timeout=20), 404, "not-found")
    assert httpx.get(first.json()["status_url"]).status_code == 200
    assert secret_of(first.json()) == secret_of(again.json())
