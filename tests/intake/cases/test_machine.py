"""The table of moves, written out once more by hand: what is legal from each state, and what it does to the clock."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest

from service.errors import InvalidContent, WrongState
from service.intake.cases.machine import CLOSED, MOVES, OPEN, STATES, Act, Case, ExtensionVoid, Who, diagram, legal, moved
from service.intake.deadlines import Pause, deadline
from tests.house import REPOSITORY

ACTS: tuple[Act, ...] = get_args(Act)
CLOSING = ["complete", "refuse_partly", "refuse", "withdraw", "hand_over"]
LEGAL = {
    "received": ["start", "ask_identity", "extend", *CLOSING],
    "identity_asked": ["settle_identity", "refuse", "withdraw", "hand_over"],
    "in_progress": ["ask_identity", "extend", *CLOSING],
    "extended": ["ask_identity", *CLOSING],
    "reopened": ["start", "ask_identity", *CLOSING],
    **{state: ["reopen"] for state in ("completed", "partly_refused", "refused", "withdrawn", "handed_over")},
}
FOR_PERSONS = {**{state: ["withdraw"] for state in OPEN}, "identity_asked": ["answer_identity", "withdraw"]}
RECEIVED = datetime(2026, 3, 5, 10, tzinfo=UTC)
CASE = Case("received", RECEIVED, "FI", "Europe/Helsinki")


def on(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("state", STATES)
def test_what_is_legal_from_each_state(state: str) -> None:
    assert legal(state, "controller") == LEGAL[state]  # type: ignore[arg-type]
    assert legal(state, "person") == FOR_PERSONS.get(state, [])  # type: ignore[arg-type]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", get_args(Who))
def test_what_is_not_legal_is_refused_and_says_what_is(state: str, who: Who) -> None:
    case = replace(CASE, state=state, pauses=((date(2026, 3, 6), None),) if state == "identity_asked" else ())  # type: ignore[arg-type]
    allowed = (LEGAL if who == "controller" else FOR_PERSONS).get(state, [])
    for act in ACTS:
        if act in allowed:
            assert moved(case, act, who, on(3, 7)).state in STATES
        else:
            with pytest.raises(WrongState) as refused:
                moved(case, act, who, on(3, 7))
            assert refused.value.members == {"state": state, "legal_moves": allowed}


def test_every_state_is_reached_and_an_open_one_can_be_closed() -> None:
    reached = {move.to for move in MOVES.values()} | {"received", "in_progress"}
    assert reached - {None} == set(STATES)
    for state in OPEN:
        assert {MOVES[act].to for act in legal(state, "controller")} & set(CLOSED)


def test_an_open_question_stops_the_time_and_its_answer_starts_it_again() -> None:
    """domain: asked 6.3., answered 16.3. is the table's paused case."""
    asked = moved(CASE, "ask_identity", "controller", on(3, 6))
    assert asked.is_paused
    assert [asked.deadline(on(3, day)).nominal_on for day in (6, 7, 20)] == [date(2026, 4, 5), date(2026, 4, 6), date(2026, 4, 19)]
    answered = moved(asked, "answer_identity", "person", on(3, 16))
    assert (answered.state, answered.deadline(on(3, 30)).due_on) == ("in_progress", date(2026, 4, 15))
    settled = moved(asked, "settle_identity", "controller", on(3, 20), answered_on=date(2026, 3, 16))
    assert settled == answered
    for wrong in (date(2026, 3, 5), date(2026, 3, 21)):
        with pytest.raises(InvalidContent):
            moved(asked, "settle_identity", "controller", on(3, 20), answered_on=wrong)
    again = moved(moved(answered, "ask_identity", "controller", on(3, 17)), "answer_identity", "person", on(3, 18))
    pauses = [Pause(date(2026, 3, 6), date(2026, 3, 16)), Pause(date(2026, 3, 17), date(2026, 3, 18))]
    assert again.deadline(on(3, 18)) == deadline(RECEIVED, "FI", "Europe/Helsinki", pauses=pauses)


@pytest.mark.parametrize("act", ["refuse", "withdraw", "hand_over"])
def test_closing_ends_a_pause_and_reopening_gives_no_time(act: Act) -> None:
    closed = moved(moved(CASE, "ask_identity", "controller", on(3, 6)), act, "controller", on(3, 9))
    assert closed.pauses == ((date(2026, 3, 6), date(2026, 3, 9)),)
    reopened = moved(closed, "reopen", "controller", on(5, 1))
    assert reopened.deadline(on(5, 1)) == closed.deadline(on(3, 9))


def test_an_extension_is_told_by_the_last_second_of_the_time_without_it() -> None:
    last = CASE.deadline(on(3, 6)).due_at
    extended = moved(CASE, "extend", "controller", last)
    assert (extended.state, extended.deadline(last).nominal_on) == ("extended", date(2026, 6, 5))
    with pytest.raises(ExtensionVoid) as refused:
        moved(CASE, "extend", "controller", last + timedelta(seconds=1))
    assert refused.value.members == {"state": "received", "due_at": last}
    # A pause moves that day as well.
    paused = moved(moved(CASE, "ask_identity", "controller", on(3, 6)), "answer_identity", "person", on(3, 9))
    assert moved(paused, "extend", "controller", last + timedelta(seconds=1)).extended


def test_who_is_extended_stays_so() -> None:
    extended = moved(CASE, "extend", "controller", on(3, 6))
    asked = moved(extended, "ask_identity", "controller", on(3, 7))
    assert moved(asked, "answer_identity", "person", on(3, 8)).state == "extended"
    reopened = moved(moved(extended, "complete", "controller", on(3, 7)), "reopen", "controller", on(3, 8))
    assert moved(reopened, "start", "controller", on(3, 9)).state == "extended"


def test_the_documents_draw_the_table_as_it_is() -> None:
    text = (REPOSITORY / "docs" / "requests.md").read_text()
    assert f"```mermaid\n{diagram()}\n```" in text
    rows = {row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| ([^|]*) \| ([\w ]+) \|", text, re.MULTILINE)}
    for act, move in MOVES.items():
        who, needs, clock = rows.pop(act)
        assert who == ", ".join(move.who), act
        assert tuple(re.findall(r"`(\w+)`", needs)) == move.needs, act
        assert clock == move.clock, act
    assert rows == {}
