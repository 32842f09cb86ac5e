"""What the tests of hosting share: visits with a real browser that note all that goes wrong, and a foreign web site."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Visit:
    """A page in the browser, with what it complained of and whom it asked."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def asked_others_than(self, *origins: str) -> list[str]:
        return [url for url in self.requested if not url.startswith((*(f"{origin}/" for origin in origins), "data:"))]


def go(browser: Browser, url: str, *, before: str = "", **options: Any) -> Visit:
    """Open a page in a context of its own and wait for its load event. `before`: a script that runs before the page's own."""
    page = browser.new_context(**{"locale": "fi-FI", **options}).new_page()
    if before:
        page.add_init_script(before)
    made = Visit(page)
    page.on("console", lambda message: made.complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("dialog", made.dismiss)
    page.on("request", lambda request: made.requested.append(request.url))
    page.goto(url, wait_until="load")
    return made


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """`visit(url, color_scheme="dark", ...)` goes there for one test."""
    visits: list[Visit] = []

    def opened(url: str, **options: Any) -> Visit:
        visits.append(go(browser, url, **options))
        return visits[-1]

    yield opened
    for made in visits:
        made.page.context.close()


@dataclass
class Site:
    """A web site of somebody else, on a port of its own, that answers what a test lays into `answers`."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)

    def page(self, body: str, **headers: str) -> str:
        """Put a page up; its address."""
        path = f"/{len(self.answers)}.html"
        head = '<title>Muu sivu</title><link rel="icon" href="data:,">'
        html = f'<!doctype html><html lang="fi"><head>{head}</head><body>{body}</body></html>'
        self.answers[path] = (200, {"content-type": "text/html; charset=utf-8", **headers}, html.encode())
        return self.url + path


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in made.answers:
                # As a server does that is just dying.
                self.close_connection = True
                return
            status, headers, body = made.answers[self.path]
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Another host name is another origin as much as another port is.
    made = Site(f"http://localhost:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()
