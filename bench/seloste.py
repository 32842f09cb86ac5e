"""The server that is measured: as `seloste serve` starts it, with a folder, a port and an embedded PostgreSQL of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bench.machine import free_port, running
from service.settings import Settings
from tenants.embedded import Embedded

POOL = int(Settings().database_pool)
NOTICE = "hallavirta/asiakkaat"
# No worker: its mails would be measured too, and only with the requests of one contender could it do anything.
SETTINGS = {"WORKER": "apart", "LOG_LEVEL": "warning", "INTAKE_PER_MINUTE": "100000000", "INTAKE_BURST": "100000000"}


@dataclass(frozen=True)
class Seloste:
    data: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def superuser(self) -> dict[str, Any]:
        return superuser(self.data)

    @property
    def postmaster(self) -> int:
        return int((self.data / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def superuser(data: Path) -> dict[str, Any]:
    """asyncpg's arguments to look past every policy at what was written."""
    return Embedded(data / "postgres").connection()


def app_role(data: Path) -> dict[str, Any]:
    """asyncpg's arguments of the plain role that the server itself has, bound by row-level security."""
    return Settings(data_dir=str(data)).place(Embedded(data / "postgres").connection()).serving("app")


@contextlib.contextmanager
def serving(folder: Path, core: int, command: Sequence[str] = ("-m", "service.cli"), settings: Mapping[str, str] = {}) -> Iterator[Seloste]:
    """PostgreSQL is started by the server, and so on its core."""
    data, port = folder / "data", free_port()
    environment = {**_environment(), **SETTINGS, **settings, "DATA_DIR": str(data), "PORT": str(port)}
    ready = f"http://127.0.0.1:{port}/health/ready"
    with running([sys.executable, *command, "serve"], core, folder / "seloste.log", ready, environment) as process:
        yield Seloste(data, port, process)


def _environment() -> dict[str, str]:
    """Without anybody's settings: of Seloste, of PostgreSQL."""
    ours = {field.name.upper() for field in fields(Settings)}
    return {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("PG")}
