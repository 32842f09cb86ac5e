"""Consent that is none: read out of silence, of an order, of a browser's settings (GDPR Art. 4(11), 7; Directive 2002/58/EC Art. 5(3))."""

from collections.abc import Iterator

from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, at, rule


@rule("TN091")
def cookies_by_use(reading: Reading) -> Iterator[Hit]:
    asked = reading.says("cookies_asked")
    for statement in reading.saying("cookies_by_use", *(() if asked else ("cookies_by_browser",))):
        yield at(statement)
        return


@rule("TN092")
def nobody_identified(reading: Reading) -> Iterator[Hit]:
    identified = {statement.passage.position for statement in reading.saying("unique_id") if statement.passage}
    for statement in reading.saying("cannot_identify"):
        if statement.passage and statement.passage.position in identified:
            yield at(statement)
            return


@rule("TN093")
def implied_consent(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("implied_consent"):
        yield at(statement)


@rule("TN095")
def published_unless_forbidden(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("publish_unless"):
        yield at(statement)
