"""From a theme to the style of a page, and what makes colours unreadable. Pure.

What goes into a page is made of numbers and of texts that stand here; nothing that a tenant wrote is ever part of a style.
"""

from urllib.parse import urlsplit

import msgspec
from markupsafe import Markup

from service.errors import FieldError
from service.notices.theming.schemas import Font, Logo, Palette, Theme

# WCAG 2.2, 1.4.3, level AA, for text of ordinary size.
NEEDED = 4.5

STACKS: dict[Font, str] = {
    "system": 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif',
    "grotesque": '"Helvetica Neue",Helvetica,Arial,"Nimbus Sans","Liberation Sans",sans-serif',
    "humanist": 'Optima,Candara,"Gill Sans Nova","Noto Sans",sans-serif',
    "book": 'Charter,"Bitstream Charter",Cambria,"Liberation Serif",serif',
    "oldstyle": '"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",serif',
}

_RGB = tuple[int, int, int]


class Look(msgspec.Struct):
    """What a page needs of a theme."""

    theme: Theme
    logo: Logo | None

    @property
    def style(self) -> Markup:
        return Markup(style_of(self.theme))  # noqa: S704 — made of numbers and of our own texts


def style_of(theme: Theme) -> str:
    parts = [f":root{{--font:{STACKS[theme.font]};--corner:{theme.corner:d}px}}"]
    for scheme, palette in (("light", theme.light), ("dark", theme.dark)):
        if palette:
            colours = "".join(f"--{name}:#{r:02x}{g:02x}{b:02x};" for name, (r, g, b) in _derived(palette).items())
            # For the screen alone: paper is white whatever the theme.
            parts.append(f"@media screen and (prefers-color-scheme:{scheme}){{:root{{{colours}}}}}")
    return "".join(parts)


def _derived(palette: Palette) -> dict[str, _RGB]:
    """All colours of a scheme from its three: each readable on each that it stands on."""
    paper, ink, link = (_rgb(colour) for colour in (palette.background, palette.text, palette.accent))
    shade = _mixed(paper, ink, 0.04)
    if min(_ratio(ink, shade), _ratio(link, shade)) < NEEDED:
        shade = paper
    quiet = next(
        mixed
        for share in (0.65, 0.75, 0.85, 0.95, 1.0)
        if min(_ratio(mixed := _mixed(paper, ink, share), on) for on in (paper, shade)) >= NEEDED
    )
    return {"paper": paper, "ink": ink, "link": link, "on-link": paper, "shade": shade, "quiet": quiet, "line": _mixed(paper, ink, 0.17)}


def faults_in(theme: Theme) -> list[FieldError]:
    """What people could not read, and links that lead to no web site."""
    faults = [fault for scheme in ("light", "dark") if (palette := getattr(theme, scheme)) for fault in _unreadable(palette, scheme)]
    for name in ("header_links", "footer_links"):
        faults += [
            FieldError(f"/{name}/{position}/url", "This is not an https address such as https://www.example.org/.")
            for position, link in enumerate(getattr(theme, name))
            if not _is_web_site(link.url)
        ]
    return faults


def _unreadable(palette: Palette, scheme: str) -> list[FieldError]:
    paper, faults = _rgb(palette.background), list[FieldError]()
    for name in ("text", "accent"):
        found = _ratio(_rgb(getattr(palette, name)), paper)
        if found < NEEDED:
            # Cut, not rounded: 4.49 must not read as 4.5.
            told = f"Its contrast to the background is {int(found * 100) / 100:.2f}:1; people need {NEEDED}:1 (WCAG 2.2, 1.4.3)."
            faults.append(FieldError(f"/{scheme}/{name}", told))
    if (_luminance(paper) > _luminance(_rgb(palette.text))) != (scheme == "light"):
        than = "lighter" if scheme == "light" else "darker"
        faults.append(FieldError(f"/{scheme}/background", f"The background of the {scheme} scheme must be {than} than its text."))
    return faults


def _is_web_site(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 — one that is no number raises
    except ValueError:
        return False
    clean = not any(letter.isspace() or letter == "\\" for letter in url)
    return clean and parts.scheme == "https" and "." in (parts.hostname or "") and parts.username is None


def _rgb(colour: str) -> _RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mixed(a: _RGB, b: _RGB, share: float) -> _RGB:
    r, g, b_ = (round(one + (other - one) * share) for one, other in zip(a, b, strict=True))
    return r, g, b_


def _luminance(colour: _RGB) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""
    r, g, b = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (part / 255 for part in colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _ratio(a: _RGB, b: _RGB) -> float:
    """Contrast ratio as WCAG 2.2 defines it, 1 to 21."""
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)
