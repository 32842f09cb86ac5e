"""What Piccolo's migrations know: all tables of the one app, wherever their room is."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from service.accounts import tables as accounts
from service.history import tables as history
from service.idempotency import IdempotencyKey
from service.intake import tables as intake
from service.intake.cases import tables as cases
from service.notices import tables as notices
from tenants import tables as tenants

TABLES = [
    *(tenants.Tenant, tenants.TenantProfile, tenants.TenantKey, tenants.Controller),
    *(tenants.Identifier, tenants.Verification, tenants.Delegation),
    *(accounts.Client, accounts.ClientTenant, accounts.CredentialLink, accounts.UsedAssertion),
    *(accounts.SigningKey, accounts.MasterKeyName),
    *(history.Event, IdempotencyKey),
    *(notices.Notice, notices.Draft, notices.Version, notices.VersionContent, notices.Publication, notices.Rendition),
    *(notices.NoticeSlug, notices.NoticeFate, notices.VersionFate, notices.RedactionProposal, notices.RedactionApproval),
    *(notices.Dismissal, notices.PublishingPolicy, notices.Theme, notices.Logo),
    *(intake.DataSubjectRequest, intake.RequestKey, intake.RequestReference, intake.PendingRequest, intake.MailAllowance),
    *(cases.RequestMove, cases.RequestMessage, cases.RequestReminder, cases.RequestRetention),
]

APP_CONFIG = AppConfig(app_name="seloste", migrations_folder_path=str(Path(__file__).parent), table_classes=TABLES)
