import secrets
from collections.abc import AsyncIterator, Iterator

import pytest

from service import preparing
from service.settings import Settings
from tenants.database import ENGINE
from tests.cast import Cast, Player, notice, publish
from tests.house import House
from tests.intake.person import Company, claiming, new_business_id, verified


@pytest.fixture(scope="session")
def hallavirta(house: House) -> Player:
    """A verified company of the examples, with its own client."""
    return example(house, "hallavirta")


def example(house: House, slug: str) -> Player:
    client = next(client for client in house.demo["clients"] if client["tenant"] == slug)
    return Player(slug, client, house.api(client))


@pytest.fixture(scope="session")
def hidden(cast: Cast) -> Company:
    """A company that nobody has verified, with a published notice and an address of its own."""
    word = f"hidden{secrets.token_hex(4)}"
    company = claiming(cast, name=f"{word.title()} Oy", business_id=new_business_id(), domains=[f"{word}.example.org"])
    company.notice = notice(company.player, company.id)
    assert publish(company.player, company.notice).status_code == 201
    return company


@pytest.fixture(scope="session")
def twins(cast: Cast) -> tuple[Company, Company]:
    """Two verified companies that share a brand, and whose former name is the same."""
    word = f"twin{secrets.token_hex(4)}"
    names = {"brands": [f"{word.title()} Shop"], "former_names": [f"{word.title()} Trading Oy"]}
    first, second = (
        verified(cast, name=f"{word.title()} {letter} Oy", business_id=new_business_id(), domains=[f"{letter}.{word}.example.org"], **names)
        for letter in "ab"
    )
    return first, second


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that counts closely, believes the proxy at 127.0.0.1, puts mail into files, has no worker by itself, and shows
    what is secret at an address of its own."""
    limits = {"INTAKE_BURST": "3", "INTAKE_PER_MINUTE": "60", "TRUSTED_PROXIES": "127.0.0.1/32, 10.0.0.0/8", "WORKER": "apart"}
    made = House(tmp_path_factory.mktemp("strict") / "data", limits)
    made.settings["ACCOUNT_URL"] = f"http://localhost:{made.port}"
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def as_worker(house: House) -> AsyncIterator[None]:
    """This process connected as the worker's own role."""
    settings = Settings.from_environment(house.environment)
    embedded = None if "DATABASE_URL" in house.settings else preparing.embedded_in(settings).connection()
    await preparing.open_engine(settings.place(embedded), settings, "worker")
    yield
    await ENGINE.close()
