"""What search engines are told: which notices a tenant has in force, and where they need not go.

There is a sitemap for each tenant and none across tenants, and robots.txt names none: who is a tenant here is not for listing.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from service import clock, errors
from service.errors import NotFound
from service.guarding import public
from service.hosting.answering import CURRENT, answer
from service.hosting.copies import Copies
from service.hosting.heads import Copy, Head
from service.layout import page
from service.waiting import Turns

# By the protocol (sitemaps.org) a file lists no more.
MOST = 50_000
# It reads all of a tenant's notices, and anybody may ask.
_TURNS = Turns(at_once=1, waiting=20)

# A day and a pair of versions can be written without end; what carries a secret is for one person.
ROBOTS = b"""User-agent: *
Allow: /n/
Disallow: /n/*/at/
Disallow: /n/*/diff/
Disallow: /first-credential
Disallow: /intake/
Disallow: /oauth/
Disallow: /v1/
"""


@get("/robots.txt", operation_id="readRobots", include_in_schema=False, **public("where search engines need not go"))
async def read_robots() -> Response[bytes]:
    return Response(ROBOTS, headers={"content-type": "text/plain; charset=utf-8", "cache-control": "public, max-age=86400"})


@get(
    "/n/{tenant:str}/sitemap.xml",
    operation_id="readSitemap",
    summary="A tenant's notices, for search engines",
    tags=["Public"],
    **public("what a tenant has in force, for search engines", [errors.NotFound]),
)
async def read_sitemap(request: Request[Any, Any, Any], state: State, tenant: FromPath[str]) -> Response[bytes]:
    """sitemaps.org's protocol: each language of each notice in force, with the others (`hreflang`)."""
    copies: Copies = state.copies
    async with _TURNS.turn():
        heads = await copies.heads(tenant)
        shown = _shown(heads, clock.now(), state.settings.public_origin)
        if not shown:
            raise NotFound("No tenant of this name has a notice in force.")
        copy = await asyncio.to_thread(lambda: Copy.of("application/xml", page.render("hosting/sitemap.xml", "en", notices=shown)))
    return answer(request, copy, cache=CURRENT)


class _Shown(NamedTuple):
    address: str
    languages: Sequence[str]
    changed: str


def _shown(heads: Sequence[Head], at: datetime, origin: str) -> list[_Shown]:
    """Those that can be read at their own address."""
    shown, addresses = [], 0
    for head in sorted(heads, key=lambda head: head.slug):
        version = head.in_force(at)
        if version is None or version.redacted or head.withdrawal or head.succession:
            continue
        addresses += len(version.languages)
        if addresses > MOST:
            break
        # A version may have come into force after the last thing that somebody did.
        changed = max(version.in_force_at, head.changed_at)
        shown.append(_Shown(origin + head.address, version.languages, msgspec.to_builtins(changed)))
    return shown
