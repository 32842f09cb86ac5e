"""An edition to export."""

from collections.abc import Sequence
from datetime import UTC, datetime

from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.exporting.editions import Edition
from service.notices.facts import Facts
from service.notices.schemas import Version
from tests.notices.exporting.contents import controller

AT = datetime(2026, 11, 25, 12, 30, 15, 123456, tzinfo=UTC)


def edition(
    sections: list[Section],
    *,
    facts: Facts | None = None,
    draft: bool = False,
    historical: bool = False,
    languages: Sequence[str] = ("fi", "sv", "en"),
    controllers: Sequence[ControllerSnapshot] | None = None,
    title: str = "Tietosuojaseloste",
) -> Edition:
    version = Version(3, AT, AT.date(), AT, {"fi": "Muutos."}, "material", historical, "ab" * 32, "cd" * 32)
    return Edition(
        "01890000-0000-7000-8000-0000000000aa",
        "/n/acme/asiakkaat",
        None if draft else version,
        3,
        AT,
        Content({"fi": title}, sections, None, facts),
        controllers or [controller()],
        list(languages),
        "fi",
    )
