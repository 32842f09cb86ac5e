"""What was written goes when its time is over, by its key; the case goes later; and each tenant sets both, within bounds."""

import uuid
from typing import Any

import asyncpg
import httpx
import pytest

from service.intake.cases.retaining import retain
from tests.cast import Cast
from tests.intake.cases.officer import Officer, entered
from tests.intake.cases.test_reminding import tenant_of
from tests.intake.person import Company, address, claiming, problem


@pytest.fixture
def ours(cast: Cast) -> Company:
    return claiming(cast)


async def closed(superuser: asyncpg.Connection, company: Company, months: int, **more: Any) -> tuple[Officer, dict[str, Any]]:
    """A case that was closed so many months ago, give or take an hour."""
    officer, case = entered(company, **more)
    officer.player.post(f"{officer.path}/messages", {"text": "In the thread."})
    officer.did("assign")
    officer.did("complete")
    await superuser.execute(
        "UPDATE requests SET closed_at = now() - make_interval(months => $2) WHERE id = $1", uuid.UUID(officer.id), months
    )
    return officer, case


def page(public: httpx.Client, case: dict[str, Any]) -> httpx.Response:
    return public.get(case["status_url"], headers={"accept": "text/html", "accept-language": "en"})


@pytest.mark.usefixtures("as_worker")
async def test_content_goes_after_six_months_and_the_record_stays(
    ours: Company, public: httpx.Client, superuser: asyncpg.Connection
) -> None:
    tenant = await tenant_of(superuser, ours)
    email = address()
    over, case = await closed(superuser, ours, 6, subject={"name": "A", "email": email}, language="en")
    still, _ = await closed(superuser, ours, 5)
    open_one, _ = entered(ours, days_ago=300)
    await retain(tenant)
    for officer in (still, open_one):
        assert officer.read()["message"]
    read = over.read()
    assert read["destroyed_at"] is not None
    assert [read[name] for name in ("subject", "message", "details", "assignee")] == [None] * 4
    assert read["legal_moves"] == []
    assert [move["act"] for move in over.moves()] == ["complete"]
    assert over.moves()[0]["told"] is None
    assert over.player.get(f"{over.path}/messages").json()["items"][0]["text"] is None
    assert over.player.get("/requests", params={"email": email}).json()["items"] == []
    assert len(over.events("request:destroy_content")) == 1
    refused = problem(over.do("reopen"), 409, "wrong-state")
    assert refused["legal_moves"] == []
    problem(over.player.post(f"{over.path}/messages", {"text": "x"}), 409, "wrong-state")
    assert "destroyed at the end of its retention period" in page(public, case).text
    row = await superuser.fetchrow("SELECT * FROM requests WHERE id = $1", uuid.UUID(over.id))
    assert (row["email_index"], row["assignee"], row["assignee_index"]) == (None, None, None)
    assert await superuser.fetchval("SELECT count(*) FROM request_keys WHERE id = $1", uuid.UUID(over.id)) == 0


@pytest.mark.usefixtures("as_worker")
async def test_the_case_goes_after_three_years_with_all_that_hung_on_it(
    ours: Company, public: httpx.Client, superuser: asyncpg.Connection
) -> None:
    tenant = await tenant_of(superuser, ours)
    over, case = await closed(superuser, ours, 36)
    still, _ = await closed(superuser, ours, 35)
    await retain(tenant)
    assert [item["id"] for item in ours.player.get("/requests").json()["items"]] == [still.id]
    problem(over.player.get(over.path), 404, "not-found")
    assert page(public, case).status_code == 404
    for table in ("request_keys", "requests"):
        assert await superuser.fetchval(f"SELECT count(*) FROM {table} WHERE id = $1", uuid.UUID(over.id)) == 0
    for table in ("request_moves", "request_messages", "request_reminders", "request_references"):
        assert await superuser.fetchval(f"SELECT count(*) FROM {table} WHERE request_id = $1", uuid.UUID(over.id)) == 0, table
    assert len(over.events("request:forget")) == 1


@pytest.mark.usefixtures("as_worker")
async def test_a_tenant_sets_its_own_times(ours: Company, superuser: asyncpg.Connection) -> None:
    tenant = await tenant_of(superuser, ours)
    path = f"{ours.player.path}/request-retention"
    assert ours.player.api.get(path).json() == {"content_months": 6, "log_months": 36}
    officer, _ = await closed(superuser, ours, 2)
    await retain(tenant)
    assert officer.read()["message"]
    assert ours.player.api.put(path, json={"content_months": 2, "log_months": 24}).status_code == 200
    assert ours.player.api.get(path).json() == {"content_months": 2, "log_months": 24}
    await retain(tenant)
    assert officer.read()["message"] is None
    [event] = [item for item in ours.player.get("/audit-events").json()["items"] if item["event"] == "request:set_retention"]
    assert event["details"] == {"content_months": 2, "log_months": 24}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"content_months": 0}, "/content_months"),
        ({"content_months": 25}, "/content_months"),
        ({"log_months": 11}, "/log_months"),
        ({"log_months": 121}, "/log_months"),
        ({"content_months": 24, "log_months": 12}, "/log_months"),
        ({"content_months": 1.5}, "/content_months"),
    ],
)
def test_times_have_bounds(ours: Company, body: dict[str, Any], pointer: str) -> None:
    refused = problem(ours.player.api.put(f"{ours.player.path}/request-retention", json=body), 422, "invalid-content")
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


async def test_a_move_does_not_go_alone_and_a_case_takes_it_along(ours: Company, superuser: asyncpg.Connection) -> None:
    officer, _ = await closed(superuser, ours, 1)
    with pytest.raises(asyncpg.RestrictViolationError):
        await superuser.execute("DELETE FROM request_moves WHERE request_id = $1", uuid.UUID(officer.id))
    assert len(officer.moves()) == 1
