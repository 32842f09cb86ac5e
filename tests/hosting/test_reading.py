"""Reading a published notice: every public form of it, in every language, by slug or by id."""

import re

import httpx
import pytest

from service.notices.markdown import to_html
from tests.cast import DRAFT, Cast, controller, notice, publish, published, write
from tests.hosting.examples import GROUP, KEYS, SHOP, VERSION_FIELDS
from tests.house import House, wait_for

HTML, JSON, MARKDOWN = "text/html; charset=utf-8", "application/json", "text/markdown; charset=utf-8"
FORMS = [("", HTML), (".json", JSON), (".md", MARKDOWN), (".fragment.html", HTML)]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(("ending", "media_type"), FORMS)
def test_each_language_is_there_in_each_form_in_force_and_for_ever(
    public: httpx.Client, ending: str, media_type: str, language: str
) -> None:
    title = public.get(f"{SHOP}/{language}.json").json()["title"]
    negotiated = public.get(SHOP + ending, headers={"accept-language": language})
    named = public.get(f"{SHOP}/{language}{ending}")
    for answer in (negotiated, named, public.get(f"{SHOP}/v/1/{language}{ending}")):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-language"] == language
        assert title in answer.text
    assert negotiated.content == named.content


def test_the_notice_as_data_has_the_promised_shape(public: httpx.Client) -> None:
    data = public.get(f"{SHOP}/sv.json").json()
    assert data["notice"] == {"tenant": "hallavirta", "slug": "asiakkaat", "kind": "privacy_notice", "url": SHOP}
    assert set(data["version"]) == VERSION_FIELDS
    assert (data["language"], data["languages"]) == ("sv", ["fi", "sv", "en"])
    assert data["title"] == "Dataskyddsbeskrivning för kunder"
    assert data["controllers"][0]["name"] == "Hallavirran Lähipuoti Oy"
    assert data["controllers"][0]["business_id"] == "9910417-5"
    for section in data["sections"]:
        assert {"id", "covers", "heading", "anchor", "markdown", "html"} <= set(section)
        assert section["html"] == to_html(section["markdown"], headings_from=3)
    covered = {item for section in data["sections"] for item in section["covers"]}
    assert {"controller", "purposes", "legal_basis", "retention", "rights_access", "complaint"} <= covered


def test_anchors_lead_to_the_sections_of_the_page_and_of_the_fragment(public: httpx.Client) -> None:
    anchors = [section["anchor"] for section in public.get(f"{KEYS}/fi.json").json()["sections"]]
    page, fragment = public.get(f"{KEYS}/fi").text, public.get(f"{KEYS}/fi.fragment.html").text
    assert len(set(anchors)) == len(anchors) == 10
    for anchor in anchors:
        assert page.count(f'<h2 id="{anchor}">') == 1
        assert page.count(f'href="#{anchor}"') == 1
        assert fragment.count(f'<h3 id="seloste-{anchor}">') == 1


def test_text_holds_title_headings_bodies_controller_and_hash(public: httpx.Client) -> None:
    data, text = public.get(f"{KEYS}/fi.json").json(), public.get(f"{KEYS}/fi.md").text
    assert text.startswith(f"# {data['title']}\n")
    for section in data["sections"]:
        assert f"\n## {section['heading']}\n\n{section['markdown']}\n" in text
    assert "Kuuramäen Talonhuolto Oy\n9921543-0\n" in text
    assert data["version"]["content_hash"] in text


def test_a_fragment_is_a_piece_to_include_and_not_a_page(public: httpx.Client) -> None:
    for path in (f"{SHOP}/en.fragment.html", f"{SHOP}/history/en.fragment.html"):
        fragment = public.get(path).text.strip()
        assert re.match(r'<(article|section) class="seloste[a-z-]*" lang="en" dir="ltr">', fragment)
        assert not re.search(r"<(!doctype|html|head|body|title|style|script|h1)\b", fragment, re.IGNORECASE)


def test_ids_work_in_place_of_slugs(public: httpx.Client) -> None:
    canonical = public.get(f"{KEYS}/v/4/canonical.json").json()
    tenant, one = canonical["tenant_id"], canonical["notice_id"]
    for leaf in ("", "/fi.json", "/history", "/history.json", "/v/1/fi", "/v/1/canonical.json", "/diff/1...2/fi.json"):
        by_slug = public.get(KEYS + leaf)
        assert by_slug.status_code == 200
        for names in (f"{tenant}/{one}", f"kuuramaki/{one}", f"{tenant}/asiakasrekisteri"):
            assert public.get(f"/n/{names}{leaf}").content == by_slug.content


