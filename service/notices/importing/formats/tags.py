"""HTML as a row of tags and words, read once from start to end.

Not as a tree: the HTML standard's tree builder looks through all open elements at each tag, which costs the square of the depth
(lexbor: 0.06 s for 10,000 open `div`, 2.7 s for 40,000), and a notice needs no more than what is open. A document that is no
HTML, with tags here and there, is read by the same words (`strict`): there a `<` that begins no known tag is a `<`.
"""

import html
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

_data = tomllib.loads(files(__package__).joinpath("elements.toml").read_text())
ELEMENTS: dict[str, frozenset[str]] = {kind: frozenset(names) for kind, names in _data.items()}
KNOWN = frozenset().union(*ELEMENTS.values())
_CONTENT = ELEMENTS["raw"] | ELEMENTS["escapable"]


class Tag(NamedTuple):
    name: str
    attributes: str
    closing: bool = False


class Words(NamedTuple):
    text: str


class Raw(NamedTuple):
    """The content of an element that is no text, such as a script's."""

    name: str
    text: str


Token = Tag | Words | Raw

_START = re.compile(r"<(?:(/?)([a-zA-Z][^\s/>]{0,40})|!--|[!?/])")
# Quotes matter behind `=` alone. Possessive: what was read is not read again.
_REST = re.compile(r"(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|))*+>")
# In a document that is no HTML `<b and c>` are words: a tag has attributes with a value, or none.
_STRICT_REST = re.compile(r"(?:\s++[a-zA-Z][\w:-]*+\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>]++))*+\s*+(?:hidden\s*+)?/?>")
_ATTRIBUTE = re.compile(r"([^\s=/>\"']+)(?:\s{0,20}=\s{0,20}(\"[^\"]*\"|'[^']*'|[^\s>]+))?")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")


def attributes_of(tag: Tag) -> dict[str, str]:
    """By lower-case name; the first one of a name counts."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(tag.attributes):
        found.setdefault(name.lower(), resolved(value.strip("\"'"), strict=True))
    return found


def resolved(text: str, *, strict: bool) -> str:
    """Entities as the signs that they are. `strict`: those with a semicolon alone, as in `?a=1&copy=2` and `R&D`."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if strict else html.unescape(text)


def holds_markup(text: str) -> int:
    """Where the first tag or entity stands in a text that is no HTML; -1 for none."""
    if "<" not in text and "&" not in text:
        return -1
    entity = next((found.start() for found in _ENTITY.finditer(text) if html.unescape(found[0]) != found[0]), -1)
    for found in _START.finditer(text):
        if entity != -1 and found.start() > entity:
            break
        if found[2] and found[2].lower() in KNOWN and _STRICT_REST.match(text, found.end()):
            return found.start()
    return entity


def tokens(source: str, *, strict: bool = False) -> Iterator[Token]:
    """Words have their entities resolved. Comments, doctypes and processing instructions are nobody's to read."""
    return _Tokens(source, strict).all()


class _Tokens:
    def __init__(self, source: str, strict: bool) -> None:
        self.source = source
        self.strict = strict
        self.rest = _STRICT_REST if strict else _REST
        self.last_end = source.rfind(">")
        self.missing = set[str]()

    def all(self) -> Iterator[Token]:
        position = begun = 0
        while found := _START.search(self.source, position):
            if found.start() > self.last_end:
                break
            end = self._end(found)
            if end == -1:
                position = found.start() + 1
                continue
            if found.start() > begun:
                yield self._words(begun, found.start())
            if found[2]:
                tag = Tag(found[2].lower(), self.source[found.end() : end - 1], found[1] == "/")
                yield tag
                if not tag.closing and tag.name in _CONTENT:
                    content = self._content(tag.name, end)
                    if content is not None:
                        yield Raw(tag.name, content) if tag.name in ELEMENTS["raw"] else Words(resolved(content, strict=False))
                        end += len(content)
            position = begun = end
        if begun < len(self.source):
            yield self._words(begun, len(self.source))

    def _words(self, start: int, end: int) -> Words:
        return Words(resolved(self.source[start:end], strict=self.strict))

    def _end(self, found: re.Match[str]) -> int:
        """Behind the tag or comment that starts there; -1 when it is none."""
        if found[0] == "<!--":
            end = self._find("-->", found.end() - 2)
            return end + 3 if end != -1 else self.source.find(">", found.end()) + 1 or -1
        if not found[2]:
            return -1 if self.strict and found[0] != "<!" else self.source.find(">", found.end()) + 1 or -1
        if self.strict and found[2].lower() not in KNOWN:
            return -1
        rest = self.rest.match(self.source, found.end())
        if rest:
            return rest.end()
        if self.strict:
            return -1
        # A quote without its end took the rest of the document. From here on a tag ends at the next `>`, so that this happens once.
        self.rest = re.compile(r"[^>]*+>")
        return self.source.find(">", found.end()) + 1

    def _find(self, what: str, start: int) -> int:
        """Looked for in vain once, it is not looked for again."""
        if what in self.missing:
            return -1
        found = self.source.find(what, start)
        if found == -1:
            self.missing.add(what)
        return found

    def _content(self, name: str, start: int) -> str | None:
        """Up to the element's end tag. Where there is none nothing is content: a damaged page must not lose its rest."""
        if name in self.missing:
            return None
        end = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(self.source, start)
        if not end:
            self.missing.add(name)
            return None
        return self.source[start : end.start()]
