from piccolo.columns import UUID, Bytea, Date, Integer, Text, Timestamptz
from piccolo.columns.column_types import JSONB
from piccolo.table import Table

from tenants.database import ENGINE


class RequestMove(Table, tablename="request_moves", db=ENGINE):
    """Only ever added to: each move of a case, who made it and when, and the days as they stood after it."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    request_id = UUID(default=None)
    number = Integer(default=None, help_text="the case's revision after it")
    act = Text(default=None)
    from_state = Text(default=None)
    to_state = Text(default=None)
    actor = JSONB(default=None)
    at = Timestamptz(default=None)
    facts = JSONB(default=None, help_text="what was chosen from lists of ours: method, ground")
    told = Bytea(default=None, null=True, help_text="reasons, questions, answers; sealed under the request's data key")
    nominal_on = Date(default=None)
    due_on = Date(default=None)


class RequestMessage(Table, tablename="request_messages", db=ENGINE):
    """One message of the thread between the person and the controller."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    request_id = UUID(default=None)
    author = Text(default=None, help_text="person or controller")
    actor = JSONB(default=None)
    at = Timestamptz(default=None)
    text = Bytea(default=None, help_text="sealed under the request's data key")


class RequestReminder(Table, tablename="request_reminders", db=ENGINE):
    """A reminder to the controller: there is one of each kind for a request, so none is sent twice."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    request_id = UUID(default=None)
    kind = Text(default=None)
    at = Timestamptz(default=None)


class RequestRetention(Table, tablename="request_retentions", db=ENGINE):
    """How long a tenant keeps closed cases, where it has said so itself."""

    tenant_id = UUID(primary_key=True, default=None)
    content_months = Integer(default=None)
    log_months = Integer(default=None)
    updated_at = Timestamptz(default=None)
