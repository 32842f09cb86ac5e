"""Standard sentences from facts: each item in three languages, plurals, and silence where the facts are silent."""

import re
import tomllib
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import given

from service.languages import OURS
from service.notices.authorities import AUTHORITIES
from service.notices.content import ITEMS
from service.notices.drawing import DRAWN, draw
from service.notices.facts import Facts
from service.notices.markdown import to_blocks, to_html
from tests.notices.exporting.contents import facts as any_facts


def facts(**given: Any) -> Facts:
    return msgspec.convert(given, Facts)


def named(text: str) -> dict[str, str]:
    return {"fi": f"{text} fi", "sv": f"{text} sv", "en": f"{text} en"}


ONE = facts(
    purposes=[
        {
            "name": named("tilaukset"),
            "legal_bases": [{"reference": "6(1)(b)"}, {"reference": "6(1)(f)"}, {"reference": "6(1)(c)", "law": named("laki")}],
            "legitimate_interest": named("etu"),
            "data_subjects": [named("asiakkaat"), named("kumppanit")],
            "data_categories": [named("nimi"), named("osoite")],
            "retention": {"period": "P6Y", "counted_from": named("tilikausi"), "criteria": named("peruste")},
        }
    ],
    sources=[{"name": named("rekisteri"), "public": True}, {"name": named("työnantaja")}],
    recipients=[{"name": named("kuljetus")}, {"name": named("pilvi"), "role": "processor", "country": "IE"}],
    transfers=[{"country": "US", "safeguard": "standard_clauses", "recipient": named("yhtiö"), "copy": named("jäljennös")}],
    automated_decisions={"used": True, "logic": named("logiikka"), "consequences": named("seuraus")},
    requirement={"duty": "contractual", "consequences": named("ei tilausta")},
)


WORDS = ["tilaukset", "laki", "etu", "asiakkaat", "kumppanit", "nimi", "osoite", "tilikausi", "peruste", "rekisteri", "työnantaja"]
WORDS += ["kuljetus", "pilvi", "yhtiö", "jäljennös", "logiikka", "seuraus", "ei tilausta"]


def drawn(item: str, language: str, of: Facts = ONE, country: str = "FI") -> str:
    text = draw(item, of, language, country)
    assert text is not None, item
    return text


@pytest.mark.parametrize("language", OURS)
@pytest.mark.parametrize("item", sorted(DRAWN))
def test_every_item_is_drawn_in_every_language_of_ours(item: str, language: str) -> None:
    text = drawn(item, language)
    assert text == drawn(item, language)
    assert "{" not in text
    # Every word of the facts in the one language, none in another.
    told = re.findall(rf"(?:{'|'.join(WORDS)}) (fi|sv|en)\b", text)
    assert set(told) <= {language}
    assert told or item in ("rights", "complaint")


def test_items_are_canonical() -> None:
    assert set(ITEMS) >= DRAWN


def test_retention_as_three_languages_say_it() -> None:
    assert drawn("retention", "fi") == ("Säilytämme henkilötietoja näin kauan:\n\n- 6 vuotta. Aika alkaa tästä: tilikausi fi. peruste fi")
    assert drawn("retention", "sv") == "Vi lagrar personuppgifter så här länge:\n\n- 6 år. Tiden räknas från: tilikausi sv. peruste sv"
    assert drawn("retention", "en") == "We keep personal data for this long:\n\n- 6 years, counted from: tilikausi en. peruste en"


@pytest.mark.parametrize(
    ("period", "fi", "sv", "en"),
    [
        ("P1Y", "1 vuosi", "1 år", "1 year"),
        ("P2Y", "2 vuotta", "2 år", "2 years"),
        ("P1M", "1 kuukausi", "1 månad", "1 month"),
        ("P18M", "18 kuukautta", "18 månader", "18 months"),
        ("P1D", "1 päivä", "1 dag", "1 day"),
        ("P30D", "30 päivää", "30 dagar", "30 days"),
        ("P1Y6M", "1 vuosi 6 kuukautta", "1 år 6 månader", "1 year 6 months"),
    ],
)
def test_periods_have_their_plurals(period: str, fi: str, sv: str, en: str) -> None:
    kept = facts(purposes=[{"name": named("x"), "retention": {"period": period}}])
    assert [drawn("retention", code, kept).partition("- ")[2] for code in OURS] == [fi, sv, en]


def test_several_purposes_are_named_and_one_is_not() -> None:
    two = facts(
        purposes=[{"name": named("a"), "retention": {"period": "P1Y"}}, {"name": named("b"), "retention": {"criteria": named("c")}}]
    )
    assert drawn("retention", "en", two).endswith("- **a en:** 1 year\n- **b en:** c en")
    assert "**" not in drawn("retention", "en")


def test_bases_say_their_article_and_their_law() -> None:
    text = drawn("legal_basis", "en")
    assert "(Art. 6(1)(b))" in text
    assert text.endswith("a legal obligation (Art. 6(1)(c)): laki en")
    special = facts(purposes=[{"name": named("x"), "legal_bases": [{"reference": "9(2)(h)"}]}])
    assert drawn("legal_basis", "fi", special).endswith("9 artiklan 2 kohdan h alakohta")


def test_interests_are_told_where_they_are_the_basis() -> None:
    other = facts(purposes=[{"name": named("x"), "legal_bases": [{"reference": "6(1)(a)"}], "legitimate_interest": named("etu")}])
    assert draw("legitimate_interests", other, "fi", "FI") is None
    assert drawn("legitimate_interests", "fi").endswith("- etu fi")


