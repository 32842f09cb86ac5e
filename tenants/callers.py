"""Who is calling, already checked: a route that receives one of these need not ask again."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec

from tenants.scopes import Scope


class Actor(msgspec.Struct, omit_defaults=True):
    """Who did something, for history: a client (of the tenant, or of an agency acting for it), a person, or the system."""

    kind: Literal["client", "person", "operator", "system"]
    client_id: str | None = None
    agency_id: str | None = None


PERSON = Actor("person")
OPERATOR = Actor("operator")
SYSTEM = Actor("system")


@dataclass(frozen=True)
class Caller:
    """The holder of a valid access token of a client that is still alive."""

    tenant_id: UUID
    client_id: UUID
    scopes: frozenset[Scope]


@dataclass(frozen=True)
class Acting:
    """A caller acting for one tenant: its own, or a client's under a delegation that is live in this request."""

    caller: Caller
    tenant_id: UUID
    tenant_slug: str
    scopes: frozenset[Scope]

    @property
    def is_delegated(self) -> bool:
        return self.tenant_id != self.caller.tenant_id

    @property
    def actor(self) -> Actor:
        agency = str(self.caller.tenant_id) if self.is_delegated else None
        return Actor("client", str(self.caller.client_id), agency)


class ClientEnded(Exception):
    """The token's client was ended since the token was given."""
