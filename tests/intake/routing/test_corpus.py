"""The directory and the queries say what they mean: whoever judges routing by them must be able to trust them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

import pytest

from tests.intake.routing.corpus import Claim, Controller, Query, directory, kinds, queries

HINTS = {"notice", "notice_url", "business_id", "domain", "name", "register", "brand"}
ALL = (*queries("open"), *queries("held_back"))
FOLD = str.maketrans("åäöõ", "aaoo")


def of(*names: str) -> list[Query]:
    found = [query for query in ALL if query.kind in names]
    assert found
    return found


def named(controller: Controller) -> Iterable[Claim]:
    return (controller.name, *controller.brands, *controller.former_names, *controller.parallel_names)


@cache
def bearers() -> dict[str, set[str]]:
    """For each verified name, in its period: the keys of those whose own, brand, former or parallel name it is."""
    found = defaultdict(set)
    for controller in directory().values():
        for name in named(controller):
            if name.verified and name.holds():
                found[name.text].add(controller.key)
    return found


def check_digit(seven: str) -> int | None:
    rest = sum(int(digit) * weight for digit, weight in zip(seven, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return None if rest == 1 else (11 - rest) % 11


def test_there_are_enough_of_both() -> None:
    assert len(directory()) >= 2000
    assert len(ALL) >= 3000


def test_a_third_of_every_class_is_held_back() -> None:
    open_, held = (Counter(query.kind for query in queries(which)) for which in ("open", "held_back"))
    assert set(open_) == set(held) == set(kinds())
    for kind in kinds():
        assert abs(held[kind] - (open_[kind] + held[kind]) / 3) <= 1, kind


def test_no_query_stands_twice() -> None:
    typed = Counter(tuple(sorted(query.hints.items(), key=str)) for query in ALL)
    assert [hints for hints, times in typed.items() if times > 1] == []


def test_each_row_of_the_directory_is_well_formed() -> None:
    for key, controller in directory().items():
        assert re.fullmatch(r"[a-z0-9-]{3,63}", key)
        assert re.fullmatch(r"[a-z0-9-]{3,63}", controller.tenant)
        assert controller.country in {"FI", "SE", "EE", "DE"}, key
        assert controller.town, key
        assert controller.group is None or controller.group in directory(), key
        assert controller.successor is None or controller.successor.text in directory(), key
        assert set(controller.processor_for) <= directory().keys() - {key}, key
        for claim in named(controller):
            assert claim.text == claim.text.strip(), key
            assert claim.since is None or claim.until is None or claim.since <= claim.until, key


def test_business_ids_have_their_check_digit_and_were_never_issued() -> None:
    for key, controller in directory().items():
        if controller.business_id is None:
            continue
        found = re.fullmatch(r"(\d{7})-(\d)", controller.business_id.text)
        assert found, key
        assert check_digit(found[1]) == int(found[2]), key
        assert found[1] < "0100000" or found[1] >= "7100000", key


def test_a_verified_business_id_is_one_controllers_and_a_verified_domain_one_tenants() -> None:
    ids = Counter(one.business_id.text for one in directory().values() if one.business_id and one.business_id.verified)
    assert [business_id for business_id, times in ids.items() if times > 1] == []
    tenants = defaultdict(set)
    for controller in directory().values():
        for domain in controller.domains:
            if domain.verified:
                tenants[domain.text].add(controller.tenant)
    assert [domain for domain, holders in tenants.items() if len(holders) > 1] == []


def test_hosts_are_fictional() -> None:
    for controller in directory().values():
        for domain in controller.domains:
            assert re.search(r"\.(example|example\.org|co\.uk|com\.au|aland\.fi)$", domain.text), domain


def test_a_notice_is_shared_by_several_or_has_one_controller() -> None:
    sharing = defaultdict(list)
    for controller in directory().values():
        for notice in controller.notices:
            sharing[controller.tenant, notice.slug].append(notice.desk)
    assert {sum(desks) for desks in sharing.values()} == {0, 1}
    assert all(len(desks) > 1 for desks in sharing.values() if sum(desks))


def test_nothing_changes_while_the_answers_hold() -> None:
    """The clock is the real one, so no period may begin or end, and no company cease, in the years when this is run."""
    for key, controller in directory().items():
        days = [day for claim in named(controller) for day in (claim.since, claim.until)]
        for day in filter(None, [*days, controller.ceased]):
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", day), key
            assert not "2026" <= day < "2090", key


@pytest.mark.parametrize("which", ["open", "held_back"])
def test_every_query_asks_with_known_hints_and_agrees_with_its_class(which: str) -> None:
    for query in (query for query in ALL if query.set == which):
        assert set(query.hints) <= HINTS, query
        assert set(query.keys) <= directory().keys(), query
        assert query.answer == kinds()[query.kind].demand.split(" or ")[0], query
        assert query.answer != "route" or len(query.keys) == 1, query
        assert query.answer != "ask" or query.keys, query
        if 409 in kinds()[query.kind].statuses and 422 not in kinds()[query.kind].statuses:
            assert len(query.keys) > 1, query


def test_exact_names_are_one_controllers_letter_for_letter() -> None:
    for query in of("exact_name", "exact_among_near_names", "exact_brand", "exact_parallel_name", "former_name_in_period"):
        (typed,) = query.hints.values()
        assert bearers()[typed or ""] == set(query.keys), query


def test_exact_business_ids_and_hosts_are_verified() -> None:
    for query in of("exact_business_id", "business_id_as_typed", "six_digit_business_id"):
        found = directory()[query.keys[0]].business_id
        assert found, query
        assert found.verified, query
        digits = re.sub(r"\D", "", query.hints["business_id"] or "")
        assert digits.rjust(8, "0") == found.text.replace("-", ""), query
    for query in of("exact_domain", "domain_as_typed", "host_below_verified", "sender_address"):
        assert any(domain.verified for domain in directory()[query.keys[0]].domains), query


def test_unknown_hosts_are_at_or_below_nobodys_verified_host() -> None:
    """A letter too many in front of a host may make one below another company's."""
    verified = {domain.text for one in directory().values() for domain in one.domains if domain.verified}
    for query in of("unknown_host"):
        host = re.sub(r"^.*(?:://|@)", "", query.hints["domain"] or "").split("/")[0].lower()
        above = {host.split(".", count)[-1] for count in range(host.count(".") + 1)}
        assert not above & verified, query


