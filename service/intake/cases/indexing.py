"""Find a request by an exact mail address or by who works on it, while the database holds neither in clear."""

import hmac
import unicodedata
from uuid import UUID

import msgspec

from service import sealing


def index(tenant_key: bytes, kind: str, text: str) -> bytes:
    """The same for the same text in the same tenant, and telling nothing without the tenant's key (a keyed blind index)."""
    folded = unicodedata.normalize("NFC", text).strip().casefold()
    key = hmac.digest(tenant_key, f"blind index: {kind}".encode(), "sha256")
    return hmac.digest(key, folded.encode(), "sha256")[:16]


def sealed_assignee(tenant_key: bytes, assignee: str, tenant: UUID, request_id: UUID) -> bytes:
    """Under the tenant's own key, since a list shows it without opening any request."""
    return sealing.seal(tenant_key, msgspec.msgpack.encode(assignee), tenant, request_id, "assignee")


def assignee(tenant_key: bytes, sealed: bytes | None, tenant: UUID, request_id: UUID) -> str | None:
    if sealed is None:
        return None
    return msgspec.msgpack.decode(sealing.unseal(tenant_key, sealed, tenant, request_id, "assignee"), type=str)
