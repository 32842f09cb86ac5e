"""Markdown with front matter: what is written comes back as it was, and what cannot be read is told with its place."""

import contextlib
import re

import pytest
from hypothesis import assume, given
from ruamel.yaml import YAML

from service.errors import InvalidContent
from service.notices.content import Content, Section
from service.notices.exporting import markdown
from service.notices.exporting.editions import in_language
from service.notices.facts import Facts, Purpose
from service.notices.importing.own import Own, read_own
from tests.growing import assert_linear
from tests.notices.exporting.contents import LANGUAGES, TRAPS, contents


@given(contents())
def test_what_is_written_comes_back_as_it_was(content: Content) -> None:
    for language in LANGUAGES:
        written = markdown.write(content, language)
        assert read_own(written.encode(), "text/markdown") == Own(in_language(content, language), language)


@given(contents())
def test_line_ends_of_another_system_change_nothing(content: Content) -> None:
    written = markdown.write(content, "fi").replace("\n", "\r\n")
    assert markdown.read("\ufeff" + written) == (in_language(content, "fi"), "fi")


@pytest.mark.parametrize("trap", TRAPS)
def test_a_text_may_look_like_anything(trap: str) -> None:
    for body in (trap, f"{trap}\n{trap}", f"\n{trap}\n", f"Alku.\n\n{trap}\n\nLoppu."):
        sections = [Section(f"s{number}", {"fi": "Otsikko"}, {"fi": body}, []) for number in range(3)]
        content = Content({"fi": trap.partition("\n")[0].replace("\t", " ")}, sections)
        assert markdown.read(markdown.write(content, "fi")) == (content, "fi")


def test_the_file_reads_well() -> None:
    content = Content(
        {"fi": "Tietosuojaseloste"},
        [
            Section("purposes", {"fi": "Miksi"}, {"fi": "Toimitamme tilauksia."}, ["purposes", "legal_basis"]),
            Section("retention", {"sv": "Lagring"}, {"sv": "Sex år."}, ["retention"]),
        ],
        {"fi": "Asiakasrekisteri"},
        Facts(purposes=[Purpose({"fi": "Tilaukset"})]),
    )
    assert (
        markdown.write(content, "fi", {"number": 3})
        == """---
format: "seloste-markdown/1"
language: "fi"
title: "Tietosuojaseloste"
register_name: "Asiakasrekisteri"
version: {"number": 3}
sections: {
  "purposes": {"covers": ["purposes", "legal_basis"]},
  "retention": {"covers": ["retention"], "lacks": ["heading", "body"]}
  }
facts: {
  "purposes": [
    {
      "name": {
        "fi": "Tilaukset"
      }
    }
  ]
  }
---

## Miksi {#purposes}

Toimitamme tilauksia.

## {#retention}


"""
    )


@given(contents())
def test_the_front_matter_is_yaml(content: Content) -> None:
    front = markdown.write(content, "fi").split("---\n", 2)[1]
    # JSON may hold a few characters for which YAML has no place.
    assume(not re.search("[\ufeff\ufffe\uffff\U0001fffe-\U0010ffff]", front))
    read = YAML(typ="safe", pure=True).load(front)
    assert read["format"] == markdown.FORMAT
    assert read.get("title") == content.title.get("fi")
    assert list(read.get("sections", {})) == [section.id for section in content.sections]


def test_it_is_edited_by_hand_with_ease() -> None:
    text = "---\nformat: seloste-markdown/1\nlanguage: sv\ntitle: Vår dataskyddsbeskrivning\n---\n## Lagring {#retention}\nSex år.\n"
    content, language = markdown.read(text)
    assert language == "sv"
    assert content.title == {"sv": "Vår dataskyddsbeskrivning"}
    assert content.sections == [Section("retention", {"sv": "Lagring"}, {"sv": "Sex år."}, None)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# Otsikko",
        "---\ntitle: x\n---\n## A {#a}",
        "---\nformat: x/1\n---",
        "format: seloste-markdown/1",
        "---\n\nformat: seloste-markdown/1",
    ],
)
def test_what_is_not_ours_is_left_to_others(text: str) -> None:
    assert read_own(text.encode(), "text/markdown") is None
    assert read_own(text.encode("utf-16"), "text/markdown") is None
    assert read_own(b"---\nformat: seloste-markdown/1", "text/plain") is None


HEAD = "---\nformat: seloste-markdown/1\nlanguage: fi\n"


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (HEAD, "line 1"),
        (HEAD + "jotain\n---\n", "line 4"),
        (HEAD + "language: sv\n---\n", "line 4"),
        (HEAD + "title: x\n: y\n---\n", "line 5"),
        (HEAD + "---\n\nAlkusanat.\n\n## A {#a}\n", "line 6"),
        (HEAD + "facts: {\n---\n", "/facts"),
        (HEAD + "facts: " + "[" * 100_000 + "\n---\n", "/facts"),
        (HEAD + 'facts: {"purposes": [{"name": "x"}]}\n---\n', "/facts/purposes/0/name"),
        (HEAD + "sections: []\n---\n", "/sections"),
        (HEAD + 'sections: {"b": {}}\n---\n## A {#a}\n', "/sections/b"),
        (HEAD + 'surprise: "x"\n---\n', "/surprise"),
        (HEAD.replace("/1", "/9") + "---\n", "/format"),
        (HEAD.replace("fi", "xx") + "---\n", "/language"),
        (HEAD + "---\n## A {#a}\n\nx\x00y\n", "/sections/0"),
        (HEAD + "---\n" + "## A {#a}\n" * 201, "/sections"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, pointer: str) -> None:
    with pytest.raises(InvalidContent) as refused:
        read_own(text.encode(), "text/markdown")
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    "piece",
    ["## A {#a}\n", "\\## A {#a}\n", "{#" * 20 + "\n", "x" * 50, "\n", "\\" * 50 + "## A {#a}\n", " key: value\n", "a: b\n", '"a": {},\n'],
)
def test_reading_takes_time_in_proportion(piece: str) -> None:
    def reading(count: int) -> None:
        for place in (HEAD + piece * count, HEAD + "---\n## A {#a}\n" + piece * count):
            with contextlib.suppress(InvalidContent):
                markdown.read(place)

    assert_linear(reading, 16_000)
