"""Exports for the management API: a version or the draft as a file."""

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, PathParameter, QueryParameter

from service import errors
from service.errors import NotFound, VersionRedacted
from service.guarding import requires
from service.notices import drafting, rendering
from service.notices.content import languages_of
from service.notices.describing import find
from service.notices.exporting import markdown, tilt
from service.notices.exporting.editions import Edition, edition_of, in_language
from service.notices.exporting.offering import has_tilt
from service.notices.exporting.pdf import to_pdfs
from service.notices.exporting.renditions import PDF
from service.notices.freezing import content_in, controllers_in, frozen
from service.notices.publishing import titled
from service.notices.rendering import Reading
from service.notices.schemas import PublicNotice, Version
from service.notices.showing import VERSIONS, pdfs, with_links
from service.notices.snapshotting import snapshots
from service.notices.variables import resolve
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope

VERSION_PATH = "/v1/tenants/{tenant:str}/notices/{notice:str}/versions/{number:int}/export"
Format = Annotated[
    Literal["json", "markdown", "html", "pdf", "tilt"],
    QueryParameter(name="format", description="`tilt` is TILT, the Transparency Information Language, as JSON."),
]
DraftFormat = Annotated[Literal["json", "markdown", "pdf", "tilt"], QueryParameter(name="format", description="As of a version.")]
Chosen = Annotated[
    str | None,
    QueryParameter(
        name="language", max_length=3, description="By default the notice's default language; JSON then holds all of its languages."
    ),
]
_ENDINGS = {
    "json": (".json", rendering.JSON),
    "markdown": (".md", rendering.MARKDOWN),
    "html": (".html", rendering.HTML),
    "pdf": (".pdf", PDF),
    "tilt": (".tilt.json", rendering.JSON),
}


class _File(NamedTuple):
    body: bytes
    form: str
    name: str

    def answer(self, etag: str) -> Response[bytes]:
        ending, media_type = _ENDINGS[self.form]
        disposition = f'attachment; filename="{self.name}{ending}"'
        headers = {"content-type": media_type, "content-disposition": disposition, "etag": etag, "cache-control": "no-store"}
        return Response(self.body, headers=headers)


def _exporting(problems: list[type[errors.Problem]]) -> dict[str, Any]:
    described = requires(Scope.notices_read, problems=[errors.InvalidContent, *problems])
    file = ResponseSpec(bytes, media_type="application/octet-stream", description="The file", generate_examples=False)
    return {**described, "responses": {200: file, **described["responses"]}}


@get(VERSION_PATH, operation_id="exportVersion", summary="Export a version", tags=["Versions"], **_exporting([VersionRedacted]))
async def export_version(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    number: Annotated[int, PathParameter(ge=1, le=2**31 - 1)],
    state: State,
    format: Format,  # noqa: A002 — a refusal names the parameter as it is called here
    language: Chosen = None,
) -> Response[bytes]:
    """What an export of ours holds, an import brings back: JSON, Markdown with front matter, TILT."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await find(db, acting.tenant_id, notice)
        version = await db.fetchrow(VERSIONS + "AND v.number = $3", acting.tenant_id, row["id"], number)
        if version is None:
            raise NotFound("The notice has no version with this number.")
        canonical = await db.fetchval(
            "SELECT canonical FROM version_contents WHERE tenant_id = $1 AND id = $2", acting.tenant_id, version["id"]
        )
        papers = await pdfs(db, acting.tenant_id, row["id"])
    if canonical is None:
        raise VersionRedacted("The text of this version was taken down.", members={"number": number})
    base = f"/n/{acting.tenant_slug}/{row['slug']}"
    public = PublicNotice(acting.tenant_slug, row["slug"], row["kind"], state.settings.public_origin + base)
    reading = _reading(public, version, canonical, papers.get(number, ()))
    shown = _language(language, reading.languages, reading.default_language)
    if format == "json" and language is None:
        body, part = canonical, ""
    else:
        # A long text takes its time; the event loop turns meanwhile.
        body, part = await asyncio.to_thread(_version_body, reading, str(row["id"]), format, shown), f"-{shown}"
    return _File(body, format, f"{row['slug']}-v{number}{part}").answer(f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _reading(notice: PublicNotice, row: Any, canonical: bytes, papers: Collection[str]) -> Reading:
    version, shown = frozen(canonical), with_links(notice.url, row)
    return Reading(
        notice,
        Version(**{name: getattr(shown, name) for name in Version.__struct_fields__}),
        content_in(version),
        controllers_in(version),
        version.languages,
        version.default_language,
        None,
        pdfs=papers,
    )


def _version_body(reading: Reading, notice_id: str, form: str, language: str) -> bytes:
    if form == "html":
        return rendering.render_page(reading, language)
    if form == "json":
        return rendering.render_data(reading, language)
    edition = edition_of(reading, notice_id)
    if form == "markdown":
        version = reading.version
        told = {"number": version.number, "effective_from": version.effective_from.isoformat(), "content_hash": version.content_hash}
        return markdown.write(reading.content, language, told).encode()
    return _made(edition, form, language)


@get(drafting.PATH + "/export", operation_id="exportDraft", summary="Export the draft", tags=["Notices"], **_exporting([]))
async def export_draft(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    state: State,
    format: DraftFormat,  # noqa: A002 — as above
    language: Chosen = None,
) -> Response[bytes]:
    """JSON and Markdown keep the variables, so that importing them brings the draft back; TILT and PDF show them filled.
    The ETag is the draft's, for If-Match."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        controllers = await snapshots(db, acting.tenant_id, row["controller_ids"])
        latest = await db.fetchval("SELECT max(number) FROM versions WHERE tenant_id = $1 AND notice_id = $2", acting.tenant_id, row["id"])
    content = drafting.content_of(row)
    shown = _language(language, row["languages"], row["default_language"])
    if format == "json" and language is None:
        body, part = msgspec.json.encode(content), ""
    else:
        url = f"{state.settings.public_origin}/n/{acting.tenant_slug}/{row['slug']}"
        edition = Edition(
            str(row["id"]), url, None, (latest or 0) + 1, row["drafted_at"], content, controllers, [], row["default_language"]
        )
        body, part = await asyncio.to_thread(_draft_body, edition, row, format, shown), f"-{shown}"
    return _File(body, format, f"{row['slug']}-draft{part}").answer(f'"{row["revision"]}"')


def _draft_body(edition: Edition, row: Any, form: str, language: str) -> bytes:
    if form == "json":
        return msgspec.json.encode(in_language(edition.content, language))
    if form == "markdown":
        return markdown.write(edition.content, language).encode()
    filled = resolve(titled(edition.content, row), edition.controllers).content
    languages = languages_of(filled, row["default_language"], row["languages"])
    return _made(replace(edition, content=filled, languages=languages), form, language)


def _made(edition: Edition, form: str, language: str) -> bytes:
    if form == "tilt":
        if not has_tilt(language):
            raise NotFound(f"TILT knows languages of two letters only; {language!r} has none.")
        return msgspec.json.encode(tilt.to_tilt(edition, language))
    made = to_pdfs(edition, [language])
    if language not in made:
        raise NotFound("A PDF cannot be made of this: the fonts lack its letters, or it is far too long.")
    return made[language]


def _language(asked: str | None, available: Any, default: str) -> str:
    if asked is not None and asked not in available:
        raise errors.invalid("language", f"{asked!r} is not a language of this ({', '.join(available)}).")
    return asked or default
