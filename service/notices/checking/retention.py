"""How long data is kept: a period, or a criterion that the reader can apply."""

from collections.abc import Iterator

from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, at, rule


@rule("TN036")
def open_period(reading: Reading) -> Iterator[Hit]:
    """Said to be as long as needed, and nowhere how long that is."""
    told = {passage.position for passage in reading.covering("retention") or reading.about("retention")}
    told_periods = {statement.passage.position for statement in reading.saying("period") if statement.passage}
    for statement in reading.saying("vague_period"):
        if statement.says & {"criterion", "period"} or statement.passage is None:
            continue
        if not (told | {statement.passage.position}) & told_periods:
            yield at(statement)
            return
