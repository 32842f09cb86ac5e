"""Give a notice another slug. Every address that it had goes on working, and no other notice of the tenant ever gets one."""

from typing import Any
from uuid import UUID

import asyncpg
from litestar import Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from service import clock, errors, idempotency
from service.errors import SlugTaken
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.notices.lifecycle.befalling import NOTICE, held, shown
from service.notices.schemas import Notice, Slug
from service.notices.showing import TURNS, show
from service.texts import Input
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.delegating import as_id
from tenants.scopes import Scope

RESERVED = frozenset({"request", "history", "feed", "sitemap"})


class NewSlug(Input):
    slug: Slug


@post(
    NOTICE + "/slug",
    operation_id="renameNotice",
    summary="Give a notice another slug",
    tags=["Notices"],
    status_code=200,
    **requires(Scope.notices_publish, problems=[errors.SlugTaken, errors.InvalidContent, errors.IdempotencyKeyReused]),
)
async def rename_notice(
    acting: NamedDependency[Acting], notice: FromPath[str], data: JSONBody[NewSlug], attempt: NamedDependency[Attempt], state: State
) -> Response[Notice]:
    """Public addresses with an old slug redirect (301); here the old ones work as the new one does. What is published for ever stays."""
    check_slug(data.slug)
    touched: list[UUID] = []
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await held(db, acting.tenant_id, notice)
            if row["slug"] != data.slug:
                at = clock.now()
                try:
                    await db.execute(
                        "UPDATE notices SET slug = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2",
                        acting.tenant_id,
                        row["id"],
                        data.slug,
                        at,
                    )
                except asyncpg.UniqueViolationError as error:
                    raise taken(data.slug) from error
                await show(db, acting.tenant_id, acting.tenant_slug, row["id"], at)
                details = {"from": row["slug"], "to": data.slug}
                await record(db, acting.tenant_id, "notice:rename", acting.actor, {"notice": row["id"]}, details)
                touched.append(row["id"])
            return await shown(db, acting, row["id"], state.settings)

        answer: Any = await attempt.once(db, effect)
    state.hear_published(touched)
    return answer  # type: ignore[no-any-return]


def check_slug(slug: str) -> None:
    if slug in RESERVED or as_id(slug):
        raise errors.invalid("/slug", f"{slug!r} is reserved. Choose another.")


def taken(slug: str) -> SlugTaken:
    return SlugTaken(f"This tenant has, or had, another notice with the slug {slug!r}. Choose another.")
