"""Shapes of a theme. Each value is a number, a name from a list, a text that is shown as such, or an https address."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from service.languages import Language
from service.notices.content import Line
from service.texts import Input

Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$", description="Red, green and blue: `#0a4fa3`.")]
Font = Literal["system", "grotesque", "humanist", "book", "oldstyle"]


class Palette(Input):
    """The colours of one scheme. Text and accent need a contrast of 4.5:1 to the background (WCAG 2.2, 1.4.3); the rest follows."""

    background: Colour
    text: Colour
    accent: Annotated[Colour, Meta(description="Links, buttons, and what marks the version in force.")]


class ThemeLink(Input):
    label: Annotated[dict[Language, Line], Meta(min_length=1, max_length=20)]
    url: Annotated[str, Meta(max_length=500, description="https alone.")]


class Theme(Input):
    """How the tenant's present pages look. What is left out looks as without a theme."""

    light: Palette | None = None
    dark: Annotated[Palette | None, Meta(description="For readers whose screen is dark.")] = None
    font: Annotated[Font, Meta(description="Fonts that readers' systems have; none is ever fetched.")] = "system"
    corner: Annotated[int, Meta(ge=0, le=24, description="The radius of corners, in pixels.")] = 6
    header_links: Annotated[list[ThemeLink], Meta(max_length=6)] = []
    footer_links: Annotated[list[ThemeLink], Meta(max_length=12)] = []
    logo_alt: Annotated[
        dict[Language, Line], Meta(max_length=20, description="What the logo says; by default the controllers' names.")
    ] = {}


class Logo(msgspec.Struct):
    """`name` is the SHA-256 of its bytes with the ending of its kind."""

    name: str
    width: int
    height: int


class LogoShown(msgspec.Struct):
    url: Annotated[str, Meta(description="Its address for ever, as long as it is in use.")]
    width: int
    height: int


class ThemeShown(msgspec.Struct):
    light: Palette | None
    dark: Palette | None
    font: Font
    corner: int
    header_links: list[ThemeLink]
    footer_links: list[ThemeLink]
    logo_alt: dict[str, str]
    logo: LogoShown | None
    updated_at: Annotated[datetime | None, Meta(description="Null: there was never a theme.")]
