"""A theme is its tenant's own; a logo is read by all. The worker makes pages anew when a theme changes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenants.database import ENGINE
from tenants.policies import read_by_all, tenant_owned
from tenants.roles import Roles

ID = "2026-11-25T20:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "themes and logos, protected"


def protections(roles: Roles) -> list[str]:
    worker = roles.serving("worker")
    return [
        *tenant_owned("themes", roles, app="SELECT, INSERT, UPDATE", key="tenant_id"),
        *read_by_all("logos", roles, app="SELECT, INSERT", worker="SELECT, DELETE"),
        "ALTER TABLE themes ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id)",
        "ALTER TABLE logos ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id)",
        "CREATE UNIQUE INDEX logos_by_name ON logos (tenant_id, name)",
        f"GRANT INSERT, DELETE ON renditions TO {worker}",
        f"GRANT UPDATE ON publications TO {worker}",
        # So that it can hold a notice, and a theme, while it makes pages; the right to lock is one to change something.
        f"GRANT UPDATE (updated_at) ON drafts, themes TO {worker}",
    ]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)

    async def protect() -> None:
        transaction = ENGINE.current_transaction.get()
        assert transaction is not None
        db = transaction.connection
        for statement in protections(Roles(await db.fetchval("SELECT current_database()"))):
            await db.execute(statement)

    manager.add_raw(protect)
    return manager
