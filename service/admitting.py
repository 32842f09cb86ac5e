"""What every request passes before and after the routes: its size, HEAD, the headers that all answers carry, a log line."""

import asyncio
from time import perf_counter
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import BodyTooLarge

log = structlog.get_logger()

LIMIT = 256 * 1024
LIMITS = {"/draft": 4 * 1024 * 1024, "/imports": 2 * 1024 * 1024, "/theme/logo": 1024 * 1024}
# A client that is still sending cannot read our 413, so we listen a while longer before we answer.
DRAINED = 64 * 1024 * 1024
DRAIN_SECONDS = 10

# What every origin may read: its refusals too, and a browser that asks first (as it does before it sends If-None-Match) is told so.
OPEN = ("/n/", "/embed/")
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"*"),
    (b"access-control-max-age", b"86400"),
]

# Referrers would carry status links' secrets; nothing here is for sniffing.
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
NOT_A_PAGE = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class Admission:
    """The outermost layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        method, begun, status = scope["method"], perf_counter(), 0
        # uvicorn keeps its own scope, which says HEAD, and so leaves the body out.
        inner: Any = {**scope, "method": "GET"} if method == "HEAD" else scope

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], *HEADERS]
                if scope["path"].startswith(OPEN) and (status >= 400 or method == "OPTIONS"):
                    headers += [ANY_ORIGIN, *(PREFLIGHT if method == "OPTIONS" else [])]
                if not any(name.lower() == NOT_A_PAGE[0] for name, _ in headers):
                    headers.append(NOT_A_PAGE)
                message["headers"] = headers
            await send(message)

        await self._app(inner, _Limited(receive, scope), sending)
        quiet = (method in ("GET", "HEAD") and status < 400) or scope["path"].startswith("/health/")
        level = log.debug if quiet else log.info
        # The template, not the path: a path may hold a reference, a query its secret.
        level("request", method=method, route=inner.get("path_template", "-"), status=status, ms=round((perf_counter() - begun) * 1000, 1))


class _Limited:
    """Receives no more than a route's limit, and then refuses in a way that the client can read."""

    def __init__(self, receive: Receive, scope: Any) -> None:
        self._receive = receive
        path: str = scope["path"]
        self._limit = next((limit for ending, limit in LIMITS.items() if path.endswith(ending)), LIMIT)
        self._taken = 0

    async def __call__(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request":
            self._taken += len(message.get("body", b""))
            if self._taken > self._limit:
                await self._drain(message)
                raise BodyTooLarge(f"The body may have {self._limit // 1024} KiB here. Nothing of it was stored.")
        return message

    async def _drain(self, message: Any) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while message["type"] == "http.request" and message.get("more_body") and self._taken < DRAINED:
                    message = await self._receive()
                    self._taken += len(message.get("body", b""))
        except TimeoutError:
            pass
