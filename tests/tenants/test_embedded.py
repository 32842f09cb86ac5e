"""The embedded server: nobody gets in without a password, and it starts, stops and is taken over as its owner lives and dies."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from tenants.embedded import SYSTEM_USER, Embedded
from tests.house import House, wait_for


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose folder lies deep, so that its socket's path would be too long."""
    deep = tmp_path_factory.mktemp("own") / ("deeply-nested-" * 5) / "data"
    deep.parent.mkdir(parents=True)
    made = House(deep)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def embedded(own: House) -> Embedded:
    return Embedded(own.data / "postgres")


async def test_nobody_is_trusted_and_nothing_listens_on_the_network(embedded: Embedded) -> None:
    superuser = await asyncpg.connect(**embedded.connection())
    rules = [line.split() for line in (embedded.data / "pg_hba.conf").read_text().splitlines() if line.strip() and not line.startswith("#")]
    assert rules
    assert {rule[-1] for rule in rules} == {"scram-sha-256"}
    assert await superuser.fetchval("SHOW listen_addresses") == ""
    assert await superuser.fetchval("SHOW password_encryption") == "scram-sha-256"
    assert not await superuser.fetch("SELECT rolname FROM pg_authid WHERE rolcanlogin AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'")
    await superuser.close()


def test_folders_and_passwords_are_private(embedded: Embedded, own: House) -> None:
    assert mode(embedded.sockets) == 0o700
    assert mode(embedded.data) == 0o700
    assert mode(embedded.home / "password") == 0o600
    assert mode(own.data / "demo.json") == 0o600
    keys = own.data.with_name(own.data.name + ".keys")
    assert mode(keys) == 0o700
    assert mode(keys / "master.key") == 0o600
    assert own.data not in keys.parents


def test_another_system_user_is_refused(embedded: Embedded) -> None:
    """Not even the socket's folder opens; checked as another user where we are root, else by the modes above."""
    if os.getuid() != 0:
        assert embedded.sockets.stat().st_uid == os.getuid()
        return
    script = f"import socket; socket.socket(socket.AF_UNIX).connect({str(embedded.sockets / '.s.PGSQL.5432')!r})"
    done = subprocess.run(["python3", "-c", script], user="nobody", cwd="/", capture_output=True, text=True)
    assert done.returncode != 0
    assert "PermissionError" in done.stderr
    owner = subprocess.run(["stat", "-c", "%U", str(embedded.sockets)], capture_output=True, text=True).stdout.strip()
    assert owner == SYSTEM_USER


async def test_a_wrong_password_is_refused(embedded: Embedded) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(**{**embedded.connection(), "password": "wrong"})


def test_the_shells_postgresql_settings_lead_nowhere_else(tmp_path: Path) -> None:
    elsewhere = {"PGPORT": "1", "PGHOST": "192.0.2.1", "PGUSER": "nobody", "PGDATABASE": "nothing", "PGDATA": "/nonexistent"}
    made = House(tmp_path / "data", elsewhere)
    made.start()
    try:
        assert httpx.get(f"{made.url}/health/ready").status_code == 200
    finally:
        made.stop()


def test_stopping_ends_everything_that_was_started(own: House) -> None:
    assert own.process is not None
    started = [*psutil.Process(own.process.pid).children(recursive=True), *own.database_processes()]
    assert len(started) >= 3
    own.stop()
    assert psutil.wait_procs(started, timeout=15)[1] == []
    assert not (own.data / "postgres" / "data" / "postmaster.pid").exists()
    assert not Embedded(own.data / "postgres").sockets.exists(), "its folder in the temporary one"


def test_a_second_start_keeps_what_is_there(own: House) -> None:
    if own.process is None:
        own.start()
    before = own.demo
    own.stop()
    own.start()
    assert own.demo == before
    assert httpx.get(own.demo["notices"][0]).status_code == 200


def test_after_a_kill_the_living_server_is_taken_over_and_its_worker_has_ended(own: House) -> None:
    assert own.process is not None
    children = [child for child in psutil.Process(own.process.pid).children(recursive=True) if "worker" in " ".join(child.cmdline())]
    assert children
    postmaster = own.postmaster()
    own.kill()
    assert psutil.wait_procs(children, timeout=15)[1] == []
    assert postmaster.is_running()
    own.start()
    assert own.postmaster().pid == postmaster.pid
    own.stop()
    assert psutil.wait_procs([postmaster], timeout=15)[1] == []
    own.start()


def test_a_second_server_on_the_same_folder_is_refused_in_words(own: House) -> None:
    other = House(own.data, own.settings)
    done = other.run("serve", check=False)
    assert done.returncode != 0
    assert "Another server uses DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_refused_in_words(own: House, tmp_path: Path) -> None:
    done = House(tmp_path / "data", port=own.port).run("serve", check=False)
    assert done.returncode != 0
    assert f"Cannot listen on 127.0.0.1:{own.port}" in done.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "99999"}, "PORT"),
        ({"DATABASE_STATEMENT_CACHE": "many"}, "DATABASE_STATEMENT_CACHE"),
        ({"SMTP_URL": "mail.example.org"}, "SMTP_URL"),
        ({"KEY_DIR": "/proc/keys"}, "KEY_DIR"),
        ({"WORKER": "sideways"}, "WORKER"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"PUBLIC_URL": "example.org/path"}, "PUBLIC_URL"),
        ({"TRUSTED_PROXIES": "everybody"}, "TRUSTED_PROXIES"),
        ({"MASTER_KEY": "c2hvcnQ="}, "MASTER_KEY"),
        ({"KEY_DIR": "DATA/keys"}, "KEY_DIR"),
        ({"DATA_DIR": "/proc/nowhere"}, "DATA_DIR"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_setting_that_cannot_be_is_refused_in_words(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    data = tmp_path / "data"
    done = House(data, {name: value.replace("DATA", str(data)) for name, value in settings.items()}).run("serve", check=False)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_another_master_key_is_refused_and_what_is_published_stays_up(own: House, tmp_path: Path) -> None:
    shown = httpx.get(own.demo["notices"][0]).content
    own.stop()
    wrong = House(own.data, {**own.settings, "KEY_DIR": str(tmp_path / "other-keys")}, own.port)
    wrong.start(ready=False)
    try:
        wait_for(lambda: "sealed with another master key" in wrong.log.read_text())
        assert httpx.get(f"{wrong.url}/health/ready").status_code == 503
    finally:
        wrong.stop()
    own.start()
    assert httpx.get(own.demo["notices"][0]).content == shown


def test_doctor_makes_nothing_where_nothing_is(tmp_path: Path) -> None:
    done = House(tmp_path / "data").run("doctor")
    assert "none yet" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_doctor_shows_every_setting_and_no_secret(own: House) -> None:
    done = House(own.data, {**own.settings, "SMTP_URL": "smtp://user:secret-word@mail.example.org"}, own.port).run("doctor")
    assert "SMTP_URL" in done.stdout
    assert "secret-word" not in done.stdout
    assert "seloste_app" in done.stdout
