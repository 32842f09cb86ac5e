"""Go back to what an earlier version says: a new version, since no number is ever used twice."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from service import errors, idempotency
from service.errors import WrongState
from service.guarding import requires
from service.idempotency import Attempt
from service.notices import drafting
from service.notices.content import Content, Section
from service.notices.freezing import content_in, frozen
from service.notices.lifecycle.befalling import VERSION, version_of
from service.notices.publishing import made_at, publish
from service.notices.schemas import NewVersion, Number, Significance, Told, VersionWithLinks
from service.notices.showing import TURNS
from service.texts import Input
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope


class Reversion(Input):
    """As for a new version."""

    change_note: Annotated[Told, Meta(min_length=1)]
    significance: Significance
    effective_from: date | None = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"change_note"})


@post(
    VERSION + "/revert",
    operation_id="revertToVersion",
    summary="Publish what an earlier version says",
    tags=["Versions"],
    **requires(
        Scope.notices_publish,
        problems=[
            errors.DraftUnchanged,
            errors.WrongState,
            errors.PreconditionFailed,
            errors.InvalidContent,
            errors.DraftIncomplete,
            errors.IdempotencyKeyReused,
        ],
    ),
)
async def revert_to_version(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    number: Number,
    data: JSONBody[Reversion],
    attempt: NamedDependency[Attempt],
    state: State,
    if_match: drafting.IfMatch = None,
) -> Response[VersionWithLinks]:
    """A new version with that text, in the languages that the notice has now, and with its controllers as they are now. The draft
    then says the same, so what it held is gone: with its ETag as If-Match, only what you read is given up."""
    touched: list[UUID] = []
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await drafting.find(db, acting.tenant_id, notice, lock=True)
            drafting.check_match(if_match, row["revision"], needed=False)
            again = await with_content_of(db, acting.tenant_id, row, number)
            await drafting.store(db, acting.tenant_id, row, drafting.content_of(again))
            asked = NewVersion(change_note=data.change_note, significance=data.significance, effective_from=data.effective_from)
            because = {"reverts_to": number}
            made = await publish(db, acting.tenant_id, acting.tenant_slug, again, asked, acting.actor, because)
            touched.append(row["id"])
            return made_at(made, acting.tenant_slug, row["slug"])

        answer: Any = await attempt.once(db, effect)
    state.hear_published(touched)
    return answer  # type: ignore[no-any-return]


async def with_content_of(db: Connection, tenant: UUID, row: Any, number: int) -> dict[str, Any]:
    """`row` (from drafting.find) with what a version says in place of what the draft says."""
    version = await version_of(db, tenant, row["id"], number)
    if version["redacted_at"] is not None:
        raise WrongState(f"The text of version {number} was taken down.", members={"state": "redacted"})
    canonical = await db.fetchval("SELECT canonical FROM version_contents WHERE tenant_id = $1 AND id = $2", tenant, version["id"])
    content = _within(content_in(frozen(canonical)), row["languages"])
    return {**row, "content": msgspec.json.encode(content).decode()}


def _within(content: Content, languages: Sequence[str]) -> Content:
    """Without the texts of languages that the notice no longer has: a draft has none of those."""

    def kept(texts: dict[str, str]) -> dict[str, str]:
        return {code: text for code, text in texts.items() if code in languages}

    sections = [Section(section.id, kept(section.heading), kept(section.body), section.covers) for section in content.sections]
    return Content(kept(content.title), sections, kept(content.register_name or {}) or None, content.facts)
