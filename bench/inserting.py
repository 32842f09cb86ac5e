"""pgbench writes the same rows: what PostgreSQL alone can do, without HTTP and without Python."""

import itertools
import os
import re
import subprocess
import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bench import rows
from bench.loading import CLIENTS
from bench.machine import CannotMeasure
from bench.seloste import app_role

# Keys of its own for each transaction: in order of time where ours are, else hashes. `run` differs in each round.
_UNIQUE = "(:run || '-' || :client_id || '-' || :number)"
EXPRESSIONS = {
    "request": "(:run || lpad(to_hex(:client_id * 100000000 + :number), 12, '0'))::uuid",
    "event_id": "(:run || lpad(to_hex(:client_id * 100000000 + :number), 12, '0'))::uuid",
    "key": f"sha256({_UNIQUE}::bytea)",
    "reference": f"substr(md5{_UNIQUE}, 1, 14)",
    "reference_hash": f"sha256({_UNIQUE}::bytea)",
}


class Inserting:
    def __init__(self, pgbench: str, data: Path, pattern: Mapping[str, Any], folder: Path) -> None:
        self._script = folder / "insert.sql"
        self._script.write_text(_script(pattern))
        self._command = [pgbench, "--client", str(CLIENTS), "--protocol", "prepared", "--no-vacuum", "--file", str(self._script)]
        self._values = {name: _text(value) for name, value in pattern.items()}
        self._role = app_role(data)

    def run(self, seconds: int) -> float:
        """Transactions a second."""
        return float(self._output(r"tps = ([\d.]+) ", ["--time", str(seconds)]))

    def write(self, each: int) -> int:
        """So many transactions for each client; says how many together."""
        return int(self._output(r"actually processed: (\d+)/", ["--transactions", str(each)]))

    def _output(self, wanted: str, length: list[str]) -> str:
        values = {**self._values, "number": "0", "run": f"{time.time_ns():020x}"}
        given = itertools.chain.from_iterable(("--define", f"{name}={value}") for name, value in values.items())
        address = ["--host", self._role["host"], "--port", str(self._role["port"]), "--username", self._role["user"]]
        done = subprocess.run(
            [*self._command, *length, *given, *address, self._role["database"]],
            env={"PATH": os.defpath, "PGPASSWORD": self._role["password"]},
            capture_output=True,
            text=True,
        )
        found = re.search(wanted, done.stdout)
        if done.returncode != 0 or found is None:
            raise CannotMeasure(f"pgbench failed:\n{done.stderr[-2000:]}{done.stdout[-2000:]}")
        return found[1]


def _script(pattern: Mapping[str, Any]) -> str:
    values = {name: f":{name}" for name in pattern} | EXPRESSIONS
    statements = [*rows.opening(pattern), *(statement.format_map(values) for statement in rows.STATEMENTS.values()), "COMMIT"]
    return "\\set number :number + 1\n" + "".join(f"{statement};\n" for statement in statements)


def _text(value: Any) -> str:
    """As PostgreSQL reads it."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
