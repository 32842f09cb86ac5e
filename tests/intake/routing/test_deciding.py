"""The decision alone, without a database: what decides between several, and what must not."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from service.clock import new_id
from service.intake.hinting import sought
from service.intake.routing import Ambiguous, Found, Routed, Shelf, Unknown, decide
from service.intake.schemas import ControllerHints
from tenants.directory import Bearer, Claim, Entry
from tenants.naming import fold_name, loosely

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
FIRM, OTHER = new_id(), new_id()


def entry(name: str, tenant: UUID = FIRM) -> Entry:
    return Entry(new_id(), tenant, name, None, "FI", "Europe/Helsinki", True)


def brand(of: Entry, name: str, since: date | None = None, until: date | None = None) -> Bearer:
    loose = loosely(name)
    assert loose is not None
    return Bearer(of, Claim("brand", name, fold_name(name), loose.key, since, until))


def decided(found: Found, **hints: str) -> Routed | Ambiguous | Unknown:
    return decide(sought(ControllerHints(**hints)), found, AT)


@pytest.mark.parametrize(("tenant", "expected"), [(FIRM, Routed), (OTHER, Ambiguous)])
def test_a_register_decides_within_a_tenant_alone(tenant: UUID, expected: type) -> None:
    """What a register is called is anybody's to write: else whoever shares a brand could draw the requests to itself."""
    one, other = entry("Yksi Oy"), entry("Kaksi Oy", tenant)
    shelf = Shelf(frozenset({one.controller_id}), None, frozenset({"asiakasrekisteri"}))
    found = Found(bearers=[brand(one, "Kahvila"), brand(other, "Kahvila")], shelves=[shelf])
    assert isinstance(decided(found, brand="Kahvila", register="Asiakasrekisteri"), expected)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, Routed),
        (date(2026, 6, 15), date(2026, 6, 15), Routed),
        (None, date(2026, 6, 14), Unknown),
        (date(2026, 6, 16), None, Unknown),
    ],
)
def test_both_days_are_in_a_names_period(since: date | None, until: date | None, expected: type) -> None:
    one = entry("Yksi Oy")
    answer = decided(Found(bearers=[brand(one, "Kahvila", since, until)]), brand="kahvila")
    assert isinstance(answer, expected)
    if isinstance(answer, Unknown):
        assert answer.near == [one]
        assert answer.why[0].code == "period_over"


def test_the_last_day_is_still_the_companys_own_by_its_own_calendar() -> None:
    heir = entry("Perijä Oy")
    ceasing = replace(entry("Lakkaava Oy"), ceased_on=date(2026, 6, 15), successor=heir.controller_id)
    found = Found(bearers=[brand(ceasing, "Kahvila")], others={heir.controller_id: heir})
    asked = sought(ControllerHints(brand="Kahvila"))
    for at, expected in (
        (AT, ceasing),
        (datetime(2026, 6, 15, 20, 59, tzinfo=UTC), ceasing),
        (datetime(2026, 6, 15, 21, tzinfo=UTC), heir),
    ):
        answer = decide(asked, found, at)
        assert isinstance(answer, Routed)
        assert answer.entry == expected


def test_a_ring_of_successors_leads_nowhere() -> None:
    one, other = entry("Yksi Oy"), entry("Kaksi Oy")
    one = replace(one, ceased_on=date(2020, 1, 1), successor=other.controller_id)
    other = replace(other, ceased_on=date(2020, 1, 1), successor=one.controller_id)
    found = Found(bearers=[brand(one, "Kahvila")], others={one.controller_id: one, other.controller_id: other})
    answer = decided(found, brand="Kahvila")
    assert isinstance(answer, Unknown)
    assert [why.code for why in answer.why] == ["brand", "successor", "ceased"]


def test_at_most_five_are_offered_and_those_first_whom_most_hints_mean() -> None:
    several = [entry(f"Osa {number} Oy") for number in range(7)]
    bearers = [brand(one, "Kahvila") for one in several] + [brand(several[6], "Pesula"), brand(entry("Muu Oy"), "Kauppa")]
    answer = decide(sought(ControllerHints(brand="Kahvila", name="Kauppa")), Found(bearers=bearers), AT)
    assert isinstance(answer, Ambiguous)
    assert len(answer.candidates) == 5
    assert answer.why[0].code == "conflict"
    agreed = decided(Found(bearers=bearers), brand="Kahvila", name="Pesula")
    assert isinstance(agreed, Routed)
    assert agreed.entry == several[6]


def test_nothing_given_says_so() -> None:
    answer = decided(Found())
    assert isinstance(answer, Unknown)
    assert [why.code for why in answer.why] == ["too_little"]
