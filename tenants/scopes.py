"""What a token may do. A scope is declared once beside each route; guard, OpenAPI and docs read it from there."""

from enum import StrEnum


class Scope(StrEnum):
    tenants_read = "tenants:read"
    tenants_write = "tenants:write"
    controllers_read = "controllers:read"
    controllers_write = "controllers:write"
    notices_read = "notices:read"
    notices_write = "notices:write"
    notices_publish = "notices:publish"
    requests_read = "requests:read"
    requests_write = "requests:write"
    webhooks_read = "webhooks:read"
    webhooks_write = "webhooks:write"
    clients_write = "clients:write"
    members_write = "members:write"
    audit_read = "audit:read"
    agency_read = "agency:read"
    agency_write = "agency:write"
    platform = "platform"


DESCRIPTIONS: dict[Scope, str] = {
    Scope.tenants_read: "Read the tenant's profile and its delegations.",
    Scope.tenants_write: "Change the tenant's profile; grant and end delegations.",
    Scope.controllers_read: "Read controllers.",
    Scope.controllers_write: "Add and change controllers.",
    Scope.notices_read: "Read notices, drafts and versions.",
    Scope.notices_write: "Create notices and write drafts.",
    Scope.notices_publish: "Publish a draft as a version.",
    Scope.requests_read: "Read data-subject requests, personal data included.",
    Scope.requests_write: "Work on data-subject requests.",
    Scope.webhooks_read: "Read webhooks.",
    Scope.webhooks_write: "Add and change webhooks.",
    Scope.clients_write: "Make, list and end the tenant's OAuth clients.",
    Scope.members_write: "Manage the tenant's members.",
    Scope.audit_read: "Read the audit events.",
    Scope.agency_read: "Read the agency's clients.",
    Scope.agency_write: "Make companies as the agency's clients.",
    Scope.platform: "Run the platform; given by `seloste client create` alone, never over HTTP.",
}

AGENCY: frozenset[Scope] = frozenset({Scope.agency_read, Scope.agency_write})
TENANT: frozenset[Scope] = frozenset(Scope) - AGENCY - {Scope.platform}

# Who could give itself more rights, or outlive its delegation, is never somebody else.
NEVER_DELEGATED: frozenset[Scope] = frozenset({Scope.clients_write, Scope.members_write})
DELEGABLE: frozenset[Scope] = TENANT - NEVER_DELEGATED
