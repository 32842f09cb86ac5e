"""The rules' expressions and word lists, which are data."""

import re
import tomllib
from importlib.resources import files
from typing import Any


def data(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


_TABLE = data("expressions.toml")


def expression(topic: str, name: str) -> re.Pattern[str]:
    return re.compile("|".join(_TABLE[topic][name]), re.IGNORECASE)


SMALL = frozenset(_TABLE["small"]["words"])
"""Words that tell nothing of an interest."""
LEGAL_FORMS = frozenset(_TABLE["small"]["legal_forms"])
