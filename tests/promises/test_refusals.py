"""Every refusal is a problem that says what to do (RFC 9457; RFC 6749's words on /oauth), on every route, and none is a 500."""

import re
from typing import Any

import httpx
import pytest

from tests.cast import Cast, published
from tests.promises.test_routes import MANAGEMENT, routes

ROUTES = sorted({(method, path) for method, path, _ in routes()})
PATHS = sorted({path for _, path in ROUTES})
# An import's body is a document of any type and a logo's a picture, so no JSON is asked for there.
OTHER_BODIES = ("/imports", "/theme/logo")
BODIES = [(method, path) for method, path in MANAGEMENT if method in ("POST", "PUT", "PATCH") and not path.endswith(OTHER_BODIES)] + [
    ("POST", "/intake/requests"),
    ("POST", "/intake/pending/{pending_id}"),
]
UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def known(cast: Cast) -> dict[str, str]:
    slug, controller_id = published(cast.alice)
    return {"tenant": "acme", "notice": slug, "number": "1", "controller_id": controller_id}


def filled(path: str, values: dict[str, str]) -> str:
    """The path with what is known, an id that nobody has for the rest."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], UNKNOWN), path)


def check(answer: httpx.Response, path: str) -> dict[str, Any]:
    """The one shape of a refusal."""
    assert 400 <= answer.status_code < 500, f"{answer.status_code} {answer.text[:200]}"
    body: dict[str, Any] = answer.json()
    if path.startswith("/oauth/"):
        assert body["error"]
        assert body["error_description"]
        return body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert body["status"] == answer.status_code
    assert re.fullmatch(r"urn:seloste:problem:[a-z-]+", body["type"])
    assert body["title"]
    assert len(body["detail"]) > 10
    return body


@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_method_is_405_and_says_which_are_right(cast: Cast, known: dict[str, str], path: str) -> None:
    offered = {method for method, other in ROUTES if other == path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - offered:
        answer = cast.alice.api.request(method, filled(path, known))
        assert answer.status_code == 405, (method, answer.text)
        check(answer, path)
        assert offered <= set(re.split(r",\s*", answer.headers["allow"]))


@pytest.mark.parametrize(("method", "path"), BODIES)
@pytest.mark.parametrize(
    ("content", "statuses"),
    [(b"", {400}), (b"{", {400}), (b"\xff\xfe", {400}), (b"[]", {422}), (b'{"surprise": 1}', {422}), (b'{"\\u0000": 1}', {422})],
)
def test_a_body_that_cannot_be_read_is_refused(
    cast: Cast, known: dict[str, str], method: str, path: str, content: bytes, statuses: set[int]
) -> None:
    headers = {"content-type": "application/json", "if-match": "*"}
    answer = cast.alice.api.request(method, filled(path, known), content=content, headers=headers)
    if answer.status_code == 403:
        assert path == "/v1/tenants", "a company makes no tenants, whatever it sends"
        return
    assert answer.status_code in statuses, answer.text
    body = check(answer, path)
    if answer.status_code == 422:
        assert body["errors"]


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_a_body_over_the_limit_is_413_that_the_client_can_read(cast: Cast, known: dict[str, str], method: str, path: str) -> None:
    def chunks() -> Any:
        yield b'{"message": "'
        for _ in range(90):
            yield b"x" * 65536

    headers = {"content-type": "application/json", "if-match": "*"}
    answer = cast.alice.api.request(method, filled(path, known), content=chunks(), headers=headers)
    if answer.status_code == 403:
        assert path == "/v1/tenants"
        return
    assert answer.status_code == 413, answer.text
    assert check(answer, path)["type"] == "urn:seloste:problem:body-too-large"


@pytest.mark.parametrize("path", [path for path in PATHS if "{" in path])
@pytest.mark.parametrize(
    "odd", ["%00", "%0a", "%e2%80%ae", "%ff", "..%2f..%2fetc", "a" * 3000, "%F0%9F%92%A9", "'; DROP TABLE tenants; --"]
)
def test_an_odd_address_is_refused(cast: Cast, path: str, odd: str) -> None:
    for method, other in ROUTES:
        if other == path:
            url = re.sub(r"\{\w+\}", odd.replace("\\", ""), path)
            answer = cast.alice.api.request(method, url, headers={"if-match": "*"}, json={} if method in ("POST", "PUT", "PATCH") else None)
            assert 400 <= answer.status_code < 500, (method, url, answer.text)
            check(answer, path)


def test_an_unknown_address_is_a_problem_or_a_page(cast: Cast) -> None:
    for path in ("/nothing", "/v1/nothing", "/n", "/n/acme", "/v1", "/intake/nothing", "/%00"):
        check(cast.alice.api.get(path), path)
    page = cast.alice.api.get("/nothing", headers={"accept": "text/html", "accept-language": "sv"})
    assert page.status_code == 404
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="sv"' in page.text


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers_that_protect(cast: Cast, known: dict[str, str], path: str) -> None:
    answer = cast.alice.api.get(filled(path, known))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    shows_a_notice = path.startswith("/n/") and answer.headers["content-type"].startswith("text/html") and answer.status_code == 200
    framed_by_anybody = shows_a_notice and not path.endswith("/request")
    assert f"frame-ancestors {'*' if framed_by_anybody else chr(39) + 'none' + chr(39)}" in policy
    if path not in ("/docs", "/examples/embed"):
        assert "script-src 'self'" not in policy
        assert "unsafe" not in policy
