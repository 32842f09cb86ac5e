"""What a notice must tell: a good one tells all, and what is taken out is missed, in each language."""

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.languages import OURS
from service.notices.authorities import AUTHORITIES
from service.notices.checking.contents import WANTED
from service.notices.checking.ruling import CODES
from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.facts import Facts
from service.notices.variables import resolve
from tests.notices.checking.good import changed, codes, good, judged, table, without

MISSED = {
    "controller": {"TN001", "TN006"},
    "purposes": {"TN030", "TN031"},
    "recipients": {"TN034"},
    "retention": {"TN035"},
    "transfers": {"TN038"},
    "sources": {"TN039"},
    "data_categories": {"TN040"},
    "statutory_requirement": {"TN042"},
    "rights": {"TN050", "TN051", "TN052", "TN053", "TN055"},
    "rights_objection": {"TN054"},
    "exercise": {"TN062"},
    "complaint": {"TN057"},
    "date": {"TN080"},
    "dpo": set(),
    "automated_decisions": set(),
}
MISSING = {wanted.code for wanted in WANTED if wanted.code} | {"TN062", "TN080"}


@pytest.mark.parametrize("language", OURS)
def test_a_good_notice_is_silent(language: str) -> None:
    check = judged(good(language), language)
    assert check.findings == []
    assert {item.state for item in check.completeness} == {"present", "not_applicable"}
    assert [item.item for item in check.completeness] == [wanted.item for wanted in WANTED]


def test_so_it_is_in_three_languages_at_once() -> None:
    assert judged(good(*OURS), *OURS).findings == []


@pytest.mark.parametrize(("section", "language"), [*itertools.product(MISSED, OURS)])
def test_what_is_taken_out_is_missed(section: str, language: str) -> None:
    found = codes(without(good(language), section), language)
    # Consent goes with the purposes that name it, and the newsletter's withdrawal with the rights.
    assert found - {"TN056"} == MISSED[section]
    assert ("TN056" in found) == (section == "rights")


def test_completeness_says_what_is_missing_and_why_the_rest_is_not() -> None:
    items = {item.item: item for item in judged(without(good("en"), "retention"), "en").completeness}
    assert items["retention"].state == "missing"
    assert items["rights_access"].reason == "The section 'rights' tells it."
    assert items["joint_controllers"].state == "not_applicable"


@pytest.mark.parametrize(
    ("language", "section", "code", "body"),
    [
        (language, section, code, body)
        for section, code, texts in table("told.toml")["told"]
        for language, bodies in texts.items()
        for body in bodies
    ],
)
def test_an_item_is_told_in_other_words_and_under_no_heading(language: str, section: str, code: str, body: str) -> None:
    content = without(good(language), *section.split())
    assert code in codes(content, language)
    assert code not in codes(changed(content, language, "more", body, covers=["other"]), language)


def test_a_heading_alone_does_not_tell() -> None:
    empty = changed(good("fi"), "fi", "retention", "")
    assert {"TN035", "TN071"} <= codes(empty, "fi")
    gap = changed(good("fi"), "fi", "retention", "[aika]")
    assert {"TN035", "TN070"} <= codes(gap, "fi")


def test_a_heading_that_names_several_items_is_believed_as_far_as_its_text_goes() -> None:
    """Purposes and basis in the heading, purposes alone in the text."""
    content = changed(
        good("fi"), "fi", "purposes", "Tietoja käytetään tilausten toimittamiseen ja laskuttamiseen.", covers=["purposes", "legal_basis"]
    )
    assert "TN031" in codes(content, "fi")
    assert "TN030" not in codes(content, "fi")
    content = changed(good("sv"), "sv", "recipients", "Uppgifterna lämnas till bokföringsbyrån.", covers=["recipients", "transfers"])
    assert "TN038" in codes(without(content, "transfers"), "sv")


def test_boxes_that_nobody_ticked_name_no_basis() -> None:
    boxes = "( ) suostumus\\\n( ) sopimus\\\n( ) oikeutettu etu"
    assert "TN031" in codes(changed(good("fi"), "fi", "purposes", boxes, covers=["legal_basis"]), "fi")
    ticked = boxes.replace("( ) sopimus", "(X) sopimus")
    assert "TN031" not in codes(changed(good("fi"), "fi", "purposes", ticked, covers=["legal_basis"]), "fi")


def test_objection_portability_and_withdrawal_follow_the_bases() -> None:
    bare = without(good("en"), "rights_objection", "rights")
    for body, wanted in [
        ("Keeping books: a legal obligation (Article 6(1)(c)).", set()),
        ("Deliveries: the contract with you (Article 6(1)(b)).", {"TN055"}),
        ("Research: a task in the public interest (Article 6(1)(e)).", {"TN054"}),
        ("Newsletter: your consent (Article 6(1)(a)).", {"TN055", "TN056"}),
        ("Keeping books: a legal obligation. We also use the addresses for direct marketing.", {"TN054"}),
        ("We keep books and deliver orders.", {"TN054", "TN055"}),
    ]:
        found = codes(changed(bare, "en", "purposes", body, covers=["purposes", "legal_basis"]), "en")
        assert found & {"TN054", "TN055", "TN056"} == wanted, body


