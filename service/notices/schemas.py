"""Shapes of the notices API."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from litestar.params import PathParameter
from msgspec import UNSET, Meta, UnsetType

from service.languages import Language
from service.notices.content import Line, Section
from service.notices.facts import Facts
from service.texts import Input

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9-]{3,63}$", description="Part of the public address, so choose it to last.")]
NoticeKind = Annotated[str, Meta(pattern=r"^[a-z_]{3,40}$", description="`privacy_notice`, or another kind of your own.")]
Significance = Annotated[
    Literal["editorial", "material"],
    Meta(description="`material`: it changes what happens to people's data or what they can do about it (WP260 rev.01)."),
]


Number = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
Told = Annotated[dict[Language, Annotated[str, Meta(min_length=1, max_length=2000)]], Meta(max_length=20)]


RequestsTo = Annotated[
    UUID, Meta(description="Which of several controllers requests go to, as they agreed (Art. 26). Null: the person is asked which one.")
]


class NewNotice(Input):
    """A notice to be. It starts with an empty draft."""

    slug: Slug
    title: dict[Language, Line]
    default_language: Language
    languages: Annotated[list[Language], Meta(min_length=1, max_length=20)]
    controller_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100, description="The first one's time zone is the notice's.")]
    kind: NoticeKind = "privacy_notice"
    requests_to: RequestsTo | None = None


class ReasonGiven(Input):
    """Why, for everybody to read; it may be left out."""

    reason: Told = {}
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


class NoticeChange(Input):
    title: dict[Language, Line] | UnsetType = UNSET
    default_language: Language | UnsetType = UNSET
    languages: Annotated[list[Language], Meta(min_length=1, max_length=20)] | UnsetType = UNSET
    controller_ids: Annotated[list[UUID], Meta(min_length=1, max_length=100)] | UnsetType = UNSET
    requests_to: RequestsTo | None | UnsetType = UNSET


class Fate(msgspec.Struct):
    """What befell a notice or a version, when, and why if that was said."""

    at: datetime
    reason: dict[str, str] = {}


class Succession(Fate):
    """The notice has ended."""

    successor: Annotated[UUID | None, Meta(description="The notice to which its addresses lead; null: it was retired.")] = None


class Notice(msgspec.Struct):
    id: UUID
    slug: str
    kind: str
    title: dict[str, str]
    default_language: str
    languages: list[str]
    controller_ids: list[UUID]
    requests_to: UUID | None
    latest_version: Annotated[int | None, Meta(description="The highest version number; null before the first publication.")]
    url: Annotated[str, Meta(description="The public address; it answers once a version is in force.")]
    former_slugs: Annotated[list[str], Meta(description="Addresses with these go on working.")]
    withdrawal: Annotated[Fate | None, Meta(description="Null: it was not withdrawn, or was put back.")]
    succession: Succession | None
    created_at: datetime
    updated_at: datetime


class NoticePage(msgspec.Struct):
    items: list[Notice]
    next_cursor: str | None


class Draft(msgspec.Struct):
    """The draft. Its ETag comes as a header; send it back as If-Match to change or publish exactly what you read."""

    title: dict[str, str]
    sections: list[Section]
    register_name: dict[str, str] | None
    facts: Facts | None
    updated_at: datetime


class DraftChange(Input):
    """What is left out stays as it is; null empties."""

    title: dict[Language, Line] | UnsetType = UNSET
    sections: Annotated[list[Section], Meta(max_length=200)] | UnsetType = UNSET
    register_name: dict[Language, Line] | None | UnsetType = UNSET
    facts: Facts | None | UnsetType = UNSET


class NewVersion(Input):
    """Publish the draft. `effective_from` may lie ahead; behind today only with `historical`."""

    change_note: Annotated[dict[Language, Annotated[str, Meta(max_length=2000)]], Meta(min_length=1)]
    significance: Significance
    effective_from: date | None = None
    historical: Annotated[bool, Meta(description="A version from before Seloste, brought in with its own date.")] = False
    many_lines: ClassVar[frozenset[str]] = frozenset({"change_note"})


class Version(msgspec.Struct):
    number: int
    published_at: datetime
    effective_from: Annotated[date, Meta(description="The day from which it applies; it begins at 00:00 in the notice's zone.")]
    effective_at: Annotated[datetime, Meta(description="That instant, in UTC.")]
    change_note: dict[str, str]
    significance: Significance
    historical: bool
    content_hash: Annotated[str, Meta(description="SHA-256 of canonical.json, in hex.")]
    previous_hash: Annotated[str | None, Meta(description="The hash of the version numbered one lower; null at 1.")]


class VersionWithLinks(Version):
    languages: list[str]
    recalled: Annotated[Fate | None, Meta(description="It was recalled before its day and never comes into force.")]
    redacted: Annotated[Fate | None, Meta(description="Its text was taken down; hash and dates stay.")]
    links: Annotated[dict[str, str], Meta(description="Relative to this document's address.")]


class VersionPage(msgspec.Struct):
    items: list[VersionWithLinks]
    next_cursor: str | None


class VersionDetail(VersionWithLinks):
    content: Annotated[dict[str, Any] | None, Meta(description="canonical.json as data; null where it was taken down.")]


# What the world reads.


class PublicNotice(msgspec.Struct):
    tenant: str
    slug: str
    kind: str
    url: str


class Face(msgspec.Struct):
    """What a notice is called and whose it is, for pages that show no version of it."""

    title: dict[str, str]
    controllers: list[str]
    time_zone: str


class PublicSection(msgspec.Struct):
    id: str
    covers: list[str]
    heading: str
    anchor: str
    language: Annotated[str, Meta(description="Another than the document's when the section was not written in that.")]
    markdown: str
    html: str


class PublicVersion(msgspec.Struct):
    """One version in one language."""

    notice: PublicNotice
    version: Version
    language: str
    languages: list[str]
    controllers: list[dict[str, Any]]
    title: str
    register_name: str | None
    sections: list[PublicSection]
    facts: dict[str, Any] | None
    links: dict[str, str]


class Coming(msgspec.Struct):
    """The version that takes over next."""

    number: int
    effective_from: date
    effective_at: datetime
    significance: Significance
    change_note: dict[str, str]
    links: dict[str, str]


class VersionInForce(PublicVersion):
    """The version in force in one language, and what will change."""

    coming: Annotated[Coming | None, Meta(description="Published already, and in force from its day.")]


class PublicHistory(msgspec.Struct):
    """Every version, newest first."""

    notice: PublicNotice
    versions: list[VersionWithLinks]
    withdrawal: Fate | None
    succession: Succession | None
