"""A text is taken down by the operator, when two named persons are for it; what it was stays on record, the text nowhere."""

import re
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.cast import Cast, publish, published, write
from tests.house import House, wait_for
from tests.notices.lifecycle.acts import AHEAD, act, done, draft, edition, events, kept_for_ever, refused

REASON = "Poistettu tuomioistuimen päätöksellä."
LEAK = "Asiakas Aku Esimerkki asuu Salaisella kadulla."
BODY = {"change_note": {"fi": "Palautettiin."}, "significance": "material"}


@pytest.fixture
def slug(cast: Cast) -> str:
    """Version 2 of three holds what must go."""
    made = published(cast.alice)[0]
    edition(cast.alice, made, LEAK)
    edition(cast.alice, made, "Kahdeksan vuotta.")
    return made


def proposed(house: House, slug: str, number: int = 2, by: str = "Aino") -> str:
    told = house.run(
        *("version", "redact", "--tenant", "acme", "--notice", slug, "--number", str(number), "--operator", by),
        *("--reason", f"fi={REASON}", "--reason", "en=By order of a court.", "--grounds", "Decision 123 of 24 November 2026."),
    ).stdout
    found = re.search(r"--approve (\S+)", told)
    assert found, told
    return found[1]


def approved(house: House, proposal: str, by: str = "Eero", *, check: bool = True) -> str:
    ended = house.run("version", "redact", "--tenant", "acme", "--approve", proposal, "--operator", by, check=check)
    return ended.stdout if check else ended.stderr


def redacted(house: House, slug: str, number: int = 2) -> None:
    assert "taken down" in approved(house, proposed(house, slug, number))
    wait_for(lambda: httpx.get(f"{house.url}/n/acme/{slug}/v/{number}/canonical.json").status_code == 451)


def test_every_form_answers_451_and_the_rest_stays(house: House, cast: Cast, public: httpx.Client, slug: str) -> None:
    base = f"/n/acme/{slug}"
    others = {number: kept_for_ever(public, base, number) for number in (1, 3)}
    before = public.get(f"{base}/history.json").json()["versions"][1]
    in_force = public.get(f"{base}/fi").content
    assert LEAK in public.get(f"{base}/diff/1...2/fi").text
    redacted(house, slug)
    for form in (
        "v/2/fi",
        "v/2/en",
        "v/2/fi.json",
        "v/2/fi.md",
        "v/2/fi.fragment.html",
        "v/2/canonical.json",
        "diff/1...2/fi",
        "diff/2...3/fi.json",
    ):
        answer = public.get(f"{base}/{form}")
        refused(answer, "version-redacted", status=451, number=2)
        assert answer.json()["reason"]["fi"] == REASON
        assert answer.headers["link"] == '</>; rel="blocked-by"'
        assert answer.headers["cache-control"] == "no-store"
    page = public.get(f"{base}/v/2/fi", headers={"accept": "text/html"})
    assert page.status_code == 451
    assert "<h1>Selosteen teksti on poistettu</h1>" in page.text
    assert "Tietosuojaseloste" in page.text
    assert "Acme Oy" in page.text
    assert REASON in page.text
    assert {number: kept_for_ever(public, base, number) for number in (1, 3)} == others
    assert public.get(f"{base}/fi").status_code == 200
    after = public.get(f"{base}/history.json").json()["versions"][1]
    for name in ("number", "published_at", "effective_from", "effective_at", "significance", "content_hash", "previous_hash"):
        assert after[name] == before[name], name
    assert after["redacted"]["reason"]["fi"] == REASON
    assert after["change_note"] == {}, "a note may say what the text said"
    assert in_force.count(b"/diff/2...3/") == 1
    assert b"/diff/2...3/" not in public.get(f"{base}/fi").content, "no link leads to what is gone"
    for path in (f"{base}/fi", f"{base}/history/fi"):
        for link in re.findall(r'href="(/n/[^"]+)"', public.get(path).text):
            assert public.get(link).status_code == 200, link