def _abroad() -> ControllerSnapshot:
    return ControllerSnapshot("1", "Sinipiika Kahvit Oy", None, None, None, None, None, [], [], [], "CH", "Europe/Zurich", ["en"])


def test_a_controller_outside_the_eea_names_its_representative() -> None:
    assert "CH" not in AUTHORITIES
    assert "SE028" in codes(good("en"), "en", controllers=[_abroad()])
    told = changed(
        good("en"),
        "en",
        "representative",
        "Our representative in the Union is Edustaja Oy, PL 1, 00100 Helsinki.",
        covers=["representative"],
    )
    assert "SE028" not in codes(told, "en", controllers=[_abroad()])


def test_of_a_language_that_we_do_not_speak_nothing_is_called_missing() -> None:
    content = Content(
        {"de": "Datenschutz"},
        [Section("controller", {"de": "Verantwortlicher"}, {"de": "Blaukäfer GmbH, info(at)blau.example"}, ["controller"])],
    )
    check = judged(content, "de")
    assert {finding.code for finding in check.findings} == {"TN005"}
    assert [(item.item, item.state) for item in check.completeness] == [("controller", "present")]


def test_what_facts_draw_is_read_like_any_text() -> None:
    """Sentences drawn from facts tell what they are drawn for, in each language."""
    facts = {
        "purposes": [
            {
                "name": {code: f"{name}" for code, name in (("fi", "Tilaukset"), ("sv", "Beställningar"), ("en", "Orders"))},
                "legal_bases": [{"reference": "6(1)(b)"}],
                "data_categories": [{"fi": "nimi", "sv": "namn", "en": "name"}],
                "retention": {"period": "P3Y"},
            },
            {
                "name": {"fi": "Uutiskirje", "sv": "Nyhetsbrev", "en": "Newsletter"},
                "legal_bases": [{"reference": "6(1)(a)"}, {"reference": "6(1)(f)"}],
                "legitimate_interest": {"fi": "yhteyden pitäminen", "sv": "att hålla kontakten", "en": "keeping in touch with readers"},
                "data_categories": [{"fi": "sähköposti", "sv": "e-post", "en": "e-mail"}],
                "retention": {"criteria": {"fi": "kunnes tilaus perutaan", "sv": "tills den avslutas", "en": "until it is cancelled"}},
            },
        ],
        "sources": [],
        "recipients": [],
        "transfers": [],
        "automated_decisions": {"used": False},
        "requirement": {"duty": "needed_for_contract"},
    }
    typed = msgspec.convert(facts, Facts)
    drawn = [
        "purposes",
        "legal_basis",
        "legitimate_interests",
        "data_categories",
        "sources",
        "recipients",
        "transfers",
        "retention",
        "statutory_requirement",
        "rights",
        "complaint",
    ]
    finland = ControllerSnapshot(
        "1", "Sinipiika Kahvit Oy", "9345671-9", None, None, None, None, [], [], [], "FI", "Europe/Helsinki", ["fi"]
    )
    for language in OURS:
        kept = [one for one in good(language).sections if one.id in ("controller", "exercise", "date")]
        sections = [Section(item, {language: item}, {language: f"{{{{facts.{item}}}}}"}, [item]) for item in drawn]
        content = resolve(Content(good(language).title, [*kept, *sections], None, typed), [finland]).content
        assert codes(content, language, controllers=[finland]) == set(), language


# --- properties ---------------------------------------------------------------------------------------------------

SECTIONS = [section.id for section in good("fi").sections]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(SECTIONS)), st.sampled_from(SECTIONS), st.sampled_from(OURS))
def test_adding_a_proper_section_never_adds_a_missing_item(left_out: set[str], added: str, language: str) -> None:
    """But one: that consent can be withdrawn is wanted once consent is named."""
    before = codes(without(good(language), *left_out), language) & MISSING
    after = codes(without(good(language), *(left_out - {added})), language) & MISSING
    assert after - before <= ({"TN056"} if added == "purposes" else set())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(SECTIONS), unique=True), st.sampled_from(OURS))
def test_the_same_notice_is_judged_the_same(order: list[str], language: str) -> None:
    by_id = {section.id: section for section in good(language).sections}
    content = Content(good(language).title, [by_id[name] for name in order])
    assert judged(content, language) == judged(content, language)
    assert codes(content, language) <= set(CODES)


@pytest.mark.parametrize(
    ("heading", "covers", "part", "found"),
    [
        ("Rekisterin suojaus", ["security"], ["other"], False),
        ("Henkilötietojen käsittely", ["other"], ["purposes"], False),
        ("Tietosuojaseloste", ["title"], ["other"], False),
        ("Suostumus", ["consent"], ["data_categories"], True),
        ("Vieraskirja", ["other"], ["data_categories"], True),
    ],
)
def test_a_heading_over_others_is_not_empty(heading: str, covers: list[str], part: list[str], found: bool) -> None:
    content = good("fi")
    parts = [Section("umbrella", {"fi": heading}, {"fi": ""}, covers), Section("part", {"fi": "A. Paperit"}, {"fi": "Mapeissa."}, part)]
    content = Content(content.title, [*content.sections, *parts])
    assert ("TN071" in codes(content, "fi")) == found
