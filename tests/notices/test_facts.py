"""Facts: what they may be, what is refused and where."""

from typing import Any

import msgspec
import pytest

from service.notices.facts import Facts

FULL: dict[str, Any] = {
    "purposes": [
        {
            "name": {"fi": "Tilausten toimittaminen", "sv": "Leverans av beställningar", "en": "Delivering orders"},
            "legal_bases": [{"reference": "6(1)(b)"}, {"reference": "6(1)(c)", "law": {"fi": "kirjanpitolain 2 luvun 10 §"}}],
            "legitimate_interest": {"fi": "asiakassuhteen hoito"},
            "data_subjects": [{"fi": "asiakkaat"}],
            "data_categories": [{"fi": "nimi"}, {"fi": "osoite"}],
            "retention": {
                "period": "P6Y",
                "counted_from": {"fi": "tilikauden päättyminen"},
                "criteria": {"fi": "kunnes riita on ratkaistu"},
            },
        }
    ],
    "sources": [{"name": {"fi": "väestötietojärjestelmä"}, "public": True}],
    "recipients": [{"name": {"fi": "kuljetusliike"}}, {"name": {"fi": "pilvipalvelu"}, "role": "processor", "country": "IE"}],
    "transfers": [{"country": "US", "safeguard": "standard_clauses", "recipient": {"fi": "tytäryhtiö"}, "copy": {"fi": "Pyydä meiltä."}}],
    "automated_decisions": {"used": True, "logic": {"fi": "pisteytys"}, "consequences": {"fi": "hakemus voidaan hylätä"}},
    "requirement": {"duty": "contractual", "consequences": {"fi": "emme voi toimittaa"}},
    "authority": "SE",
}


def test_what_is_given_comes_back_and_what_is_not_stays_away() -> None:
    facts = msgspec.convert(FULL, Facts)
    assert msgspec.to_builtins(facts) == FULL
    assert msgspec.json.decode(msgspec.json.encode(facts), type=Facts) == facts
    assert msgspec.to_builtins(Facts()) == {}


def test_not_stated_differs_from_none_at_all() -> None:
    stated = msgspec.convert({"recipients": [], "transfers": [], "automated_decisions": {"used": False}}, Facts)
    assert stated.recipients == stated.transfers == []
    assert stated.sources is None
    assert msgspec.to_builtins(stated) == {"recipients": [], "transfers": [], "automated_decisions": {"used": False}}


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"surprise": 1}, "surprise"),
        ({"purposes": [{}]}, "name"),
        ({"purposes": [{"name": {}}]}, "purposes[0].name"),
        ({"purposes": [{"name": {"suomi": "x"}}]}, "purposes[0].name"),
        ({"purposes": [{"name": {"fi": "a\x00b"}}]}, "purposes[0]"),
        ({"purposes": [{"name": {"fi": "a\nb"}}]}, "purposes[0]"),
        ({"purposes": [{"name": {"fi": "x" * 2001}}]}, "purposes[0].name"),
        ({"purposes": [{"name": {"fi": "x"}, "legal_bases": [{"reference": "6(1)(g)"}]}]}, "purposes[0].legal_bases[0].reference"),
        ({"purposes": [{"name": {"fi": "x"}, "legal_bases": [{"reference": "GDPR-6-1-a"}]}]}, "purposes[0].legal_bases[0].reference"),
        ({"purposes": [{"name": {"fi": "x"}, "retention": {}}]}, "purposes[0].retention"),
        ({"purposes": [{"name": {"fi": "x"}, "retention": {"counted_from": {"fi": "y"}}}]}, "purposes[0].retention"),
        ({"purposes": [{"name": {"fi": "x"}, "retention": {"period": "P"}}]}, "purposes[0].retention"),
        ({"purposes": [{"name": {"fi": "x"}, "retention": {"period": "6 v"}}]}, "purposes[0].retention.period"),
        ({"purposes": [{"name": {"fi": "x"}, "retention": {"period": "PT5M"}}]}, "purposes[0].retention.period"),
        ({"purposes": [{"name": {"fi": "x"}}] * 101}, "purposes"),
        ({"sources": [{"name": {"fi": "x"}, "public": "yes"}]}, "sources[0].public"),
        ({"recipients": [{"name": {"fi": "x"}, "role": "friend"}]}, "recipients[0].role"),
        ({"recipients": [{"name": {"fi": "x"}, "country": "Suomi"}]}, "recipients[0].country"),
        ({"transfers": [{"country": "US"}]}, "transfers[0]"),
        ({"transfers": [{"country": "us", "safeguard": "derogation"}]}, "transfers[0].country"),
        ({"transfers": [{"country": "US", "safeguard": "shield"}]}, "transfers[0].safeguard"),
        ({"automated_decisions": {}}, "automated_decisions"),
        ({"requirement": {"duty": "maybe"}}, "requirement.duty"),
        ({"authority": "FIN"}, "authority"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_at_its_place(facts: dict[str, Any], place: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(facts, Facts)
    assert place in str(refused.value)


@pytest.mark.parametrize("period", ["P10Y", "P1Y6M", "P30D", "P18M", "P1Y2M3D"])
def test_periods_are_years_months_and_days(period: str) -> None:
    retention = {"period": period}
    assert msgspec.convert({"purposes": [{"name": {"fi": "x"}, "retention": retention}]}, Facts).purposes is not None
