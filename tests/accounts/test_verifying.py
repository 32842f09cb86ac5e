"""The first credential and verification: the company itself takes over, whoever had made its account in its name."""

import asyncio
import re
import secrets
from typing import Any

import asyncpg
import httpx
import pytest
from playwright.sync_api import Browser

from tests.cast import Cast, Player, controller, link_to, publish, published
from tests.house import House, wait_for
from tests.post import PostOffice


def open_account(cast: Cast, maker: httpx.Client) -> tuple[str, str]:
    """A company made by somebody else: its slug, and the link that came by mail."""
    slug = f"company-{secrets.token_hex(4)}"
    made = maker.post("/v1/tenants", json={"slug": slug, "name": "Uusi Oy", "contact_email": f"{slug}@example.org", "language": "fi"})
    assert made.status_code == 201
    return slug, link_to(cast.post, f"{slug}@example.org")


def take(house: House, link: str, **more: Any) -> httpx.Response:
    return httpx.post(f"{house.url}/first-credential", data={"link": link, **more}, timeout=20)


def verify(house: House, player: Player, controller_id: str, address: str) -> str:
    arguments = ("--controller", controller_id, "--email", address, "--evidence", "Register extract of today, seen in a test")
    return house.run("controller", "verify", "--tenant", player.slug, *arguments).stdout


def send(house: House, **hints: Any) -> httpx.Response:
    subject = {"name": "A Person", "email": f"{secrets.token_hex(4)}@example.org"}
    return httpx.post(f"{house.url}/intake/requests", json={"type": "access", "controller": hints, "subject": subject}, timeout=20)


def test_the_mail_says_what_it_is_and_holds_one_link(cast: Cast, post: PostOffice) -> None:
    slug, _ = open_account(cast, cast.bob.api)
    [mail] = post.to(f"{slug}@example.org")
    assert mail["auto-submitted"] == "auto-generated"
    assert "Uusi Oy" not in mail["subject"]
    assert len(re.findall(r"https?://\S+", mail.get_content())) == 1


def test_opening_the_link_spends_nothing_and_the_button_works_once(cast: Cast, house: House) -> None:
    slug, link = open_account(cast, cast.bob.api)
    for _ in range(3):
        page = httpx.get(f"{house.url}/first-credential", params={"link": link})
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
    first = take(house, link)
    assert first.status_code == 201
    assert first.json()["tenant"] == slug
    assert house.api(first.json()).get(f"/v1/tenants/{slug}").status_code == 200
    for again in (take(house, link), httpx.get(f"{house.url}/first-credential", params={"link": link})):
        assert again.status_code == 404


@pytest.mark.parametrize("link", ["", "x", "A" * 64, "%00", "ä", "A" * 5000])
def test_a_wrong_link_is_not_found(house: House, link: str) -> None:
    assert httpx.get(f"{house.url}/first-credential", params={"link": link}).status_code == 404
    assert take(house, link).status_code == 404


async def test_a_link_ends_after_seven_days_and_when_a_newer_one_is_made(cast: Cast, house: House, superuser: asyncpg.Connection) -> None:
    slug, link = open_account(cast, cast.bob.api)
    row = await superuser.fetchrow("SELECT l.* FROM credential_links l JOIN tenants t ON t.id = l.tenant_id WHERE t.slug = $1", slug)
    assert (row["expires_at"] - row["created_at"]).days == 7
    await superuser.execute("UPDATE credential_links SET expires_at = now() WHERE id = $1", row["id"])
    assert take(house, link).status_code == 404


async def test_the_agency_finds_the_link_nowhere(cast: Cast, house: House, superuser: asyncpg.Connection) -> None:
    slug, link = open_account(cast, cast.bob.api)
    bob = Player(slug, cast.bob.client, cast.bob.api)
    for path in ("", "/audit-events", "/delegations", "/controllers"):
        assert link not in bob.get(path).text

    query = "SELECT l.sealed FROM credential_links l JOIN tenants t ON t.id = l.tenant_id WHERE t.slug = $1"
    async with asyncio.timeout(20):
        while await superuser.fetchval(query, slug) is not None:  # noqa: ASYNC110 — a database is asked anew
            await asyncio.sleep(0.1)  # once the mail is out, its secret is nowhere but in it
    assert link not in house.log.read_text()


