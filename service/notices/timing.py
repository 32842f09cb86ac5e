"""Which version applies when. Pure: the time is a parameter.

A version comes into force at the later of its day's beginning and its publication. In force is, of those that were not
recalled, the one with the greatest (`effective_from`, `number`) whose time has come.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec

from service.notices.schemas import Fate


class Scheduled(msgspec.Struct):
    """What must be known of a version to choose the one to show; `in_force_at` is the later of effective and published."""

    number: int
    effective_from: date
    in_force_at: datetime
    historical: bool
    languages: list[str]
    recalled: Fate | None = None
    redacted: Fate | None = None

    @property
    def place(self) -> tuple[date, int]:
        """The greater one applies."""
        return self.effective_from, self.number


def in_force(schedule: Sequence[Scheduled], at: datetime) -> Scheduled | None:
    """One whose text was taken down goes on being in force: there is no other that is."""
    due = [version for version in schedule if version.recalled is None and version.in_force_at <= at]
    return max(due, key=lambda version: version.place, default=None)


def ahead(schedule: Sequence[Scheduled], at: datetime) -> list[Scheduled]:
    """The one in force at that time, if any, and those that will take over from it, each in its turn."""
    first = in_force(schedule, at)
    waiting = [version for version in schedule if version.recalled is None and version.in_force_at > at]
    taking_over = [first] if first else []
    for version in sorted(waiting, key=lambda version: (version.in_force_at, version.place)):
        if taking_over and version.place < taking_over[-1].place:
            continue
        if taking_over and taking_over[-1].in_force_at == version.in_force_at and taking_over[-1] is not first:
            taking_over.pop()
        taking_over.append(version)
    return taking_over


def unchanging(schedule: Sequence[Scheduled], at: datetime) -> tuple[datetime, datetime]:
    """From when (inclusive) until when around `at` the clock alone changes nothing: no version comes into force in between."""
    instants = [version.in_force_at for version in schedule]
    since = max((instant for instant in instants if instant <= at), default=datetime.min.replace(tzinfo=UTC))
    return since, min((instant for instant in instants if instant > at), default=datetime.max.replace(tzinfo=UTC))
