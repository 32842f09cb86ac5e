"""How rights are told and requests are demanded (GDPR Art. 12)."""

import re
from collections.abc import Iterator

from service.notices.checking.contents import RIGHTS, is_substantive
from service.notices.checking.passages import Passage
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, at, of, rule
from service.notices.wording import counting, recognising

_PIECES = re.compile(r"[,;\n•·]|\s[-–]\s|\.\s")
_LEAD = re.compile(r"\A[^:\n]{0,120}:\s")
_OF_RIGHTS = frozenset({"rights", "exercise", *RIGHTS})
_ITEM = re.compile(r"^(?:[-·•]|\d{1,2}[.)])\s+([^\n]+)", re.MULTILINE)
# In words, one right in the fewest; and so many make a list of them.
_FEW, _LISTED = 4, 4
# Where a request, an application, is one for something else.
_OF_DATA = frozenset({"sources", "recipients", "retention", "purposes", "data_categories", "transfers", "security"})
# What a text tells under the heading of a right, where it tells of something else.
_OF_OTHERS = frozenset({*RIGHTS, "automated_decisions"})
# A cell of a table that says no more: "| Copy by e-mail | 20 € |".
_PRICE = re.compile(r"\|\s*(?P<price>(?:€\s?)?[1-9]\d{0,3}(?:[.,]\d\d)?\s?(?:€|eur\b|euroa?\b|euros?\b))\s*(?=\|)", re.IGNORECASE)
_UNITS = {"M": 30, "D": 1}
_MONTH = 31


@rule("TN060")
def signature_demanded(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("signed", *(() if _may_be_sent(reading) else ("signed_way",))):
        yield at(statement)


def _may_be_sent(reading: Reading) -> bool:
    """Whether some request may come otherwise than on paper: a signed letter is then one way of several."""
    return any("electronic" in statement.says for passage in reading.covering(*_OF_RIGHTS) for statement in reading.inside(passage))


@rule("TN061")
def fee_demanded(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("once_a_year", "fee"):
        yield at(statement)
    for passage in reading.covering(*_OF_RIGHTS):
        if price := _PRICE.search(passage.body):
            yield Hit((passage.body_start + price.start("price"), passage.body_start + price.end("price")))


@rule("TN063")
def only_on_paper(reading: Reading) -> Iterator[Hit]:
    """A signature alone is told as TN060; here a sentence must also leave no way but paper and a visit."""
    sent = {statement.passage.position for statement in reading.saying("electronic") if statement.passage}
    for statement in reading.saying("only_written"):
        # What stands in the same sentence was weighed by its cue.
        if "electronic" in statement.says or (statement.passage and statement.passage.position not in sent):
            yield at(statement)


@rule("TN064")
def language_limited(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("languages_limited"):
        yield at(statement)


@rule("TN065")
def identity_always(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("identity_always"):
        if statement.passage and (statement.passage.covers & _OF_RIGHTS or "request" in statement.says):
            yield at(statement)


@rule("TN062")
def no_way_to_ask(reading: Reading) -> Iterator[Hit]:
    for passage in reading.passages:
        if "exercise" in reading.topics(passage) or ("exercise" in passage.covers and is_substantive(reading, passage)):
            return
        for statement in reading.inside(passage):
            asked = passage.covers & _OF_RIGHTS or ("request" in statement.says and not passage.covers & _OF_DATA)
            if asked and "channel" in statement.says and "authority" not in statement.says:
                return
    yield Hit()


@rule("TN066")
def bare_list(reading: Reading) -> Iterator[Hit]:
    """Several rights in the fewest words, and nowhere more of them."""
    granted = {passage.position: _rights(reading, passage) for passage in reading.covering("rights", *RIGHTS)}
    for passage in reading.covering("rights", *RIGHTS):
        pieces = [piece.split() for piece in _PIECES.split(_LEAD.sub("", _of_rights(reading, passage), count=1)) if piece.strip(" .-")]
        listed = [item.split() for item in _ITEM.findall(passage.body)]
        elsewhere = {item for position, items in granted.items() if position != passage.position for item in items}
        bare = len(pieces) >= 3 and all(len(piece) <= _FEW for piece in pieces)
        if len(granted[passage.position] - elsewhere) >= 3 and (bare or _is_bare(listed)):
            yield of(passage)


def _is_bare(items: list[list[str]]) -> bool:
    """A list of rights, whatever stands below it: none is told in a sentence."""
    return len(items) >= _LISTED and all(len(item) <= _FEW + 1 for item in items)


def _of_rights(reading: Reading, passage: Passage) -> str:
    """The body without what it says of the authority."""
    said = [statement for statement in reading.inside(passage) if not statement.says & {"authority", "complaint", "ombudsman"}]
    return "\n".join(reading.words(statement) for statement in said)


def _rights(reading: Reading, passage: Passage) -> set[str]:
    return {item for item in (*reading.topics(passage), *passage.covers) if item in RIGHTS}


@rule("TN067")
def heading_and_text(reading: Reading) -> Iterator[Hit]:
    for passage in reading.passages:
        if not reading.topics(passage) & _OF_OTHERS:
            continue
        named = recognising.heading(passage.heading, reading.language) if passage.heading else None
        promised = set(named.covers) & set(RIGHTS) if named else set()
        if len(promised) != 1 or not is_substantive(reading, passage):
            continue
        # What the text grants by itself, without its heading's help.
        if not promised & reading.topics(passage):
            yield of(passage)


@rule("SE034")
def late_answer(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("answered_in"):
        about = statement.passage.covers if statement.passage else frozenset()
        late = any(_days(spot.value) > _MONTH for spot in counting.periods(reading.words(statement)))
        if late and about & _OF_RIGHTS and "extended" not in statement.says:
            yield at(statement)


def _days(period: str) -> int:
    """Of "60D", "2M"; hours are none."""
    count, unit = period[:-1], period[-1]
    return int(count) * _UNITS.get(unit, 0) if count.isdigit() else 0