def test_the_company_decides_whether_its_agency_stays(cast: Cast, house: House) -> None:
    slug, link = open_account(cast, cast.bob.api)
    page = httpx.get(f"{house.url}/first-credential", params={"link": link})
    assert cast.bob.slug in page.text
    assert "checked" not in page.text
    assert take(house, link).status_code == 201
    assert cast.bob.api.get(f"/v1/tenants/{slug}").status_code == 404
    kept, second = open_account(cast, cast.bob.api)
    [keep] = re.findall(r'name="keep" value="([^"]+)"', httpx.get(f"{house.url}/first-credential", params={"link": second}).text)
    assert take(house, second, keep=keep).status_code == 201
    assert cast.bob.api.get(f"/v1/tenants/{kept}").status_code == 200


def test_a_person_takes_the_credential_in_a_browser(cast: Cast, house: House, browser: Browser) -> None:
    _, link = open_account(cast, cast.bob.api)
    page = browser.new_page()
    page.goto(f"{house.url}/first-credential?link={link}")
    assert page.locator("html").get_attribute("lang") == "fi"
    page.get_by_role("checkbox").check()
    page.get_by_role("button").click()
    text = page.locator("main").inner_text()
    client_id = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", text)
    assert client_id is not None
    assert "curl -u" in text
    page.close()


def test_verification_ends_all_that_was_made_before_and_routes_once_the_link_is_used(cast: Cast, house: House, post: PostOffice) -> None:
    company = cast.company(maker=cast.bob.api)
    slug, controller_id = published(company, name=f"Varma {secrets.token_hex(4)} Oy", domains=[f"{company.slug}.example.org"])
    name = company.get(f"/controllers/{controller_id}").json()["name"]
    assert cast.bob.api.get(company.path).status_code == 200
    assert send(house, name=name).status_code == 422
    address = f"register-{company.slug}@example.org"
    said = verify(house, company, controller_id, address)
    assert name in said
    # Whoever held a client is out, and nothing routes yet.
    assert company.get("/notices").status_code == 401
    assert send(house, name=name).status_code == 422
    link = link_to(post, address)
    # The agency had been confirmed by whoever held the account; the company is asked anew.
    assert cast.bob.slug in httpx.get(f"{house.url}/first-credential", params={"link": link}).text
    taken = take(house, link)
    assert taken.status_code == 201
    owner = Player(company.slug, taken.json(), house.api(taken.json()))
    assert cast.bob.api.get(company.path).status_code == 404
    routed = send(house, name=name)
    assert routed.status_code == 202, routed.text
    assert routed.json()["routed_to"]["controller"]["verified"] is True
    assert send(house, domain=f"www.{company.slug}.example.org").status_code == 202
    assert set(owner.get(f"/controllers/{controller_id}").json()["verified"]) == {name, f"{company.slug}.example.org"}
    assert publish(owner, slug, "Ei muutosta.").status_code == 409
    events = [event["event"] for event in owner.get("/audit-events", params={"limit": 100}).json()["items"]]
    assert {"controller:approve", "controller:verify", "client:end", "delegation:end", "credential_link:use"} <= set(events)


def test_a_company_that_confirms_keeps_its_agency_through_verification(cast: Cast, house: House, post: PostOffice) -> None:
    company = cast.company(maker=cast.bob.api)
    made = controller(company, name=f"Pysyvä {secrets.token_hex(4)} Oy")
    verify(house, company, made["id"], f"keep-{company.slug}@example.org")
    link = link_to(post, f"keep-{company.slug}@example.org")
    [keep] = re.findall(r'name="keep" value="([^"]+)"', httpx.get(f"{house.url}/first-credential", params={"link": link}).text)
    assert take(house, link, keep=keep).status_code == 201
    assert cast.bob.api.get(company.path).status_code == 200


