"""Whatever a document looks like: each of its words stands in the content, once."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.notices.importing.document import Block, Document
from service.notices.importing.formats.escaping import escaped
from service.notices.importing.structuring import structure
from tests.notices.importing.counting_words import added, lost

HEADINGS = [
    "Rekisterinpitäjä",
    "REKISTERIN NIMI",
    "Tarkastusoikeus",
    "Tietojen säilytysaika:",
    "Evästeet",
    "Dina rättigheter",
    "Personuppgiftsansvarig",
    "How long do we keep your data?",
    "Your rights",
    "Tietosuojaseloste",
    "Unknown matter",
    "Puhelin: 09 555 0123",
    "Päivitetty: 1.2.2024",
    "Säilytysaika: kuusi vuotta",
]
WORDS = st.sampled_from(
    [
        "tieto",
        "Asiakas",
        "rätt",
        "you",
        "may",
        "2020.",
        "1.",
        "-",
        "*",
        "_x_",
        "a_b",
        "`c`",
        "<b>",
        "&amp;",
        "|",
        "#",
        "[l](m)",
        "~~s~~",
        "\\",
        "+",
        "=",
        ">",
        "!",
        "12)",
        ":",
        "***",
        "==",
        "§",
        "x@y.example",
    ]
)
PROSE = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
ANY = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=30).map(lambda text: " ".join(text.split()))
TEXT = st.one_of(st.sampled_from(HEADINGS), PROSE, ANY)
MARKERS = st.sampled_from(["", "", "", "1.", "2)", "3.1", "a)", "-", "•", "IV."])


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    kind = draw(st.sampled_from(["line", "line", "line", "heading", "item", "row", "quote", "code"]))
    gap = draw(st.booleans())
    if kind == "row":
        cells = draw(st.lists(st.one_of(st.just(""), TEXT), min_size=1, max_size=3))
        return Block(
            "row", "\t".join(cells), (0, 0), cells=[escaped(cell) for cell in cells], gap=gap, marker=draw(st.sampled_from(["", "4."]))
        )
    text = draw(TEXT)
    level = draw(st.integers(1, 6)) if kind == "heading" else draw(st.integers(0, 6)) if kind == "item" else 0
    marker = draw(MARKERS) if kind in ("line", "item", "heading") else ""
    return Block(kind, text, (0, 0), level=level, marker=marker, gap=gap, bold=draw(st.booleans()))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    pieces = [block for block in draw(st.lists(blocks(), max_size=14)) if block.text.strip()]
    whole, length = [], 0
    for block in pieces:
        block.span = (length, length + len(block.text))
        whole.append(block.text)
        length += len(block.text) + 1
    return Document("text", "\n".join(whole), pieces)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(), st.sampled_from(["fi", "sv", "en", None]))
def test_no_word_is_lost_or_doubled(document: Document, language: str | None) -> None:
    content = structure(document, language).content
    assert not lost(document, content)
    assert not added(document, content)


@settings(max_examples=100, deadline=None)
@given(documents())
def test_the_same_document_gives_the_same_notice(document: Document) -> None:
    assert structure(document, "fi") == structure(document, "fi")
