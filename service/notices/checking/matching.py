"""The text against what is known beside it: the linked controllers, and the notice's own facts.

The record cures nothing that the text lacks; where both speak and differ, one of them is wrong.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from service.languages import OURS, country_name
from service.notices.checking.controller import own
from service.notices.checking.expressing import LEGAL_FORMS
from service.notices.checking.passages import Passage
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, at, rule
from service.notices.checking.sighting import Sights
from service.notices.wording import spotting
from service.notices.wording.spotting import Spot

_WORD = re.compile(r"[^\W_]+")


def _who(reading: Reading) -> list[Passage]:
    return reading.covering("controller", "joint_controllers")


def _named(name: str) -> str:
    """A name without its legal form and signs, as it would stand in a running text."""
    return " ".join(word for word in _WORD.findall(name.lower()) if word not in LEGAL_FORMS)


def _bare(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


@rule("SE021")
def other_name(reading: Reading) -> Iterator[Hit]:
    passages = _who(reading)
    if not reading.notice.controllers:
        return
    # Where the controller is told its name stands as a rule; the whole text is gone through only if not.
    near = _bare("\n".join(reading.text[passage.start : passage.end] for passage in passages))
    for controller in reading.notice.controllers:
        names = list(filter(None, map(_named, [controller.name, *controller.brands])))
        if passages and not any(name in near for name in names) and not any(name in _bare(reading.text) for name in names):
            first = passages[0]
            yield Hit(section=first.id, excerpt=first.heading or None, values={"known": controller.name}, origin="controller")


@rule("SE022", any_language=True)
def other_business_id(reading: Reading) -> Iterator[Hit]:
    known = [controller.business_id for controller in reading.notice.controllers if controller.business_id]
    stated = [spot for spot in _stated(reading, lambda sights: sights.business_ids) if spotting.is_valid_business_id(spot.value)]
    if known and stated and not {spot.value for spot in stated} & set(known):
        yield _differs(stated[0], known[0])


@rule("SE023", any_language=True)
def other_email(reading: Reading) -> Iterator[Hit]:
    if known := _the_only("email", reading):
        stated = [spot for spot in own(_stated(reading, lambda sights: sights.emails)) if spot.value]
        if stated and known.lower() not in {spot.value for spot in reading.emails}:
            yield _differs(stated[0], known)


@rule("SE024", any_language=True)
def other_phone(reading: Reading) -> Iterator[Hit]:
    if known := _the_only("phone", reading):
        stated = own(_stated(reading, lambda sights: sights.phones))
        anywhere = {spot.value for spot in reading.everywhere(lambda sights: sights.phones)}
        if stated and not {spot.value for spot in spotting.phones(known)} & anywhere:
            yield _differs(stated[0], known)


@rule("SE025", any_language=True)
def other_address(reading: Reading) -> Iterator[Hit]:
    if known := _the_only("address", reading):
        streets, stated = spotting.streets(known), _stated(reading, lambda sights: sights.streets)
        # A street has names in both national languages: its number tells, and is the same.
        if streets and stated and not {_number(spot) for spot in streets} & {_number(spot) for spot in stated}:
            yield _differs(stated[0], streets[0].text)


def _the_only(field: Literal["email", "phone", "address"], reading: Reading) -> str | None:
    """What is known of the only controller; of several the text may name any one's."""
    controllers = reading.notice.controllers
    return getattr(controllers[0], field) if len(controllers) == 1 else None


def _stated(reading: Reading, of: Callable[[Sights], list[Spot]]) -> list[Spot]:
    return [spot for passage in _who(reading) for spot in of(reading.sights(passage))]


def _differs(spot: Spot, known: str) -> Hit:
    return Hit((spot.start, spot.end), values={"text": spot.text, "known": known}, origin="controller")


def _number(spot: Spot) -> str:
    return "".join(re.findall(r"\d+", spot.value)[:1])


@rule("SE026")
def other_bases(reading: Reading) -> Iterator[Hit]:
    """Only what the text cites by article, which leaves no doubt."""
    facts = reading.notice.content.facts
    known = {basis.reference for purpose in (facts.purposes or [] if facts else []) for basis in purpose.legal_bases}
    cited = reading.cited
    wrong = next((spot for spot in cited if known and spot.value not in known), None)
    if wrong:
        yield Hit((wrong.start, wrong.end), values={"text": wrong.value}, origin="facts")
    elif cited:
        for reference in sorted(known - reading.rests_on):
            yield Hit(values={"text": reference}, excerpt=reference, origin="facts")
            return


@rule("SE027")
def transfer_denied(reading: Reading) -> Iterator[Hit]:
    facts = reading.notice.content.facts
    transfers = facts.transfers if facts and facts.transfers else []
    denied = reading.saying("no_transfer")
    if transfers and denied and not reading.says("transfer_stated", "safeguard"):
        names = {code: country_name(transfers[0].country, code) for code in OURS}
        yield at(denied[0])._replace(values={"text": names}, origin="facts")
