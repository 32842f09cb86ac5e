"""A draft as its readers would see it, judged: with its variables filled, what its source showed, and what was set aside."""

import asyncio
from collections.abc import Sequence, Set
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from service import clock
from service.notices.checking.checking import check
from service.notices.checking.findings import Finding, ImportFinding, Item
from service.notices.content import ControllerSnapshot
from service.notices.drafting import content_of
from service.notices.snapshotting import snapshots
from service.notices.variables import resolve
from service.waiting import Turns
from tenants.database import Connection


class DraftCheck(msgspec.Struct):
    """What the check of a draft tells. A dismissed finding stands apart, as long as the words that it is about stay."""

    findings: list[Finding]
    dismissed: Annotated[list[Finding], Meta(description="Found too, and set aside by somebody with a reason.")]
    completeness: list[Item]


class Brief(NamedTuple):
    """All that a check needs of the database."""

    row: Any
    controllers: Sequence[ControllerSnapshot]
    dismissed: Set[str]


# A check is work for the processor alone; more at once would only make each slower, and everything else with them.
_turns = Turns(at_once=2, waiting=20)


async def brief(db: Connection, tenant: UUID, row: Any) -> Brief:
    """`row` is from drafting.find; `db` acts for `tenant`."""
    controllers = await snapshots(db, tenant, row["controller_ids"])
    dismissed = {
        record["finding"]
        for record in await db.fetch(
            "SELECT finding FROM dismissals WHERE tenant_id = $1 AND notice_id = $2 AND ended_at IS NULL", tenant, row["id"]
        )
    }
    return Brief(row, controllers, dismissed)


async def judge(known: Brief) -> DraftCheck:
    """Best outside of any transaction: a long notice takes a while."""
    row, controllers, dismissed = known
    imported = msgspec.json.decode(row["imported"], type=list[ImportFinding]) if row["imported"] else []

    def judged() -> DraftCheck:
        found = check(
            resolve(content_of(row), controllers).content,
            default_language=row["default_language"],
            languages=row["languages"],
            controllers=controllers,
            imported=imported,
            today=clock.today(controllers[0].time_zone),
        )
        return DraftCheck(
            [finding for finding in found.findings if finding.id not in dismissed],
            [finding for finding in found.findings if finding.id in dismissed],
            found.completeness,
        )

    async with _turns.turn():
        return await asyncio.to_thread(judged)
