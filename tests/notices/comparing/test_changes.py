"""From the version to the draft: what would change, what is proposed to say of it; and when a section last changed."""

from typing import Any

import httpx
import pytest

from tests.cast import DRAFT, Cast, Player, controller, notice, publish, write
from tests.house import wait_for

CONSENT = {
    "id": "consent",
    "covers": ["consent", "legal_basis"],
    "heading": {"fi": "Suostumus", "en": "Consent"},
    "body": {"fi": "Uutiskirje perustuu suostumukseen.", "en": "The newsletter is based on consent."},
}
CONTACT = {
    "id": "contact",
    "heading": {"fi": "Yhteydenotto", "en": "Contact"},
    "body": {"fi": "Kirjoita meille.", "en": "Write to us."},
}


def draft_with(*sections: dict[str, Any]) -> dict[str, Any]:
    return {**DRAFT, "sections": list(sections)}


def changes(player: Player, slug: str) -> Any:
    answer = player.get(f"/notices/{slug}/draft/changes")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"]
    return answer.json()


@pytest.fixture
def slug(cast: Cast) -> str:
    return notice(cast.alice, controller(cast.alice)["id"])


def test_before_the_first_publication_all_is_new(cast: Cast, slug: str) -> None:
    told = changes(cast.alice, slug)
    assert told["against"] is None
    assert set(told["languages"]) == {"fi", "en"}
    assert [section["change"] for section in told["languages"]["fi"]["sections"]] == ["added"] * 3
    assert told["proposed"] == {
        "change_note": {"fi": "Ensimmäinen versio.", "en": "The first version."},
        "significance": "material",
        "reasons": [],
    }


def test_what_did_not_change_proposes_nothing(cast: Cast, slug: str) -> None:
    assert publish(cast.alice, slug).status_code == 201
    told = changes(cast.alice, slug)
    assert told["against"] == 1
    assert told["proposed"] is None
    assert {section["change"] for section in told["languages"]["en"]["sections"]} == {"unchanged"}


def test_a_changed_retention_is_proposed_as_material_and_the_note_names_it(cast: Cast, slug: str) -> None:
    assert publish(cast.alice, slug).status_code == 201
    first, second, retention = DRAFT["sections"]  # type: ignore[misc]
    changed = {**retention, "body": {"fi": "Viisi vuotta.", "en": "Five years."}}  # type: ignore[dict-item]
    assert write(cast.alice, slug, draft_with(first, second, changed, CONTACT)).status_code == 200
    proposed = changes(cast.alice, slug)["proposed"]
    assert proposed["significance"] == "material"
    assert proposed["reasons"] == [{"section": "retention", "item": "retention", "change": "changed"}]
    assert proposed["change_note"] == {
        "fi": "Lisätty: Yhteydenotto. Muutettu: Säilytys.",
        "en": "Added: Contact. Changed: Retention.",
    }
    answer = cast.alice.post(f"/notices/{slug}/versions", {name: proposed[name] for name in ("change_note", "significance")})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("sections", "significance"),
    [
        ([*DRAFT["sections"], CONTACT], "editorial"),
        ([*DRAFT["sections"], CONSENT], "material"),
        (DRAFT["sections"][:2], "material"),
        (DRAFT["sections"][::-1], "editorial"),
        (
            [DRAFT["sections"][0], {**DRAFT["sections"][2], "body": {"fi": "kuusi vuotta", "en": "Six years"}}, DRAFT["sections"][1]],
            "editorial",
        ),
        ([{**section, "heading": {"fi": "Uusi", "en": "New"}} for section in DRAFT["sections"]], "editorial"),
    ],
    ids=["new contact", "new basis", "retention gone", "other order", "a comma", "headings"],
)
def test_significance_follows_what_changed(cast: Cast, slug: str, sections: list[dict[str, Any]], significance: str) -> None:
    assert publish(cast.alice, slug).status_code == 201
    assert write(cast.alice, slug, draft_with(*sections)).status_code == 200
    assert changes(cast.alice, slug)["proposed"]["significance"] == significance


def test_a_controller_that_moved_and_facts_that_changed_are_material(cast: Cast) -> None:
    made = controller(cast.alice)
    slug = notice(cast.alice, made["id"])
    assert publish(cast.alice, slug).status_code == 201
    moved = cast.alice.api.patch(f"{cast.alice.path}/controllers/{made['id']}", json={"address": "Uusikatu 2, 00100 Helsinki"})
    assert moved.status_code == 200, moved.text
    told = changes(cast.alice, slug)
    assert told["proposed"]["reasons"] == [{"section": None, "item": "controller", "change": "changed"}]
    assert told["proposed"]["change_note"]["fi"] == "Rekisterinpitäjän tiedot ovat muuttuneet."
    assert any(span["op"] == "insert" and "Uusikatu" in span["text"] for span in told["controllers"])
    assert write(cast.alice, slug, {**DRAFT, "facts": {"transfers": []}}).status_code == 200
    told = changes(cast.alice, slug)
    assert told["facts_changed"]
    assert [reason["item"] for reason in told["proposed"]["reasons"]] == ["controller", "facts"]


