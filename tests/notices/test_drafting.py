"""Drafts: kept as written, never over somebody else's change, and refused in words that say where."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import DRAFT, Cast, Player, controller, notice, write

FACTS = {"purposes": [{"name": {"fi": "Tilausten toimittaminen", "en": "Delivering orders"}}], "transfers": []}


@pytest.fixture(scope="module")
def slug(cast: Cast) -> str:
    return notice(cast.alice, controller(cast.alice)["id"])


def draft(player: Player, slug: str) -> httpx.Response:
    return player.get(f"/notices/{slug}/draft")


def put(player: Player, slug: str, body: Any, tag: str | None) -> httpx.Response:
    headers = {"if-match": tag} if tag else {}
    return player.api.put(f"{player.path}/notices/{slug}/draft", json=body, headers=headers)


def patch(player: Player, slug: str, body: Any, tag: str | None) -> httpx.Response:
    headers = {"if-match": tag} if tag else {}
    return player.api.patch(f"{player.path}/notices/{slug}/draft", json=body, headers=headers)


def test_a_new_notice_has_an_empty_draft(cast: Cast) -> None:
    made = controller(cast.alice)
    data = {"slug": "empty-one", "title": {"fi": "Tyhjä"}, "default_language": "fi", "languages": ["fi"], "controller_ids": [made["id"]]}
    assert cast.alice.post("/notices", data).status_code == 201
    answer = draft(cast.alice, "empty-one")
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"1"'
    assert {name: value for name, value in answer.json().items() if name != "updated_at"} == {
        "title": {},
        "sections": [],
        "register_name": None,
        "facts": None,
    }


def test_what_is_written_is_read_with_a_new_tag(cast: Cast, slug: str) -> None:
    before = draft(cast.alice, slug).headers["etag"]
    written = put(cast.alice, slug, {**DRAFT, "facts": FACTS}, before)
    assert written.status_code == 200
    assert written.headers["etag"] != before
    read = draft(cast.alice, slug)
    assert read.headers["etag"] == written.headers["etag"]
    assert read.json() == written.json()
    assert read.json()["facts"] == FACTS
    assert [section["covers"] for section in read.json()["sections"]] == [["controller"], ["purposes", "legal_basis"], ["retention"]]


def test_without_if_match_nothing_is_written(cast: Cast, slug: str) -> None:
    before = draft(cast.alice, slug)
    for answer in (put(cast.alice, slug, DRAFT, None), patch(cast.alice, slug, {"title": {"fi": "x"}}, None)):
        assert answer.status_code == 428
        assert answer.json()["type"] == "urn:seloste:problem:precondition-required"
    assert draft(cast.alice, slug).content == before.content


@pytest.mark.parametrize("tag", ['"0"', '"999"', "1", 'W/"1"', "nonsense"])
def test_a_stale_tag_writes_nothing_and_is_told_the_new_one(cast: Cast, slug: str, tag: str) -> None:
    before = draft(cast.alice, slug)
    answer = put(cast.alice, slug, DRAFT, tag)
    assert answer.status_code == 412
    assert answer.json()["type"] == "urn:seloste:problem:stale"
    assert answer.headers["etag"] == before.headers["etag"]
    assert draft(cast.alice, slug).content == before.content


def test_of_many_who_write_at_once_over_the_same_reading_one_wins(cast: Cast, slug: str) -> None:
    tag = draft(cast.alice, slug).headers["etag"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: patch(cast.alice, slug, {"title": {"fi": f"Nro {number}"}}, tag), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert draft(cast.alice, slug).json()["title"] == winner.json()["title"]


def test_a_part_is_changed_and_the_rest_stays(cast: Cast, slug: str) -> None:
    before = draft(cast.alice, slug)
    changed = patch(cast.alice, slug, {"register_name": {"fi": "Asiakasrekisteri"}}, before.headers["etag"])
    assert changed.status_code == 200
    assert changed.json()["sections"] == before.json()["sections"]
    assert changed.json()["register_name"] == {"fi": "Asiakasrekisteri"}
    emptied = patch(cast.alice, slug, {"register_name": None}, changed.headers["etag"])
    assert emptied.json()["register_name"] is None


def test_repeated_ids_are_made_unique_and_own_ids_kept(cast: Cast, slug: str) -> None:
    text = {"heading": {"fi": "x"}, "body": {"fi": "y"}}
    ids = ["retention", "retention", "retention-2", "retention", "own-one"]
    written = write(cast.alice, slug, {"title": {"fi": "x"}, "sections": [{"id": name, **text} for name in ids]})
    assert written.status_code == 200
    assert [section["id"] for section in written.json()["sections"]] == [
        "retention",
        "retention-2",
        "retention-2-2",
        "retention-3",
        "own-one",
    ]
    assert written.json()["sections"][-1]["covers"] == []


def section(**more: Any) -> dict[str, Any]:
    return {"sections": [{"id": "retention", "heading": {"fi": "x"}, "body": {"fi": "y"}, **more}]}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (section(body={"sv": "y"}), "/sections/0/body/sv"),
        (section(heading={"xx": "y"}), "/sections/0/heading/xx"),
        ({"title": {"de": "x"}}, "/title/de"),
        ({"register_name": {"sv": "x"}}, "/register_name/sv"),
        (section(covers=["nonsense"]), "/sections/0/covers"),
        (section(id="Iso Otsikko"), "/sections/0/id"),
        (section(id=""), "/sections/0/id"),
        (section(surprise=1), "/sections/0/surprise"),
        ({"surprise": 1}, "/surprise"),
        ({"sections": [{"id": "retention", "heading": {"fi": "x"}}]}, "/sections/0/body"),
        ({"sections": "x"}, "/sections"),
        (section(body={"fi": "a\u0000b"}), "/sections/0"),
        (section(heading={"fi": "a\u202eb"}), "/sections/0"),
        (section(heading={"fi": "a\nb"}), "/sections/0"),
        (section(body={"fi": "x" * 200_001}), "/sections/0/body"),
        ({"facts": {"number": 1}}, "/facts/number"),
        ({"facts": {"purposes": [{"name": {}}]}}, "/facts/purposes/0/name"),
        (
            {"facts": {"purposes": [{"name": {"fi": "x"}, "legal_bases": [{"reference": "6(1)(g)"}]}]}},
            "/facts/purposes/0/legal_bases/0/reference",
        ),
        ({"facts": {"purposes": [{"name": {"fi": "x"}, "retention": {}}]}}, "/facts/purposes/0/retention"),
        ({"facts": {"purposes": [{"name": {"fi": "x"}, "retention": {"period": "P"}}]}}, "/facts/purposes/0/retention"),
        ({"facts": {"transfers": [{"country": "USA", "safeguard": "standard_clauses"}]}}, "/facts/transfers/0/country"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_cannot_be_kept_is_refused_where_it_stands(cast: Cast, slug: str, body: Any, pointer: str) -> None:
    before = draft(cast.alice, slug)
    answer = put(cast.alice, slug, body, before.headers["etag"])
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "urn:seloste:problem:invalid-content"
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert draft(cast.alice, slug).content == before.content


@pytest.mark.parametrize(
    ("content", "content_type", "status", "problem"),
    [
        (b"{", "application/json", 400, "malformed-request"),
        (b"", "application/json", 400, "malformed-request"),
        (b"\xff", "application/json", 400, "malformed-request"),
        (b'{"title": {"fi": "\\ud800"}}', "application/json", 400, "malformed-request"),
        (b"[" * 100_000, "application/json", 400, "malformed-request"),
        (b"[]", "application/json", 422, "invalid-content"),
        (b"null", "application/json", 422, "invalid-content"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(cast: Cast, slug: str, content: bytes, content_type: str, status: int, problem: str) -> None:
    headers = {"if-match": draft(cast.alice, slug).headers["etag"], "content-type": content_type}
    answer = cast.alice.api.put(f"{cast.alice.path}/notices/{slug}/draft", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:seloste:problem:{problem}"


def test_what_is_nested_deeper_than_python_likes_is_refused(cast: Cast, slug: str) -> None:
    """By its shape or by its depth, whichever is met first."""
    tag = draft(cast.alice, slug).headers["etag"]
    nested = b'{"title": {}, "sections": ' + b"[" * 3000 + b"]" * 3000 + b"}"
    headers = {"if-match": tag, "content-type": "application/json"}
    answer = cast.alice.api.put(f"{cast.alice.path}/notices/{slug}/draft", content=nested, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    deep = b'{"facts": {"a": ' + b'{"a": ' * 900 + b"1" + b"}" * 900 + b"}}"
    answer = cast.alice.api.put(f"{cast.alice.path}/notices/{slug}/draft", content=deep, headers=headers)
    assert answer.status_code in (200, 400, 422), answer.text
    if answer.status_code == 200:
        assert draft(cast.alice, slug).status_code == 200


def test_a_large_draft_is_kept_and_a_larger_one_refused_readably(cast: Cast, slug: str) -> None:
    text = "Sana toisensa perään, kunnes raja tulee vastaan. " * 3000
    sections = [{"id": f"part-{number}", "heading": {"fi": "x"}, "body": {"fi": text}} for number in range(20)]
    assert write(cast.alice, slug, {"title": {"fi": "x"}, "sections": sections}).status_code == 200
    before = draft(cast.alice, slug)
    answer = put(cast.alice, slug, {"title": {"fi": "x"}, "sections": sections * 3}, before.headers["etag"])
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:seloste:problem:body-too-large"
    assert draft(cast.alice, slug).content == before.content


def test_line_ends_are_made_one_and_each_write_is_recorded(cast: Cast, slug: str) -> None:
    written = write(cast.alice, slug, section(body={"fi": "yksi\r\nkaksi\rkolme\n"}))
    assert written.json()["sections"][0]["body"]["fi"] == "yksi\nkaksi\nkolme"
    event = cast.alice.get("/audit-events").json()["items"][0]
    assert event["event"] == "draft:write"
    assert written.headers["etag"] == f'"{event["details"]["revision"]}"'


def test_a_long_id_that_stands_twice_stays_one_that_can_be_read_and_written(cast: Cast, slug: str) -> None:
    longest = "a" * 63
    bodies = [{"id": longest, "heading": {"fi": "x"}, "body": {"fi": text}} for text in ("yksi", "kaksi", "kolme")]
    assert write(cast.alice, slug, {"title": {"fi": "x"}, "sections": bodies}).status_code == 200
    read = draft(cast.alice, slug)
    assert read.status_code == 200
    assert [section["id"] for section in read.json()["sections"]] == [longest, "a" * 61 + "-2", "a" * 61 + "-3"]
    assert write(cast.alice, slug, {"title": {"fi": "x"}, "sections": bodies[:1]}).status_code == 200


def test_a_text_that_its_variables_make_too_long_is_told_where_it_stands(cast: Cast) -> None:
    made = controller(cast.alice, address="Pitkäkatu " + "1" * 400)
    slug = notice(cast.alice, made["id"])
    long = {"id": "own", "heading": {"fi": "x" * 200 + " {{controller.address}}"}, "body": {"fi": "Teksti."}}
    assert write(cast.alice, slug, {"title": {"fi": "x"}, "sections": [long]}).status_code == 200
    answer = cast.alice.post(f"/notices/{slug}/versions", {"change_note": {"fi": "x"}, "significance": "material"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/sections/0/heading/fi"


async def test_who_waited_for_the_draft_sees_what_became_of_the_notice(cast: Cast, superuser: asyncpg.Connection) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    tag, found = draft(cast.alice, slug).headers["etag"], "SELECT id FROM notices WHERE slug = $1"
    async with superuser.transaction():
        await superuser.execute(f"SELECT FROM drafts WHERE notice_id = ({found}) FOR UPDATE", slug)
        await superuser.execute("UPDATE notices SET languages = ARRAY['fi', 'en', 'sv'] WHERE slug = $1", slug)
        writing = asyncio.create_task(asyncio.to_thread(patch, cast.alice, slug, {"title": {"sv": "Beskrivning"}}, tag))
        waits = "SELECT true FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        while not writing.done() and not await superuser.fetchval(waits):  # noqa: ASYNC110 — a database is asked anew
            await asyncio.sleep(0.01)
    answer = await writing
    assert answer.status_code == 200, answer.text
