from piccolo.columns import UUID, Array, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.columns.column_types import JSONB
from piccolo.table import Table

from tenants.database import ENGINE


class DataSubjectRequest(Table, tablename="requests", db=ENGINE):
    """A request. What the person wrote is sealed field by field; what a clock or a list needs is in clear."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    reference = Text(default=None)
    controller_id = UUID(default=None)
    types = Array(Text(), default=None)
    state = Text(default=None)
    language = Text(default=None)
    matched_by = Text(default=None)
    received_at = Timestamptz(default=None)
    nominal_on = Date(default=None)
    due_on = Date(default=None)
    due_at = Timestamptz(default=None)
    notice_id = UUID(default=None, null=True, help_text="the notice in force when it came, and its version")
    notice_version = Integer(default=None, null=True)
    secret_hash = Bytea(default=None)
    secret = Bytea(default=None, help_text="sealed; for the confirmation's link")
    subject = Bytea(default=None, help_text="sealed")
    message = Bytea(default=None, help_text="sealed")
    details = Bytea(default=None, null=True, help_text="sealed")
    country = Text(default=None, help_text="where the time is counted: the controller's, as it was when the request came")
    time_zone = Text(default=None)
    channel = Text(default=None, help_text="how it came: intake, or as the controller entered it")
    revision = Integer(default=None, help_text="counts moves and assignments")
    extended = Boolean(default=None)
    pauses = JSONB(default=None, help_text="[asked on, answered on or null], days in its zone")
    opened_at = Timestamptz(default=None, null=True, help_text="when the controller first read it")
    closed_at = Timestamptz(default=None, null=True)
    destroyed_at = Timestamptz(default=None, null=True, help_text="when its data key was destroyed, its time being over")
    email_index = Bytea(default=None, null=True, help_text="keyed per tenant: finds an exact address, tells none")
    assignee = Bytea(default=None, null=True, help_text="sealed under the tenant's key")
    assignee_index = Bytea(default=None, null=True)


class RequestKey(Table, tablename="request_keys", db=ENGINE):
    """A request's data key, wrapped by the tenant's. Destroying this row destroys what the person wrote."""

    id = UUID(primary_key=True, default=None, help_text="the request's id")
    tenant_id = UUID(default=None)
    wrapped = Bytea(default=None)


class RequestReference(Table, tablename="request_references", db=ENGINE):
    """Whose a reference is, by its hash, for a person who comes with reference and secret alone."""

    id = Bytea(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    request_id = UUID(default=None)


class PendingRequest(Table, tablename="pending_requests", db=ENGINE):
    """A request that fits several controllers, under a key of its own, until the person chooses or 24 hours pass."""

    id = UUID(primary_key=True, default=None)
    secret_hash = Bytea(default=None)
    wrapped = Bytea(default=None)
    sealed = Bytea(default=None)
    candidates = Array(UUID(), default=None)
    received_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)


class MailAllowance(Table, tablename="mail_allowances", db=ENGINE):
    """Mails sent to an address nobody has confirmed, by a hash keyed per day: three a day, then no more."""

    id = UUID(primary_key=True, default=None, help_text="the mail's id, so that a second try is not counted twice")
    address_hash = Bytea(default=None)
    sent_at = Timestamptz(default=None)
