"""Tenants' logos, each at an address that its bytes name; as files too, for the time when the database is away."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from service import errors
from service.errors import NotFound
from service.guarding import public
from service.hosting.answering import FOREVER
from service.hosting.heads import Head
from tenants.acting import acting_for_platform
from tenants.database import Connection

log = structlog.get_logger()

_TENANT = re.compile(r"[a-z0-9-]{3,63}")
_NAME = re.compile(r"[0-9a-f]{64}\.(?:png|webp)")


class Logos:
    """One per process. A file is called as it is asked for; its name is its hash, so one that was changed is nobody's logo."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def find(self, tenant: str, name: str) -> bytes | None:
        if not (_TENANT.fullmatch(tenant) and _NAME.fullmatch(name)):
            return None
        if (kept := await asyncio.to_thread(self._read, f"{tenant}.{name}")) is not None:
            return kept
        async with acting_for_platform("a logo on a public page is for everybody", read_only=True) as db:
            body: bytes | None = await db.fetchval(
                "SELECT l.body FROM logos l JOIN tenants t ON t.id = l.tenant_id WHERE t.slug = $1 AND l.name = $2", tenant, name
            )
        return body

    async def keep(self, db: Connection, heads: Sequence[Head]) -> None:
        """Bring the logos of these notices' tenants to disk, and take from there those that are in use no more."""
        tenants = {head.tenant_id: head.tenant_slug for head in heads}
        rows = await db.fetch("SELECT tenant_id, name FROM logos WHERE tenant_id = ANY ($1)", list(tenants))
        wanted = {f"{tenants[row['tenant_id']]}.{row['name']}": row for row in rows}
        missing = await asyncio.to_thread(self._prune, set(tenants.values()), set(wanted))
        for file in missing:
            row = wanted[file]
            body = await db.fetchval("SELECT body FROM logos WHERE tenant_id = $1 AND name = $2", row["tenant_id"], row["name"])
            if body is not None:
                await asyncio.to_thread(self._write, file, body)

    def _read(self, file: str) -> bytes | None:
        try:
            body = (self._folder / file).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(body).hexdigest() in file:
            return body
        log.error("a logo on disk is not what was written and is left aside", file=file)
        return None

    def _prune(self, tenants: set[str], wanted: set[str]) -> list[str]:
        """Those that are wanted and not here."""
        here = {path.name for path in self._folder.iterdir() if path.name.partition(".")[0] in tenants}
        for file in here - wanted:
            (self._folder / file).unlink(missing_ok=True)
        return sorted(wanted - here)

    def _write(self, file: str, body: bytes) -> None:
        # At once or not at all: a torn file would be left aside, and a logo missing when the database is away.
        beside = self._folder / f"{file}.new"
        beside.write_bytes(body)
        beside.chmod(0o600)
        beside.replace(self._folder / file)


@get(
    "/n/{tenant:str}/_logo/{name:str}",
    operation_id="readLogo",
    summary="A tenant's logo",
    tags=["Public"],
    **{
        **(described := public("A picture on public pages", [errors.NotFound])),
        "responses": {200: ResponseSpec(bytes, media_type="image/webp", description="PNG or WebP"), **described["responses"]},
    },
)
async def read_logo(request: Request[Any, Any, Any], state: State, tenant: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    logos: Logos = state.logos
    body = await logos.find(tenant, name)
    if body is None:
        raise NotFound("No page shows a logo from this address any more.")
    headers = {
        "content-type": f"image/{name.rpartition('.')[2]}",
        "cache-control": FOREVER,
        "etag": f'"{name[:32]}"',
        "access-control-allow-origin": "*",
        # Opened by itself it is a picture and can be nothing else.
        "content-security-policy": "default-src 'none'; sandbox",
    }
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, headers=headers)
