"""Fates are only ever added, a slug stays its notice's, and a text is taken down by one function alone, after two said so."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenants.database import ENGINE, Connection
from tenants.policies import append_only, tenant_owned
from tenants.roles import Roles

ID = "2026-11-25T10:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "what befalls notices and versions, protected"

FOREIGN_KEYS = [
    ("notice_slugs (tenant_id, notice_id)", "notices (tenant_id, id)"),
    ("notice_fates (tenant_id, notice_id)", "notices (tenant_id, id)"),
    ("notice_fates (tenant_id, successor_id)", "notices (tenant_id, id)"),
    ("version_fates (tenant_id, version_id)", "versions (tenant_id, id)"),
    ("redaction_proposals (tenant_id, version_id)", "versions (tenant_id, id)"),
    ("redaction_approvals (tenant_id, proposal_id)", "redaction_proposals (tenant_id, id)"),
]

INDEXES = [
    "CREATE INDEX notice_slugs_by_notice ON notice_slugs (tenant_id, notice_id)",
    "CREATE UNIQUE INDEX notice_fates_in_order ON notice_fates (tenant_id, notice_id, number)",
    "CREATE UNIQUE INDEX version_fates_once ON version_fates (tenant_id, version_id, fate)",
    # The same person under the same name is one pair of eyes.
    "CREATE UNIQUE INDEX redaction_approvals_by_person ON redaction_approvals (tenant_id, proposal_id, lower(btrim(person)))",
    "CREATE INDEX publications_by_former_slug ON publications USING gin (former_slugs)",
]

# Runs as whoever writes the notice, so row-level security holds inside as well.
SLUGS = """
CREATE FUNCTION keep_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO notice_slugs (tenant_id, slug, notice_id, since) VALUES (NEW.tenant_id, NEW.slug, NEW.id, NEW.updated_at)
  ON CONFLICT (tenant_id, slug) DO NOTHING;
  IF NOT EXISTS (SELECT FROM notice_slugs s WHERE s.tenant_id = NEW.tenant_id AND s.slug = NEW.slug AND s.notice_id = NEW.id) THEN
    RAISE EXCEPTION 'the slug % is or was another notice''s', NEW.slug USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "a slug stays its notice's" AFTER INSERT OR UPDATE OF slug ON notices FOR EACH ROW EXECUTE FUNCTION keep_slug();
"""

# The only way by which a published text goes. Runs as the tables' owner, who under FORCE sees rows of the acting tenant alone.
REDACTION = """
CREATE FUNCTION redact_version(tenant uuid, proposal uuid, fate uuid, at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  proposed redaction_proposals%ROWTYPE;
  published versions%ROWTYPE;
  persons integer;
BEGIN
  IF tenant IS DISTINCT FROM acting_tenant() THEN RAISE EXCEPTION 'not acting for this tenant'; END IF;
  SELECT p.* INTO proposed FROM redaction_proposals p WHERE p.tenant_id = tenant AND p.id = proposal;
  IF NOT FOUND THEN RAISE EXCEPTION 'there is no such proposal'; END IF;
  SELECT count(DISTINCT lower(btrim(a.person))) INTO persons FROM redaction_approvals a
  WHERE a.tenant_id = tenant AND a.proposal_id = proposal;
  IF persons < 2 THEN RAISE EXCEPTION 'two persons must approve'; END IF;
  SELECT v.* INTO published FROM versions v WHERE v.tenant_id = tenant AND v.id = proposed.version_id;
  INSERT INTO version_fates (tenant_id, id, version_id, fate, reason, at)
  VALUES (tenant, fate, published.id, 'redacted', proposed.reason, redact_version.at);
  DELETE FROM version_contents c WHERE c.tenant_id = tenant AND c.id = published.id;
  DELETE FROM renditions r WHERE r.tenant_id = tenant AND r.notice_id = published.notice_id AND r.number = published.number;
END $$;
"""


def protections(roles: Roles) -> list[str]:
    app, worker, operator = (roles.serving(duty) for duty in ("app", "worker", "operator"))
    add = "SELECT, INSERT"
    return [
        *tenant_owned("notice_slugs", roles, app=add, key="tenant_id, slug"),
        *tenant_owned("notice_fates", roles, app=add),
        *tenant_owned("version_fates", roles, app=add),
        f"""CREATE POLICY "only redact_version redacts" ON version_fates AS RESTRICTIVE FOR INSERT
            TO {app}, {worker}, {operator} WITH CHECK (fate <> 'redacted')""",
        *tenant_owned("redaction_proposals", roles, app="", worker=""),
        *tenant_owned("redaction_approvals", roles, app="", worker=""),
        f"GRANT {add} ON redaction_proposals, redaction_approvals TO {operator}",
        *(statement for table in TABLES for statement in append_only(table)),
        "REVOKE ALL ON FUNCTION redact_version FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION redact_version TO {operator}",
    ]


TABLES = ("notice_slugs", "notice_fates", "version_fates", "redaction_proposals", "redaction_approvals")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)

    async def protect() -> None:
        transaction = ENGINE.current_transaction.get()
        assert transaction is not None
        db = transaction.connection
        roles = Roles(await db.fetchval("SELECT current_database()"))
        for statement in [REDACTION, *protections(roles), *map(_foreign_key, FOREIGN_KEYS), *INDEXES]:
            await db.execute(statement)
        await _move(db)
        await db.execute(SLUGS)

    manager.add_raw(protect)
    return manager


async def _move(db: Connection) -> None:
    """Slugs in use are kept for their notices; versions of yesterday get permanent forms of their own."""
    moved = ("notices", "notice_slugs", "publications", "renditions")
    for table in moved:
        await db.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    notices = await db.fetchval("SELECT count(*) FROM notices")
    kept = await db.execute(
        "INSERT INTO notice_slugs (tenant_id, slug, notice_id, since) SELECT tenant_id, slug, id, created_at FROM notices"
    )
    assert kept == f"INSERT 0 {notices}", kept
    # A version's data, text and fragment were the same rows as the notice's own; those will be made anew now and then.
    shared = "path NOT LIKE 'v/%' AND path <> 'canonical.json' AND path LIKE '%.%' AND number > 0"
    forms = await db.fetchval(f"SELECT count(*) FROM renditions WHERE {shared}")
    copied = await db.execute(
        f"""INSERT INTO renditions (tenant_id, id, notice_id, number, path, media_type, body, gzip, br)
            SELECT tenant_id, gen_random_uuid(), notice_id, number, 'v/' || path, media_type, body, gzip, br FROM renditions WHERE {shared}"""
    )
    assert copied == f"INSERT 0 {forms}", copied
    # So that every node fetches them.
    await db.execute("UPDATE publications SET changed_at = now()")
    for table in moved:
        await db.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _foreign_key(pair: tuple[str, str]) -> str:
    table, columns = pair[0].split(" ", 1)
    return f"ALTER TABLE {table} ADD FOREIGN KEY {columns} REFERENCES {pair[1]}"
