"""DATABASE_URL: a server that is not ours, as a user with few rights or with none, and what is said when it cannot be served from."""

import asyncio
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from tenants.embedded import Embedded
from tests.house import REPOSITORY, House, wait_for


class Server:
    """A PostgreSQL that somebody else runs; each `database` in it belongs to a user of its own."""

    def __init__(self, folder: Path) -> None:
        self.embedded = Embedded(folder)

    def database(self, name: str, rights: str = "") -> str:
        """A new database; the URL of its owner."""
        password = secrets.token_hex(16)
        self.run("postgres", f"CREATE ROLE {name}_admin LOGIN {rights} PASSWORD '{password}'", f"CREATE DATABASE {name} OWNER {name}_admin")
        return f"postgresql://{name}_admin:{password}@/{name}?host={quote(str(self.embedded.sockets))}&port=5432"

    def run(self, database: str, *statements: str) -> list[Any]:
        """As the server's superuser; what the last statement answers."""

        async def run() -> list[Any]:
            admin = await asyncpg.connect(**{**self.embedded.connection(), "database": database})
            try:
                for statement in statements[:-1]:
                    await admin.execute(statement)
                return list(await admin.fetch(statements[-1]))
            finally:
                await admin.close()

        with asyncio.Runner() as runner:
            return runner.run(run())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    made.embedded.start()
    yield made
    made.embedded.stop()


def story(house: House) -> None:
    """The examples are loaded where they are asked for, published, and a request comes through."""
    assert httpx.get(f"{house.url}/health/ready").status_code == 200
    assert not (house.data / "demo.json").exists(), "a database that is not ours is not filled by itself"
    house.run("demo")
    notice = wait_for(lambda: httpx.get(house.demo["notices"][0]))
    assert notice.status_code == 200
    subject = {"name": "A Person", "email": "person@example.org"}
    request = {"type": "access", "controller": {"notice_url": house.demo["notices"][0]}, "subject": subject}
    assert httpx.post(f"{house.url}/intake/requests", json=request).status_code == 202
    api = house.api(house.demo["clients"][0])
    tenant = house.demo["clients"][0]["tenant"]
    assert len(api.get(f"/v1/tenants/{tenant}/requests").json()["items"]) == 1
    # The worker reaches it too: the mail is out.
    wait_for(lambda: len(list((house.data / "mailbox").glob("*.eml"))) == 2, 20)


def test_a_user_that_may_make_roles_is_enough(server: Server, tmp_path: Path) -> None:
    house = House(tmp_path / "data", {"DATABASE_URL": server.database("few", "CREATEROLE")})
    house.start()
    try:
        story(house)
    finally:
        house.stop()
    assert server.embedded.is_running(), "what we did not start we do not stop"
    owners = server.run("few", "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert [row["tableowner"] for row in owners] == ["few_owner"]


def test_without_that_right_the_commands_are_told_and_after_them_it_works(server: Server, tmp_path: Path) -> None:
    house = House(tmp_path / "data", {"DATABASE_URL": server.database("none")})
    refused = house.run("migrate", check=False)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    commands = re.findall(r"^((?:CREATE|GRANT) .*?;)", refused.stderr, re.MULTILINE)
    assert len(commands) >= 9
    server.run("none", *commands)
    house.start()
    try:
        story(house)
    finally:
        house.stop()


def test_two_installations_share_a_server_in_peace(server: Server, tmp_path: Path) -> None:
    houses = [House(tmp_path / name, {"DATABASE_URL": server.database(name, "CREATEROLE")}) for name in ("east", "west")]
    for house in houses:
        house.run("migrate")
    roles = {row["rolname"] for row in server.run("postgres", "SELECT rolname FROM pg_roles")}
    assert {"east_app", "east_worker", "east_owner", "west_app", "west_worker", "west_owner"} <= roles


def test_a_role_that_row_level_security_does_not_bind_is_not_served_with(server: Server, tmp_path: Path) -> None:
    house = House(tmp_path / "data", {"DATABASE_URL": server.database("strong", "CREATEROLE")})
    house.run("migrate")
    server.run("strong", "ALTER ROLE strong_app BYPASSRLS")
    refused = house.run("doctor", check=False)
    assert refused.returncode != 0
    assert "BYPASSRLS" in refused.stderr


def test_a_database_from_a_newer_program_is_left_alone(server: Server, tmp_path: Path) -> None:
    house = House(tmp_path / "data", {"DATABASE_URL": server.database("newer", "CREATEROLE")})
    house.run("migrate")
    server.run("newer", "INSERT INTO migration (name, app_name, ran_on) VALUES ('2999-01-01T00:00:00:000000', 'seloste', now())")
    refused = house.run("migrate", check=False)
    assert refused.returncode != 0
    assert "newer than this program" in refused.stderr


def test_a_name_that_roles_cannot_carry_is_refused_in_words(tmp_path: Path) -> None:
    refused = House(tmp_path / "data", {"DATABASE_URL": "postgresql://x:y@127.0.0.1:1/My-Data"}).run("migrate", check=False)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr


def test_a_server_that_is_not_there_is_told_and_waited_for(server: Server, tmp_path: Path) -> None:
    url = server.database("later", "CREATEROLE")
    house = House(tmp_path / "data", {"DATABASE_URL": url})
    server.embedded.stop()
    try:
        refused = house.run("migrate", check=False)
        assert refused.returncode != 0
        assert "Traceback" not in refused.stderr
        house.start(ready=False)
        answer = httpx.get(f"{house.url}/health/ready")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
    finally:
        server.embedded.start()
    try:
        house.wait()
        story(house)
    finally:
        house.stop()


def test_many_nodes_that_migrate_at_once_do_it_once(server: Server, tmp_path: Path) -> None:
    url = server.database("many", "CREATEROLE")
    houses = [House(tmp_path / f"node{number}", {"DATABASE_URL": url, "KEY_DIR": str(tmp_path / "keys")}) for number in range(3)]

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda house: house.run("migrate", check=False), houses))
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    rows = server.run("many", "SELECT name FROM migration")
    migrations = list((REPOSITORY / "migrations").glob("seloste_*.py"))
    assert len(rows) == len({row["name"] for row in rows}) == len(migrations)