def test_a_notice_is_not_found_under_another_tenant(public: httpx.Client) -> None:
    one = public.get(f"{KEYS}/v/4/canonical.json").json()["notice_id"]
    assert public.get(f"/n/hallavirta/{one}").status_code == 404
    assert public.get("/n/hallavirta/asiakasrekisteri").status_code == 404


@pytest.mark.parametrize(
    "path",
    [SHOP, f"{SHOP}/history/sv", KEYS, f"{KEYS}/v/2/fi", f"{KEYS}/history", f"{KEYS}/diff/2...4/fi", f"{KEYS}/fi.fragment.html"],
)
def test_every_link_on_a_page_leads_somewhere(public: httpx.Client, path: str) -> None:
    page = public.get(path)
    inside = {link for link in re.findall(r'href="([^"]+)"', page.text) if link.startswith("/")}
    assert inside
    for link in [*inside, *re.findall(r"<(/[^>]+)>", page.headers.get("link", ""))]:
        assert public.get(link).status_code == 200, link


@pytest.mark.parametrize("path", [f"{KEYS}.json", f"{KEYS}/fi.json", f"{KEYS}/v/3/fi.json"])
def test_every_link_in_the_data_leads_somewhere(public: httpx.Client, path: str) -> None:
    links = public.get(path).json()["links"]
    assert {"self", "page", "markdown", "fragment", "canonical", "history", "notice", "request", "previous", "diff"} <= set(links)
    for link in links.values():
        assert public.get(link).status_code == 200, link


def test_stored_bytes_name_no_host(public: httpx.Client, house: House) -> None:
    for path in (SHOP, f"{SHOP}/fi.json", f"{SHOP}/fi.fragment.html", f"{SHOP}/history", f"{SHOP}/history.json"):
        assert house.url not in public.get(path).text


def test_the_permanent_page_says_so_and_stays_the_same_when_more_is_published(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    forms = ["fi", "en", "fi.json", "fi.md", "fi.fragment.html", "canonical.json"]
    before = {form: public.get(f"{base}/v/1/{form}").content for form in forms}
    assert "This is the permanent copy of version 1." in before["en"].decode()
    assert "permanent copy" not in public.get(f"{base}/en").text
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Uusi nimi"}}).status_code == 200
    assert publish(cast.alice, slug).status_code == 201
    wait_for(lambda: public.get(f"{base}/v/2/fi").status_code == 200)
    assert {form: public.get(f"{base}/v/1/{form}").content for form in forms} == before


def test_what_is_not_written_in_a_language_is_shown_in_the_other_and_marked(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    only_finnish = {"id": "cookies_analytics", "heading": {"fi": "Evästeet"}, "body": {"fi": "Ei."}}
    half = {**DRAFT, "sections": [DRAFT["sections"][0], only_finnish]}  # type: ignore[index]
    assert write(cast.alice, slug, half).status_code == 200
    assert publish(cast.alice, slug).status_code == 201
    base = f"/n/acme/{slug}"
    assert [section["language"] for section in public.get(f"{base}/en.json").json()["sections"]] == ["en", "fi"]
    page = public.get(f"{base}/en").text
    assert '<section aria-labelledby="cookies_analytics" lang="fi" dir="ltr">' in page
    assert '<p class="hint" lang="en">This section is written only in Finnish.</p>' in page
    assert "written only" not in public.get(f"{base}/fi").text


def test_controllers_are_shown_as_they_stood_when_it_was_published(public: httpx.Client, cast: Cast) -> None:
    slug, controller_id = published(cast.alice, phone="+358 29 000 0001")
    assert cast.alice.api.patch(f"/v1/tenants/acme/controllers/{controller_id}", json={"phone": "+358 29 000 0002"}).status_code == 200
    for path in (f"/n/acme/{slug}/fi", f"/n/acme/{slug}/v/1/fi.json", f"/n/acme/{slug}/fi.fragment.html"):
        assert "+358 29 000 0001" in public.get(path).text
        assert "+358 29 000 0002" not in public.get(path).text


def test_several_controllers_are_all_named(public: httpx.Client) -> None:
    names = ["Saaristonvalo Oyj", "Saaristonvalon Sähköverkko Oy", "Saaristonvalon Kotipalvelut Oy"]
    for path in (f"{GROUP}/en", f"{GROUP}/en.fragment.html", f"{GROUP}/en.md"):
        text = public.get(path).text
        assert [text.count(name) > 0 for name in names] == [True] * 3
    assert [c["name"] for c in public.get(f"{GROUP}/en.json").json()["controllers"]] == names
