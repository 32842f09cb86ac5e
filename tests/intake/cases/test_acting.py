"""The controller's moves over HTTP: each is in the history, illegal ones say what is legal, of two officers at once one wins."""

import itertools
import threading
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from service.intake.cases.machine import MOVES, legal
from service.intake.deadlines import Pause, deadline
from tests.cast import Cast
from tests.house import House
from tests.intake.cases.officer import BODIES, entered, opened_at
from tests.intake.person import Company, problem


def test_a_case_is_worked_on_from_its_receipt_to_its_answer(house: House, company: Company) -> None:
    officer, given = opened_at(house, company)
    first = officer.read()
    assert (first["state"], first["revision"], first["channel"]) == ("received", 0, "intake")
    assert first["legal_moves"] == legal("received", "controller")
    assert first["opened_at"] is not None
    assert officer.read()["opened_at"] == first["opened_at"], "it was opened once"
    states = [officer.did(act)["state"] for act in ("start", "ask-identity", "settle-identity", "extend", "complete", "reopen", "start")]
    assert states == ["in_progress", "identity_asked", "in_progress", "extended", "completed", "reopened", "extended"]
    case = officer.did("refuse", answer="Half of it is here.")
    assert (case["state"], case["legal_moves"]) == ("partly_refused", ["reopen"])
    assert case["closed_at"] is not None
    assert case["first_due_on"] == given["due_on"]
    received = datetime.fromisoformat(case["received_at"])
    assert case["due_on"] == deadline(received, "FI", "Europe/Helsinki", extended=True).due_on.isoformat()
    moves = officer.moves()
    assert [move["number"] for move in moves] == list(range(1, 9))
    assert [(move["from_state"], move["to_state"]) for move in moves] == list(itertools.pairwise(["received", *states, "partly_refused"]))
    actor = {"kind": "client", "client_id": company.player.client["client_id"]}
    assert all(move["actor"] == actor for move in moves)
    assert moves[1]["facts"] == {"method": "data_held"}
    assert moves[1]["told"] == {name: BODIES["ask-identity"][name] for name in ("reason", "question")}
    assert moves[3]["due_on"] == case["due_on"]
    assert moves[2]["due_on"] == given["due_on"], "the first day can still be read"
    events = officer.events("request:move")
    assert [event["details"]["act"] for event in events] == [move["act"] for move in moves]
    assert [event["subject"]["move"] for event in events] == [move["id"] for move in moves]
    assert not any(str(text) in str(events) for move in moves for text in (move["told"] or {}).values())


@pytest.mark.parametrize("part", ["", "/moves", "/messages"])
def test_the_first_reading_opens_it_and_each_is_recorded(house: House, company: Company, part: str) -> None:
    officer, given = opened_at(house, company)

    def opened() -> str | None:
        return officer.player.get("/requests", params={"reference": given["reference"]}).json()["items"][0]["opened_at"]  # type: ignore[no-any-return]

    assert opened() is None, "a list opens nothing"
    assert officer.player.get(officer.path + part).status_code == 200
    first = opened()
    assert first is not None
    officer.read()
    assert opened() == first
    assert len(officer.events("request:read")) == 2


def test_an_illegal_move_says_what_is_legal_and_changes_nothing(house: House, company: Company) -> None:
    officer, _ = opened_at(house, company)
    officer.did("complete")
    before = officer.read()
    for act in BODIES:
        if act not in ("reopen", "assign"):
            refused = problem(officer.do(act), 409, "wrong-state")
            assert (refused["state"], refused["legal_moves"]) == ("completed", ["reopen"])
    assert officer.read() == before
    assert len(officer.moves()) == 1


def test_an_extension_after_the_first_time_is_void(company: Company) -> None:
    officer, case = entered(company, days_ago=50)
    refused = problem(officer.do("extend"), 409, "extension-void")
    assert refused["due_at"] == case["due_at"]
    assert officer.read()["extended"] is False
    in_time, _ = entered(company, days_ago=20)
    assert in_time.did("extend")["extended"] is True


def test_a_question_stops_the_time_and_the_days_before_it_stay_counted(company: Company, superuser: asyncpg.Connection) -> None:
    officer, case = entered(company, days_ago=10)
    asked = officer.did("ask-identity")
    today = date.fromisoformat(asked["paused_since"])
    settled = officer.did("settle-identity", answered_on=today.isoformat())
    assert settled["paused_since"] is None
    assert settled["due_on"] == case["due_on"]
    for wrong in (today - timedelta(days=1), today + timedelta(days=1)):
        officer_again, _ = entered(company, days_ago=10)
        officer_again.did("ask-identity")
        refused = problem(officer_again.do("settle-identity", answered_on=wrong.isoformat()), 422, "invalid-content")
        assert [error["pointer"] for error in refused["errors"]] == ["/answered_on"]


