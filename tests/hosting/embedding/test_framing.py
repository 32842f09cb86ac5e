"""A notice for a frame: from the same copies, with a script that measures and a policy that lets nothing else run."""

import base64
import hashlib
import re
from collections.abc import Callable

import httpx
import pytest

from tests.cast import Cast, published
from tests.hosting.conftest import Site, Visit
from tests.hosting.embedding.conftest import NOTICE, TITLES, element
from tests.house import House

FRAME = "/embed/frame"


def test_a_frame_is_the_fragment_and_one_script_of_ours(public: httpx.Client) -> None:
    answer = public.get(FRAME, params={"notice": NOTICE, "lang": "sv"})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == "sv"
    assert answer.headers["link"] == f'</n/{NOTICE}/sv>; rel="canonical"'
    assert answer.headers["x-robots-tag"] == "noindex"
    assert public.get(f"/n/{NOTICE}/sv.fragment.html").text.strip() in answer.text
    [script] = re.findall(r"<script>(.*?)</script>", answer.text)
    [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    policy = answer.headers["content-security-policy"]
    for directive, text in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors *" in policy
    assert "base-uri 'none'" in policy
    assert public.get(FRAME, params={"notice": NOTICE, "lang": "sv"}, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert f"<title>{TITLES['sv']}" in answer.text


@pytest.mark.parametrize(
    ("asked", "language", "says"),
    [
        ({}, "fi", "Kuka vastaa tiedoistasi"),
        ({"lang": "en"}, "en", "Who is responsible"),
        ({"lang": "de"}, "fi", "Kuka vastaa tiedoistasi"),
        ({"lang": "'><script>"}, "fi", "Kuka vastaa tiedoistasi"),
        ({"version": "1", "lang": "sv"}, "sv", "Vem ansvarar"),
        ({"show": "history", "lang": "sv"}, "sv", "Version 1"),
        ({"show": "notice", "lang": "sv", "version": ""}, "sv", "Vem ansvarar"),
    ],
)
def test_what_a_frame_shows(public: httpx.Client, asked: dict[str, str], language: str, says: str) -> None:
    answer = public.get(FRAME, params={"notice": NOTICE, **asked}, headers={"accept-language": "fi"})
    assert answer.headers["content-language"] == language
    assert says in answer.text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"notice": ""}, 404),
        ({"notice": "hallavirta"}, 404),
        ({"notice": "hallavirta/none-such"}, 404),
        ({"notice": "../hallavirta/asiakkaat"}, 404),
        ({"notice": "hallavirta/asiakkaat\0"}, 404),
        ({"notice": "h" * 5000}, 404),
        ({"notice": NOTICE, "version": "99"}, 404),
        ({"notice": NOTICE, "version": "0"}, 400),
        ({"notice": NOTICE, "version": "1e3"}, 400),
        ({"notice": NOTICE, "version": "9" * 400}, 400),
        ({"notice": NOTICE, "version": "١"}, 400),
        ({"notice": NOTICE, "show": "everything"}, 400),
    ],
)
def test_what_is_not_there_is_told_where_the_notice_would_stand(public: httpx.Client, asked: dict[str, str], status: int) -> None:
    problem = public.get(FRAME, params=asked)
    assert problem.status_code == status
    assert problem.headers["content-type"] == "application/problem+json"
    page = public.get(FRAME, params=asked, headers={"accept": "text/html", "accept-language": "sv"})
    assert page.status_code == status
    assert f"Fel {status}" in page.text
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "script-src 'none'" in page.headers["content-security-policy"]


def test_a_frame_follows_what_befalls_its_notice(cast: Cast, public: httpx.Client) -> None:
    alice = cast.alice
    old, _ = published(alice)
    new, _ = published(alice)
    asked = {"notice": f"acme/{old}"}
    renamed = f"{old}-now"
    assert alice.post(f"/notices/{old}/slug", {"slug": renamed}).status_code == 200
    assert public.get(FRAME, params=asked).status_code == 200, "by its former slug"
    assert alice.post(f"/notices/{renamed}/withdrawal", {}).status_code == 200
    told = public.get(FRAME, params=asked, headers={"accept": "text/html"})
    assert told.status_code == 410
    assert "frame-ancestors *" in told.headers["content-security-policy"]
    assert public.get(FRAME, params={**asked, "version": "1"}).status_code == 200
    assert public.get(FRAME, params={**asked, "show": "history"}).status_code == 200
    assert alice.post(f"/notices/{renamed}/succession", {"successor": new}).status_code == 200
    assert public.get(FRAME, params=asked).headers["link"] == f'</n/acme/{new}/fi>; rel="canonical"'


def test_a_frame_wears_the_tenants_theme_and_a_version_none(cast: Cast, public: httpx.Client) -> None:
    company = cast.company()
    theme = {"light": {"background": "#fffdf7", "text": "#23301f", "accent": "#1d6b3a"}}
    assert company.api.put(f"{company.path}/theme", json=theme, headers={"if-match": "*"}).status_code == 200
    slug, _ = published(company)
    asked = {"notice": f"{company.slug}/{slug}"}
    assert "#1d6b3a" in public.get(FRAME, params=asked).text
    assert "#1d6b3a" not in public.get(FRAME, params={**asked, "version": "1"}).text


def test_links_in_a_frame_lead_the_whole_page_away(house: House, site: Site, visit: Callable[..., Visit]) -> None:
    """A request form stands in no frame."""
    seen = visit(
        site.page(f'<iframe src="{house.url}{FRAME}?notice={NOTICE}&amp;lang=fi" title="Seloste" width="600" height="600"></iframe>')
    )
    seen.page.frame_locator("iframe").get_by_role("link", name="Lähetä tietosuojapyyntö").click()
    seen.page.wait_for_url(f"{house.url}/n/{NOTICE}/request")
    assert seen.page.get_by_role("heading", level=1).is_visible()


def test_a_page_that_isolates_itself_may_hold_a_frame(house: House, site: Site, visit: Callable[..., Visit]) -> None:
    body = f'{element(lang="fi", mode="frame")}{element(lang="fi")}<script src="{house.url}/embed/v1.js"></script>'
    seen = visit(site.page(body, **{"cross-origin-embedder-policy": "require-corp"}))
    seen.page.frame_locator("iframe").get_by_role("heading", level=2).wait_for()
    seen.page.get_by_role("heading", level=2).first.wait_for()
    assert seen.complaints == []
