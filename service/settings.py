"""Every setting: an environment variable, what it does, and what happens when it is wrong. `seloste doctor` shows them."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from service import keys
from tenants.database import Place
from tenants.roles import DUTIES

T = TypeVar("T")


class SettingsWrong(Exception):
    """A setting cannot be used; the sentence names it and says what would do."""


def setting(default: str, what: str, wrong: str) -> Any:
    return field(default=default, metadata={"what": what, "wrong": wrong})


@dataclass(frozen=True)
class Settings:
    host: str = setting("127.0.0.1", "The address to listen on.", "The start fails and names the address.")
    port: str = setting("8000", "The port to listen on.", "The start fails; a port in use is named.")
    data_dir: str = setting(
        ".data",
        "Where this node keeps its database (when embedded), its public copies, its mailbox and demo.json.",
        "The start fails when it cannot be made or written.",
    )
    key_dir: str = setting(
        "",
        "Where the master key lives when MASTER_KEY is not set; default DATA_DIR with `.keys` added, beside it and never in it. "
        "Back it up apart from the data.",
        "The start fails when it is inside DATA_DIR, or when the database was sealed with another key.",
    )
    master_key: str = setting(
        "",
        "The master key, 32 bytes in base64, from your secret store; all sealed data hangs on it.",
        "The start fails when it is not 32 bytes, or not the key that the database was sealed with.",
    )
    database_url: str = setting(
        "",
        "PostgreSQL 15 or newer, as a user that may create roles; may lead through PgBouncer. Empty: the embedded server.",
        "While it cannot be reached, what was published goes on being served and the rest answers 503.",
    )
    database_direct_url: str = setting(
        "",
        "The same database past PgBouncer, for migrations, LISTEN and the worker.",
        "Without it, behind PgBouncer, nodes look for changes each second instead of being told.",
    )
    database_pool: str = setting("10", "Connections per process.", "The start fails when it is not a number above 0.")
    database_statement_cache: str = setting(
        "",
        "Prepared statements kept per connection (asyncpg's statement_cache_size); empty: 100, or 0 behind PgBouncer.",
        "Too high behind an old PgBouncer, statements fail with `prepared statement does not exist`.",
    )
    public_url: str = setting(
        "",
        "The origin that the world sees, without a path; default http://HOST:PORT. Absolute links and the issuer come from it.",
        "Links and tokens name the wrong origin.",
    )
    account_url: str = setting(
        "",
        "The origin of everything with a secret: status pages, first credentials, API docs; default PUBLIC_URL.",
        "On the host of PUBLIC_URL, hosted notices share an origin with it; `seloste doctor` warns.",
    )
    access_token_seconds: str = setting("3600", "How long an access token lives.", "The start fails when it is not a number above 0.")
    smtp_url: str = setting(
        "",
        "smtp://user:password@host:587 (STARTTLS when offered) or smtps://host:465. Empty: mail goes to DATA_DIR/mailbox as .eml.",
        "The start fails when it is no such address. While a server does not take it, mail waits and is tried again; nothing is lost.",
    )
    mail_from: str = setting("Seloste <noreply@example.org>", "The sender of our mail.", "Mail servers may refuse it.")
    trusted_proxies: str = setting(
        "",
        "Networks (comma-separated CIDR) whose X-Forwarded-For is believed. Empty: the peer's own address counts.",
        "The start fails when a network cannot be read.",
    )
    intake_per_minute: str = setting(
        "120",
        "Requests a minute that one network may send to the intake, after its burst.",
        "The start fails when it is not a number above 0.",
    )
    intake_burst: str = setting("60", "Requests that one network may send at once.", "The start fails when it is not a number above 0.")
    public_cache_mb: str = setting(
        "64",
        "Memory for what is public, in MiB: answers as they were sent, and what they are made from.",
        "The start fails when it is not a number above 0.",
    )
    security_contact: str = setting(
        "",
        "Whom to tell of a hole in the service, for /.well-known/security.txt: mailto:, https: or tel: addresses, comma-separated. "
        "Empty: there is no such file.",
        "The start fails when one is no such address.",
    )
    worker: str = setting(
        "inside",
        "`inside`: `seloste serve` runs a worker beside itself. `apart`: you run `seloste worker`.",
        "The start fails when it is neither. With `apart` and no worker, mail waits.",
    )
    log_level: str = setting(
        "info", "debug, info, warning or error; one JSON line per event on stderr.", "The start fails when it is none of them."
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        given = {f.name: environment[f.name.upper()].strip() for f in fields(cls) if environment.get(f.name.upper(), "").strip()}
        settings = cls(**given)
        settings.check()
        return settings

    def check(self) -> None:
        for name in ("port", "database_pool", "access_token_seconds", "intake_per_minute", "intake_burst", "public_cache_mb"):
            self.number(name)
        if self.number("port") > 65535:
            raise SettingsWrong(f"PORT is {self.port!r}; ports end at 65535.")
        if not (self.database_statement_cache or "0").isdecimal():
            raise SettingsWrong(f"DATABASE_STATEMENT_CACHE is {self.database_statement_cache!r}; it is a whole number, or empty.")
        smtp = urlsplit(self.smtp_url)
        if self.smtp_url and (smtp.scheme not in ("smtp", "smtps") or not smtp.hostname):
            raise SettingsWrong("SMTP_URL is not an address such as smtp://user:password@mail.example.org:587.")
        if not all(re.fullmatch(r"(mailto:|https://|tel:)[!-~]+", contact) for contact in self.security_contacts):
            raise SettingsWrong("SECURITY_CONTACT holds what is no mailto:, https: or tel: address, such as mailto:security@example.org.")
        if self.worker not in ("inside", "apart"):
            raise SettingsWrong(f"WORKER is {self.worker!r}; it is `inside` or `apart`.")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingsWrong(f"LOG_LEVEL is {self.log_level!r}; it is debug, info, warning or error.")
        for name, url in (("PUBLIC_URL", self.public_origin), ("ACCOUNT_URL", self.account_origin)):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
                raise SettingsWrong(f"{name} is {url!r}; it is an origin such as https://notices.example.org, without a path.")
        assert self.proxies is not None
        if self.data.resolve() in (self.key_folder.resolve(), *self.key_folder.resolve().parents):
            raise SettingsWrong("KEY_DIR is inside DATA_DIR; a copy of the data must not carry its key.")

    def number(self, name: str) -> int:
        value = getattr(self, name)
        if not value.isdecimal() or not 0 < int(value) < 10**9:
            raise SettingsWrong(f"{name.upper()} is {value!r}; it is a whole number above 0.")
        return int(value)

    @property
    def public_cache_bytes(self) -> int:
        return self.number("public_cache_mb") * 2**20

    @cached_property
    def data(self) -> Path:
        return Path(self.data_dir).absolute()

    @cached_property
    def key_folder(self) -> Path:
        return Path(self.key_dir).absolute() if self.key_dir else self.data.with_name(self.data.name + ".keys")

    @cached_property
    def own_origin(self) -> str:
        """Where this node listens."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @cached_property
    def public_origin(self) -> str:
        return (self.public_url or self.own_origin).rstrip("/")

    @cached_property
    def account_origin(self) -> str:
        return (self.account_url or self.public_origin).rstrip("/")

    @property
    def security_contacts(self) -> list[str]:
        return [contact.strip() for contact in self.security_contact.split(",") if contact.strip()]

    @cached_property
    def proxies(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        try:
            return tuple(ipaddress.ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip())
        except ValueError as error:
            raise SettingsWrong(f"TRUSTED_PROXIES: {error}.") from error

    @cached_property
    def keys(self) -> keys.MasterKey:
        return keys.load(self.master_key, self.key_folder)

    @property
    def is_embedded(self) -> bool:
        return not self.database_url

    def place(self, embedded: Mapping[str, Any] | None = None) -> Place:
        """Where the database is; `embedded` are the arguments for the server that we started ourselves."""
        pooled = embedded or {"dsn": self.database_url}
        direct = {"dsn": self.database_direct_url} if self.database_direct_url else None
        passwords = {duty: self.keys.derived(f"database role {duty}").hex() for duty in DUTIES}
        cache = int(self.database_statement_cache or (0 if direct else 100))
        return Place(pooled=pooled, direct=direct, passwords=passwords, statement_cache_size=cache)
