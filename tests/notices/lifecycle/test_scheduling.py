"""A version with a day ahead: announced beside the one in force, recalled before its day, given another day."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import DRAFT, Cast, controller, notice, publish, published, write
from tests.house import House, wait_for
from tests.notices.lifecycle.acts import AHEAD, LATER, act, done, edition, events, kept_for_ever, refused

REASON = {"fi": "Siirrettiin."}
IN_FORCE = ("fi", "en", "fi.json", "en.md", "fi.fragment.html")


@pytest.fixture
def slug(cast: Cast) -> str:
    return published(cast.alice)[0]


def in_force(public: httpx.Client, slug: str) -> dict[str, bytes]:
    return {form: public.get(f"/n/acme/{slug}/{form}").content for form in IN_FORCE}


def test_what_comes_is_announced_beside_what_applies(cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    alone, for_ever = in_force(public, slug), kept_for_ever(public, base, 1)
    assert public.get(f"{base}/fi.json").json()["coming"] is None
    coming = edition(cast.alice, slug, "Kahdeksan vuotta.", effective_from=AHEAD.isoformat())
    data = public.get(f"{base}/fi.json").json()
    assert data["version"]["number"] == 1
    told = data["coming"]
    assert {name: told[name] for name in ("number", "effective_from", "effective_at", "significance", "change_note")} == {
        name: coming[name] for name in ("number", "effective_from", "effective_at", "significance", "change_note")
    }
    for link in told["links"].values():
        assert public.get(link).status_code == 200, link
    page = public.get(f"{base}/en").text
    assert f"A new version takes effect on {AHEAD.day} {AHEAD:%B %Y}." in page
    assert '<p lang="fi">Nyt: Kahdeksan vuotta.</p>' in page, "the note is marked as Finnish"
    assert f'href="{base}/v/2/en"' in page
    assert f'href="{base}/diff/1...2/en"' in page
    assert "Kahdeksan vuotta. (en)" not in page, "the text itself is not in force"
    fragment, text = public.get(f"{base}/fi.fragment.html").text, public.get(f"{base}/fi.md").text
    assert "Uusi versio tulee voimaan" in fragment
    assert f"{base}/v/2/fi" in fragment
    assert "Uusi versio tulee voimaan" in text
    assert kept_for_ever(public, base, 1) == for_ever, "on a permanent page stands nothing that can change"
    assert "Uusi versio" not in public.get(f"{base}/v/2/fi").text
    assert in_force(public, slug) != alone


def test_a_note_is_no_markdown_of_its_own(cast: Cast, public: httpx.Client, slug: str) -> None:
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Uusi"}}).status_code == 200
    note = "# Otsikko\n\n<script>alert(1)</script> [x](javascript:alert(1))"
    assert publish(cast.alice, slug, note, effective_from=AHEAD.isoformat()).status_code == 201
    assert "\n# Otsikko" not in public.get(f"/n/acme/{slug}/fi.md").text
    for form in ("fi", "fi.fragment.html"):
        assert "<script>" not in public.get(f"/n/acme/{slug}/{form}").text
        assert "&lt;script&gt;" in public.get(f"/n/acme/{slug}/{form}").text


def test_a_version_in_fewer_languages_is_announced_in_those_that_it_has(cast: Cast, public: httpx.Client, slug: str) -> None:
    finnish = {"title": {"fi": "Uusi"}, "sections": [{"id": "intro", "heading": {"fi": "Alku"}, "body": {"fi": "Vain suomeksi."}}]}
    assert write(cast.alice, slug, finnish).status_code == 200
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    links = public.get(f"/n/acme/{slug}/en.json").json()["coming"]["links"]
    assert links["page"] == f"/n/acme/{slug}/v/2/fi"
    assert "diff" not in links


def test_recalled_it_never_applies_and_what_applies_is_as_it_was(cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    before = in_force(public, slug)
    edition(cast.alice, slug, "Kahdeksan vuotta.", effective_from=AHEAD.isoformat())
    for_ever = kept_for_ever(public, base, 2)
    recalled = done(act(cast.alice, slug, "versions/2/recall", {"reason": REASON}))
    assert recalled["recalled"]["reason"] == REASON
    assert recalled["number"] == 2
    assert in_force(public, slug) == before
    assert kept_for_ever(public, base, 2) == for_ever
    for form in ("v/2/fi", "v/2/canonical.json", "diff/1...2/fi"):
        assert public.get(f"{base}/{form}").headers["cache-control"] == "no-cache", "it was never in force, so nobody keeps it as that"
    history = public.get(f"{base}/history.json").json()["versions"]
    assert [version["recalled"] is None for version in history] == [False, True]
    page = public.get(f"{base}/history/fi").text
    assert "Peruttu" in page
    assert REASON["fi"] in page
    detail = cast.alice.get(f"/notices/{slug}/versions/2").json()
    assert detail["recalled"]["reason"] == REASON
    assert detail["content"]["number"] == 2
    assert cast.alice.get(f"/notices/{slug}/versions").json()["items"][0]["recalled"]
    assert events(cast.alice, slug)[:2] == ["version:recall", "version:publish"]


def test_recalled_once_and_only_before_its_day(cast: Cast, slug: str) -> None:
    refused(act(cast.alice, slug, "versions/1/recall"), "wrong-state", state="in_force", status=409)
    edition(cast.alice, slug, "x", effective_from=AHEAD.isoformat())
    headers = {"idempotency-key": f'"{slug}"'}
    first, retried = (act(cast.alice, slug, "versions/2/recall", headers=headers) for _ in range(2))
    assert done(first) == done(retried)
    refused(act(cast.alice, slug, "versions/2/recall"), "wrong-state", state="recalled", status=409)
    refused(act(cast.alice, slug, "versions/3/recall"), "not-found", status=404)
    refused(act(cast.charlie, slug, "versions/2/recall"), "not-found", status=404)
    before = publish(cast.alice, slug, historical=True, effective_from="2019-05-01")
    refused(act(cast.alice, slug, f"versions/{before.json()['number']}/recall"), "wrong-state", state="in_force", status=409)


def test_the_first_version_recalled_leaves_a_notice_with_a_history_alone(cast: Cast, public: httpx.Client) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    done(act(cast.alice, slug, "versions/1/recall"))
    for form in ("", "/fi", ".json", "/fi.fragment.html"):
        answer = public.get(f"/n/acme/{slug}{form}")
        assert answer.status_code == 404
        assert "recalled" in answer.json()["detail"]
    assert public.get(f"/n/acme/{slug}/history").status_code == 200
    assert publish(cast.alice, slug).status_code == 201, "what was recalled may be published once more"
    assert public.get(f"/n/acme/{slug}/fi.json").json()["version"]["number"] == 2


def test_the_next_of_several_is_announced(cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    edition(cast.alice, slug, "Myöhemmin.", effective_from=LATER.isoformat())
    edition(cast.alice, slug, "Aiemmin.", effective_from=AHEAD.isoformat())

    def announced() -> int | None:
        coming = public.get(f"{base}/fi.json").json()["coming"]
        return coming["number"] if coming else None

    assert announced() == 3
    done(act(cast.alice, slug, "versions/3/recall"))
    assert announced() == 2
    edition(cast.alice, slug, "Heti.")
    assert public.get(f"{base}/fi.json").json()["version"]["number"] == 4
    assert announced() == 2, "whoever applies today, the next is told beside it"
    done(act(cast.alice, slug, "versions/2/recall"))
    assert announced() is None
    assert "Uusi versio" not in public.get(f"{base}/fi").text


def in_force_from(house: House, slug: str, number: int, at: datetime) -> None:
    """Move a version's beginning in what hosting chooses by, and tell every node."""

    async def move() -> None:
        admin = await asyncpg.connect(**house.superuser())
        try:
            notice_id = await admin.fetchval(
                """UPDATE publications SET schedule = jsonb_set(schedule, ARRAY[$2, 'in_force_at'], to_jsonb($3::text)), changed_at = now()
                   WHERE slug = $1 RETURNING id""",
                slug,
                str(number - 1),
                at.isoformat(),
            )
            await admin.execute(f"NOTIFY seloste_published, '{notice_id}'")
        finally:
            await admin.close()

    with asyncio.Runner() as runner:
        runner.run(move())


