"""A company's own first credential: a link by mail, good once and for seven days, never readable by an agency.

The link opens a page; only its button makes the credential, so that a mail filter that follows links spends nothing.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery

from service import clock, errors, sealing
from service.accounts import clients, delegations
from service.accounts.schemas import NewClient
from service.errors import NotFound
from service.guarding import public
from service.history.recording import record
from service.jobs.queueing import Job, enqueue
from service.languages import Words, long_time, ours
from service.layout import page
from service.mail.sending import Mail, send
from service.sealing import TenantKeys
from service.settings import Settings
from tenants.acting import acting_for
from tenants.callers import OPERATOR, SYSTEM, Actor
from tenants.database import Connection
from tenants.scopes import TENANT, Scope

PATH = "/first-credential"
VALID = timedelta(days=7)
SEND_LINK = "accounts.send_credential_link"
words = Words(__package__)


class FirstCredential(msgspec.Struct):
    """The company's first client. The secret is shown here once and never again."""

    tenant: str
    client_id: UUID
    client_secret: str
    scopes: list[Scope]
    token_url: str


class _Sealed(msgspec.Struct):
    address: str
    secret: bytes


@dataclass(frozen=True)
class _Link:
    """A link that is still good, and what its page shows."""

    id: UUID
    tenant_id: UUID
    slug: str
    name: str
    language: str
    expires_at: datetime
    completes_verification: bool
    agencies: list[Any]


async def offer(db: Connection, tenant: UUID, address: str, language: str, keys: TenantKeys) -> UUID:
    """Make a link and the job that mails it; links made before end. `db` is acting for `tenant`."""
    link_id = await make_link(db, tenant, address, language, keys)
    await enqueue(db, Job(SEND_LINK, tenant, link_id))
    return link_id


