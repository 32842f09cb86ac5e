"""What search engines are told: a tenant's notices in its sitemap, where they need not go, and whom to tell of a hole."""

from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.testing import TestClient
from lxml import etree

from service.hosting.disclosing import read_security_contact
from service.refusing import refuse
from service.settings import Settings, SettingsWrong
from tests.cast import Cast, controller, notice, publish, published
from tests.conftest import CONTACTS
from tests.hosting.examples import SHOP
from tests.house import House, wait_for
from tests.notices.lifecycle.acts import AHEAD, act, done, edition
from tests.notices.lifecycle.test_redacting import REASON

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def listed(public: httpx.Client, tenant: str) -> dict[str, tuple[datetime, dict[str, str]]]:
    """Each address with its change and its other languages."""
    answer = public.get(f"/n/{tenant}/sitemap.xml")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    found = {}
    for url in etree.fromstring(answer.content).findall("s:url", SITEMAP):
        others = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", SITEMAP)}
        found[url.findtext("s:loc", namespaces=SITEMAP)] = (datetime.fromisoformat(url.findtext("s:lastmod", namespaces=SITEMAP)), others)
    return found


def test_a_sitemap_lists_each_language_with_the_others(public: httpx.Client, house: House) -> None:
    found = listed(public, "hallavirta")
    shop = house.url + SHOP
    others = {language: f"{shop}/{language}" for language in ("fi", "sv", "en")} | {"x-default": shop}
    for language in ("fi", "sv", "en"):
        changed, told = found[f"{shop}/{language}"]
        assert told == others
        assert changed <= datetime.now(UTC)
    assert all(public.get(url).status_code == 200 for url in [*found, shop])
    answer = public.get("/n/hallavirta/sitemap.xml")
    assert public.get("/n/hallavirta/sitemap.xml", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert public.head("/n/hallavirta/sitemap.xml").headers["etag"] == answer.headers["etag"]


def test_only_what_can_be_read_at_its_own_address_is_listed(public: httpx.Client, cast: Cast) -> None:
    company = cast.company()
    sitemap = f"/n/{company.slug}/sitemap.xml"
    assert public.get(sitemap).status_code == 404, "no notice yet"
    ahead = notice(company, controller(company)["id"])
    assert publish(company, ahead, effective_from=AHEAD.isoformat()).status_code == 201
    assert public.get(sitemap).status_code == 404, "none in force yet"
    slugs = [published(company)[0] for _ in range(4)]
    base = f"{str(public.base_url).rstrip('/')}/n/{company.slug}"

    def shown() -> list[str]:
        return list(listed(public, company.slug))

    assert wait_for(shown) == [f"{base}/{slug}/{code}" for slug in sorted(slugs) for code in ("fi", "en")]
    done(act(company, slugs[0], "withdrawal"))
    done(act(company, slugs[1], "succession", {"successor": slugs[2]}))
    done(act(company, slugs[2], "slug", {"slug": "aivan-uusi"}))
    house = cast.house
    told = house.run(
        *("version", "redact", "--tenant", company.slug, "--notice", slugs[3], "--number", "1", "--operator", "Aino"),
        *("--reason", f"fi={REASON}", "--grounds", "Decision 123 of 24 November 2026."),
    ).stdout
    house.run("version", "redact", "--tenant", company.slug, "--approve", told.split("--approve ")[1].split()[0], "--operator", "Eero")
    assert shown() == [f"{base}/aivan-uusi/fi", f"{base}/aivan-uusi/en"]
    before = listed(public, company.slug)[f"{base}/aivan-uusi/fi"][0]
    edition(company, "aivan-uusi", "Toinen.")
    assert listed(public, company.slug)[f"{base}/aivan-uusi/fi"][0] > before


def test_there_is_no_list_across_tenants(public: httpx.Client) -> None:
    for path in ("/sitemap.xml", "/n/sitemap.xml", "/n/", "/n", "/n/hallavirta", "/n/hallavirta/"):
        assert public.get(path).status_code == 404, path
    for name in ("unknown", "", "HALLAVIRTA", "%00", "hallavirta%2Fasiakkaat", "' OR true --"):
        assert public.get(f"/n/{name}/sitemap.xml").status_code == 404, name
    robots = public.get("/robots.txt").text
    assert "sitemap" not in robots.lower()
    assert "hallavirta" not in robots


def test_robots_may_read_notices_and_nothing_that_is_one_persons(public: httpx.Client) -> None:
    answer = public.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    parser = RobotFileParser()
    parser.parse(answer.text.splitlines())
    for path in (SHOP, f"{SHOP}/fi", f"{SHOP}/history/fi", f"{SHOP}/v/1/fi", "/n/hallavirta/sitemap.xml", "/embed/v1.js", "/", "/intake"):
        assert parser.can_fetch("anybody", path), path
    for path in ("/intake/requests/x?secret=y", "/first-credential?link=x", "/oauth/token", "/v1/tenants"):
        assert not parser.can_fetch("anybody", path), path
    # Python's parser knows no `*` in paths (RFC 9309 section 2.2.3).
    assert {"Disallow: /n/*/at/", "Disallow: /n/*/diff/"} <= set(answer.text.splitlines())


def test_whom_to_tell_of_a_hole(public: httpx.Client, house: House) -> None:
    answer = public.get("/.well-known/security.txt")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in answer.text.splitlines()]
    assert [value for name, value in fields if name == "Contact"] == CONTACTS.split(", ")
    [expires] = [datetime.fromisoformat(value) for name, value in fields if name == "Expires"]
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    assert ["Canonical", f"{house.url}/.well-known/security.txt"] in fields
    assert answer.text.endswith("\n")


def test_where_no_contact_is_set_there_is_no_such_file() -> None:
    app = Litestar([read_security_contact], state=State({"settings": Settings()}), exception_handlers={Exception: refuse})
    with TestClient(app) as client:
        answer = client.get("/.well-known/security.txt", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:seloste:problem:not-found"


@pytest.mark.parametrize("contact", ["security@example.org", "http://example.org", "mailto:", "tel: 1", "mailto:a@example.org\nExpires: x"])
def test_a_contact_that_is_no_address_stops_the_start(contact: str) -> None:
    with pytest.raises(SettingsWrong, match="SECURITY_CONTACT"):
        Settings(security_contact=contact).check()
