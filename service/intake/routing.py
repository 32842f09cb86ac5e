"""Which controller is meant, and why: judged from what was typed and what the directory has. No database here.

The strongest hint first; a conflict between two stops and asks. A notice, its address or a controller's id name their controller
themselves, verified or not. A business id, a domain or a name routes only when the operator has verified whose it is. Whatever is
like a name is shown and never delivered to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz

from service.intake.hinting import HostHint, NameHint, NumberHint, Sought
from tenants.directory import NAMES, Bearer, Claim, Entry, fold_place
from tenants.naming import Loose, loosely

MOST_CANDIDATES = 5
# What the directory calls a name, and what we call it in an answer.
_MATCHED_BY = {"legal_name": "name", "former_name": "name", "brand": "brand"}


@dataclass(frozen=True)
class Why:
    """One reason, as a code and what it is about; words.toml has its sentence under `why_<code>`."""

    code: str
    value: str = ""


@dataclass(frozen=True)
class Notice:
    """A published notice; `schedule` is JSON, as publications keep it."""

    id: UUID
    schedule: str


@dataclass(frozen=True)
class NamedNotice:
    """A notice that was named, and its controllers in its order."""

    notice: Notice
    entries: tuple[Entry, ...]
    requests_to: UUID | None


@dataclass(frozen=True)
class Shelf:
    """Which controllers share a published notice, whom they agreed on, and what its register is called."""

    controllers: frozenset[UUID]
    requests_to: UUID | None
    registers: frozenset[str]


@dataclass(frozen=True)
class Found:
    """What was looked up. `others` are those to whom companies that ceased, and processors, lead."""

    notices: Sequence[NamedNotice | None] = ()
    by_id: Entry | None = None
    bearers: Sequence[Bearer] = ()
    others: Mapping[UUID, Entry] = field(default_factory=dict)
    shelves: Sequence[Shelf] = ()


@dataclass(frozen=True)
class Routed:
    """Delivered to `entry`; `notice` is the one that the person came from, if any."""

    entry: Entry
    matched_by: str
    notice: Notice | None = None
    why: tuple[Why, ...] = ()


@dataclass(frozen=True)
class Ambiguous:
    """Several are meant by what was given. Only candidates can be chosen."""

    candidates: list[Entry]
    near: list[Entry]
    why: tuple[Why, ...] = ()


@dataclass(frozen=True)
class Unknown:
    """Nobody fits for sure; `near` are for showing."""

    near: list[Entry]
    why: tuple[Why, ...] = ()


@dataclass(frozen=True)
class _Hit:
    """Whom one hint means. Without controllers it says why it means nobody, and who may have been meant."""

    matched_by: str
    controllers: tuple[Entry, ...]
    why: tuple[Why, ...]
    near: tuple[Entry, ...] = ()
    named: NamedNotice | None = None


def decide(sought: Sought, found: Found, at: datetime) -> Routed | Ambiguous | Unknown:
    looked = _hits(sought, found, at)
    hits = [hit for hit in looked if hit.controllers]
    if not hits:
        why = tuple(reason for hit in looked for reason in hit.why) or (Why("too_little"),)
        return Unknown(_each_once(entry for hit in looked for entry in hit.near), why)
    fitting = hits[0].controllers
    for hit in hits[1:]:
        agreed = tuple(entry for entry in fitting if entry in hit.controllers)
        if not agreed:
            several = _each_once(entry for one in hits for entry in one.controllers)
            # Whom most hints mean comes first, since few are offered.
            several.sort(key=lambda entry: -sum(entry in one.controllers for one in hits))
            return _ask(several, (Why("conflict"), *_reasons(hits)), unverified_too=False)
        fitting = agreed
    fitting, deciding = _narrowed(sought, found, hits, fitting)
    if len(fitting) > 1:
        return _ask(list(fitting), (Why("several"), *_reasons(hits)), unverified_too=hits[0].named is not None)
    if contradicting := _contradicting(sought, hits, fitting[0]):
        return Unknown([fitting[0]], (contradicting,))
    named = hits[0].named
    return Routed(fitting[0], hits[0].matched_by, named.notice if named else None, (*_reasons(hits), *deciding))


def _ask(several: list[Entry], why: tuple[Why, ...], *, unverified_too: bool) -> Ambiguous | Unknown:
    """Of a notice's own controllers, unverified ones can be chosen too: it is the notice that names them."""
    candidates = [entry for entry in several if entry.verified or unverified_too]
    others = [entry for entry in several if entry not in candidates]
    if not candidates:
        return Unknown(others, why)
    return Ambiguous(candidates[:MOST_CANDIDATES], others[:MOST_CANDIDATES], why)


