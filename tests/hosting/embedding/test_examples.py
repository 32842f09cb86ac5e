"""The examples for servers and builds do what they say: fetch, revalidate, keep the last good copy, and never leave a hole.

PHP is among them where it is installed; examples/embedding/README.md says what was tried.
"""

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.hosting.conftest import Site, Visit
from tests.hosting.embedding.conftest import NOTICE, TITLES
from tests.house import REPOSITORY, House

EXAMPLES = REPOSITORY / "examples" / "embedding"
COMMANDS = {
    "python": [sys.executable, str(EXAMPLES / "python" / "notice.py")],
    "shell": ["sh", str(EXAMPLES / "static-site" / "fetch.sh")],
    **({"node": [node, str(EXAMPLES / "node" / "notice.mjs")]} if (node := shutil.which("node")) else {}),
    **({"php": [php, str(EXAMPLES / "php" / "notice.php")]} if (php := shutil.which("php")) else {}),
}


@dataclass
class Service:
    """Answers what it is told to, and notes what it was asked."""

    url: str
    status: int = 200
    body: str = '<article class="seloste" lang="fi">\n<h2>Yksi</h2><a href="/n/acme/one/request">x</a>\n</article>\n'
    tag: str = '"one"'
    known: list[str | None] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("if-none-match")
            made.known.append(known)
            unchanged = made.status == 200 and known == made.tag
            body = b"" if unchanged else made.body.encode()
            self.send_response(304 if unchanged else made.status)
            for name, value in (("content-type", "text/html; charset=utf-8"), ("etag", made.tag), ("content-length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Service(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def run(language: str, page: str, folder: Path, fresh_seconds: int = 0) -> str:
    done = subprocess.run([*COMMANDS[language], page, str(folder), str(fresh_seconds)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", COMMANDS)
def test_an_example_keeps_the_last_good_copy(service: Service, tmp_path: Path, language: str) -> None:
    page = f"{service.url}/n/acme/one/fi"
    first = run(language, page, tmp_path)
    assert "<h2>Yksi</h2>" in first
    assert f'href="{service.url}/n/acme/one/request"' in first
    assert run(language, page, tmp_path) == first
    assert service.known[-1] == '"one"', "only what changed is asked for"
    service.body, service.tag = service.body.replace("Yksi", "Kaksi"), '"two"'
    second = run(language, page, tmp_path)
    assert "<h2>Kaksi</h2>" in second
    whole = service.body
    for status, body in ((500, "<h1>Error</h1>"), (404, "{}"), (200, "<h1>Kirjaudu</h1>"), (200, whole[:60]), (200, "")):
        service.status, service.body, service.tag = status, body, '"three"'
        assert run(language, page, tmp_path) == second, (status, body)
    service.status, service.body, service.tag = 200, whole, '"two"'
    assert run(language, page, tmp_path) == second
    assert run(language, page.replace(service.url, "http://127.0.0.1:9"), tmp_path) == second
    assert {path.name for path in tmp_path.iterdir()} <= {"notice.html", "notice.etag", "tried"}
    service.status = 451
    assert f'<a href="{page}">' in run(language, page, tmp_path), "a text that was taken down does not stay"
    service.status = 200
    assert run(language, page, tmp_path) == second


@pytest.mark.parametrize("language", COMMANDS)
def test_before_there_is_a_copy_an_example_gives_a_link(service: Service, tmp_path: Path, language: str) -> None:
    page = f"{service.url}/n/acme/one/fi"
    service.status = 503
    assert f'<a href="{page}">' in run(language, page, tmp_path / "new" / "folder")
    service.status = 200
    assert "<h2>Yksi</h2>" in run(language, page, tmp_path / "new" / "folder")


@pytest.mark.parametrize("language", [name for name in COMMANDS if name != "shell"])
def test_a_page_asks_no_more_than_now_and_then(service: Service, tmp_path: Path, language: str) -> None:
    page = f"{service.url}/n/acme/one/fi"
    service.status = 503
    for _ in range(3):
        run(language, page, tmp_path, 300)
    assert len(service.known) == 1, "also while nothing can be had"


def test_a_page_with_the_fragment_shows_the_notice(house: House, tmp_path: Path, site: Site, visit: Callable[..., Visit]) -> None:
    """The real one, in a page that allows no script and asks nobody."""
    html = "".join(run("python", f"{house.url}/n/{NOTICE}/{inside}fi", tmp_path / (inside or "now")) for inside in ("", "history/"))
    seen = visit(site.page(html, **{"content-security-policy": "default-src 'none'; img-src data:"}))
    assert seen.page.get_by_role("heading", name=TITLES["fi"]).count() == 2
    for link in seen.page.get_by_role("link").all():
        assert str(link.get_attribute("href")).startswith(("https://", "mailto:", "tel:", f"{house.url}/n/"))
    assert seen.asked_others_than(site.url) == []
    assert seen.complaints == []
