"""The language versions against each other. `translating.drifting` finds what differs; here it becomes a finding."""

from collections.abc import Iterator

from babel import Locale

from service.languages import OURS, Words
from service.notices.checking.findings import Finding
from service.notices.checking.passages import Notice, Place, shortened
from service.notices.checking.ruling import finding
from service.notices.content import languages_of
from service.notices.rendering import name_in
from service.notices.translating.drifting import Drift, drift

_words = Words(__package__, "languages.toml")


def drifts(notice: Notice) -> Iterator[Finding]:
    """TN096, in the language that is to be mended. One without any text is not offered to readers, and so not compared."""
    written = languages_of(notice.content, notice.default_language, notice.languages)
    for one in drift(notice.content, written, notice.default_language):
        difference = {language: _difference(one, language) for language in OURS}
        yield finding("TN096", Place(one.section, one.span, shortened(one.text)), one.language, {"difference": difference}, "text")


def _difference(one: Drift, language: str) -> str:
    key = one.kind if one.kind in _words.table else "instead" if one.instead else "missing"
    stands, missing = _in(one.stands_in, language), _in(one.missing_in, language)
    return _words(key, language, text=shortened(one.text, 80), instead=shortened(one.instead or "", 80), stands=stands, missing=missing)


def _in(code: str, language: str) -> str:
    """`suomeksi`, `på finska`, `in Finnish`."""
    if code in OURS:
        return name_in(code, language)
    return _words("in_another", language, name=Locale.parse(language).languages.get(code, code))