def _narrowed(sought: Sought, found: Found, hits: Sequence[_Hit], fitting: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], tuple[Why, ...]]:
    """Between several who all fit, what they agreed on decides, or whose register it is."""
    if len(fitting) == 1:
        return fitting, ()
    ids = {entry.controller_id for entry in fitting}
    named = hits[0].named
    agreed = [named.requests_to] if named else []
    if all(hit.matched_by in _MATCHED_BY.values() for hit in hits):
        agreed = [shelf.requests_to for shelf in found.shelves if ids <= shelf.controllers]
    for desk in agreed:
        if chosen := tuple(entry for entry in fitting if entry.controller_id == desk):
            return chosen, (Why("agreed_desk"),)
    # What a register is called nobody verifies: it decides within one tenant, and takes nothing from another.
    if sought.register and len({entry.tenant_id for entry in fitting}) == 1:
        keeping = {one for shelf in found.shelves if sought.register in shelf.registers for one in shelf.controllers}
        if len(keepers := tuple(entry for entry in fitting if entry.controller_id in keeping)) == 1:
            return keepers, (Why("register", sought.register),)
    return fitting, ()


def _contradicting(sought: Sought, hits: Sequence[_Hit], entry: Entry) -> Why | None:
    """A right business id of somebody else, although we do not know whose: then a name or a domain alone does not decide."""
    if hits[0].matched_by in ("notice", "controller_id", "business_id") or not entry.verified or entry.country != "FI":
        return None
    others = [number for number in sought.numbers if number.finnish and entry.business_id not in (None, number.finnish)]
    return Why("other_business_id", others[0].typed) if others else None


def _reasons(hits: Iterable[_Hit]) -> tuple[Why, ...]:
    return tuple(dict.fromkeys(reason for hit in hits for reason in hit.why))


def _each_once(entries: Iterable[Entry]) -> list[Entry]:
    return list(dict.fromkeys(entries))


def _hits(sought: Sought, found: Found, at: datetime) -> list[_Hit]:
    """One for each hint, in order of strength."""
    hits = [
        _Hit("notice", named.entries, (Why("notice"),), named=named) if named else _Hit("notice", (), (Why("notice_unknown"),))
        for named in found.notices
    ]
    if sought.controller_id:
        known = (found.by_id,) if found.by_id else ()
        hits.append(_Hit("controller_id", known, (Why("controller_id" if known else "controller_unknown"),)))
    hits += [_followed(_by_number(number, found), found, at) for number in sought.numbers]
    hits += [_followed(_by_host(host, found), found, at) for host in sought.hosts]
    hits += [_followed(_by_name(name, found, at), found, at) for name in sought.names]
    return hits


def _by_number(number: NumberHint, found: Found) -> _Hit:
    holders = _bearing(found, "business_id", number.forms)
    missed = "business_id_unknown" if number.finnish else "business_id_wrong"
    return _Hit("business_id", holders, (Why("business_id" if holders else missed, number.typed),))


def _by_host(host: HostHint, found: Found) -> _Hit:
    for name in host.chain:
        if holders := _bearing(found, "domain", (name,)):
            return _Hit("domain", holders, (Why("domain" if name == host.host else "domain_above", name),))
    return _Hit("domain", (), (Why("domain_unknown" if host.host in host.chain else "public_suffix", host.host),))


def _bearing(found: Found, kind: str, forms: Sequence[str]) -> tuple[Entry, ...]:
    return tuple(_each_once(one.entry for one in found.bearers if one.claim.kind == kind and one.claim.folded in forms))


