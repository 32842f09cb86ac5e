"""Controllers: what is kept, what is refused and why, and how each of its identifiers becomes a claim."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from tests.cast import Cast, controller

FULL = {
    "name": "Poutapilvi Oy",
    "business_id": "FI90004565",
    "address": "Katu 1\n00099 Esimerkkilä",
    "email": "privacy@poutapilvi.example.org",
    "phone": "+358 29 000 1",
    "dpo": {"email": "dpo@poutapilvi.example.org"},
    "brands": ["Pouta", "Pilvi"],
    "former_names": ["Sadepilvi Oy"],
    "domains": ["https://WWW.Poutapilvi.example.org/etusivu", "www.poutapilvi.example.org"],
    "country": "FI",
    "time_zone": "Europe/Helsinki",
    "languages": ["fi", "sv"],
}


def test_a_controller_is_kept_whole_and_in_the_usual_forms(cast: Cast) -> None:
    made = cast.alice.post("/controllers", FULL)
    assert made.status_code == 201, made.text
    body = made.json()
    assert made.headers["location"] == f"/v1/tenants/acme/controllers/{body['id']}"
    assert body["business_id"] == "9000456-5"
    assert body["domains"] == ["www.poutapilvi.example.org"]
    assert body["verified"] == []
    unchanged = set(FULL) - {"business_id", "domains", "dpo"}
    assert {name: body[name] for name in unchanged} == {name: FULL[name] for name in unchanged}
    assert body["dpo"]["email"] == "dpo@poutapilvi.example.org"
    assert cast.alice.get(f"/controllers/{body['id']}").json() == body


async def test_its_identifiers_are_claims_and_nothing_is_verified(cast: Cast, superuser: asyncpg.Connection) -> None:
    made = controller(cast.alice, name="Tuulikello Oy", brands=["Kello"], domains=["tuulikello.example.org"], business_id="9000123-3")
    rows = await superuser.fetch(
        "SELECT kind, value, verified_at FROM directory WHERE controller_id = $1::text::uuid ORDER BY kind", made["id"]
    )
    assert [(row["kind"], row["value"]) for row in rows] == [
        ("brand", "Kello"),
        ("business_id", "9000123-3"),
        ("domain", "tuulikello.example.org"),
        ("legal_name", "Tuulikello Oy"),
    ]
    assert all(row["verified_at"] is None for row in rows)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("business_id", "9000456-1"),
        ("business_id", "1234567-8"),
        ("business_id", "Oy"),
        ("domains", ["not a domain"]),
        ("domains", ["localhost"]),
        ("domains", ["192.0.2.1"]),
        ("email", "not-an-address"),
        ("email", "a@b@example.org"),
        ("dpo", {"email": "nobody"}),
        ("time_zone", "Europe/Esimerkkila"),
        ("languages", ["xx"]),
        ("name", "..."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(cast: Cast, field: str, value: Any) -> None:
    answer = cast.alice.post("/controllers", {"name": "Esimerkki Oy", field: value})
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "urn:seloste:problem:invalid-content"
    assert [error["pointer"].split("/")[1] for error in answer.json()["errors"]] == [field]
    assert answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 301),
        ("name", "Nimi\nOy"),
        ("name", "Nimi\u0000Oy"),
        ("name", "Nimi \u202eyO"),
        ("name", 7),
        ("country", "Finland"),
        ("languages", []),
        ("brands", ["a\u0007"]),
        ("address", "Katu\u00001"),
        ("surprise", 1),
    ],
)
def test_a_body_of_the_wrong_shape_is_refused_and_says_where(cast: Cast, field: str, value: Any) -> None:
    answer = cast.alice.post("/controllers", {"name": "Esimerkki Oy", field: value})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


def test_a_change_touches_only_what_it_names_and_null_empties(cast: Cast) -> None:
    made = controller(cast.alice, name="Muutos Oy", phone="1", brands=["A"])
    path = f"{cast.alice.path}/controllers/{made['id']}"
    changed = cast.alice.api.patch(path, json={"phone": None, "address": "Uusi katu 2"})
    assert changed.status_code == 200
    assert changed.json() == {**made, "phone": None, "address": "Uusi katu 2", "updated_at": changed.json()["updated_at"]}
    refused = cast.alice.api.patch(path, json={"business_id": "1"})
    assert refused.status_code == 422
    assert cast.alice.api.get(path).json() == changed.json()


async def test_a_claim_that_is_changed_ends_and_a_new_one_begins(cast: Cast, superuser: asyncpg.Connection) -> None:
    made = controller(cast.alice, name="Vanha Nimi Oy")
    cast.alice.api.patch(f"{cast.alice.path}/controllers/{made['id']}", json={"name": "Uusi Nimi Oy"})
    rows = await superuser.fetch("SELECT value, ended_at FROM directory WHERE controller_id = $1::text::uuid ORDER BY id", made["id"])
    assert [(row["value"], row["ended_at"] is None) for row in rows] == [("Vanha Nimi Oy", False), ("Uusi Nimi Oy", True)]


def test_lists_page_newest_first_and_neither_repeat_nor_skip(cast: Cast) -> None:
    company = cast.company()
    assert company.get("/controllers").json() == {"items": [], "next_cursor": None}
    made = [controller(company, name=f"Nro {number} Oy")["id"] for number in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        page = company.get("/controllers", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "nonsense"}, {"cursor": "%00"}])
def test_a_page_that_cannot_be_is_refused(cast: Cast, query: dict[str, Any]) -> None:
    answer = cast.alice.get("/controllers", params=query)
    assert answer.status_code == 400, answer.text
    assert answer.json()["type"] == "urn:seloste:problem:malformed-request"


def test_the_same_key_makes_one_and_another_body_is_refused(cast: Cast) -> None:
    headers = {"idempotency-key": '"controllers-once"'}
    first = cast.alice.post("/controllers", {"name": "Kerran Oy"}, headers=headers)
    again = cast.alice.post("/controllers", {"name": "Kerran Oy"}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    other = cast.alice.post("/controllers", {"name": "Toinen Oy"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:seloste:problem:idempotency-key-reused"
    # Another client's key of the same name is another key.
    assert cast.charlie.post("/controllers", {"name": "Toinen Oy"}, headers=headers).status_code == 201


def test_a_refused_attempt_leaves_its_key_free(cast: Cast) -> None:
    headers = {"idempotency-key": "controllers-after-refusal"}
    assert cast.alice.post("/controllers", {"name": "Virhe Oy", "time_zone": "Mars/Base"}, headers=headers).status_code == 422
    assert cast.alice.post("/controllers", {"name": "Virhe Oy"}, headers=headers).status_code == 201


def test_what_is_not_there_is_404(cast: Cast) -> None:
    for unknown in ("01890000-0000-7000-8000-000000000000", "not-an-id", "%00"):
        answer = cast.alice.get(f"/controllers/{unknown}")
        assert answer.status_code == 404, answer.text
        assert answer.json()["type"] == "urn:seloste:problem:not-found"


async def test_another_time_zone_ends_no_claim_and_moves_the_ends_of_days(cast: Cast, superuser: asyncpg.Connection) -> None:
    made = controller(cast.alice, name="Muuttava Oy")
    query = "SELECT id, time_zone FROM directory WHERE controller_id = $1::text::uuid AND ended_at IS NULL"
    before = await superuser.fetchrow(query, made["id"])
    cast.alice.api.patch(f"{cast.alice.path}/controllers/{made['id']}", json={"time_zone": "America/New_York"})
    after = await superuser.fetchrow(query, made["id"])
    assert (after["id"], after["time_zone"]) == (before["id"], "America/New_York")
    sent = {"type": "access", "controller": {"controller_id": made["id"]}, "subject": {"name": "A", "email": "a@example.org"}}
    accepted = cast.alice.api.post("/intake/requests", json=sent).json()
    due = datetime.fromisoformat(accepted["due_at"]).astimezone(ZoneInfo("America/New_York"))
    assert (due.date().isoformat(), due.hour) == (accepted["due_on"], 23)


async def test_periods_a_town_and_who_comes_after_are_claims_too(cast: Cast, superuser: asyncpg.Connection) -> None:
    heir, client = controller(cast.alice), controller(cast.charlie)
    told = {
        "address": "Katu 1, 00099 Esimerkkilä",
        "brands": ["Vanhakello", "Kello"],
        "periods": [
            {"name": "Vanhakello", "since": "2001-01-01", "until": "2005-12-31"},
            {"name": "vanhakello", "since": "2015-01-01", "until": None},
        ],
        "ceased_on": "2030-12-31",
        "successor_id": heir["id"],
        "processor_for": [client["id"]],
    }
    made = controller(cast.alice, name="Tuulikello Oy", **told)
    assert {name: made[name] for name in told} == told
    query = "SELECT kind, value, since, until FROM directory WHERE controller_id = $1::text::uuid AND ended_at IS NULL ORDER BY 1, 2, 3"
    rows = [tuple(map(str, row)) for row in await superuser.fetch(query, made["id"])]
    assert rows == [
        ("brand", "Kello", "None", "None"),
        ("brand", "Vanhakello", "2001-01-01", "2005-12-31"),
        ("brand", "Vanhakello", "2015-01-01", "None"),
        ("ceased", "2030-12-31", "None", "None"),
        ("legal_name", "Tuulikello Oy", "None", "None"),
        ("place", "Esimerkkilä", "None", "None"),
        ("processor_for", client["id"], "None", "None"),
        ("successor", heir["id"], "None", "None"),
    ]
    path = f"{cast.alice.path}/controllers/{made['id']}"
    longer = [{"name": "Vanhakello", "since": "2001-01-01"}]
    changed = cast.alice.api.patch(path, json={"periods": longer, "ceased_on": None, "successor_id": None, "processor_for": []})
    assert changed.status_code == 200, changed.text
    assert changed.json()["periods"] == [{**longer[0], "until": None}]
    assert [tuple(map(str, row)) for row in await superuser.fetch(query, made["id"])] == [
        ("brand", "Kello", "None", "None"),
        ("brand", "Vanhakello", "2001-01-01", "None"),
        ("legal_name", "Tuulikello Oy", "None", "None"),
        ("place", "Esimerkkilä", "None", "None"),
    ]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"periods": [{"name": "Nobody's"}]}, "/periods/0/name"),
        ({"brands": ["Kello"], "periods": [{"name": "Kello", "since": "2020-01-02", "until": "2020-01-01"}]}, "/periods/0/until"),
        ({"successor_id": "00000000-0000-7000-8000-000000000000"}, "/ceased_on"),
        ({"ceased_on": "2020-01-01", "successor_id": "00000000-0000-7000-8000-000000000000"}, "/successor_id"),
        ({"processor_for": ["00000000-0000-7000-8000-000000000000"]}, "/processor_for"),
        ({"domains": ["co.uk"]}, "/domains"),
    ],
)
def test_what_diverts_requests_must_make_sense(cast: Cast, wrong: dict[str, Any], pointer: str) -> None:
    refused = cast.alice.post("/controllers", {"name": "Tuulikello Oy", **wrong})
    assert refused.status_code == 422, refused.text
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_no_company_succeeds_itself(cast: Cast) -> None:
    made = controller(cast.alice)
    path = f"{cast.alice.path}/controllers/{made['id']}"
    refused = cast.alice.api.patch(path, json={"ceased_on": "2020-01-01", "successor_id": made["id"]})
    assert refused.status_code == 422, refused.text
