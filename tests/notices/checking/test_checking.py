"""What a check answers: places, order, what the source showed, what is known beside the text, the languages, and its cost."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.languages import OURS
from service.notices.checking.contents import WANTED
from service.notices.checking.findings import ImportFinding, text_hash
from service.notices.checking.ruling import CODES, RULINGS
from service.notices.content import ITEMS, Content, ControllerSnapshot, Section
from service.notices.facts import Facts
from tests.growing import assert_linear
from tests.house import REPOSITORY
from tests.notices.checking.good import changed, codes, good, judged, table, without

CONTROLLER = ControllerSnapshot(
    id="1",
    name="Sinipiika Kahvit Oy",
    business_id="9345671-9",
    address="Myllykuja 7, 33200 Tampere",
    email="tietosuoja@sinipiika.example",
    phone="+358 3 555 0142",
    dpo=None,
    brands=[],
    former_names=[],
    domains=[],
    country="FI",
    time_zone="Europe/Helsinki",
    languages=["fi"],
)


def _known(**differing: Any) -> ControllerSnapshot:
    return msgspec.structs.replace(CONTROLLER, **differing)


# --- the codes ----------------------------------------------------------------------------------------------------


def test_every_code_has_its_words_and_none_is_idle() -> None:
    for code, told in CODES.items():
        assert re.fullmatch(r"(TN|SE)\d{3}", code)
        for texts in (told.message, told.fix):
            assert set(texts) == set(OURS), code
            gaps = [set(re.findall(r"\{(\w+)\}", texts[language])) for language in OURS]
            assert gaps[0] == gaps[1] == gaps[2], code
    told_otherwise = {"SE001", "TN076", "TN096"}  # By an import, and by comparing languages.
    assert {ruling.code for ruling in RULINGS} | told_otherwise == set(CODES)


def test_every_code_has_examples_or_a_test_of_its_own() -> None:
    by_contents = {wanted.code for wanted in WANTED if wanted.code} | {"TN062"}
    here = set(re.findall(r"(?:TN|SE)\d{3}", Path(__file__).read_text("utf-8")))
    assert set(table("examples.toml")) | by_contents | here >= set(CODES)


def test_the_codes_are_documented() -> None:
    rows = re.findall(
        r"^\| `((?:TN|SE)\d{3})` \| (\w+) \| ([\w ]+) \| ([^|]*) \|", (REPOSITORY / "docs" / "checks.md").read_text(), re.MULTILINE
    )
    documented = {code: (severity, kind, article.strip()) for code, severity, kind, article in rows}
    assert documented == {code: (told.severity, told.kind.replace("_", " "), told.article or "-") for code, told in CODES.items()}


# --- places -------------------------------------------------------------------------------------------------------


def test_a_span_points_into_the_markdown() -> None:
    body = "Lähetä pyyntö sähköpostilla.\n\n- **Tarkastuspyyntö** on [aina](https://sinipiika.example) allekirjoitettava.\n- Muu ei."
    finding = next(one for one in judged(changed(good("fi"), "fi", "exercise", body), "fi").findings if one.code == "TN060")
    assert finding.span is not None
    assert body[slice(*finding.span)] == "- **Tarkastuspyyntö** on [aina](https://sinipiika.example) allekirjoitettava"
    assert finding.excerpt == "- Tarkastuspyyntö on aina allekirjoitettava"
    assert (finding.section, finding.language, finding.origin, finding.article) == ("exercise", "fi", "text", "12(2)")


def test_what_stands_in_a_heading_or_the_title_has_no_span() -> None:
    content = good("fi")
    content.title["fi"] = "Asiakasrekisterin rekisteriseloste"
    finding = judged(content, "fi").findings[0]
    assert (finding.code, finding.section, finding.span, finding.excerpt) == ("TN022", None, None, "rekisteriseloste")


def test_findings_come_as_the_notice_stands_and_keep_their_ids() -> None:
    content = changed(
        without(good("fi"), "retention"), "fi", "exercise", "Pyyntö on tehtävä kirjallisesti ja allekirjoitettava sähköpostissa."
    )
    first = judged(content, "fi").findings
    assert [one.code for one in first] == ["TN035", "TN060"]
    moved = Content(content.title, content.sections[::-1])
    assert {one.id for one in judged(moved, "fi").findings} == {one.id for one in first}


def test_of_one_code_so_many_are_told_and_no_more() -> None:
    body = "\n\n".join(f"Laki {number}: henkilötietolaki." for number in range(200))
    found = judged(changed(good("fi"), "fi", "law", body), "fi").findings
    assert sum(one.code == "TN020" for one in found) == 50


# --- rules that look at the whole notice --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "controller", "exercise"),
    [
        ("fi", "Sinipiika Kahvit Oy, Y-tunnus 9345671-9, Myllykuja 7, 33200 Tampere, puh. 03 555 0142", "Soita tai lähetä kirje."),
        (
            "sv",
            "Sinipiika Kahvit Oy, FO-nummer 9345671-9, Myllykuja 7, 33200 Tammerfors, tfn 03 555 0142",
            "Ring oss eller skicka ett brev.",
        ),
        (
            "en",
            "Sinipiika Kahvit Oy, Business ID 9345671-9, Myllykuja 7, 33200 Tampere, tel. +358 3 555 0142",
            "Call us, or send a letter.",
        ),
    ],
)
def test_no_electronic_channel(language: str, controller: str, exercise: str) -> None:
    """TN004. The authority's address is nobody's channel."""
    content = changed(changed(without(good(language), "dpo"), language, "controller", controller), language, "exercise", exercise)
    assert codes(content, language) == {"TN004"}
    form = {"fi": "Täytä verkkolomake.", "sv": "Fyll i formuläret på webbplatsen.", "en": "Use the form on our website."}[language]
    assert "TN004" not in codes(changed(content, language, "exercise", f"{exercise} {form}"), language)


@pytest.mark.parametrize("language", OURS)
def test_a_number_is_missing(language: str) -> None:
    """TN075."""

    def numbered(numbers: list[int]) -> Content:
        sections = [
            Section(one.id, {language: f"{number}. {one.heading[language]}"}, one.body, one.covers)
            for number, one in zip(numbers, good(language).sections, strict=True)
        ]
        return Content(good(language).title, sections)

    count = len(good(language).sections)
    assert codes(numbered([*range(1, count + 1)]), language) == set()
    assert codes(numbered([*range(1, 8), *range(9, count + 2)]), language) == {"TN075"}


# --- what the source showed ---------------------------------------------------------------------------------------


def test_what_the_source_showed_is_repeated_until_the_section_is_edited() -> None:
    content = good("fi")
    section = next(one for one in content.sections if one.id == "rights")
    stamp = text_hash(section.heading["fi"], section.body["fi"])
    imported = [
        ImportFinding("TN072", "rights", "fi", "<p>Sinulla on oikeus", stamp),
        ImportFinding("TN076", "rights", "fi", "\tjatkorivi", stamp),
        ImportFinding("SE001", None, "fi", "windows-1252", text_hash("", "")),
        ImportFinding("TN073", "gone", "fi", "Sulje", stamp),
    ]
    found = judged(content, "fi", imported=imported).findings
    assert [(one.code, one.section, one.origin) for one in found] == [
        ("SE001", None, "import"),
        ("TN072", "rights", "import"),
        ("TN076", "rights", "import"),
    ]
    edited = changed(content, "fi", "rights", section.body["fi"] + "\n\nMuuta emme pyydä.")
    assert codes(edited, "fi", imported=imported) == {"SE001"}


def test_a_link_of_the_source_is_told_with_both_ends() -> None:
    stamp = text_hash("Päivitetty", "2.3.2026")
    imported = [ImportFinding("TN078", "date", "fi", "a@sinipiika.example → b@punapiika.example", stamp)]
    (finding,) = judged(good("fi"), "fi", imported=imported).findings
    assert finding.message["en"] == "The link reads a@sinipiika.example but leads to b@punapiika.example."


def test_what_the_text_shows_too_is_told_once() -> None:
    content = changed(good("fi"), "fi", "law", "<p>Noudatamme asetusta.")
    imported = [ImportFinding("TN072", "law", "fi", "<p>", text_hash("", "<p>Noudatamme asetusta."))]
    found = judged(content, "fi", imported=imported).findings
    assert [(one.code, one.origin) for one in found] == [("TN072", "text")]


# --- what is known beside the text --------------------------------------------------------------------------------


@dataclass
class Difference:
    code: str
    known: ControllerSnapshot


@pytest.mark.parametrize("language", OURS)
@pytest.mark.parametrize(
    "difference",
    [
        Difference("SE021", _known(name="Punapiika Leivät Oy")),
        Difference("SE022", _known(business_id="9561230-8")),
        Difference("SE023", _known(email="info@punapiika.example")),
        Difference("SE024", _known(phone="+358 9 555 0199")),
        Difference("SE025", _known(address="Satamatie 12, 00160 Helsinki")),
    ],
    ids=lambda difference: difference.code,
)
def test_the_text_differs_from_the_linked_controller(language: str, difference: Difference) -> None:
    assert codes(good(language), language, controllers=[CONTROLLER]) == set()
    found = judged(good(language), language, controllers=[difference.known]).findings
    assert [(one.code, one.origin) for one in found] == [(difference.code, "controller")]


def test_a_former_name_in_the_text_is_another_name_and_a_brand_is_not() -> None:
    assert "SE021" in codes(good("fi"), "fi", controllers=[_known(name="Kuupiika Oy", former_names=["Sinipiika Kahvit Oy"])])
    assert "SE021" not in codes(good("fi"), "fi", controllers=[_known(name="Kuupiika Oy", brands=["Sinipiika"])])


def test_a_variable_is_shown_as_it_is_written() -> None:
    finding = judged(good("en"), "en", controllers=[_known(email="info@punapiika.example")]).findings[0]
    assert finding.fix["en"] == "Check which is current. The variable {{controller.email}} keeps them the same."


def test_the_authority_is_told_in_the_language_of_the_message() -> None:
    """TN059."""
    body = "Voit valittaa: Tietosuojavaltuutetun toimisto, Ratapihantie 9, 00520 Helsinki."
    fix = next(one.fix for one in judged(changed(good("fi"), "fi", "complaint", body), "fi").findings if one.code == "TN059")
    assert "käyntiosoite Lintulahdenkuja 4, 00530 Helsinki; postiosoite PL 800, 00531 Helsinki" in fix["fi"]
    assert "besöksadress Fågelviksgränden 4, 00530 Helsingfors; postadress PB 800, 00531 Helsingfors" in fix["sv"]
    assert "visiting address Lintulahdenkuja 4, 00530 Helsinki; postal address P.O. Box 800, 00531 Helsinki" in fix["en"]


def test_the_record_does_not_cure_the_text() -> None:
    assert "TN001" in codes(without(good("fi"), "controller"), "fi", controllers=[CONTROLLER])


def _with_facts(content: Content, **facts: object) -> Content:
    return Content(content.title, content.sections, None, msgspec.convert(facts, Facts))


def test_text_and_facts_differ_in_bases() -> None:
    """SE026."""
    purposes = [{"name": {"en": "All"}, "legal_bases": [{"reference": f"6(1)({letter})"} for letter in "abcf"]}]
    assert codes(_with_facts(good("en"), purposes=purposes), "en") == set()
    fewer = [{"name": {"en": "All"}, "legal_bases": [{"reference": "6(1)(b)"}]}]
    assert codes(_with_facts(good("en"), purposes=fewer), "en") == {"SE026"}
    more = [{"name": {"en": "All"}, "legal_bases": [{"reference": f"6(1)({letter})"} for letter in "abcef"]}]
    assert codes(_with_facts(good("en"), purposes=more), "en") == {"SE026"}


@pytest.mark.parametrize("language", OURS)
def test_the_text_denies_a_transfer_that_the_facts_have(language: str) -> None:
    """SE027."""
    transfers = [{"country": "US", "safeguard": "adequacy_decision"}]
    assert codes(_with_facts(good(language), transfers=transfers), language) == {"SE027"}
    assert codes(_with_facts(good(language), transfers=[]), language) == set()


# --- the languages ------------------------------------------------------------------------------------------------


def test_a_language_is_judged_by_itself_and_against_the_default_one() -> None:
    content = good("fi", "sv")
    for section in content.sections:
        if section.id == "retention":
            section.body["sv"] = (
                "Beställningsuppgifter raderas två år efter den senaste beställningen. Bokföringsmaterial bevaras i sex år."
            )
        if section.id == "complaint":
            del section.body["sv"], section.heading["sv"]
    found = {(one.code, one.language, one.section) for one in judged(content, "fi", "sv").findings}
    assert found == {("TN057", "sv", None), ("TN096", "sv", "retention"), ("TN096", "sv", "complaint")}


def test_each_language_says_in_its_own_words_what_differs() -> None:
    content = good("fi", "sv")
    for section in content.sections:
        if section.id == "retention":
            section.body["sv"] = section.body["sv"].replace("tre år", "två år")
        if section.id == "complaint":
            del section.body["sv"], section.heading["sv"]
    changed_period, untranslated = (one.message for one in judged(content, "fi", "sv").findings if one.code == "TN096")
    assert changed_period["fi"] == "Kieliversiot eroavat: suomeksi lukee ”kolmen vuoden”, ruotsiksi ”två år”."
    assert changed_period["sv"] == "Språkversionerna skiljer sig åt: på finska står ”kolmen vuoden”, på svenska ”två år”."
    heading = "Oikeus tehdä valitus"
    assert untranslated["sv"] == f"Språkversionerna skiljer sig åt: avsnittet ”{heading}” finns på finska men inte på svenska."
    assert untranslated["en"] == f"The language versions differ: the section “{heading}” is written in Finnish but not in Swedish."


def test_a_language_that_is_none_of_ours_is_named_too() -> None:
    content = good("fi")
    content.sections[0].body["et"] = "Kohv on meie töö."
    first = next(one.message for one in judged(content, "fi", "et").findings if one.code == "TN096")
    assert "mutta ei kielellä viro" in first["fi"]
    assert "men inte på estniska" in first["sv"]
    assert "but not in Estonian" in first["en"]


def test_a_language_without_a_text_is_not_judged() -> None:
    assert judged(good("fi"), "fi", "sv").findings == []


# --- its cost -----------------------------------------------------------------------------------------------------

HOSTILE = {
    "one basis again and again": "6(1)(f) ",
    "one basis in words": "artikla 6 kohta 1 f ",
    "gaps": "[",
    "links": "[x](",
    "marks": "**_`",
    "dots": "a.",
    "signs": "@",
    "figures": "1 ",
    "words": "tietoja ei siirretä ",
    "sentences": "Pyyntö on allekirjoitettava. ",
    "sections of law": "henkilötietolain 26 § ",
    "lines": "Sähköposti:\\\n",
    "mails": "a(at)b.example ",
    "streets": "Myllykuja 7, ",
    "tags": "<p ",
    "items": "\n- a",
    "rows": "\n| a | b",
    "colons": ":\n",
    "holes": "[nimi] ",
    "papers": "Pyyntö on tehtävä kirjallisesti. ",
    "periods": "Tietoja säilytetään niin kauan kuin on tarpeen. ",
    "officers": "Tietosuojavastaava on Maija Meri. ",
    "slips": "sähköposti a2b.fi sähköposti a@b.example ",
    "bases": "Perusteena oikeutettu etu. ",
    "links to mail": "[a@b.example](mailto:c@d.example) ",
    "long": "x",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_four_times_the_text_costs_about_four_times_as_much(piece: str) -> None:
    def judging(length: int) -> None:
        body = piece * (length // len(piece))
        judged(Content({"fi": "Seloste"}, [Section("all", {"fi": "Kaikki"}, {"fi": body}, list(ITEMS))]), "fi")

    assert_linear(judging, 20_000)