def test_at_its_instant_it_takes_over_and_the_announcement_is_gone(house: House, cast: Cast, public: httpx.Client, slug: str) -> None:
    """Nobody waits forty days: the day is moved in what hosting chooses by, as time would move it."""
    base = f"/n/acme/{slug}"
    edition(cast.alice, slug, "Ensin tämä.", effective_from=AHEAD.isoformat())
    edition(cast.alice, slug, "Sitten tämä.", effective_from=LATER.isoformat())
    assert "Uusi versio tulee voimaan" in public.get(f"{base}/fi").text
    soon = datetime.now(UTC) + timedelta(seconds=2)
    in_force_from(house, slug, 2, soon)
    data: dict[str, Any] = wait_for(
        lambda: found if (found := public.get(f"{base}/fi.json").json())["version"]["number"] == 2 else None, 10, 0.05
    )
    assert datetime.now(UTC) >= soon
    assert data["coming"]["number"] == 3, "from then on the one after it is announced"
    page = public.get(f"{base}/fi").text
    assert "Ensin tämä." in page
    assert f"{base}/v/3/fi" in page
    assert f'href="{base}/v/2/fi"' not in page
    assert "immutable" in public.get(f"{base}/v/2/fi").headers["cache-control"]


def test_another_day_is_a_recall_and_a_publication_in_one(cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    first = edition(cast.alice, slug, "Kahdeksan vuotta.", effective_from=AHEAD.isoformat())
    assert write(cast.alice, slug, {**DRAFT, "title": {"fi": "Kesken"}}).status_code == 200
    before = cast.alice.get(f"/notices/{slug}/draft").content
    headers = {"idempotency-key": f'"{slug}"'}
    body = {"effective_from": LATER.isoformat(), "reason": REASON}
    answer = act(cast.alice, slug, "versions/2/reschedule", body, headers=headers)
    made = done(answer, 201)
    assert act(cast.alice, slug, "versions/2/reschedule", body, headers=headers).json() == made
    assert (made["number"], made["effective_from"]) == (3, LATER.isoformat())
    assert (made["change_note"], made["significance"]) == (first["change_note"], first["significance"])
    assert made["previous_hash"] == first["content_hash"]
    assert cast.alice.api.get(answer.headers["location"]).json()["number"] == 3
    one, other = (cast.alice.get(f"/notices/{slug}/versions/{number}").json()["content"] for number in (2, 3))
    assert one["sections"] == other["sections"]
    assert cast.alice.get(f"/notices/{slug}/draft").content == before, "what is being written stays"
    assert public.get(f"{base}/fi.json").json()["coming"]["number"] == 3
    newest, recalled, _ = public.get(f"{base}/history.json").json()["versions"]
    assert newest["recalled"] is None
    assert recalled["recalled"]["reason"] == REASON
    event = next(item for item in cast.alice.get("/audit-events").json()["items"] if item["event"] == "version:publish")
    assert event["details"]["reschedules"] == 2
    assert events(cast.alice, slug)[:2] == ["version:publish", "version:recall"]


def test_a_day_that_cannot_be_leaves_all_as_it_was(cast: Cast, public: httpx.Client, slug: str) -> None:
    edition(cast.alice, slug, "x", effective_from=AHEAD.isoformat())
    for day in ("2020-01-01", "2999-01-01", AHEAD.isoformat(), "never"):
        answer = act(cast.alice, slug, "versions/2/reschedule", {"effective_from": day})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == "/effective_from"
    refused(act(cast.alice, slug, "versions/1/reschedule", {"effective_from": LATER.isoformat()}), "wrong-state", state="in_force")
    refused(act(cast.alice, slug, "versions/7/reschedule", {"effective_from": LATER.isoformat()}), "not-found")
    assert public.get(f"/n/acme/{slug}/fi.json").json()["coming"]["number"] == 2
    assert len(public.get(f"/n/acme/{slug}/history.json").json()["versions"]) == 2
    done(act(cast.alice, slug, "versions/2/recall"))
    refused(act(cast.alice, slug, "versions/2/reschedule", {"effective_from": LATER.isoformat()}), "wrong-state", state="recalled")


def test_what_would_change_is_told_against_what_will_apply(cast: Cast, slug: str) -> None:
    """A recalled version never applied, so a draft is not compared with it."""
    edition(cast.alice, slug, "Kahdeksan vuotta.", effective_from=AHEAD.isoformat())
    assert cast.alice.get(f"/notices/{slug}/draft/changes").json()["against"] == 2
    done(act(cast.alice, slug, "versions/2/recall"))
    changes = cast.alice.get(f"/notices/{slug}/draft/changes").json()
    assert changes["against"] == 1
    [retention] = [section for section in cast.alice.get(f"/notices/{slug}/sections").json()["sections"] if section["id"] == "retention"]
    assert [change["number"] for change in retention["changes"]] == [1]
