"""Reminders aim at the nominal date, come once each, call nothing late too early, and go further when nobody looks."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from service.intake.cases.machine import CLOSED, Case, moved
from service.intake.cases.reminding import due_reminders
from service.intake.cases.watching import LOOK_AFTER, look_after, look_after_all
from tests.cast import Cast
from tests.house import House, wait_for
from tests.intake.cases.officer import entered, opened_at
from tests.intake.cases.test_telling import text_of
from tests.intake.person import Company, claiming
from tests.post import PostOffice

HELSINKI = ZoneInfo("Europe/Helsinki")
# Received on a Thursday; the month ends on Easter Sunday, so the answer is due on the Tuesday after it.
CASE = Case("received", datetime(2026, 3, 5, 10, tzinfo=UTC), "FI", "Europe/Helsinki")


def noon(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=HELSINKI)


def sent(case: Case, until: date, *, is_opened: bool = True, every: int = 1) -> dict[str, str]:
    """Each kind with the day on which it is first due, as a worker finds that looks every so many days."""
    found: dict[str, str] = {}
    day = case.received_at.date()
    while day <= until:
        for kind in due_reminders(case, datetime(day.year, day.month, day.day, 12, tzinfo=HELSINKI), is_opened=is_opened):
            found.setdefault(kind, day.isoformat())
        day += timedelta(days=every)
    return found


def test_reminders_come_on_their_days_and_then_daily() -> None:
    found = sent(CASE, date(2026, 4, 9))
    assert list(found.items()) == [
        ("day 1", "2026-03-06"),
        ("day 3", "2026-03-08"),
        ("day 7", "2026-03-12"),
        ("day 20", "2026-03-25"),
        ("day 27", "2026-04-01"),
        *((f"2026-04-0{day}", f"2026-04-0{day}") for day in range(2, 9)),
        ("late", "2026-04-08"),
        ("2026-04-09", "2026-04-09"),
    ], "the nominal date was the 5th, the due date the 7th"


def test_who_is_long_late_is_reminded_weekly() -> None:
    """Due on 7 April; daily until 7 May."""
    days = [kind for kind in sent(CASE, date(2026, 6, 1)) if kind > "2026-05-05" and kind.startswith("2026")]
    assert days == ["2026-05-06", "2026-05-07", "2026-05-12", "2026-05-19", "2026-05-26"]


def test_a_pause_and_an_extension_shift_them_by_their_days() -> None:
    asked = moved(CASE, "ask_identity", "controller", noon(3, 6))
    assert due_reminders(asked, noon(3, 30), is_opened=False) == []
    answered = moved(asked, "answer_identity", "person", noon(3, 16))
    assert sent(answered, date(2026, 4, 11)) == {
        "day 1": "2026-03-16",
        "day 3": "2026-03-18",
        "day 7": "2026-03-22",
        "day 20": "2026-04-04",
        "day 27": "2026-04-11",
    }
    extended = moved(CASE, "extend", "controller", noon(3, 20))
    found = sent(extended, date(2026, 6, 9))
    # 5 March to 5 June: sixty-one days later than 5 April.
    assert found["extended day 1"] == "2026-05-06"
    assert found["extended day 27"] == "2026-06-01"
    assert found["late"] == "2026-06-06"


def test_after_days_without_a_worker_the_newest_is_sent_and_no_heap() -> None:
    assert sent(CASE, date(2026, 3, 31), every=9) == {"day 7": "2026-03-14"}
    assert due_reminders(CASE, noon(3, 24), is_opened=True) == ["day 7"]
    assert due_reminders(CASE, noon(4, 20), is_opened=True) == ["2026-04-20", "late"]


def test_what_nobody_opens_by_day_seven_goes_further() -> None:
    assert due_reminders(CASE, noon(3, 11), is_opened=False) == ["day 3"]
    assert due_reminders(CASE, noon(3, 12), is_opened=False) == ["day 7", "unopened"]
    assert due_reminders(CASE, noon(3, 12), is_opened=True) == ["day 7"]


@pytest.mark.parametrize("state", CLOSED)
def test_a_closed_case_reminds_nobody(state: str) -> None:
    assert due_reminders(replace(CASE, state=state), noon(5, 1), is_opened=False) == []  # type: ignore[arg-type]


def test_days_are_days_where_the_controller_is() -> None:
    """In Helsinki it is the 6th at ten in the evening of the 5th in UTC."""
    assert due_reminders(CASE, datetime(2026, 3, 5, 21, 59, tzinfo=UTC), is_opened=True) == []
    assert due_reminders(CASE, datetime(2026, 3, 5, 22, 0, tzinfo=UTC), is_opened=True) == ["day 1"]


def office(cast: Cast) -> Company:
    """A controller with an officer for data protection, so that there is a second address."""
    company = claiming(cast, dpo={"email": None})
    changed = company.player.api.patch(
        f"{company.player.path}/controllers/{company.id}", json={"dpo": {"email": f"dpo@{company.player.slug}.example.org"}}
    )
    assert changed.status_code == 200, changed.text
    return company


async def tenant_of(superuser: asyncpg.Connection, company: Company) -> uuid.UUID:
    return await superuser.fetchval("SELECT id FROM tenants WHERE slug = $1", company.player.slug)  # type: ignore[no-any-return]


def reminders(post: PostOffice, to: str, reference: str, words: str) -> list[str]:
    return [text for text in map(text_of, post.to(to)) if reference in text and words in text]


@pytest.mark.usefixtures("as_worker")
async def test_each_is_sent_once_and_what_is_late_to_both(cast: Cast, post: PostOffice, superuser: asyncpg.Connection) -> None:
    company = office(cast)
    tenant = await tenant_of(superuser, company)
    first, second = (f"{name}@{company.player.slug}.example.org" for name in ("privacy", "dpo"))
    early, early_case = entered(company, days_ago=4, language="en")
    late, late_case = entered(company, days_ago=60)
    closed, closed_case = entered(company, days_ago=60)
    closed.did("complete")
    asked, asked_case = entered(company, days_ago=4)
    asked.did("ask-identity", method="outside")
    for _ in range(3):
        await look_after(tenant, tenant)
    assert wait_for(lambda: reminders(post, first, early_case["reference"], "odottaa vastausta"))
    assert wait_for(lambda: reminders(post, second, late_case["reference"], "piti vastata viimeistään"))
    kinds = [[event["details"]["kind"] for event in officer.events("request:remind")] for officer in (early, late, closed, asked)]
    assert [kinds[0], kinds[2], kinds[3]] == [["day 3"], [], []]
    # Whether today is a day for the weekly one depends on today.
    assert set(kinds[1]) <= {datetime.now(HELSINKI).date().isoformat(), "late"}
    assert len(reminders(post, first, early_case["reference"], "odottaa")) == 1
    assert len(reminders(post, second, late_case["reference"], "piti vastata")) == 1
    for reference in (closed_case["reference"], asked_case["reference"]):
        assert reminders(post, first, reference, "odottaa") == []


@pytest.mark.usefixtures("as_worker")
async def test_what_lies_unopened_for_a_week_is_brought_to_the_second_address(
    house: House, cast: Cast, post: PostOffice, superuser: asyncpg.Connection
) -> None:
    """Received a week ago, as the intake would have written it then."""
    company = office(cast)
    tenant = await tenant_of(superuser, company)
    (unopened, given), (opened, other) = opened_at(house, company), opened_at(house, company)
    opened.read()
    for officer in (unopened, opened):
        await superuser.execute("UPDATE requests SET received_at = received_at - interval '8 days' WHERE id = $1::text::uuid", officer.id)
    await look_after(tenant, tenant)
    to = f"dpo@{company.player.slug}.example.org"
    assert wait_for(lambda: reminders(post, to, given["reference"], "Kukaan ei ole avannut"))
    wait_for(lambda: len(opened.events("request:remind")) == 1)
    assert reminders(post, to, other["reference"], "") == []


@pytest.mark.usefixtures("as_worker")
async def test_every_tenant_is_looked_after_once_at_a_time(house: House, superuser: asyncpg.Connection) -> None:
    for _ in range(2):
        await look_after_all()
    waiting = await superuser.fetch("SELECT dedupe_key FROM pgqueuer WHERE entrypoint = $1 AND status = 'queued'", LOOK_AFTER)
    assert len({row["dedupe_key"] for row in waiting}) == len(waiting)
    wait_for(lambda: house.log.read_text().count(f'"job": "{LOOK_AFTER}"') > 0)
