"""`seloste doctor`: every setting with what it is, and what an operator should mend."""

from dataclasses import fields
from urllib.parse import urlsplit

from service import preparing
from service.settings import Settings
from tenants.database import DatabaseAway
from tenants.embedded import CannotStart

SECRETS = frozenset({"master_key", "database_url", "database_direct_url", "smtp_url"})


async def examine(settings: Settings) -> int:
    """Prints; returns 1 when something must be mended, 0 otherwise."""
    print("Settings")
    for field in fields(settings):
        value = getattr(settings, field.name)
        shown = "(set)" if value and field.name in SECRETS else value or "(default)"
        print(f"  {field.name.upper():26} {shown}\n      {field.metadata['what']}")
    wrong = [*_warnings(settings), *await _database(settings)]
    print("\n" + ("\n".join(f"! {line}" for line in wrong) if wrong else "Nothing to mend."))
    return 1 if any(line.startswith("The database") for line in wrong) else 0


def _warnings(settings: Settings) -> list[str]:
    public, account = urlsplit(settings.public_origin), urlsplit(settings.account_origin)
    wrong: list[str] = []
    if (settings.data / "demo.json").exists():
        return wrong
    if public.hostname == account.hostname:
        wrong.append("ACCOUNT_URL has PUBLIC_URL's host: give what carries secrets an origin of its own.")
    if public.scheme != "https" and public.hostname not in ("127.0.0.1", "localhost", "::1"):
        wrong.append("PUBLIC_URL is not https: tokens and requests would travel in clear.")
    if not settings.smtp_url:
        wrong.append("SMTP_URL is not set: mail goes to files, and nobody receives it.")
    if not settings.master_key:
        wrong.append(f"The master key lies in {settings.key_folder}: is it backed up apart from the data?")
    return wrong


async def _database(settings: Settings) -> list[str]:
    """Looking makes nothing: neither a database nor a key where there is none yet."""
    if settings.is_embedded and not preparing.embedded_in(settings).exists:
        print("\nDatabase: none yet; `seloste serve` makes it.")
        return []
    try:
        async with preparing.prepared(settings, "app"):
            from tenants.database import ENGINE

            connection = await ENGINE.lease()
            try:
                print(
                    f"\nDatabase: {await connection.fetchval('SHOW server_version')}, as {await connection.fetchval('SELECT current_user')}"
                )
            finally:
                ENGINE.give_back(connection)
    except (DatabaseAway, CannotStart) as error:
        return [f"The database does not answer: {error}"]
    return []
