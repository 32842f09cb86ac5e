from collections.abc import Iterator

import pytest

from tests.house import House


@pytest.fixture(scope="session")
def second_node(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Another server on the same database, behind the same public address, with public copies of its own."""
    node = house.another_node(tmp_path_factory.mktemp("node") / "data")
    node.start()
    yield node
    node.stop()


@pytest.fixture(scope="session")
def short_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose tokens live for three seconds."""
    made = House(tmp_path_factory.mktemp("short") / "data", {"ACCESS_TOKEN_SECONDS": "3"})
    made.start()
    yield made
    made.stop()
