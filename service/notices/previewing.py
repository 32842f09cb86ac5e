"""A draft as it would read, before it is published: its variables filled, its Markdown shown, what is unfilled told."""

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
from service.notices.content import ControllerSnapshot, languages_of
from service.notices.rendering import section_in
from service.notices.schemas import PublicSection
from service.notices.snapshotting import snapshots
from service.notices.variables import Unresolved, resolve
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope


class Preview(msgspec.Struct):
    """The draft in one language, as data; `html` of a section is what a page would show."""

    language: str
    languages: list[str]
    title: str
    register_name: str | None
    sections: list[PublicSection]
    unresolved: Annotated[list[Unresolved], Meta(description="Variables that cannot be filled, in all languages.")]


@get(
    drafting.PATH + "/preview",
    operation_id="previewDraft",
    summary="Preview the draft",
    tags=["Notices"],
    **requires(Scope.notices_read, problems=[errors.InvalidContent]),
)
async def preview_draft(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    language: Annotated[
        str | None, QueryParameter(name="language", max_length=3, description="By default the notice's default language.")
    ] = None,
) -> Response[Preview]:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        controllers = await snapshots(db, acting.tenant_id, row["controller_ids"])
    shown = drafting.language_of(row, language)
    # In a thread: a draft may be long, and nobody else waits for it.
    preview = await asyncio.to_thread(_preview, row, controllers, shown)
    return Response(preview, headers={"etag": f'"{row["revision"]}"', "cache-control": "no-store"})


def _preview(row: Any, controllers: Sequence[ControllerSnapshot], shown: str) -> Preview:
    default = row["default_language"]
    resolved = resolve(drafting.content_of(row), controllers)
    content, titles = resolved.content, msgspec.json.decode(row["title"])
    return Preview(
        language=shown,
        languages=languages_of(content, default, row["languages"]),
        title=content.title.get(shown) or content.title.get(default) or titles.get(shown) or titles[default],
        register_name=(content.register_name or {}).get(shown),
        sections=[section_in(section, shown, default) for section in content.sections],
        unresolved=resolved.unresolved,
    )
