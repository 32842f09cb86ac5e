"""Officers, persons and the calendar play against each other, in whatever order, over the real database.

The rules are those of the table written out by hand in test_machine.py; the days are those of deadlines.py.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service import preparing
from service.errors import WrongState
from service.intake.cases import moving
from service.intake.cases.machine import CLOSED, MOVES, STATES, Act, ExtensionVoid, Who
from service.intake.cases.moving import Step, case_of, held, move
from service.intake.deadlines import Pause, deadline
from service.intake.opening import opened
from service.intake.storing import Incoming, stored
from service.sealing import TenantKeys
from service.settings import Settings
from tenants.acting import acting_for
from tenants.callers import PERSON, Actor
from tenants.database import ENGINE
from tenants.writing import write
from tests.house import House
from tests.intake.cases.test_machine import ACTS, FOR_PERSONS, LEGAL
from tests.intake.person import Company

OFFICER = Actor("client", client_id="an officer")
FACTS: dict[str, dict[str, str]] = {"ask_identity": {"method": "data_held"}, "extend": {"grounds": "number"}}
ZONE = ZoneInfo("Europe/Helsinki")
# From here the clock of a game starts; holidays, the turn of the year and a change of clocks come soon after.
STARTS = [datetime(2026, 2, 26, 23, 30, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)]


@dataclass
class World:
    """Where the games are played. A loop of its own, since hypothesis knows none."""

    runner: asyncio.Runner
    keys: TenantKeys
    tenant: UUID
    controller: UUID


@dataclass
class Game:
    """What must be true of the case, kept apart from it."""

    id: UUID
    received_at: datetime
    at: datetime
    state: str = "received"
    extended: bool = False
    pauses: list[list[date | None]] = field(default_factory=list)
    path: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    def due(self, *, extended: bool | None = None) -> Any:
        pauses = [Pause(asked, answered or self.today) for asked, answered in self.pauses if asked is not None]
        return deadline(self.received_at, "FI", "Europe/Helsinki", extended=self.extended if extended is None else extended, pauses=pauses)


class Cases(RuleBasedStateMachine):
    world: ClassVar[World]
    game: Game

    @initialize(start=st.sampled_from(STARTS))
    def receive(self, start: datetime) -> None:
        self.game = Game(self.world.runner.run(self._receive(start)), start, start)

    @rule(hours=st.sampled_from([1, 12, 24, 72, 240, 720]))
    def time_passes(self, hours: int) -> None:
        self.game.at += timedelta(hours=hours)

    @rule(act=st.sampled_from(ACTS), who=st.sampled_from(["controller", "controller", "person"]))
    def try_to(self, act: Act, who: Who) -> None:
        game = self.game
        legal = act in (LEGAL if who == "controller" else FOR_PERSONS).get(game.state, [])
        void = legal and act == "extend" and game.at > game.due(extended=False).due_at
        try:
            self.world.runner.run(self._move(act, who))
        except ExtensionVoid:
            assert void
        except WrongState:
            assert not legal
        else:
            assert legal
            assert not void
            self._moved(act)

    @rule()
    def two_officers_complete_at_once(self) -> None:
        async def both() -> list[Any]:
            return await asyncio.gather(*(self._move("complete", "controller") for _ in range(2)), return_exceptions=True)

        legal = "complete" in LEGAL[self.game.state]
        results = self.world.runner.run(both())
        assert sum(not isinstance(result, BaseException) for result in results) == (1 if legal else 0)
        assert all(isinstance(result, UUID | WrongState) for result in results)
        if legal:
            self._moved("complete")

    @invariant()
    def the_case_is_what_it_must_be(self) -> None:
        game = self.game
        row, moves, events = self.world.runner.run(self._look())
        assert row["state"] == game.state
        assert row["state"] in STATES
        assert (row["closed_at"] is not None) == (game.state in CLOSED)
        assert row["revision"] == len(game.path)
        assert case_of(row).deadline(game.at) == game.due()
        if game.state != "identity_asked":
            assert (row["nominal_on"], row["due_on"], row["due_at"]) == (game.due().nominal_on, game.due().due_on, game.due().due_at)
        assert [(made["act"], made["from_state"], made["to_state"]) for made in reversed(moves)] == game.path
        assert events == game.path
        # However it went, no day is earlier than the plain month, and none was won by closing.
        assert row["due_on"] >= deadline(game.received_at, "FI", "Europe/Helsinki").due_on

    def _moved(self, act: Act) -> None:
        game, before = self.game, self.game.state
        if act == "extend":
            game.extended = True
        if act == "ask_identity":
            game.pauses.append([game.today, None])
        elif game.pauses and game.pauses[-1][1] is None:
            game.pauses[-1][1] = game.today
        game.state = MOVES[act].to or ("extended" if game.extended else "in_progress")
        game.path.append((act, before, game.state))

    async def _receive(self, at: datetime) -> UUID:
        world = self.world
        incoming = Incoming(
            controller_id=world.controller,
            country="FI",
            time_zone="Europe/Helsinki",
            types=["access"],
            language="en",
            channel="phone",
            matched_by="controller_id",
            received_at=at,
            notice_id=None,
            notice_version=None,
            subject={"name": "A", "email": None, "phone": None, "address": None},
            email=None,
            message="",
            details=None,
        )
        async with acting_for(world.tenant) as db:
            taken = await stored(db, world.tenant, incoming, OFFICER, (), world.keys)
            await write(db, *taken.writes)
        return taken.id

    async def _move(self, act: Act, who: Who) -> UUID:
        step = Step(act, who, OFFICER if who == "controller" else PERSON, FACTS.get(act, {}), {"reason": "because"})
        async with acting_for(self.world.tenant) as db:
            return await move(db, await held(db, self.world.tenant, self.game.id, self.world.keys), step, self.game.at)

    async def _look(self) -> tuple[Any, list[dict[str, Any]], list[tuple[str, str, str]]]:
        async with acting_for(self.world.tenant, read_only=True) as db:
            found = await opened(db, self.world.tenant, self.game.id, self.world.keys)
            moves = await moving.moves(db, found, 200)
            events = await db.fetch(
                """SELECT details ->> 'act' AS act, details ->> 'from' AS before, details ->> 'to' AS after FROM history
                   WHERE tenant_id = $1 AND event = 'request:move' AND subject ->> 'request' = $2 ORDER BY id""",
                self.world.tenant,
                str(self.game.id),
            )
        assert all(made["told"] == {"reason": "because"} for made in moves)
        return found.row, moves, [tuple(row) for row in events]


@pytest.fixture
def world(house: House, company: Company) -> Any:
    configured = Settings.from_environment(house.environment)
    embedded = None if "DATABASE_URL" in house.settings else preparing.embedded_in(configured).connection()
    tenant = UUID(company.player.get("").json()["id"])
    with asyncio.Runner() as runner:
        runner.run(preparing.open_engine(configured.place(embedded), configured, "app"))
        yield World(runner, TenantKeys(configured.keys), tenant, UUID(company.id))
        runner.run(ENGINE.close())


def test_in_whatever_order_the_case_is_what_the_table_says(world: World) -> None:
    Cases.world = world
    run_state_machine_as_test(
        Cases,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
        ),
    )
