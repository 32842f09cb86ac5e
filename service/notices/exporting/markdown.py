"""A notice in one language as a Markdown file to edit and bring back: `read(write(content))` is the content.

The front matter is YAML whose values are JSON, so that any YAML reader takes it and we need none. A section begins with
`## Heading {#id}`; a line of a text that looks like one gets a backslash, which reading takes away again.
"""

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal

import msgspec

from service.errors import FieldError, InvalidContent, field_error, invalid
from service.languages import is_known
from service.notices.content import Content
from service.notices.facts import Facts
from service.notices.markdown import escaped

FORMAT = "seloste-markdown/1"
_FENCE = "---"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\}")
_KEY = re.compile(r"([a-z_]{1,40}):(?: |$)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_PLAIN = ("format", "language", "title", "register_name")


class _Section(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What the text does not say of a section. `lacks`: what it does not have in this language."""

    covers: list[str] | None = None
    lacks: list[Literal["heading", "body"]] = []


class _FrontMatter(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    language: str
    title: str | None = None
    register_name: str | None = None
    version: dict[str, Any] | None = None
    sections: dict[str, _Section] = {}
    facts: Facts | None = None


def write(content: Content, language: str, version: Mapping[str, Any] | None = None) -> str:
    """`version` tells the reader which one this is; reading passes over it."""
    values: dict[str, Any] = {"format": FORMAT, "language": language}
    values["title"] = content.title.get(language)
    values["register_name"] = (content.register_name or {}).get(language)
    values["version"] = version
    values["sections"] = {section.id: _told(section, language) for section in content.sections} or None
    values["facts"] = msgspec.to_builtins(content.facts)
    lines = [_FENCE, *(_line(key, value) for key, value in values.items() if value is not None), _FENCE, ""]
    for section in content.sections:
        heading = section.heading.get(language)
        marker = f"## {escaped(heading)} {{#{section.id}}}" if heading else f"## {{#{section.id}}}"
        lines += [marker, "", _guarded(section.body.get(language, "")), ""]
    return "\n".join(lines)


def _told(section: Any, language: str) -> dict[str, Any]:
    lacks: list[Literal["heading", "body"]] = [] if language in section.heading else ["heading"]
    if language not in section.body:
        lacks.append("body")
    told: dict[str, Any] = msgspec.to_builtins(_Section(section.covers, lacks))
    return told


def _line(key: str, value: Any) -> str:
    # YAML wants what goes on over several lines indented, its closing bracket too.
    if key == "sections":
        members = ",\n".join(f"  {json.dumps(name)}: {json.dumps(told, ensure_ascii=False)}" for name, told in value.items())
        return f"{key}: {{\n{members}\n  }}"
    if key == "facts" and value:
        return f"{key}: {json.dumps(value, ensure_ascii=False, indent=2)[:-1]}  }}"
    return f"{key}: {json.dumps(value, ensure_ascii=False)}"


def _guarded(body: str) -> str:
    return "\n".join(f"\\{line}" if _is_marker(line.lstrip("\\")) else line for line in body.split("\n"))


def _is_marker(line: str) -> bool:
    line = line.rstrip()
    return line.startswith("## ") and line.endswith("}") and _ID.fullmatch(line.rpartition(" {#")[2]) is not None


def is_ours(text: str) -> bool:
    """Whether a Markdown document says that it was written here. The front matter's first key decides."""
    first, _, rest = text.removeprefix("\ufeff").partition("\n")
    key, _, value = rest.partition("\n")[0].partition(":")
    return first.rstrip() == _FENCE and key == "format" and value.strip().strip("\"'").startswith("seloste-markdown/")


def read(text: str) -> tuple[Content, str]:
    """The content and its language. What cannot be read is told with its line; no text is passed over."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    end = next((number for number, line in enumerate(lines) if number and line.rstrip() == _FENCE), None)
    if end is None:
        raise invalid("line 1", f"The front matter has no end: a line `{_FENCE}` is missing.")
    front = _front_matter(lines[1:end])
    language = front.language
    sections = _sections(lines, end + 1, front)
    data = {
        "title": {} if front.title is None else {language: front.title},
        "register_name": None if front.register_name is None else {language: front.register_name},
        "sections": sections,
        "facts": front.facts,
    }
    content: Content = _converted(data, Content)
    return content, language


def _front_matter(lines: list[str]) -> _FrontMatter:
    parts: dict[str, list[str]] = {}
    key = ""
    for number, line in enumerate(lines, start=2):
        if line[:1] in (" ", "\t", "") and key:
            parts[key].append(line)
        elif (found := _KEY.match(line)) and found[1] not in parts:
            key = found[1]
            parts[key] = [line[found.end() :]]
        else:
            raise invalid(f"line {number}", "The front matter has one `key: value` on each line, and each key once.")
    front: _FrontMatter = _converted({key: _value(key, "\n".join(value).strip()) for key, value in parts.items()}, _FrontMatter)
    if front.format != FORMAT:
        raise invalid("/format", f"{front.format!r} is not known here; this reads {FORMAT!r}.")
    if not is_known(front.language):
        raise invalid("/language", f"{front.language!r} is not a language code of ISO 639 such as fi, sv or en.")
    return front


def _value(key: str, text: str) -> Any:
    if key in _PLAIN and not text.startswith('"'):
        # Who types a title by hand leaves the quotes away.
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise invalid(f"/{key}", f"The value of `{key}` is not JSON: {error}.") from error


def _sections(lines: list[str], start: int, front: _FrontMatter) -> list[dict[str, Any]]:
    places = [number for number in range(start, len(lines)) if _is_marker(lines[number])]
    before = [number for number in range(start, places[0] if places else len(lines)) if lines[number].strip()]
    if before:
        raise invalid(f"line {before[0] + 1}", "Text stands before the first section. A section begins with a line `## Heading {#id}`.")
    sections = [_section(lines[place], lines[place + 1 : end], front) for place, end in pairwise([*places, len(lines)])]
    there = {section["id"] for section in sections}
    if gone := [name for name in front.sections if name not in there]:
        detail = "The text has no section `## … {{#{}}}`; take it out here too."
        wrong = [FieldError(f"/sections/{name}", detail.format(name)) for name in gone[:20]]
        raise InvalidContent("The front matter tells of sections that the text does not have.", errors=wrong)
    return sections


def _section(marker: str, lines: list[str], front: _FrontMatter) -> dict[str, Any]:
    heading, _, ending = marker[2:].rstrip().rpartition(" {#")
    name, heading = ending[:-1], _ESCAPE.sub(r"\1", heading.removeprefix(" "))
    # One empty line after the heading and one before what follows are the file's, all others the text's.
    lines = lines[1:] if lines and not lines[0].strip() else lines
    lines = lines[:-1] if lines and not lines[-1].strip() else lines
    body = "\n".join(line[1:] if line.startswith("\\") and _is_marker(line.lstrip("\\")) else line for line in lines)
    told = front.sections.get(name, _Section())
    return {
        "id": name,
        "covers": told.covers,
        "heading": {front.language: heading} if heading or "heading" not in told.lacks else {},
        "body": {front.language: body} if body.strip() or "body" not in told.lacks else {},
    }


def _converted(data: Any, shape: type[Any]) -> Any:
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as error:
        raise InvalidContent(str(error), errors=[field_error(str(error))]) from error
