"""Tenants: who may make one, what its slug may be, and what each sees of the others."""

import secrets
from typing import Any

import pytest

from tests.cast import Cast
from tests.house import House

NEW = {"name": "Uusi Oy", "contact_email": "uusi@example.org"}


def slug() -> str:
    return f"new-{secrets.token_hex(4)}"


def test_the_platform_makes_a_tenant_and_sees_nothing_of_it(cast: Cast) -> None:
    wanted = slug()
    made = cast.olga.post("/v1/tenants", json={**NEW, "slug": wanted, "language": "sv"})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/tenants/{wanted}"
    body = made.json()
    assert (body["slug"], body["kind"], body["language"]) == (wanted, "company", "sv")
    assert cast.olga.get(f"/v1/tenants/{wanted}").status_code == 403


def test_the_answer_holds_no_secret(cast: Cast) -> None:
    made = cast.bob.api.post("/v1/tenants", json={**NEW, "slug": slug()})
    assert made.status_code == 201
    assert set(made.json()) == {"id", "slug", "name", "kind", "contact_email", "language", "created_at", "relation"}


@pytest.mark.parametrize(
    "wanted",
    [
        "ab",
        "x" * 64,
        "Iso",
        "ääni",
        "a_b",
        "a b",
        "",
        "admin",
        "docs",
        "01890000-0000-7000-8000-000000000000",
        "0189000000007000800000000000000a",
    ],
)
def test_a_slug_that_cannot_be_is_refused(cast: Cast, wanted: str) -> None:
    answer = cast.olga.post("/v1/tenants", json={**NEW, "slug": wanted})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/slug"


def test_a_slug_is_given_once(cast: Cast) -> None:
    answer = cast.olga.post("/v1/tenants", json={**NEW, "slug": "acme"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:seloste:problem:slug-taken"


@pytest.mark.parametrize(
    ("field", "value"), [("contact_email", "nobody"), ("kind", "club"), ("language", "de"), ("name", ""), ("name", "a\nb"), ("surprise", 1)]
)
def test_what_cannot_be_is_refused(cast: Cast, field: str, value: Any) -> None:
    answer = cast.olga.post("/v1/tenants", json={**NEW, "slug": slug(), field: value})
    assert answer.status_code == 422, answer.text


def test_a_company_makes_no_tenants_and_an_agency_no_agencies(cast: Cast) -> None:
    assert cast.charlie.api.post("/v1/tenants", json={**NEW, "slug": slug()}).status_code == 403
    answer = cast.bob.api.post("/v1/tenants", json={**NEW, "slug": slug(), "kind": "agency"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:seloste:problem:forbidden"


def test_an_agency_lists_itself_and_its_clients_and_a_company_itself(cast: Cast) -> None:
    wanted = slug()
    cast.bob.api.post("/v1/tenants", json={**NEW, "slug": wanted})
    listed = {item["slug"]: item["relation"] for item in cast.bob.api.get("/v1/tenants", params={"limit": 200}).json()["items"]}
    assert listed[wanted] == "client"
    assert listed["acme"] == "client"
    assert listed[cast.bob.slug] == "own"
    assert "charlies" not in listed
    assert [item["slug"] for item in cast.charlie.api.get("/v1/tenants").json()["items"]] == ["charlies"]


def test_the_list_pages(cast: Cast) -> None:
    for _ in range(2):
        cast.bob.api.post("/v1/tenants", json={**NEW, "slug": slug()})
    whole = [item["slug"] for item in cast.bob.api.get("/v1/tenants", params={"limit": 200}).json()["items"]]
    seen, cursor = [], None
    while True:
        page = cast.bob.api.get("/v1/tenants", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["slug"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == whole


def test_only_the_tenant_itself_changes_its_profile(cast: Cast) -> None:
    company = cast.company(maker=cast.bob.api)
    changed = company.api.patch(company.path, json={"name": "Toinen Oy", "language": "sv"})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["language"]) == ("Toinen Oy", "sv")
    answer = cast.bob.api.patch(company.path, json={"contact_email": "bob@example.org"})
    assert answer.status_code == 403
    assert company.api.get(company.path).json() == changed.json()


def test_a_tenant_is_named_by_slug_or_id(cast: Cast) -> None:
    by_slug = cast.alice.api.get("/v1/tenants/acme").json()
    assert cast.alice.api.get(f"/v1/tenants/{by_slug['id']}").json() == by_slug


def test_the_command_line_makes_tenants_and_clients(house: House) -> None:
    wanted = slug()
    made = house.run("tenant", "create", "--slug", wanted, "--name", "Komento Oy", "--email", "komento@example.org")
    assert wanted in made.stdout
    client = house.run("client", "create", "--tenant", wanted, "--scope", "notices:read", "--scope", "tenants:read").stdout
    fields = dict(line.split(maxsplit=1) for line in client.splitlines() if line.startswith("client_"))
    assert house.api(fields).get(f"/v1/tenants/{wanted}").json()["name"] == "Komento Oy"


@pytest.mark.parametrize(
    "arguments",
    [
        ("tenant", "create", "--slug", "acme", "--name", "x", "--email", "x@example.org"),
        ("tenant", "create", "--slug", "admin", "--name", "x", "--email", "x@example.org"),
        ("tenant", "create", "--slug", "okay-slug", "--name", "x", "--email", "nobody"),
        ("client", "create", "--tenant", "no-such-tenant"),
        ("client", "create", "--tenant", "hallavirta", "--scope", "nonsense"),
        ("controller", "verify", "--tenant", "hallavirta", "--controller", "1", "--email", "x@example.org", "--evidence", "x"),
    ],
)
def test_a_command_that_cannot_be_says_so_in_a_sentence(cast: Cast, house: House, arguments: tuple[str, ...]) -> None:
    done = house.run(*arguments, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip()) > 10


def test_a_commands_refusal_names_the_fields(house: House) -> None:
    done = house.run("tenant", "create", "--slug", "admin", "--name", "x", "--email", "nobody", check=False)
    assert "/slug: 'admin' is reserved" in done.stderr
    assert "/contact_email" in done.stderr
