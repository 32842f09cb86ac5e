"""A tenant's theme through the API, and what its pages become."""

import io
import json
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.cast import DRAFT, Cast, Player, controller, notice, publish, published, write
from tests.house import wait_for
from tests.notices.lifecycle.acts import kept_for_ever
from tests.notices.theming.pictures import SVG, animation, bomb, picture, telling_jpeg

LIGHT = {"background": "#fffdf7", "text": "#23301f", "accent": "#1d6b3a"}
THEME: dict[str, Any] = {
    "light": LIGHT,
    "dark": {"background": "#131a14", "text": "#e6ece4", "accent": "#7fd39a"},
    "font": "oldstyle",
    "corner": 14,
    "header_links": [{"label": {"fi": "Kauppa", "en": "Shop"}, "url": "https://shop.example.org/"}],
    "footer_links": [{"label": {"fi": "Ehdot"}, "url": "https://shop.example.org/terms"}],
    "logo_alt": {"fi": "Vihreä kauppa"},
}


def followed(what: Any) -> Any:
    """A job makes the pages anew, in its turn."""
    return wait_for(what, 60)


@pytest.fixture(scope="module")
def company(cast: Cast) -> Player:
    return cast.company()


@pytest.fixture
def bare(company: Player) -> Iterator[Player]:
    """The company without a theme, before and after."""
    yield company
    assert company.api.delete(company.path + "/theme").status_code == 204


def put(player: Player, theme: dict[str, Any], tag: str = "*") -> httpx.Response:
    return player.api.put(player.path + "/theme", json=theme, headers={"if-match": tag})


def put_logo(player: Player, body: bytes, media_type: str = "image/png") -> httpx.Response:
    return player.api.put(player.path + "/theme/logo", content=body, headers={"content-type": media_type})


def test_a_theme_is_written_as_a_draft_is(bare: Player) -> None:
    read = bare.get("/theme")
    assert read.status_code == 200
    assert read.json()["light"] is None
    assert read.json()["logo"] is None
    assert bare.api.put(bare.path + "/theme", json=THEME).status_code == 428
    assert put(bare, THEME, '"999"').status_code == 412
    written = put(bare, THEME, read.headers["etag"])
    assert written.status_code == 200, written.text
    assert {name: written.json()[name] for name in THEME} == THEME
    assert written.headers["etag"] != read.headers["etag"]
    assert put(bare, THEME, read.headers["etag"]).status_code == 412
    assert bare.get("/theme").json() == written.json()
    # An ETag never comes back, so who read the theme before it was removed does not overwrite what came after.
    assert bare.api.delete(bare.path + "/theme").status_code == 204
    assert put(bare, {}, written.headers["etag"]).status_code == 412


def test_present_pages_wear_it_and_permanent_ones_never(bare: Player, public: httpx.Client) -> None:
    slug, controller_id = published(bare)
    base = f"/n/{bare.slug}/{slug}"
    assert write(bare, slug, {**DRAFT, "title": {"fi": "Toinen", "en": "Second"}}).status_code == 200
    assert publish(bare, slug).status_code == 201
    present = ("/fi", "/en", "/history/fi", "/diff/1...2/fi")
    plain = {path: public.get(base + path).content for path in present}
    before = kept_for_ever(public, base, 1)
    assert put(bare, THEME).status_code == 200
    for path in present:
        page = followed(lambda path=path: "--link:#1d6b3a" in (text := public.get(base + path).text) and text)
        assert "--corner:14px" in page
        assert 'href="https://shop.example.org/"' in page
        assert 'href="https://shop.example.org/terms"' in page
    english = public.get(f"{base}/en").text
    assert ">Shop</a>" in english
    assert '<a href="https://shop.example.org/terms" rel="noopener" lang="fi">Ehdot</a>' in english
    policy = public.get(f"{base}/fi").headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert kept_for_ever(public, base, 1) == before
    # What is published from now on wears it at once, and its permanent page does not.
    later = notice(bare, controller_id)
    assert publish(bare, later).status_code == 201
    assert "--link:#1d6b3a" in public.get(f"/n/{bare.slug}/{later}/fi").text
    assert "--link:#1d6b3a" not in public.get(f"/n/{bare.slug}/{later}/v/1/fi").text
    assert bare.api.delete(bare.path + "/theme").status_code == 204
    for path, content in plain.items():
        followed(lambda path=path, content=content: public.get(base + path).content == content)


