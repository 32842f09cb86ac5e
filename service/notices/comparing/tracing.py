"""When a section last changed: one walk through a notice's versions, in the order in which they apply."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from service.notices.comparing.comparing import Change, Text, compare


class TracedVersion(msgspec.Struct):
    """What of a version is walked; `sections` is None where its text was taken down."""

    number: int
    effective_from: date
    published_at: datetime
    sections: list[Text] | None
    covers: dict[str, list[str]]


class SectionEvent(msgspec.Struct):
    number: Annotated[int, Meta(description="The version that brought the change.")]
    effective_from: date
    published_at: datetime
    change: Annotated[Change, Meta(description="Against the version that applied before.")]
    was: Annotated[str | None, Meta(description="The section's id before, where that was another.")]


class SectionHistory(msgspec.Struct):
    """One section through the versions, newest change first."""

    id: Annotated[str, Meta(description="As in the last version that has it.")]
    covers: list[str]
    heading: str
    present: Annotated[bool, Meta(description="Whether the version that applies last has it.")]
    changes: list[SectionEvent]


def trace(versions: Iterable[TracedVersion]) -> list[SectionHistory]:
    """`versions` in the order of (`effective_from`, `number`). Sections in the order of the last version, gone ones after."""
    histories: dict[str, SectionHistory] = {}
    gone: list[SectionHistory] = []
    before: list[Text] = []
    for version in versions:
        if version.sections is None:
            continue
        now: dict[str, SectionHistory] = {}
        for change in compare(before, version.sections):
            was = change.was or change.id
            event = SectionEvent(version.number, version.effective_from, version.published_at, change.change, change.was)
            if change.change == "removed":
                history = histories.pop(was)
                history.changes.append(event)
                gone.append(history)
                continue
            history = histories.pop(was) if change.change != "added" else SectionHistory(change.id, [], "", True, [])
            if change.change != "unchanged":
                history.changes.append(event)
            history.id, history.covers = change.id, version.covers.get(change.id, [])
            now[change.id] = history
        for section in version.sections:
            now[section.id].heading = section.heading
        histories, before = now, version.sections
    for history in gone:
        history.present = False
    traced = [*histories.values(), *reversed(gone)]
    for history in traced:
        history.changes.reverse()
    return traced
