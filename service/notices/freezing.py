"""What a published version holds for ever, as the bytes that its hash is of; and from them back to what they say."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import rfc8785

from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.facts import Facts


class Canonical(msgspec.Struct):
    """What a version's hash is of: RFC 8785 of this. It holds no hash of itself, no slug, no address, no markup."""

    tenant_id: str
    notice_id: str
    kind: str
    number: int
    published_at: str
    effective_from: str
    time_zone: str
    significance: str
    historical: bool
    change_note: dict[str, str]
    default_language: str
    languages: list[str]
    title: dict[str, str]
    register_name: dict[str, str] | None
    sections: list[dict[str, Any]]
    facts: dict[str, Any] | None
    controllers: list[dict[str, Any]]
    previous_hash: str | None
    format: Literal["seloste-version/1"] = "seloste-version/1"

    def encode(self) -> bytes:
        return rfc8785.dumps(msgspec.to_builtins(self))

    @property
    def substance(self) -> tuple[Any, ...]:
        """What makes a version another than the one before: its text, its facts, its controllers."""
        return (self.title, self.register_name, self.sections, self.facts, self.languages, self.controllers)


def frozen(canonical: bytes) -> Canonical:
    return msgspec.json.decode(canonical, type=Canonical)


def content_in(version: Canonical) -> Content:
    """As it was published, its variables filled."""
    sections = msgspec.convert(version.sections, list[Section])
    return Content(version.title, sections, version.register_name, msgspec.convert(version.facts, Facts | None))


def controllers_in(version: Canonical) -> Sequence[ControllerSnapshot]:
    """As they stood."""
    return msgspec.convert(version.controllers, list[ControllerSnapshot])