def test_a_section_tells_when_it_last_changed(cast: Cast, slug: str) -> None:
    assert publish(cast.alice, slug).status_code == 201
    first, second, retention = DRAFT["sections"]  # type: ignore[misc]
    assert write(cast.alice, slug, draft_with(first, second, {**retention, "body": {"fi": "Viisi vuotta."}}, CONTACT)).status_code == 200  # type: ignore[dict-item]
    assert publish(cast.alice, slug).status_code == 201
    assert write(cast.alice, slug, draft_with(second, CONTACT)).status_code == 200
    assert publish(cast.alice, slug).status_code == 201
    told = sections(cast.alice, slug)
    assert [section["id"] for section in told] == ["purposes", "contact", "controller", "retention"] or [
        section["id"] for section in told
    ] == ["purposes", "contact", "retention", "controller"]
    by_id = {section["id"]: section for section in told}
    assert [(event["number"], event["change"]) for event in by_id["retention"]["changes"]] == [(3, "removed"), (2, "changed"), (1, "added")]
    assert [(event["number"], event["change"]) for event in by_id["purposes"]["changes"]] == [(1, "added")]
    assert by_id["retention"]["present"] is False
    assert by_id["purposes"]["present"] is True
    assert by_id["purposes"]["covers"] == ["purposes", "legal_basis"]
    assert by_id["contact"]["heading"] == "Yhteydenotto"


def sections(player: Player, slug: str, **query: Any) -> Any:
    answer = player.get(f"/notices/{slug}/sections", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["sections"]


def test_a_notice_without_a_version_has_no_history_of_sections(cast: Cast, slug: str) -> None:
    assert sections(cast.alice, slug) == []


@pytest.mark.parametrize("leaf", ["draft/changes", "sections", "draft/preview"])
def test_another_tenants_notice_is_not_there(cast: Cast, slug: str, leaf: str) -> None:
    answer = cast.charlie.get(f"/notices/{slug}/{leaf}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:seloste:problem:not-found"


@pytest.mark.parametrize("leaf", ["sections", "draft/preview"])
def test_a_language_that_the_notice_has_not_is_refused(cast: Cast, slug: str, leaf: str) -> None:
    answer = cast.alice.get(f"/notices/{slug}/{leaf}", params={"language": "de"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "language"


def preview(player: Player, slug: str, language: str = "fi") -> Any:
    answer: httpx.Response = player.get(f"/notices/{slug}/draft/preview", params={"language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_draft_shows_what_is_known_once_and_follows_when_it_changes(cast: Cast) -> None:
    made = controller(cast.alice, address="Vanhakatu 1\n00100 Helsinki")
    slug = notice(cast.alice, made["id"])
    text = "{{controller.name}}\\\n{{controller.address}}\n\n{{facts.transfers}}\n\n{{controller.phone}} {{tuntematon.asia}}"
    body = {"id": "controller", "heading": {"fi": "Rekisterinpitäjä: {{controller.address}}"}, "body": {"fi": text}}
    assert write(cast.alice, slug, {"title": {"fi": "x"}, "sections": [body], "facts": {"transfers": []}}).status_code == 200
    shown = preview(cast.alice, slug)
    [section] = shown["sections"]
    assert section["heading"] == "Rekisterinpitäjä: Vanhakatu 1, 00100 Helsinki"
    assert "Vanhakatu 1<br" in section["html"]
    assert "Emme siirrä henkilötietoja EU:n tai ETA:n ulkopuolelle." in section["html"]
    assert [(one["variable"], one["reason"]) for one in shown["unresolved"]] == [
        ("controller.phone", "empty"),
        ("tuntematon.asia", "unknown"),
    ]
    answer = publish(cast.alice, slug)
    assert answer.status_code == 422, "a published notice has no hole"
    assert answer.json()["type"] == "urn:seloste:problem:draft-incomplete"
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/sections/0/body/fi"]
    change = {"address": "Uusikatu 2\n00200 Helsinki", "phone": "09 555 0100"}
    assert cast.alice.api.patch(f"{cast.alice.path}/controllers/{made['id']}", json=change).status_code == 200
    assert "Uusikatu 2<br" in preview(cast.alice, slug)["sections"][0]["html"]
    published = publish(cast.alice, slug)
    assert published.status_code == 201, published.text
    content = cast.alice.get(f"/notices/{slug}/versions/1").json()["content"]
    assert content["sections"][0]["body"]["fi"].startswith(f"{made['name']}\\\nUusikatu 2\\\n00200 Helsinki")
    assert "{{controller.address}}" in cast.alice.get(f"/notices/{slug}/draft").json()["sections"][0]["body"]["fi"]


def test_a_section_without_a_heading_has_none_anywhere(cast: Cast, slug: str) -> None:
    bare = {"id": "date", "heading": {}, "body": {"fi": "Päivitetty 1.3.2026.", "en": "Updated 1 March 2026."}}
    asking = {"id": "own", "heading": {"fi": "Kuinka kauan?", "en": "How long?"}, "body": {"fi": "Vuoden.", "en": "A year."}}
    assert publish(cast.alice, slug).status_code == 201
    assert write(cast.alice, slug, draft_with(*DRAFT["sections"], bare, asking)).status_code == 200  # type: ignore[misc]
    note = changes(cast.alice, slug)["proposed"]["change_note"]
    assert note["fi"] == "Lisätty: kohta ilman otsikkoa, ”Kuinka kauan?”."
    assert publish(cast.alice, slug).status_code == 201
    page = wait_for(lambda: "Päivitetty" in (text := cast.alice.api.get(f"/n/acme/{slug}/fi").text) and text)
    assert 'id="date"' in page
    assert "<h2></h2>" not in page
    assert ">date<" not in page
    assert "## date" not in cast.alice.api.get(f"/n/acme/{slug}/fi.md").text
    assert "<h2></h2>" not in cast.alice.api.get(f"/n/acme/{slug}/diff/1...2/fi").text
