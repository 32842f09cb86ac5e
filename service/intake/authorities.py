"""Which supervisory authority a person may turn to (GDPR Art. 77), by the controller's country."""

import msgspec

from service.notices.authorities import AUTHORITIES, in_language


class NamedAuthority(msgspec.Struct, omit_defaults=True):
    name: str
    web: str
    phone: str | None = None


def authority_in(country: str, language: str = "en") -> NamedAuthority:
    """Of a country outside the EEA none is known; the Data Protection Board's members are all there is to name."""
    known = AUTHORITIES.get(country)
    if known is None:
        return NamedAuthority("European Data Protection Board: members", "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en")
    return NamedAuthority(in_language(known.name, language) or country, known.website, known.phone)
