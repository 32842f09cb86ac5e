"""Shapes of the accounts API."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from service.texts import Input
from tenants.scopes import Scope

Slug = Annotated[
    str,
    Meta(pattern=r"^[a-z0-9-]{3,63}$", description="3 to 63 of a-z, 0-9 and -; part of public addresses, so choose it to last."),
]
Line = Annotated[str, Meta(min_length=1, max_length=300)]
Kind = Literal["company", "agency"]
OurLanguage = Annotated[Literal["fi", "sv", "en"], Meta(description="The language of our mail to the tenant.")]


class NewTenant(Input):
    """A company or agency to be. The company gets its own first credential as a link by mail to `contact_email`."""

    slug: Slug
    name: Line
    contact_email: Annotated[str, Meta(max_length=254, description="Where the company's own first credential is sent.")]
    kind: Kind = "company"
    language: OurLanguage = "fi"


class TenantChange(Input):
    name: Line | UnsetType = UNSET
    contact_email: Annotated[str, Meta(max_length=254)] | UnsetType = UNSET
    language: OurLanguage | UnsetType = UNSET


class Tenant(msgspec.Struct):
    id: UUID
    slug: str
    name: str
    kind: Kind
    contact_email: str | None
    language: str
    created_at: datetime
    relation: Annotated[Literal["own", "client"], Meta(description="Whether it is the caller's own tenant or an agency's client.")]


class TenantPage(msgspec.Struct):
    items: list[Tenant]
    next_cursor: str | None


class DataProtectionOfficer(Input, omit_defaults=True):
    """How to reach the data protection officer (GDPR Art. 13(1)(b)); a name is not needed."""

    name: Annotated[str, Meta(max_length=300)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None


Address = Annotated[str, Meta(max_length=1000, description="The postal address, one or more lines.")]
Phone = Annotated[str, Meta(max_length=40)]
Email = Annotated[str, Meta(max_length=254)]
Names = Annotated[list[Line], Meta(max_length=100)]


class Period(Input, omit_defaults=False):
    """When a brand or former name was or is the company's: both days are in it, null is open. Requests are routed by it then."""

    name: Line
    since: date | None = None
    until: date | None = None


Brands = Annotated[Names, Meta(description="Names that it is known by: brands, registered auxiliary and parallel names.")]
FormerNames = Annotated[Names, Meta(description="Requests that give one still find it, unless `periods` says until when.")]
Periods = Annotated[
    list[Period], Meta(max_length=100, description="For `brands` and `former_names` that are not for always; a name may have several.")
]
CeasedOn = Annotated[date, Meta(description="Its last day. After it, what is sent to it goes to `successor_id`, or to nobody.")]
SuccessorId = Annotated[UUID, Meta(description="The controller, of any tenant, that took over what it was responsible for.")]
ProcessorFor = Annotated[
    list[UUID],
    Meta(max_length=100, description="Controllers, of any tenant, for whom it processes data: requests that name it are theirs."),
]
Domains = Annotated[list[Annotated[str, Meta(max_length=253)]], Meta(max_length=100)]
Languages = Annotated[list[Annotated[str, Meta(max_length=3)]], Meta(min_length=1, max_length=20)]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2; its public holidays count for deadlines.")]
TimeZone = Annotated[str, Meta(max_length=64, description="IANA name; days of deadlines and effective dates are days there.")]
BusinessId = Annotated[str, Meta(max_length=32, description="For Finland the Y-tunnus, 1234567-8, or the VAT form FI12345678.")]


class NewController(Input):
    """A legal entity as controller (GDPR Art. 4(7)). Its identifiers are claimed until the operator has verified them."""

    many_lines: ClassVar[frozenset[str]] = frozenset({"address"})

    name: Annotated[str, Meta(min_length=1, max_length=300, description="The legal name.")]
    business_id: BusinessId | None = None
    address: Address | None = None
    email: Email | None = None
    phone: Phone | None = None
    dpo: DataProtectionOfficer | None = None
    brands: Brands = []
    former_names: FormerNames = []
    domains: Domains = []
    country: Country = "FI"
    time_zone: TimeZone = "Europe/Helsinki"
    languages: Languages = msgspec.field(default_factory=lambda: ["fi"])
    periods: Periods = []
    ceased_on: CeasedOn | None = None
    successor_id: SuccessorId | None = None
    processor_for: ProcessorFor = []


class ControllerChange(Input):
    """What is left out stays as it is; null empties."""

    many_lines: ClassVar[frozenset[str]] = frozenset({"address"})

    name: Annotated[str, Meta(min_length=1, max_length=300)] | UnsetType = UNSET
    business_id: BusinessId | None | UnsetType = UNSET
    address: Address | None | UnsetType = UNSET
    email: Email | None | UnsetType = UNSET
    phone: Phone | None | UnsetType = UNSET
    dpo: DataProtectionOfficer | None | UnsetType = UNSET
    brands: Brands | UnsetType = UNSET
    former_names: FormerNames | UnsetType = UNSET
    domains: Domains | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    periods: Periods | UnsetType = UNSET
    ceased_on: CeasedOn | None | UnsetType = UNSET
    successor_id: SuccessorId | None | UnsetType = UNSET
    processor_for: ProcessorFor | UnsetType = UNSET


class Controller(msgspec.Struct):
    id: UUID
    name: str
    business_id: str | None
    address: str | None
    email: str | None
    phone: str | None
    dpo: DataProtectionOfficer | None
    brands: list[str]
    former_names: list[str]
    domains: list[str]
    country: str
    time_zone: str
    languages: list[str]
    periods: list[Period]
    ceased_on: date | None
    successor_id: UUID | None
    processor_for: list[UUID]
    verified: Annotated[list[str], Meta(description="What of this the operator has verified: only that routes requests.")]
    created_at: datetime
    updated_at: datetime


class ControllerPage(msgspec.Struct):
    items: list[Controller]
    next_cursor: str | None


class NewDelegation(Input):
    """Let an agency act for this tenant. `clients:write` and `members:write` are never delegated."""

    agency: Annotated[str, Meta(min_length=3, max_length=63, description="The agency's slug or id.")]
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=20)]


class Delegation(msgspec.Struct):
    id: UUID
    agency: Annotated[str, Meta(description="The agency's slug.")]
    scopes: list[Scope]
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None


class DelegationPage(msgspec.Struct):
    items: list[Delegation]
    next_cursor: str | None


class NewClient(Input):
    """An OAuth client. With `private_key_jwt`, `jwks` holds its public keys (RFC 7517); else we make a secret."""

    name: Line
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=20)]
    auth_method: Literal["client_secret_basic", "private_key_jwt"] = "client_secret_basic"
    jwks: dict[str, Any] | None = None


class Client(msgspec.Struct):
    id: Annotated[UUID, Meta(description="The client_id.")]
    name: str
    scopes: list[Scope]
    auth_method: str
    created_at: datetime
    ended_at: datetime | None


class ClientWithSecret(msgspec.Struct):
    """The secret is shown here once and never again."""

    id: UUID
    name: str
    scopes: list[Scope]
    auth_method: str
    created_at: datetime
    client_secret: str | None


class ClientPage(msgspec.Struct):
    items: list[Client]
    next_cursor: str | None
