"""The kinds of table, each with the row-level security and the grants that its kind means.

Migrations call these, so a table's kind is one readable line; `tests/promises` walks the catalogue and finds each table
to be of one kind. No policy has a platform escape: there is no setting, role or flag that shows all tenants' content.
"""

from collections.abc import Sequence

from tenants.roles import Roles

FUNCTIONS = """
CREATE FUNCTION acting_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;
CREATE FUNCTION acting_clients() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('app.tenant_ids', true), ''), '{}')::uuid[] $$;
COMMENT ON FUNCTION acting_tenant() IS 'the tenant named by acting_for(); after first use the setting reads empty, not null';
COMMENT ON FUNCTION acting_clients() IS 'the clients named by acting_for_clients(), for reading only';
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
"""


def tenant_owned(table: str, roles: Roles, *, app: str, worker: str = "SELECT", key: str = "tenant_id, id") -> list[str]:
    """Rows of one tenant, seen and written by it alone; an agency reads what live delegations open."""
    return [
        *_forced(table),
        *_keyed(table, key),
        f"""CREATE POLICY "a tenant sees its own rows" ON {table} FOR SELECT USING (tenant_id = acting_tenant())""",
        f"""CREATE POLICY "an agency reads the rows of its clients" ON {table} FOR SELECT
            USING (tenant_id = ANY (acting_clients()))""",
        *_written_by_its_tenant(table),
        *_granted(table, roles, app=app, worker=worker),
    ]


def read_by_all(
    table: str, roles: Roles, *, app: str, worker: str = "SELECT", key: str = "tenant_id, id", owner: str = "tenant_id"
) -> list[str]:
    """Public facts, which anybody may read across tenants; written only by the tenant that they are about."""
    return [
        *_forced(table),
        *_keyed(table, key),
        f"""CREATE POLICY "everybody reads" ON {table} FOR SELECT USING (true)""",
        *_written_by_its_tenant(table, owner),
        *_granted(table, roles, app=app, worker=worker),
    ]


def two_sided(table: str, roles: Roles, *, other: str, app: str, worker: str = "SELECT") -> list[str]:
    """Rows between two tenants: both read, the one that owns the row writes."""
    return [
        *_forced(table),
        *_keyed(table, "tenant_id, id"),
        f"""CREATE POLICY "both sides read" ON {table} FOR SELECT
            USING (tenant_id = acting_tenant() OR {other} = acting_tenant())""",
        *_written_by_its_tenant(table),
        *_granted(table, roles, app=app, worker=worker),
    ]


def by_secret_or_machine(table: str, roles: Roles, *, app: str, worker: str) -> list[str]:
    """Rows that no tenant owns and that hold nothing of a tenant in clear: found by a secret's hash, or used by machines."""
    return [
        *_forced(table),
        f"""CREATE POLICY "found by secret or used by machines" ON {table} USING (true) WITH CHECK (true)""",
        *_granted(table, roles, app=app, worker=worker),
    ]


def append_only(table: str) -> list[str]:
    """The database itself refuses to change or delete a row, whoever asks."""
    return [
        f"""CREATE TRIGGER "rows are never changed or deleted" BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
        f"""CREATE TRIGGER "the table is never emptied" BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    ]


def _written_by_its_tenant(table: str, owner: str = "tenant_id") -> list[str]:
    return [
        f"""CREATE POLICY "a tenant adds its own rows" ON {table} FOR INSERT WITH CHECK ({owner} = acting_tenant())""",
        f"""CREATE POLICY "a tenant changes its own rows" ON {table} FOR UPDATE
            USING ({owner} = acting_tenant()) WITH CHECK ({owner} = acting_tenant())""",
        f"""CREATE POLICY "a tenant deletes its own rows" ON {table} FOR DELETE USING ({owner} = acting_tenant())""",
    ]


def _forced(table: str) -> list[str]:
    return [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"]


def _keyed(table: str, key: str) -> list[str]:
    # Piccolo knows one key column; the real key starts with the tenant, so that tables can be spread by it one day.
    return [f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey", f"ALTER TABLE {table} ADD PRIMARY KEY ({key})"]


def _granted(table: str, roles: Roles, *, app: str, worker: str) -> Sequence[str]:
    grants = [(roles.serving("app"), app), (roles.serving("worker"), worker)]
    return [f"GRANT {rights} ON {table} TO {role}" for role, rights in grants if rights]
