"""What a tenant's policy demands of a draft before it is published."""

from typing import Any
from uuid import UUID

from service.errors import DraftIncomplete, FieldError
from service.notices.checking.judging import brief, judge
from service.notices.content import Content
from tenants.database import ENGINE, Connection


async def demand(db: Connection, tenant: UUID, row: Any, content: Content) -> None:
    """Refuse the draft in `row` (from drafting.find) where the policy does; `content` is what would be published."""
    policy = await db.fetchrow("SELECT errors_stop, all_languages FROM publishing_policies WHERE tenant_id = $1", tenant)
    wrong: list[FieldError] = []
    if policy and policy["all_languages"]:
        wrong += _unwritten(content, row["languages"])
    if policy and policy["errors_stop"]:
        places = {section.id: f"/sections/{position}" for position, section in enumerate(content.sections)}
        known = await brief(db, tenant, row)
        with ENGINE.working(db):
            judged = await judge(known)
        for finding in judged.findings:
            if finding.severity == "error":
                place = places.get(finding.section or "", "/sections")
                wrong.append(FieldError(place, f"{finding.code}: {finding.message['en']} {finding.fix['en']}"))
    if wrong:
        detail = "Your publishing policy refuses this draft; `errors` says why. Mend it, or dismiss a finding with a reason."
        raise DraftIncomplete(detail, errors=wrong)


def _unwritten(content: Content, languages: list[str]) -> list[FieldError]:
    return [
        FieldError(f"/sections/{position}/body/{language}", f"The section {section.id!r} is not written in {language!r}.")
        for position, section in enumerate(content.sections)
        for language in languages
        if any(text.strip() for text in section.body.values()) and not section.body.get(language, "").strip()
    ]
