"""What an export is made of: a version, or a draft that may become one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.rendering import Reading
from service.notices.schemas import Version


@dataclass(frozen=True)
class Edition:
    """Of a draft, `version` is None and `number` the one that it would get; `at` is when it was published or last written.

    `url` is the notice's address: relative in what is stored, absolute in what is handed out as a file.
    """

    notice_id: str
    url: str
    version: Version | None
    number: int
    at: datetime
    content: Content
    controllers: Sequence[ControllerSnapshot]
    languages: Sequence[str]
    default_language: str

    def title(self, language: str) -> str:
        return self.content.title.get(language) or self.content.title.get(self.default_language, "")


def edition_of(reading: Reading, notice_id: str) -> Edition:
    version = reading.version
    return Edition(
        notice_id,
        reading.base,
        version,
        version.number,
        version.published_at,
        reading.content,
        reading.controllers,
        reading.languages,
        reading.default_language,
    )


def in_language(content: Content, language: str) -> Content:
    """The content with the texts of one language alone. Facts tell all of theirs: they are one set of data."""

    def only(texts: dict[str, str] | None) -> dict[str, str]:
        return {code: text for code, text in (texts or {}).items() if code == language}

    sections = [Section(section.id, only(section.heading), only(section.body), section.covers) for section in content.sections]
    return Content(only(content.title), sections, only(content.register_name) or None, content.facts)
