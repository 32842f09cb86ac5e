"""Read what we wrote ourselves: our JSON in all its shapes, our Markdown, our TILT. All of it comes back as it was."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from service.errors import InvalidContent, field_error, invalid
from service.notices.content import Content
from service.notices.exporting import markdown, tilt

JSON = "application/json"
MARKDOWN = "text/markdown"
Data = dict[str, Any]


class Own(NamedTuple):
    """`language`: the one that the document is in; None where it holds all of a notice's."""

    content: Content
    language: str | None


def read_own(body: bytes, media_type: str) -> Own | None:
    """None for a document that is not ours, which others read. JSON that is not ours is refused, since nobody else reads JSON."""
    if media_type == JSON:
        return _json(body)
    if media_type == MARKDOWN:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return None
        return Own(*markdown.read(text)) if markdown.is_ours(text) else None
    return None


def _json(body: bytes) -> Own:
    try:
        data = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidContent(f"The body is not JSON that can be read: {error}.") from error
    if isinstance(data, dict):
        for is_it, content, language in _SHAPES:
            if is_it(data):
                try:
                    return Own(msgspec.convert(content(data), Content), language(data))
                except msgspec.ValidationError as error:
                    raise InvalidContent(str(error), errors=[field_error(str(error))]) from error
    raise invalid("", "This JSON is none that we write. Send a draft, a version's canonical.json or `{language}.json`, or TILT.")


def _is_version(data: Data) -> bool:
    """canonical.json, or what `GET versions/{number}` answers around it."""
    told = data.get("content", data)
    return isinstance(told, dict) and told.get("format") == "seloste-version/1"


def _version(data: Data) -> Data:
    told = data.get("content", data)
    return {name: told[name] for name in Content.__struct_fields__ if name in told}


def _is_public(data: Data) -> bool:
    """`{language}.json` of a published notice."""
    return {"notice", "version", "language", "sections"} <= data.keys() and isinstance(data["language"], str)


def _public(data: Data) -> Data:
    language = data["language"]
    name = data.get("register_name")
    return {
        "title": {language: data.get("title")},
        "register_name": None if name is None else {language: name},
        "sections": [_public_section(section, language) for section in _list(data["sections"])],
        "facts": data.get("facts"),
    }


def _public_section(section: Any, language: str) -> Any:
    if not isinstance(section, dict):
        return section
    # A section that was shown in another language was not written in this one.
    written = section.get("language") == language
    return {
        "id": section.get("id"),
        "covers": section.get("covers"),
        "heading": {language: section.get("heading")} if written else {},
        "body": {language: section.get("markdown")} if written else {},
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_draft(data: Data) -> bool:
    return "sections" in data or "title" in data


def _draft(data: Data) -> Data:
    return {name: value for name, value in data.items() if name != "updated_at"}


def _all_languages(_: Data) -> None:
    return None


def _told_language(data: Data) -> str:
    return str(data["language"])


_SHAPES: tuple[tuple[Callable[[Data], bool], Callable[[Data], Data], Callable[[Data], str | None]], ...] = (
    (_is_version, _version, _all_languages),
    (_is_public, _public, _told_language),
    (tilt.is_tilt, tilt.content_in, tilt.language_of),
    (_is_draft, _draft, _all_languages),
)
