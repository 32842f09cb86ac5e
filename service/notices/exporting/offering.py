"""Which exports a notice can have: not every language and script fits every format."""

from collections.abc import Iterable

from service.languages import is_known
from service.notices.exporting.typesetting import strange

# The share of characters that may stand as numbers; in a notice whose script the fonts lack, nothing could be read.
_MOST_LOST = 0.2


def has_pdf(texts: Iterable[str]) -> bool:
    lost = letters = 0
    for text in texts:
        strangers = strange(text)
        lost += sum(map(strangers.__contains__, text)) if strangers else 0
        letters += len(text)
    return lost <= letters * _MOST_LOST


def has_tilt(language: str) -> bool:
    """TILT knows languages of two letters only (ISO 639-1)."""
    return len(language) == 2 and is_known(language)
