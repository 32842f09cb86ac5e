"""Notices that anybody could write, and some that only somebody hostile would."""

import string
from typing import Any

from hypothesis import strategies as st

from service.notices.content import ITEMS, Content, ControllerSnapshot, Section
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
from service.texts import control_in

LANGUAGES = ("fi", "sv", "en")
REFERENCES = [*(f"6(1)({letter})" for letter in "abcdef"), *(f"9(2)({letter})" for letter in "abcdefghij")]

TRAPS = [
    "---",
    "+++",
    "## Otsikko {#retention}",
    "\\## Otsikko {#retention}",
    "\\\\## Otsikko {#retention}  ",
    "##  {#x}",
    "## {#x}",
    "# iso",
    "## pieni",
    "```",
    "~~~ {#x}",
    'format: "seloste-markdown/1"',
    "<script>alert(1)</script>",
    "| a | b |\n|---|---|\n| c | d |",
    "- yksi\n  - kaksi\n    - kolme",
    "1. eka\n2. toka",
    "> lainaus\n> jatkuu",
    "{{controller.name}}",
    "{{facts.retention}}",
    "\ttaulukko\tsarkain",
    "    koodia?",
    "",
    "  ",
    "\\",
    "a\\*b",
    '[linkki](https://example.org/a_b*c "otsake")',
    "![kuva](https://example.org/k.png)",
    "**lihava *kursiivi* ~~yli~~ `koodi`**",
    '#eval(sys) $x$ #import "@preview/x:1" @viite <label> ]]] #[',
    "ÅÄÖ åäö ß Ω ж 😀 中文 עברית",
    "x" * 300,
]

plain = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029")).filter(
    lambda text: control_in(text, lines=False) is None
)
lines = st.one_of(st.sampled_from(["Säilytysaika", "# x", "x {#y}", " x ", "\\", "1. Otsikko", "*x*", "", " "]), plain).map(
    lambda text: text[:400]
)
bodies = st.lists(st.one_of(st.sampled_from(TRAPS), plain), max_size=6).map(lambda parts: "\n".join("\n".join(parts).splitlines()))
words = st.dictionaries(st.sampled_from(LANGUAGES), lines, min_size=1)
ids = st.one_of(st.sampled_from(sorted(ITEMS)), st.text(string.ascii_lowercase + string.digits + "_-", min_size=1, max_size=20)).map(
    lambda text: text if text[0] not in "_-" else f"a{text}"
)
countries = st.sampled_from(["FI", "US", "GB", "JP"])


def texts(of: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(LANGUAGES), of)


sections = st.builds(
    Section,
    id=ids,
    heading=texts(lines),
    body=texts(bodies),
    covers=st.one_of(st.none(), st.lists(st.sampled_from(sorted(ITEMS)), unique=True, max_size=5)),
)
retentions = st.one_of(
    st.builds(Retention, period=st.sampled_from(["P10Y", "P1Y6M", "P30D"]), counted_from=st.none() | words, criteria=st.none() | words),
    st.builds(Retention, criteria=words),
)
purposes = st.builds(
    Purpose,
    name=words,
    legal_bases=st.lists(st.builds(LegalBasis, reference=st.sampled_from(REFERENCES), law=st.none() | words), max_size=3),
    legitimate_interest=st.none() | words,
    data_subjects=st.lists(words, max_size=2),
    data_categories=st.lists(words, max_size=3),
    retention=st.none() | retentions,
)
transfers = st.builds(
    Transfer,
    country=countries,
    safeguard=st.sampled_from(["adequacy_decision", "standard_clauses", "binding_rules", "code_of_conduct", "certification", "derogation"]),
    recipient=st.none() | words,
    copy=st.none() | words,
)
facts = st.builds(
    Facts,
    purposes=st.none() | st.lists(purposes, max_size=3),
    sources=st.none() | st.lists(st.builds(Source, name=words, public=st.booleans()), max_size=2),
    recipients=st.none()
    | st.lists(
        st.builds(Recipient, name=words, role=st.sampled_from(["recipient", "processor"]), country=st.none() | countries), max_size=3
    ),
    transfers=st.none() | st.lists(transfers, max_size=2),
    automated_decisions=st.none()
    | st.builds(AutomatedDecisions, used=st.booleans(), logic=st.none() | words, consequences=st.none() | words),
    requirement=st.none()
    | st.builds(
        Requirement, duty=st.sampled_from(["statutory", "contractual", "needed_for_contract", "none"]), consequences=st.none() | words
    ),
    authority=st.none() | countries,
)


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """As a draft keeps them: each id once, line ends unified."""
    unique = draw(st.lists(sections, max_size=5, unique_by=lambda section: section.id))
    names = draw(st.none() | words)
    return Content(draw(texts(lines)), unique, names, draw(st.none() | facts))


optional = st.none() | lines
controllers = st.builds(
    ControllerSnapshot,
    id=st.just("01890000-0000-7000-8000-000000000001"),
    name=lines,
    business_id=st.none() | st.just("1234567-1"),
    address=st.none() | st.just("Esimerkkikatu 1\n00100 Helsinki"),
    email=st.none() | st.just("tietosuoja@example.org"),
    phone=st.none() | st.sampled_from(["+358 40 123 4567", "(09) 123", "puh. 09 1234 ext. 5"]),
    dpo=st.none() | st.fixed_dictionaries({"name": optional, "email": st.none() | st.just("dpo@example.org"), "phone": optional}),
    brands=st.just([]),
    former_names=st.just([]),
    domains=st.just([]),
    country=st.sampled_from(["FI", "SE", "US"]),
    time_zone=st.just("Europe/Helsinki"),
    languages=st.just(["fi"]),
)


def controller(**more: Any) -> ControllerSnapshot:
    given: dict[str, Any] = {
        "id": "01890000-0000-7000-8000-000000000001",
        "name": "Kuusenkukka Oy",
        "business_id": "1234567-1",
        "address": "Esimerkkikatu 1\n00100 Helsinki",
        "email": "tietosuoja@example.org",
        "phone": "+358 40 123 4567",
        "dpo": {"name": "Tiina Tutkija", "email": "dpo@example.org", "phone": "+358 40 765 4321"},
        "brands": [],
        "former_names": [],
        "domains": [],
        "country": "FI",
        "time_zone": "Europe/Helsinki",
        "languages": ["fi", "sv"],
    }
    return ControllerSnapshot(**{**given, **more})
