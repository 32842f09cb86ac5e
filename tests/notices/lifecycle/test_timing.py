"""Which version applies when, and which comes next: the rule by itself, and against a slow but plain statement of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

from service.notices.schemas import Fate
from service.notices.timing import Scheduled, ahead, in_force

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def on(number: int, day: int, *, recalled: bool = False, published: int = 0) -> Scheduled:
    starts = DAY + timedelta(days=day)
    fate = Fate(DAY) if recalled else None
    return Scheduled(number, starts.date(), max(starts, DAY + timedelta(days=published)), False, ["fi"], fate)


def numbers(schedule: list[Scheduled], day: float) -> list[int]:
    return [version.number for version in ahead(schedule, DAY + timedelta(days=day))]


def test_each_takes_over_on_its_day() -> None:
    schedule = [on(1, 0), on(2, 10), on(3, 20)]
    assert numbers(schedule, 0) == [1, 2, 3]
    assert numbers(schedule, 9.99) == [1, 2, 3]
    assert numbers(schedule, 10) == [2, 3]
    assert numbers(schedule, 100) == [3]
    assert numbers(schedule, -1) == [1, 2, 3], "before the first day they are all to come"


def test_one_that_was_recalled_never_applies() -> None:
    schedule = [on(1, 0), on(2, 10, recalled=True), on(3, 20)]
    assert numbers(schedule, 15) == [1, 3]
    assert numbers([on(1, 0, recalled=True)], 5) == []
    assert in_force([on(1, 0, recalled=True)], DAY + timedelta(days=5)) is None


def test_of_two_on_one_day_the_higher_number_applies_and_the_other_is_never_announced() -> None:
    assert numbers([on(1, 0), on(2, 10), on(3, 10)], 5) == [1, 3]
    assert numbers([on(2, 10), on(3, 10)], 5) == [3]


def test_one_with_an_earlier_day_than_what_applies_never_takes_over() -> None:
    schedule = [on(1, 0), on(2, 10), Scheduled(3, date(2019, 1, 1), DAY + timedelta(days=12), True, ["fi"])]
    assert numbers(schedule, 11) == [2]


def test_what_is_ahead_is_what_asking_each_day_finds() -> None:
    random = Random(7)
    for _ in range(300):
        schedule = [on(n + 1, random.randrange(12), recalled=random.random() < 0.2, published=random.randrange(6)) for n in range(8)]
        begin = random.randrange(12)
        found = []
        for day in range(begin, 20):
            version = in_force(schedule, DAY + timedelta(days=day))
            if version is not None and version not in found:
                found.append(version)
        assert ahead(schedule, DAY + timedelta(days=begin)) == found
        assert all(a.place < b.place for a, b in pairwise(found))
