"""Which version applied, or will apply, on a day: by law, and so also from before the notice was published here."""

import re
from datetime import date
from typing import Annotated

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath, PathParameter

from service.errors import MalformedRequest, NotFound
from service.hosting.answering import form_of, lead, wanted_language
from service.hosting.closing import check_not_ended
from service.hosting.finding import BASE, Asked, head_at, leading
from service.hosting.relating import address, of_history
from service.notices import timing


@get(
    BASE + "/at/{day:str}",
    operation_id="readNoticeAt",
    summary="The version in legal force on a day",
    **leading(
        "Leads (302) to the version that applied at the end of that day in the notice's time zone; a day ahead is told by what is announced"
    ),
)
async def read_at(
    request: Asked,
    state: State,
    tenant: FromPath[str],
    notice: FromPath[str],
    day: Annotated[str, PathParameter(description="`2024-05-25`; with `.json`, `.md`, ... for another form than the page.")],
) -> Response[bytes]:
    head, form = await head_at(request, state, tenant, notice), form_of(day)
    asked = _day(form.name)
    version = timing.applying_on(head.schedule, asked)
    if version is None:
        begun = [version.effective_from for version in head.schedule if version.recalled is None]
        first = f"The first that is known applies from {min(begun)}." if begun else "All versions were recalled before their day."
        raise NotFound(f"No version of the notice applied on {asked}. {first}")
    await check_not_ended(state, head, asked, day)
    language = wanted_language(request, version.languages, version.languages[0])
    return lead(address(head, version, language, form.ending), vary="Accept-Language", link=of_history(head))


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise MalformedRequest("A day is written 2024-05-25, and must be one that the calendar has.")