def _by_name(name: NameHint, found: Found, at: datetime) -> _Hit:
    bearers = _of_name(found, name.loose)
    living = [one for one in bearers if _holds(one, at)]
    if not living:
        if bearers:
            return _Hit("name", (), (Why("period_over", bearers[0].claim.value),), _entries(bearers))
        return _by_name_and_place(name, found, at) or _Hit("name", (), (Why("name_unknown", name.typed),), _about_there(name, found, at))
    if exact := [one for one in living if one.claim.folded == name.letters]:
        # Letter for letter, form and all. Of a name without a form, one that only has a form more is as much what was typed.
        alike = [] if name.loose.forms else [one for one in living if _loose(one.claim).marked == name.loose.marked]
        return _hit([*exact, *alike])
    if len(_entries(living)) > 1:
        return _hit(living)
    if not any(name.loose.may_mean(_loose(one.claim)) for one in living):
        return _Hit("name", (), (Why("other_form", living[0].claim.value),), _entries(living))
    return _hit(living)


def _by_name_and_place(name: NameHint, found: Found, at: datetime) -> _Hit | None:
    """A town decides between several of the name before it, and by itself nothing."""
    for before, place in name.before_place:
        living = _sharing(before, found, at)
        there = [one for one in living if one.entry.place and fold_place(one.entry.place) == place]
        if there and len(_entries(living)) > 1:
            hit = _hit(there)
            return replace(hit, why=(*hit.why, Why("place", there[0].entry.place or "")))
    return None


def _about_there(name: NameHint, found: Found, at: datetime) -> tuple[Entry, ...]:
    """Of several who bear the name beside a town, those in one that is spelled like it come first: `Espoon` is Espoo's, or a name."""
    for rest, place in (*name.before_place, *name.after_place):
        if living := _entries(_sharing(rest, found, at)):
            return tuple(sorted(living, key=lambda entry: -fuzz.ratio(fold_place(entry.place or ""), place)))
    return ()


def _sharing(loose: Loose, found: Found, at: datetime) -> list[Bearer]:
    return [one for one in _of_name(found, loose) if _holds(one, at) and loose.may_mean(_loose(one.claim))]


def _hit(bearers: Sequence[Bearer]) -> _Hit:
    claim = bearers[0].claim
    return _Hit(_MATCHED_BY[claim.kind], _entries(bearers), (Why(claim.kind, claim.value),))


def _entries(bearers: Iterable[Bearer]) -> tuple[Entry, ...]:
    return tuple(_each_once(one.entry for one in bearers))


def _of_name(found: Found, loose: Loose) -> list[Bearer]:
    return [one for one in found.bearers if one.claim.kind in NAMES and one.claim.loose == loose.key]


def _loose(claim: Claim) -> Loose:
    loose = loosely(claim.value)
    assert loose is not None  # else it had no key to be found by
    return loose


def _holds(bearer: Bearer, at: datetime) -> bool:
    """Both days are in a period, by the controller's own calendar."""
    today = at.astimezone(ZoneInfo(bearer.entry.time_zone)).date()
    since, until = bearer.claim.since, bearer.claim.until
    return (since is None or since <= today) and (until is None or today <= until)


def _followed(hit: _Hit, found: Found, at: datetime) -> _Hit:
    """What is a ceased company's is its successor's, and a processor stands for whom it works for."""
    reached: list[Entry] = []
    why: list[Why] = []
    for entry in hit.controllers:
        reached += _lead(entry, found.others, at, why, frozenset())
    if not why:
        return hit
    return replace(hit, controllers=tuple(_each_once(reached)), why=(*hit.why, *why))


def _lead(entry: Entry, others: Mapping[UUID, Entry], at: datetime, why: list[Why], seen: frozenset[UUID]) -> list[Entry]:
    seen = seen | {entry.controller_id}
    if has_ceased(entry, at):
        successor = others.get(entry.successor) if entry.successor and entry.successor not in seen else None
        why.append(Why("successor" if successor else "ceased", entry.name))
        return _lead(successor, others, at, why, seen) if successor else []
    clients = [others[client] for client in entry.processor_for if client in others and client not in seen]
    if clients:
        why.append(Why("processor", entry.name))
        return [reached for client in clients for reached in _lead(client, others, at, why, seen)]
    return [entry]


def has_ceased(entry: Entry, at: datetime) -> bool:
    return entry.ceased_on is not None and at.astimezone(ZoneInfo(entry.time_zone)).date() > entry.ceased_on
