"""The embed script, from the installed package alone: `v1.js` evergreen, `v1.{hash}.js` for ever and with SRI.

Whoever pinned a script goes on getting it: one that was released and then replaced stays in `static/` under its hash. What
the files must be stands in `static/SHA384SUMS`, and a server whose files are others does not start.
"""

import base64
import gzip
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import brotli
from litestar import Request, Response, get
from litestar.params import FromPath

from service.errors import NotFound
from service.guarding import public
from service.hosting.answering import FOREVER, answer
from service.hosting.heads import Copy
from service.hosting.recording import ALWAYS

_FOLDER = files(__package__).joinpath("static")
_FILES = {file.name: file.read_bytes() for file in _FOLDER.iterdir()}
SUMS = _FILES.pop("SHA384SUMS", b"").decode("ascii")
NEWEST = "v1.js"
EVERGREEN = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"


class ScriptsWrong(Exception):
    """The scripts are not those that were released."""


def check(scripts: Mapping[str, bytes] = _FILES, sums: str = SUMS) -> None:
    """Raises where a script is missing, was changed, or stands under another's hash."""
    committed = {name: digest for digest, _, name in (line.partition("  ") for line in sums.splitlines())}
    found = {name: hashlib.sha384(script).hexdigest() for name, script in scripts.items()}
    wrong = {name for name in committed.keys() | found.keys() if committed.get(name) != found.get(name)}
    wrong |= {name for name, digest in found.items() if name not in (NEWEST, _pinned(digest))}
    if wrong:
        raise ScriptsWrong(
            f"{', '.join(sorted(wrong))} in {_FOLDER} is not the embed script that was released (SHA384SUMS). Other sites run it, so it "
            "is not served. Install Seloste anew."
        )


def _pinned(digest: str) -> str:
    return f"v1.{digest[:16]}.js"


def _copy(script: bytes) -> Copy:
    return Copy("text/javascript; charset=utf-8", script, gzip.compress(script, 9, mtime=0), brotli.compress(script))


_FILES.setdefault(NEWEST, b"")
_DIGEST = hashlib.sha384(_FILES[NEWEST])
PINNED = _pinned(_DIGEST.hexdigest())
INTEGRITY = "sha384-" + base64.b64encode(_DIGEST.digest()).decode()
_COPIES = {name: _copy(script) for name, script in _FILES.items()}
_COPIES[PINNED] = _COPIES[NEWEST]


@get("/embed/{file:str}", operation_id="readEmbedScript", include_in_schema=False, **public("scripts that embed a notice"))
async def read_script(request: Request[Any, Any, Any], file: FromPath[str]) -> Response[bytes]:
    if file not in _COPIES:
        raise NotFound(f"The embed scripts are /embed/{NEWEST} and /embed/{PINNED}.")
    given = answer(request, _COPIES[file], cache=EVERGREEN if file == NEWEST else FOREVER, standing=ALWAYS)
    given.headers["cross-origin-resource-policy"] = "cross-origin"
    return given
