"""What the tests of embedding share: the policy of a careful site, an ear for events, and a service that goes away."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.house import House

NOTICE = "hallavirta/asiakkaat"
TITLES = {"fi": "Asiakkaiden tietosuojaseloste", "sv": "Dataskyddsbeskrivning för kunder", "en": "Privacy notice for customers"}
LISTENING = """
window.heard = [];
for (const type of ["loaded", "error"])
  addEventListener(type, (event) => event.detail && heard.push({type, ...event.detail}), true);
"""


def strict(origin: str, **more: str) -> dict[str, str]:
    """Nothing but what embedding needs, nothing inline, and no markup from strings."""
    directives = {
        "default-src": "'none'",
        "script-src": origin,
        "connect-src": origin,
        "frame-src": origin,
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return {"content-security-policy": "; ".join(f"{name} {value}" for name, value in directives.items())}


def element(content: str = "", notice: str = NOTICE, **attributes: str) -> str:
    given = "".join(f' {name}="{value}"' for name, value in {"notice": notice, **attributes}.items())
    return f"<privacy-notice{given}>{content}</privacy-notice>"


@dataclass
class Front:
    """A way to the service that can be closed, as if the service went away."""

    url: str
    server: ThreadingHTTPServer

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def front(house: House) -> Iterator[Front]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: value for name, value in self.headers.items() if name.lower() in ("accept", "accept-language")}
            answer = httpx.get(house.url + self.path, headers=asked)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name not in ("content-encoding", "content-length", "date", "etag"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Front(f"http://127.0.0.1:{server.server_port}", server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    made.close()
