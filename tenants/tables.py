"""The tables of who is who. Column types stand here; keys across tenants, policies and grants stand in the migrations."""

from piccolo.columns import UUID, Array, Bytea, Date, Integer, Text, Timestamptz
from piccolo.columns.column_types import JSONB
from piccolo.table import Table

from tenants.database import ENGINE


class Tenant(Table, tablename="tenants", db=ENGINE):
    """Read by all: which tenant a slug means. Everything else about a tenant is its profile, which only it can read."""

    id = UUID(primary_key=True, default=None)
    slug = Text(unique=True, default=None)
    created_at = Timestamptz(default=None)


class TenantProfile(Table, tablename="tenant_profiles", db=ENGINE):
    tenant_id = UUID(primary_key=True, default=None)
    name = Text(default=None)
    kind = Text(default=None, help_text="company or agency")
    contact_email = Text(default=None, null=True)
    language = Text(default=None, help_text="fi, sv or en: the language of our mail to it")
    founded_by = UUID(default=None, null=True, help_text="the agency that made this company")
    created_at = Timestamptz(default=None)


class TenantKey(Table, tablename="tenant_keys", db=ENGINE):
    """The key that wraps the tenant's data keys, itself wrapped by the master key."""

    tenant_id = UUID(primary_key=True, default=None)
    wrapped = Bytea(default=None)
    created_at = Timestamptz(default=None)


class Controller(Table, tablename="controllers", db=ENGINE):
    """A legal entity that decides why and how personal data is processed (GDPR Art. 4(7)). A group has several."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    name = Text(default=None)
    business_id = Text(default=None, null=True)
    address = Text(default=None, null=True)
    email = Text(default=None, null=True)
    phone = Text(default=None, null=True)
    dpo = JSONB(default=None, null=True)
    brands = Array(Text(), default=None)
    former_names = Array(Text(), default=None)
    domains = Array(Text(), default=None)
    country = Text(default=None)
    time_zone = Text(default=None)
    languages = Array(Text(), default=None)
    revision = Integer(default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
    periods = JSONB(default=None, help_text="schemas.Period of each brand or former name that is not for always")
    ceased_on = Date(default=None, null=True, help_text="its last day")
    successor_id = UUID(default=None, null=True, help_text="a controller of any tenant")
    processor_for = Array(UUID(), default=None, help_text="controllers of any tenant")


class Identifier(Table, tablename="directory", db=ENGINE):
    """Read by all: which identifier belongs to which controller. Claimed by the tenant; verified only by the operator."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    controller_id = UUID(default=None)
    kind = Text(default=None, help_text="business_id, domain, legal_name, brand, former_name, place, ceased, successor, processor_for")
    value = Text(default=None, help_text="as the controller writes it")
    folded = Text(default=None, help_text="as it is compared")
    country = Text(default=None)
    time_zone = Text(default=None, help_text="the controller's; deadlines are days there")
    claimed_at = Timestamptz(default=None)
    verified_at = Timestamptz(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    loose = Text(default=None, null=True, help_text="a name's naming.Loose.key")
    since = Date(default=None, null=True)
    until = Date(default=None, null=True)


class Verification(Table, tablename="verifications", db=ENGINE):
    """The operator's approval of a controller's identifiers. They route once the link sent to the controller was used."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    controller_id = UUID(default=None)
    identifiers = Array(UUID(), default=None)
    evidence = Text(default=None)
    link_id = UUID(default=None)
    approved_at = Timestamptz(default=None)
    completed_at = Timestamptz(default=None, null=True)


class Delegation(Table, tablename="delegations", db=ENGINE):
    """Two-sided: a client lets an agency act for it, with these scopes, until the client ends it."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None, help_text="the client")
    agency_id = UUID(default=None)
    scopes = Array(Text(), default=None)
    created_at = Timestamptz(default=None)
    confirmed_at = Timestamptz(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