async def make_link(db: Connection, tenant: UUID, address: str, language: str, keys: TenantKeys) -> UUID:
    link_id, secret, at = clock.new_id(), secrets.token_bytes(32), clock.now()
    await db.execute("UPDATE credential_links SET expires_at = $2 WHERE tenant_id = $1 AND used_at IS NULL AND expires_at > $2", tenant, at)
    sealed = msgspec.msgpack.encode(_Sealed(address, secret))
    await db.execute(
        """INSERT INTO credential_links (tenant_id, id, secret_hash, sealed, language, created_at, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        tenant,
        link_id,
        hashlib.sha256(secret).digest(),
        sealing.seal(await keys.of(db, tenant), sealed, tenant, "credential link", link_id),
        language,
        at,
        at + VALID,
    )
    return link_id


async def send_link(tenant: UUID, link_id: UUID, settings: Settings, keys: TenantKeys) -> None:
    """The worker's part: mail the link, then forget its secret."""
    async with acting_for(tenant, read_only=True) as db:
        row = await db.fetchrow(
            """SELECT l.sealed, l.language, l.expires_at, p.name FROM credential_links l
               JOIN tenant_profiles p ON p.tenant_id = l.tenant_id WHERE l.tenant_id = $1 AND l.id = $2""",
            tenant,
            link_id,
        )
        if row is None or row["sealed"] is None or row["expires_at"] <= clock.now():
            return
        key = await keys.of(db, tenant)
    opened = msgspec.msgpack.decode(sealing.unseal(key, row["sealed"], tenant, "credential link", link_id), type=_Sealed)
    token = base64.urlsafe_b64encode(tenant.bytes + opened.secret).decode()
    language = ours(row["language"])
    text = words(
        "link_mail",
        language,
        name=row["name"],
        link=f"{settings.account_origin}{PATH}?link={token}",
        until=long_time(row["expires_at"], language, "Europe/Helsinki"),
    )
    await send(Mail(link_id, opened.address, words("link_mail_subject", language), text, language), settings)
    async with acting_for(tenant) as db:
        await db.execute("UPDATE credential_links SET sealed = NULL WHERE tenant_id = $1 AND id = $2", tenant, link_id)
        await record(db, tenant, "credential_link:send", SYSTEM, {"credential_link": link_id})


@get(PATH, operation_id="showFirstCredentialPage", include_in_schema=False, **public("the link is the secret"))
async def show(request: Request[Any, Any, Any], link: FromQuery[str] = "") -> Response[bytes]:
    tenant, hashed = _read(link)
    async with acting_for(tenant, read_only=True) as db:
        found = await _find(db, tenant, hashed)
    return _page(found, link)


@post(
    PATH,
    operation_id="takeFirstCredential",
    summary="Take a company's first credential",
    tags=["Clients"],
    status_code=201,
    **{
        **public("the link is the secret"),
        "responses": {
            **public("", [errors.NotFound, errors.InvalidContent])["responses"],
            201: ResponseSpec(FirstCredential, description="Shown once.", generate_examples=False),
        },
    },
)
async def take(request: Request[Any, Any, Any], state: State) -> Response[Any]:
    """The form behind the mailed link: fields `link`, and `keep` for each agency (its delegation's id) that may go on acting
    for the company; the others' delegations end. Answers a page, or JSON to `Accept: application/json`."""
    form = await request.form()
    link = str(form.get("link", ""))
    kept = {str(value) for value in form.getall("keep", [])}
    tenant, hashed = _read(link)
    settings: Settings = state.settings
    async with acting_for(tenant) as db:
        found = await _find(db, tenant, hashed, lock=True)
        await _confirm(db, found, kept)
        made = await clients.make(db, tenant, Actor("person"), NewClient("First credential", sorted(TENANT)))
        await db.execute("UPDATE credential_links SET used_at = $3 WHERE tenant_id = $1 AND id = $2", tenant, found.id, clock.now())
        await record(db, tenant, "credential_link:use", Actor("person"), {"credential_link": found.id, "client": made.id})
        if found.completes_verification:
            completed = await db.fetchval("SELECT complete_verification($1, $2, $3)", tenant, found.id, clock.now())
            await record(db, tenant, "controller:verify", OPERATOR, {"controller": completed})
    assert made.client_secret is not None
    credential = FirstCredential(found.slug, made.id, made.client_secret, made.scopes, f"{settings.public_origin}/oauth/token")
    headers = {"cache-control": "no-store"}
    if "text/html" not in request.headers.get("accept", ""):
        return Response(credential, status_code=201, headers=headers, media_type="application/json")
    body = page.render(
        "accounts/credential.html",
        found.language,
        title=words("credential_title", found.language),
        words=words,
        credential=credential,
        name=found.name,
        docs=f"{settings.account_origin}/docs",
    )
    return page.respond(body, status=201, private=True)


async def _confirm(db: Connection, link: _Link, kept: set[str]) -> None:
    """What the company keeps is confirmed; an agency's unconfirmed delegation that it does not keep ends."""
    for agency in link.agencies:
        if str(agency["id"]) in kept:
            await db.execute(
                "UPDATE delegations SET confirmed_at = $3 WHERE tenant_id = $1 AND id = $2", link.tenant_id, agency["id"], clock.now()
            )
            await record(db, link.tenant_id, "delegation:confirm", Actor("person"), {"delegation": agency["id"]})
        else:
            await delegations.end(db, link.tenant_id, agency["id"], Actor("person"))


def _read(link: str) -> tuple[UUID, bytes]:
    try:
        raw = base64.urlsafe_b64decode(link)
    except ValueError:
        raw = b""
    if len(raw) != 48:
        raise _gone()
    return UUID(bytes=raw[:16]), hashlib.sha256(raw[16:]).digest()


async def _find(db: Connection, tenant: UUID, hashed: bytes, *, lock: bool = False) -> _Link:
    row = await db.fetchrow(
        """SELECT l.id, l.tenant_id, t.slug, p.name, l.language, l.expires_at,
                  EXISTS (SELECT FROM verifications v WHERE v.tenant_id = l.tenant_id AND v.link_id = l.id) AS completes_verification
           FROM credential_links l
           JOIN tenants t ON t.id = l.tenant_id JOIN tenant_profiles p ON p.tenant_id = l.tenant_id
           WHERE l.tenant_id = $1 AND l.secret_hash = $2 AND l.used_at IS NULL AND l.expires_at > $3"""
        + (" FOR UPDATE OF l" if lock else ""),
        tenant,
        hashed,
        clock.now(),
    )
    if row is None:
        raise _gone()
    agencies = await db.fetch(
        """SELECT d.id, t.slug FROM delegations d JOIN tenants t ON t.id = d.agency_id
           WHERE d.tenant_id = $1 AND d.ended_at IS NULL AND d.confirmed_at IS NULL ORDER BY d.id""",
        tenant,
    )
    return _Link(**row, agencies=agencies)


def _gone() -> NotFound:
    # One answer for a wrong, a spent and an expired link, so that guessing tells nothing.
    return NotFound("This link is wrong, was used already, or is older than seven days. Ask whoever made the account for a new one.")


def _page(link: _Link, token: str) -> Response[bytes]:
    body = page.render(
        "accounts/offer.html",
        ours(link.language),
        title=words("offer_title", link.language),
        words=words,
        link=link,
        token=token,
        path=PATH,
        until=long_time(link.expires_at, link.language, "Europe/Helsinki"),
    )
    return page.respond(body, forms=True, private=True)
