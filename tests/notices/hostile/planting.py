"""Notices in which every place that a company writes holds strings that try to act."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from service.notices.markdown import to_html
from service.texts import control_in
from tests.cast import Player, controller, notice, publish
from tests.house import wait_for
from tests.notices.hostile.evading import Evasion

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SECTIONS = 120
_END = "Tässä on loppu."


def accepted(among: Sequence[Evasion], *, lines: bool) -> list[str]:
    """Those without characters that no field takes."""
    return [evasion.text for evasion in among if control_in(evasion.text, lines=lines) is None]


@cache
def swallows(markdown: str) -> bool:
    """Whether what comes after it becomes part of it, as after a fence that is not closed."""
    return not to_html(f"{markdown}\n\n{_END}", headings_from=3).endswith(f"<p>{_END}</p>")


def packed(texts: Sequence[str], length: int, start: int) -> str:
    """As many of the texts as fit into so many characters, from one of them on."""
    chosen = ""
    for text in (*texts[start:], *texts[:start]):
        if len(chosen) + len(text) < length:
            chosen += text + " "
    return chosen.strip()


def bodies(texts: Sequence[str], turn: int) -> list[str]:
    """All texts spread over the sections; another `turn` puts them elsewhere. One that swallows what follows comes last."""
    parts: list[list[str]] = [[] for _ in range(SECTIONS)]
    last = [""] * SECTIONS
    for number, text in enumerate(texts):
        place = (number + turn) % SECTIONS
        if not swallows(text):
            parts[place].append(text)
        elif not last[place]:
            last[place] = text
    return ["\n\n".join([*part, _END, end]).strip() for part, end in zip(parts, last, strict=True)]


def draft(among: Sequence[Evasion], turn: int) -> dict[str, Any]:
    # A controller's name in place of its variable could make a heading too long.
    lines = [text for text in accepted(among, lines=False) if "{{controller." not in text]
    sections = [
        {"id": f"s{(number * 7 + turn) % SECTIONS}", "heading": {"fi": packed(lines, 300, number * 5 + turn)}, "body": {"fi": body}}
        for number, body in enumerate(bodies(accepted(among, lines=True), turn))
    ]
    filled = "\n\n".join(f"{{{{facts.{item}}}}}" for item in ("purposes", "legitimate_interests", "sources", "recipients", "retention"))
    known = "{{controller.name}}\n\n{{controller.address}}\n\n[{{controller.name}}](https://example.org/)\n\n{{controller.phone}}"
    drawn = {"id": "drawn", "heading": {"fi": "{{controller.name}}"}, "body": {"fi": f"{filled}\n\n{known}"}}
    title, name = packed(lines, 480, 100 + turn), packed(lines, 480, 200 + turn)
    return {"title": {"fi": title}, "register_name": {"fi": name}, "sections": [*sections, drawn], "facts": facts(lines)}


def facts(lines: Sequence[str]) -> dict[str, Any]:
    def words(start: int) -> dict[str, str]:
        return {"fi": packed(lines, 1900, start)}

    return {
        "purposes": [
            {
                "name": words(start),
                "legal_bases": [{"reference": "6(1)(f)", "law": words(start + 20)}],
                "legitimate_interest": words(start + 40),
                "data_categories": [words(start + 60)],
                "retention": {"criteria": words(start + 80)},
            }
            for start in (0, 500)
        ],
        "sources": [{"name": words(700)}],
        "recipients": [{"name": words(900)}, {"name": words(1000), "role": "processor", "country": "FI"}],
    }


def controllers(player: Player, lines: Sequence[str]) -> list[str]:
    """Some, each with strings of its own in every field that takes them."""
    made = []
    for at in range(0, len(lines), 100):
        dpo = {"name": packed(lines, 290, at), "phone": lines[at][:40]}
        names = {"brands": [packed(lines, 200, at + 20)], "former_names": [packed(lines, 200, at + 40)]}
        address = packed(lines, 480, at + 60) + "\n" + packed(lines, 480, at + 80)
        given = {"name": packed(lines, 290, at + 10), "address": address, "phone": lines[at + 1][:40], "dpo": dpo, **names}
        made.append(controller(player, **given)["id"])
    return made


def planted(player: Player, among: Sequence[Evasion]) -> str:
    """Two versions of all these strings, and a third one to come; the notice's public path."""
    lines = accepted(among, lines=False)
    made = controllers(player, lines)
    slug = notice(player, made[0])
    changed = player.api.patch(f"{player.path}/notices/{slug}", json={"controller_ids": made, "title": {"fi": packed(lines, 480, 0)}})
    assert changed.status_code == 200, changed.text
    coming = {"effective_from": str(datetime.now(UTC).date() + timedelta(days=90))}
    for turn, more in enumerate(({}, {}, coming)):
        written = put(player, slug, draft(among, turn))
        assert written.status_code == 200, written.text
        answer = publish(player, slug, packed(lines, 1900, turn * 200), **more)
        assert answer.status_code == 201, answer.text
    return _standing(player, slug)


