"""A real server for tests: its own folder, its own embedded PostgreSQL, its own worker, a real SMTP server beside it."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil

from service.settings import Settings
from tenants.embedded import Embedded
from tenants.roles import Duty

REPOSITORY = Path(__file__).parent.parent
START_SECONDS = 60


def free_port() -> int:
    """Below the range from which the system takes ports for outgoing connections, so that none of those sits on it by chance."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for(what: Any, seconds: float = 15.0, pause: float = 0.1) -> Any:
    """The first true answer of `what`, asked again and again; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        if found := what():
            return found
        assert time.monotonic() < deadline, f"nothing came within {seconds} s"
        time.sleep(pause)


@dataclass
class House:
    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data.with_suffix(".log")

    @property
    def environment(self) -> dict[str, str]:
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "DATABASE_", "SMTP_"))}
        own = {"DATA_DIR": str(self.data), "PORT": str(self.port), "INTAKE_PER_MINUTE": "1000000", "INTAKE_BURST": "1000000"}
        return {**plain, **own, **self.settings}

    def start(self, *, ready: bool = True) -> "House":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve"],
            cwd=REPOSITORY,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self.wait(ready=ready)
        except BaseException:
            self.stop()
            raise
        return self

    def wait(self, *, ready: bool = True) -> None:
        path = "/health/ready" if ready else "/health/live"

        def answers() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, f"the server ended:\n{self.log.read_text()[-3000:]}"
            try:
                return httpx.get(self.url + path, timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        wait_for(answers, START_SECONDS)

    def stop(self) -> None:
        """As Ctrl-C does; everything that the server started must be gone after it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.process = None

    def kill(self) -> None:
        """As a power cut does to the server alone: the postmaster lives on."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        self.process = None

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`seloste ...` against this house."""
        done = subprocess.run(
            [sys.executable, "-m", "service.cli", *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    @property
    def demo(self) -> dict[str, Any]:
        return json.loads((self.data / "demo.json").read_text())  # type: ignore[no-any-return]

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.data / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))

    def database_processes(self) -> list[psutil.Process]:
        postmaster = self.postmaster()
        return [postmaster, *postmaster.children(recursive=True)]

    def another_node(self, data: Path) -> "House":
        """A second server over the same database: its own folder and port, the same keys and public address."""
        outside = self.settings.get("DATABASE_URL")
        if outside is None:
            to = self.superuser()
            outside = f"postgresql://{to['user']}:{to['password']}@/{to['database']}?host={quote(str(to['host']))}&port={to['port']}"
        keys = str(self.data.with_name(self.data.name + ".keys"))
        return House(data, {**self.settings, "DATABASE_URL": outside, "KEY_DIR": keys, "PUBLIC_URL": self.url})

    def superuser(self) -> dict[str, Any]:
        """asyncpg arguments of the database's superuser, past every policy."""
        if "DATABASE_URL" in self.settings:
            return {"dsn": self.settings["DATABASE_URL"]}
        return Embedded(self.data / "postgres").connection()

    def serving(self, duty: Duty) -> dict[str, Any]:
        """asyncpg arguments with which the server itself connects for a duty."""
        settings = Settings.from_environment(self.environment)
        return settings.place(None if "DATABASE_URL" in self.settings else self.superuser()).serving(duty)

    def token(self, client: dict[str, Any], scope: str | None = None) -> str:
        data = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        answer = httpx.post(f"{self.url}/oauth/token", auth=(client["client_id"], client["client_secret"]), data=data, timeout=20)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def api(self, client: dict[str, Any], scope: str | None = None) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.token(client, scope)}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)
