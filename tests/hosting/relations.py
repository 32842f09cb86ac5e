"""`Link` headers and TimeMaps, read as RFC 8288 writes them."""

import re
from typing import NamedTuple

import httpx


class Link(NamedTuple):
    target: str
    relations: list[str]
    attributes: dict[str, str]


def links(text: str) -> list[Link]:
    found = re.findall(r'<([^<>]*)>((?:\s*;\s*\w+="[^"]*")+)\s*(?:,|$)', text)
    assert len(found) == text.count("<"), text
    made = []
    for target, rest in found:
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        made.append(Link(target, attributes.pop("rel").split(), attributes))
    return made


def related(answer: httpx.Response) -> dict[str, str]:
    """Each relation's target, a path where it is on the server that answered."""
    origin = str(answer.request.url.copy_with(raw_path=b"/"))
    pairs = [(relation, link.target) for link in links(answer.headers["link"]) for relation in link.relations if relation != "memento"]
    assert len({relation for relation, _ in pairs}) == len(pairs), "each once"
    return {relation: "/" + target.removeprefix(origin) if target.startswith(origin) else target for relation, target in pairs}
