from piccolo.columns import UUID, Array, Bytea, Text, Timestamptz
from piccolo.columns.column_types import JSONB
from piccolo.table import Table

from tenants.database import ENGINE


class Client(Table, tablename="clients", db=ENGINE):
    """An OAuth client of a tenant; its id is the client_id. A secret is kept as its SHA-256: it has 256 random bits."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    name = Text(default=None)
    auth_method = Text(default=None, help_text="client_secret_basic or private_key_jwt")
    secret_hash = Bytea(default=None, null=True)
    jwks = JSONB(default=None, null=True)
    scopes = Array(Text(), default=None)
    created_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)


class ClientTenant(Table, tablename="client_tenants", db=ENGINE):
    """Whose a client_id is: all that the token endpoint may know before it acts for that tenant."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)


class CredentialLink(Table, tablename="credential_links", db=ENGINE):
    """A mailed link, good once and for seven days, by which a company gets its first client."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    secret_hash = Bytea(default=None)
    sealed = Bytea(default=None, null=True, help_text="address and secret, until the mail is out")
    language = Text(default=None)
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(default=None, null=True)


class UsedAssertion(Table, tablename="used_assertions", db=ENGINE):
    """Client assertions (RFC 7523) seen, by hash, so that none is accepted twice on any node."""

    id = Bytea(primary_key=True, default=None)
    expires_at = Timestamptz(default=None)


class SigningKey(Table, tablename="signing_keys", db=ENGINE):
    """Keys that sign access tokens; the private half is sealed with the master key."""

    id = Text(primary_key=True, default=None, help_text="the JWK thumbprint (RFC 7638)")
    public = JSONB(default=None)
    sealed = Bytea(default=None)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True, help_text="signs no more; stays published while its tokens live")


class MasterKeyName(Table, tablename="master_keys", db=ENGINE):
    """Which master keys this database was sealed with, by name, so that a wrong one is noticed at the start."""

    id = Text(primary_key=True, default=None)
    first_used_at = Timestamptz(default=None)
