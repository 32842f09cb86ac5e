"""Whoever claims another company's business id, name, brand or domain gets nothing by it, in whatever order things happen."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from service.clock import new_id, now
from service.intake.finding import route
from service.intake.routing import Ambiguous, Routed
from service.intake.schemas import ControllerHints
from tenants import directory
from tenants.database import Place
from tests.intake.routing.loading import AT, prepared

IDENTIFIERS = ("name", "brands", "former_names", "business_id", "domains")
_numbers = itertools.count(2_000_000)


@dataclass
class Company:
    """What a company says of itself, and what of that an operator has verified."""

    own: dict[str, Any]
    tenant: UUID = field(default_factory=new_id)
    id: UUID = field(default_factory=new_id)
    says: dict[str, Any] = field(default_factory=dict)
    verified: set[str] = field(default_factory=set)
    approved: dict[str, Any] | None = None
    link: UUID | None = None


def company(word: str) -> Company:
    number = next(n for n in _numbers if _check_digit(n) is not None)
    return Company(
        {
            "name": f"{word} Oy",
            "brands": [f"{word} Kauppa"],
            "former_names": [f"Vanha {word} Oy"],
            "business_id": f"{number}-{_check_digit(number)}",
            "domains": [f"{word.lower()}.example"],
        }
    )


def _check_digit(number: int) -> int | None:
    rest = sum(int(digit) * weight for digit, weight in zip(f"{number}", (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return None if rest == 1 else (11 - rest) % 11


def typed(of: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Each identifier in the ways in which people write it."""
    name, [brand], [former], [host] = of["name"], of["brands"], of["former_names"], of["domains"]
    return [
        *(("name", {"name": text}) for text in (name, name.upper(), name.removesuffix(" Oy"), f"Oy {name.removesuffix(' Oy')} Ab")),
        *(("brands", {hint: text}) for hint, text in (("brand", brand), ("name", brand.lower()))),
        *(("former_names", {"name": text}) for text in (former, former.upper())),
        *(("business_id", {"business_id": text}) for text in (of["business_id"], "FI" + of["business_id"].replace("-", ""))),
        *(("domains", {"domain": text}) for text in (host, f"https://www.{host}/tarjoukset?x=1", f"info@posti.{host}")),
    ]


class World:
    """A database of its own, and what happens in it."""

    def __init__(self, runner: asyncio.Runner, place: Place) -> None:
        self.runner = runner
        self.app, self.operator, self.admin = (
            runner.run(self._connect(arguments)) for arguments in (place.serving("app"), place.serving("operator"), place.admin())
        )

    async def _connect(self, arguments: dict[str, Any]) -> asyncpg.Connection:
        return await asyncpg.connect(**arguments)

    async def close(self) -> None:
        for connection in (self.app, self.operator, self.admin):
            await connection.close()

    async def found(self, one: Company) -> None:
        record = {**one.own, "country": "FI", "time_zone": "Europe/Helsinki", "languages": ["fi"]}
        async with self.app.transaction():
            await self._act(self.app, one)
            await self.app.execute(
                "INSERT INTO tenants (id, slug, created_at) VALUES ($1, $2, $3)", one.tenant, f"t-{one.tenant.hex[-12:]}", AT
            )
            columns = {"tenant_id": one.tenant, "id": one.id, **record, "revision": 1, "created_at": AT, "updated_at": AT}
            values = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
            await self.app.execute(f"INSERT INTO controllers ({', '.join(columns)}) VALUES ({values})", *columns.values())
        await self.say(one, one.own)

    async def say(self, one: Company, said: dict[str, Any]) -> None:
        """As a change of its record does."""
        rest = {"address": None, "country": "FI", "time_zone": "Europe/Helsinki", "periods": [], "ceased_on": None, "successor_id": None}
        async with self.app.transaction():
            await self._act(self.app, one)
            await directory.write_claims(self.app, one.tenant, one.id, {**said, **rest, "processor_for": []}, now())
        one.says = said

    async def approve(self, one: Company) -> None:
        """The operator believes what it claims now, and a link goes out."""
        one.link = new_id()
        async with self.operator.transaction():
            await self._act(self.operator, one)
            await self.operator.execute(
                """INSERT INTO credential_links (tenant_id, id, secret_hash, language, created_at, expires_at)
                   VALUES ($1, $2, $3, 'fi', $4, $5)""",
                one.tenant,
                one.link,
                one.link.bytes,
                now(),
                now() + timedelta(days=7),
            )
            rows = await self.operator.fetch("SELECT id FROM directory WHERE controller_id = $1 AND ended_at IS NULL", one.id)
            ids = [row["id"] for row in rows]
            await self.operator.execute(
                "SELECT approve_verification($1, $2, $3, $4, 'seen', $5, $6)", one.tenant, new_id(), one.id, ids, one.link, now()
            )

    async def use_link(self, one: Company) -> None:
        async with self.app.transaction():
            await self._act(self.app, one)
            await self.app.execute("UPDATE credential_links SET used_at = $3 WHERE tenant_id = $1 AND id = $2", one.tenant, one.link, now())
            await self.app.execute("SELECT complete_verification($1, $2, $3)", one.tenant, one.link, now())

    async def _act(self, connection: asyncpg.Connection, one: Company) -> None:
        await connection.execute(f"SET LOCAL app.tenant_id = '{one.tenant}'")


