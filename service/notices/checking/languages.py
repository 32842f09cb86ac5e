"""The language versions against each other. `translating.drifting` finds what differs; here it becomes a finding."""

from collections.abc import Iterator

from service.languages import name_of
from service.notices.checking.findings import Finding
from service.notices.checking.passages import Notice, Place, shortened
from service.notices.checking.ruling import finding
from service.notices.content import languages_of
from service.notices.translating.drifting import drift


def drifts(notice: Notice) -> Iterator[Finding]:
    """TN096, in the language that is to be mended. One without any text is not offered to readers, and so not compared."""
    written = languages_of(notice.content, notice.default_language, notice.languages)
    for one in drift(notice.content, written, notice.default_language):
        excerpt = shortened(one.text)
        instead = f"”{shortened(one.instead, 80)}”" if one.instead else "–"
        values = {"text": shortened(excerpt, 80), "stands": name_of(one.stands_in), "missing": name_of(one.missing_in), "instead": instead}
        yield finding("TN096", Place(one.section, one.span, excerpt), one.language, values, "text")
