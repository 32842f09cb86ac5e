"""The supervisory authorities of the EEA: to whom a data subject may complain (GDPR Art. 77)."""

import tomllib
from importlib.resources import files
from typing import Any

import msgspec


class Authority(msgspec.Struct, frozen=True):
    """Texts per language. Finland's are there in Finnish, Swedish and English, another country's in its own language."""

    name: dict[str, str]
    website: str
    email: str | None = None
    phone: str | None = None
    address: dict[str, str] = {}
    visits: dict[str, str] = {}


def _table() -> dict[str, Authority]:
    rows: dict[str, Any] = tomllib.loads(files(__package__).joinpath("authorities.toml").read_text("utf-8"))
    return {country: msgspec.convert(row, Authority) for country, row in rows.items()}


AUTHORITIES = _table()


def in_language(texts: dict[str, str], language: str) -> str | None:
    """The text in the language, or in the first that there is: an authority's own name needs no translation."""
    return texts.get(language) or next(iter(texts.values()), None)
