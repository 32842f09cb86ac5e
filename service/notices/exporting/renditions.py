"""The exports that are public: final bytes, stored with a version's other forms."""

from collections.abc import Iterable

import msgspec

from service.notices.exporting import tilt
from service.notices.exporting.editions import Edition
from service.notices.exporting.offering import has_tilt
from service.notices.exporting.pdf import to_pdfs
from service.notices.rendering import JSON, Rendered

PDF = "application/pdf"


def permanent(edition: Edition) -> list[Rendered]:
    """A version's own, made once: TILT where it knows the language, a PDF where one can be made."""
    papers = [Rendered(edition.number, f"v/{language}.pdf", PDF, made) for language, made in to_pdfs(edition, edition.languages).items()]
    return [*papers, *_tilt(edition, "v/", in_force=False)]


def languages_of_pdfs(forms: Iterable[Rendered]) -> list[str]:
    return [form.path.removeprefix("v/").removesuffix(".pdf") for form in forms if form.media_type == PDF]


def in_force(edition: Edition) -> list[Rendered]:
    """What the notice's own address has of its own; its PDF is the version's."""
    return _tilt(edition, "", in_force=True)


def _tilt(edition: Edition, at: str, *, in_force: bool) -> list[Rendered]:
    return [
        Rendered(edition.number, f"{at}{language}.tilt.json", JSON, msgspec.json.encode(tilt.to_tilt(edition, language, in_force=in_force)))
        for language in edition.languages
        if has_tilt(language)
    ]
