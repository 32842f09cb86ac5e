"""Notices of companies that do not exist, good and bad, in three languages and five formats, as they were labelled by hand."""

import pytest

from service.notices.content import normalised
from service.notices.importing.reading import read
from service.notices.importing.structuring import structure
from tests.notices.importing.counting_words import added, lost
from tests.notices.importing.measuring import Scores, Text, measure, texts

ALL = list(texts())


@pytest.fixture(scope="module")
def scores() -> Scores:
    return measure()


def test_sections_answer_what_a_careful_reader_says(scores: Scores) -> None:
    assert scores.pairs.f1 >= 0.95, "\n".join(scores.pairs.misses)
    assert scores.ids.f1 >= 0.95, "\n".join(scores.ids.misses)


def test_little_is_understood_as_nothing(scores: Scores) -> None:
    assert scores.other_share <= 0.05


@pytest.mark.parametrize("text", ALL, ids=[text.name for text in ALL])
def test_each_word_stands_in_the_content_once(text: Text) -> None:
    document = read(text.document.read_bytes(), text.labels["media_type"], None)
    found = structure(document, None)
    assert not lost(document, found.content)
    assert not added(document, found.content)
    assert found.report.language == text.labels["language"]
    assert normalised(found.content, [text.labels["language"]]).sections == found.content.sections
