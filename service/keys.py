"""The master key and what is derived from it. It comes from settings or KEY_DIR; the database never holds it."""

import base64
import functools
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyWrong(Exception):
    """The master key cannot be used; the sentence says why."""


@dataclass(frozen=True)
class MasterKey:
    secret: bytes

    @functools.lru_cache(maxsize=64)  # noqa: B019 — there is one master key, and a handful of purposes
    def derived(self, purpose: str) -> bytes:
        """A key for one purpose alone (HKDF, RFC 5869): knowing it tells nothing of the master key or of another purpose's."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"seloste/1 {purpose}".encode()).derive(self.secret)

    @property
    def name(self) -> str:
        """Says which master key this is, without telling it: kept in the database, so that a wrong key is noticed."""
        return self.derived("name")[:8].hex()


def load(given: str, folder: Path) -> MasterKey:
    """The key in `given` (base64), else the one in `folder`, else a new one written there (0600 in 0700)."""
    if given:
        return _decoded(given, "MASTER_KEY")
    try:
        return _from_folder(folder)
    except OSError as error:
        raise KeyWrong(f"KEY_DIR {folder} cannot be used: {error.strerror or error}.") from error


def _from_folder(folder: Path) -> MasterKey:
    file = folder / "master.key"
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        part = folder / f".master.key.{os.getpid()}"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
            opened.flush()
            os.fsync(descriptor)
        try:
            # Whole or not at all, and never over another's: of two that start at once, both go on with the first one's key.
            os.link(part, file)
        except FileExistsError:
            return _from_folder(folder)
        finally:
            part.unlink()
        print(f"A new master key was made: {file}\n  Back it up apart from the data. Without it, requests cannot be read.", file=sys.stderr)
    return _decoded(file.read_text().strip(), str(file))


def _decoded(text: str, where: str) -> MasterKey:
    try:
        secret = base64.b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise KeyWrong(f"{where} is not 32 bytes in base64. A new one: openssl rand -base64 32")
    return MasterKey(secret)
