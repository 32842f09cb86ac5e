"""A notice as PDF for paper and archives: tagged and accessible (PDF/UA-1), the same bytes for the same edition.

typst sets it from `notice.typ`, with the fonts that its wheel brings and nothing from the system or the network.
"""

import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from service.languages import long_date, ours
from service.notices.confining import environment
from service.notices.content import ControllerSnapshot, Section
from service.notices.exporting.apart import SECONDS, Asked, Made
from service.notices.exporting.editions import Edition
from service.notices.exporting.offering import has_pdf
from service.notices.exporting.tilt import words
from service.notices.exporting.typesetting import Node, blocks, shown
from service.notices.rendering import name_in, text_in
from service.notices.rendering import words as notice_words

log = structlog.get_logger()

_turns = threading.BoundedSemaphore(2)
# One thread, few heaps: else a machine of many cores would reserve more addresses than the process may have.
_FEW = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}


def to_pdfs(edition: Edition, languages: Sequence[str]) -> dict[str, bytes]:
    """A PDF for each language in which one can be made. It waits for another process: call it in a thread."""
    default, sections = edition.default_language, edition.content.sections
    legible = [code for code in languages if has_pdf(text_in(section, code, default)[2] for section in sections)]
    if not legible:
        return {}
    notices = [msgspec.json.encode(_notice(edition, language)).decode() for language in legible]
    made = _set(Asked(notices, int(edition.at.timestamp())), edition.notice_id)
    return {language: one.pdf for language, one in zip(legible, made, strict=False) if one.pdf is not None}


def _set(asked: Asked, notice_id: str) -> list[Made]:
    with _turns:
        try:
            command = [sys.executable, "-m", f"{__package__}.apart"]
            done = subprocess.run(
                command,
                input=msgspec.msgpack.encode(asked),
                capture_output=True,
                check=True,
                timeout=3 * SECONDS,
                env={**environment(), **_FEW},
            )
        except (subprocess.SubprocessError, OSError) as error:
            log.warning("no PDF of a notice: it took too much time or memory", notice=notice_id, kind=type(error).__name__)
            return []
    made = msgspec.msgpack.decode(done.stdout, type=list[Made])
    for one in made:
        if one.reason is not None:
            log.warning("a notice does not make a PDF/UA", notice=notice_id, reason=one.reason, made=one.pdf is not None)
    return made


def _notice(edition: Edition, language: str) -> dict[str, Any]:
    version, own = edition.version, ours(language)
    title = shown(edition.title(language)) or "–"
    if version is None:
        notes = [words("draft", own)]
        footer = [title, words("draft", own)]
    else:
        line = notice_words("version_line", own, number=version.number, day=long_date(version.effective_from, own))
        notes = [line, *([notice_words("historical", own)] if version.historical else [])]
        footer = [f"{title}. {line}", f"SHA-256 {version.content_hash}"]
    told: dict[str, Any] = {
        "language": language,
        "own_language": own,
        "title": title,
        "authors": [shown(controller.name) for controller in edition.controllers],
        "notes": notes,
        "footer": footer,
        "page": words("page", own),
        "sections": [_section(section, edition, language) for section in edition.content.sections],
        "controllers_heading": notice_words("controllers" if len(edition.controllers) > 1 else "controller", own),
        "controllers": [_controller(controller, own) for controller in edition.controllers],
    }
    told["end"] = [words("replaced", own)] if "⟨U+" in str(told) else []
    return told


def _section(section: Section, edition: Edition, language: str) -> dict[str, Any]:
    shown_in, heading, text = text_in(section, language, edition.default_language)
    hint = notice_words("only_in", ours(language), language=name_in(shown_in, language)) if shown_in != language else None
    return {"language": shown_in, "heading": shown(heading), "hint": hint, "blocks": blocks(text, 3)}


def _controller(controller: ControllerSnapshot, language: str) -> dict[str, Any]:
    known = {"business_id": controller.business_id, "address": ", ".join((controller.address or "").splitlines())}
    known |= {"email": controller.email, "phone": controller.phone}
    known["dpo"] = " · ".join(value for value in (controller.dpo or {}).values() if value)
    lines = [{"label": notice_words(key, language), "runs": _runs(key, value)} for key, value in known.items() if value]
    return {"name": shown(controller.name), "lines": lines}


def _runs(key: str, value: str) -> list[Node]:
    text = [{"t": shown(value)}]
    return [{"u": f"mailto:{value}", "runs": text}] if key == "email" else text
