"""A published notice in pages that Python makes: fetched at most every five minutes, revalidated, and kept for when it cannot be.

    from notice import notice
    html = notice("https://seloste.example.org/n/tenant/notice/fi", Path("/var/cache/notice"))

Put `html` into the page as it is (Django: `mark_safe`, Flask and Jinja: `Markup`). Never raises for want of a network: the last
good copy is shown, and before there is one, a link. The standard library alone.
"""

import os
import sys
import time
import urllib.request
from html import escape
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

LARGEST = 2_000_000
# Withdrawn by the controller, or taken down: then the text must not stay, and the link leads to what befell it.
GONE = (410, 451)


def notice(page: str, folder: Path, fresh_seconds: float = 300) -> str:
    """`page` is the notice's address with a language, or a version's or the history's. `folder` is for this notice alone."""
    folder.mkdir(parents=True, exist_ok=True)
    kept, tag, tried = folder / "notice.html", folder / "notice.etag", folder / "tried"
    if not tried.exists() or time.time() - tried.stat().st_mtime >= fresh_seconds:
        # Said before we ask: while one asks and waits, others show what there is.
        tried.touch()
        try:
            _fetch(page, kept, tag)
        except (OSError, HTTPException, ValueError) as error:
            print(f"notice not fetched, the last good copy is shown: {error}", file=sys.stderr)
    return kept.read_text("utf-8") if kept.exists() else f'<p><a href="{escape(page)}">{escape(page)}</a></p>\n'


def _fetch(page: str, kept: Path, tag: Path) -> None:
    known = {"If-None-Match": tag.read_text()} if kept.exists() and tag.exists() else {}
    request = urllib.request.Request(f"{page}.fragment.html", headers=known)  # noqa: S310 — the address is yours
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            html, etag = answer.read(LARGEST).decode("utf-8"), answer.headers.get("ETag", "")
    except HTTPError as error:
        if error.code == 304:
            return
        if error.code in GONE:
            kept.unlink(missing_ok=True)
        raise
    if 'class="seloste' not in html or not html.rstrip().endswith(("</article>", "</section>")):
        raise ValueError("what came is no notice, or not all of it")
    # Links in it begin at the root of the service.
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page))
    _replace(kept, html.replace('href="/', f'href="{origin}/'))
    _replace(tag, etag)


def _replace(file: Path, text: str) -> None:
    """Whole or not at all, whoever reads it meanwhile."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_text(text, "utf-8")
    new.replace(file)


if __name__ == "__main__":
    sys.stdout.write(notice(sys.argv[1], Path(sys.argv[2]), fresh_seconds=float(sys.argv[3]) if len(sys.argv) > 3 else 300))
