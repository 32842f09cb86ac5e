"""Where a controller is reached: its own address first, then its data protection officer's, then its tenant's."""

from dataclasses import dataclass
from uuid import UUID

from service.languages import ours
from service.settings import Settings
from tenants.database import Connection


@dataclass(frozen=True)
class Office:
    """`addresses` are all different; the second one is where a matter is brought that the first one left lying."""

    name: str
    country: str
    language: str
    addresses: list[str]
    tenant_slug: str

    def link(self, settings: Settings, request_id: UUID) -> str:
        return f"{settings.public_origin}/v1/tenants/{self.tenant_slug}/requests/{request_id}"


async def office_of(db: Connection, tenant: UUID, controller_id: UUID) -> Office:
    """`db` is acting for `tenant`."""
    row = await db.fetchrow(
        """SELECT c.name, c.country, coalesce(c.languages[1], p.language) AS language, t.slug,
                  ARRAY[c.email, c.dpo ->> 'email', p.contact_email] AS addresses
           FROM controllers c JOIN tenant_profiles p ON p.tenant_id = c.tenant_id JOIN tenants t ON t.id = c.tenant_id
           WHERE c.tenant_id = $1 AND c.id = $2""",
        tenant,
        controller_id,
    )
    addresses: list[str] = []
    for address in row["addresses"]:
        if address and address.casefold() not in map(str.casefold, addresses):
            addresses.append(address)
    return Office(row["name"], row["country"], ours(row["language"]), addresses, row["slug"])
