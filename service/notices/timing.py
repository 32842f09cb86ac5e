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


def mementos(schedule: Sequence[Scheduled], at: datetime) -> list[Scheduled]:
    """Those that have come into force here by `at`, in that order: what readers of the notice were shown, one after the other.

    Who is in this list stays in it. A version from before Seloste was never shown, so it is no memento (RFC 7089).
    """
    shown = ahead(schedule, datetime.min.replace(tzinfo=UTC))
    return [version for version in shown if version.in_force_at <= at and not version.historical]


def applying_on(schedule: Sequence[Scheduled], day: date) -> Scheduled | None:
    """In legal force at the end of that day, by what is published now: what is announced counts, and so do versions from before."""
    begun = [version for version in schedule if version.recalled is None and version.effective_from <= day]
    return max(begun, key=lambda version: version.place, default=None)


def predecessor(schedule: Sequence[Scheduled], version: Scheduled) -> Scheduled | None:
    """Which applied before it. Of those numbered lower alone: once it is in force, no later publication changes that."""
    earlier = [v for v in schedule if v.number < version.number and v.place < version.place and v.recalled is None]
    return max(earlier, key=lambda other: other.place, default=None)
