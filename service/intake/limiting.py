"""How often one network may knock: a token bucket per network and process, kept in memory alone and keyed anew each day.

An address is never kept: only its hash under a key that is thrown away at midnight.
"""

import hashlib
import ipaddress
import math
import re
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from service import clock
from service.errors import FieldError, TooManyRequests

_KEPT = 100_000
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass
class _Bucket:
    tokens: float
    at: float


class Limiter:
    def __init__(self, per_minute: int, burst: int, proxies: Sequence[Network]) -> None:
        self._rate = per_minute / 60
        self._per_minute = per_minute
        self._burst = burst
        self._proxies = proxies
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()
        self._day: date | None = None
        self._key = b""

    def check(self, connection: Connection) -> None:
        """Take one token for the request's network, or refuse with the seconds until there is one."""
        bucket, now = self._bucket(self._network(connection)), monotonic()
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens < 1:
            wait = math.ceil((1 - bucket.tokens) / self._rate)
            raise TooManyRequests(
                f"Your network sent many requests in a short time. Wait {wait} seconds and send this one again; it was not stored.",
                headers={
                    "retry-after": str(wait),
                    "ratelimit-policy": f'"intake";q={self._per_minute};w=60',
                    "ratelimit": f'"intake";r=0;t={wait}',
                },
                errors=[FieldError("network", f"{self._per_minute} a minute, {self._burst} at once")],
            )
        bucket.tokens -= 1

    def _bucket(self, network: str) -> _Bucket:
        today = clock.now().date()
        if today != self._day:
            self._day, self._key = today, secrets.token_bytes(32)
            self._buckets.clear()
        name = hashlib.blake2b(network.encode(), key=self._key, digest_size=16).digest()
        bucket = self._buckets.setdefault(name, _Bucket(self._burst, monotonic()))
        self._buckets.move_to_end(name)
        if len(self._buckets) > _KEPT:
            self._buckets.popitem(last=False)
        return bucket

    def _network(self, connection: Connection) -> str:
        """The peer; or, when that is a trusted proxy, the last address in X-Forwarded-For that is not one."""
        peer = connection.client.host if connection.client else ""
        if not self._is_proxy(peer):
            return _network_of(peer)
        # A proxy writes at the end, of the last line or in a line of its own; all before that anybody may have made up.
        for part in reversed(",".join(connection.headers.getall("x-forwarded-for", []))[-2000:].split(",")):
            if part.strip() and not self._is_proxy(part.strip()):
                return _network_of(part.strip())
        return _network_of(peer)

    def _is_proxy(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._proxies)


async def limited(connection: Connection, handler: BaseRouteHandler) -> None:
    """A route's guard: who knocks too often is refused before anything of the body is read."""
    limiter: Limiter = connection.app.state.limiter
    limiter.check(connection)


def _network_of(text: str) -> str:
    """One IPv4 address; of IPv6 the /64 that one household or phone has to itself."""
    address = _address(text)
    if address is None:
        return text[:45]
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """As proxies and sockets write it: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`, `::ffff:192.0.2.1`."""
    match = re.fullmatch(r"\[(.+)\](?::\d+)?|([\d.]+):\d+", text)
    try:
        address = ipaddress.ip_address(match[1] or match[2] if match else text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
