"""TILT: valid whatever the notice says, nothing claimed that is not stated, and the notice comes back."""

import itertools
import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from service.errors import InvalidContent
from service.languages import is_known
from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.exporting import tilt
from service.notices.exporting.editions import Edition, in_language
from service.notices.exporting.offering import has_tilt
from service.notices.facts import (
    AutomatedDecisions,
    Facts,
    LegalBasis,
    Purpose,
    Recipient,
    Requirement,
    Retention,
    Source,
    Transfer,
)
from service.notices.importing.own import Own, read_own
from tests.notices.exporting.contents import LANGUAGES, contents, controller, controllers
from tests.notices.exporting.editions import edition
from tests.notices.exporting.tilt_schema import LANGUAGES as TILT_LANGUAGES
from tests.notices.exporting.tilt_schema import PUBLISHED_REFERENCE, REFERENCE, TILT

VALID = Draft7Validator(TILT, format_checker=Draft7Validator.FORMAT_CHECKER)


def faults(document: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in VALID.iter_errors(document)]


FULL = Facts(
    purposes=[
        Purpose(
            {"fi": "Tilausten toimittaminen", "en": "Delivering orders"},
            [LegalBasis("6(1)(b)"), LegalBasis("6(1)(c)", {"fi": "kirjanpitolain 2 luvun 10 §"})],
            data_categories=[{"fi": "nimi"}, {"fi": "osoite"}],
            data_subjects=[{"fi": "asiakkaat"}],
            retention=Retention("P6Y", {"fi": "tilikauden päättyminen"}),
        ),
        Purpose(
            {"fi": "Uutiskirje"},
            [LegalBasis("6(1)(f)")],
            {"fi": "asiakassuhteen hoito"},
            retention=Retention(criteria={"fi": "toistaiseksi"}),
        ),
    ],
    sources=[Source({"fi": "väestötietojärjestelmä"}, public=True)],
    recipients=[Recipient({"fi": "kuljetusliike"}), Recipient({"fi": "pilvipalvelu"}, "processor", "IE")],
    transfers=[Transfer("US", "standard_clauses", copy={"fi": "Pyydä jäljennös meiltä."}), Transfer("JP", "adequacy_decision")],
    automated_decisions=AutomatedDecisions(used=False),
    requirement=Requirement("contractual", {"fi": "emme voi toimittaa tilausta"}),
)


def test_facts_find_their_members() -> None:
    document = tilt.to_tilt(edition([], facts=FULL), "fi", in_force=True)
    assert faults(document) == []
    assert document["meta"]["status"] == "active"
    assert document["meta"]["version"] == 3
    assert document["meta"]["url"] == "/n/acme/asiakkaat/fi"
    assert document["controller"]["representative"]["email"] == "tietosuoja@example.org"
    assert document["dataProtectionOfficer"]["name"] == "Tiina Tutkija"
    first, second = document["dataDisclosed"]
    assert first["category"] == "nimi, osoite"
    assert [basis["reference"] for basis in first["legalBases"]] == ["GDPR-6-1-b", "GDPR-6-1-c"]
    assert first["storage"][0]["temporal"] == [{"description": "tilikauden päättyminen", "ttl": "P6Y"}]
    assert first["legitimateInterests"] == [{"exists": False}]
    assert second["legitimateInterests"] == [{"exists": True, "reasoning": "asiakassuhteen hoito"}]
    assert second["recipients"] == first["recipients"]
    assert first["recipients"][1] == {"category": "pilvipalvelu", "role": "processor", "country": "IE"}
    assert first["nonDisclosure"]["contractualRegulation"] is True
    assert document["sources"][0]["sources"][0]["publiclyAvailable"] is True
    united_states, japan = document["thirdCountryTransfers"]
    assert united_states["standardDataProtectionClause"]["available"] is united_states["appropriateGuarantees"]["available"] is True
    assert united_states["adequacyDecision"]["available"] is japan["standardDataProtectionClause"]["available"] is False
    assert document["automatedDecisionMaking"] == {"inUse": False}
    assert document["rightToDataPortability"]["available"] is True
    assert document["rightToWithdrawConsent"]["available"] is False
    assert document["rightToObject"]["available"] is True
    assert document["rightToRestriction"]["description"].startswith("Sinulla on tietosuoja-asetuksen mukaan oikeus pyytää")
    assert document["rightToComplain"]["supervisoryAuthority"]["name"] == "Tietosuojavaltuutetun toimisto"


def test_sections_tell_what_facts_do_not() -> None:
    sections = [
        Section("purposes", {"fi": "Miksi"}, {"fi": "Toimitamme tilauksia."}, ["purposes"]),
        Section("retention", {"fi": "Säilytys"}, {"fi": "Kuusi vuotta."}, ["retention"]),
        Section("rights", {"fi": "Oikeudet"}, {"fi": "Voit pyytää tietosi."}, ["rights", "rights_access"]),
    ]
    document = tilt.to_tilt(edition(sections), "fi")
    assert faults(document) == []
    [told] = document["dataDisclosed"]
    assert told["purposes"] == [{"purpose": "Miksi", "description": "Toimitamme tilauksia."}]
    assert told["storage"] == [{"aggregationFunction": "max", "purposeConditional": ["Kuusi vuotta."]}]
    assert document["rightToInformation"]["description"] == "Voit pyytää tietosi."


