"""Addresses that lead nowhere: each is refused in words, for programs and for people, and none breaks the server."""

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.hosting.examples import KEYS, SHOP

NOWHERE = [
    "/n",
    "/n/",
    "/n/kuuramaki",
    "/n/nobody/nothing",
    "/n/kuuramaki/nothing",
    "/n/KUURAMAKI/asiakasrekisteri",
    "/n/ku/asiakasrekisteri",
    f"/n/{'a' * 64}/asiakasrekisteri",
    f"{KEYS}/sv",
    f"{KEYS}/xx",
    f"{KEYS}/fi.xml",
    f"{KEYS}/.json",
    f"{KEYS}.xml",
    f"{KEYS}/canonical.json",
    f"{KEYS}/history.md",
    f"{KEYS}/history/xx",
    f"{KEYS}/history/fi.json",
    f"{KEYS}/v/4",
    f"{KEYS}/v/0/fi",
    f"{KEYS}/v/5/fi",
    f"{KEYS}/v/-1/fi",
    f"{KEYS}/v/abc/fi",
    f"{KEYS}/v/4.0/fi",
    f"{KEYS}/v/4/sv",
    f"{KEYS}/v/4/history.json",
    f"{KEYS}/v/9223372036854775808/fi",
    f"{KEYS}/v/{'9' * 400}/fi",
    f"{KEYS}/v/{'9' * 6000}/fi",
    f"{KEYS}/diff/3...5/fi",
    f"{KEYS}/diff/1...999999999/fi",
    f"{KEYS}/diff/3...4/sv",
    f"{KEYS}/diff/3...4/fi.md",
    f"{KEYS}/diff/3...4/fi.fragment.html",
    f"{KEYS}/%00",
    f"{KEYS}/fi%00",
    f"{KEYS}/v/%00/fi",
    f"{KEYS}/v/4/fi%00",
    f"{KEYS}/diff/%00/fi",
    "/n/kuuramaki%00/asiakasrekisteri",
    "/n/%00/%00",
    f"{KEYS}/%E2%80%AEfi",
    "/n/kuuramaki/%E2%80%AEasiakasrekisteri",
    f"{KEYS}/%FF%FE",
    "/n/%FF/asiakasrekisteri",
    f"{KEYS}/v/4/%F0%9F%92%A9",
    f"{KEYS}/v%2F4%2F..%2F..%2Fx",
    f"{KEYS}/..%2f..%2f..%2fetc%2fpasswd",
    f"{KEYS}/{'a' * 20_000}",
    f"/n/kuuramaki/{'a' * 20_000}",
    "/n/'%20OR%20'1'='1/x%22%3B--",
    "/embed/v2.js",
    "/embed/v1.0000000000000000.js",
    "/docs/..%2flanding.py",
    "/docs/landing.py",
    "/nothing",
]
MALFORMED = [f"{KEYS}/diff/{pair}/fi" for pair in ("3..4", "3-4", "0...4", "a...b", "3...4...5", f"{'9' * 30}...1")]


@pytest.mark.parametrize(("path", "status"), [*((path, 404) for path in NOWHERE), *((path, 400) for path in MALFORMED)])
def test_a_wrong_address_is_refused_for_programs_and_for_people(public: httpx.Client, path: str, status: int) -> None:
    for_programs = public.get(path)
    assert for_programs.status_code == status
    assert for_programs.headers["content-type"] == "application/problem+json"
    assert for_programs.headers["cache-control"] == "no-store"
    problem = for_programs.json()
    assert problem["type"] == f"urn:seloste:problem:{'not-found' if status == 404 else 'malformed-request'}"
    assert problem["status"] == status
    assert problem["detail"]
    for_people = public.get(path, headers={"accept": "text/html,*/*;q=0.8", "accept-language": "sv"})
    assert for_people.status_code == status
    assert for_people.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="sv"' in for_people.text
    assert f"Fel {status}" in for_people.text
    assert "script-src 'none'" in for_people.headers["content-security-policy"]


@pytest.mark.parametrize(("name", "number"), [("04", 4), ("+4", 4), ("%204", 4), ("4%20", 4), ("%D9%A4", 4), ("1_0", 10)])
def test_a_version_has_one_address(public: httpx.Client, name: str, number: int) -> None:
    """What is kept for ever is not kept under as many names as int() can read."""
    assert int(httpx.URL(f"/{name}").path[1:]) == number
    assert public.get(f"{KEYS}/v/{name}/fi").status_code == 404
    assert public.get(f"{KEYS}/v/{name}/canonical.json").status_code == 404


def test_refusals_say_what_would_do(public: httpx.Client) -> None:
    assert "fi, sv, en" in public.get(f"{SHOP}/de").json()["detail"]
    assert "no version 9" in public.get(f"{SHOP}/v/9/fi").json()["detail"]
    assert "3...4" in public.get(f"{KEYS}/diff/3-4/fi").json()["detail"]
    assert "history.json" in public.get(f"{KEYS}/history.md").json()["detail"]
    assert re.search(r"/embed/v1\.[0-9a-f]{16}\.js", public.get("/embed/v9.js").json()["detail"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [SHOP, f"{SHOP}/fi", f"{SHOP}/history", f"{SHOP}/history.json", f"{KEYS}/v/1/fi", f"{KEYS}/diff/1...2/fi"])
def test_what_is_published_is_only_read(public: httpx.Client, method: str, path: str) -> None:
    before = public.get(path).content
    answer = public.request(method, path, json={})
    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:seloste:problem:method-not-allowed"
    assert "GET" in answer.headers["allow"]
    assert public.get(path).content == before


@pytest.mark.parametrize(
    "line",
    [
        b"GET /n/kuuramaki/asiakasrekisteri/\x00 HTTP/1.1",
        b"GET /n/kuuramaki/asiakasrekisteri/\xe2\x80\xae HTTP/1.1",
        b"GET /n/kuuramaki/%zz HTTP/1.1",
        b"GET /n/kuuramaki/% HTTP/1.1",
        b"GET //n//kuuramaki HTTP/1.1",
        b"GET http://elsewhere.example.org/n/kuuramaki/asiakasrekisteri HTTP/1.1",
        b"FOO /n/kuuramaki/asiakasrekisteri HTTP/1.1",
        b"GET /n/kuuramaki/" + b"a" * 100_000 + b" HTTP/1.1",
    ],
)
def test_bytes_that_no_client_of_good_will_sends_are_no_fault_of_ours(public: httpx.Client, line: bytes) -> None:
    at = urlsplit(str(public.base_url))
    assert at.hostname
    with socket.create_connection((at.hostname, at.port or 80), 10) as connection:
        connection.sendall(line + b"\r\nHost: seloste\r\nConnection: close\r\n\r\n")
        status = re.match(rb"HTTP/1.1 (\d{3})", connection.recv(4096))
    assert status is not None
    assert int(status[1]) < 500
    assert public.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"accept-language": "\u00e4\u00f6"},
        {"accept-language": "fi" * 5000},
        {"accept-language": ",".join(["sv;q=0.1"] * 500)},
        {"accept-language": "*;q=abc"},
        {"if-none-match": "W/"},
        {"if-none-match": '"' * 2000},
        {"accept-encoding": ";;q=,br"},
        {"accept": "text/html;q=bogus,,,"},
        {"range": "bytes=0-10"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_odd_headers_break_nothing(public: httpx.Client, headers: dict[str, str]) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    for path in (SHOP, f"{KEYS}/v/1/fi", f"{KEYS}/history"):
        assert public.get(path, headers=encoded).status_code == 200
