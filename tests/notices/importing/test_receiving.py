"""A document over HTTP: read apart, told of, and written to the draft when that is asked for."""

import subprocess
import sys
from typing import Any

import httpx
import pytest

from service.errors import Unavailable
from service.notices.confining import environment
from service.notices.importing import apart
from service.waiting import Turns
from tests.cast import Cast, Player, controller, notice, publish, write

TEXT = """TIETOSUOJASELOSTE

1. Rekisterinpitäjä

Kuuramäen Pyöräpaja Oy, y-tunnus 2600000-1
Sepäntie 5, 01234 Kuuramäki
puhelin 09 555 0123
pyorapaja@example.org

2. Henkilötietojen käsittelyn tarkoitus

Huollamme pyöriä ja laskutamme huollot. Peruste on sopimus asiakkaan kanssa.

3. Säilytysaika

Poistamme tiedot kuuden vuoden kuluttua viimeisestä huollosta.

4. Rekisteröidyn oikeudet

Sinulla on oikeus saada pääsy tietoihisi, pyytää niiden oikaisemista ja poistamista ja käsittelyn rajoittamista.
"""


@pytest.fixture
def slug(cast: Cast) -> str:
    return notice(cast.alice, controller(cast.alice)["id"])


@pytest.fixture
def empty(cast: Cast) -> str:
    made = controller(cast.alice)
    slug = f"empty-{made['id'][-12:]}"
    data = {"slug": slug, "title": {"fi": "Seloste"}, "default_language": "fi", "languages": ["fi", "sv"], "controller_ids": [made["id"]]}
    assert cast.alice.post("/notices", data).status_code == 201
    return slug


def send(player: Player, slug: str, body: bytes | str, media_type: str = "text/plain; charset=utf-8", **more: Any) -> httpx.Response:
    headers = {"content-type": media_type, **more.pop("headers", {})}
    content = body.encode() if isinstance(body, str) else body
    return player.api.post(f"{player.path}/notices/{slug}/imports", content=content, headers=headers, params=more, timeout=60)


def tag(player: Player, slug: str) -> dict[str, str]:
    return {"if-match": player.get(f"/notices/{slug}/draft").headers["etag"]}


def test_a_text_is_read_and_the_draft_is_left_alone(cast: Cast, slug: str) -> None:
    before = cast.alice.get(f"/notices/{slug}/draft")
    answer = send(cast.alice, slug, TEXT)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["applied"] is False
    assert told["report"]["language"] == "fi"
    assert told["report"]["format"] == "text"
    assert [section["id"] for section in told["report"]["sections"]] == ["controller", "purposes", "retention", "rights"]
    assert told["facts"]["controller"] == {
        "name": "Kuuramäen Pyöräpaja Oy",
        "business_id": "2600000-1",
        "address": "Sepäntie 5, 01234 Kuuramäki",
        "email": "pyorapaja@example.org",
        "phone": "09 555 0123",
    }
    assert told["content"]["title"] == {"fi": "TIETOSUOJASELOSTE"}
    assert {code for section in told["content"]["sections"] for code in section["body"]} == {"fi"}
    assert cast.alice.get(f"/notices/{slug}/draft").content == before.content


def test_with_apply_the_draft_is_what_was_found_and_can_be_published(cast: Cast, empty: str) -> None:
    answer = send(cast.alice, empty, TEXT, apply="true", headers=tag(cast.alice, empty))
    assert answer.status_code == 200, answer.text
    draft = cast.alice.get(f"/notices/{empty}/draft")
    assert answer.headers["etag"] == draft.headers["etag"]
    assert draft.json()["sections"] == answer.json()["content"]["sections"]
    assert draft.json()["title"] == {"fi": "TIETOSUOJASELOSTE"}
    event = cast.alice.get("/audit-events").json()["items"][0]
    assert event["event"] == "draft:import"
    assert event["details"]["format"] == "text"
    assert publish(cast.alice, empty).status_code == 201


