"""A notice for a frame on another site: the fragment as a page that tells the page around it how high it is.

It is made from the public copies, so it answers when they do. Its script is the only one that ever stands beside a tenant's
text: it measures, and the page's policy names its hash and no other.
"""

import asyncio
import base64
import hashlib
import re
from typing import Any, Literal

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromQuery
from markupsafe import Markup

from service import errors
from service.errors import MalformedRequest
from service.guarding import public
from service.hosting.answering import CURRENT, answer
from service.hosting.closing import tell
from service.hosting.embedding.meaning import Meant, find
from service.hosting.finding import copy_of
from service.hosting.heads import Copy
from service.layout import page
from service.refusing import is_for_people, refuse

VARY = "Accept-Language, Accept-Encoding"
# What is posted is public, so anybody may hear it. Who listens looks from which window and origin it came.
SCRIPT = (
    "const all=document.documentElement;new ResizeObserver(()=>parent.postMessage({height:Math.ceil(all.getBoundingClientRect().height),"
    'title:document.title,language:all.lang},"*")).observe(all)'
)
_SCRIPT_SOURCE = "'sha256-" + base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode() + "'"
_TITLE, _STYLE = (re.compile(f"<{name}>(.*?)</{name}>", re.DOTALL) for name in ("title", "style"))
_VERSION = re.compile(r"[1-9]\d{0,8}")
# A page that isolates itself (COEP) may hold it as well.
_HEADERS = {"cross-origin-resource-policy": "cross-origin", "cross-origin-embedder-policy": "require-corp", "x-robots-tag": "noindex"}


def refuse_in_frame(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """As everywhere, but for people it can be read where the notice would have stood."""
    given = refuse(request, error)
    if is_for_people(request):
        given.headers["content-security-policy"] = page.content_security_policy(framed_by_anybody=True)
    return given


@get(
    "/embed/frame",
    operation_id="readFrame",
    include_in_schema=False,
    exception_handlers={
        errors.NoticeGone: tell,
        errors.VersionRedacted: tell,
        HTTPException: refuse_in_frame,
        Exception: refuse_in_frame,
    },
    **public("a notice for a frame on another site"),
)
async def read_frame(
    request: Request[Any, Any, Any],
    state: State,
    notice: FromQuery[str],
    lang: FromQuery[str] = "",
    version: FromQuery[str] = "",
    show: FromQuery[Literal["", "notice", "history"]] = "",
) -> Response[bytes]:
    if version and not _VERSION.fullmatch(version):
        raise MalformedRequest("`version` is a version's number, such as 3.")
    meant = await find(
        state,
        notice,
        language=lang,
        version=int(version) if version else None,
        history=show == "history",
        accept_language=request.headers.get("accept-language"),
    )
    copy = await state.copies.made(meant.head, ("frame", meant.number, meant.stored), lambda: _framed(state, meant))
    given = answer(request, copy, cache=CURRENT, vary=VARY, language=meant.language)
    given.headers.update(_HEADERS, link=f'<{meant.address}>; rel="canonical"')
    given.headers["content-security-policy"] = page.content_security_policy(
        style=page.style_source(copy.body), script=_SCRIPT_SOURCE, framed_by_anybody=True
    )
    return given


async def _framed(state: State, meant: Meant) -> Copy:
    """In the style of the page that was stored beside the fragment, which may be the tenant's own."""
    whole = await copy_of(state, meant.head, meant.number, meant.stored)
    fragment = await copy_of(state, meant.head, meant.number, f"{meant.stored}.fragment.html")
    style = _STYLE.search(whole.body.decode())
    body = page.render(
        "hosting/embedding/frame.html",
        meant.language,
        title=title_of(whole),
        style=Markup(style[1]) if style else page.STYLE,  # noqa: S704 — our own page
        fragment=Markup(fragment.body.decode()),  # noqa: S704 — rendered and cleaned when it was published
        script=Markup(SCRIPT),  # noqa: S704 — our own
    )
    return await asyncio.to_thread(Copy.of, whole.media_type, body)


def title_of(stored_page: Copy) -> Markup:
    found = _TITLE.search(stored_page.body.decode())
    return Markup(found[1] if found else "")  # noqa: S704 — our own page
