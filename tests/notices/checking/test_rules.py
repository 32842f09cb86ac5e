"""One test for each rule, with texts in which it finds something and texts that it leaves alone, in Finnish, Swedish and English."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.languages import OURS
from tests.notices.checking.good import changed, codes, good, table

EXAMPLES = {code: row for code, row in table("examples.toml").items() if row}


def _examples(kind: str) -> Iterator[Any]:
    for code, row in EXAMPLES.items():
        for language, texts in row.get(kind, {}).items():
            for number, text in enumerate(texts, 1):
                yield pytest.param(code, language, text, id=f"{code}-{language}-{number}")


def _codes(code: str, language: str, text: str) -> set[str]:
    row = EXAMPLES[code]
    return codes(changed(good(language), language, row["section"], text, row.get("heading"), row.get("covers")), language)


@pytest.mark.parametrize(("code", "language", "text"), [*_examples("finds")])
def test_found(code: str, language: str, text: str) -> None:
    assert code in _codes(code, language, text)


@pytest.mark.parametrize(("code", "language", "text"), [*_examples("leaves")])
def test_left_alone(code: str, language: str, text: str) -> None:
    assert code not in _codes(code, language, text)


def _silent() -> Iterator[Any]:
    for section, row in table("silent.toml").items():
        for language in OURS:
            for number, text in enumerate(row.get(language, []), 1):
                yield pytest.param(section, row.get("covers"), language, text, id=f"{section}-{language}-{number}")


@pytest.mark.parametrize(("section", "covers", "language", "text"), [*_silent()])
def test_a_good_text_is_left_in_peace(section: str, covers: list[str] | None, language: str, text: str) -> None:
    assert codes(changed(good(language), language, section, text, covers=covers), language) == set()
