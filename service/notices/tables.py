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
    controller_ids = Array(UUID(), default=None, help_text="the first one's zone and country are the notice's")
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
    requests_to = UUID(default=None, null=True, help_text="the one that joint controllers agreed on")


class NoticeSlug(Table, tablename="notice_slugs", db=ENGINE):
    """Every slug that a notice has or had; the database never lets another notice of the tenant have it."""

    slug = Text(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    notice_id = UUID(default=None)
    since = Timestamptz(default=None)


class NoticeFate(Table, tablename="notice_fates", db=ENGINE):
    """What befell a notice as a whole, numbered in order. The newest of withdrawn and put_back holds, and of the other three."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    notice_id = UUID(default=None)
    number = Integer(default=None)
    fate = Text(default=None, help_text="withdrawn, put_back; succeeded, retired, resumed")
    successor_id = UUID(default=None, null=True)
    reason = JSONB(default=None)
    at = Timestamptz(default=None)


class Draft(Table, tablename="drafts", db=ENGINE):
    notice_id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    content = JSONB(default=None, help_text="content.Content")
    revision = Integer(default=None, help_text="its ETag")
    updated_at = Timestamptz(default=None)
    imported = JSONB(default=None, null=True, help_text="checking.findings.ImportFinding of what was imported last")
    translated_from = JSONB(default=None, null=True, help_text="translating.tracking.Basis of each section and language")


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


class VersionFate(Table, tablename="version_fates", db=ENGINE):
    """What befell a version after it was published, since its own row never changes."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    version_id = UUID(default=None)
    fate = Text(default=None, help_text="recalled before its day, or redacted")
    reason = JSONB(default=None)
    at = Timestamptz(default=None)


class RedactionProposal(Table, tablename="redaction_proposals", db=ENGINE):
    """One operator's proposal to take a version's text down. `reason` is for everybody, `grounds` for the record."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    version_id = UUID(default=None)
    reason = JSONB(default=None)
    grounds = Text(default=None)
    proposed_at = Timestamptz(default=None)


class RedactionApproval(Table, tablename="redaction_approvals", db=ENGINE):
    """A named person is for it; who proposes is the first of the two that are needed."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    proposal_id = UUID(default=None)
    person = Text(default=None)
    approved_at = Timestamptz(default=None)


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
    schedule = JSONB(default=None, help_text="timing.Scheduled of each version")
    changed_at = Timestamptz(default=None)
    former_slugs = Array(Text(), default=None, null=True)
    withdrawal = JSONB(default=None, null=True, help_text="schemas.Fate")
    succession = JSONB(default=None, null=True, help_text="schemas.Succession")
    face = JSONB(default=None, null=True, help_text="schemas.Face; null: not shown anew since that is kept")
    look = JSONB(default=None, null=True, help_text="theming.styling.Look that its pages wear")
    requests_to = UUID(default=None, null=True)
    registers = Array(Text(), default=None, null=True, help_text="the register's name in each language, folded; null: not published since")


class Rendition(Table, tablename="renditions", db=ENGINE):
    """Read by all: final bytes of what a notice shows, derived from its versions; `number` 0 is its history."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    notice_id = UUID(default=None)
    number = Integer(default=None)
    path = Text(default=None, help_text="v/fi, v/fi.json, ... for ever; fi, fi.json, ... while in force; canonical.json, history/fi")
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


class Theme(Table, tablename="themes", db=ENGINE):
    """How a tenant's present pages look."""

    tenant_id = UUID(primary_key=True, default=None)
    revision = Integer(default=None)
    theme = JSONB(default=None, null=True, help_text="theming.schemas.Theme")
    logo = JSONB(default=None, null=True, help_text="theming.schemas.Logo")
    updated_at = Timestamptz(default=None)


class Logo(Table, tablename="logos", db=ENGINE):
    """Read by all: a tenant's logo as we drew it, and for a moment the one before it, until no page leads there."""

    id = UUID(primary_key=True, default=None)
    tenant_id = UUID(default=None)
    name = Text(default=None, help_text="SHA-256 of the body, with png or webp as its ending")
    media_type = Text(default=None)
    body = Bytea(default=None)
