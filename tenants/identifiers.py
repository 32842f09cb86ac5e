"""Business ids and domains: in their usual form as they are claimed, and out of what people type."""

import re
from functools import cache

import idna
from publicsuffixlist import PublicSuffixList
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus

from tenants.naming import has_unseen

_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe63\uff0d]")
# What stands before a number on an invoice. Another country's letters make it another country's number.
_LABEL = re.compile(r"^(?:(?:y|ly|fo|org|vat|alv|moms|business|company|tunnus|nummer|numero|number|nro|nr|no|id|reg|code)[\s.:/#-]*)*")
_HOST_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_HOST_LABEL}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?")


class NotAnIdentifier(ValueError):
    """The text cannot be such an identifier; the sentence says why, for who typed it."""


def business_id(text: str, country: str) -> str:
    """The id in its usual form. Finland: 1234567-8 with a right check digit, also from FI12345678."""
    compact = re.sub(r"[\s.]", "", _DASHES.sub("-", text))
    if country != "FI":
        if not re.fullmatch(r"[0-9A-Za-z-]{2,32}", compact):
            raise NotAnIdentifier(f"{text!r} is not a business id.")
        return compact.upper()
    digits = re.sub(r"^FI-?", "", compact, flags=re.IGNORECASE)
    if re.fullmatch(r"[0-9]{6}-?[0-9]", digits):
        digits = "0" + digits  # numbers given before 1979 are written with six digits and the check digit
    try:
        return str(ytunnus.format(ytunnus.validate(digits)))
    except ValidationError as error:
        raise NotAnIdentifier(
            f"{text!r} is not a Finnish business id: seven digits, a hyphen and a check digit that fits, such as 1234567-1."
        ) from error


def typed_business_ids(text: str) -> tuple[str | None, str | None]:
    """As a Finnish one and as another country's: eight digits may be either, and the person need not say which."""
    if has_unseen(text):
        return None, None
    bare = _LABEL.sub("", text.strip().lower(), count=1)
    return _or_none(bare, "FI"), _or_none(bare, "")


def _or_none(text: str, country: str) -> str | None:
    try:
        return business_id(text, country)
    except NotAnIdentifier:
        return None


def is_like_business_id(text: str) -> bool:
    """Seven or eight digits as an invoice shows them, whether right or not."""
    bare = _LABEL.sub("", _DASHES.sub("-", text.strip().lower()), count=1)
    return re.fullmatch(r"(?:fi[\s-]*)?[0-9]{6,7}\s?-?\s?[0-9]", bare) is not None


def domain(text: str) -> str:
    """A host name in lower-case ASCII (IDNA 2008, mapped by UTS 46), from a name or a web address. No public suffix: under
    `co.uk` or a platform's own domain everybody has their own."""
    host = _ascii(text, _authority(text))
    if is_public_suffix(host):
        raise NotAnIdentifier(f"{text!r} is a domain under which anybody may have one. Give your own, such as www.example.org.")
    return host


def typed_host(text: str) -> str:
    """The host of what somebody typed or pasted: an address of a page or a mailbox, a sender's line, a slip in either.

    Raises NotAnIdentifier, also where two readers could see two hosts in it."""
    if has_unseen(text):
        raise NotAnIdentifier("The address holds characters that cannot be seen.")
    plain = re.sub(r"\s*[(\[]\s*(?:at|ät)\s*[)\]]\s*", "@", text.strip().lower())
    if within := re.search(r"<([^<>\s]+)>", plain):
        plain = within[1]
    # Of a line with other words in it, what is plainly an address: a host written in two words may be neither of them.
    words = [word for word in plain.split() if not word.endswith(":")]
    likely = [word for word in words if "@" in word or "://" in word] if len(words) > 1 else words
    if len(likely) != 1:
        raise NotAnIdentifier(f"{text!r} is not one address.")
    address = re.sub(r"^(?:[a-z]{3,7}(?::[/\\]*|/{2,})|//)", "", likely[0].strip("\"'()[]<>,;"))
    return _ascii(text, _authority(re.sub(r"^www,", "www.", address)))


def _authority(text: str) -> str:
    """Host, and port, of an address. A path may hold an @ too, and names nobody; what reads in two ways names nobody either."""
    authority = re.split(r"[/?#]", re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.strip().lower()))[0]
    if "\\" in authority or authority.count("@") > 1:
        raise NotAnIdentifier(f"{text!r} can be read as an address of two hosts.")
    return authority.rpartition("@")[2].partition(":")[0]


def _ascii(text: str, host: str) -> str:
    host = host.removesuffix(".")
    try:
        host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise NotAnIdentifier(f"{text!r} is not a domain such as www.example.org.") from error
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise NotAnIdentifier(f"{text!r} is not a domain such as www.example.org.")
    return host


def is_public_suffix(host: str) -> bool:
    return _suffixes().is_public(host)


def parents(host: str) -> list[str]:
    """The host and the domains above it, nearest first, down to what somebody can own: mail.shop.example.org,
    shop.example.org, example.org."""
    labels = host.split(".")
    above = (".".join(labels[start:]) for start in range(len(labels)))
    return [name for name in above if not is_public_suffix(name)]


@cache
def _suffixes() -> PublicSuffixList:
    """The list that comes in the library's wheel; nothing is fetched."""
    return PublicSuffixList()
