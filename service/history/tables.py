from piccolo.columns import UUID, Text, Timestamptz
from piccolo.columns.column_types import JSONB
from piccolo.table import Table

from tenants.database import ENGINE


class Event(Table, tablename="history", db=ENGINE):
    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    at = Timestamptz(default=None)
    event = Text(default=None, help_text="noun:verb, such as version:publish")
    actor = JSONB(default=None)
    subject = JSONB(default=None, help_text="ids of what it happened to")
    details = JSONB(default=None, help_text="facts of the event; never personal data")
