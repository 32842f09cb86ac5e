"""pgqueuer's names, all of them: by default it reads each from the environment, also from unprefixed variables like FUNCTION."""

from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

NAMES = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)
