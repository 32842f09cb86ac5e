"""Publishing: numbered, immutable, hashed and chained; of two at once one wins; no day is made up afterwards."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import rfc8785

from tests.cast import DRAFT, Cast, controller, notice, publish, published, write

HELSINKI = ZoneInfo("Europe/Helsinki")


def today() -> date:
    return datetime.now(HELSINKI).date()


def edited(text: str) -> dict[str, Any]:
    return {**DRAFT, "sections": [*DRAFT["sections"], {"id": "own", "heading": {"fi": "Oma"}, "body": {"fi": text}}]}  # type: ignore[misc]


@pytest.fixture
def slug(cast: Cast) -> str:
    return notice(cast.alice, controller(cast.alice)["id"])


def test_a_version_is_numbered_dated_and_linked(cast: Cast, slug: str) -> None:
    answer = publish(cast.alice, slug, "Ensimmäinen.")
    assert answer.status_code == 201, answer.text
    version = answer.json()
    assert answer.headers["location"] == f"/v1/tenants/acme/notices/{slug}/versions/1"
    assert (version["number"], version["significance"], version["historical"]) == (1, "material", False)
    assert version["change_note"] == {"fi": "Ensimmäinen."}
    assert version["effective_from"] == today().isoformat()
    midnight = datetime(today().year, today().month, today().day, tzinfo=HELSINKI)
    assert datetime.fromisoformat(version["effective_at"]) == midnight
    assert version["effective_at"].endswith("Z")
    assert version["previous_hash"] is None
    assert abs(datetime.fromisoformat(version["published_at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert version["links"]["canonical"] == f"/n/acme/{slug}/v/1/canonical.json"
    assert cast.alice.get(f"/notices/{slug}/versions").json()["items"] == [version]


def test_publishing_leaves_the_draft_as_it_was_published(cast: Cast, slug: str) -> None:
    before = cast.alice.get(f"/notices/{slug}/draft")
    publish(cast.alice, slug)
    assert cast.alice.get(f"/notices/{slug}/draft").content == before.content


def test_the_hash_is_of_the_canonical_bytes_and_chains(cast: Cast, slug: str) -> None:
    hashes = []
    for number in range(1, 4):
        write(cast.alice, slug, edited(f"Teksti {number}"))
        answer = publish(cast.alice, slug)
        assert answer.status_code == 201
        canonical = cast.alice.api.get(answer.json()["links"]["canonical"]).content
        assert hashlib.sha256(canonical).hexdigest() == answer.json()["content_hash"]
        content = json.loads(canonical)
        assert rfc8785.dumps(content) == canonical
        assert content["format"] == "seloste-version/1"
        assert content["previous_hash"] == answer.json()["previous_hash"] == (hashes[-1] if hashes else None)
        detail = cast.alice.get(f"/notices/{slug}/versions/{number}").json()
        assert detail["content"] == content
        hashes.append(answer.json()["content_hash"])
    assert len(set(hashes)) == 3


def test_the_canonical_content_is_what_the_design_of_the_hash_names(cast: Cast, slug: str) -> None:
    publish(cast.alice, slug)
    content = cast.alice.get(f"/notices/{slug}/versions/1").json()["content"]
    assert set(content) == {
        *(
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
        ),
        *("change_note", "default_language", "languages", "title", "register_name", "sections", "facts", "controllers", "previous_hash"),
    }
    assert all(set(section) == {"id", "covers", "heading", "body"} for section in content["sections"])
    assert content["controllers"][0]["name"] == "Acme Oy"


def test_a_controller_stands_as_it_was(cast: Cast) -> None:
    made = controller(cast.alice, name="Ennen Oy")
    slug = notice(cast.alice, made["id"])
    publish(cast.alice, slug)
    cast.alice.api.patch(f"{cast.alice.path}/controllers/{made['id']}", json={"name": "Jälkeen Oy"})
    assert cast.alice.api.get(f"/n/acme/{slug}/v/1/fi.json").json()["controllers"][0]["name"] == "Ennen Oy"
    assert cast.alice.api.get(f"/n/acme/{slug}/fi.json").json()["controllers"][0]["name"] == "Ennen Oy"
    # The text is the same and the controller is not: that is something to publish.
    assert publish(cast.alice, slug).status_code == 201
    assert cast.alice.api.get(f"/n/acme/{slug}/fi.json").json()["controllers"][0]["name"] == "Jälkeen Oy"


def test_an_unchanged_draft_is_published_once(cast: Cast, slug: str) -> None:
    assert publish(cast.alice, slug).status_code == 201
    again = publish(cast.alice, slug, "Toisin sanoin.", "editorial")
    assert again.status_code == 409
    assert again.json()["type"] == "urn:seloste:problem:draft-unchanged"
    assert again.json()["version"] == 1


def test_of_two_publishes_at_once_exactly_one_wins(cast: Cast, slug: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: publish(cast.alice, slug), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert len(cast.alice.get(f"/notices/{slug}/versions").json()["items"]) == 1


def test_with_if_match_what_was_read_is_what_is_published(cast: Cast, slug: str) -> None:
    read = cast.alice.get(f"/notices/{slug}/draft").headers["etag"]
    write(cast.alice, slug, edited("Toinen ehti väliin."))
    body = {"change_note": {"fi": "x"}, "significance": "material"}
    stale = cast.alice.post(f"/notices/{slug}/versions", body, headers={"if-match": read})
    assert stale.status_code == 412
    fresh = cast.alice.get(f"/notices/{slug}/draft").headers["etag"]
    assert cast.alice.post(f"/notices/{slug}/versions", body, headers={"if-match": fresh}).status_code == 201


def test_the_same_key_publishes_once_and_answers_alike(cast: Cast, slug: str) -> None:
    body, headers = {"change_note": {"fi": "x"}, "significance": "material"}, {"idempotency-key": f'"{slug}"'}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: cast.alice.post(f"/notices/{slug}/versions", body, headers=headers), range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


def test_an_empty_draft_is_not_published_and_says_what_is_missing(cast: Cast) -> None:
    made = controller(cast.alice)
    data = {
        "slug": "tyhja-luonnos",
        "title": {"fi": "x"},
        "default_language": "fi",
        "languages": ["fi", "sv"],
        "controller_ids": [made["id"]],
    }
    cast.alice.post("/notices", data)
    answer = publish(cast.alice, "tyhja-luonnos")
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:seloste:problem:draft-incomplete"
    assert answer.json()["errors"][0]["pointer"] == "/sections"
    only_swedish = {"sections": [{"id": "intro", "heading": {"sv": "x"}, "body": {"sv": "y"}}]}
    assert write(cast.alice, "tyhja-luonnos", only_swedish).status_code == 200
    assert publish(cast.alice, "tyhja-luonnos").status_code == 422
    assert cast.alice.api.get("/n/acme/tyhja-luonnos").status_code == 404


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"effective_from": "2020-01-01"}, "/effective_from"),
        ({"effective_from": "2999-01-01"}, "/effective_from"),
        ({"effective_from": "not a day"}, "/effective_from"),
        ({"effective_from": "2026-02-30"}, "/effective_from"),
        ({"historical": True}, "/effective_from"),
        ({"historical": True, "effective_from": "2999-01-01"}, "/effective_from"),
        ({"change_note": {"xx": "x"}}, "/change_note/xx"),
        ({"change_note": {"fi": "  "}}, "/change_note"),
        ({"change_note": {}}, "/change_note"),
        ({"significance": "huge"}, "/significance"),
        ({"surprise": 1}, "/surprise"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_at_its_field(cast: Cast, slug: str, more: dict[str, Any], pointer: str) -> None:
    body = {"change_note": {"fi": "x"}, "significance": "material", **more}
    answer = cast.alice.post(f"/notices/{slug}/versions", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert cast.alice.get(f"/notices/{slug}/versions").json()["items"] == []


def test_today_yesterday_and_ahead(cast: Cast, slug: str) -> None:
    yesterday, ahead = today() - timedelta(days=1), today() + timedelta(days=30)
    assert publish(cast.alice, slug, effective_from=yesterday.isoformat()).status_code == 422
    answer = publish(cast.alice, slug, effective_from=ahead.isoformat())
    assert answer.status_code == 201
    assert answer.json()["effective_from"] == ahead.isoformat()
    assert cast.alice.api.get(f"/n/acme/{slug}").status_code == 404, "not in force yet"
    write(cast.alice, slug, edited("Heti voimaan."))
    assert publish(cast.alice, slug, effective_from=today().isoformat()).status_code == 201
    assert cast.alice.api.get(f"/n/acme/{slug}/fi.json").json()["version"]["number"] == 2


def test_a_historical_version_lies_before_the_first_publication(cast: Cast, slug: str) -> None:
    publish(cast.alice, slug)
    write(cast.alice, slug, edited("Vanha teksti."))
    before = cast.alice.get(f"/notices/{slug}/draft").content
    for day in (today(), today() + timedelta(days=1)):
        assert publish(cast.alice, slug, historical=True, effective_from=day.isoformat()).status_code == 422
    answer = publish(cast.alice, slug, historical=True, effective_from="2019-05-01")
    assert answer.status_code == 201, answer.text
    assert answer.json()["historical"] is True
    assert cast.alice.api.get(f"/n/acme/{slug}/fi.json").json()["version"]["number"] == 1, "an old text never comes into force again"
    assert publish(cast.alice, slug, historical=True, effective_from="2019-05-01").status_code == 409
    assert cast.alice.get(f"/notices/{slug}/draft").content == before


def test_a_notices_zone_says_when_a_day_begins(cast: Cast) -> None:
    made = controller(cast.alice, name="Idän Oy", time_zone="Pacific/Kiritimati")
    slug = notice(cast.alice, made["id"])
    answer = publish(cast.alice, slug)
    day = datetime.now(ZoneInfo("Pacific/Kiritimati")).date()
    assert answer.json()["effective_from"] == day.isoformat()
    assert datetime.fromisoformat(answer.json()["effective_at"]).astimezone(ZoneInfo("Pacific/Kiritimati")).hour == 0


def test_two_controllers_both_stand_in_the_version(cast: Cast) -> None:
    ids = [controller(cast.alice, name=name)["id"] for name in ("Emo Oy", "Tytär Oy")]
    data = {"slug": "konsernin-seloste", "title": {"fi": "x"}, "default_language": "fi", "languages": ["fi", "en"], "controller_ids": ids}
    assert cast.alice.post("/notices", data).status_code == 201
    write(cast.alice, "konsernin-seloste", DRAFT)
    assert publish(cast.alice, "konsernin-seloste").status_code == 201
    shown = cast.alice.api.get("/n/acme/konsernin-seloste/fi.json").json()["controllers"]
    assert [entry["name"] for entry in shown] == ["Emo Oy", "Tytär Oy"]


@pytest.mark.parametrize("number", ["0", "2", "999999999999", "-1", "x"])
def test_a_version_that_is_not_there_is_refused(cast: Cast, slug: str, number: str) -> None:
    publish(cast.alice, slug)
    answer = cast.alice.get(f"/notices/{slug}/versions/{number}")
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["type"].startswith("urn:seloste:problem:")


async def test_the_database_itself_keeps_a_version_as_it_is(cast: Cast, superuser: asyncpg.Connection) -> None:
    published(cast.alice)
    for statement in ("UPDATE versions SET content_hash = '\\x00'", "DELETE FROM versions"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await superuser.execute(statement)
    await superuser.execute("SET ROLE seloste_app")
    try:
        for table in ("versions", "version_contents", "history"):
            for statement in (f"UPDATE {table} SET tenant_id = tenant_id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await superuser.execute(statement)
    finally:
        await superuser.execute("RESET ROLE")


def test_publishing_is_an_event_with_hash_and_day(cast: Cast, slug: str) -> None:
    version = publish(cast.alice, slug).json()
    event = cast.alice.get("/audit-events").json()["items"][0]
    assert event["event"] == "version:publish"
    assert event["subject"]["number"] == 1
    assert event["details"]["content_hash"] == version["content_hash"]
    assert event["actor"] == {"kind": "client", "client_id": cast.alice.client["client_id"]}


def test_a_language_without_text_is_not_among_the_versions_languages(cast: Cast, slug: str) -> None:
    cast.alice.api.patch(f"{cast.alice.path}/notices/{slug}", json={"languages": ["fi", "en", "sv"]})
    version = publish(cast.alice, slug).json()
    assert version["languages"] == ["fi", "en"]
    assert cast.alice.api.get(f"/n/acme/{slug}/sv").status_code == 404


def test_a_section_that_lacks_a_language_is_shown_in_the_default_one_and_says_so(cast: Cast, slug: str) -> None:
    write(cast.alice, slug, edited("Vain suomeksi."))
    publish(cast.alice, slug)
    section = cast.alice.api.get(f"/n/acme/{slug}/en.json").json()["sections"][-1]
    assert (section["language"], section["markdown"]) == ("fi", "Vain suomeksi.")
    for form in ("en", "en.fragment.html"):
        assert "This section is written only in Finnish." in cast.alice.api.get(f"/n/acme/{slug}/{form}").text


def test_a_long_notice_takes_its_time_and_many_at_once_take_turns(cast: Cast) -> None:
    """Rendering is our work, not the database's: neither a long text nor a crowd is answered that the database is away."""
    made = controller(cast.alice)
    long = "Säilytämme tietoja kuusi vuotta sopimuksen päättymisestä. " * 500
    slugs = [notice(cast.alice, made["id"]) for _ in range(6)]
    sections = [{"id": f"part-{number}", "heading": {"fi": "x", "en": "x"}, "body": {"fi": long, "en": long}} for number in range(8)]
    assert write(cast.alice, slugs[0], {"title": {"fi": "x"}, "sections": sections}).status_code == 200
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda slug: publish(cast.alice, slug), slugs))
    assert [answer.status_code for answer in answers] == [201] * 6, [answer.text for answer in answers]
