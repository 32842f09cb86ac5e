"""What a process that takes a stranger's text gets of ours: what Python needs to start, and no keys or addresses."""

import os

_NEEDED = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR")


def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _NEEDED if name in os.environ}
