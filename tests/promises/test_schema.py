"""The schema that the migrations make is the one that the tables describe, and none is forgotten."""

import subprocess
import sys

import asyncpg
from piccolo.table import Table

from migrations.piccolo_app import TABLES
from tests.house import REPOSITORY

_COLUMNS = """
SELECT table_name, column_name, udt_name, is_nullable FROM information_schema.columns WHERE table_schema = $1 ORDER BY 1, ordinal_position
"""


async def test_migrations_make_what_the_tables_say(superuser: asyncpg.Connection) -> None:
    names = {table._meta.tablename for table in TABLES}
    migrated = [tuple(row) for row in await superuser.fetch(_COLUMNS, "public") if row["table_name"] in names]
    transaction = superuser.transaction()
    await transaction.start()
    try:
        await superuser.execute("CREATE SCHEMA written; SET LOCAL search_path = written")
        for table in TABLES:
            for statement in table.create_table().ddl:
                await superuser.execute(statement)
        written = [tuple(row) for row in await superuser.fetch(_COLUMNS, "written")]
    finally:
        await transaction.rollback()
    assert migrated == written
    assert len({row[0] for row in written}) == len(TABLES)


def test_piccolo_sees_nothing_left_to_migrate() -> None:
    command = [sys.executable, "-m", "piccolo.main", "migrations", "new", "seloste", "--auto"]
    done = subprocess.run(
        command, cwd=REPOSITORY, env={"PICCOLO_CONF": "migrations.piccolo_conf", "PATH": ""}, capture_output=True, text=True
    )
    assert "No changes detected" in done.stdout, done.stdout + done.stderr


def test_every_table_in_the_code_is_in_the_app() -> None:
    def below(kind: type[Table]) -> set[type[Table]]:
        return set(kind.__subclasses__()) | {deeper for sub in kind.__subclasses__() for deeper in below(sub)}

    ours = {table for table in below(Table) if table.__module__.startswith(("service.", "tenants."))}
    assert ours == set(TABLES)


async def test_the_queues_tables_are_those_of_the_pinned_library(superuser: asyncpg.Connection) -> None:
    """Another release of pgqueuer may want other tables: then a migration must bring them."""
    from pgqueuer.domain.schema.declaration import target

    from service.jobs.naming import NAMES

    for table in target(NAMES).tables:
        rows = await superuser.fetch(
            """SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null FROM pg_attribute a
               WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum""",
            table.name,
        )
        assert [(row["name"], row["type"], row["not_null"]) for row in rows] == [
            (column.name, column.type, column.not_null or column.primary_key) for column in table.columns
        ]
    triggers = await superuser.fetchval("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'pgqueuer'::regclass AND NOT tgisinternal")
    assert triggers == 0
