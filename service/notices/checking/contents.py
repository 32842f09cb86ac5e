"""What a notice must tell (GDPR Art. 13, 14), whether it does, and the rules for what is missing.

An item is told where a section says that it covers it and has a text to show, or where some sentence answers it. Headings
promise more than their texts hold, though: where a heading names several items at once, some of them are believed only when a
sentence answers them (`_CONFIRMED`), and one that names a single right is not believed when its text grants another.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from service.notices.authorities import AUTHORITIES
from service.notices.checking.controller import identifies, is_named
from service.notices.checking.findings import Item
from service.notices.checking.passages import Passage
from service.notices.checking.reading import INTEREST, Reading
from service.notices.checking.ruling import Hit, rule
from service.notices.wording import recognising

Why = str | None
RIGHTS = (
    "rights_access",
    "rights_rectification",
    "rights_erasure",
    "rights_restriction",
    "rights_objection",
    "rights_portability",
    "rights_withdraw_consent",
)
_CONFIRMED = frozenset({"legal_basis", "retention", "transfers", "statutory_requirement"})
# What other signs tell of an item, besides the topics of a text.
_SIGNS = {
    "retention": ("vague_period",),
    "sources": ("taken_from",),
    "transfers": ("no_transfer", "transfer_stated", "transfer_conditional"),
}
_ALSO = {"recipients": ("processors",), "controller": ("joint_controllers",)}
_BOX = re.compile(r"[(\[][ _]?[)\]]|☐")
_TICKED = re.compile(r"[(\[]\s?[xX✓✔☒☑]\s?[)\]]|[☑☒✓✔]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class Wanted(NamedTuple):
    item: str
    article: str | None
    code: str | None
    """Of the finding when it is missing; None where nothing is found missing."""
    applies: Callable[[Reading], Why]
    """None, or why the item does not apply."""


# --- when an item applies -----------------------------------------------------------------------------------------


def _always(reading: Reading) -> Why:
    return None


def _with(*letters: str, otherwise: str) -> Callable[[Reading], Why]:
    """Where one of these bases is named, or none at all: then the right may exist."""

    def applies(reading: Reading) -> Why:
        return None if not reading.rests_on or reading.rests_on & set(letters) else otherwise

    return applies


def _objection(reading: Reading) -> Why:
    why = _with("6(1)(e)", "6(1)(f)", otherwise="No basis that is named gives this right, and no direct marketing is mentioned.")(reading)
    return None if why is None or reading.says("direct_marketing") else why


def _withdrawal(reading: Reading) -> Why:
    return None if reading.rests_on & {"6(1)(a)", "9(2)(a)"} else "Consent is not named as a basis."


def _interests(reading: Reading) -> Why:
    return None if INTEREST in reading.rests_on else "A legitimate interest is not named as a basis."


def _officer(reading: Reading) -> Why:
    return None if reading.covering("dpo") or reading.says("officer") else "No data protection officer is mentioned."


def _representative(reading: Reading) -> Why:
    outside = [controller for controller in reading.notice.controllers if controller.country not in AUTHORITIES]
    return None if outside else "No linked controller is established outside the EEA."


def _joint(reading: Reading) -> Why:
    return None if reading.says("joint") or reading.covering("joint_controllers") else "Joint controllers are not mentioned."


def _automated(reading: Reading) -> Why:
    return None if reading.about("automated_decisions") else "Nothing in the text says that decisions are automated."


def _cookies(reading: Reading) -> Why:
    return None if reading.about("cookies_analytics") else "Cookies and tracking are not mentioned."


WANTED = (
    Wanted("controller", "13(1)(a), 14(1)(a)", "TN001", _always),
    Wanted("representative", "13(1)(a), 27", "SE028", _representative),
    Wanted("contact", "12(2)", None, _always),
    Wanted("dpo", "13(1)(b), 37(7)", None, _officer),
    Wanted("purposes", "13(1)(c)", "TN030", _always),
    Wanted("legal_basis", "13(1)(c)", "TN031", _always),
    Wanted("legitimate_interests", "13(1)(d), 14(2)(b)", None, _interests),
    Wanted("recipients", "13(1)(e)", "TN034", _always),
    Wanted("transfers", "13(1)(f)", "TN038", _always),
    Wanted("retention", "13(2)(a), 14(2)(a)", "TN035", _always),
    Wanted("sources", "14(2)(f)", "TN039", _always),
    Wanted("data_categories", "14(1)(d)", "TN040", _always),
    Wanted("statutory_requirement", "13(2)(e)", "TN042", _always),
    Wanted("rights_access", "13(2)(b), 15", "TN050", _always),
    Wanted("rights_rectification", "13(2)(b), 16", "TN051", _always),
    Wanted("rights_erasure", "13(2)(b), 17", "TN052", _always),
    Wanted("rights_restriction", "13(2)(b), 18", "TN053", _always),
    Wanted("rights_objection", "13(2)(b), 21", "TN054", _objection),
    Wanted(
        "rights_portability",
        "13(2)(b), 20",
        "TN055",
        _with("6(1)(a)", "6(1)(b)", "9(2)(a)", otherwise="Neither consent nor a contract is named as a basis."),
    ),
    Wanted("rights_withdraw_consent", "13(2)(c), 7(3)", "TN056", _withdrawal),
    Wanted("complaint", "13(2)(d), 77", "TN057", _always),
    Wanted("exercise", "12(2)", None, _always),
    Wanted("automated_decisions", "13(2)(f), 22", None, _automated),
    Wanted("joint_controllers", "26(2)", None, _joint),
    Wanted("cookies_analytics", "Directive 2002/58/EC, 5(3)", None, _cookies),
)


# --- whether it is told -------------------------------------------------------------------------------------------


def is_substantive(reading: Reading, passage: Passage) -> bool:
    """Whether a text stands there once the gaps left to fill are taken out."""
    return bool(_LETTERS.search(reading.filled(passage)))


def answers(reading: Reading, item: str) -> Passage | None:
    """The passage that tells the item; None where none does."""
    wanted = (item, *_ALSO.get(item, ()))
    for passage in reading.covering(*wanted):
        if is_substantive(reading, passage) and _is_believed(reading, passage, item):
            return passage
    for passage in reading.passages:
        if any(one in reading.topics(passage) for one in wanted) and _holds(reading, passage, item) and not _is_beside_it(passage, item):
            return passage
    if item == "controller":
        return next((passage for passage in reading.passages if identifies(reading, passage)), None)
    signs = reading.saying(*_SIGNS.get(item, ()))
    return next((statement.passage for statement in signs), None)


def _holds(reading: Reading, passage: Passage, item: str) -> bool:
    if item == "controller":
        return is_named(reading, passage)
    return item != "legal_basis" or bool(reading.rests_on)


def _is_beside_it(passage: Passage, item: str) -> bool:
    """What is said of a right, or of a transfer, mentions recipients, purposes and requirements without telling them."""
    telling = passage.covers - {"rights", "exercise", "complaint", *RIGHTS}
    if item in ("recipients", "processors"):
        return not telling or telling == {"transfers"}
    if item == "statutory_requirement":
        return not telling or bool(telling & {"transfers", "retention", "security", "cookies_analytics", "recipients"})
    return item in ("purposes", "data_categories", "sources") and not telling


def _is_believed(reading: Reading, passage: Passage, item: str) -> bool:
    """What is claimed for a text with something in it, as far as the text does not say otherwise."""
    if not reading.spoken:
        return True
    topics = reading.topics(passage)
    if item in topics:
        return _holds(reading, passage, item)
    alone = not passage.covers & _CONFIRMED - {item} and len(passage.covers - {"rights", "consent", "exercise"}) == 1
    if item == "controller":
        return is_named(reading, passage)
    if item == "legal_basis":
        ticked = not _BOX.search(passage.body) or bool(_TICKED.search(passage.body))
        return ticked and (bool(reading.rests_on) or (alone and not reading.says("old_basis")))
    if item == "retention":
        told = any(statement.says & {"period", "vague_period"} for statement in reading.inside(passage))
        return told or (alone and "security" not in topics)
    if item in _CONFIRMED:
        return alone
    if item in RIGHTS and topics & {*RIGHTS, "automated_decisions"}:
        # Something else is told under the name of this right.
        named = recognising.heading(passage.heading, reading.language) if passage.heading else None
        return not alone and (named is None or set(named.covers) & set(RIGHTS) != {item})
    return True


# --- the rules ----------------------------------------------------------------------------------------------------


def _is_missing(reading: Reading, wanted: Wanted) -> bool:
    return wanted.applies(reading) is None and answers(reading, wanted.item) is None


def _missing(wanted: Wanted, reading: Reading) -> Iterator[Hit]:
    if _is_missing(reading, wanted):
        yield Hit()


for _wanted in WANTED:
    if _wanted.code:
        rule(_wanted.code)(partial(_missing, _wanted))


def completeness(reading: Reading) -> Iterator[Item]:
    """Every item of the law in this language. Of a language that we do not speak only what its author says to be told."""
    for item, article, _, applies in WANTED:
        passage = answers(reading, item)
        if passage is not None:
            yield Item(item, article, reading.language, "present", f"The section {passage.id!r} tells it.")
        elif reading.spoken and (why := applies(reading)) is not None:
            yield Item(item, article, reading.language, "not_applicable", why)
        elif reading.spoken:
            yield Item(item, article, reading.language, "missing", "No section tells it in this language.")
