"""The legal bases a notice names: whether each purpose has its own, and whether a legitimate interest is told."""

import re
from collections.abc import Iterator

from service.notices.checking.expressing import SMALL, expression
from service.notices.checking.passages import Statement
from service.notices.checking.reading import INTEREST, Reading
from service.notices.checking.ruling import Hit, at, of, rule
from service.notices.wording.spotting import Spot

_NEAR_BRACKET = 60
_WORD = re.compile(r"[^\W\d_]{2,}")
_ARTICLE = expression("bases", "interest")
_PROCESSING = expression("bases", "processing")
_LEADS_TO_IT = expression("bases", "leads_to_it")


@rule("TN025")
def old_basis(reading: Reading) -> Iterator[Hit]:
    """Once for each section that gives it as a basis; where none does, where it is first mentioned."""
    mentions = [statement for statement in reading.saying("old_basis") if "over" not in statement.says]
    given = [statement for statement in mentions if statement.passage and statement.passage.covers & {"purposes", "legal_basis"}]
    told = set[str]()
    for statement in given or mentions[:1]:
        section = statement.passage.id if statement.passage else ""
        if section not in told:
            told.add(section)
            yield at(statement)


@rule("TN032")
def bases_in_a_bundle(reading: Reading) -> Iterator[Hit]:
    """Several bases, and no sentence, row or item that gives one to a purpose."""
    facts = reading.notice.content.facts
    if facts and facts.purposes and len(facts.purposes) == 1:
        return
    bundled: Statement | None = None
    seen = set[str]()
    for statement, spots in _by_statement(reading):
        values = {spot.value for spot in spots} | ({"old"} if "old_basis" in statement.says else set())
        rest = _words_beside(reading, statement, spots)
        if len(values) == 1 and (rest >= 3 or _is_cell(reading, statement)) and not _only_explains(statement, values):
            return
        seen |= values
        if len(values) > 1:
            generic = _PROCESSING.search(reading.text, statement.start, spots[0].start)
            if (not generic and rest > len(values)) or _is_each_beside_its_own(reading, spots):
                return
            bundled = bundled or statement
        elif rest <= 1:
            bundled = bundled or statement
    if bundled and len(seen) > 1:
        yield at(bundled)


# What else rests on a law or on consent: how long, to whom, whether data must be given.
_BESIDE = frozenset({"retention", "statutory_requirement", "recipients", "transfers", "security", "sources", "complaint", "exercise"})


def _only_explains(statement: Statement, values: set[str]) -> bool:
    """It tells what the interest is, or what is said in a section that is on neither purposes nor bases."""
    about = statement.passage.covers if statement.passage else frozenset()
    elsewhere = about & _BESIDE and not about & {"purposes", "legal_basis", "legitimate_interests", "consent"}
    return bool(elsewhere or (values == {INTEREST} and "own_interest" in statement.says))


def _is_each_beside_its_own(reading: Reading, spots: list[Spot]) -> bool:
    """In brackets behind its purpose: "invoices (contract), bookkeeping (law)"."""
    opened = [reading.text.rfind("(", max(0, spot.start - _NEAR_BRACKET), spot.start) for spot in spots]
    own = [at for at, spot in zip(opened, spots, strict=True) if at >= 0 and ")" not in reading.text[at : spot.start]]
    return len(own) == len(spots) and len(set(own)) > 1


def _is_cell(reading: Reading, statement: Statement) -> bool:
    """Of a table: its row says to what the basis belongs."""
    return reading.text[statement.start - 1 : statement.start] == "|"


def _by_statement(reading: Reading) -> Iterator[tuple[Statement, list[Spot]]]:
    """The statements that name bases, with what they name, outside of what is told of rights."""
    spots, position = reading.bases, 0
    for statement in reading.statements:
        first = position
        while position < len(spots) and spots[position].start < statement.end:
            position += 1
        inside = [spot for spot in spots[first:position] if spot.start >= statement.start]
        about = statement.passage.covers if statement.passage else frozenset()
        if inside and (not any(item.startswith("rights") for item in about) or about & {"legal_basis", "purposes"}):
            yield statement, inside


def _words_beside(reading: Reading, statement: Statement, spots: list[Spot]) -> int:
    """How many words of the statement are neither a basis nor empty."""
    rest, end = [], statement.start
    for spot in spots:
        rest.append(reading.text[end : spot.start])
        end = max(end, spot.end)
    rest.append(reading.text[end : statement.end])
    return _telling(" ".join(rest))


# So far behind a basis the interest begins, if it is told there. Looking on to the statement's end would be quadratic in bases.
_NEAR = 300


def _telling(text: str) -> int:
    return sum(word.lower() not in SMALL for word in _WORD.findall(_ARTICLE.sub(" ", text)))


@rule("TN033")
def interest_untold(reading: Reading) -> Iterator[Hit]:
    if INTEREST not in reading.rests_on:
        return
    own = reading.on_interests
    if any(_telling(passage.body) >= 2 for passage in own):
        return
    first: Statement | None = None
    for statement, spots in _by_statement(reading):
        if any(spot.value == INTEREST for spot in spots):
            if _tells_interest(reading, statement, spots):
                return
            first = first or statement
    if own:
        yield of(own[0])
    elif first:
        yield at(first)


def _tells_interest(reading: Reading, statement: Statement, spots: list[Spot]) -> bool:
    """In the same sentence after the basis, in a clause that leads to it, or in the sentence that follows."""
    if "own_interest" in statement.says or any("own_interest" in after.says for after in reading.beside(statement)):
        return True
    end = statement.end
    for spot in reversed(spots):
        if spot.value != INTEREST:
            end = spot.start
        else:
            if _telling(reading.text[spot.end : min(end, spot.end + _NEAR)]) >= 2:
                return True
            before = reading.text[max(statement.start, spot.start - 24) : spot.start]
            if _LEADS_TO_IT.search(before):
                return True
    return False
