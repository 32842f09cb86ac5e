"""Moves are only ever added and go with their whole case alone; requests from before are cases at their beginning."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenants.database import ENGINE
from tenants.policies import tenant_owned
from tenants.roles import Roles

ID = "2026-11-25T19:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "cases, protected"

# What an earlier program writes needs these, too.
DEFAULTS = {"channel": "'intake'", "revision": "0", "extended": "false", "pauses": "'[]'"}

INDEXES = [
    "CREATE UNIQUE INDEX request_moves_in_order ON request_moves (tenant_id, request_id, number)",
    "CREATE INDEX request_messages_by_request ON request_messages (tenant_id, request_id, id)",
    "CREATE UNIQUE INDEX request_reminders_once ON request_reminders (tenant_id, request_id, kind)",
    "CREATE INDEX requests_by_state ON requests (tenant_id, state, id)",
    "CREATE INDEX requests_open ON requests (tenant_id, due_on, id) WHERE closed_at IS NULL",
    "CREATE INDEX requests_closed ON requests (tenant_id, closed_at) WHERE closed_at IS NOT NULL",
    "CREATE INDEX requests_by_email ON requests (tenant_id, email_index, id) WHERE email_index IS NOT NULL",
    "CREATE INDEX requests_by_assignee ON requests (tenant_id, assignee_index, id) WHERE assignee_index IS NOT NULL",
]

# The request's row goes first; what hangs on it follows by its foreign key, and by nothing else.
WITH_ITS_CASE = """
CREATE FUNCTION refuse_single_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM requests r WHERE r.tenant_id = OLD.tenant_id AND r.id = OLD.request_id) THEN
    RAISE EXCEPTION 'a move goes with its whole case alone' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER "a move goes with its case" BEFORE DELETE ON request_moves FOR EACH ROW EXECUTE FUNCTION refuse_single_move();
CREATE TRIGGER "moves are never changed" BEFORE UPDATE ON request_moves FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "the table is never emptied" BEFORE TRUNCATE ON request_moves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def protections(roles: Roles) -> list[str]:
    worker = roles.serving("worker")
    add = "SELECT, INSERT"
    return [
        *tenant_owned("request_moves", roles, app=add),
        *tenant_owned("request_messages", roles, app=add),
        *tenant_owned("request_reminders", roles, app="", worker=add),
        *tenant_owned("request_retentions", roles, app=f"{add}, UPDATE", key="tenant_id"),
        # What is over is destroyed by the worker.
        f"GRANT UPDATE (destroyed_at, email_index, assignee, assignee_index), DELETE ON requests TO {worker}",
        f"GRANT DELETE ON request_keys TO {worker}",
        f"GRANT SELECT, DELETE ON request_references TO {worker}",
        *(
            f"""ALTER TABLE {table} ADD FOREIGN KEY (tenant_id, request_id) REFERENCES requests (tenant_id, id) ON DELETE CASCADE"""
            for table in ("request_moves", "request_messages", "request_reminders")
        ),
        "ALTER TABLE request_retentions ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id)",
        WITH_ITS_CASE,
        *INDEXES,
    ]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)

    async def protect() -> None:
        transaction = ENGINE.current_transaction.get()
        assert transaction is not None
        db = transaction.connection
        await db.execute("ALTER TABLE requests NO FORCE ROW LEVEL SECURITY")
        requests = await db.fetchval("SELECT count(*) FROM requests")
        filled = await db.execute("UPDATE requests SET " + ", ".join(f"{name} = {value}" for name, value in DEFAULTS.items()))
        assert filled == f"UPDATE {requests}", filled
        await db.execute("ALTER TABLE requests FORCE ROW LEVEL SECURITY")
        for name, value in DEFAULTS.items():
            await db.execute(f"ALTER TABLE requests ALTER {name} SET DEFAULT {value}")
        for statement in protections(Roles(await db.fetchval("SELECT current_database()"))):
            await db.execute(statement)

    manager.add_raw(protect)
    for name in DEFAULTS:
        manager.alter_column("DataSubjectRequest", "requests", name, params={"null": False}, old_params={"null": True})
    return manager
