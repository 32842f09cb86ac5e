"""From a copy and what the reader asked for to the answer: encoding, language, 304, and the headers that each kind carries."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response

from service.hosting import negotiating
from service.hosting.heads import Copy
from service.hosting.negotiating import LOOKED_AT
from service.hosting.recording import Asked, Standing

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


ENDINGS = (".fragment.html", ".tilt.json", ".json", ".md", ".pdf", ".atom")


def form_of(leaf: str) -> Form:
    for ending in ENDINGS:
        if leaf.endswith(ending) and len(leaf) > len(ending):
            return Form(leaf[: -len(ending)], ending)
    return Form(leaf, "")


def wanted_language(request: Request[Any, Any, Any], available: list[str], default: str) -> str:
    offer = tuple(available), default
    if asked := Asked.of(request.scope):
        asked.offer = offer
    return negotiating.language(_header(request, "accept-language")[:LOOKED_AT], *offer)


def answer(
    request: Request[Any, Any, Any],
    copy: Copy,
    *,
    cache: str,
    vary: str = "Accept-Encoding",
    language: str | None = None,
    links: str | None = None,
    standing: Standing | None = None,
) -> Response[bytes]:
    """200 or 304 (RFC 9110 section 13.1.2). Each encoding has a tag of its own, since its bytes are others.

    `standing` says that this is everybody's answer, whatever else they send, and until when: it may be said again without asking.
    """
    encoding = negotiating.encoding(_header(request, "accept-encoding")[:LOOKED_AT])
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
    if standing and (asked := Asked.of(request.scope)):
        asked.answered(standing, language or "", encoding, tag.encode(), request.scope["path_template"])
    known = _header(request, "if-none-match")
    if known and negotiating.matches(known, tag.encode()):
        return Response(b"", status_code=304, headers=headers)
    if encoding:
        headers["content-encoding"] = encoding
    return Response({"br": copy.br, "gzip": copy.gzip}.get(encoding, copy.body), headers=headers)


def lead(location: str, *, vary: str, link: str) -> Response[bytes]:
    """302 to what fits the request now; what is published later may make another fit it."""
    headers = {
        "location": location,
        "cache-control": "no-cache",
        "vary": vary,
        "link": link,
        "access-control-allow-origin": "*",
        "access-control-expose-headers": EXPOSED,
    }
    return Response(b"", status_code=302, headers=headers)


def _header(request: Request[Any, Any, Any], name: str) -> bytes:
    return request.headers.get(name, "").encode("latin-1")
