"""Back in time by Memento (RFC 7089): the notice's address is its TimeGate, `/timemap` lists what it showed and from when.

A memento is a version that came into force here; its datetime is the instant from which readers were shown it. What applied
by law on a day, also before the notice came here, is asked at `/at/{date}`.
"""

import re
from bisect import bisect_right
from datetime import UTC, datetime

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from service import clock
from service.errors import MalformedRequest, NotFound
from service.hosting.answering import CURRENT, Form, answer, lead, wanted_language
from service.hosting.finding import BASE, Asked, head_at, reading
from service.hosting.heads import Copy, Head
from service.hosting.relating import LINK_FORMAT, address, among, http_date, link, of_history, of_time
from service.notices import timing

NEGOTIATED = "Accept-Language, Accept-Datetime, Accept-Encoding"

_DAYS = "Mon Tue Wed Thu Fri Sat Sun"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    rf"(?:{_DAYS.replace(' ', '|')}), ([0-9]{{2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}}) ([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}}) GMT"
)


def is_asked_for_the_past(request: Asked) -> bool:
    return "accept-datetime" in request.headers


def lead_back(request: Asked, state: State, head: Head, ending: str) -> Response[bytes]:
    """To the memento of the time that is asked for; to the first for a time before it, to the last for one after it.

    Whatever befell the notice since, this answers for what it showed. A text that was taken down says so at its own address.
    """
    origin = state.settings.public_origin
    time = of_time(origin, head, ending)
    as_gate = {"vary": NEGOTIATED, "link": ", ".join(time)}
    asked = _instant(request.headers.getall("accept-datetime"))
    if asked is None:
        raise MalformedRequest("Accept-Datetime is one date of the form `Thu, 31 May 2007 20:35:00 GMT`.", headers=as_gate)
    shown = timing.mementos(head.schedule, clock.now())
    if not shown:
        raise NotFound(
            "No version of the notice has been in force on this service. Its history lists those that there are.", headers=as_gate
        )
    # To the second, as Memento-Datetime tells it.
    place = max(0, bisect_right(shown, asked, key=lambda version: version.in_force_at.replace(microsecond=0)) - 1)
    version = shown[place]
    language = wanted_language(request, version.languages, version.languages[0])
    around = {
        "first": shown[0],
        "prev": shown[place - 1] if place else None,
        "": version,
        "next": shown[place + 1] if place + 1 < len(shown) else None,
        "last": shown[-1],
    }
    links = [*time, *among(origin, head, Form(language, ending), around)]
    return lead(address(head, version, language, ending), vary=NEGOTIATED, link=", ".join(links))


def _instant(given: list[str]) -> datetime | None:
    """RFC 1123's date, letter by letter (RFC 7089 section 2.1.1). The day's name adds nothing, so it is not compared."""
    match = _DATE.fullmatch(given[0]) if len(given) == 1 else None
    if match is None:
        return None
    day, month, year, hour, minute, second = match.groups()
    try:
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None


@get(
    BASE + "/timemap",
    operation_id="readTimeMap",
    summary="Every version that was in force, for Memento clients",
    **reading("The TimeMap (RFC 7089), as `application/link-format`", media_type=LINK_FORMAT),
)
async def read_timemap(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    head = await head_at(request, state, tenant, notice)
    copy = Copy.of(LINK_FORMAT, _timemap(state.settings.public_origin, head))
    return answer(request, copy, cache=CURRENT, links=of_history(head), standing=head.standing())


def _timemap(origin: str, head: Head) -> bytes:
    original, timegate, _ = of_time(origin, head)
    shown = timing.mementos(head.schedule, clock.now())
    period = {"from": http_date(shown[0].in_force_at), "until": http_date(shown[-1].in_force_at)} if shown else {}
    itself = link(f"{origin}{head.address}/timemap", "self", type=LINK_FORMAT, **period)
    links = [original, timegate, itself]
    for version in shown:
        ends = [place for place, end in (("first", shown[0]), ("last", shown[-1])) if end is version]
        for language in version.languages:
            # One address is the first and one the last, though a version may be there in several languages.
            relation = " ".join([*(ends if language == version.languages[0] else []), "memento"])
            there = origin + address(head, version, language)
            links.append(link(there, relation, datetime=http_date(version.in_force_at), hreflang=language))
    return ",\n".join(links).encode() + b"\n"