async def test_while_a_question_waits_the_days_go_on(company: Company, superuser: asyncpg.Connection) -> None:
    """The question is moved into the past, since time cannot be."""
    officer, case = entered(company, days_ago=10)
    officer.did("ask-identity")
    asked_on = date.fromisoformat(officer.read()["paused_since"]) - timedelta(days=6)
    await superuser.execute("UPDATE requests SET pauses = $2 WHERE id = $1", uuid.UUID(officer.id), f'[["{asked_on}", null]]')
    received = datetime.fromisoformat(case["received_at"])
    expected = deadline(received, "FI", "Europe/Helsinki", pauses=[Pause(asked_on, asked_on + timedelta(days=6))])
    shown = [officer.read(), officer.player.get("/requests", params={"reference": case["reference"]}).json()["items"][0]]
    assert [item["due_on"] for item in shown] == [expected.due_on.isoformat()] * 2
    assert officer.read()["first_due_on"] == case["due_on"]
    assert officer.did("settle-identity")["due_on"] == expected.due_on.isoformat()


@pytest.mark.parametrize(("act", "tag"), [("complete", None), ("start", None), ("ask-identity", '"0"')])
def test_of_two_officers_at_once_one_wins(house: House, company: Company, act: str, tag: str | None) -> None:
    officer, _ = opened_at(house, company)
    answers: list[int] = []
    lock = threading.Barrier(4)

    def try_it() -> None:
        lock.wait()
        answers.append(officer.do(act, headers={"if-match": tag} if tag else {}).status_code)

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[412 if tag else 409] * 3]
    assert len(officer.moves()) == 1


def test_who_read_an_older_case_is_told_so(house: House, company: Company) -> None:
    officer, _ = opened_at(house, company)
    tag = officer.player.get(officer.path).headers["etag"]
    assert tag == '"0"'
    officer.did("assign")
    refused = officer.do("complete", headers={"if-match": tag})
    problem(refused, 412, "stale")
    assert refused.headers["etag"] == '"1"'
    for fresh in ('"1"', '"9", "1"', "*"):
        assert officer.do("assign", headers={"if-match": fresh}).status_code == (200 if fresh != '"9", "1"' else 412)


def test_a_retry_with_the_same_key_is_one_move(house: House, company: Company) -> None:
    officer, _ = opened_at(house, company)
    key = {"idempotency-key": uuid.uuid4().hex}
    first, again = officer.do("start", headers=key), officer.do("start", headers=key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert len(officer.moves()) == 1


@pytest.mark.parametrize(
    ("act", "body", "pointer"),
    [
        ("ask-identity", {"reason": " "}, "/reason"),
        ("ask-identity", {"question": ""}, "/question"),
        ("ask-identity", {"method": "passport"}, "/method"),
        ("ask-identity", {"method": "email_loop"}, "/method"),
        ("extend", {"grounds": "busy"}, "/grounds"),
        ("extend", {"reason": "x" * 5001}, "/reason"),
        ("complete", {"answer": "\n"}, "/answer"),
        ("complete", {"answer": "bell\a"}, ""),
        ("refuse", {"ground": "no"}, "/ground"),
        ("hand-over", {"to": "a\nb"}, ""),
        ("reopen", {"reason": None}, "/reason"),
        ("assign", {"assignee": ""}, "/assignee"),
        ("assign", {"who": "x"}, "/who"),
    ],
)
def test_what_a_move_needs_is_asked_for(company: Company, act: str, body: dict[str, Any], pointer: str) -> None:
    officer, case = entered(company)
    refused = problem(officer.do(act, **body), 422, "invalid-content")
    assert pointer in {error["pointer"] for error in refused["errors"]}
    assert officer.read()["revision"] == case["revision"]


def test_a_stranger_and_a_reader_move_nothing(house: House, cast: Cast, company: Company) -> None:
    officer, _ = opened_at(house, company)
    path = f"{company.player.path}{officer.path}"
    problem(cast.charlie.api.post(f"{path}/start", json={}), 404, "not-found")
    problem(cast.charlie.post(f"{officer.path}/start", {}), 404, "not-found")
    with house.api(company.player.client, "requests:read") as reader:
        problem(reader.post(f"{path}/start", json={}), 403, "insufficient-scope")
    assert officer.moves() == []


async def test_the_database_keeps_every_move(house: House, company: Company, superuser: asyncpg.Connection) -> None:
    officer, _ = opened_at(house, company)
    officer.did("start")
    request_id = uuid.UUID(officer.id)
    for statement in (
        "UPDATE request_moves SET act = 'complete' WHERE request_id = $1",
        "DELETE FROM request_moves WHERE request_id = $1",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await superuser.execute(statement, request_id)
    with pytest.raises(asyncpg.RestrictViolationError):
        await superuser.execute("TRUNCATE request_moves")


def test_the_thread_is_sealed_and_pages(house: House, company: Company) -> None:
    officer, _ = opened_at(house, company)
    for number in range(3):
        written = officer.player.post(f"{officer.path}/messages", {"text": f"line {number}\n\nmore"})
        assert written.status_code == 201, written.text
    first = officer.player.get(f"{officer.path}/messages", params={"limit": 2}).json()
    rest = officer.player.get(f"{officer.path}/messages", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [(item["author"], item["text"]) for item in [*first["items"], *rest["items"]]] == [
        ("controller", f"line {number}\n\nmore") for number in (2, 1, 0)
    ]
    assert rest["next_cursor"] is None
    assert len(officer.events("request:write")) == 3


def test_an_act_of_every_move_has_an_address() -> None:
    paths = {act.replace("_", "-") for act, move in MOVES.items() if "controller" in move.who}
    assert paths - {"refuse-partly"} == set(BODIES) - {"assign"}
