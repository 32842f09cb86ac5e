from piccolo.columns import UUID, Array, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.columns.column_types import JSONB
from piccolo.table import Table

from tenants.database import ENGINE


class Notice(Table, tablename="notices", db=ENGINE):
    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    slug = Text(default=None)
    kind = Text(default=None)
    title = JSONB(default=None)
    default_language = Text(default=None)
    languages = Array(Text(), default=None)
    controller_ids = Array(UUID(), default=None, help_text="the first one answers for it where one must")
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Draft(Table, tablename="drafts", db=ENGINE):
    notice_id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    content = JSONB(default=None, help_text="content.Content")
    revision = Integer(default=None, help_text="its ETag")
    updated_at = Timestamptz(default=None)
    imported = JSONB(default=None, null=True, help_text="checking.findings.ImportFinding of what was imported last")
    translated_from = JSONB(default=None, null=True, help_text="translating.Basis of each section and language")


class Version(Table, tablename="versions", db=ENGINE):
    """Immutable: the database refuses to change or delete a row."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    notice_id = UUID(default=None)
    number = Integer(default=None)
    published_at = Timestamptz(default=None)
    effective_from = Date(default=None)
    effective_at = Timestamptz(default=None)
    time_zone = Text(default=None)
    significance = Text(default=None)
    historical = Boolean(default=None)
    change_note = JSONB(default=None)
    languages = Array(Text(), default=None)
    content_hash = Bytea(default=None)
    previous_hash = Bytea(default=None, null=True)


class VersionContent(Table, tablename="version_contents", db=ENGINE):
    """The canonical bytes that the hash is of; apart from the version, so that an unlawful text can be taken down."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    canonical = Bytea(default=None)


class Publication(Table, tablename="publications", db=ENGINE):
    """Read by all: what hosting must know of a notice to choose what to show."""

    id = UUID(primary_key=True, default=None, help_text="the notice's id")
    tenant_id = UUID(default=None)
    slug = Text(default=None)
    default_language = Text(default=None)
    controller_ids = Array(UUID(), default=None)
    schedule = JSONB(default=None, help_text="publishing.Scheduled of each version")
    changed_at = Timestamptz(default=None)


class Rendition(Table, tablename="renditions", db=ENGINE):
    """Read by all: final bytes of what a notice shows, derived from its versions; `number` 0 is its history."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    notice_id = UUID(default=None)
    number = Integer(default=None)
    path = Text(default=None, help_text="fi, v/fi, fi.json, fi.md, fi.fragment.html, canonical.json, history/fi, history.json")
    media_type = Text(default=None)
    body = Bytea(default=None)
    gzip = Bytea(default=None)
    br = Bytea(default=None)


class Dismissal(Table, tablename="dismissals", db=ENGINE):
    """A finding that somebody looked at and set aside, with the reason."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    notice_id = UUID(default=None)
    finding = Text(default=None, help_text="checking.findings.Finding.id")
    code = Text(default=None)
    section = Text(default=None, null=True)
    language = Text(default=None, null=True)
    reason = Text(default=None)
    dismissed_by = JSONB(default=None)
    dismissed_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)


class PublishingPolicy(Table, tablename="publishing_policies", db=ENGINE):
    """What a tenant demands of a draft before it is published, beyond what makes it a notice at all."""

    tenant_id = UUID(primary_key=True, default=None)
    errors_stop = Boolean(default=None)
    all_languages = Boolean(default=None)
    updated_at = Timestamptz(default=None)
