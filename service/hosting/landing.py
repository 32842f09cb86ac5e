"""What a newcomer finds: the landing page, an embedding page, and the API docs. None asks anything of an outside server."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from service.errors import NotFound
from service.guarding import public
from service.hosting.embedding import serving
from service.layout import page
from service.settings import Settings

_BUILT = ("swagger-ui.css", "swagger-ui-bundle.js")
_OURS = ("docs.css", "docs.js")
_DOCS_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_OWN_SCRIPTS = (
    "default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class Demo(msgspec.Struct):
    """What the landing page may show of demo.json: no secrets."""

    notices: list[str] = []


@get("/", operation_id="readLandingPage", include_in_schema=False, **public("the way in"))
async def read_landing(state: State) -> Response[bytes]:
    settings: Settings = state.settings
    demo = _demo(settings)
    body = page.render(
        "hosting/landing.html",
        "en",
        title="Seloste",
        origin=settings.public_origin,
        account=settings.account_origin,
        demo=demo,
        demo_file=settings.data / "demo.json",
        first=demo.notices[0].removeprefix(settings.public_origin).removeprefix("/n/") if demo.notices else "tenant/notice",
        pinned=serving.PINNED,
        integrity=serving.INTEGRITY,
    )
    return page.respond(body)


@get("/examples/embed", operation_id="readEmbeddingPage", include_in_schema=False, **public("shows embedding at work"))
async def read_embedding_page(state: State) -> Response[bytes]:
    settings: Settings = state.settings
    demo = _demo(settings)
    if not demo.notices:
        raise NotFound("There are no example notices here; `seloste demo` loads them.")
    notice = demo.notices[0].partition("/n/")[2]
    body = page.render("hosting/embedding.html", "en", title="A page with an embedded notice", notice=notice)
    policy = _OWN_SCRIPTS.format(styles=page.STYLE_SOURCE)
    return page.respond(body, headers={"content-security-policy": policy})


@get("/docs", operation_id="readDocs", include_in_schema=False, **public("the API's documentation"))
async def read_docs() -> Response[bytes]:
    body = page.render("hosting/docs.html", "en", title="Seloste API")
    # Swagger UI writes style attributes; it runs here alone, on our own text, and fetches from here alone.
    policy = _OWN_SCRIPTS.format(styles="'self' 'unsafe-inline'")
    return page.respond(body, headers={"content-security-policy": policy})


@get("/docs/{file:str}", operation_id="readDocsFile", include_in_schema=False, **public("the API's documentation"))
async def read_docs_file(file: FromPath[str]) -> Response[bytes]:
    if file not in (*_BUILT, *_OURS):
        raise NotFound("The API's documentation is at /docs.")
    folder, cache = (_built_docs(), "max-age=86400") if file in _BUILT else (Path(__file__).parent / "static", "no-cache")
    path = folder / file
    return Response(path.read_bytes(), headers={"content-type": _DOCS_TYPES[path.suffix], "cache-control": cache})


@get("/openapi.json", operation_id="readOpenApi", include_in_schema=False, **public("the API's description for programs"))
async def read_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    body: bytes = request.app.state.openapi()
    return Response(body, media_type="application/json", headers={"access-control-allow-origin": "*", "cache-control": "no-cache"})


def _built_docs() -> Path:
    # The package's own code is not imported: only the built Swagger UI that it carries is wanted.
    spec = find_spec("swagger_ui")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "static"


def _demo(settings: Settings) -> Demo:
    try:
        return msgspec.convert(json.loads((settings.data / "demo.json").read_text()), Demo)
    except (OSError, ValueError):
        return Demo()
