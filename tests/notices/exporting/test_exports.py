"""Exports over HTTP: a version and the draft as files, and what the world may take along."""

import hashlib
import json
import re
from typing import Any

import asyncpg
import httpx
import pypdfium2
import pytest

from tests.cast import DRAFT, Cast, Player, controller, notice, publish, write
from tests.notices.exporting.test_tilt import faults

FACTS = {
    "purposes": [{"name": {"fi": "Tilaukset", "en": "Orders"}, "legal_bases": [{"reference": "6(1)(b)"}], "retention": {"period": "P6Y"}}]
}
WITH_VARIABLES: dict[str, Any] = {
    **DRAFT,
    "register_name": {"fi": "Asiakasrekisteri"},
    "sections": [
        *DRAFT["sections"],  # type: ignore[misc]
        {
            "id": "kept",
            "covers": ["retention"],
            "heading": {"fi": "Kuinka kauan"},
            "body": {"fi": "{{facts.retention}}\n\n{{controller.name}}"},
        },
    ],
    "facts": FACTS,
}


@pytest.fixture(scope="module")
def slug(cast: Cast) -> str:
    made = notice(cast.alice, controller(cast.alice, business_id="2345671-3")["id"])
    assert write(cast.alice, made, WITH_VARIABLES).status_code == 200
    published = publish(cast.alice, made)
    assert published.status_code == 201, published.text
    return made


def export(player: Player, slug: str, of: str, **asked: str) -> httpx.Response:
    return player.get(f"/notices/{slug}/{of}/export", params=asked)


def test_a_draft_is_taken_along_and_brought_back(cast: Cast, slug: str) -> None:
    draft = cast.alice.get(f"/notices/{slug}/draft")
    for asked, media_type, name in (
        ({"format": "json"}, "application/json", f"{slug}-draft.json"),
        ({"format": "json", "language": "fi"}, "application/json", f"{slug}-draft-fi.json"),
        ({"format": "markdown", "language": "en"}, "text/markdown", f"{slug}-draft-en.md"),
        ({"format": "markdown"}, "text/markdown", f"{slug}-draft-fi.md"),
    ):
        file = export(cast.alice, slug, "draft", **asked)
        assert file.status_code == 200, file.text
        assert file.headers["content-type"].startswith(media_type)
        assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert file.headers["etag"] == draft.headers["etag"]
        assert file.headers["cache-control"] == "no-store"
        assert "{{facts.retention}}" in file.text or asked.get("language") == "en"
    whole = export(cast.alice, slug, "draft", format="json").json()
    assert {**whole, "updated_at": draft.json()["updated_at"]} == draft.json()


@pytest.mark.parametrize("form", ["json", "markdown", "tilt"])
def test_what_was_exported_is_imported_as_it_was(cast: Cast, slug: str, form: str) -> None:
    before = cast.alice.get(f"/notices/{slug}/draft").json()
    file = export(cast.alice, slug, "draft", format=form)
    back = cast.alice.api.post(
        f"{cast.alice.path}/notices/{slug}/imports",
        content=file.content,
        headers={"content-type": file.headers["content-type"].partition(";")[0]},
    )
    assert back.status_code == 200, back.text
    content = back.json()["content"]
    assert [section["id"] for section in content["sections"]] == [section["id"] for section in before["sections"]]
    assert content["facts"] == before["facts"]
    if form != "tilt":
        for section, kept in zip(content["sections"], before["sections"], strict=True):
            assert section["body"].get("fi") == kept["body"].get("fi")
            assert section["covers"] == kept["covers"]


def test_a_draft_as_tilt_and_pdf_shows_variables_filled(cast: Cast, slug: str) -> None:
    document = export(cast.alice, slug, "draft", format="tilt").json()
    assert faults(document) == []
    assert document["meta"]["version"] == 2
    assert document["meta"]["status"] == "inactive"
    assert document["meta"]["url"] == f"{cast.house.url}/n/acme/{slug}/fi"
    assert "Acme Oy" in document["seloste"]["content"]["sections"][-1]["body"]["fi"]
    paper = export(cast.alice, slug, "draft", format="pdf", language="fi")
    assert paper.headers["content-type"] == "application/pdf"
    text = pypdfium2.PdfDocument(paper.content)[0].get_textpage().get_text_range()
    assert "6 vuotta" in text
    assert "Luonnos. Tätä ei ole julkaistu." in text
    assert "{{" not in text


def test_a_version_is_taken_along_in_every_form(cast: Cast, slug: str, public: httpx.Client) -> None:
    base = f"/n/acme/{slug}/v/1"
    canonical = export(cast.alice, slug, "versions/1", format="json")
    assert canonical.content == public.get(f"{base}/canonical.json").content
    version = cast.alice.get(f"/notices/{slug}/versions/1").json()
    assert hashlib.sha256(canonical.content).hexdigest() == version["content_hash"]
    one = export(cast.alice, slug, "versions/1", format="json", language="en").json()
    assert one["sections"] == public.get(f"{base}/en.json").json()["sections"]
    markdown = export(cast.alice, slug, "versions/1", format="markdown", language="en").text
    assert f'"content_hash": "{version["content_hash"]}"' in markdown
    assert "## Purposes {#purposes}" in markdown
    page = export(cast.alice, slug, "versions/1", format="html", language="en")
    assert page.headers["content-disposition"] == f'attachment; filename="{slug}-v1-en.html"'
    assert f'href="{cast.house.url}/n/acme/{slug}/en"' in page.text
    assert not re.search(r'href="/|src="', page.text)
    assert export(cast.alice, slug, "versions/1", format="pdf", language="en").content[:5] == b"%PDF-"
    assert export(cast.alice, slug, "versions/1", format="tilt").json()["seloste"]["content_hash"] == version["content_hash"]


