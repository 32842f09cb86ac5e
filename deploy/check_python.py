"""Says plainly what a machine lacks before anything is set up. Runs on any Python 3."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Seloste needs Python 3.11 or newer; this is %d.%d. Set PYTHON, for example: make run PYTHON=python3.12" % sys.version_info[:2]
    )
try:
    import ensurepip  # noqa: F401
    import sqlite3  # noqa: F401
    import ssl  # noqa: F401
    import venv  # noqa: F401
except ImportError as error:
    sys.exit("This Python lacks the module %s. On Debian and Ubuntu: apt-get install python3-venv" % error.name)
