"""Our JSON in all its shapes comes back as it was; what is no shape of ours is refused, however it is made."""

from typing import Any

import msgspec
import pytest
from hypothesis import given

from service.errors import InvalidContent
from service.notices.content import Content, Section, normalised
from service.notices.exporting.editions import in_language
from service.notices.facts import Facts, Purpose
from service.notices.freezing import Canonical
from service.notices.importing.own import Own, read_own
from service.notices.rendering import Reading, render_data
from service.notices.schemas import PublicNotice, Version
from tests.notices.exporting.contents import LANGUAGES, contents, controller
from tests.notices.exporting.editions import AT


def read(data: Any) -> Own | None:
    return read_own(data if isinstance(data, bytes) else msgspec.json.encode(data), "application/json")


def canonical(content: Content) -> Canonical:
    return Canonical(
        tenant_id="t",
        notice_id="n",
        kind="privacy_notice",
        number=1,
        published_at="2026-11-25T12:00:00Z",
        effective_from="2026-11-25",
        time_zone="Europe/Helsinki",
        significance="material",
        historical=False,
        change_note={"fi": "Muutos."},
        default_language="fi",
        languages=list(LANGUAGES),
        title=content.title,
        register_name=content.register_name,
        sections=[msgspec.to_builtins(section) for section in content.sections],
        facts=msgspec.to_builtins(content.facts),
        controllers=[msgspec.to_builtins(controller())],
        previous_hash=None,
    )


@given(contents())
def test_a_draft_comes_back(content: Content) -> None:
    assert read(content) == Own(content, None)
    assert read({**msgspec.to_builtins(content), "updated_at": "2026-11-25T12:00:00Z"}) == Own(content, None)
    assert read(b"\xef\xbb\xbf" + msgspec.json.encode(content)) == Own(content, None)


@given(contents())
def test_a_version_comes_back(content: Content) -> None:
    version = canonical(content)
    assert read(version.encode()) == Own(content, None)
    assert read({"number": 1, "links": {}, "content": msgspec.to_builtins(version)}) == Own(content, None)


@given(contents())
def test_one_language_of_a_version_comes_back(content: Content) -> None:
    """As it is shown: titled, and with the sections that have text in this language."""
    content.title = {"fi": "Seloste", **{code: text for code, text in content.title.items() if text}}
    content.sections = [_shown(section) for section in content.sections]
    content = normalised(content, LANGUAGES)
    version = Version(1, AT, AT.date(), AT, {"fi": "Muutos."}, "material", False, "ab" * 32, None)
    reading = Reading(PublicNotice("acme", "x", "privacy_notice", "/n/acme/x"), version, content, [controller()], LANGUAGES, "fi", None)
    for language in LANGUAGES:
        expected = in_language(content, language)
        expected.title = {language: content.title.get(language) or content.title["fi"]}
        assert read(render_data(reading, language)) == Own(expected, language)


def _shown(section: Section) -> Section:
    """Written in whole or not at all in each language, in Finnish always: what a reader is shown is what there is."""
    body = {code: text for code, text in section.body.items() if text.strip()} | {"fi": section.body.get("fi", "").strip() or "Teksti."}
    return Section(section.id, {code: section.heading.get(code) or "Otsikko" for code in body}, body, section.covers)


def test_a_section_shown_in_another_language_is_not_taken_for_a_translation() -> None:
    content = Content({"fi": "A", "sv": "B"}, [Section("a", {"fi": "Otsikko"}, {"fi": "Teksti"}, [])])
    version = Version(1, AT, AT.date(), AT, {}, "material", False, "ab" * 32, None)
    reading = Reading(PublicNotice("acme", "x", "k", "/n/acme/x"), version, content, [controller()], ["fi", "sv"], "fi", None)
    assert read(render_data(reading, "sv")) == Own(Content({"sv": "B"}, [Section("a", {}, {}, [])]), "sv")


SECTION = {"id": "a", "covers": [], "heading": {"fi": "A"}, "body": {"fi": "B"}}


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({}, ""),
        ([], ""),
        ("text", ""),
        (None, ""),
        (7, ""),
        ({"format": "seloste-version/2"}, ""),
        ({"facts": {}}, ""),
        ({"sections": [], "surprise": 1}, "/surprise"),
        ({"sections": {}}, "/sections"),
        ({"sections": [1]}, "/sections/0"),
        ({"sections": [{**SECTION, "id": "Iso"}]}, "/sections/0/id"),
        ({"sections": [{**SECTION, "body": {"fi": 1}}]}, "/sections/0/body"),
        ({"sections": [{**SECTION, "body": {"fi": "x\x00y"}}]}, "/sections/0"),
        ({"sections": [{**SECTION, "heading": {"fi": "x\ny"}}]}, "/sections/0"),
        ({"sections": [{**SECTION, "heading": {"fi": "x" * 501}}]}, "/sections/0/heading"),
        ({"sections": [SECTION] * 201}, "/sections"),
        ({"title": {"suomi": "x"}}, "/title"),
        ({"sections": [], "facts": {"purposes": [{"name": {}}]}}, "/facts/purposes/0/name"),
        ({"format": "seloste-version/1", "sections": [{"id": "a"}]}, "/sections/0/heading"),
        ({"content": {"format": "seloste-version/1", "title": []}}, "/title"),
        ({"notice": {}, "version": {}, "language": "fi", "sections": [1], "title": "x"}, "/sections/0"),
        ({"notice": {}, "version": {}, "language": "fi", "sections": 5, "title": "x"}, "/sections/0"),
        ({"notice": {}, "version": {}, "language": "fi", "sections": [], "title": None}, "/title"),
        ({"notice": {}, "version": {}, "language": ["fi"], "sections": [], "title": "x"}, "/notice"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_notice_is_refused_at_its_place(data: Any, pointer: str) -> None:
    with pytest.raises(InvalidContent) as refused:
        read(data)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b'{"sections": [], "title": {"fi": "\xff"}}',
        b'{"sections": "\\ud800"}',
        b"[" * 2_000_000,
        b'{"a":' * 400_000,
        b'{"sections": ' + b"[" * 1_000_000,
        b'{"sections": 1e999}',
        b'{"sections": ' + b"9" * 1_000_000 + b"}",
        b"\x00" * 1000,
    ],
    ids=lambda body: repr(body)[:30],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidContent):
        read(body)


def test_facts_alone_make_a_notice_too() -> None:
    content = Content({"fi": "Seloste"}, [], None, Facts(purposes=[Purpose({"fi": "Tilaukset"})]))
    assert read(content) == Own(content, None)


def test_other_types_are_left_to_others() -> None:
    assert read_own(b'{"sections": []}', "text/plain") is None
    assert read_own(b"<p>", "text/html") is None
