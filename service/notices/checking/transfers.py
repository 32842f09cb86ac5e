"""Data that leaves the EEA: said or evident, and on what it rests (GDPR Art. 13(1)(f), 44-49)."""

from collections.abc import Iterator

from service.notices.checking.expressing import expression
from service.notices.checking.passages import Statement
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, at, rule, showing

_DEAD = expression("transfers", "dead")
_TOOL = expression("transfers", "tools")


@rule("TN023")
def dead_framework(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("dead_transfer"):
        if not any("over" in other.says for other in reading.beside(statement)):
            yield showing(_DEAD, reading, statement)


@rule("TN037")
def no_safeguard(reading: Reading) -> Iterator[Hit]:
    """Where the only safeguard is one that is no more, that alone is told (TN023)."""
    if reading.says("safeguard"):
        return
    for statement in reading.saying("transfer_stated", "transfer_conditional"):
        if "dead_transfer" not in statement.says and not _rests_on_dead(reading, statement):
            yield at(statement)


def _rests_on_dead(reading: Reading, statement: Statement) -> bool:
    """The sentence after it names a dead framework, and no transfer of its own."""
    after = next((other for other in reading.beside(statement) if other.position > statement.position), None)
    return after is not None and "dead_transfer" in after.says and "transfer_stated" not in after.says


@rule("TN077")
def denied_and_told(reading: Reading) -> Iterator[Hit]:
    denied = [statement for statement in reading.saying("no_transfer") if not statement.says & {"transfer_stated", "transfer_conditional"}]
    told = [statement for statement in reading.saying("transfer_stated") if "exception" not in statement.says]
    if denied and any(not _excepts(reading, statement) for statement in told):
        yield at(denied[0])


def _excepts(reading: Reading, statement: Statement) -> bool:
    return any("exception" in other.says for other in reading.beside(statement))


@rule("TN090")
def american_tool(reading: Reading) -> Iterator[Hit]:
    if reading.says("safeguard"):
        return
    denied = {statement.passage.position for statement in reading.saying("no_transfer") if statement.passage}
    answered = not denied and reading.says("transfer_stated", "transfer_conditional", "dead_transfer")
    for statement in reading.saying("us_tracker", *(() if answered else ("us_service",))):
        if "us_tracker" not in statement.says and statement.passage and statement.passage.position in denied:
            # What is said of this very service.
            continue
        yield showing(_TOOL, reading, statement)
        return
