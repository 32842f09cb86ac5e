"""Whom to tell of a hole in the service: security.txt (RFC 9116)."""

from datetime import timedelta

from litestar import Response, get
from litestar.datastructures import State

from service import clock
from service.errors import NotFound
from service.guarding import public
from service.settings import Settings

# Less than a year, as the RFC advises: who reads an old copy asks again.
VALID = timedelta(days=180)


@get("/.well-known/security.txt", operation_id="readSecurityContact", include_in_schema=False, **public("whom to tell of a hole"))
async def read_security_contact(state: State) -> Response[bytes]:
    settings: Settings = state.settings
    if not settings.security_contacts:
        raise NotFound("The operator of this service names no contact for security (SECURITY_CONTACT).")
    # By the day, so that it is the same text for that long.
    expires = clock.start_of(clock.today("UTC"), "UTC") + VALID
    lines = [
        *(f"Contact: {contact}" for contact in settings.security_contacts),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, fi, sv",
        f"Canonical: {settings.public_origin}/.well-known/security.txt",
    ]
    headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "public, max-age=3600"}
    return Response("".join(f"{line}\n" for line in lines).encode(), headers=headers)