def test_all_notices_of_a_tenant_follow_and_no_other(bare: Player, cast: Cast, public: httpx.Client) -> None:
    made = controller(bare)["id"]
    slugs = [notice(bare, made) for _ in range(6)]
    for slug in slugs:
        assert publish(bare, slug).status_code == 201
    others, _ = published(cast.alice)
    assert put(bare, THEME).status_code == 200
    for slug in slugs:
        followed(lambda slug=slug: "--corner:14px" in public.get(f"/n/{bare.slug}/{slug}/fi").text)
    assert "--corner:14px" not in public.get(f"/n/acme/{others}/fi").text


HOSTILE = [
    "red",
    "#fff",
    "#12345g",
    "#0a4fa3;}body{display:none",
    "url(https://example.org/)",
    "var(--ink)",
    "expression(1)",
    "#0a4fa3\n",
    "",
    7,
    None,
]


@pytest.mark.parametrize("colour", HOSTILE)
def test_a_colour_is_a_colour(bare: Player, colour: object) -> None:
    answer = put(bare, {"light": {**LIGHT, "accent": colour}})
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "more",
    [
        *(
            {"font": "Comic Sans MS"},
            {"font": "serif;}*{display:none"},
            {"corner": -1},
            {"corner": 25},
            {"corner": "6px"},
            {"css": "body{}"},
        ),
        *(
            {"header_links": [{"label": {"fi": "x"}, "url": "javascript:alert(1)"}]},
            {"header_links": [{"label": {}, "url": "https://a.example"}]},
        ),
        *(
            {"header_links": [{"label": {"fi": "x"}, "url": "https://a.example"}] * 7},
            {"logo_alt": {"xx": "x"}},
            {"logo_alt": {"fi": "a\u202eb"}},
        ),
        {"footer_links": [{"label": {"xx": "x"}, "url": "https://a.example"}]},
    ],
    ids=json.dumps,
)
def test_anything_else_is_of_its_kind_too(bare: Player, more: dict[str, Any]) -> None:
    answer = put(bare, {**THEME, **more})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


def test_texts_that_look_like_markup_are_shown_as_texts(bare: Player, public: httpx.Client) -> None:
    slug, _ = published(bare)
    trap = '"><script>alert(1)</script></style><img src=x onerror=alert(1)>'
    url = 'https://shop.example.org/"><script>alert(1)</script>'
    assert put(bare, {"header_links": [{"label": {"fi": trap}, "url": url}], "logo_alt": {"fi": trap}}).status_code == 200
    assert put_logo(bare, picture("PNG")).status_code == 200
    page = followed(lambda: "_logo" in (text := public.get(f"/n/{bare.slug}/{slug}/fi").text) and text)
    # What pages say to machines is data, and the one script element there is.
    assert page.count("<script") == page.count('<script type="application/ld+json">') == 1
    assert page.count("</style>") == 1
    assert page.count("<img") == 1
    assert "&lt;script&gt;alert(1)" in page


