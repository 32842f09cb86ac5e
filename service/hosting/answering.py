"""From a copy and what the reader asked for to the answer: encoding, language, 304, and the headers that each kind carries."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response

from service import languages
from service.hosting.copies import Copy

# Always asked again (a version comes into force at its minute), yet a proxy may go on showing it when we are away.
CURRENT = "public, max-age=0, stale-if-error=604800"
FOREVER = "public, max-age=31536000, immutable"
NOT_YET = "no-cache"
EXPOSED = "ETag, Link, Content-Language, Last-Modified, Memento-Datetime, Location"


@dataclass(frozen=True)
class Form:
    """What a path's last part asks for: `fi.fragment.html` is the language `fi` in the form `.fragment.html`."""

    name: str
    ending: str


ENDINGS = (".fragment.html", ".tilt.json", ".json", ".md", ".pdf")


def form_of(leaf: str) -> Form:
    for ending in ENDINGS:
        if leaf.endswith(ending) and len(leaf) > len(ending):
            return Form(leaf[: -len(ending)], ending)
    return Form(leaf, "")


def wanted_language(request: Request[Any, Any, Any], available: list[str], default: str) -> str:
    return languages.negotiate(request.headers.get("accept-language"), available, default)


def answer(
    request: Request[Any, Any, Any],
    copy: Copy,
    *,
    cache: str,
    vary: str = "Accept-Encoding",
    language: str | None = None,
    links: str | None = None,
) -> Response[bytes]:
    """200 or 304 (RFC 9110 section 13.1.2). Each encoding has a tag of its own, since its bytes are others."""
    encoding, body = _encoded(copy, request.headers.get("accept-encoding", ""))
    tag = f'"{copy.etag}{"-" + encoding if encoding else ""}"'
    headers = {
        "content-type": copy.media_type,
        "etag": tag,
        "cache-control": cache,
        "vary": vary,
        "access-control-allow-origin": "*",
        "access-control-expose-headers": EXPOSED,
    }
    if copy.policy:
        headers["content-security-policy"] = copy.policy
    if language:
        headers["content-language"] = language
    if links:
        headers["link"] = links
    if _matches(request.headers.get("if-none-match"), tag):
        return Response(b"", status_code=304, headers=headers)
    if encoding:
        headers["content-encoding"] = encoding
    return Response(body, headers=headers)


def _encoded(copy: Copy, accepted: str) -> tuple[str, bytes]:
    """Brotli, gzip or plain (RFC 9110 section 12.5.3): the smallest that the reader takes."""
    if not accepted:
        return "", copy.body
    weights: dict[str, float] = {}
    for part in accepted[:500].lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = 1.0
        if parameters.strip().startswith("q="):
            try:
                quality = float(parameters.strip()[2:])
            except ValueError:
                quality = 0.0
        weights[name.strip()] = quality
    offered = (("br", copy.br), ("gzip", copy.gzip))
    best = max(offered, key=lambda offer: weights.get(offer[0], weights.get("*", 0.0)))
    return best if weights.get(best[0], weights.get("*", 0.0)) > 0 else ("", copy.body)


def _matches(if_none_match: str | None, tag: str) -> bool:
    if if_none_match is None:
        return False
    given = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return "*" in given or tag in given
