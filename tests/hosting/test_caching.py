"""Tags, encodings and the headers by which browsers, proxies and other origins may use what is public."""

import gzip
import re
import socket
from base64 import b64encode
from hashlib import sha256
from urllib.parse import urlsplit

import asyncpg
import brotli
import httpx
import pytest

from tests.cast import Cast, published
from tests.hosting.examples import GROUP, KEYS, SHOP, TABLES
from tests.house import House

FORMS = [
    SHOP,
    f"{SHOP}.json",
    f"{SHOP}/fi",
    f"{SHOP}/fi.json",
    f"{SHOP}/fi.md",
    f"{SHOP}/fi.fragment.html",
    f"{KEYS}/history",
    f"{KEYS}/history.json",
    f"{KEYS}/history/fi.fragment.html",
    f"{KEYS}/v/2/fi",
    f"{KEYS}/v/2/fi.json",
    f"{KEYS}/v/2/canonical.json",
    f"{KEYS}/diff/1...2/fi",
    f"{KEYS}/diff/1...2/fi.json",
]
PAGES = [SHOP, f"{SHOP}/fi", f"{KEYS}/history", f"{KEYS}/v/2/fi", f"{KEYS}/diff/1...2/fi"]


def raw(public: httpx.Client, path: str, accept_encoding: str | None = None, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer and its bytes as they came, without httpx's own decoding."""
    sent = {"accept-encoding": accept_encoding or "identity", **headers}
    with public.stream("GET", path, headers=sent) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", FORMS)
def test_a_tag_that_is_known_brings_304_without_a_body(public: httpx.Client, path: str) -> None:
    full = public.get(path)
    tag = full.headers["etag"]
    assert re.fullmatch(r'"[!-~]+"', tag), "a strong tag: each encoding has its own"
    for known in (tag, f"W/{tag}", f'"other", {tag}', f'W/"other",W/{tag}', "*"):
        answer = public.get(path, headers={"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
        for name in ("etag", "cache-control", "vary", "access-control-allow-origin"):
            assert answer.headers[name] == full.headers[name]
    for other in ('"other"', tag.strip('"'), tag[:-2] + '"'):
        assert public.get(path, headers={"if-none-match": other}).status_code == 200, other


@pytest.mark.parametrize("path", [*FORMS, "/embed/v1.js"])
def test_head_says_what_get_says_without_a_body(public: httpx.Client, path: str) -> None:
    get, head = public.get(path), public.head(path)
    assert (head.status_code, head.content) == (200, b"")
    unlike = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in unlike} == {k: v for k, v in get.headers.items() if k not in unlike}
    assert public.head(path, headers={"if-none-match": get.headers["etag"]}).status_code == 304


def test_no_body_follows_head_and_304_on_the_wire(public: httpx.Client) -> None:
    at = urlsplit(str(public.base_url))
    tag = public.get(f"{SHOP}/fi", headers={"accept-encoding": "identity"}).headers["etag"]
    assert at.hostname
    with socket.create_connection((at.hostname, at.port or 80), 10) as connection:
        for request in (f"HEAD {SHOP}/fi HTTP/1.1\r\n", f"GET {SHOP}/fi HTTP/1.1\r\nIf-None-Match: {tag}\r\n"):
            connection.sendall(f"{request}Host: seloste\r\n\r\n".encode())
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: seloste\r\nConnection: close\r\n\r\n")
        received = b""
        while part := connection.recv(65536):
            received += part
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"304", b"200"]
    assert b"<html" not in received
    assert received.endswith(b'{"status":"live"}')


@pytest.mark.parametrize("path", FORMS)
def test_each_encoding_has_its_own_tag_and_the_same_text(public: httpx.Client, path: str) -> None:
    plain, brotlied, gzipped = (raw(public, path, encoding) for encoding in ("identity", "br", "gzip"))
    assert "content-encoding" not in plain[0].headers
    assert brotlied[0].headers["content-encoding"] == "br"
    assert gzipped[0].headers["content-encoding"] == "gzip"
    assert brotli.decompress(brotlied[1]) == gzip.decompress(gzipped[1]) == plain[1]
    assert len({answer.headers["etag"] for answer, _ in (plain, brotlied, gzipped)}) == 3
    for answer, body in (plain, brotlied, gzipped):
        assert int(answer.headers["content-length"]) == len(body)
        assert "Accept-Encoding" in answer.headers["vary"]
    known = {"if-none-match": plain[0].headers["etag"]}
    assert raw(public, path, "br", **known)[0].status_code == 200, "another encoding is another representation"


@pytest.mark.parametrize(
    ("accepted", "given"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("BR", "br"),
        ("gzip;Q=0.4", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("br;q=0, gzip;q=0, *", None),
        ("br;q=0.000, gzip;q=0", None),
        ("identity", None),
        ("deflate, zstd", None),
        ("br;q=many, gzip;q=nan", None),
        (",;,=;q", None),
        ("x" * 5000, None),
    ],
)
def test_the_encoding_is_one_that_the_reader_takes(public: httpx.Client, accepted: str, given: str | None) -> None:
    answer, _ = raw(public, f"{SHOP}/fi", accepted)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == given


def test_without_accept_encoding_nothing_is_compressed(public: httpx.Client) -> None:
    request = public.build_request("GET", f"{SHOP}/fi")
    del request.headers["accept-encoding"]
    assert "content-encoding" not in public.send(request).headers


def test_what_can_change_is_asked_for_again_and_a_version_is_kept_for_good(public: httpx.Client) -> None:
    for path in FORMS:
        cache = public.get(path).headers["cache-control"]
        if "/v/" in path or "/diff/" in path:
            assert cache == "public, max-age=31536000, immutable"
        else:
            assert "max-age=0" in cache
            assert "immutable" not in cache
            assert "stale-if-error" in cache


def test_what_is_negotiated_says_by_what_it_varies(public: httpx.Client) -> None:
    for path in (SHOP, f"{SHOP}.json", f"{SHOP}.md", f"{SHOP}.fragment.html"):
        assert public.get(path).headers["vary"] == "Accept-Language, Accept-Datetime, Accept-Encoding"
    for path in (f"{SHOP}/history", f"{SHOP}/history.fragment.html"):
        assert public.get(path).headers["vary"] == "Accept-Language, Accept-Encoding"
    for path in (f"{SHOP}/fi", f"{SHOP}/history.json", f"{SHOP}/v/1/fi"):
        assert public.get(path).headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", [*FORMS, f"{SHOP}/xx", "/n/nobody/nothing"])
def test_every_origin_may_read(public: httpx.Client, path: str) -> None:
    answer = public.get(path, headers={"origin": "https://elsewhere.example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", [*FORMS, f"{SHOP}/xx", "/", "/docs", "/intake", "/examples/embed", "/embed/v1.js", "/openapi.json"])
def test_no_public_answer_sets_a_cookie_or_lets_a_browser_guess(public: httpx.Client, path: str) -> None:
    answer = public.get(path, headers={"cookie": "session=1"})
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "server" not in answer.headers


def policy(answer: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("path", PAGES)
def test_a_notice_may_stand_in_any_frame_and_runs_nothing(public: httpx.Client, path: str) -> None:
    given = policy(public.get(path))
    assert given["frame-ancestors"] == "*"
    assert given["default-src"] == given["script-src"] == given["base-uri"] == given["form-action"] == "'none'"
    assert "unsafe" not in str(given)
    assert "x-frame-options" not in public.get(path).headers


@pytest.mark.parametrize(
    "path", ["/", "/intake", f"{SHOP}/request", "/docs", "/examples/embed", f"{SHOP}/xx", "/nothing", f"{SHOP}/fi.json"]
)
def test_nothing_else_may_stand_in_a_frame(public: httpx.Client, path: str) -> None:
    given = policy(public.get(path, headers={"accept": "text/html"}))
    assert given["frame-ancestors"] == "'none'"
    assert given["default-src"] == "'none'"


async def test_a_page_is_shown_in_the_style_that_it_was_stored_with(house: House, cast: Cast, superuser: asyncpg.Connection) -> None:
    """A release that changes the style must not leave every page that was published before it without one."""
    slug, _ = published(cast.alice)
    await superuser.execute(
        "UPDATE renditions SET body = convert_to(replace(convert_from(body, 'UTF8'), '<style>', '<style>/* of old */'), 'UTF8') "
        "WHERE path = 'fi' AND notice_id = (SELECT id FROM publications WHERE slug = $1)",
        slug,
    )
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as public:
        answer = await public.get(f"/n/acme/{slug}/fi", headers={"accept-encoding": "identity"})
    style = re.findall(r"<style>(.*?)</style>", answer.text)[0]
    assert style.startswith("/* of old */")
    assert policy(answer)["style-src"] == f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"


def test_a_hosted_page_is_small_on_the_wire(public: httpx.Client) -> None:
    for url in (SHOP, KEYS, GROUP, TABLES, f"{KEYS}/history", f"{KEYS}/diff/3...4/fi"):
        for encoding in ("br", "gzip"):
            _, body = raw(public, url, encoding)
            assert len(body) < 20_000


def test_a_browser_that_asks_first_may_send_if_none_match(public: httpx.Client) -> None:
    asked = {
        "origin": "https://elsewhere.example.org",
        "access-control-request-method": "GET",
        "access-control-request-headers": "if-none-match",
    }
    for path in ("/n/hallavirta/asiakkaat/fi.json", "/n/hallavirta/asiakkaat/history.json", "/embed/v1.js"):
        answer = public.options(path, headers=asked)
        assert answer.status_code == 204
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert answer.headers["access-control-allow-headers"] == "*"
        assert "GET" in answer.headers["access-control-allow-methods"]
    closed = public.options("/v1/tenants", headers=asked)
    assert closed.status_code == 204
    assert "access-control-allow-origin" not in closed.headers