def test_the_management_api_says_so(house: House, cast: Cast, slug: str) -> None:
    redacted(house, slug)
    detail = done(cast.alice.get(f"/notices/{slug}/versions/2"))
    assert detail["content"] is None
    assert detail["redacted"]["reason"]["fi"] == REASON
    assert detail["content_hash"]
    assert cast.alice.get(f"/notices/{slug}/versions").json()["items"][1]["redacted"]
    refused(act(cast.alice, slug, "versions/2/revert", BODY), "wrong-state", state="redacted", status=409)
    assert cast.alice.get(f"/notices/{slug}/sections").status_code == 200
    assert events(cast.alice, slug)[:2] == ["version:redact", "version:propose_redaction"]
    event = cast.alice.get("/audit-events").json()["items"][0]
    assert event["actor"] == {"kind": "operator"}
    assert "Aino" not in str(event)
    edition(cast.alice, slug, "Elämä jatkuu.")


def test_one_in_force_leaves_its_address_without_a_text_until_another_is_published(
    house: House, cast: Cast, public: httpx.Client, slug: str
) -> None:
    base = f"/n/acme/{slug}"
    redacted(house, slug, 3)
    for form in ("", ".json", "/fi", "/fi.json", "/en.md", "/fi.fragment.html"):
        assert public.get(base + form).status_code == 451
    assert "tagits bort" in public.get(base, headers={"accept": "text/html", "accept-language": "sv"}).text
    assert public.get(f"{base}/history/fi").status_code == 200
    assert public.get(f"{base}/v/2/fi").status_code == 200
    done(act(cast.alice, slug, "versions/1/revert", BODY), 201)
    assert "Kuusi vuotta." in public.get(f"{base}/fi").text


def test_one_to_come_is_no_longer_announced(house: House, cast: Cast, public: httpx.Client, slug: str) -> None:
    edition(cast.alice, slug, "Tuleva salaisuus.", effective_from=AHEAD.isoformat())
    assert "Tuleva salaisuus." in public.get(f"/n/acme/{slug}/fi").text
    redacted(house, slug, 4)
    assert "Tuleva salaisuus." not in public.get(f"/n/acme/{slug}/fi").text
    assert public.get(f"/n/acme/{slug}/fi.json").json()["coming"] is None
    refused(act(cast.alice, slug, "versions/4/reschedule", {"effective_from": AHEAD.isoformat()}), "wrong-state", state="redacted")
    done(act(cast.alice, slug, "versions/4/recall"))


def test_the_first_and_only_one(house: House, cast: Cast, public: httpx.Client) -> None:
    slug = published(cast.alice)[0]
    redacted(house, slug, 1)
    assert public.get(f"/n/acme/{slug}").status_code == 451
    assert "Historia: Tietosuojaseloste" in public.get(f"/n/acme/{slug}/history/fi").text
    assert write(cast.alice, slug, draft("Uusi alku.")).status_code == 200
    assert publish(cast.alice, slug).status_code == 201
    assert "Uusi alku." in public.get(f"/n/acme/{slug}/fi").text


def test_one_person_is_not_two(house: House, public: httpx.Client, slug: str) -> None:
    proposal = proposed(house, slug)
    listed = house.run("version", "proposals", "--tenant", "acme").stdout
    assert f"{proposal}  acme/{slug}, version 2, by Aino" in listed
    assert "Decision 123" in listed
    for same in ("Aino", " aino ", "AINO"):
        assert "Another person" in approved(house, proposal, same, check=False)
    assert "gives their name" in approved(house, proposal, "  ", check=False)
    assert public.get(f"/n/acme/{slug}/v/2/fi").status_code == 200
    assert "taken down" in approved(house, proposal)
    assert proposal not in house.run("version", "proposals", "--tenant", "acme").stdout
    assert "approved already" in approved(house, proposal, check=False)
    assert "taken down already" in approved(house, proposal, "Kolmas", check=False)


def test_what_cannot_be_proposed_is_told(house: House, slug: str) -> None:
    def told(*arguments: str) -> str:
        ended = house.run("version", "redact", "--tenant", "acme", "--operator", "Aino", *arguments, check=False)
        assert ended.returncode != 0
        assert "Traceback" not in ended.stderr
        return ended.stderr

    here, why = ("--notice", slug, "--number", "2"), ("--reason", "fi=x", "--grounds", "x")
    assert "no such notice" in told("--notice", "never-made", "--number", "2", *why)
    assert "no version" in told("--notice", slug, "--number", "9", *why)
    assert "reason" in told(*here, "--grounds", "x")
    assert "/reason/xx" in told(*here, "--reason", "xx=x", "--grounds", "x")
    assert "LANGUAGE=TEXT" in told(*here, "--reason", "x", "--grounds", "x")
    assert "record" in told(*here, "--reason", "fi=x")
    assert "no such proposal" in told("--approve", str(uuid4()))
    assert "there is no tenant" in house.run("version", "proposals", "--tenant", "nobody", check=False).stderr


