"""The check against careful humans: the labelled texts, imported and judged."""

from tests.notices.importing.measuring import NOTHING, compare_findings, imported, texts


def test_the_check_finds_what_careful_readers_find() -> None:
    scores = NOTHING
    for text in texts():
        scores += compare_findings(text, imported(text))
    assert scores.recall >= 0.9, scores.misses
    assert scores.precision >= 0.85, scores.misses
