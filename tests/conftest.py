import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.cast import Cast, Player, found
from tests.house import House
from tests.post import PostOffice

CONTACTS = "mailto:security@example.org, https://example.org/security"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in the browser come last: from its start on Playwright keeps an event loop of its own running in this thread.

    A file's tests stay together where several processes share the work, and share what the file set up.
    """
    items.sort(key=_in_browser)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(f"{item.path}{' in the browser' if _in_browser(item) else ''}"))


def _in_browser(item: pytest.Item) -> bool:
    return "browser" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def post() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, post: PostOffice) -> Iterator[House]:
    """The server that most tests share. A test that kills, freezes or starves one starts its own."""
    made = House(tmp_path_factory.mktemp("house") / "data", {"SMTP_URL": post.url, "SECURITY_CONTACT": CONTACTS, **_outside()})
    made.start()
    if "DATABASE_URL" in made.settings:
        # Only an empty embedded database gets the examples by itself.
        made.run("demo")
    yield made
    made.stop()


def _outside() -> dict[str, str]:
    """TEST_DATABASE_URL runs the suite against another server than the embedded one."""
    url = os.environ.get("TEST_DATABASE_URL")
    return {"DATABASE_URL": url} if url else {}


@pytest.fixture(scope="session")
def cast(house: House, post: PostOffice) -> Cast:
    created = house.run("client", "create", "--tenant", "hallavirta", "--name", "Olga", "--scope", "platform").stdout
    fields = dict(line.split(maxsplit=1) for line in created.splitlines() if line.startswith(("client_id", "client_secret")))
    olga = house.api(fields)
    alice = found(house, post, olga, "acme")
    bob = _agency(house, post, olga)
    delegated = alice.post(
        "/delegations", {"agency": bob.slug, "scopes": ["tenants:read", "notices:read", "notices:write", "controllers:read"]}
    )
    assert delegated.status_code == 201, delegated.text
    charlie = found(house, post, olga, "charlies")
    return Cast(house, post, olga, alice, bob, charlie)


def _agency(house: House, post: PostOffice, olga: httpx.Client) -> Player:
    """An agency's own client with its agency scopes is made on the command line."""
    player = found(house, post, olga, "bobs-agency", kind="agency")
    created = house.run("client", "create", "--tenant", player.slug).stdout
    fields: dict[str, Any] = dict(
        line.split(maxsplit=1) for line in created.splitlines() if line.startswith(("client_id", "client_secret"))
    )
    return Player(player.slug, fields, house.api(fields))


@pytest.fixture
def public(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.url, timeout=20) as client:
        yield client


@pytest.fixture
async def superuser(house: House) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**house.superuser())
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent / "deploy"))
    import ensure_browser

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        started = playwright.chromium.launch(executable_path=ensure_browser.find(), args=flags)
        yield started
        started.close()