def test_wrong_check_digits_are_wrong() -> None:
    for query in of("wrong_check_digit"):
        digits = re.sub(r"\D", "", query.hints["business_id"] or "")
        assert check_digit(digits[:7]) != int(digits[7]), query


def test_what_is_shared_is_borne_by_all_who_are_listed() -> None:
    for query in of("shared_domain"):
        hosts = [{domain.text for domain in directory()[key].domains if domain.verified} for key in query.keys]
        assert set.intersection(*hosts), query
    for query in of("conflict"):
        assert len(query.hints) >= len(query.keys) >= 2, query


def test_what_must_not_route_is_nobodys_verified_name() -> None:
    """Not even in another case or without its dots over letters, so that the answer does not hang on how far a normaliser folds."""
    known = {text.lower().translate(FOLD) for text, keys in bearers().items() if any(not directory()[key].ceased for key in keys)}
    for query in ALL:
        if query.answer == "none" or kinds()[query.kind].statuses == (422,):
            for hint in ("name", "brand"):
                assert (query.hints.get(hint) or "-").lower().translate(FOLD) not in known, query


def test_claims_on_others_are_only_claims() -> None:
    """Whoever claims a business id that is verified for another has nothing verified that names the other."""
    ids = [(one, one.business_id) for one in directory().values() if one.business_id]
    holders = {claim.text: one for one, claim in ids if claim.verified}
    claimants = [(one, holders[claim.text]) for one, claim in ids if not claim.verified and claim.text in holders]
    assert claimants
    for one, holder in claimants:
        others = {claim.text for claim in named(holder)}
        assert not any(claim.verified and claim.text in others for claim in named(one)), one
