"""Standard sentences from a notice's facts, in Finnish, Finland's Swedish and English, as Markdown.

`draw("retention", facts, ...)` gives the sentences for one item of the notice, or None where the facts do not state it or
do not state it in that language: a hole is told, never filled with a guess.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from service.languages import OURS, Words, country_name, duration
from service.notices.authorities import AUTHORITIES, Authority, in_language
from service.notices.facts import Facts, Purpose, Recipient, Retention
from service.notices.markdown import escaped

sentences = Words(__package__, "sentences.toml")

T = TypeVar("T")
Texts = dict[str, str]


class _Untold(Exception):
    """The facts leave this open, in this language."""


class _Drawing(NamedTuple):
    facts: Facts
    language: str
    country: str

    def say(self, key: str, **values: str) -> str:
        return sentences(key, self.language, **values)

    def words(self, texts: Texts | None) -> str:
        if texts is None or not texts.get(self.language, "").strip():
            raise _Untold
        return escaped(texts[self.language].strip())

    def purposes(self) -> list[Purpose]:
        return _stated(self.facts.purposes)

    def listed(self, key: str, items: Iterable[str]) -> str:
        return "\n\n".join([self.say(key), "\n".join(f"- {item}" for item in _some(items))])

    def per_purpose(self, key: str, tell: Callable[[Purpose], str | None]) -> str:
        """One line for each purpose that has something to tell; the purpose is not named where there is one only."""
        told = [(purpose, text) for purpose in self.purposes() if (text := tell(purpose))]
        if len(self.purposes()) == 1:
            return self.listed(key, [text for _, text in told])
        return self.listed(key, [f"**{self.words(purpose.name)}:** {text}" for purpose, text in told])


def draw(item: str, facts: Facts, language: str, country: str) -> str | None:
    """`country`: the first controller's, whose authority is named unless the facts name another (ISO 3166-1)."""
    if language not in OURS:
        return None
    try:
        return _ITEMS[item](_Drawing(facts, language, country))
    except _Untold:
        return None


def _purposes(d: _Drawing) -> str:
    return d.listed("purposes", [d.words(purpose.name) for purpose in d.purposes()])


def _legal_basis(d: _Drawing) -> str:
    return d.per_purpose("legal_basis", lambda purpose: "; ".join(_bases(d, purpose)))


def _bases(d: _Drawing, purpose: Purpose) -> Iterable[str]:
    for basis in purpose.legal_bases:
        article, _, letter = re.findall(r"\w+", basis.reference)
        named = d.say(f"basis_6_1_{letter}") if article == "6" else d.say("basis_9_2", letter=letter)
        yield f"{named}: {d.words(basis.law)}" if basis.law else named


def _legitimate_interests(d: _Drawing) -> str:
    return d.per_purpose("legitimate_interests", lambda purpose: d.words(purpose.legitimate_interest) if _rests_on(purpose, "f") else None)


def _data_subjects(d: _Drawing) -> str:
    return d.per_purpose("data_subjects", lambda purpose: ", ".join(d.words(group) for group in purpose.data_subjects))


def _data_categories(d: _Drawing) -> str:
    return d.per_purpose("data_categories", lambda purpose: ", ".join(d.words(category) for category in purpose.data_categories))


def _sources(d: _Drawing) -> str:
    sources = _stated(d.facts.sources)
    if not sources:
        return d.say("no_sources")
    names = [(d.words(source.name), source.public) for source in sources]
    return d.listed("sources", [d.say("public_source", name=name) if public else name for name, public in names])


def _recipients(d: _Drawing) -> str:
    all_of_them = _stated(d.facts.recipients)
    outside = [recipient for recipient in all_of_them if recipient.role == "recipient"]
    told = d.listed("recipients", [_recipient(d, recipient) for recipient in outside]) if outside else d.say("no_recipients")
    return f"{told}\n\n{_processors(d)}" if len(outside) < len(all_of_them) else told


def _processors(d: _Drawing) -> str:
    processors = [recipient for recipient in _stated(d.facts.recipients) if recipient.role == "processor"]
    return d.listed("processors", [_recipient(d, one) for one in processors]) if processors else d.say("no_processors")