async def test_the_text_is_nowhere_in_the_database(house: House, cast: Cast, slug: str, superuser: asyncpg.Connection) -> None:
    """But in the draft, maybe: what a tenant is writing is its own, and no page shows it."""
    leak = f"Salaisuus {slug}."
    edition(cast.alice, slug, leak)
    edition(cast.alice, slug, "Kymmenen vuotta.")
    redacted(house, slug, 4)
    tables = await superuser.fetch("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    holding = []
    for table in tables:
        # Bytes are shown as hexadecimal.
        found: Any = await superuser.fetchval(
            f"""SELECT count(*) FROM {table["relname"]} t
                WHERE position($1 IN t::text) > 0 OR position(encode(convert_to($1, 'UTF8'), 'hex') IN t::text) > 0""",
            leak,
        )
        if found:
            holding.append(table["relname"])
    # The version's change note, which is part of the row that never changes.
    assert set(holding) <= {"versions", "drafts"}, holding


async def test_no_role_but_the_operators_and_no_way_but_the_function(house: House, slug: str, superuser: asyncpg.Connection) -> None:
    tenant, version = await superuser.fetchrow(
        """SELECT v.tenant_id, v.id FROM versions v JOIN notices n ON n.id = v.notice_id JOIN tenants t ON t.id = v.tenant_id
           WHERE n.slug = $1 AND t.slug = 'acme' AND v.number = 2""",
        slug,
    )
    for duty in ("app", "worker"):
        connection = await asyncpg.connect(**house.serving(duty))  # type: ignore[arg-type]
        try:
            for statement in (
                "SELECT redact_version($1, $1, $1, now())",
                "DELETE FROM version_contents WHERE tenant_id = $1",
                "INSERT INTO redaction_proposals (tenant_id, id) VALUES ($1, $1)",
                "INSERT INTO redaction_approvals (tenant_id, id) VALUES ($1, $1)",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement, tenant)
        finally:
            await connection.close()
    proposal = uuid4()
    fate = "INSERT INTO version_fates (tenant_id, id, version_id, fate, reason, at) VALUES ($1, $2, $3, 'redacted', '{}', now())"
    proposing = "INSERT INTO redaction_proposals VALUES ($1, $2, $3, '{}', 'grounds', now())"
    operator = await asyncpg.connect(**house.serving("operator"))
    try:
        async with operator.transaction():
            await operator.execute(f"SET LOCAL app.tenant_id = '{tenant}'")
            await operator.execute(proposing, proposal, tenant, version)
            await operator.execute("INSERT INTO redaction_approvals VALUES ($1, $2, $3, 'Aino', now())", uuid4(), tenant, proposal)
            for what, statement, parameters in (
                ("permission denied", "DELETE FROM version_contents WHERE id = $1", (version,)),
                ("only redact_version redacts", fate, (tenant, uuid4(), version)),
                ("two persons", "SELECT redact_version($1, $2, $3, now())", (tenant, proposal, uuid4())),
                ("not acting", "SELECT redact_version($1, $2, $3, now())", (uuid4(), proposal, uuid4())),
                ("no such proposal", "SELECT redact_version($1, $2, $2, now())", (tenant, uuid4())),
            ):
                with pytest.raises(asyncpg.PostgresError, match=what):
                    async with operator.transaction():
                        await operator.execute(statement, *parameters)
    finally:
        await operator.close()
    assert await superuser.fetchval("SELECT count(*) FROM version_contents WHERE id = $1", version) == 1


def test_an_unedited_draft_does_not_bring_a_taken_down_text_back(house: House, cast: Cast, slug: str) -> None:
    edition(cast.alice, slug, LEAK)
    redacted(house, slug, 4)
    refused(publish(cast.alice, slug), "wrong-state", status=409, state="redacted", version=4)
    assert write(cast.alice, slug, draft("Yhdeksän vuotta.")).status_code == 200
    assert publish(cast.alice, slug).status_code == 201
