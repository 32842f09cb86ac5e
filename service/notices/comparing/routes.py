"""What publishing the draft would change, with a proposal of what to say of it; and when each section last changed."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from service import errors
from service.guarding import requires
from service.notices import drafting
from service.notices.comparing.comparing import SectionChange, Span, Text, compare, words
from service.notices.comparing.proposing import Proposal, first_version, propose
from service.notices.comparing.tracing import SectionHistory, TracedVersion, trace
from service.notices.content import Content, ControllerSnapshot, Section, languages_of
from service.notices.freezing import Canonical, frozen
from service.notices.rendering import controller_lines
from service.notices.snapshotting import snapshots
from service.notices.variables import resolve
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope

# Such a version never applied.
_RECALLED = "EXISTS (SELECT FROM version_fates f WHERE f.tenant_id = v.tenant_id AND f.version_id = v.id AND f.fate = 'recalled')"


class LanguageChanges(msgspec.Struct):
    title: list[Span]
    sections: list[SectionChange]


class DraftChanges(msgspec.Struct):
    """From the version that applies last to the draft. Taking the `insert` spans away gives the version, the `delete` spans the draft."""

    against: Annotated[int | None, Meta(description="The version compared with; null before the first publication.")]
    languages: dict[str, LanguageChanges]
    controllers: Annotated[list[Span], Meta(description="The controllers' details as published, and as they are now.")]
    facts_changed: bool
    proposed: Annotated[Proposal | None, Meta(description="For `publishVersion`, once somebody has read it; null where nothing changed.")]


class SectionHistories(msgspec.Struct):
    language: str
    sections: list[SectionHistory]


@get(
    drafting.PATH + "/changes",
    operation_id="compareDraft",
    summary="What publishing the draft would change",
    tags=["Notices"],
    **requires(Scope.notices_read),
)
async def compare_draft(acting: NamedDependency[Acting], notice: FromPath[str]) -> Response[DraftChanges]:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        controllers = await snapshots(db, acting.tenant_id, row["controller_ids"])
        newest = await db.fetchval(
            f"""SELECT c.canonical FROM versions v JOIN version_contents c ON c.tenant_id = v.tenant_id AND c.id = v.id
                WHERE v.tenant_id = $1 AND v.notice_id = $2 AND NOT {_RECALLED} ORDER BY v.effective_from DESC, v.number DESC LIMIT 1""",
            acting.tenant_id,
            row["id"],
        )
    content = resolve(drafting.content_of(row), controllers).content
    titled = msgspec.structs.replace(content, title={**msgspec.json.decode(row["title"]), **content.title})
    shown = languages_of(content, row["default_language"], row["languages"])
    version = frozen(newest) if newest else None
    changes = await asyncio.to_thread(_changes, version, titled, controllers, shown, row["default_language"])
    return Response(changes, headers={"etag": f'"{row["revision"]}"', "cache-control": "no-store"})


@get(
    "/v1/tenants/{tenant:str}/notices/{notice:str}/sections",
    operation_id="traceSections",
    summary="When each section last changed",
    tags=["Versions"],
    **requires(Scope.notices_read, problems=[errors.InvalidContent]),
)
async def trace_sections(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    language: Annotated[
        str | None, QueryParameter(name="language", max_length=3, description="By default the notice's default language.")
    ] = None,
) -> SectionHistories:
    """Through all published versions, in the order in which they apply; `covers` tells which section is the one on retention."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        shown = drafting.language_of(row, language)
        rows = await db.fetch(
            f"""SELECT v.number, v.effective_from, v.published_at, c.canonical
                FROM versions v LEFT JOIN version_contents c ON c.tenant_id = v.tenant_id AND c.id = v.id
                WHERE v.tenant_id = $1 AND v.notice_id = $2 AND NOT {_RECALLED} ORDER BY v.effective_from, v.number""",
            acting.tenant_id,
            row["id"],
        )
    return SectionHistories(shown, await asyncio.to_thread(lambda: trace(_traced(version, shown) for version in rows)))


def _traced(row: Any, language: str) -> TracedVersion:
    given = (row["number"], row["effective_from"], row["published_at"])
    if row["canonical"] is None:
        return TracedVersion(*given, None, {})
    version = frozen(row["canonical"])
    sections = msgspec.convert(version.sections, list[Section])
    covers = {section.id: section.covers or [] for section in sections}
    return TracedVersion(*given, texts(sections, language, version.default_language), covers)


def _changes(
    version: Canonical | None, content: Content, controllers: Sequence[ControllerSnapshot], shown: Sequence[str], default: str
) -> DraftChanges:
    old = Content(version.title, msgspec.convert(version.sections, list[Section])) if version else Content()
    old_default = version.default_language if version else default
    languages = {
        language: LanguageChanges(
            words(_in(old.title, language, old_default), _in(content.title, language, default)),
            compare(texts(old.sections, language, old_default), texts(content.sections, language, default)),
        )
        for language in dict.fromkeys([*shown, *(version.languages if version else [])])
    }
    now, then = (_lines(controllers), _lines(msgspec.convert(version.controllers, list[ControllerSnapshot])) if version else "")
    facts_changed = version is not None and msgspec.to_builtins(content.facts) != version.facts
    spans = words(then, now)
    anything = facts_changed or any(span.op != "equal" for span in spans) or _differs(languages)
    proposed = first_version(shown) if version is None else None
    if version is not None and anything:
        sections = [*old.sections, *content.sections]
        proposed = propose(
            {language: change.sections for language, change in languages.items()},
            {section.id: section.covers or [section.id] for section in sections},
            {
                language: {one.id: one.heading.get(language) or _in(one.heading, language, default) for one in sections}
                for language in languages
            },
            controllers_changed=now != then,
            facts_changed=facts_changed,
        )
    return DraftChanges(version.number if version else None, languages, spans, facts_changed, proposed)


def texts(sections: Sequence[Section], language: str, default: str) -> list[Text]:
    """Each section as a reader of `language` sees it."""
    return [Text(section.id, _in(section.heading, language, default), _in(section.body, language, default)) for section in sections]


def _in(told: dict[str, str], language: str, default: str) -> str:
    return told.get(language) or told.get(default, "")


def _lines(controllers: Sequence[ControllerSnapshot]) -> str:
    return "; ".join(" · ".join(controller_lines(controller)) for controller in controllers)


def _differs(languages: dict[str, LanguageChanges]) -> bool:
    return any(
        any(span.op != "equal" for span in change.title) or any(section.change != "unchanged" for section in change.sections)
        for change in languages.values()
    )