def test_recipients_and_processors_stand_apart() -> None:
    assert drawn("recipients", "en") == (
        "We disclose personal data to these recipients:\n\n- kuljetus en\n\n"
        "These process personal data on our behalf:\n\n- pilvi en (Ireland)"
    )
    assert drawn("processors", "fi") == "Henkilötietoja käsittelevät lukuumme:\n\n- pilvi fi (Irlanti)"
    nobody = facts(recipients=[])
    assert drawn("recipients", "fi", nobody) == "Emme luovuta henkilötietoja kenellekään."
    assert drawn("processors", "sv", nobody) == "Ingen annan behandlar personuppgifter för vår räkning."


def test_sources_transfers_and_decisions_can_be_none() -> None:
    none = facts(sources=[], transfers=[], automated_decisions={"used": False})
    assert drawn("sources", "fi", none) == "Saamme henkilötiedot vain sinulta itseltäsi."
    assert drawn("transfers", "en", none) == "We do not transfer personal data outside the EU or the EEA."
    assert drawn("automated_decisions", "sv", none).startswith("Vi fattar inga automatiserade beslut")
    assert "- rekisteri en (a public source)\n- työnantaja en" in drawn("sources", "en")


def test_a_transfer_names_country_safeguard_and_copy() -> None:
    assert drawn("transfers", "fi").endswith(
        "- Yhdysvallat, yhtiö fi: Euroopan komission vakiolausekkeet (46 artiklan 2 kohdan c alakohta). jäljennös fi"
    )


@pytest.mark.parametrize(
    ("references", "rights", "without"),
    [
        (["6(1)(a)"], ["Art. 20", "Art. 7"], ["Art. 21"]),
        (["6(1)(b)"], ["Art. 20"], ["Art. 21", "Art. 7"]),
        (["6(1)(c)"], [], ["Art. 20", "Art. 21", "Art. 7"]),
        (["6(1)(e)"], ["Art. 21"], ["Art. 20", "Art. 7"]),
        (["6(1)(f)", "9(2)(a)"], ["Art. 20", "Art. 21", "Art. 7"], []),
    ],
    ids=str,
)
def test_rights_follow_from_the_bases(references: list[str], rights: list[str], without: list[str]) -> None:
    of = facts(purposes=[{"name": named("x"), "legal_bases": [{"reference": reference} for reference in references]}])
    text = drawn("rights", "en", of)
    for article in ("Art. 15", "Art. 16", "Art. 17", "Art. 18", *rights):
        assert f"({article})" in text
    for article in without:
        assert f"({article})" not in text


def test_a_complaint_goes_to_the_first_controllers_authority_or_the_named_one() -> None:
    assert "Tietosuojavaltuutetun toimisto, PL 800, 00531 Helsinki" in drawn("complaint", "fi")
    assert "Dataombudsmannens byrå" in drawn("complaint", "sv")
    assert "<https://tietosuoja.fi>" in drawn("complaint", "en")
    assert "Integritetsskyddsmyndigheten, imy@imy.se" in drawn("complaint", "fi", facts(authority="SE"))
    assert draw("complaint", facts(), "fi", "US") is None


def test_every_eea_country_has_an_authority() -> None:
    eea = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
    assert set(AUTHORITIES) >= set(eea.split(" "))
    for country, authority in AUTHORITIES.items():
        assert authority.name, country
        assert authority.website.startswith("https://"), country
        assert drawn("complaint", "en", facts(authority=country))


@pytest.mark.parametrize("item", sorted(DRAWN - {"complaint"}))
def test_what_the_facts_leave_open_is_not_drawn(item: str) -> None:
    assert draw(item, facts(), "fi", "FI") is None
    assert draw(item, facts(purposes=[{"name": named("x")}]), "fi", "FI") is None or item == "purposes"
    only = msgspec.convert(_without(msgspec.to_builtins(ONE), "sv"), Facts)
    if item != "rights":
        assert draw(item, only, "sv", "FI") is None, item
    assert draw(item, only, "fi", "FI") is not None


def _without(data: Any, language: str) -> Any:
    if isinstance(data, dict):
        return {key: _without(value, language) for key, value in data.items() if key != language}
    return [_without(value, language) for value in data] if isinstance(data, list) else data


def test_other_languages_and_blank_words_are_not_drawn() -> None:
    assert draw("retention", ONE, "de", "DE") is None
    assert draw("purposes", facts(purposes=[{"name": {"fi": " "}}]), "fi", "FI") is None


def test_words_of_the_facts_are_text_and_not_markdown() -> None:
    hostile = dict.fromkeys(OURS, "<b>*[x](https://e.example)* {{controller.name}} `c` | 1. #")
    text = drawn("purposes", "fi", facts(purposes=[{"name": hostile}]))
    assert to_blocks(text)[1].text == hostile["fi"]
    assert "<a" not in to_html(text, headings_from=3)


@given(any_facts)
def test_drawing_never_fails_and_is_the_same_each_time(any_of_them: Facts) -> None:
    for item in DRAWN:
        for language in (*OURS, "de"):
            assert draw(item, any_of_them, language, "FI") == draw(item, any_of_them, language, "FI")


def test_every_sentence_is_there_in_every_language() -> None:
    table = tomllib.loads(files("service.notices").joinpath("sentences.toml").read_text("utf-8"))
    for key, texts in table.items():
        assert set(texts) == set(OURS), key
        assert len({frozenset(re.findall(r"\{(\w+)\}", text)) for text in texts.values()}) == 1, key