def put(player: Player, slug: str, content: dict[str, Any]) -> httpx.Response:
    tag = player.get(f"/notices/{slug}/draft").headers["etag"]
    return player.api.put(f"{player.path}/notices/{slug}/draft", json=content, headers={"if-match": tag})


def imported(player: Player, controller_id: str, body: bytes, media_type: str) -> str:
    """A document taken in, written to the draft and published; the notice's public path."""
    slug = notice(player, controller_id)
    tag = player.get(f"/notices/{slug}/draft").headers["etag"]
    answer = player.api.post(
        f"{player.path}/notices/{slug}/imports?apply=true&language=fi",
        content=body,
        headers={"content-type": media_type, "if-match": tag},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    published = publish(player, slug)
    assert published.status_code == 201, published.text
    return _standing(player, slug)


def _standing(player: Player, slug: str) -> str:
    path = f"/n/{player.slug}/{slug}"
    wait_for(lambda: player.api.get(f"{path}/fi").status_code == 200)
    return path


# --- documents -----------------------------------------------------------------------------------------------------------


def _as_plain(given: Sequence[Evasion]) -> bytes:
    return "\n\n".join(["Tietosuojaseloste", *(one.text for one in given)]).encode()


def _as_markdown(given: Sequence[Evasion]) -> bytes:
    return "\n\n".join(["# Tietosuojaseloste", *(one.text for one in given if not swallows(one.text))]).encode()


# What ends a document too early is left to the tests of single strings.
_SWALLOWING = (
    "<plaintext", "<!--", "<xmp", "<script", "<style", "<textarea", "<title", "<noembed", "<noframes", "<iframe", "<frameset", "<body",
)  # fmt: skip


def as_html(texts: Sequence[str], *, live: bool = True) -> str:
    """Each as the text that a page shows, and, with `live`, each once more as markup."""
    markup = [text for text in texts if live and not any(end in text.lower() for end in _SWALLOWING)]
    shown = [text.replace("&", "&amp;").replace("<", "&lt;") for text in texts]
    paragraphs = [f"<div>{text}</div>" for text in markup] + [f"<p>{text}</p>" for text in shown]
    return f"<!doctype html><meta charset=utf-8><h1>Tietosuojaseloste</h1>{''.join(paragraphs)}"


def _as_docx(given: Sequence[Evasion]) -> bytes:
    document = Document()
    document.add_heading("Tietosuojaseloste", 0)
    taken = [evasion for evasion in given if control_in(evasion.text, lines=True) is None]
    for evasion in taken:
        paragraph = document.add_paragraph()
        paragraph.add_run(evasion.text).bold = evasion.number % 5 == 0
        if evasion.technique == "address in Markdown":
            _link(document, paragraph, evasion.text)
    table = document.add_table(rows=0, cols=2)
    for left, right in zip(taken[::40], taken[1::40], strict=False):
        row = table.add_row()
        row.cells[0].text, row.cells[1].text = left.text, right.text
    document.core_properties.title = taken[0].text
    document.sections[0].header.paragraphs[0].text = taken[1].text
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _link(document: Any, paragraph: Any, target: str) -> None:
    relation = document.part.relate_to(
        target, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", is_external=True
    )
    link, run, text = OxmlElement("w:hyperlink"), OxmlElement("w:r"), OxmlElement("w:t")
    link.set(qn("r:id"), relation)
    text.text = target
    run.append(text)
    link.append(run)
    paragraph._p.append(link)


DOCUMENTS: dict[str, Callable[[Sequence[Evasion]], bytes]] = {
    "text/plain": _as_plain,
    "text/markdown": _as_markdown,
    "text/html": lambda given: as_html([one.text for one in given]).encode(),
    DOCX: _as_docx,
}
"""By media type."""
