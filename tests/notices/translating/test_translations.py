"""How a draft's languages stand: what is behind, missing or extra, what changed since, and what drifted apart."""

from typing import Any

import pytest

from tests.cast import Cast, Player, controller, notice, write


def section(name: str = "retention", **body: str) -> dict[str, Any]:
    return {"id": name, "heading": {code: f"Otsikko {code}" for code in body}, "body": body}


@pytest.fixture
def slug(cast: Cast) -> str:
    return notice(cast.alice, controller(cast.alice)["id"])


def put(player: Player, slug: str, *sections: dict[str, Any]) -> None:
    answer = write(player, slug, {"title": {"fi": "Seloste", "en": "Notice"}, "sections": list(sections)})
    assert answer.status_code == 200, answer.text


def english(player: Player, slug: str) -> Any:
    answer = player.get(f"/notices/{slug}/draft/translations")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["default_language"] == "fi"
    [only] = told["languages"]
    assert only["language"] == "en"
    return only


def states(player: Player, slug: str) -> dict[str, str]:
    return {one["id"]: one["state"] for one in english(player, slug)["sections"]}


def test_a_translation_is_behind_until_it_is_touched(cast: Cast, slug: str) -> None:
    put(cast.alice, slug, section(fi="Kuusi vuotta.", en="Six years."))
    assert states(cast.alice, slug) == {"retention": "in_step"}
    put(cast.alice, slug, section(fi="Kymmenen vuotta.", en="Six years."))
    [told] = english(cast.alice, slug)["sections"]
    assert told["state"] == "behind"
    assert told["translated_at"]
    spans = [(span["op"], span["text"]) for block in told["changes"]["blocks"] for span in block["spans"]]
    assert spans == [("delete", "Kuusi"), ("insert", "Kymmenen"), ("equal", " vuotta.")]
    put(cast.alice, slug, section(fi="Kaksitoista vuotta.", en="Six years."))
    [told] = english(cast.alice, slug)["sections"]
    assert told["changes"]["blocks"][0]["spans"][0] == {"op": "delete", "text": "Kuusi"}, "since the translation, not since the last change"
    put(cast.alice, slug, section(fi="Kaksitoista vuotta.", en="Twelve years."))
    assert states(cast.alice, slug) == {"retention": "in_step"}


def test_a_change_taken_back_leaves_nothing_behind(cast: Cast, slug: str) -> None:
    for text in ("Kuusi vuotta.", "Viisi vuotta.", "Kuusi vuotta."):
        put(cast.alice, slug, section(fi=text, en="Six years."))
    assert states(cast.alice, slug) == {"retention": "in_step"}


def test_both_changed_at_once_are_in_step(cast: Cast, slug: str) -> None:
    put(cast.alice, slug, section(fi="Kuusi vuotta.", en="Six years."))
    put(cast.alice, slug, section(fi="Viisi vuotta.", en="Five years."))
    assert states(cast.alice, slug) == {"retention": "in_step"}


def test_a_language_that_lacks_or_has_more_is_told(cast: Cast, slug: str) -> None:
    put(cast.alice, slug, section("a", fi="Vain suomeksi."), section("b", en="Only in English."), section("c", fi="", en=""))
    assert states(cast.alice, slug) == {"a": "missing", "b": "extra"}


def test_what_stands_in_one_language_alone_drifts(cast: Cast, slug: str) -> None:
    put(cast.alice, slug, section("contact", fi="Soita 09 555 0123.", en="Call 09 555 0199."))
    [drift] = english(cast.alice, slug)["drift"]
    assert (drift["section"], drift["kind"], drift["text"], drift["instead"]) == ("contact", "phone", "09 555 0123", "09 555 0199")
    put(cast.alice, slug, section("contact", fi="Soita 09 555 0123.", en="Call +358 9 555 0123."))
    assert english(cast.alice, slug)["drift"] == []


def test_a_notice_in_one_language_has_no_translations(cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    put(cast.alice, slug, section(fi="Kuusi vuotta."))
    assert (
        cast.alice.api.patch(f"{cast.alice.path}/notices/{slug}", json={"languages": ["fi"], "title": {"fi": "Seloste"}}).status_code == 200
    )
    assert cast.alice.get(f"/notices/{slug}/draft/translations").json()["languages"] == []


def test_another_tenants_draft_is_not_there(cast: Cast, slug: str) -> None:
    assert cast.charlie.get(f"/notices/{slug}/draft/translations").status_code == 404
