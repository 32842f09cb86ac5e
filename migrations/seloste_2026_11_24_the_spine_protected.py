"""The spine's protection: what kind each table is, keys that carry the tenant, who may do what, and the queue's tables.

A migration of its own, since Piccolo runs raw steps before it makes tables.
"""

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.jobs.naming import NAMES
from tenants.database import ENGINE
from tenants.policies import FUNCTIONS, append_only, by_secret_or_machine, read_by_all, tenant_owned, two_sided
from tenants.roles import Roles

ID = "2026-11-24T00:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "the spine's protection"

# Keys across tables carry the tenant, so that no row can point into another tenant's.
FOREIGN_KEYS = [
    ("tenant_profiles (tenant_id)", "tenants (id)"),
    ("tenant_keys (tenant_id)", "tenants (id)"),
    ("controllers (tenant_id)", "tenants (id)"),
    ("directory (tenant_id, controller_id)", "controllers (tenant_id, id)"),
    ("verifications (tenant_id, controller_id)", "controllers (tenant_id, id)"),
    ("verifications (tenant_id, link_id)", "credential_links (tenant_id, id)"),
    ("delegations (tenant_id)", "tenants (id)"),
    ("delegations (agency_id)", "tenants (id)"),
    ("clients (tenant_id)", "tenants (id)"),
    ("client_tenants (tenant_id, id)", "clients (tenant_id, id)"),
    ("credential_links (tenant_id)", "tenants (id)"),
    ("history (tenant_id)", "tenants (id)"),
    ("notices (tenant_id)", "tenants (id)"),
    ("drafts (tenant_id, notice_id)", "notices (tenant_id, id)"),
    ("versions (tenant_id, notice_id)", "notices (tenant_id, id)"),
    ("version_contents (tenant_id, id)", "versions (tenant_id, id)"),
    ("publications (tenant_id, id)", "notices (tenant_id, id)"),
    ("renditions (tenant_id, notice_id)", "publications (tenant_id, id)"),
    ("requests (tenant_id, controller_id)", "controllers (tenant_id, id)"),
    ("request_keys (tenant_id, id)", "requests (tenant_id, id)"),
    ("request_references (tenant_id, request_id)", "requests (tenant_id, id)"),
]

INDEXES = [
    "CREATE UNIQUE INDEX notices_by_slug ON notices (tenant_id, slug)",
    "CREATE UNIQUE INDEX versions_by_number ON versions (tenant_id, notice_id, number)",
    "CREATE UNIQUE INDEX publications_by_slug ON publications (tenant_id, slug)",
    "CREATE INDEX publications_by_id ON publications (id)",
    "CREATE INDEX publications_by_change ON publications (changed_at)",
    "CREATE UNIQUE INDEX renditions_by_path ON renditions (tenant_id, notice_id, number, path)",
    "CREATE UNIQUE INDEX requests_by_reference ON requests (tenant_id, reference)",
    'CREATE INDEX directory_by_folded ON directory (kind, folded COLLATE "C") WHERE ended_at IS NULL',
    "CREATE INDEX directory_by_controller ON directory (controller_id) WHERE ended_at IS NULL",
    # One company, one business id: the second verification of the same one fails here, whoever tries.
    """CREATE UNIQUE INDEX directory_verified_business_id ON directory (country, folded)
       WHERE kind = 'business_id' AND verified_at IS NOT NULL AND ended_at IS NULL""",
    "CREATE INDEX delegations_by_agency ON delegations (agency_id) WHERE ended_at IS NULL",
    "CREATE INDEX credential_links_by_secret ON credential_links (tenant_id, secret_hash)",
    "CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at)",
    "CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at)",
    "CREATE INDEX pending_requests_by_expiry ON pending_requests (expires_at)",
    "CREATE INDEX mail_allowances_by_address ON mail_allowances (address_hash)",
]

# `verified` is set here and nowhere else. The functions run as the tables' owner, who under FORCE sees rows of the acting
# tenant alone, like everybody.
VERIFICATION = """
CREATE FUNCTION approve_verification(tenant uuid, verification uuid, controller uuid, approved uuid[], evidence text, link uuid,
                                     at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE taken text;
BEGIN
  IF tenant IS DISTINCT FROM acting_tenant() THEN RAISE EXCEPTION 'not acting for this tenant'; END IF;
  SELECT mine.value INTO taken FROM directory mine JOIN directory other
    ON other.kind = mine.kind AND other.folded = mine.folded AND other.country = mine.country
   AND other.verified_at IS NOT NULL AND other.ended_at IS NULL
  WHERE mine.tenant_id = tenant AND mine.id = ANY (approved)
    AND (mine.kind = 'business_id' AND other.controller_id <> controller OR mine.kind = 'domain' AND other.tenant_id <> tenant)
  LIMIT 1;
  IF taken IS NOT NULL THEN RAISE EXCEPTION '% is verified for another controller already', taken; END IF;
  INSERT INTO verifications (tenant_id, id, controller_id, identifiers, evidence, link_id, approved_at)
  VALUES (tenant, verification, controller, approved, evidence, link, at);
END $$;

CREATE FUNCTION complete_verification(tenant uuid, link uuid, at timestamptz)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE approval verifications%ROWTYPE;
BEGIN
  IF tenant IS DISTINCT FROM acting_tenant() THEN RAISE EXCEPTION 'not acting for this tenant'; END IF;
  SELECT v.* INTO approval FROM verifications v JOIN credential_links l ON l.tenant_id = v.tenant_id AND l.id = v.link_id
  WHERE v.tenant_id = tenant AND v.link_id = link AND v.completed_at IS NULL
    AND l.used_at IS NOT NULL AND l.used_at <= l.expires_at FOR UPDATE OF v;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE verifications v SET completed_at = at WHERE v.tenant_id = tenant AND v.id = approval.id;
  UPDATE directory d SET verified_at = at
  WHERE d.tenant_id = tenant AND d.id = ANY (approval.identifiers) AND d.ended_at IS NULL AND d.verified_at IS NULL;
  RETURN approval.controller_id;
END $$;
"""


