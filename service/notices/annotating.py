"""What a page says of itself to machines: schema.org's terms as JSON-LD. It is data and nothing runs it, so a page without scripts
may hold it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from service.notices.content import ControllerSnapshot
from service.notices.schemas import PublicVersion

# Inside a script element nothing is markup but what would end it.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def annotation(document: PublicVersion, controllers: Sequence[ControllerSnapshot], address: str, predecessor: int | None) -> Markup:
    """Of the page at `address`: nothing but what the page says itself. Addresses are relative, as in all stored bytes."""
    version, language, base = document.version, document.language, document.notice.url
    stated: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["WebPage", "DigitalDocument"],
        "@id": f"{base}/v/{version.number}/{language}",
        "url": address,
        "name": document.title,
        "inLanguage": language,
        "version": str(version.number),
        "datePublished": version.published_at,
        "publisher": [_organisation(controller) for controller in controllers],
        "identifier": _property("SHA-256", version.content_hash),
        "isPartOf": f"{base}/history",
    }
    if predecessor is not None:
        stated["isBasedOn"] = f"{base}/v/{predecessor}/{language}"
    text = msgspec.json.encode(stated).decode()
    for sign, escaped in _ESCAPED.items():
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 — no sign of markup is left in it


def _organisation(controller: ControllerSnapshot) -> dict[str, Any]:
    known = {"@type": "Organization", "name": controller.name}
    return known | ({"identifier": controller.business_id} if controller.business_id else {})


def _property(name: str, value: str) -> dict[str, str]:
    return {"@type": "PropertyValue", "propertyID": name, "value": value}
