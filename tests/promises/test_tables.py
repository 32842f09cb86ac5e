"""Every table is tenant-owned and forced, or of one of three kinds of platform table, listed here with a reason."""

import asyncpg
import pytest

READ_BY_ALL = {
    "tenants": "which tenant a slug means",
    "directory": "whose an identifier is",
    "publications": "which notices are published, and from when",
    "renditions": "what published notices show",
    "logos": "pictures on public pages",
}
TWO_SIDED = {"delegations": "between a client and its agency"}
BY_SECRET_OR_MACHINE = {
    "client_tenants": "client id to tenant, before anybody is authenticated",
    "used_assertions": "hashes of client assertions",
    "signing_keys": "the installation's keys, sealed",
    "master_keys": "names of master keys",
    "idempotency_keys": "hashes of keys, sealed answers",
    "request_references": "hashes of references",
    "pending_requests": "sealed, under keys of their own",
    "mail_allowances": "hashes of addresses, keyed per day",
    "migration": "which migrations ran",
    "pgqueuer": "the queue: ids only",
    "pgqueuer_log": "the queue's log",
    "pgqueuer_schedules": "the queue's schedules",
    "pgqueuer_statistics": "the queue's statistics",
}
APPEND_ONLY = {"versions", "history", "notice_slugs"}
# The same, where there may be no row to try it on.
FATES = {"notice_fates", "version_fates", "redaction_proposals", "redaction_approvals"}
# Never changed; gone only with the case that they belong to.
MOVES = {"request_moves"}


async def tables(superuser: asyncpg.Connection) -> list[asyncpg.Record]:
    return await superuser.fetch(
        """SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, pg_get_userbyid(c.relowner) AS owner,
                  EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id' AND NOT attisdropped) AS owned
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1"""
    )


async def test_every_table_is_forced_and_of_a_known_kind(superuser: asyncpg.Connection) -> None:
    listed = {**READ_BY_ALL, **TWO_SIDED, **BY_SECRET_OR_MACHINE}
    found = await tables(superuser)
    assert len(found) >= 30
    for table in found:
        assert table["enabled"], table["name"]
        assert table["forced"], table["name"]
        assert table["owner"].endswith("_owner"), table["name"]
        assert table["owned"] or table["name"] in listed, f"{table['name']} is neither tenant-owned nor listed with a reason"
    assert set(listed) <= {table["name"] for table in found}, "a listed table is gone: take it off the list"


async def test_policies_are_what_the_kind_says(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch("SELECT * FROM pg_policies WHERE schemaname = 'public'")
    by_table: dict[str, list[asyncpg.Record]] = {}
    for row in rows:
        by_table.setdefault(row["tablename"], []).append(row)
    for table in await tables(superuser):
        name, policies = table["name"], by_table.get(table["name"], [])
        assert policies, f"{name} has no policy"
        assert all(" " in policy["policyname"] for policy in policies), f"{name}: policies are named as sentences"
        if name in BY_SECRET_OR_MACHINE:
            continue
        owner = "id" if name == "tenants" else "tenant_id"
        mine = f"({owner} = acting_tenant())"
        by_command = {policy["cmd"]: policy for policy in policies if policy["permissive"] == "PERMISSIVE" and policy["cmd"] != "SELECT"}
        assert set(by_command) == {"INSERT", "UPDATE", "DELETE"}, name
        assert by_command["INSERT"]["with_check"] == mine
        assert by_command["UPDATE"]["qual"] == mine
        assert by_command["UPDATE"]["with_check"] == mine
        assert by_command["DELETE"]["qual"] == mine
        reads = sorted(policy["qual"] for policy in policies if policy["cmd"] == "SELECT")
        if name in READ_BY_ALL:
            assert reads == ["true"], name
        elif name in TWO_SIDED:
            assert reads == ["((tenant_id = acting_tenant()) OR (agency_id = acting_tenant()))"], name
        else:
            assert reads == ["(tenant_id = ANY (acting_clients()))", "(tenant_id = acting_tenant())"], name


async def test_keys_start_with_the_tenant(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(
        """SELECT c.conrelid::regclass::text AS name, c.contype, c.confrelid::regclass::text AS target,
                  array_agg(a.attname ORDER BY k.n) AS columns
           FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
           JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
           WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'f') GROUP BY c.oid"""
    )
    assert rows
    for row in rows:
        if row["name"] in BY_SECRET_OR_MACHINE or row["name"] == "tenants" or row["target"] == "tenants":
            continue
        assert row["columns"][0] == "tenant_id", f"{row['name']}: {row['columns']}"


async def test_serving_roles_are_plain(superuser: asyncpg.Connection) -> None:
    for duty in ("app", "worker", "operator"):
        role = await superuser.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'seloste_' || $1", duty)
        assert role["rolcanlogin"]
        for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication"):
            assert not role[power], (duty, power)
        assert not await superuser.fetchval("SELECT pg_has_role('seloste_' || $1, 'seloste_owner', 'MEMBER')", duty)
        assert not await superuser.fetchval("SELECT pg_has_role('seloste_' || $1, 'seloste_backup', 'MEMBER')", duty)
    backup = await superuser.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'seloste_backup'")
    assert backup["rolbypassrls"]
    assert not backup["rolcanlogin"]
    assert not (await superuser.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'seloste_owner'"))["rolcanlogin"]


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
async def test_what_was_published_and_what_happened_stays(superuser: asyncpg.Connection, table: str) -> None:
    """Not even a superuser changes a row by accident."""
    for statement in (f"UPDATE {table} SET tenant_id = tenant_id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await superuser.execute(statement)


async def test_what_befell_is_only_ever_added_to(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(
        """SELECT tgrelid::regclass::text AS name, count(*) AS triggers FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
           WHERE p.proname = 'refuse_change' AND t.tgenabled = 'O' GROUP BY 1"""
    )
    assert {row["name"]: row["triggers"] for row in rows} == dict.fromkeys(APPEND_ONLY | FATES | MOVES, 2)


async def test_only_the_operators_functions_run_as_the_owner(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1")
    assert [row["proname"] for row in rows] == ["approve_verification", "complete_verification", "redact_version"]
    for function in ("approve_verification", "redact_version"):
        may = "SELECT has_function_privilege($1, oid, 'EXECUTE') FROM pg_proc WHERE proname = $2"
        assert await superuser.fetchval(may, "seloste_operator", function)
        assert not await superuser.fetchval(may, "seloste_app", function)
        assert not await superuser.fetchval(may, "seloste_worker", function)