def protections(roles: Roles) -> list[str]:
    """Which kind each table is, and who may do what with it."""
    app, worker, operator = (roles.serving(duty) for duty in ("app", "worker", "operator"))
    write, add = "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT"
    return [
        # Read by all, written by the tenant itself.
        *read_by_all("tenants", roles, app=add, key="id", owner="id"),
        *read_by_all("directory", roles, app=f"{add}, UPDATE (time_zone, ended_at)"),
        f"""CREATE POLICY "only the operator's functions verify" ON directory AS RESTRICTIVE FOR INSERT
            TO {app}, {worker}, {operator} WITH CHECK (verified_at IS NULL)""",
        *read_by_all("publications", roles, app="SELECT, INSERT, UPDATE"),
        *read_by_all("renditions", roles, app=write),
        # A tenant's own.
        *tenant_owned("tenant_profiles", roles, app="SELECT, INSERT, UPDATE", key="tenant_id"),
        *tenant_owned("tenant_keys", roles, app=add, key="tenant_id"),
        *tenant_owned("controllers", roles, app="SELECT, INSERT, UPDATE"),
        *tenant_owned("verifications", roles, app="SELECT"),
        *tenant_owned("clients", roles, app=f"{add}, UPDATE (ended_at)"),
        *tenant_owned(
            "credential_links",
            roles,
            app=f"{add}, UPDATE (used_at, expires_at)",
            worker="SELECT, UPDATE (sealed)",
        ),
        *tenant_owned("history", roles, app=add, worker=add),
        *tenant_owned("notices", roles, app="SELECT, INSERT, UPDATE"),
        *tenant_owned("drafts", roles, app="SELECT, INSERT, UPDATE", key="tenant_id, notice_id"),
        *tenant_owned("versions", roles, app=add),
        *tenant_owned("version_contents", roles, app=add),
        *tenant_owned("requests", roles, app="SELECT, INSERT, UPDATE"),
        *tenant_owned("request_keys", roles, app="SELECT, INSERT, DELETE"),
        # Between a client and its agency.
        *two_sided("delegations", roles, other="agency_id", app=f"{add}, UPDATE (confirmed_at, ended_at)"),
        # Found by a secret, or for machines.
        *by_secret_or_machine("client_tenants", roles, app=add, worker=""),
        *by_secret_or_machine("used_assertions", roles, app=add, worker="SELECT, DELETE"),
        *by_secret_or_machine("signing_keys", roles, app="SELECT, INSERT, UPDATE", worker=""),
        *by_secret_or_machine("master_keys", roles, app=add, worker="SELECT"),
        *by_secret_or_machine("idempotency_keys", roles, app="SELECT, INSERT, UPDATE", worker="SELECT, DELETE"),
        *by_secret_or_machine("request_references", roles, app=add, worker=""),
        *by_secret_or_machine("pending_requests", roles, app="SELECT, INSERT, DELETE", worker="SELECT, DELETE"),
        *by_secret_or_machine("mail_allowances", roles, app="", worker="SELECT, INSERT, DELETE"),
        *by_secret_or_machine("migration", roles, app="", worker=""),
        *by_secret_or_machine("pgqueuer", roles, app=add, worker=write),
        *by_secret_or_machine("pgqueuer_log", roles, app="", worker=write),
        *by_secret_or_machine("pgqueuer_schedules", roles, app="", worker=write),
        *by_secret_or_machine("pgqueuer_statistics", roles, app="", worker=write),
        f"GRANT USAGE ON SEQUENCE pgqueuer_id_seq TO {app}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {worker}",
        # What was published, and what happened, stays.
        *append_only("versions"),
        *append_only("history"),
        # The operator is a member of the app's role, and may approve as well.
        "REVOKE ALL ON FUNCTION approve_verification, complete_verification FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION approve_verification TO {operator}",
        f"GRANT EXECUTE ON FUNCTION complete_verification TO {app}",
        # Nobody else looks in.
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC",
    ]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)

    async def protect() -> None:
        transaction = ENGINE.current_transaction.get()
        assert transaction is not None
        db = transaction.connection
        roles = Roles(await db.fetchval("SELECT current_database()"))
        statements = [FUNCTIONS, _queue(), *INDEXES, VERIFICATION, *protections(roles), *map(_foreign_key, FOREIGN_KEYS)]
        for statement in statements:
            await db.execute(statement)

    manager.add_raw(protect)
    return manager


def _foreign_key(pair: tuple[str, str]) -> str:
    table, columns = pair[0].split(" ", 1)
    return f"ALTER TABLE {table} ADD FOREIGN KEY {columns} REFERENCES {pair[1]}"


def _queue() -> str:
    """pgqueuer's own tables, without its notify trigger: NOTIFY lets commits pass one by one (12,800 became 4,900 a second)."""
    install = QueryBuilderEnvironment(NAMES).build_install_query()
    return install[: install.index("CREATE FUNCTION")]
