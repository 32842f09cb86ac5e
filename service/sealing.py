"""Envelope encryption at rest (AES-256-GCM): master key → tenant key → data key → field.

Each seal names what it is about (tenant, record, field) as associated data, so that a sealed value copied into another
row or column does not open there.
"""

import secrets
from collections import OrderedDict
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service import clock
from service.keys import MasterKey
from tenants.database import Connection

_VERSION = b"\x01"
_NONCE = 12


class SealBroken(Exception):
    """The value was not sealed with this key for this place: wrong master key, or somebody moved or changed it."""


def new_key() -> bytes:
    return secrets.token_bytes(32)


def seal(key: bytes, plain: bytes, *about: object) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _associated(about))


def unseal(key: bytes, sealed: bytes, *about: object) -> bytes:
    if sealed[:1] != _VERSION:
        raise SealBroken("unknown seal version")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _associated(about))
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"cannot open what is sealed for {_associated(about)!r}") from error


def _associated(about: tuple[object, ...]) -> bytes:
    return "\x1f".join(str(part) for part in about).encode()


class TenantKeys:
    """Opens tenants' keys and keeps the last few in memory; the wrapped ones lie in `tenant_keys`."""

    def __init__(self, master: MasterKey, *, kept: int = 1000) -> None:
        self._wrapping = master.derived("wrap tenant keys")
        self._kept = kept
        self._open: OrderedDict[UUID, bytes] = OrderedDict()

    async def add(self, db: Connection, tenant: UUID) -> None:
        """A new tenant's key; `db` is acting for it."""
        wrapped = seal(self._wrapping, new_key(), "tenant key", tenant)
        await db.execute("INSERT INTO tenant_keys (tenant_id, wrapped, created_at) VALUES ($1, $2, $3)", tenant, wrapped, clock.now())

    async def of(self, db: Connection, tenant: UUID) -> bytes:
        """The tenant's key; `db` is acting for it."""
        if (key := self._open.get(tenant)) is None:
            wrapped = await db.fetchval("SELECT wrapped FROM tenant_keys WHERE tenant_id = $1", tenant)
            key = unseal(self._wrapping, wrapped, "tenant key", tenant)
            self._open[tenant] = key
            if len(self._open) > self._kept:
                self._open.popitem(last=False)
        return key
