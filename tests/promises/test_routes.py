"""Every route says what it needs or why it is public, and no stranger gets anywhere on a management route."""

import re
import uuid
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from service.app import ROUTES, build, guard
from service.hosting.recording import Recorder
from service.refusing import refuse
from service.settings import Settings
from tenants.scopes import Scope
from tests.cast import DRAFT, Cast, Player, published

# Public on purpose. A new public route is a decision: add it here with its reason in the route itself.
PUBLIC = {
    ("GET", path)
    for path in (
        "/",
        "/docs",
        "/docs/{file}",
        "/examples/embed",
        "/openapi.json",
        "/embed/{file}",
        "/embed/frame",
        "/oembed",
        "/health/live",
        "/health/ready",
        "/oauth/jwks",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
        "/first-credential",
        "/intake",
        "/intake/controllers",
        "/intake/requests/{reference}",
        "/intake/requests/{reference}/messages",
        "/intake/requests/{reference}/verification",
        "/n/{tenant}/_logo/{name}",
        "/n/{tenant}/{notice}",
        "/n/{tenant}/{notice}/{leaf}",
        "/n/{tenant}/{notice}/history",
        "/n/{tenant}/{notice}/history.json",
        "/n/{tenant}/{notice}/history/{leaf}",
        "/n/{tenant}/{notice}/v/{number}/{leaf}",
        "/n/{tenant}/{notice}/diff/{pair}/{leaf}",
        "/robots.txt",
        "/.well-known/security.txt",
        "/n/{tenant}/sitemap.xml",
        "/n/{tenant}/{notice}/at/{day}",
        "/n/{tenant}/{notice}/timemap",
        "/n/{tenant}/{notice}/request",
    )
} | {
    ("POST", path)
    for path in (
        "/oauth/token",
        "/first-credential",
        "/intake",
        "/intake/requests",
        "/intake/requests/{reference}",
        "/intake/requests/{reference}/messages",
        "/intake/requests/{reference}/verification",
        "/intake/pending/{pending_id}",
        "/intake/choose/{pending_id}",
        "/n/{tenant}/{notice}/request",
    )
}
PUBLIC.add(("DELETE", "/intake/requests/{reference}"))


def routes() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and options of every route of the real application."""
    app = build(Settings(), Recorder(1))
    return [
        (method, route.path_format, handler.opt)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    ]


MANAGEMENT = sorted({(method, path) for method, path, opt in routes() if "public" not in opt})


def test_every_route_declares_a_scope_or_is_on_the_public_list() -> None:
    undeclared = [(method, path) for method, path, opt in routes() if not opt.get("scopes") and not opt.get("public")]
    assert undeclared == []
    assert {(method, path) for method, path, opt in routes() if "public" in opt} == PUBLIC
    for _, _, opt in routes():
        assert all(isinstance(scope, Scope) for scope in opt.get("scopes", ()))


def test_there_is_something_to_guard() -> None:
    assert len(MANAGEMENT) >= 25
    assert len(ROUTES) == len(routes())


def test_an_undeclared_route_refuses_everybody() -> None:
    @get("/forgotten")
    async def forgotten() -> str:
        return "open"

    with TestClient(Litestar([forgotten], guards=[guard], exception_handlers={Exception: refuse})) as client:
        assert client.get("/forgotten").status_code == 403


@pytest.fixture(scope="module")
def dora(cast: Cast) -> Player:
    """A company that Bob's agency made and that no other test fills: all of its rows are looked at again and again."""
    return cast.company(maker=cast.bob.api)


@pytest.fixture(scope="module")
def hers(cast: Cast, dora: Player) -> dict[str, str]:
    """Something of Dora's for each path parameter."""
    slug, controller_id = published(dora)
    sent = httpx.post(
        f"{cast.house.url}/intake/requests",
        json={
            "type": "access",
            "controller": {"controller_id": controller_id},
            "subject": {"name": "A Person", "email": "person@example.org"},
            "message": "Mine?",
        },
        timeout=20,
    )
    assert sent.status_code == 202, sent.text
    clients = dora.get("/clients").json()["items"]
    found = dora.get(f"/notices/{slug}/draft/check").json()["findings"][0]["id"]
    dismissed = dora.post(f"/notices/{slug}/dismissals", {"finding": found, "reason": "Known."})
    assert dismissed.status_code == 201, dismissed.text
    return {
        "tenant": dora.slug,
        "notice": slug,
        "number": "1",
        "controller_id": controller_id,
        "delegation_id": dora.get("/delegations").json()["items"][0]["id"],
        "client_id": clients[0]["id"],
        "dismissal_id": dismissed.json()["id"],
        "request_id": dora.get("/requests").json()["items"][0]["id"],
    }


BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/controllers"): {"name": "Taken Over Oy"},
    ("PATCH", "/controllers/"): {"name": "Renamed Oy"},
    ("POST", "/notices"): {
        "slug": "theirs",
        "title": {"fi": "x"},
        "default_language": "fi",
        "languages": ["fi"],
        "controller_ids": [str(uuid.uuid4())],
    },
    ("PATCH", "/notices/"): {"title": {"fi": "Vandalised"}},
    ("PUT", "/draft"): DRAFT,
    ("PATCH", "/draft"): {"title": {"fi": "Vandalised"}},
    ("POST", "/versions"): {"change_note": {"fi": "x"}, "significance": "material"},
    ("POST", "/dismissals"): {"finding": "0" * 16, "reason": "Let it be."},
    ("PUT", "/publishing-policy"): {"errors_stop": True},
    ("PUT", "/theme"): {"corner": 24},
    ("PUT", "/request-retention"): {"content_months": 1},
    ("POST", "/revert"): {"change_note": {"fi": "x"}, "significance": "material"},
    ("POST", "/reschedule"): {"effective_from": "2030-01-01"},
    ("POST", "/slug"): {"slug": "theirs-now"},
    ("POST", "/requests"): {
        "controller_id": str(uuid.uuid4()),
        "channel": "phone",
        "received_at": "2026-11-20T10:00:00Z",
        "types": ["access"],
        "subject": {"name": "x"},
    },
    ("POST", "/ask-identity"): {"reason": "x", "question": "x", "method": "outside"},
    ("POST", "/settle-identity"): {"answer": "x"},
    ("POST", "/extend"): {"grounds": "number", "reason": "x"},
    ("POST", "/complete"): {"answer": "x"},
    ("POST", "/refuse"): {"ground": "other", "reason": "x"},
    ("POST", "/withdraw"): {"reason": "x"},
    ("POST", "/hand-over"): {"to": "x", "reason": "x"},
    ("POST", "/reopen"): {"reason": "x"},
    ("POST", "/assign"): {"assignee": "x"},
    ("POST", "/messages"): {"text": "x"},
    ("POST", "/succession"): {"successor": None},
    ("POST", "/withdrawal"): {"reason": {"fi": "x"}},
    ("POST", "/delegations"): {"agency": "charlies", "scopes": ["notices:write"]},
    ("POST", "/clients"): {"name": "mine now", "scopes": ["notices:read"]},
    ("PATCH", "/v1/tenants/"): {"contact_email": "charlie@example.org"},
}


def body_for(method: str, path: str) -> dict[str, Any]:
    fitting = [
        body for (verb, part), body in BODIES.items() if verb == method and (path.endswith(part) or (part.endswith("/") and part in path))
    ]
    return fitting[0] if fitting else {}


@pytest.mark.parametrize(("method", "path"), MANAGEMENT)
async def test_a_stranger_gets_nowhere_and_changes_nothing(
    method: str, path: str, cast: Cast, hers: dict[str, str], superuser: asyncpg.Connection
) -> None:
    """A valid token of another company, on each path of Dora's: 404 (or 403), and her rows stay as they were."""
    if "{tenant}" not in path:
        answer = cast.charlie.api.request(
            method, path, json={"slug": "not-mine", "name": "x", "contact_email": "x@example.org"} if method == "POST" else None
        )
        assert answer.status_code == 403 or hers["tenant"] not in answer.text
        return
    before = await fingerprint(superuser, hers["tenant"])
    url = re.sub(r"\{(\w+)\}", lambda match: hers[match[1]], path)
    headers = {"if-match": "*"} if method in ("PUT", "PATCH") else {}
    answer = cast.charlie.api.request(
        method, url, json=body_for(method, path) if method in ("POST", "PUT", "PATCH") else None, headers=headers
    )
    assert answer.status_code in (403, 404), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] in ("urn:seloste:problem:not-found", "urn:seloste:problem:insufficient-scope")
    assert await fingerprint(superuser, hers["tenant"]) == before
    # The very same request with the id in place of the slug tells no more.
    tenant_id = await superuser.fetchval("SELECT id FROM tenants WHERE slug = $1", hers["tenant"])
    answer = cast.charlie.api.request(
        method, url.replace(f"/{hers['tenant']}", f"/{tenant_id}"), json=body_for(method, path) or None, headers=headers
    )
    assert answer.status_code in (403, 404)
    assert await fingerprint(superuser, hers["tenant"]) == before


@pytest.mark.parametrize(("method", "path"), MANAGEMENT)
def test_without_a_token_it_is_401_and_without_the_scope_403(
    method: str, path: str, cast: Cast, dora: Player, hers: dict[str, str]
) -> None:
    url = re.sub(r"\{(\w+)\}", lambda match: hers[match[1]], path)
    body = body_for(method, path) if method in ("POST", "PUT", "PATCH") else None
    answer = httpx.request(method, cast.house.url + url, json=body, timeout=20)
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith("Bearer resource_metadata=")
    assert "error=" not in challenge
    needed = next(set(opt["scopes"]) for verb, route, opt in routes() if (verb, route) == (method, path))
    other = next(scope for scope in (Scope.webhooks_read, Scope.webhooks_write) if scope not in needed)
    poor = cast.house.token(dora.client, other.value)
    answer = httpx.request(method, cast.house.url + url, json=body, headers={"authorization": f"Bearer {poor}"}, timeout=20)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert set(answer.json()["scope"]) == {scope.value for scope in needed}


async def fingerprint(superuser: asyncpg.Connection, slug: str) -> dict[str, Any]:
    """Every row of the tenant's in every table that a tenant owns, but for what the system itself goes on writing about mails."""
    tables = await superuser.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1"
    )
    tenant = await superuser.fetchval("SELECT id FROM tenants WHERE slug = $1", slug)
    found = {}
    for row in tables:
        more = "AND actor ->> 'kind' <> 'system'" if row["table_name"] == "history" else ""
        found[row["table_name"]] = await superuser.fetchval(
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {row['table_name']} t WHERE tenant_id = $1 {more}",
            tenant,
        )
    return found