def test_what_cannot_be_exported_is_refused(cast: Cast, slug: str) -> None:
    assert export(cast.alice, slug, "versions/9", format="json").status_code == 404
    assert export(cast.alice, "ei-olekaan", "versions/1", format="json").status_code == 404
    assert export(cast.charlie, slug, "draft", format="json").status_code == 404
    assert export(cast.alice, slug, "draft").status_code == 400
    for of, asked in (
        ("draft", {"format": "docx"}),
        ("draft", {"format": "html"}),
        ("draft", {"format": "pdf", "language": "sv"}),
        ("versions/1", {"format": "markdown", "language": "xx"}),
    ):
        refused = export(cast.alice, slug, of, **asked)
        assert refused.status_code in (400, 422), (of, asked, refused.text)
        assert [error["pointer"] for error in refused.json()["errors"]] == ["language" if "language" in asked else "format"]


def test_the_world_reads_tilt_and_pdf(cast: Cast, slug: str, public: httpx.Client) -> None:
    base = f"/n/acme/{slug}"
    in_force, permanent = public.get(f"{base}/fi.tilt.json"), public.get(f"{base}/v/1/fi.tilt.json")
    for answer in (in_force, permanent):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["content-language"] == "fi"
        assert faults(answer.json()) == []
        assert public.get(answer.url.path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert [in_force.json()["meta"]["status"], permanent.json()["meta"]["status"]] == ["active", "inactive"]
    assert permanent.json()["meta"]["url"] == f"{base}/v/1/fi"
    assert "immutable" in permanent.headers["cache-control"]
    assert "immutable" not in in_force.headers["cache-control"]
    paper, kept = public.get(f"{base}/en.pdf"), public.get(f"{base}/v/1/en.pdf")
    assert paper.content == kept.content
    assert pypdfium2.PdfDocument(paper.content).is_tagged()
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["x-content-type-options"] == "nosniff"
    assert paper.headers["content-disposition"] == kept.headers["content-disposition"] == f'inline; filename="{slug}-v1-en.pdf"'
    assert "immutable" in kept.headers["cache-control"]
    assert public.get(f"{base}.pdf", headers={"accept-language": "en"}).content == paper.content
    assert public.get(f"{base}.tilt.json", headers={"accept-language": "fi"}).json() == in_force.json()


def test_pages_and_data_lead_to_them(cast: Cast, slug: str, public: httpx.Client) -> None:
    base = f"/n/acme/{slug}"
    links = public.get(f"{base}/fi.json").json()["links"]
    for form in ("pdf", "tilt"):
        assert public.get(links[form]).status_code == 200
    for page in (f"{base}/fi", f"{base}/v/1/fi"):
        assert f'href="{base}/v/1/fi.pdf"' in public.get(page).text
    assert public.get(f"{base}/sv.pdf").status_code == 404
    assert public.get(f"{base}/history.pdf").status_code == 404


async def test_what_was_published_without_a_pdf_leads_to_none(cast: Cast, public: httpx.Client, superuser: asyncpg.Connection) -> None:
    """As a version from before there were PDFs, or one that could not be set."""
    made = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, made).status_code == 201
    gone = await superuser.execute(
        "DELETE FROM renditions r USING publications p WHERE p.id = r.notice_id AND p.slug = $1 AND r.path = 'v/fi.pdf'", made
    )
    assert gone == "DELETE 1"

    def after_its_forms_are_made_anew() -> None:
        assert cast.alice.post(f"/notices/{made}/slug", {"slug": f"{made}-2"}).status_code == 200
        base = f"/n/acme/{made}-2"
        assert ".pdf" not in public.get(f"{base}/fi").text
        assert "pdf" not in public.get(f"{base}/fi.json").json()["links"]
        assert public.get(f"{base}/fi.pdf").status_code == 404
        assert public.get(public.get(f"{base}/en.json").json()["links"]["pdf"]).status_code == 200

    after_its_forms_are_made_anew()


def test_a_language_outside_tilt_and_a_script_outside_our_fonts_have_none(cast: Cast, public: httpx.Client) -> None:
    made = notice(cast.alice, controller(cast.alice)["id"], languages=("fi", "en", "smn", "zh"))
    heading = {"fi": "Tarkoitukset", "smn": "Ulmeh", "zh": "目的"}
    body = {"fi": "Tilaukset.", "smn": "Tiŋgomeh.", "zh": "我们处理您的个人数据以交付订单。"}
    draft = {"title": {"fi": "Seloste"}, "sections": [{"id": "purposes", "heading": heading, "body": body}]}
    assert write(cast.alice, made, draft).status_code == 200
    assert publish(cast.alice, made).status_code == 201
    base = f"/n/acme/{made}"
    assert {code: public.get(f"{base}/{code}.tilt.json").status_code for code in heading} == {"fi": 200, "smn": 404, "zh": 200}
    assert {code: public.get(f"{base}/{code}.pdf").status_code for code in heading} == {"fi": 200, "smn": 200, "zh": 404}
    assert ".pdf" not in public.get(f"{base}/zh").text
    assert "tilt" not in public.get(f"{base}/smn.json").json()["links"]
    assert export(cast.alice, made, "draft", format="tilt", language="smn").status_code == 404
    assert export(cast.alice, made, "versions/1", format="pdf", language="zh").status_code == 404
    assert json.loads(export(cast.alice, made, "draft", format="json", language="smn").content)["sections"][0]["body"] == {
        "smn": body["smn"]
    }
