"""Dismissals and policies are the tenant's own."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenants.database import ENGINE
from tenants.policies import tenant_owned
from tenants.roles import Roles

ID = "2026-11-25T09:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "dismissals and policies, protected"


def protections(roles: Roles) -> list[str]:
    return [
        *tenant_owned("dismissals", roles, app="SELECT, INSERT, UPDATE (ended_at)"),
        *tenant_owned("publishing_policies", roles, app="SELECT, INSERT, UPDATE", key="tenant_id"),
        "ALTER TABLE dismissals ADD FOREIGN KEY (tenant_id, notice_id) REFERENCES notices (tenant_id, id)",
        "ALTER TABLE publishing_policies ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id)",
        # A finding is dismissed once at a time.
        "CREATE UNIQUE INDEX dismissals_by_finding ON dismissals (tenant_id, notice_id, finding) WHERE ended_at IS NULL",
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
