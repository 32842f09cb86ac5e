"""Look at HTML as a browser's parser reads it: anything but what a notice is made of is told."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

_BARE = (
    "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "pre", "s", "strong", "table", "tbody", "thead", "tr",
    "ul",
)  # fmt: skip
ALLOWED = {
    **dict.fromkeys(_BARE, frozenset[str]()),
    "a": frozenset({"href", "title", "rel"}),
    "div": frozenset({"class", "role", "tabindex"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"class"}),
    "th": frozenset({"class", "scope"}),
}
SCHEMES = ("https:", "mailto:", "tel:")


def foreign_in(html: str) -> list[str]:
    """Elements, attributes and addresses that a notice's text never holds."""
    body = LexborHTMLParser(f"<!doctype html><body>{html}</body>").body
    assert body is not None
    return list(_foreign(body))


def _foreign(body: object) -> Iterator[str]:
    for node in body.traverse(include_text=False):  # type: ignore[attr-defined]
        name = node.tag
        if name == "body":
            continue
        if name not in ALLOWED:
            yield f"<{name}>"
            continue
        for attribute, value in node.attributes.items():
            if attribute not in ALLOWED[name]:
                yield f"<{name} {attribute}={value!r}>"
            elif attribute == "href" and not (value or "").startswith(SCHEMES):
                yield f"<{name} href={value!r}>"