class Theft(RuleBasedStateMachine):
    """A company and a thief: each becomes a tenant, is verified as who it is, and changes what it says, whenever it likes."""

    world: ClassVar[World]
    words: ClassVar[Iterator[int]] = itertools.count()

    @initialize()
    def meet(self) -> None:
        number = next(self.words)
        self.victim, self.thief = company(f"Uhri{number}kaislikko"), company(f"Varas{number}havukka")
        self.tenants: list[Company] = []

    def run(self, coroutine: Any) -> None:
        self.world.runner.run(coroutine)

    @rule(victim=st.booleans())
    def become_a_tenant(self, victim: bool) -> None:
        one = self.victim if victim else self.thief
        if one not in self.tenants:
            self.run(self.world.found(one))
            self.tenants.append(one)

    @precondition(lambda self: self.thief in self.tenants)
    @rule(stolen=st.sets(st.sampled_from(IDENTIFIERS)), swapped=st.booleans())
    def steal(self, stolen: set[str], swapped: bool) -> None:
        """Say another's identifiers as one's own; also its name as a brand, and its brand as a name."""
        said = {kind: (self.victim if kind in stolen else self.thief).own[kind] for kind in IDENTIFIERS}
        if swapped:
            said |= {"brands": [self.victim.own["name"]], "former_names": self.victim.own["brands"]}
        self.run(self.world.say(self.thief, said))
        self.thief.verified = {kind for kind in self.thief.verified if said[kind] == self.thief.own[kind]}

    @precondition(lambda self: self.thief in self.tenants)
    @rule()
    def be_oneself(self) -> None:
        self.run(self.world.say(self.thief, self.thief.own))

    @precondition(lambda self: self.tenants)
    @rule(victim=st.booleans())
    def be_approved(self, victim: bool) -> None:
        """An operator looks at the register: it believes who says what stands there."""
        one = self.victim if victim else self.thief
        if one in self.tenants and one.says == one.own:
            self.run(self.world.approve(one))
            one.approved = dict(one.says)

    @precondition(lambda self: self.tenants)
    @rule(victim=st.booleans())
    def use_the_link(self, victim: bool) -> None:
        one = self.victim if victim else self.thief
        if one.approved is not None:
            self.run(self.world.use_link(one))
            one.verified |= {kind for kind in IDENTIFIERS if one.says[kind] == one.approved[kind]}
            one.approved = None

    @invariant()
    def what_names_the_victim_is_the_victims(self) -> None:
        for kind, hint in typed(self.victim.own):
            answer = self.world.runner.run(route(self.world.app, ControllerHints(**hint)))
            if kind in self.victim.verified:
                assert isinstance(answer, Routed), (hint, answer)
                assert answer.entry.controller_id == self.victim.id, hint
            else:
                assert not isinstance(answer, Routed), (hint, answer)
                assert not isinstance(answer, Ambiguous), (hint, answer)

    @invariant()
    def who_is_named_by_id_gets_it(self) -> None:
        for one in self.tenants:
            answer = self.world.runner.run(route(self.world.app, ControllerHints(controller_id=one.id)))
            assert isinstance(answer, Routed)
            assert answer.entry.controller_id == one.id


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with asyncio.Runner() as runner:
        embedded, place = runner.run(prepared(tmp_path_factory.mktemp("theft") / "data"))
        made = World(runner, place)
        try:
            yield made
        finally:
            runner.run(made.close())
            embedded.stop()


def test_nobody_gets_anothers_requests_by_claiming_to_be_it(world: World) -> None:
    Theft.world = world
    run_state_machine_as_test(
        Theft, settings=settings(max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    )
