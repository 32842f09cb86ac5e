"""Colours that pass can be read wherever a page puts them, and a style holds nothing that somebody wrote."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notices.theming.schemas import Palette, Theme, ThemeLink
from service.notices.theming.styling import NEEDED, STACKS, faults_in, style_of

colours = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02X}{:02x}{:02x}".format(*rgb))


def luminance(colour: str) -> float:
    """By WCAG 2.2, written once more."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ratio(a: str, b: str) -> float:
    darker, lighter = sorted((luminance(a), luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


@given(colours, colours, colours, st.sampled_from(["light", "dark"]))
def test_what_passes_is_readable_everywhere_and_what_does_not_is_told(background: str, text: str, accent: str, scheme: str) -> None:
    palette = Palette(background=background, text=text, accent=accent)
    theme = Theme(**{scheme: palette})  # type: ignore[arg-type]
    told = {fault.pointer for fault in faults_in(theme)}
    for name, colour in (("text", text), ("accent", accent)):
        assert (f"/{scheme}/{name}" in told) == (ratio(background, colour) < NEEDED)
    if told:
        return
    shown = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6});", style_of(theme)))
    assert set(shown) == {"paper", "ink", "link", "on-link", "shade", "quiet", "line"}
    for over, under in [*product(("ink", "link", "quiet"), ("paper", "shade")), ("on-link", "link")]:
        assert ratio(shown[over], shown[under]) >= NEEDED, (over, under)


@pytest.mark.parametrize(("text", "found"), [("#777777", "4.47:1"), ("#ffffff", "1.00:1"), ("#ffcc00", "1.51:1")])
def test_a_refusal_tells_the_contrast_found_and_needed(text: str, found: str) -> None:
    (fault,) = faults_in(Theme(light=Palette(background="#ffffff", text=text, accent="#0a4fa3")))[:1]
    assert fault.pointer == "/light/text"
    assert found in fault.detail
    assert "4.5:1" in fault.detail


def test_a_light_scheme_is_light_and_a_dark_one_dark() -> None:
    light, dark = (
        Palette(background="#ffffff", text="#111111", accent="#0a4fa3"),
        Palette(background="#111111", text="#ffffff", accent="#8ab8f5"),
    )
    assert faults_in(Theme(light=light, dark=dark)) == []
    assert [fault.pointer for fault in faults_in(Theme(light=dark, dark=light))] == ["/light/background", "/dark/background"]


@pytest.mark.parametrize(
    "url", ["https://example.org", "https://example.org:8443/a?b=c#d", "https://äiti.example/", "HTTPS://EXAMPLE.ORG/"]
)
def test_a_web_site_is_one(url: str) -> None:
    assert faults_in(Theme(header_links=[ThemeLink(label={"fi": "x"}, url=url)])) == []


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://example.org/",
            "javascript:alert(1)",
            "data:text/html,x",
            "//example.org/",
            "/n/acme",
            "",
            "https:",
            "https://",
            "https:///x",
        ),
        *(
            "https://user:secret@example.org/",
            "https://example.org:port/",
            "https://[::1",
            "https://exa mple.org/",
            "https:\\\\example.org",
        ),
        *("https://localhost/", " https://example.org/"),
    ],
)
def test_what_leads_elsewhere_is_refused(url: str) -> None:
    assert [fault.pointer for fault in faults_in(Theme(footer_links=[ThemeLink(label={"fi": "x"}, url=url)]))] == ["/footer_links/0/url"]


def test_a_style_is_made_of_numbers_and_of_our_own_texts() -> None:
    palette = Palette(background="#FFFFFF", text="#000000", accent="#0A4FA3")
    for font in STACKS:
        style = style_of(Theme(light=palette, dark=None, font=font, corner=24))
        assert re.fullmatch(
            r':root\{--font:[\w" ,-]+;--corner:24px\}'
            r"@media screen and \(prefers-color-scheme:light\)\{:root\{(?:--[a-z-]+:#[0-9a-f]{6};){7}\}\}",
            style,
        )
