"""oEmbed as its consumers use it: from a page's address to something that can be shown."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin
from xml.etree import ElementTree

import httpx
import pytest

from tests.hosting.conftest import Site, Visit
from tests.hosting.embedding.conftest import NOTICE, TITLES, strict
from tests.house import House

REQUIRED = {"type", "version", "html", "width", "height"}


def test_a_consumer_finds_its_way_from_a_pages_address(house: House, site: Site, visit: Callable[..., Visit]) -> None:
    """Discovery, the answer, and what it holds shown on the consumer's own page, which allows our frame and nothing else."""
    address = f"{house.url}/n/{NOTICE}/en"
    [link] = re.findall(r'<link rel="alternate" type="application/json\+oembed" href="(.*?)">', httpx.get(address).text)
    answer = httpx.get(urljoin(address, unescape(link)))
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told.keys() >= REQUIRED
    assert httpx.get(answer.url, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert (told["type"], told["version"]) == ("rich", "1.0")
    assert told["title"].startswith(TITLES["en"])
    assert told["provider_url"] == house.url
    policy = {**strict(house.url, script_src="'none'", connect_src="'none'")}
    seen = visit(site.page(told["html"], **policy))
    seen.page.frame_locator("iframe").get_by_role("heading", name=TITLES["en"], level=2).wait_for()
    box = seen.page.locator("iframe").bounding_box()
    assert box
    # A frame's border is the consumer's.
    assert abs(box["width"] - told["width"]) <= 4
    assert abs(box["height"] - told["height"]) <= 4
    assert seen.complaints == []


@pytest.mark.parametrize(
    ("path", "language", "title"),
    [
        (f"/n/{NOTICE}", "fi", TITLES["fi"]),
        (f"/n/{NOTICE}/sv", "sv", TITLES["sv"]),
        (f"/n/{NOTICE}/history", "fi", "Historia"),
        (f"/n/{NOTICE}/history/sv", "sv", "Historik"),
        (f"/n/{NOTICE}/v/1/en", "en", TITLES["en"]),
        (f"/n/{NOTICE}/en?from=mail#top", "en", TITLES["en"]),
    ],
)
def test_every_page_of_a_notice_unfurls(house: House, public: httpx.Client, path: str, language: str, title: str) -> None:
    answer = public.get("/oembed", params={"url": house.url + path}, headers={"accept-language": "fi"})
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert title in answer.json()["title"]
    framed = public.get(unescape(re.findall(r'src="(.*?)"', answer.json()["html"])[0]))
    assert framed.status_code == 200
    assert framed.headers["content-language"] == language


@pytest.mark.parametrize(
    ("asked", "size"), [({}, (640, 800)), ({"maxwidth": "320", "maxheight": "200"}, (320, 200)), ({"maxwidth": "9999"}, (640, 800))]
)
def test_a_frame_is_no_larger_than_asked(house: House, public: httpx.Client, asked: dict[str, str], size: tuple[int, int]) -> None:
    told = public.get("/oembed", params={"url": f"{house.url}/n/{NOTICE}/fi", **asked}).json()
    assert (told["width"], told["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in told["html"]


def test_xml_says_the_same(house: House, public: httpx.Client) -> None:
    url = f"{house.url}/n/{NOTICE}/fi"
    answer = public.get("/oembed", params={"url": url, "format": "xml"})
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)  # noqa: S314 — our own
    assert root.tag == "oembed"
    told = public.get("/oembed", params={"url": url, "format": "json"}).json()
    assert {child.tag: child.text for child in root} == {name: str(value) for name, value in told.items()}


def elsewhere(house: House) -> list[str]:
    return [
        "https://elsewhere.example.org/n/hallavirta/asiakkaat",
        f"{house.url}.example.org/n/{NOTICE}",
        f"{house.url.replace('://', '://someone@')}/n/{NOTICE}",
        f"//elsewhere.example.org/n/{NOTICE}",
        f"ftp://{house.url.partition('://')[2]}/n/{NOTICE}",
        f"javascript:alert(1)//{house.url}/n/{NOTICE}",
        f"{house.url}/",
        f"{house.url}/n/{NOTICE}/de",
        f"{house.url}/n/{NOTICE}/v/9/fi",
        f"{house.url}/n/{NOTICE}/v/{'9' * 500}/fi",
        f"{house.url}/n/{NOTICE}/request",
        f"{house.url}/n/{NOTICE}/diff/1...2/fi",
        f"{house.url}/n/{NOTICE}/fi.json",
        f"{house.url}/n/hallavirta/none-such",
        f"{house.url}/n/%00/%00",
        f"{house.url}/n/../v1/tenants",
        "http://[",
        "",
        "x" * 50_000,
    ]


@pytest.mark.parametrize("number", range(19))
def test_what_is_no_notice_of_ours_is_404(house: House, public: httpx.Client, number: int) -> None:
    answer = public.get("/oembed", params={"url": elsewhere(house)[number]})
    assert answer.status_code in ((404,) if number < 18 else (404, 400, 414))
    assert len(elsewhere(house)) == 19


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"format": "yaml"}, 501),
        ({"format": ""}, 501),
        ({"maxwidth": "0"}, 400),
        ({"maxwidth": "-1"}, 400),
        ({"maxheight": "many"}, 400),
        ({"maxheight": "1" * 400}, 400),
        ({"maxwidth": "٣"}, 400),
        ({"maxwidth": "1e3"}, 400),
    ],
)
def test_what_cannot_be_answered_is_told(house: House, public: httpx.Client, asked: dict[str, str], status: int) -> None:
    answer = public.get("/oembed", params={"url": f"{house.url}/n/{NOTICE}/fi", **asked})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_url_it_is_400(public: httpx.Client) -> None:
    assert public.get("/oembed").status_code == 400
