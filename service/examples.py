"""The example tenants: fictional companies and an agency, loaded from `examples/tenants` into an empty embedded database."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from service import clock
from service.accounts import clients, controllers, credentials
from service.accounts import tenants as founding
from service.accounts.schemas import DataProtectionOfficer, NewClient, NewController, NewTenant
from service.notices import drafting, publishing
from service.notices.content import Content, Section, normalised
from service.notices.schemas import NewVersion
from service.preparing import open_engine
from service.sealing import TenantKeys
from service.settings import Settings
from tenants.acting import acting_for, acting_for_platform
from tenants.callers import OPERATOR
from tenants.database import ENGINE, Connection, Place
from tenants.scopes import AGENCY, DELEGABLE, TENANT, Scope

FOLDER = Path(__file__).parent.parent / "examples" / "tenants"
# The order of demo.json: first a company with one verified controller, then an agency with clients.
FIRST = ("hallavirta", "selkopaperi")
_HEADING = re.compile(r"^## (?P<heading>.+?) \{#(?P<id>[a-z0-9_-]+)(?: covers=(?P<covers>[a-z_,]+))?\}$", re.MULTILINE)


async def load_at_start(place: Place, settings: Settings, keys: TenantKeys) -> None:
    """Into an empty embedded database, once. One that somebody uses already stays as it is."""
    file = settings.data / "demo.json"
    if not file.exists():
        await open_engine(place, settings, "operator")
        try:
            async with acting_for_platform("whether anybody is here", read_only=True) as db:
                slugs = {row["slug"] for row in await db.fetch("SELECT slug FROM tenants")}
            if slugs <= {example["slug"] for example in _examples()}:
                print("Loading the example tenants ...", flush=True)
                await load(settings, keys)
        finally:
            await ENGINE.close()


async def load(settings: Settings, keys: TenantKeys) -> None:
    """`ENGINE` is open as the operator, who alone may verify. Each tenant is one transaction, so a second try goes on."""
    examples = _examples()
    agencies = {client: example["slug"] for example in examples for client in example.get("manages", [])}
    made: dict[str, dict[str, Any]] = {}
    notices: dict[str, list[str]] = {}
    ids: dict[str, UUID] = {}
    for example in sorted(examples, key=lambda example: (example["kind"] != "agency", example["slug"])):
        ids[example["slug"]] = await _tenant(example, ids.get(agencies.get(example["slug"], "")), keys)
        made[example["slug"]] = await _client(ids[example["slug"]], example)
        notices[example["slug"]] = [f"/n/{example['slug']}/{notice['slug']}" for notice in example.get("notices", [])]
    order = [*FIRST, *(slug for slug in sorted(made) if slug not in FIRST)]
    document = {
        "base_url": "",
        "token_url": "",
        "notices": [path for slug in order for path in notices[slug]],
        "clients": [made[slug] for slug in order],
    }
    _write(settings, document)
    renew_addresses(settings)


def renew_addresses(settings: Settings) -> None:
    """The server may listen elsewhere than last time."""
    file = settings.data / "demo.json"
    if file.exists():
        document = json.loads(file.read_text())
        document["base_url"] = settings.public_origin
        document["token_url"] = f"{settings.public_origin}/oauth/token"
        document["notices"] = [settings.public_origin + "/n/" + url.partition("/n/")[2] for url in document["notices"]]
        _write(settings, document)


def greeting(settings: Settings) -> str:
    lines = ["", f"Seloste is at {settings.public_origin}", ""]
    file = settings.data / "demo.json"
    if file.exists():
        document = json.loads(file.read_text())
        first = document["clients"][0]
        lines += [
            "  A notice          " + document["notices"][0],
            "  Embedded          " + settings.public_origin + "/examples/embed",
            "  Send a request    " + settings.public_origin + "/intake",
            "  API documentation " + settings.account_origin + "/docs",
            "  A token           "
            + f"curl -u {first['client_id']}:{first['client_secret']} -d grant_type=client_credentials {document['token_url']}",
            f"  All credentials   {file}",
        ]
    if not settings.smtp_url:
        lines.append(f"  Mail goes to      {settings.data / 'mailbox'}")
    return "\n".join([*lines, "", "Ctrl-C stops everything.", ""])


def _examples() -> list[dict[str, Any]]:
    return [tomllib.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*/tenant.toml"))]


async def _tenant(example: dict[str, Any], agency: UUID | None, keys: TenantKeys) -> UUID:
    async with acting_for_platform("whether it is here already", read_only=True) as db:
        known: UUID | None = await db.fetchval("SELECT id FROM tenants WHERE slug = $1", example["slug"])
    if known:
        return known
    tenant_id = clock.new_id()
    async with acting_for(tenant_id) as db:
        data = NewTenant(
            slug=example["slug"],
            name=example["name"],
            contact_email=example["contact_email"],
            kind=example["kind"],
            language=example["language"],
        )
        await founding.found(db, tenant_id, OPERATOR, data, keys, agency=agency)
        # An example company has confirmed its agency, as a real one does with its first credential.
        await db.execute("UPDATE delegations SET confirmed_at = $2 WHERE tenant_id = $1", tenant_id, clock.now())
        by_key: dict[str, UUID] = {}
        for entry in example["controllers"]:
            by_key[entry["key"]] = await _controller(db, tenant_id, entry, example, keys)
        for notice in example.get("notices", []):
            await _notice(db, tenant_id, example["slug"], notice, by_key)
    return tenant_id


async def _controller(db: Connection, tenant: UUID, entry: dict[str, Any], example: dict[str, Any], keys: TenantKeys) -> UUID:
    fields = {name: value for name, value in entry.items() if name not in ("key", "verified", "dpo")}
    dpo = DataProtectionOfficer(**{k: v for k, v in entry["dpo"].items() if v}) if entry.get("dpo") else None
    added = await controllers.add(db, tenant, OPERATOR, NewController(**fields, dpo=dpo))
    if entry.get("verified"):
        link = await credentials.make_link(db, tenant, example["contact_email"], example["language"], keys)
        claimed = [row["id"] for row in await db.fetch("SELECT id FROM directory WHERE controller_id = $1", added.id)]
        at = clock.now()
        evidence = "An example: this company does not exist."
        await db.execute(
            "SELECT approve_verification($1, $2, $3, $4, $5, $6, $7)", tenant, clock.new_id(), added.id, claimed, evidence, link, at
        )
        await db.execute("UPDATE credential_links SET used_at = $3 WHERE tenant_id = $1 AND id = $2", tenant, link, at)
        await db.execute("SELECT complete_verification($1, $2, $3)", tenant, link, at)
    return added.id


async def _notice(db: Connection, tenant: UUID, tenant_slug: str, notice: dict[str, Any], by_key: Mapping[str, UUID]) -> None:
    notice_id, at = clock.new_id(), clock.now()
    await db.execute(
        """INSERT INTO notices (tenant_id, id, slug, kind, title, default_language, languages, controller_ids, requests_to,
               created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)""",
        tenant,
        notice_id,
        notice["slug"],
        notice["kind"],
        json.dumps(notice["title"]),
        notice["default_language"],
        notice["languages"],
        [by_key[key] for key in notice["controllers"]],
        by_key.get(notice.get("requests_to", "")),
        at,
    )
    await db.execute(
        "INSERT INTO drafts (tenant_id, notice_id, content, revision, updated_at) VALUES ($1, $2, $3, 1, $4)", tenant, notice_id, "{}", at
    )
    for version in notice["versions"]:
        content = normalised(_content(tenant_slug, notice, version["folder"]), notice["languages"])
        await db.execute(
            "UPDATE drafts SET content = $3, revision = revision + 1 WHERE tenant_id = $1 AND notice_id = $2",
            tenant,
            notice_id,
            msgspec.json.encode(content).decode(),
        )
        row = await drafting.find(db, tenant, str(notice_id), lock=True)
        effective = version.get("effective_from")
        data = NewVersion(
            change_note=version["change_note"],
            significance=version["significance"],
            effective_from=date.fromisoformat(str(effective)) if effective else None,
            historical=version.get("historical", False),
        )
        await publishing.publish(db, tenant, tenant_slug, row, data, OPERATOR)


def _content(tenant_slug: str, notice: dict[str, Any], folder: str) -> Content:
    sections: dict[str, Section] = {}
    for language in notice["languages"]:
        text = (FOLDER / tenant_slug / notice["slug"] / folder / f"{language}.md").read_text("utf-8")
        found = list(_HEADING.finditer(text))
        for match, following in zip(found, [*found[1:], None], strict=True):
            body = text[match.end() : following.start() if following else len(text)].strip()
            covers = match["covers"].split(",") if match["covers"] else None
            section = sections.setdefault(match["id"], Section(id=match["id"], heading={}, body={}, covers=covers))
            section.heading[language] = match["heading"]
            section.body[language] = body
    return Content(title=notice["title"], sections=list(sections.values()), register_name=notice.get("register_name"))


async def _client(tenant: UUID, example: dict[str, Any]) -> dict[str, Any]:
    scopes: set[Scope] = set(TENANT) if example["kind"] == "company" else set(DELEGABLE | AGENCY | TENANT)
    async with acting_for(tenant) as db:
        made = await clients.make(db, tenant, OPERATOR, NewClient("Example", sorted(scopes)))
    return {
        "tenant": example["slug"],
        "kind": example["kind"],
        "client_id": str(made.id),
        "client_secret": made.client_secret,
        "scopes": [scope.value for scope in made.scopes],
    }


def _write(settings: Settings, document: dict[str, Any]) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    part = settings.data / ".demo.json.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=2)
    part.rename(settings.data / "demo.json")
