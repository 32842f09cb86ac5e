"""What the acts of this room share: the notice held while they act, the appended row, the reason for everybody to read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from service import clock
from service.errors import FieldError, InvalidContent, NotFound, WrongState
from service.idempotency import Answer, answer
from service.notices import describing, drafting
from service.notices.content import not_languages
from service.notices.showing import VERSIONS
from service.settings import Settings
from tenants.callers import Acting
from tenants.database import Connection

NOTICE = "/v1/tenants/{tenant:str}/notices/{notice:str}"
VERSION = NOTICE + "/versions/{number:int}"

NoticeFate = Literal["withdrawn", "put_back", "succeeded", "retired", "resumed"]


async def held(db: Connection, tenant: UUID, notice: str) -> Any:
    """A row of describing.NOTICES. Until this transaction ends nothing is published of the notice, and nothing else befalls it."""
    row = await drafting.find(db, tenant, notice, lock=True)
    return await describing.find(db, tenant, str(row["id"]))


def check_published(row: Any) -> None:
    if row["latest_version"] is None:
        raise WrongState("The notice was never published.", members={"state": "unpublished"})


async def version_of(db: Connection, tenant: UUID, notice_id: UUID, number: int) -> Any:
    row = await db.fetchrow(VERSIONS + "AND v.number = $3", tenant, notice_id, number)
    if row is None:
        raise NotFound("The notice has no version with this number.")
    return row


def check_reason(reason: Mapping[str, str]) -> None:
    wrong = [error for code in reason for error in not_languages([code], f"/reason/{code}")]
    wrong += [FieldError(f"/reason/{code}", "Say why, or leave it out.") for code, text in reason.items() if not text.strip()]
    if wrong:
        raise InvalidContent("The reason cannot be shown like this; `errors` says where.", errors=wrong)


async def shown(db: Connection, acting: Acting, notice_id: UUID, settings: Settings) -> Answer:
    """The notice as it is after an act, which is what each of them answers."""
    row = await describing.find(db, acting.tenant_id, str(notice_id))
    return answer(describing.described(row, acting.tenant_slug, settings), status=200)


async def befall(
    db: Connection, tenant: UUID, notice_id: UUID, fate: NoticeFate, reason: Mapping[str, str], *, successor: UUID | None = None
) -> datetime:
    """Append what befell the notice; when that was."""
    at = clock.now()
    await db.execute(
        """INSERT INTO notice_fates (tenant_id, id, notice_id, number, fate, successor_id, reason, at)
           SELECT $1, $2, $3, 1 + count(*), $4, $5, $6, $7 FROM notice_fates WHERE tenant_id = $1 AND notice_id = $3""",
        tenant,
        clock.new_id(),
        notice_id,
        fate,
        successor,
        msgspec.json.encode(reason).decode(),
        at,
    )
    return at