def _recipient(d: _Drawing, recipient: Recipient) -> str:
    return d.words(recipient.name) + (f" ({country_name(recipient.country, d.language)})" if recipient.country else "")


def _transfers(d: _Drawing) -> str:
    transfers = _stated(d.facts.transfers)
    if not transfers:
        return d.say("no_transfers")
    lines = []
    for transfer in transfers:
        whom = f", {d.words(transfer.recipient)}" if transfer.recipient else ""
        line = f"{country_name(transfer.country, d.language)}{whom}: {d.say(f'safeguard_{transfer.safeguard}')}"
        lines.append(f"{line}. {d.words(transfer.copy)}" if transfer.copy else line)
    return d.listed("transfers", lines)


def _retention(d: _Drawing) -> str:
    return d.per_purpose("retention", lambda purpose: _kept(d, purpose.retention) if purpose.retention else None)


def _kept(d: _Drawing, retention: Retention) -> str:
    told = []
    if retention.period:
        counts = {unit: int(count) for count, unit in re.findall(r"(\d+)([YMD])", retention.period)}
        period = duration(counts.get("Y", 0), counts.get("M", 0), counts.get("D", 0), d.language)
        start = retention.counted_from
        told.append(d.say("counted_from", period=period, start=d.words(start)) if start else period)
    if retention.criteria:
        told.append(d.words(retention.criteria))
    return ". ".join(told)


def _automated_decisions(d: _Drawing) -> str:
    decisions = _stated(d.facts.automated_decisions)
    if not decisions.used:
        return d.say("no_automated_decisions")
    told = [d.say("automated_decisions"), d.say("decision_logic", text=d.words(decisions.logic))]
    return "\n\n".join([*told, d.say("decision_consequences", text=d.words(decisions.consequences))])


def _requirement(d: _Drawing) -> str:
    requirement = _stated(d.facts.requirement)
    told = d.say(f"duty_{requirement.duty}")
    return f"{told} {d.say('duty_consequences', text=d.words(requirement.consequences))}" if requirement.consequences else told


def _rights(d: _Drawing) -> str:
    """Which rights there are follows from the bases: Art. 7(3), 20(1)(a), 21(1)."""
    bases = {basis.reference for purpose in d.purposes() for basis in purpose.legal_bases}
    if not bases:
        raise _Untold
    rights = ["access", "rectification", "erasure", "restriction"]
    if bases & {"6(1)(a)", "6(1)(b)", "9(2)(a)"}:
        rights.append("portability")
    if bases & {"6(1)(e)", "6(1)(f)"}:
        rights.append("objection")
    if bases & {"6(1)(a)", "9(2)(a)"}:
        rights.append("withdraw_consent")
    return d.listed("rights", [d.say(f"rights_{right}") for right in rights])


def _complaint(d: _Drawing) -> str:
    country = d.facts.authority or d.country
    if country not in AUTHORITIES:
        raise _Untold
    return d.say("complaint", authority=authority_line(AUTHORITIES[country], d.language)) + "."


def authority_line(authority: Authority, language: str) -> str:
    """Its name and how to reach it, in one line."""
    known = [in_language(authority.name, language), in_language(authority.address, language), authority.phone, authority.email]
    return ", ".join([*(escaped(value) for value in known if value), f"<{authority.website}>"])


def _rests_on(purpose: Purpose, letter: str) -> bool:
    return any(basis.reference == f"6(1)({letter})" for basis in purpose.legal_bases)


def _stated(value: T | None) -> T:
    if value is None:
        raise _Untold
    return value


def _some(items: Iterable[str]) -> list[str]:
    if not (found := [item for item in items if item]):
        raise _Untold
    return found


_ITEMS: dict[str, Callable[[_Drawing], str]] = {
    "purposes": _purposes,
    "legal_basis": _legal_basis,
    "legitimate_interests": _legitimate_interests,
    "data_subjects": _data_subjects,
    "data_categories": _data_categories,
    "sources": _sources,
    "recipients": _recipients,
    "processors": _processors,
    "transfers": _transfers,
    "retention": _retention,
    "automated_decisions": _automated_decisions,
    "statutory_requirement": _requirement,
    "rights": _rights,
    "complaint": _complaint,
}
DRAWN = frozenset(_ITEMS)
