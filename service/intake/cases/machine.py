"""What may be done with a case, by whom, and what that does to its clock. Pure; docs/requests.md draws it.

A case is open until it is answered, refused, withdrawn or handed over, and can be reopened: then it goes on counting from
its first receipt as if it had never been closed, so that nobody gains time by closing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from service.errors import Conflict, WrongState, invalid
from service.intake.deadlines import Deadline, Pause, deadline

State = Literal[
    "received",
    "identity_asked",
    "in_progress",
    "extended",
    "completed",
    "partly_refused",
    "refused",
    "withdrawn",
    "handed_over",
    "reopened",
]
Act = Literal[
    "start",
    "ask_identity",
    "answer_identity",
    "settle_identity",
    "extend",
    "complete",
    "refuse_partly",
    "refuse",
    "withdraw",
    "hand_over",
    "reopen",
]
Who = Literal["controller", "person"]
Clock = Literal["runs on", "stands still", "runs again", "extended", "ends", "as never closed"]

STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("received", "identity_asked", "in_progress", "extended", "reopened")
CLOSED: tuple[State, ...] = tuple(state for state in STATES if state not in OPEN)
WORKABLE: tuple[State, ...] = tuple(state for state in OPEN if state != "identity_asked")


class ExtensionVoid(Conflict):
    """`due_at`: until when it could have been told."""

    name, title = "extension-void", "An extension can no longer be told"


@dataclass(frozen=True)
class Move:
    """One line of the table. `to` is nothing where work goes on: in progress, or extended if it was. `told`: the other side gets mail."""

    sources: tuple[State, ...]
    to: State | None
    who: tuple[Who, ...]
    needs: tuple[str, ...]
    clock: Clock
    told: bool


CONTROLLER: tuple[Who, ...] = ("controller",)
MOVES: Mapping[Act, Move] = {
    "start": Move(("received", "reopened"), None, CONTROLLER, (), "runs on", False),
    "ask_identity": Move(WORKABLE, "identity_asked", CONTROLLER, ("reason", "question", "method"), "stands still", True),
    "answer_identity": Move(("identity_asked",), None, ("person",), ("answer",), "runs again", True),
    "settle_identity": Move(("identity_asked",), None, CONTROLLER, ("answer", "answered_on"), "runs again", False),
    "extend": Move(("received", "in_progress"), "extended", CONTROLLER, ("grounds", "reason"), "extended", True),
    "complete": Move(WORKABLE, "completed", CONTROLLER, ("answer",), "ends", True),
    "refuse_partly": Move(WORKABLE, "partly_refused", CONTROLLER, ("ground", "reason", "answer"), "ends", True),
    "refuse": Move(OPEN, "refused", CONTROLLER, ("ground", "reason"), "ends", True),
    "withdraw": Move(OPEN, "withdrawn", ("controller", "person"), ("reason",), "ends", True),
    "hand_over": Move(OPEN, "handed_over", CONTROLLER, ("to", "reason"), "ends", True),
    "reopen": Move(CLOSED, "reopened", CONTROLLER, ("reason",), "as never closed", True),
}


@dataclass(frozen=True)
class Case:
    """All that the machine needs to know. A pause of which the answer is awaited has no second day."""

    state: State
    received_at: datetime
    country: str
    time_zone: str
    extended: bool = False
    pauses: tuple[tuple[date, date | None], ...] = ()

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.time_zone)).date()

    def deadline(self, at: datetime) -> Deadline:
        """As it stands at `at`: an open pause has lasted until then."""
        return self._counted(at, self.extended)

    def _counted(self, at: datetime, extended: bool) -> Deadline:
        pauses = [Pause(asked, answered or self.day(at)) for asked, answered in self.pauses]
        return deadline(self.received_at, self.country, self.time_zone, extended=extended, pauses=pauses)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None


def legal(state: State, who: Who) -> list[Act]:
    return [act for act, move in MOVES.items() if state in move.sources and who in move.who]


def moved(case: Case, act: Act, who: Who, at: datetime, *, answered_on: date | None = None) -> Case:
    """The case after the move; WrongState or ExtensionVoid when it is not legal."""
    move = MOVES[act]
    if act not in (acts := legal(case.state, who)):
        raise WrongState(
            f"The case is {case.state}, and {act} is not a move from there. Legal now: {', '.join(acts) or 'none'}.",
            members={"state": case.state, "legal_moves": acts},
        )
    after = case
    if move.clock == "stands still":
        after = replace(after, pauses=(*after.pauses, (after.day(at), None)))
    elif move.clock in ("runs again", "ends") and after.is_paused:
        asked_on, today = after.pauses[-1][0], after.day(at)
        if answered_on is not None and not asked_on <= answered_on <= today:
            raise invalid("/answered_on", f"The answer came between the day of the question, {asked_on}, and today, {today}.")
        after = replace(after, pauses=(*after.pauses[:-1], (asked_on, answered_on or today)))
    elif move.clock == "extended":
        # Art. 12(3): the person is told within the first month. Later it is void.
        if at > (due_at := case._counted(at, False).due_at):
            raise ExtensionVoid(
                "An extension must be told while the time without it runs, and that has ended. Answer without delay, and say why "
                "it is late.",
                members={"state": case.state, "due_at": due_at},
            )
        after = replace(after, extended=True)
    return replace(after, state=move.to or ("extended" if after.extended else "in_progress"))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    working: Sequence[State] = ("in_progress", "extended")
    lines = ["stateDiagram-v2", "    [*] --> received"]
    for act, move in MOVES.items():
        for source in move.sources:
            # Who is not extended yet is not extended by working; who is stays so.
            targets = (move.to,) if move.to else working if source != "received" else ("in_progress",)
            lines += [f"    {source} --> {target}: {act}" for target in targets]
    return "\n".join(lines)
