"""What a reading is related to, as `Link` headers on every form of it: RFC 5829 (versions), 6903 (privacy policy), 7089 (the past)."""

from datetime import datetime
from email.utils import format_datetime

from service import clock
from service.hosting.answering import Form
from service.hosting.heads import Head
from service.notices import timing
from service.notices.timing import Scheduled

LINK_FORMAT = "application/link-format"
ATOM = "application/atom+xml"


def link(target: str, relation: str, **attributes: str) -> str:
    return "; ".join([f"<{target}>", f'rel="{relation}"', *(f'{name}="{value}"' for name, value in attributes.items())])


def http_date(instant: datetime) -> str:
    """`Thu, 31 May 2007 20:35:00 GMT`."""
    return format_datetime(instant.replace(microsecond=0), usegmt=True)


def address(head: Head, version: Scheduled, language: str, ending: str = "") -> str:
    """Where a version stands for ever, in that language if it has it."""
    shown = language if language in version.languages else version.languages[0]
    return f"{head.address}/v/{version.number}/{shown}{ending}"


def of_history(head: Head) -> str:
    return ", ".join(_of_all(head))


def of_present(origin: str, head: Head, version: Scheduled, form: Form, *, gate: bool) -> str:
    """Of the version in force; `gate` says whether its address is also the one that leads back in time."""
    links = [*_of_all(head), link(head.address, "privacy-policy")]
    if before := timing.predecessor(head.schedule, version):
        links.append(link(address(head, before, form.name), "predecessor-version"))
    _, *coming = timing.ahead(head.schedule, clock.now())
    if coming and coming[0].redacted is None:
        links.append(link(address(head, coming[0], form.name), "successor-version"))
    # What is neither a TimeGate nor a memento names no original (RFC 7089 section 4.2).
    time = of_time(origin, head, form.ending)
    return ", ".join([*links, *(time if gate else time[1:])])


def of_version(origin: str, head: Head, version: Scheduled, form: Form) -> tuple[str, datetime | None]:
    """Of what a version says for ever, and since when it has been a memento, if it is one. Once in force these never change.

    So neither what comes after it is named nor which is the last: the TimeMap tells.
    """
    links = [link(f"{head.address}/history", "version-history"), link(head.address, "latest-version")]
    if before := timing.predecessor(head.schedule, version):
        links.append(link(address(head, before, form.name), "predecessor-version"))
    shown = timing.mementos(head.schedule, clock.now())
    if version not in shown or form.name not in version.languages:
        return ", ".join(links), None
    links += of_time(origin, head, form.ending)
    place = shown.index(version)
    links += among(origin, head, form, {"first": shown[0], "prev": shown[place - 1] if place else None})
    return ", ".join(links), version.in_force_at


def of_time(origin: str, head: Head, ending: str = "") -> list[str]:
    """The original first. All are absolute: clients of Memento compare addresses."""
    original = origin + head.address
    timemap = link(f"{original}/timemap", "timemap", type=LINK_FORMAT)
    return [link(original, "original"), link(original + ending, "timegate"), timemap]


def among(origin: str, head: Head, form: Form, places: dict[str, Scheduled | None]) -> list[str]:
    """Links to mementos by their places (`first`, `prev`, ...), one for each memento."""
    mementos = {version.number: version for version in places.values() if version}
    return [
        link(
            origin + address(head, version, form.name, form.ending),
            " ".join([*(place for place, other in places.items() if place and other is version), "memento"]),
            datetime=http_date(version.in_force_at),
        )
        for version in mementos.values()
    ]


def _of_all(head: Head) -> list[str]:
    history = f"{head.address}/history"
    return [link(history, "version-history"), link(head.address, "latest-version"), link(f"{history}.atom", "alternate", type=ATOM)]
