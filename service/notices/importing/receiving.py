"""Import a document: read it, structure it, tell what was found, and with `apply` write it to the draft."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from service import errors, idempotency
from service.errors import UnsupportedMediaType
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.notices import drafting
from service.notices.content import MOST_SECTIONS, Content, Section, normalised
from service.notices.importing.apart import Asked, import_apart
from service.notices.importing.gathering import FoundFacts
from service.notices.importing.structuring import FORMATS, Report
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope


class Import(msgspec.Struct):
    """What a document was read as. Each of its words stands in `content`."""

    content: Annotated[Content, Meta(description="In the draft's shape: the texts of one language, or of all that our own formats hold.")]
    facts: Annotated[FoundFacts, Meta(description="What the text states; null where it states nothing.")]
    report: Report
    applied: Annotated[bool, Meta(description="Whether the draft was written.")]


@dataclass
class _RawBody(Operation):
    """The body is the document itself; its Content-Type says what it is."""

    def __post_init__(self) -> None:
        raw = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        self.request_body = RequestBody(content=dict.fromkeys(FORMATS, raw), required=True)


@post(
    "/v1/tenants/{tenant:str}/notices/{notice:str}/imports",
    operation_id="importDocument",
    summary="Import a document",
    tags=["Notices"],
    status_code=200,
    operation_class=_RawBody,
    **requires(
        Scope.notices_write,
        problems=[
            errors.UnsupportedMediaType,
            errors.BodyTooLarge,
            errors.DocumentUnreadable,
            errors.InvalidContent,
            errors.PreconditionFailed,
            errors.PreconditionRequired,
            errors.IdempotencyKeyReused,
        ],
    ),
)
async def import_document(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    request: Request[Any, Any, Any],
    attempt: NamedDependency[Attempt],
    language: Annotated[
        str | None, QueryParameter(name="language", max_length=3, description="The document's language; found out when it is left out.")
    ] = None,
    apply: Annotated[bool, QueryParameter(name="apply", description="Write what was found to the draft; needs If-Match.")] = False,
    if_match: drafting.IfMatch = None,
) -> Response[Import]:
    """Plain text, HTML, Markdown, Word (.docx) or PDF with a text layer, in whatever state, at most 2 MB; or our own JSON,
    Markdown or TILT. With `apply`, the document's language is written anew and other languages stay as they are."""
    media_type, parameters = request.content_type
    if media_type not in FORMATS:
        raise UnsupportedMediaType(f"A document is one of {', '.join(FORMATS)}; the Content-Type says which.")
    body = await request.body()
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        # In this order: who sees the revision that an earlier attempt wrote sees its answer too.
        if (earlier := await attempt.earlier(db)) is not None:
            return earlier  # type: ignore[return-value]
    known = row["languages"]
    if apply:
        # Reading costs much, and would be for nothing.
        drafting.check_match(if_match, row["revision"])
    if language is not None and language not in known:
        raise errors.invalid("language", f"{language!r} is not a language of this notice ({', '.join(known)}).")
    # Before the transaction: reading a long document must not hold a connection.
    found = await import_apart(Asked(body, media_type, parameters.get("charset"), language))
    async with acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await drafting.find(db, acting.tenant_id, notice, lock=apply)
            headers = {"cache-control": "no-store"}
            content = found.content
            if apply:
                drafting.check_match(if_match, row["revision"])
                content = merged(drafting.content_of(row), normalised(content, row["languages"]))
                if len(content.sections) > MOST_SECTIONS:
                    raise errors.InvalidContent(
                        f"With the sections that the draft has in other languages these would be {len(content.sections)}; a notice "
                        f"has at most {MOST_SECTIONS}. Give sections that belong together the same id in all languages, and import again."
                    )
                findings = msgspec.json.encode(found.findings).decode()
                revision, _ = await drafting.store(db, acting.tenant_id, row, content, imported=findings)
                details = {"revision": revision, "format": found.report.format}
                await record(db, acting.tenant_id, "draft:import", acting.actor, {"notice": row["id"]}, details)
                headers["etag"] = f'"{revision}"'
            return idempotency.answer(Import(found.content, found.facts, found.report, apply), status=200, headers=headers)

        return await attempt.once(db, effect)  # type: ignore[return-value]


def merged(draft: Content, new: Content) -> Content:
    """`new` in the languages that it has, and the draft's texts in all others, section by section of the same id."""
    written = languages_in(new)
    kept = {section.id: _without(section, written) for section in draft.sections}
    sections = []
    for section in new.sections:
        other = kept.pop(section.id, None)
        if other is not None:
            section = Section(section.id, other.heading | section.heading, other.body | section.body, section.covers)
        sections.append(section)
    sections += [section for section in kept.values() if section.body]
    names = {**{k: v for k, v in (draft.register_name or {}).items() if k not in written}, **(new.register_name or {})}
    title = {**{k: v for k, v in draft.title.items() if k not in written}, **new.title}
    return Content(title, sections, names or None, new.facts if new.facts is not None else draft.facts)


def languages_in(content: Content) -> set[str]:
    return {*content.title, *(code for section in content.sections for code in (*section.heading, *section.body))}


def _without(section: Section, languages: set[str]) -> Section:
    heading = {code: text for code, text in section.heading.items() if code not in languages}
    body = {code: text for code, text in section.body.items() if code not in languages}
    return Section(section.id, heading, body, section.covers)
