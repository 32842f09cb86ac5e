"""What a page says of itself to machines (schema.org), and that it is data in a page that runs nothing."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.cast import Cast, controller, notice, publish, write
from tests.hosting.conftest import Visit
from tests.hosting.examples import GROUP, KEYS, SHOP
from tests.house import House, wait_for
from tests.notices.lifecycle.acts import draft


def annotation(page: str) -> Any:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert page.count("<script") == 1
    assert not re.search(r"[<>&]", text)
    return json.loads(text)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_page_says_what_it_is_whose_and_since_when(public: httpx.Client, language: str) -> None:
    data = public.get(f"{SHOP}/{language}.json").json()
    version, controllers = data["version"], data["controllers"]
    for path in (f"{SHOP}/{language}", f"{SHOP}/v/1/{language}"):
        assert annotation(public.get(path).text) == {
            "@context": "https://schema.org",
            "@type": ["WebPage", "DigitalDocument"],
            "@id": f"{SHOP}/v/1/{language}",
            "url": path,
            "name": data["title"],
            "inLanguage": language,
            "version": "1",
            "datePublished": version["published_at"],
            "publisher": [{"@type": "Organization", "name": one["name"], "identifier": one["business_id"]} for one in controllers],
            "identifier": {"@type": "PropertyValue", "propertyID": "SHA-256", "value": version["content_hash"]},
            "isPartOf": f"{SHOP}/history",
        }


def test_a_version_names_the_one_before_it_and_a_joint_notice_all_its_controllers(public: httpx.Client) -> None:
    assert [annotation(public.get(f"{KEYS}/v/{number}/fi").text).get("isBasedOn") for number in (1, 2, 3, 4)] == [
        None,
        *(f"{KEYS}/v/{number}/fi" for number in (1, 2, 3)),
    ]
    group = public.get(f"{GROUP}/fi.json").json()
    names = [one["name"] for one in annotation(public.get(f"{GROUP}/fi").text)["publisher"]]
    assert names == [one["name"] for one in group["controllers"]]
    assert len(names) == 3


def test_no_text_gets_out_of_it_and_nothing_runs(public: httpx.Client, cast: Cast, house: House, visit: Callable[..., Visit]) -> None:
    title = "</script><script>document.title='ran'</script><!-- <script> & ]]>"
    slug = notice(cast.alice, controller(cast.alice, name=title)["id"])
    assert write(cast.alice, slug, draft("x", title=title)).status_code == 200
    assert publish(cast.alice, slug).status_code == 201
    url = f"/n/acme/{slug}/fi"
    page = wait_for(lambda: (answer := public.get(url)).status_code == 200 and answer)
    stated = annotation(page.text)
    assert (stated["name"], stated["publisher"]) == (title, [{"@type": "Organization", "name": title}])
    assert "script-src 'none'" in page.headers["content-security-policy"]
    for path in (url, f"/n/acme/{slug}/v/1/fi", f"{SHOP}/sv"):
        seen = visit(house.url + path)
        assert seen.complaints == []
        assert seen.page.title() != "ran"
        assert seen.page.locator('script[type="application/ld+json"]').count() == 1
        assert json.loads(seen.page.locator("script").text_content() or "")["@context"] == "https://schema.org"
        assert seen.asked_others_than(house.url) == [], "schema.org is a name and is not fetched"