def test_what_is_not_stated_is_left_out_or_says_so() -> None:
    bare = controller(email=None, phone=None, address=None, dpo=None, country="US")
    document = tilt.to_tilt(edition([], controllers=[bare]), "en")
    assert faults(document) == []
    assert document["dataProtectionOfficer"] == {
        "name": "No data protection officer is stated",
        "address": "Not stated",
        "country": "US",
        "email": "not-stated@invalid",
        "stated": False,
    }
    assert document["controller"]["representative"]["stated"] is False
    assert document["automatedDecisionMaking"] == {}
    assert "available" not in document["rightToDataPortability"]
    assert "supervisoryAuthority" not in document["rightToComplain"]
    assert document["meta"]["status"] == "inactive"


def test_all_fourteen_members_are_there_and_two_more_rights() -> None:
    document = tilt.to_tilt(edition([]), "sv")
    assert set(TILT["required"]) <= set(document)
    assert len(TILT["required"]) == 14
    assert {"rightToRestriction", "rightToObject", "seloste"} == set(document) - set(TILT["required"])


def test_the_hash_is_of_the_document_itself() -> None:
    document = tilt.to_tilt(edition([]), "fi")
    assert document["meta"]["_hash"] == tilt.hash_of(document)
    assert tilt.hash_of({**document, "sources": [1]}) != document["meta"]["_hash"]
    assert document == tilt.to_tilt(edition([]), "fi")


def test_a_draft_says_that_it_is_none_in_force() -> None:
    document = tilt.to_tilt(edition([], draft=True), "fi")
    assert faults(document) == []
    assert document["meta"]["_id"].endswith("/draft/fi")
    assert document["meta"]["status"] == "inactive"
    assert "content_hash" not in document["seloste"]


@given(contents(), st.lists(controllers, min_size=1, max_size=2), st.sampled_from(LANGUAGES), st.booleans())
def test_every_notice_is_valid_and_comes_back(content: Content, of: list[ControllerSnapshot], language: str, in_force: bool) -> None:
    now = datetime(2026, 11, 25, 12, 0, 0, 123456, tzinfo=UTC)
    made = Edition("01890000-0000-7000-8000-0000000000aa", "/n/acme/x", None, 1, now, content, of, list(LANGUAGES), "fi")
    document = tilt.to_tilt(made, language, in_force=in_force)
    assert faults(document) == []
    read = read_own(msgspec.json.encode(document), "application/json")
    assert read == Own(in_language(content, language), language)


def test_languages_are_those_that_tilt_knows() -> None:
    two = ["".join(pair) for pair in itertools.product("abcdefghijklmnopqrstuvwxyz", repeat=2)]
    assert {code for code in two if is_known(code) and has_tilt(code)} <= set(TILT_LANGUAGES)
    assert not has_tilt("smn")
    assert all(has_tilt(code) for code in ("fi", "sv", "en", "se", "de"))


def test_the_linear_pattern_takes_what_the_published_one_takes() -> None:
    published, linear = re.compile(PUBLISHED_REFERENCE), re.compile(REFERENCE)
    for length in range(6):
        for letters in itertools.product("GA1-a!", repeat=length):
            text = "".join(letters)
            assert bool(published.search(text)) == bool(linear.search(text)), text
    # The published one would never end on this.
    assert not linear.search("G" + "1" * 1_000_000 + "!")


def test_the_schema_finds_what_is_wrong() -> None:
    document = tilt.to_tilt(edition([], facts=FULL), "fi")
    del document["controller"]["representative"]
    document["dataProtectionOfficer"] |= {"country": "XYZ", "phone": "nope"}
    del document["dataDisclosed"][0]["nonDisclosure"]["consequences"]
    document["automatedDecisionMaking"] = {"inUse": True}
    assert len(faults(document)) == 7


def test_many_recipients_are_told_once() -> None:
    recipients = [Recipient({"fi": "x" * 2000}) for _ in range(200)]
    many = Facts(purposes=[Purpose({"fi": f"T{number}"}) for number in range(100)], recipients=recipients)
    document = tilt.to_tilt(edition([], facts=many), "fi")
    assert faults(document) == []
    assert len(document["dataDisclosed"][0]["recipients"]) == 200
    assert document["dataDisclosed"][99]["recipients"] == [{"category": "Samat kuin tiedoissa purpose-1"}]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"seloste": None}, "/seloste"),
        ({"seloste": {"format": "seloste-tilt/1"}}, "/seloste"),
        ({"seloste": {"format": "seloste-tilt/9", "content": {}}}, "/seloste/format"),
        ({"seloste": {"format": "seloste-tilt/1", "content": {"title": 1}}}, "/title"),
    ],
    ids=str,
)
def test_a_document_that_holds_no_notice_of_ours_is_refused(change: dict[str, Any], pointer: str) -> None:
    document = {**tilt.to_tilt(edition([]), "fi"), **change}
    with pytest.raises(InvalidContent) as refused:
        read_own(msgspec.json.encode(document), "application/json")
    assert [error.pointer for error in refused.value.errors] == [pointer]
