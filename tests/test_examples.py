"""What a newcomer finds: demo.json as promised, example notices that are worth reading, and a script that works."""

import re
import subprocess
import sys
import tomllib

import httpx
import pytest

from service.notices.content import ITEMS
from tenants.scopes import TENANT
from tests.house import REPOSITORY, House

EXAMPLES = {
    file.parent.name: tomllib.loads(file.read_text()) for file in sorted((REPOSITORY / "examples" / "tenants").glob("*/tenant.toml"))
}
COMPANIES = {slug: example for slug, example in EXAMPLES.items() if example["kind"] == "company"}


def words(tenant: str, notice: dict[str, object], folder: str, language: str) -> int:
    text = (REPOSITORY / "examples" / "tenants" / tenant / str(notice["slug"]) / folder / f"{language}.md").read_text()
    return len(re.sub(r"\{#[^}]*\}", "", text).split())


def test_five_companies_and_an_agency_of_two_of_them() -> None:
    assert len(COMPANIES) == 5
    [agency] = [example for example in EXAMPLES.values() if example["kind"] == "agency"]
    assert len(agency["manages"]) == 2
    several = [example for example in COMPANIES.values() if len(example["controllers"]) > 1]
    assert several, "a group with subsidiaries"
    in_three = [slug for slug, example in COMPANIES.items() if any(set(n["languages"]) == {"fi", "sv", "en"} for n in example["notices"])]
    assert len(in_three) == 2
    assert any(len(notice["versions"]) == 4 for example in COMPANIES.values() for notice in example["notices"])
    assert any(entry["brands"] for example in COMPANIES.values() for entry in example["controllers"] if len(entry["brands"]) == 2)


@pytest.mark.parametrize("slug", COMPANIES)
def test_a_company_tells_enough_in_finnish(slug: str) -> None:
    latest = [words(slug, notice, notice["versions"][-1]["folder"], "fi") for notice in COMPANIES[slug]["notices"]]
    assert sum(latest) >= 600
    for notice in COMPANIES[slug]["notices"]:
        assert "fi" in notice["languages"]


def test_demo_json_is_what_it_is_said_to_be(house: House) -> None:
    demo = house.demo
    assert demo["base_url"] == house.url
    assert demo["token_url"] == f"{house.url}/oauth/token"
    company, agency = demo["clients"][:2]
    assert company["kind"] == "company"
    assert set(company["scopes"]) >= set(TENANT)
    assert agency["kind"] == "agency"
    own = house.api(company)
    first = own.get(f"/v1/tenants/{company['tenant']}/controllers", params={"limit": 200}).json()["items"][-1]
    assert first["name"].endswith(" Oy")
    assert first["business_id"] in first["verified"]
    assert first["name"] in first["verified"]
    clients = [item for item in house.api(agency).get("/v1/tenants").json()["items"] if item["relation"] == "client"]
    assert len(clients) >= 2
    for client in clients:
        assert house.api(agency).get(f"/v1/tenants/{client['slug']}/notices").json()["items"]


def test_every_example_notice_is_served_and_the_first_is_plain(house: House) -> None:
    assert len(house.demo["notices"]) >= 5
    for url in house.demo["notices"]:
        assert httpx.get(url).status_code == 200
    first = house.demo["notices"][0]
    assert first.startswith(f"{house.url}/n/{house.demo['clients'][0]['tenant']}/")
    history = httpx.get(f"{first}/history.json").json()
    assert not any(version["historical"] for version in history["versions"])
    assert len(httpx.get(f"{first}.json").json()["controllers"]) == 1


def test_example_sections_use_canonical_ids(house: House) -> None:
    for url in house.demo["notices"]:
        covered = {item for section in httpx.get(f"{url}.json").json()["sections"] for item in section["covers"]}
        assert covered <= set(ITEMS)
        assert {"controller", "purposes", "legal_basis", "retention", "complaint"} <= covered, url


def test_example_addresses_are_fictional() -> None:
    for file in (REPOSITORY / "examples").rglob("*"):
        if file.is_file():
            for address in re.findall(r"[\w.+-]+@([\w.-]+\w)", file.read_text()):
                # The supervisory authority is the real one: a reader must reach it.
                assert address.endswith((".example.org", "om.fi")) or address == "example.org", f"{file}: {address}"


def test_the_client_script_publishes_a_notice(house: House) -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "examples" / "publish.py"), str(house.data / "demo.json")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    [url] = re.findall(r"http://\S+/n/\S+", done.stdout)
    assert httpx.get(url).status_code == 200