def test_other_languages_of_the_draft_stay(cast: Cast, empty: str) -> None:
    swedish = {"id": "retention", "heading": {"sv": "Lagring", "fi": "Vanha"}, "body": {"sv": "Sex år.", "fi": "Vanha teksti."}}
    own = {"id": "own", "heading": {"sv": "Eget"}, "body": {"sv": "Bara på svenska."}}
    old = {"id": "old", "heading": {"fi": "Vanha"}, "body": {"fi": "Vain suomeksi."}}
    assert write(cast.alice, empty, {"title": {"sv": "Beskrivning"}, "sections": [swedish, own, old]}).status_code == 200
    assert send(cast.alice, empty, TEXT, apply="true", headers=tag(cast.alice, empty)).status_code == 200
    draft = cast.alice.get(f"/notices/{empty}/draft").json()
    by_id = {section["id"]: section for section in draft["sections"]}
    assert draft["title"] == {"sv": "Beskrivning", "fi": "TIETOSUOJASELOSTE"}
    assert by_id["retention"]["heading"] == {"sv": "Lagring", "fi": "Säilytysaika"}
    assert by_id["retention"]["body"]["sv"] == "Sex år."
    assert by_id["own"]["body"] == {"sv": "Bara på svenska."}
    assert "old" not in by_id, "the Finnish text was written anew"


def test_apply_needs_the_drafts_tag(cast: Cast, slug: str) -> None:
    before = cast.alice.get(f"/notices/{slug}/draft").content
    assert send(cast.alice, slug, TEXT, apply="true").status_code == 428
    stale = send(cast.alice, slug, TEXT, apply="true", headers={"if-match": '"999"'})
    assert stale.status_code == 412
    assert stale.headers["etag"]
    assert cast.alice.get(f"/notices/{slug}/draft").content == before


def test_the_same_key_imports_once(cast: Cast, empty: str) -> None:
    headers = {**tag(cast.alice, empty), "idempotency-key": '"import-once"'}
    first = send(cast.alice, empty, TEXT, apply="true", headers=headers)
    again = send(cast.alice, empty, TEXT, apply="true", headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content) == (200, first.content)
    assert cast.alice.get(f"/notices/{empty}/draft").headers["etag"] == first.headers["etag"]
    assert send(cast.alice, empty, TEXT + "Lisää.", apply="true", headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("body", "media_type", "status", "problem"),
    [
        (TEXT, "image/png", 415, "unsupported-media-type"),
        (TEXT, "", 415, "unsupported-media-type"),
        ("", "text/plain", 422, "document-unreadable"),
        (b"%PDF-1.4\nnothing", "application/pdf", 422, "document-unreadable"),
        (b"PK\x03\x04nothing", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 422, "document-unreadable"),
        (b"x" * (2 * 1024 * 1024 + 1), "text/plain", 413, "body-too-large"),
    ],
)
def test_what_cannot_be_read_is_told(cast: Cast, slug: str, body: bytes | str, media_type: str, status: int, problem: str) -> None:
    before = cast.alice.get(f"/notices/{slug}/draft").content
    answer = send(cast.alice, slug, body, media_type, apply="true", headers=tag(cast.alice, slug))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:seloste:problem:{problem}"
    assert cast.alice.get(f"/notices/{slug}/draft").content == before


def test_a_language_that_the_notice_has_not_is_refused(cast: Cast, slug: str) -> None:
    answer = send(cast.alice, slug, TEXT, language="sv")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "language"


def test_a_text_in_a_language_that_the_notice_has_not_is_told_and_not_applied(cast: Cast, empty: str) -> None:
    english = "Privacy notice\n\n1. Controller\n\nExample Ltd, Helsinki\n\n2. How long do we keep your data?\n\nWe keep it for six years.\n"
    told = send(cast.alice, empty, english)
    assert told.status_code == 200
    assert told.json()["report"]["language"] == "en"
    refused = send(cast.alice, empty, english, apply="true", headers=tag(cast.alice, empty))
    assert refused.status_code == 422
    assert "'en'" in refused.json()["errors"][0]["detail"]


