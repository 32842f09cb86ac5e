"""Which supervisory authority a person may turn to (GDPR Art. 77), by the controller's country."""

import tomllib
from importlib.resources import files

import msgspec

_TABLE = tomllib.loads(files(__package__).joinpath("authorities.toml").read_text("utf-8"))


class Authority(msgspec.Struct, omit_defaults=True):
    name: str
    web: str
    phone: str | None = None


def authority_in(country: str, language: str = "en") -> Authority:
    """Of a country outside the EEA none is known; the Data Protection Board's members are all there is to name."""
    entry = _TABLE.get(country)
    if entry is None:
        return Authority("European Data Protection Board: members", "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en")
    return Authority(entry.get(language, entry["name"]), entry["web"], entry.get("phone"))
