"""What is offered to copy works when it is copied, under exactly the policy that it says a site needs."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cast import Cast, controller, notice, published
from tests.hosting.conftest import Site, Visit
from tests.hosting.embedding.conftest import LISTENING, NOTICE, TITLES
from tests.house import House

ON_PAGES = ("element", "pinned", "script", "dialog", "history", "frame", "iframe", "link")


@pytest.fixture(scope="module")
def offered(house: House) -> dict[str, Any]:
    with house.api(house.demo["clients"][0]) as api:
        answer = api.get("/v1/tenants/hallavirta/notices/asiakkaat/embed")
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


def test_every_way_in_every_language(house: House, offered: dict[str, Any]) -> None:
    assert offered["notice"] == NOTICE
    assert offered["published"] is True
    assert {(one["way"], one["language"]) for one in offered["snippets"]} == {
        (way, language) for way in (*ON_PAGES, "server_side", "oembed") for language in TITLES
    }
    pinned = httpx.get(offered["script"]["pinned"])
    assert pinned.status_code == 200
    assert "immutable" in pinned.headers["cache-control"]
    assert httpx.get(offered["script"]["evergreen"]).content == pinned.content
    assert all(one["about"] and house.url in one["code"] for one in offered["snippets"])


@pytest.mark.parametrize("way", ON_PAGES)
def test_a_snippet_works_as_it_is(offered: dict[str, Any], site: Site, visit: Callable[..., Visit], way: str) -> None:
    [snippet] = [one for one in offered["snippets"] if (one["way"], one["language"]) == (way, "sv")]
    allowed = {"default-src": ["'none'"], "img-src": ["data:"], "base-uri": ["'none'"], **snippet["content_security_policy"]}
    policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in allowed.items())
    types = "; require-trusted-types-for 'script'; trusted-types 'none'"
    seen = visit(site.page(snippet["code"], **{"content-security-policy": policy + types}), before=LISTENING)
    page = seen.page
    if way in ("dialog", "link"):
        page.get_by_role("link", name=TITLES["sv"]).click()
    shown = page.frame_locator("iframe") if "frame" in way else page.get_by_role("dialog") if way == "dialog" else page
    shown.get_by_role("heading", name=TITLES["sv"]).first.wait_for()  # type: ignore[union-attr]
    assert seen.complaints == []


def test_the_snippet_for_a_server_keeps_the_last_good_copy(house: House, offered: dict[str, Any], tmp_path: Path) -> None:
    [snippet] = [one for one in offered["snippets"] if (one["way"], one["language"]) == ("server_side", "fi")]

    def run(code: str = snippet["code"]) -> int:
        return subprocess.run(["sh", "-c", code], cwd=tmp_path, capture_output=True, timeout=60).returncode

    kept = tmp_path / "notice.html"
    assert run() == 0
    first = kept.read_text()
    assert TITLES["fi"] in first
    assert f'href="{house.url}/n/{NOTICE}/request"' in first
    assert 'href="/' not in first
    run()
    assert kept.read_text() == first
    run(snippet["code"].replace(house.url, "http://127.0.0.1:9"))
    run(snippet["code"].replace("asiakkaat", "none-such"))
    assert kept.read_text() == first


def test_a_notice_that_is_not_published_has_its_snippets_already(cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    told = cast.alice.get(f"/notices/{slug}/embed").json()
    assert told["published"] is False
    assert {one["language"] for one in told["snippets"]} == {"fi", "en"}


def test_a_title_cannot_leave_its_place(cast: Cast) -> None:
    slug, _ = published(cast.alice)
    hostile = '"><script>alert(1)</script>{origin}{0}%s'
    assert cast.alice.api.patch(f"{cast.alice.path}/notices/{slug}", json={"title": {"fi": hostile}}).status_code == 200
    for one in cast.alice.get(f"/notices/{slug}/embed").json()["snippets"]:
        assert "<script>alert" not in one["code"]
        if one["way"] == "link":
            assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{origin}{0}%s" in one["code"]


def test_another_notice_is_404(cast: Cast) -> None:
    assert cast.alice.get("/notices/none-such/embed").status_code == 404
