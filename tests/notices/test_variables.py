"""Variables: what they show, what stays and why, and that a value never becomes more than text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notices.content import Content, ControllerSnapshot, Section
from service.notices.facts import Facts, Purpose, Recipient, Retention
from service.notices.markdown import to_blocks, to_html
from service.notices.variables import NAMES, Resolved, resolve, unfilled
from tests.growing import assert_linear
from tests.house import REPOSITORY
from tests.notices.exporting.contents import contents, controller, lines


def resolved(text: str, *controllers: ControllerSnapshot, language: str = "fi", facts: Facts | None = None) -> Resolved:
    content = Content({}, [Section("a", {}, {language: text}, [])], None, facts)
    return resolve(content, controllers or [controller()])


def shown(text: str, *controllers: ControllerSnapshot, **more: Any) -> str:
    made = resolved(text, *controllers, **more)
    return next(iter(made.content.sections[0].body.values()))


KNOWN = [
    ("controller.name", "Kuusenkukka Oy"),
    ("controller.business_id", "1234567-1"),
    ("controller.address", "Esimerkkikatu 1\\\n00100 Helsinki"),
    ("controller.email", "tietosuoja@example.org"),
    ("controller.phone", "+358 40 123 4567"),
    ("controllers.names", "Kuusenkukka Oy"),
    ("dpo.name", "Tiina Tutkija"),
    ("dpo.email", "dpo@example.org"),
    ("dpo.phone", "+358 40 765 4321"),
    ("authority.name", "Tietosuojavaltuutetun toimisto"),
    ("authority.address", "PL 800, 00531 Helsinki"),
    ("authority.email", "tietosuoja@om.fi"),
    ("authority.phone", "+358 29 566 6700"),
    ("authority.website", "https://tietosuoja.fi"),
]


@pytest.mark.parametrize(("variable", "text"), KNOWN)
def test_each_shows_what_is_known(variable: str, text: str) -> None:
    made = resolved(f"Ks. {{{{{variable}}}}}.")
    assert made.unresolved == []
    assert to_html(made.content.sections[0].body["fi"], headings_from=3) == to_html(f"Ks. {text}.", headings_from=3)
    assert shown(f"Ks. {{{{ {variable} }}}}.") == made.content.sections[0].body["fi"]


def test_all_names_are_tried_here_or_drawn() -> None:
    assert {name for name, _ in KNOWN} == {name for name in NAMES if not name.startswith("facts.")}


def test_all_names_are_documented() -> None:
    told = (REPOSITORY / "docs" / "content.md").read_text()
    assert [name for name in sorted(NAMES) if f"`{{{{{name}}}}}`" not in told] == []


def test_an_authority_speaks_the_notices_language() -> None:
    assert shown("{{authority.name}}", language="sv") == "Dataombudsmannens byrå"
    assert shown("{{authority.name}}", facts=Facts(authority="SE")) == "Integritetsskyddsmyndigheten"
    assert shown("{{authority.name}}", controller(country="SE")) == "Integritetsskyddsmyndigheten"


def test_an_address_takes_lines_in_a_text_and_commas_in_a_heading() -> None:
    content = Content(
        {"fi": "{{controller.name}} – seloste"},
        [Section("a", {"fi": "{{controller.address}}"}, {"fi": "{{controller.address}}"}, [])],
        {"fi": "{{controllers.names}}"},
    )
    made = resolve(content, [controller()]).content
    assert made.title == {"fi": "Kuusenkukka Oy – seloste"}
    assert made.register_name == {"fi": "Kuusenkukka Oy"}
    assert made.sections[0].heading == {"fi": "Esimerkkikatu 1, 00100 Helsinki"}
    assert to_html(made.sections[0].body["fi"], headings_from=3) == "<p>Esimerkkikatu 1<br>\n00100 Helsinki</p>"


def test_of_two_controllers_the_first_answers_and_both_are_named() -> None:
    two = [controller(name="Yksi Oy"), controller(name="Kaksi Oy", email="kaksi@example.org")]
    assert (
        shown("{{controllers.names}}: {{controller.name}}, {{controller.email}}", *two)
        == "Yksi Oy, Kaksi Oy: Yksi Oy, tietosuoja@example.org"
    )


def told(made: Resolved) -> list[tuple[str, str | None, str, str]]:
    return [(one.variable, one.section, one.language, one.reason) for one in made.unresolved]


def test_what_cannot_be_resolved_stays_and_says_why() -> None:
    bare = controller(phone=None, dpo=None, country="US")
    text = "{{controller.phone}} {{dpo.name}} {{authority.name}} {{controller.shoe_size}} {{facts.retention}}"
    text += "\n\n{{facts.retention}}\n\n{{facts.nothing}}"
    made = resolved(text, bare)
    assert made.content.sections[0].body == {"fi": text}
    assert told(made) == [
        ("controller.phone", "a", "fi", "empty"),
        ("dpo.name", "a", "fi", "empty"),
        ("authority.name", "a", "fi", "empty"),
        ("controller.shoe_size", "a", "fi", "unknown"),
        ("facts.retention", "a", "fi", "not_alone"),
        ("facts.retention", "a", "fi", "empty"),
        ("facts.nothing", "a", "fi", "unknown"),
    ]
    assert [error.pointer for error in unfilled(made)] == ["/sections/0/body/fi"] * 5


def test_what_stays_in_title_and_heading_is_told_too() -> None:
    content = Content({"fi": "{{dpo.name}}"}, [Section("a", {"sv": "{{nobody.home}}"}, {}, [])])
    made = resolve(content, [controller(dpo=None)])
    assert set(told(made)) == {("dpo.name", None, "fi", "empty"), ("nobody.home", "a", "sv", "unknown")}


def test_facts_are_drawn_where_they_stand_alone() -> None:
    facts = Facts(purposes=[Purpose({"fi": "tilaukset"}, retention=Retention("P6Y"))], recipients=[Recipient({"fi": "*kuljetus*"})])
    text = shown("Alku.\n\n  {{ facts.retention }}  \n\n{{facts.recipients}}\n\nLoppu.", facts=facts)
    assert [block.text for block in to_blocks(text)] == [
        "Alku.",
        "Säilytämme henkilötietoja näin kauan:",
        "6 vuotta",
        "Luovutamme henkilötietoja näille vastaanottajille:",
        "*kuljetus*",
        "Loppu.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{{controller}}",
        "{{ controller . name }}",
        "{{CONTROLLER.NAME}}",
        "{controller.name}",
        "{{controller.name}",
        "{{{{",
        "{{}}",
        "{{a.b.c}}",
    ],
)
def test_what_only_looks_like_one_is_text(text: str) -> None:
    assert resolved(text) == Resolved(Content({}, [Section("a", {}, {"fi": text}, [])]), [])


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](https://example.org)",
        "![x](https://example.org/x.png)",
        "# Otsikko",
        "- luettelo",
        "1. luettelo",
        "> lainaus",
        "**lihava** _kursiivi_ ~~yli~~ `koodi`",
        "```",
        "| a | b |",
        "&amp; &lt;",
        "{{controller.email}}",
        "\\",
        "a\\*b",
        "==",
        "<https://example.org>",
        "snake_case_name",
    ],
)
def test_a_value_reads_as_it_is_and_is_never_more(hostile: str) -> None:
    text = shown("{{controller.name}}", controller(name=hostile))
    [block] = to_blocks(text)
    assert block.kind == "paragraph"
    assert block.text == hostile
    assert "<a" not in to_html(text, headings_from=3)
    # In a heading and a title it is plain text already.
    content = Content({"fi": "{{controller.name}}"}, [Section("a", {"fi": "{{controller.name}}"}, {}, [])])
    made = resolve(content, [controller(name=hostile)]).content
    assert made.title["fi"] == made.sections[0].heading["fi"] == hostile


@given(lines, st.sampled_from(["Nimi: {{controller.name}}.", "- {{controller.name}}", "| a |\n|---|\n| {{controller.name}} |"]))
def test_any_value_reads_as_it_is(name: str, text: str) -> None:
    plain = to_blocks(text.replace("{{controller.name}}", "PAIKKA"))
    blocks = to_blocks(shown(text, controller(name=name)))
    if name.strip():
        assert [block.kind for block in blocks] == [block.kind for block in plain]
        assert "".join(blocks[-1].text.split()) == "".join(plain[-1].text.replace("PAIKKA", name).split())


def test_a_few_bytes_do_not_become_gigabytes() -> None:
    facts = Facts(purposes=[Purpose({"fi": "x" * 2000}) for _ in range(100)])
    made = resolved("{{facts.purposes}}\n\n" * 10_000, facts=facts)
    assert len(made.content.sections[0].body["fi"]) < 1_500_000
    assert {one.reason for one in made.unresolved} == {"too_long"}
    assert "once" in unfilled(made)[0].detail
    assert {one.reason for one in resolved("{{controller.name}} " * 10_000, controller(name="x" * 500)).unresolved} == {"too_long"}


@given(contents())
def test_without_a_variable_nothing_changes(content: Content) -> None:
    if "{{" not in str(content):
        assert resolve(content, [controller()]) == Resolved(content, [])


@pytest.mark.parametrize(
    "piece", ["{{", "{{controller.name}} ", "{{facts.retention}}\n", "{{facts.retention}} ", "{{a.b}}", "{{ ", " \t", "{{facts."]
)
def test_resolving_takes_time_in_proportion(piece: str) -> None:
    assert_linear(lambda count: resolved(piece * count), 4_000)
