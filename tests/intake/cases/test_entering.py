"""Requests that came by phone, letter, counter or mail are entered with when they came, and found again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from service.intake.deadlines import deadline
from tests.cast import Cast
from tests.house import House, wait_for
from tests.intake.cases.officer import Officer, entered, entry
from tests.intake.person import Company, address, claiming, problem
from tests.post import PostOffice


@pytest.mark.parametrize("channel", ["phone", "letter", "counter", "email"])
def test_its_time_runs_from_when_it_came(company: Company, public: httpx.Client, channel: str) -> None:
    officer, case = entered(company, days_ago=12, channel=channel)
    came = datetime.fromisoformat(case["received_at"])
    due = deadline(came, "FI", "Europe/Helsinki")
    assert (case["channel"], case["state"], case["due_on"]) == (channel, "received", due.due_on.isoformat())
    assert officer.read()["subject"] == {"name": "Aino Esimerkki", "email": None, "phone": None, "address": None}
    assert "status_url" not in officer.read()
    [event] = officer.events("request:receive")
    assert event["actor"]["kind"] == "client"
    status = public.get(case["status_url"])
    assert status.json()["due_on"] == case["due_on"]


def test_a_person_with_an_address_gets_the_confirmation_and_no_controller_is_told(company: Company, post: PostOffice) -> None:
    email = address()
    officer, case = entered(company, subject={"name": "A", "email": email})
    [mail] = wait_for(lambda: post.to(email))
    assert case["status_url"] in mail.get_content()
    assert officer.events("request:tell_controller") == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"received_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, "/received_at"),
        ({"received_at": (datetime.now(UTC) - timedelta(days=800)).isoformat()}, "/received_at"),
        ({"received_at": "2026-11-01T10:00:00"}, "/received_at"),
        ({"received_at": "0001-01-01T00:00:00Z"}, "/received_at"),
        ({"received_at": "yesterday"}, "/received_at"),
        ({"channel": "intake"}, "/channel"),
        ({"types": []}, "/types"),
        ({"types": ["everything"]}, "/types/0"),
        ({"subject": {"name": " "}}, "/subject/name"),
        ({"subject": {"name": "A", "email": "nowhere"}}, "/subject/email"),
        ({"language": "xx"}, "/language"),
        ({"controller_id": "00000000-0000-7000-8000-000000000000"}, "/controller_id"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(company: Company, body: dict[str, Any], pointer: str) -> None:
    refused = problem(company.player.post("/requests", {**entry(company), **body}), 422, "invalid-content")
    assert pointer in {error["pointer"] for error in refused["errors"]}


def test_another_companys_controller_cannot_be_named(cast: Cast, company: Company) -> None:
    refused = company.player.post("/requests", {**entry(company), "controller_id": claiming(cast).id})
    assert [error["pointer"] for error in problem(refused, 422, "invalid-content")["errors"]] == ["/controller_id"]


def listed(company: Company, **parameters: Any) -> list[str]:
    answer = company.player.get("/requests", params=parameters)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_requests_are_found_by_what_a_list_may_know(cast: Cast) -> None:
    company = claiming(cast)
    email = address()
    plain, _ = entered(company)
    hers, case = entered(company, days_ago=20, types=["erasure", "copy"], subject={"name": "A", "email": email})
    closed, _ = entered(company, days_ago=40)
    closed.did("complete")
    assert hers.did("assign", assignee="Liisa Virkailija")["assignee"] == "Liisa Virkailija"
    everything = [closed.id, hers.id, plain.id]
    assert listed(company) == everything
    assert listed(company, state="completed") == [closed.id]
    assert listed(company, open=True) == [hers.id, plain.id]
    assert listed(company, open=False) == [closed.id]
    assert listed(company, type="copy") == [hers.id]
    assert listed(company, due_before=case["due_on"]) == []
    assert listed(company, due_before=(datetime.fromisoformat(case["due_on"]) + timedelta(days=1)).date().isoformat()) == [hers.id]
    assert listed(company, reference=case["reference"].lower().replace("-", " ")) == [hers.id]
    assert listed(company, email=f" {email.upper()}") == [hers.id]
    assert listed(company, email=email[:-1]) == []
    assert listed(company, assignee="liisa virkailija") == [hers.id]
    assert listed(company, assignee="Desk 4") == []
    assert listed(company, state="received", type="access", open=True) == [plain.id]
    assert hers.did("assign", assignee=None)["assignee"] is None
    assert listed(company, assignee="liisa virkailija") == []
    first = company.player.get("/requests", params={"open": True, "limit": 1}).json()
    assert listed(company, open=True, limit=1, cursor=first["next_cursor"]) == [plain.id]


@pytest.mark.parametrize("query", ["state=lost", "type=everything", "due_before=soon", "open=perhaps", "reference=x", "reference="])
def test_a_filter_that_cannot_be_read_is_refused(company: Company, query: str) -> None:
    problem(company.player.get(f"/requests?{query}"), 400, "malformed-request")


async def test_an_index_tells_nothing_and_is_another_in_another_tenant(
    cast: Cast, house: House, company: Company, superuser: asyncpg.Connection
) -> None:
    email = address()
    other = claiming(cast)
    ids = [entered(at, subject={"name": "A", "email": email})[0] for at in (company, company, other)]
    for officer in ids:
        officer.did("assign")
    rows = [await superuser.fetchrow("SELECT * FROM requests WHERE id = $1::text::uuid", officer.id) for officer in ids]
    for name in ("email_index", "assignee_index"):
        first, second, theirs = (row[name] for row in rows)
        assert first == second != theirs
        assert len(first) == 16
    assert len({row["assignee"] for row in rows}) == 3


def test_an_entered_request_is_one_whatever_is_retried(company: Company) -> None:
    body, key = entry(company), {"idempotency-key": address()}
    first, again = (company.player.post("/requests", body, headers=key) for _ in range(2))
    assert first.content == again.content
    assert Officer(company.player, first.json()["id"]).read()["reference"] == again.json()["reference"]