def test_another_tenants_notice_is_not_there(cast: Cast, slug: str) -> None:
    assert send(cast.charlie, slug, TEXT).status_code == 404


def test_what_the_source_showed_is_repeated_until_the_section_is_edited(cast: Cast, empty: str) -> None:
    broken = TEXT.replace("Poistamme tiedot", "<p>Poistamme tiedot").replace("huollosta.", "huollosta.</p>")
    assert send(cast.alice, empty, broken, apply="true", headers=tag(cast.alice, empty)).status_code == 200
    assert [finding["origin"] for finding in findings(cast.alice, empty, "TN072")] == ["import"]
    draft = cast.alice.get(f"/notices/{empty}/draft").json()
    for section in draft["sections"]:
        if section["id"] == "retention":
            section["body"]["fi"] = "Poistamme tiedot kuuden vuoden kuluttua viimeisestä huollosta tai laskusta."
    assert write(cast.alice, empty, {"title": draft["title"], "sections": draft["sections"]}).status_code == 200
    assert findings(cast.alice, empty, "TN072") == []


def findings(player: Player, slug: str, code: str) -> list[dict[str, Any]]:
    answer = player.get(f"/notices/{slug}/draft/check")
    assert answer.status_code == 200, answer.text
    return [finding for finding in answer.json()["findings"] if finding["code"] == code]


def test_more_sections_than_a_notice_has_are_refused_and_nothing_is_lost(cast: Cast, empty: str) -> None:
    swedish = [{"id": f"own-{number}", "heading": {"sv": f"Rubrik {number}"}, "body": {"sv": "Text."}} for number in range(150)]
    assert write(cast.alice, empty, {"title": {"sv": "Beskrivning"}, "sections": swedish}).status_code == 200
    before = cast.alice.get(f"/notices/{empty}/draft").content
    finnish = "# Seloste\n\n" + "\n\n".join(f"## Otsikko {number}\n\nTekstiä kohdassa {number}." for number in range(100))
    answer = send(cast.alice, empty, finnish, "text/markdown", apply="true", headers=tag(cast.alice, empty), language="fi")
    assert answer.status_code == 422, answer.text
    assert "200" in answer.json()["detail"]
    assert cast.alice.get(f"/notices/{empty}/draft").content == before


def test_a_key_belongs_to_a_document_of_one_type(cast: Cast, slug: str) -> None:
    headers = {"idempotency-key": '"import-as-text"'}
    first = send(cast.alice, slug, TEXT, headers=headers)
    assert send(cast.alice, slug, TEXT, "text/plain; charset=UTF-8", headers=headers).content == first.content
    assert send(cast.alice, slug, TEXT, "text/html; charset=utf-8", headers=headers).json()["type"].endswith(":idempotency-key-reused")
    assert send(cast.alice, slug, TEXT, headers={**headers, "if-match": '"1"'}).status_code == 422


def test_a_draft_that_was_changed_is_told_before_the_document_is_read(cast: Cast, slug: str) -> None:
    stale = send(cast.alice, slug, b"%PDF-1.4\nnothing", "application/pdf", apply="true", headers={"if-match": '"999"'})
    assert stale.status_code == 412


async def test_who_would_wait_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_turns", Turns(at_once=1, waiting=0))
    asked = apart.Asked(TEXT.encode(), "text/plain", None, None)
    async with apart._turns.turn():
        with pytest.raises(Unavailable) as told:
            await apart.import_apart(asked)
    assert told.value.headers == {"retry-after": "5"}
    assert (await apart.import_apart(asked)).content.title == {"fi": "TIETOSUOJASELOSTE"}


def test_the_process_that_reads_a_document_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret@host/database")
    print_all = [sys.executable, "-c", "import os; print(*os.environ)"]
    known = set(subprocess.run(print_all, env=environment(), capture_output=True, text=True, check=True).stdout.split())
    # LC_CTYPE is Python's own, where no language is set.
    assert {"PATH"} <= known <= {"PATH", "PYTHONPATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR"}