def test_what_people_could_not_read_is_refused_with_the_contrast_found_and_needed(bare: Player) -> None:
    answer = put(bare, {"light": {"background": "#ffffff", "text": "#777777", "accent": "#1d6b3a"}})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/light/text"
    assert "4.47:1" in error["detail"]
    assert "4.5:1" in error["detail"]
    assert bare.get("/theme").json()["light"] is None


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_logo_is_drawn_anew_and_served_for_ever(bare: Player, public: httpx.Client, form: str) -> None:
    answer = put_logo(bare, picture(form, (1500, 500)), f"image/{form.lower()}")
    assert answer.status_code == 200, answer.text
    logo = answer.json()["logo"]
    assert (logo["width"], logo["height"]) == (480, 160)
    served = public.get(logo["url"])
    assert served.status_code == 200
    assert served.headers["content-type"] in ("image/png", "image/webp")
    assert "immutable" in served.headers["cache-control"]
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert public.get(logo["url"], headers={"if-none-match": served.headers["etag"]}).status_code == 304
    drawn = Image.open(io.BytesIO(served.content)).convert("RGB")
    assert drawn.size == (480, 160)
    red, green, blue = drawn.getpixel((60, 80))  # type: ignore[misc]
    assert abs(red - 200) + abs(green - 16) + abs(blue - 46) < 20


def test_nothing_of_the_file_but_its_picture_is_kept(bare: Player, public: httpx.Client) -> None:
    secret = secrets.token_hex(12)
    sideways = put_logo(bare, telling_jpeg(secret), "image/jpeg").json()["logo"]
    assert (sideways["width"], sideways["height"]) == (53, 160), "as a camera meant it to be seen"
    assert secret.encode() not in public.get(sideways["url"]).content
    tail = b"<html><script>parent.trapped = true</script></html>"
    tailed = put_logo(bare, picture("PNG") + tail).json()["logo"]
    assert b"<script" not in public.get(tailed["url"]).content
    moving = put_logo(bare, animation(), "image/gif").json()["logo"]
    assert getattr(Image.open(io.BytesIO(public.get(moving["url"]).content)), "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (SVG, "image/svg+xml", 415),
        (SVG, "image/png", 422),
        (b"", "image/png", 422),
        (b"GIF89a", "image/gif", 422),
        (picture("PNG")[:60], "image/png", 422),
        (bomb(20_000, 20_000), "image/png", 422),
        (bomb(65_000, 65_000), "image/png", 422),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 1_100_000, "image/png", 413),
    ],
    ids=["svg", "svg as png", "empty", "short", "torn", "bomb", "great bomb", "too long"],
)
def test_what_is_no_logo_is_refused_in_words(bare: Player, body: bytes, media_type: str, status: int) -> None:
    answer = put_logo(bare, body, media_type)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert bare.get("/theme").json()["logo"] is None


def test_a_logo_that_is_taken_away_is_gone_once_no_page_shows_it(bare: Player, public: httpx.Client) -> None:
    slug, _ = published(bare)
    first = put_logo(bare, picture("PNG", (40, 40))).json()["logo"]["url"]
    page = f"/n/{bare.slug}/{slug}/fi"
    name = first.rpartition("/")[2]
    followed(lambda: name in public.get(page).text)
    second = put_logo(bare, picture("PNG", (50, 40))).json()["logo"]["url"]
    followed(lambda: second.rpartition("/")[2] in public.get(page).text)
    followed(lambda: public.get(first).status_code == 404)
    assert public.get(second).status_code == 200
    assert bare.api.delete(bare.path + "/theme/logo").status_code == 204
    followed(lambda: "_logo" not in public.get(page).text)
    followed(lambda: public.get(second).status_code == 404)


@pytest.mark.parametrize("name", ["x", "0" * 64 + ".webp", "0" * 64 + ".svg", "..%2f..%2fkeys", "%00.png", "A" * 64 + ".png"])
def test_no_other_address_holds_a_logo(bare: Player, public: httpx.Client, name: str) -> None:
    assert public.get(f"/n/{bare.slug}/_logo/{name}").status_code == 404


def test_a_logo_is_its_tenants_alone(bare: Player, public: httpx.Client) -> None:
    url = put_logo(bare, picture("PNG", (70, 40))).json()["logo"]["url"]
    assert public.get(url).status_code == 200
    assert public.get(url.replace(f"/{bare.slug}/", "/acme/")).status_code == 404
