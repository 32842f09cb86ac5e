"""The history of a notice: every version, its hash, the chain, and what came from before Seloste."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import rfc8785

from service.clock import start_of
from tests.cast import DRAFT, Cast, controller, notice, publish, published, write
from tests.hosting.examples import KEYS, SHOP, VERSION_FIELDS
from tests.house import wait_for

CANONICAL_FIELDS = {
    "format",
    "tenant_id",
    "notice_id",
    "kind",
    "number",
    "published_at",
    "effective_from",
    "time_zone",
    "significance",
    "historical",
    "change_note",
    "default_language",
    "languages",
    "title",
    "register_name",
    "sections",
    "facts",
    "controllers",
    "previous_hash",
}


def history(public: httpx.Client, base: str) -> list[dict[str, Any]]:
    versions: list[dict[str, Any]] = public.get(f"{base}/history.json").json()["versions"]
    return versions


def test_the_history_lists_every_version_newest_first(public: httpx.Client) -> None:
    data = public.get(f"{KEYS}/history.json").json()
    assert set(data) == {"notice", "versions", "withdrawal", "succession"}
    assert data["notice"] == {"tenant": "kuuramaki", "slug": "asiakasrekisteri", "kind": "privacy_notice", "url": KEYS}
    assert [version["number"] for version in data["versions"]] == [4, 3, 2, 1]
    assert [version["effective_from"] for version in data["versions"]][1:] == ["2023-03-01", "2020-09-01", "2018-05-25"]
    for version in data["versions"]:
        assert set(version) >= VERSION_FIELDS | {"links"}
        for link in version["links"].values():
            assert public.get(link).status_code == 200, link


def test_the_version_object_is_the_same_in_history_and_in_the_document(public: httpx.Client) -> None:
    for version in history(public, KEYS):
        shown = public.get(f"{KEYS}/v/{version['number']}/fi.json").json()["version"]
        assert shown == {field: version[field] for field in VERSION_FIELDS}


def test_times_are_instants_in_utc_and_the_day_begins_in_the_notices_zone(public: httpx.Client) -> None:
    for version in history(public, KEYS):
        effective, at = date.fromisoformat(version["effective_from"]), datetime.fromisoformat(version["effective_at"])
        assert at == start_of(effective, "Europe/Helsinki")
        assert at.utcoffset() == timedelta(0)
        assert datetime.fromisoformat(version["published_at"]).utcoffset() == timedelta(0)
        assert datetime.fromisoformat(version["published_at"]) <= datetime.now(UTC)
    assert history(public, KEYS)[2]["effective_at"] == "2020-08-31T21:00:00Z"


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_hash_is_of_the_canonical_bytes(public: httpx.Client, number: int) -> None:
    canonical = public.get(f"{KEYS}/v/{number}/canonical.json")
    version = next(version for version in history(public, KEYS) if version["number"] == number)
    assert hashlib.sha256(canonical.content).hexdigest() == version["content_hash"]
    assert rfc8785.dumps(json.loads(canonical.content)) == canonical.content
    assert set(canonical.json()) == CANONICAL_FIELDS
    assert canonical.json()["format"] == "seloste-version/1"
    for field in VERSION_FIELDS - {"content_hash", "effective_at"}:
        assert canonical.json()[field] == version[field]


def test_each_version_names_the_hash_of_the_one_before(public: httpx.Client) -> None:
    oldest_first = history(public, KEYS)[::-1]
    hashes = [hashlib.sha256(public.get(version["links"]["canonical"]).content).hexdigest() for version in oldest_first]
    assert [version["previous_hash"] for version in oldest_first] == [None, *hashes[:-1]]


def test_canonical_bytes_hold_no_address_and_no_markup(public: httpx.Client) -> None:
    canonical = public.get(f"{KEYS}/v/4/canonical.json").json()

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return {*value, *(key for item in value.values() for key in keys(item))}
        return {key for item in value for key in keys(item)} if isinstance(value, list) else set()

    assert not keys(canonical) & {"slug", "tenant", "url", "links", "html", "anchor", "content_hash"}
    assert [set(section) for section in canonical["sections"]] == [{"id", "covers", "heading", "body"}] * 10
    assert "/n/kuuramaki" not in json.dumps(canonical)


def test_a_version_from_before_seloste_says_so_everywhere(public: httpx.Client) -> None:
    words = "Tämä versio on ajalta ennen kuin seloste julkaistiin tässä palvelussa."
    assert [version["historical"] for version in history(public, KEYS)] == [False, True, True, True]
    assert public.get(f"{KEYS}/history/fi").text.count(words) == 3
    assert public.get(f"{KEYS}/history/fi.fragment.html").text.count(words) == 3
    for number, marked in ((1, True), (3, True), (4, False)):
        assert public.get(f"{KEYS}/v/{number}/canonical.json").json()["historical"] is marked
        assert public.get(f"{KEYS}/v/{number}/fi.json").json()["version"]["historical"] is marked
        for form in ("fi", "fi.md", "fi.fragment.html"):
            assert (words in public.get(f"{KEYS}/v/{number}/{form}").text) is marked


def test_the_history_is_a_page_and_a_fragment_in_every_language(public: httpx.Client) -> None:
    for language, words in (("fi", "Historia:"), ("sv", "Historik:"), ("en", "History:")):
        page = public.get(f"{SHOP}/history/{language}")
        assert f"<h1>{words} " in page.text
        assert page.headers["content-language"] == language
        assert public.get(f"{SHOP}/history", headers={"accept-language": language}).content == page.content
        fragment = public.get(f"{SHOP}/history/{language}.fragment.html")
        assert f"<h2>{words} " in fragment.text
        assert public.get(f"{SHOP}/history.fragment.html", headers={"accept-language": language}).content == fragment.content


def test_the_page_shows_dates_change_notes_kinds_and_hashes(public: httpx.Client) -> None:
    page = public.get(f"{KEYS}/history/fi").text
    for version in history(public, KEYS):
        assert version["content_hash"] in page
        assert version["change_note"]["fi"] in page
        assert f'<time datetime="{version["effective_from"]}">' in page
    assert "1. syyskuuta 2020" in page
    assert page.count("Vaikuttaa tietojen käsittelyyn") == 4
    assert [page.index(f'id="v{number}"') for number in (4, 3, 2, 1)] == sorted(page.index(f'id="v{number}"') for number in (4, 3, 2, 1))
    for pair in ("3...4", "2...3", "1...2"):
        assert f'href="{KEYS}/diff/{pair}/fi"' in page


def test_a_new_version_joins_the_history_and_the_chain(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Uusi nimi"}}).status_code == 200
    made = publish(cast.alice, slug, "Nimi vaihtui.", "editorial").json()
    [second, first] = wait_for(lambda: len(found := history(public, f"/n/acme/{slug}")) == 2 and found)
    assert second == {**made, "links": second["links"]}
    assert (second["previous_hash"], first["previous_hash"]) == (first["content_hash"], None)
    assert "Tarkennus tekstiin" in public.get(f"/n/acme/{slug}/history/fi").text


def test_an_old_version_brought_in_later_stands_where_it_applied(public: httpx.Client, cast: Cast) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    before = public.get(f"{base}/fi").content
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Vanha nimi"}}).status_code == 200
    assert publish(cast.alice, slug, "Vanha.", historical=True, effective_from="2019-01-01").status_code == 201
    wait_for(lambda: len(history(public, base)) == 2)
    assert public.get(f"{base}/fi").content == before, "the notice in force is still version 1"
    page = public.get(f"{base}/history/fi").text
    assert page.index('id="v1"') < page.index('id="v2"'), "what applies last comes first"
    assert f'href="{base}/diff/2...1/fi"' in page


def test_a_change_note_in_another_language_is_marked_with_its_language(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, slug, "Vain suomeksi.").status_code == 201
    page = wait_for(lambda: "Vain" in (text := public.get(f"/n/acme/{slug}/history/en").text) and text)
    assert '<p lang="fi">Vain suomeksi.</p>' in page
    assert "<p>Vain suomeksi.</p>" in public.get(f"/n/acme/{slug}/history/fi").text
