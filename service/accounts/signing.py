"""The keys that sign access tokens: made at the first start, rotated by `seloste keys rotate`, published as JWKS."""

import json
from datetime import timedelta
from time import monotonic
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from service import clock, sealing
from service.keys import MasterKey
from tenants.acting import acting_for_platform

# RFC 9068 section 2.1: RS256 must be supported by whoever checks these tokens.
ALGORITHM = "RS256"
REREAD_SECONDS = 60


class SigningKeys:
    """The keys in the database, read again each minute and whenever a token names one that is not known here."""

    def __init__(self, master: MasterKey, token_lifetime: timedelta) -> None:
        self._sealing_key = master.derived("signing keys")
        self._token_lifetime = token_lifetime
        self._public = KeySet([])
        self._signing: RSAKey | None = None
        self._read_at = float("-inf")

    async def prepare(self) -> None:
        """Make the first key when there is none. Two nodes starting at once make one."""
        async with acting_for_platform("signing keys are the installation's") as db:
            await db.execute("SELECT pg_advisory_xact_lock(hashtext('seloste signing keys'))")
            if not await db.fetchval("SELECT EXISTS (SELECT FROM signing_keys WHERE retired_at IS NULL)"):
                await self._add(db)

    async def rotate(self) -> str:
        """A new key signs from now on; the old ones stay published until the last token that they signed has expired."""
        async with acting_for_platform("signing keys are the installation's") as db:
            await db.execute("SELECT pg_advisory_xact_lock(hashtext('seloste signing keys'))")
            await db.execute("UPDATE signing_keys SET retired_at = $1 WHERE retired_at IS NULL", clock.now())
            return await self._add(db)

    async def _add(self, db: Any) -> str:
        key = RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, private=True)
        name = key.thumbprint()
        public = {**key.as_dict(private=False), "kid": name}
        sealed = sealing.seal(self._sealing_key, json.dumps(key.as_dict(private=True)).encode(), "signing key", name)
        await db.execute(
            "INSERT INTO signing_keys (id, public, sealed, created_at) VALUES ($1, $2, $3, $4)",
            name,
            json.dumps(public),
            sealed,
            clock.now(),
        )
        return name

    async def _read(self, *, at_least: bool = False) -> None:
        # An unknown key asks for a new look, but strangers' tokens must not make us look all the time.
        if monotonic() - self._read_at < (1 if at_least else REREAD_SECONDS):
            return
        async with acting_for_platform("signing keys are the installation's", read_only=True) as db:
            rows = await db.fetch(
                """SELECT id, public, sealed, retired_at FROM signing_keys
                   WHERE retired_at IS NULL OR retired_at > $1 ORDER BY created_at""",
                # A node that has not read the rotation yet goes on signing with the old key for a minute.
                clock.now() - self._token_lifetime - timedelta(seconds=REREAD_SECONDS),
            )
        self._public = KeySet([RSAKey.import_key(json.loads(row["public"])) for row in rows])
        current = [row for row in rows if row["retired_at"] is None][-1]
        private = sealing.unseal(self._sealing_key, current["sealed"], "signing key", current["id"])
        self._signing = RSAKey.import_key({**json.loads(private), "kid": current["id"]})
        self._read_at = monotonic()

    async def signing(self) -> RSAKey:
        await self._read()
        assert self._signing is not None
        return self._signing

    async def published(self) -> dict[str, Any]:
        """The JWKS (RFC 7517)."""
        await self._read()
        return dict(self._public.as_dict(private=False))

    async def verify(self, token: str) -> jwt.Token:
        """The token, when one of our keys signed it. Raises JoseError otherwise; claims are for the caller to check."""
        await self._read()
        try:
            return jwt.decode(token, self._public, algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            await self._read(at_least=True)
            return jwt.decode(token, self._public, algorithms=[ALGORITHM])
