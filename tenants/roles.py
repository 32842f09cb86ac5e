"""The database's roles: who may do what, before any policy is asked.

Each is named for the database (`seloste_app` in database `seloste`), so that two installations share a server in peace:
- `owner` owns the schema and runs migrations; nobody logs in as it;
- `app` and `worker` serve: no superuser, no BYPASSRLS, owner of nothing, so that row-level security binds both;
- `operator` may call the functions that verify an identifier, and little else;
- `backup` reads past row-level security (pg_dump needs that); no other role can become it.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import asyncpg

Duty: TypeAlias = Literal["app", "worker", "operator"]
DUTIES: tuple[Duty, ...] = get_args(Duty)

# How long a statement may take. The app's callers are answered within five seconds (503), waiting for a connection included.
# Kept with the role, so that it holds for whatever connects, pooled or not, and costs no transaction a word.
STATEMENT_SECONDS: Mapping[Duty, float] = {"app": 2.5, "worker": 30, "operator": 60}


class RolesMissing(Exception):
    """The roles are not there and we may not make them; the sentence holds the commands for who may."""


@dataclass(frozen=True)
class Roles:
    database: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", self.database):
            raise RolesMissing(f"The database is called {self.database!r}; roles are named for it, so use a name of a-z, 0-9 and _ only.")

    def serving(self, duty: Duty) -> str:
        return f"{self.database}_{duty}"

    @property
    def owner(self) -> str:
        return f"{self.database}_owner"

    @property
    def backup(self) -> str:
        return f"{self.database}_backup"


async def prepare_roles(admin: asyncpg.Connection, passwords: Mapping[Duty, str]) -> Roles:
    """Make the roles that are missing and give each serving role its password; `admin` may create roles."""
    roles = Roles(await admin.fetchval("SELECT current_database()"))
    me = await admin.fetchrow("SELECT quote_ident(rolname) AS name, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    present = {row["rolname"] for row in await admin.fetch("SELECT rolname FROM pg_roles")}
    wanted = [*(roles.serving(duty) for duty in DUTIES), roles.owner]
    if not me["rolsuper"] and not me["rolcreaterole"]:
        missing = [name for name in wanted if name not in present]
        if missing or not await admin.fetchval("SELECT pg_has_role($1, 'MEMBER')", roles.owner):
            raise RolesMissing(_commands(roles, passwords, missing, me["name"]))
        return roles
    for name in wanted:
        if name not in present:
            await admin.execute(f"CREATE ROLE {name} {'NOLOGIN' if name == roles.owner else 'LOGIN'}")
    if me["rolsuper"] and roles.backup not in present:
        await admin.execute(f"CREATE ROLE {roles.backup} NOLOGIN BYPASSRLS IN ROLE pg_read_all_data")
    for duty in DUTIES:
        await admin.execute(f"ALTER ROLE {roles.serving(duty)} PASSWORD '{_verifier(passwords[duty])}'")
        await admin.execute(_limit(roles, duty))
        await admin.execute(f"GRANT USAGE ON SCHEMA public TO {roles.serving(duty)}")
    await admin.execute(f"GRANT {roles.serving('app')} TO {roles.serving('operator')}")
    if not me["rolsuper"]:
        # From PostgreSQL 16 on, who made a role is its administrator but may not act as it.
        await admin.execute(f"GRANT {roles.owner} TO CURRENT_USER")
    await admin.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {roles.owner}")
    return roles


async def why_not_plain(connection: asyncpg.Connection) -> str | None:
    """Row-level security binds only a plain role: says what is wrong with the one that we connected as, or nothing."""
    row: Any = await connection.fetchrow(
        """SELECT r.rolname, r.rolsuper, r.rolbypassrls,
                  EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace) AS owner,
                  EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                          AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS could_own
           FROM pg_roles r WHERE r.rolname = current_user"""
    )
    for flag, why in (
        ("rolsuper", "is a superuser"),
        ("rolbypassrls", "has BYPASSRLS"),
        ("owner", "owns tables"),
        ("could_own", "is a member of the tables' owner"),
    ):
        if row[flag]:
            return f"The role {row['rolname']} {why}, so row-level security would not bind it. Seloste does not serve so."
    return None


def _commands(roles: Roles, passwords: Mapping[Duty, str], missing: list[str], me: str) -> str:
    lines = [f"CREATE ROLE {roles.owner} NOLOGIN;"] if roles.owner in missing else []
    for duty in DUTIES:
        name = roles.serving(duty)
        if name in missing:
            lines.append(f"CREATE ROLE {name} LOGIN PASSWORD '{_verifier(passwords[duty])}';")
            lines.append(f"GRANT USAGE ON SCHEMA public TO {name};")
            lines.append(f"{_limit(roles, duty)};")
    lines.append(f"GRANT {roles.serving('app')} TO {roles.serving('operator')};")
    lines.append(f"GRANT {roles.owner} TO {me};")
    lines.append(f"GRANT USAGE, CREATE ON SCHEMA public TO {roles.owner};")
    lines.append("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;")
    return "The user of DATABASE_URL may not create roles. Have an administrator run this in the database:\n" + "\n".join(lines)


def _limit(roles: Roles, duty: Duty) -> str:
    return f"ALTER ROLE {roles.serving(duty)} SET statement_timeout = {int(STATEMENT_SECONDS[duty] * 1000)}"


def _verifier(password: str) -> str:
    """What PostgreSQL stores for a password (RFC 5803), so that the password itself never shows in a statement or log."""
    salt, iterations = secrets.token_bytes(16), 4096
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"
