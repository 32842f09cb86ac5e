"""The page and the data of what changed between two versions, made on demand from their canonical bytes and kept a while."""

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

import msgspec

from service.errors import MalformedRequest, NotFound
from service.hosting.answering import Form
from service.hosting.copies import Copies
from service.hosting.heads import Copy, Head
from service.languages import long_date
from service.layout import page
from service.notices import rendering
from service.notices.comparing.comparing import BlockChange, SectionChange, Span, Text, compare, words
from service.notices.content import ControllerSnapshot
from service.notices.freezing import Canonical, frozen
from service.notices.rendering import CANONICAL


class Side(msgspec.Struct):
    number: int
    published_at: str
    effective_from: str
    url: str


class ControllerDifference(msgspec.Struct):
    id: str
    spans: list[Span]


class Difference(msgspec.Struct):
    """From version `a` to version `b` in one language. Taking the `insert` spans away gives a, the `delete` spans b."""

    a: Side
    b: Side
    language: str
    title: list[Span]
    sections: list[SectionChange]
    controllers: list[ControllerDifference]


def numbers(pair: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9][0-9]{0,8})\.\.\.([1-9][0-9]{0,8})", pair)
    if match is None:
        raise MalformedRequest("A comparison is named by two version numbers: 3...4.")
    return int(match[1]), int(match[2])


async def difference(copies: Copies, head: Head, a: int, b: int, form: Form) -> Copy:
    async def make() -> Copy:
        old, new = await _canonical(copies, head, a), await _canonical(copies, head, b)
        if form.name not in new.languages or form.name not in old.languages:
            both = [code for code in new.languages if code in old.languages]
            raise NotFound(f"Both versions are there in: {', '.join(both) or 'no common language'}.")
        return await asyncio.to_thread(_make, head, old, new, form)

    return await copies.made(head, (a, b, form), make)


async def _canonical(copies: Copies, head: Head, number: int) -> Canonical:
    copy = await copies.copy(head, number, CANONICAL)
    if copy is None:
        raise NotFound(f"Version {number} can no longer be read.")
    return frozen(copy.body)


def _make(head: Head, old: Canonical, new: Canonical, form: Form) -> Copy:
    base, language = head.address, form.name
    found = Difference(
        a=_side(base, old, language),
        b=_side(base, new, language),
        language=language,
        title=words(_text(old.title, old, language), _text(new.title, new, language)),
        sections=compare(_texts(old, language), _texts(new, language)),
        controllers=_controllers(old, new),
    )
    if form.ending == ".json":
        body, media_type = msgspec.json.encode(found), rendering.JSON
    else:
        media_type = rendering.HTML
        common = [code for code in new.languages if code in old.languages]
        body = page.render(
            "hosting/difference.html",
            language,
            difference=found,
            base=base,
            tenant=head.tenant_slug,
            look=head.look,
            controllers=[controller["name"] for controller in new.controllers],
            told_in=rendering.told_in,
            words=rendering.words,
            languages=common,
            # It tells what the later version brought, so it fits one direction only.
            note=rendering.told_in(new.change_note, language) if new.number > old.number else ("", language),
            significance=new.significance,
            runs=_runs,
            day=lambda day: long_date(date.fromisoformat(day), language),
        )
    return Copy.of(media_type, body)


def _runs(blocks: Sequence[BlockChange]) -> list[tuple[bool, list[BlockChange]]]:
    """What changed and what did not, in turn. A single block without a change stays, since the text around it needs it."""
    runs: list[tuple[bool, list[BlockChange]]] = []
    for unchanged, group in groupby(blocks, key=lambda block: block.change == "unchanged"):
        together = list(group)
        folded = unchanged and len(together) > 1
        if runs and not folded and not runs[-1][0]:
            runs[-1][1].extend(together)
        else:
            runs.append((folded, together))
    return runs


def _side(base: str, version: Canonical, language: str) -> Side:
    return Side(version.number, version.published_at, version.effective_from, f"{base}/v/{version.number}/{language}")


def _text(texts: dict[str, str], version: Canonical, language: str) -> str:
    return texts.get(language) or texts.get(version.default_language, "")


def _texts(version: Canonical, language: str) -> list[Text]:
    return [
        Text(section["id"], _text(section["heading"], version, language), _text(section["body"], version, language))
        for section in version.sections
    ]


def _controllers(old: Canonical, new: Canonical) -> list[ControllerDifference]:
    before = {controller["id"]: _lines(controller) for controller in old.controllers}
    after = {controller["id"]: _lines(controller) for controller in new.controllers}
    changes = {key: words(before.get(key, ""), after.get(key, "")) for key in [*after, *(k for k in before if k not in after)]}
    return [ControllerDifference(key, spans) for key, spans in changes.items() if any(span.op != "equal" for span in spans)]


def _lines(controller: dict[str, Any]) -> str:
    return " · ".join(rendering.controller_lines(msgspec.convert(controller, ControllerSnapshot)))
