"""A tenant's pages follow its theme: a job, since an agency's client may have hundreds of notices."""

from uuid import UUID

from service import clock
from service.notices import drafting
from service.notices.showing import CHANNEL, TURNS, show
from service.notices.theming.wearing import look_of, worn_look
from tenants.acting import acting_for

RESTYLE = "restyle"


async def restyle(tenant: UUID, _: UUID) -> None:
    """Each notice in a transaction of its own. A notice that wears the theme already is passed by, so a second run costs little."""
    async with acting_for(tenant, read_only=True) as db:
        slug = await db.fetchval("SELECT slug FROM tenants WHERE id = $1", tenant)
        notices = await db.fetch("SELECT id FROM publications WHERE tenant_id = $1 ORDER BY id", tenant)
    for row in notices:
        async with TURNS.turn(), acting_for(tenant) as db:
            # While it is held nobody publishes it, so whoever comes after us finds this theme or a later one.
            await drafting.find(db, tenant, str(row["id"]), lock=True)
            worn = await db.fetchval("SELECT look FROM publications WHERE tenant_id = $1 AND id = $2", tenant, row["id"])
            if worn_look(worn) != await look_of(db, tenant):
                await show(db, tenant, slug, row["id"], clock.now())
    async with acting_for(tenant) as db:
        # No page leads to the others any more. The theme is held, so that none of them is just put back.
        await db.execute("SELECT FROM themes WHERE tenant_id = $1 FOR UPDATE", tenant)
        gone = await db.execute(
            "DELETE FROM logos WHERE tenant_id = $1 AND name IS DISTINCT FROM (SELECT logo ->> 'name' FROM themes WHERE tenant_id = $1)",
            tenant,
        )
        if gone != "DELETE 0" and notices:
            # A word to every node, which then looks at this tenant's logos.
            await db.execute("UPDATE publications SET changed_at = $3 WHERE tenant_id = $1 AND id = $2", tenant, row["id"], clock.now())
            await db.execute(f"NOTIFY {CHANNEL}, '{UUID(int=row['id'].int)}'")