def test_what_is_added_after_the_approval_is_not_verified_by_it(cast: Cast, house: House, post: PostOffice) -> None:
    company = cast.company()
    made = controller(company, name=f"Ensin {secrets.token_hex(4)} Oy")
    verify(house, company, made["id"], f"later-{company.slug}@example.org")
    taken = take(house, link_to(post, f"later-{company.slug}@example.org"))
    owner = Player(company.slug, taken.json(), house.api(taken.json()))
    domain = f"later-{company.slug}.example.org"
    owner.api.patch(f"{owner.path}/controllers/{made['id']}", json={"domains": [domain]})
    assert domain not in owner.get(f"/controllers/{made['id']}").json()["verified"]
    assert send(house, domain=domain).status_code == 422


def test_one_company_has_a_business_id_and_the_second_is_told(cast: Cast, house: House, post: PostOffice) -> None:
    """Whoever types the id of a verified company gets nothing of it, also when an operator is asked to believe it."""
    first, second = cast.company(), cast.company()
    made = controller(first, name="Ainoa Oy", business_id="9000789-7")
    verify(house, first, made["id"], f"one-{first.slug}@example.org")
    assert take(house, link_to(post, f"one-{first.slug}@example.org")).status_code == 201
    claimed = controller(second, name="Toinen Oy", business_id="9000789-7")
    arguments = ("--tenant", second.slug, "--controller", claimed["id"], "--email", "x@example.org", "--evidence", "none")
    refused = house.run("controller", "verify", *arguments, check=False)
    assert refused.returncode != 0
    assert "9000789-7 is verified for another controller already" in refused.stderr
    assert second.get("/notices").status_code == 200, "a refused approval ends nothing"
    routed = send(house, business_id="9000789-7")
    assert routed.json()["routed_to"]["controller"]["id"] == made["id"]


async def test_the_app_itself_cannot_verify(house: House, superuser: asyncpg.Connection) -> None:
    """Not by writing the column, not by calling the operator's function, not by inserting a verified row."""
    tenant, identifier, controller_id = await superuser.fetchrow("SELECT tenant_id, id, controller_id FROM directory LIMIT 1")
    await superuser.execute("SET ROLE seloste_app")
    try:
        for statement in (
            "UPDATE directory SET verified_at = now()",
            f"""INSERT INTO directory (id, tenant_id, controller_id, kind, value, folded, country, time_zone, claimed_at, verified_at)
                VALUES (gen_random_uuid(), '{tenant}', '{controller_id}', 'brand', 'x', 'x', 'FI', 'UTC', now(), now())""",
            f"""SELECT approve_verification('{tenant}', gen_random_uuid(), '{controller_id}', ARRAY['{identifier}']::uuid[], 'x',
                gen_random_uuid(), now())""",
            "INSERT INTO verifications SELECT * FROM verifications",
        ):
            transaction = superuser.transaction()
            await transaction.start()
            await superuser.execute(f"SET LOCAL app.tenant_id = '{tenant}'")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await superuser.execute(statement)
            await transaction.rollback()
    finally:
        await superuser.execute("RESET ROLE")


def test_mail_that_fails_is_tried_again_and_arrives_once(cast: Cast, post: PostOffice, house: House) -> None:
    slug = f"company-{secrets.token_hex(4)}"
    post.refusing = True
    try:
        made = cast.bob.api.post("/v1/tenants", json={"slug": slug, "name": "Sitkeä Oy", "contact_email": f"{slug}@example.org"})
        assert made.status_code == 201
        wait_for(lambda: post.refused(f"{slug}@example.org"), 20)
    finally:
        post.refusing = False
    assert take(house, link_to(post, f"{slug}@example.org")).status_code == 201
    assert len(post.to(f"{slug}@example.org")) == 1
