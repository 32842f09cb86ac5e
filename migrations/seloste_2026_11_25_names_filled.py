"""Names from before are folded as they are now, and requests about a notice of several controllers go on to its first.

Whoever changes how names are folded adds a migration that folds them again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenants.database import ENGINE
from tenants.naming import fold_name, loosely

ID = "2026-11-25T21:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "names, filled in"

TABLES = ("directory", "controllers", "notices", "publications")
# What an earlier program writes needs these, too.
DEFAULTS = {"periods": "'[]'", "processor_for": "'{}'"}
INDEXES = [
    """CREATE INDEX directory_verified ON directory (folded)
       WHERE kind IN ('business_id', 'domain') AND verified_at IS NOT NULL AND ended_at IS NULL""",
    "CREATE INDEX directory_by_loose ON directory (loose, verified_at) WHERE loose IS NOT NULL AND ended_at IS NULL",
    "CREATE INDEX directory_by_likeness ON directory USING gin (loose gin_trgm_ops) WHERE ended_at IS NULL",
]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)

    async def fill() -> None:
        transaction = ENGINE.current_transaction.get()
        assert transaction is not None
        db = transaction.connection
        for table in TABLES:
            await db.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        controllers = await db.fetchval("SELECT count(*) FROM controllers")
        defaults = ", ".join(f"{name} = {value}" for name, value in DEFAULTS.items())
        assert await db.execute(f"UPDATE controllers SET {defaults}") == f"UPDATE {controllers}"
        names = await db.fetch("SELECT tenant_id, id, value FROM directory WHERE kind IN ('legal_name', 'brand', 'former_name')")
        loose = [found.key if (found := loosely(row["value"])) else None for row in names]
        filled = await db.execute(
            """UPDATE directory d SET folded = f.folded, loose = f.loose
               FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS f (tenant_id, id, folded, loose)
               WHERE d.tenant_id = f.tenant_id AND d.id = f.id""",
            *([row[column] for row in names] for column in ("tenant_id", "id")),
            [fold_name(row["value"]) for row in names],
            loose,
        )
        assert filled == f"UPDATE {len(names)}", filled
        for table in ("notices", "publications"):
            await db.execute(f"UPDATE {table} SET requests_to = controller_ids[1] WHERE cardinality(controller_ids) > 1")
        for table in TABLES:
            await db.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for name, value in DEFAULTS.items():
            await db.execute(f"ALTER TABLE controllers ALTER {name} SET DEFAULT {value}")
        for statement in INDEXES:
            await db.execute(statement)

    manager.add_raw(fill)
    for name in DEFAULTS:
        manager.alter_column("Controller", "controllers", name, params={"null": False}, old_params={"null": True})
    return manager
