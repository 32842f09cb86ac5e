"""The embed script, from the installed package alone: `v1.js` evergreen, `v1.{hash}.js` for ever and with SRI."""

import base64
import gzip
import hashlib
from importlib.resources import files
from typing import Any

import brotli
from litestar import Request, Response, get
from litestar.params import FromPath

from service.errors import NotFound
from service.guarding import public
from service.hosting.answering import FOREVER, answer
from service.hosting.copies import Copy
from service.hosting.recording import ALWAYS

_SOURCE = files(__package__).joinpath("static/v1.js").read_bytes()
SCRIPT = Copy("text/javascript; charset=utf-8", _SOURCE, gzip.compress(_SOURCE, 9, mtime=0), brotli.compress(_SOURCE))
PINNED = f"v1.{SCRIPT.etag[:16]}.js"
INTEGRITY = "sha384-" + base64.b64encode(hashlib.sha384(_SOURCE).digest()).decode()
EVERGREEN = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"


@get("/embed/{file:str}", operation_id="readEmbedScript", include_in_schema=False, **public("scripts that embed a notice"))
async def read_script(request: Request[Any, Any, Any], file: FromPath[str]) -> Response[bytes]:
    if file not in ("v1.js", PINNED):
        raise NotFound(f"The embed scripts are /embed/v1.js and /embed/{PINNED}.")
    given = answer(request, SCRIPT, cache=FOREVER if file == PINNED else EVERGREEN, standing=ALWAYS)
    given.headers["cross-origin-resource-policy"] = "cross-origin"
    return given
