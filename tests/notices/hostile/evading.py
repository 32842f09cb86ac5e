"""Strings that try to act, put together by technique: what carries the code, how it is quoted, spelled, encoded and nested.

Each calls `trap(n)` with its own number when it succeeds, or asks an address under `evil.example`. A page that shows them
with nothing in between is set off by hundreds of them; a test makes sure of that, so that silence elsewhere means something.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from tests.notices.hostile import carrying, linking, nesting
from tests.notices.hostile.spelling import Pattern, filled

TECHNIQUES: dict[str, Callable[[], Iterable[Pattern]]] = {
    "handler": carrying.handlers,
    "script": lambda: carrying.SCRIPTS,
    "brackets": carrying.brackets,
    "style, form or template": lambda: carrying.OTHERS,
    "nesting": nesting.nested,
    "address in HTML": linking.in_html,
    "address in Markdown": linking.in_markdown,
    "breakout": linking.breakouts,
    "structure": nesting.structures,
}


class Evasion(NamedTuple):
    number: int
    technique: str
    text: str


@cache
def evasions() -> tuple[Evasion, ...]:
    made = [(technique, pattern) for technique, patterns in TECHNIQUES.items() for pattern in patterns()]
    return tuple(Evasion(number, technique, filled(pattern, f"trap({number})")) for number, (technique, pattern) in enumerate(made))
