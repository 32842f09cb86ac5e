"""Render a page and wrap it in the headers that every page carries."""

import base64
import functools
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from litestar import Response
from markupsafe import Markup

from service import languages
from service.languages import Words

ROOMS = ("layout", "notices", "hosting", "intake", "accounts")
STYLE = "".join(line.strip() for line in files(__package__).joinpath("style.css").read_text("utf-8").splitlines())
shared = Words(__package__)


@functools.lru_cache(maxsize=100)
def _source(style: bytes) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(style).digest()).decode() + "'"


STYLE_SOURCE = _source(STYLE.encode())


@functools.cache
def environment() -> Environment:
    """Templates of all rooms, as `room/name.html`. Everything is escaped unless a renderer marked it safe."""
    loaders = {room: PackageLoader(f"service.{room}", ".") for room in ROOMS}
    made = Environment(loader=PrefixLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(
        style=Markup(STYLE),  # noqa: S704 — our own file
        shared=shared,
        direction=languages.direction,
        name_of=languages.name_of,
    )
    return made


def render(template: str, language: str, **values: Any) -> bytes:
    # `look`: a theme, where the page wears one.
    return environment().get_template(template).render({"look": None, "language": language, **values}).encode()


def style_source(page: bytes) -> str:
    """For the policy of a page that was stored: it is shown in the style that it was rendered with, not in today's."""
    head, closed, _ = page.partition(b"</style>")
    return _source(head.partition(b"<style>")[2]) if closed else STYLE_SOURCE


def content_security_policy(
    *, style: str = STYLE_SOURCE, script: str = "'none'", forms: bool = False, framed_by_anybody: bool = False
) -> str:
    """No script but one of ours by its hash, nothing from elsewhere. Only a notice may stand in a foreign frame."""
    form_action = "'self'" if forms else "'none'"
    ancestors = "*" if framed_by_anybody else "'none'"
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src 'self' data:; base-uri 'none'; "
        f"form-action {form_action}; frame-ancestors {ancestors}"
    )


def respond(
    body: bytes, *, status: int = 200, forms: bool = False, private: bool = False, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """A page of our own. `private`: it shows something for one person, so nothing may keep it or learn where it was."""
    given = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": content_security_policy(forms=forms),
        "cache-control": "no-store" if private else "no-cache",
        **(headers or {}),
    }
    return Response(body, status_code=status, headers=given)


def error_page(status: int, detail: str, accept_language: str | None) -> bytes:
    language = languages.negotiate(accept_language, languages.OURS, "en")
    key = f"error_{status}" if f"error_{status}" in shared.table else "error_other"
    # The detail is English and written for programs; a reader of English may find it useful as well.
    return render(
        "layout/error.html",
        language,
        title=shared(key, language),
        text=shared(f"{key}_text", language),
        detail=detail if language == "en" else "",
        status=status,
    )
