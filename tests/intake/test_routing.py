"""Which controller gets a request: what the person knows leads to it, and nobody gets it by claiming to be somebody."""

import secrets
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, Player, controller, notice, publish, published, write
from tests.house import House
from tests.intake.person import Company, accepted, claiming, new_business_id, problem, send, verified


def routed(answer: httpx.Response) -> tuple[str, str, bool]:
    to = accepted(answer)["routed_to"]
    return to["controller"]["name"], to["matched_by"], to["controller"]["verified"]


@pytest.mark.parametrize(
    ("hint", "name", "matched_by"),
    [
        ({"business_id": "9910417-5"}, "Hallavirran Lähipuoti Oy", "business_id"),
        ({"business_id": "FI99104175"}, "Hallavirran Lähipuoti Oy", "business_id"),
        ({"business_id": " fi 9910417-5 "}, "Hallavirran Lähipuoti Oy", "business_id"),
        ({"business_id": "99104175"}, "Hallavirran Lähipuoti Oy", "business_id"),
        ({"domain": "hallavirta.example.org"}, "Hallavirran Lähipuoti Oy", "domain"),
        ({"domain": "HALLAVIRTA.example.org."}, "Hallavirran Lähipuoti Oy", "domain"),
        ({"domain": "https://www.hallavirta.example.org:8443/tarjoukset?viikko=48#@other"}, "Hallavirran Lähipuoti Oy", "domain"),
        ({"domain": "asiakaspalvelu@posti.hallavirta.example.org"}, "Hallavirran Lähipuoti Oy", "domain"),
        ({"notice_url": "https://www.hallavirta.example.org/tietosuoja"}, "Hallavirran Lähipuoti Oy", "domain"),
        ({"name": "Hallavirran Lähipuoti Oy"}, "Hallavirran Lähipuoti Oy", "name"),
        ({"name": "HALLAVIRRAN   LÄHIPUOTI OY."}, "Hallavirran Lähipuoti Oy", "name"),
        ({"name": "Hallavirran La\u0308hipuoti\u00a0Oy"}, "Hallavirran Lähipuoti Oy", "name"),
        ({"name": "Saaristonvalon Siirtopalvelu Oy"}, "Saaristonvalon Sähköverkko Oy", "name"),
        ({"name": "Hallavirran Lähipuoti"}, "Hallavirran Lähipuoti Oy", "name"),
        ({"name": "Oy Hallavirran Lahipuoti Ab"}, "Hallavirran Lähipuoti Oy", "name"),
        ({"brand": "Hallavirran Lähipuoti Oy"}, "Hallavirran Lähipuoti Oy", "name"),
        ({"name": "Y-tunnus 9910417-5"}, "Hallavirran Lähipuoti Oy", "business_id"),
        ({"name": "www.hallavirta.example.org"}, "Hallavirran Lähipuoti Oy", "domain"),
        ({"brand": "pikkukivi"}, "Kivitaskun Vapaa-aika Oy", "brand"),
        ({"notice": "hallavirta/asiakkaat"}, "Hallavirran Lähipuoti Oy", "notice"),
    ],
    ids=lambda value: str(next(iter(value.items()))) if isinstance(value, dict) else "",
)
def test_what_a_person_knows_leads_to_a_verified_controller(
    house: House, cast: Cast, hint: dict[str, Any], name: str, matched_by: str
) -> None:
    assert routed(send(house, hint)) == (name, matched_by, True)


@pytest.mark.parametrize("ending", ["", ".json", "/fi", "/v/1/fi", "/en.md", "/fi?utm_source=mail#controller", "/request?lang=sv"])
def test_every_address_of_a_notice_leads_to_its_controller(house: House, hidden: Company, ending: str) -> None:
    url = f"{house.url}/n/{hidden.player.slug}/{hidden.notice}{ending}"
    assert routed(send(house, {"notice_url": url})) == (hidden.controller["name"], "notice", False)


def test_a_notice_can_be_named_by_ids(house: House, hidden: Company) -> None:
    tenant_id = hidden.player.get("").json()["id"]
    notice_id = hidden.player.get(f"/notices/{hidden.notice}").json()["id"]
    for named in (notice_id, f"{tenant_id}/{notice_id}", f"{hidden.player.slug}/{notice_id}"):
        assert routed(send(house, {"notice": named}))[1:] == ("notice", False)


def test_a_controllers_id_leads_to_an_unverified_one_too_and_says_so(house: House, hidden: Company) -> None:
    assert routed(send(house, {"controller_id": hidden.id})) == (hidden.controller["name"], "controller_id", False)


def test_an_answer_says_why_in_the_language_of_the_request(house: House, cast: Cast) -> None:
    to = accepted(send(house, {"domain": "posti.hallavirta.example.org"}, language="sv"))["routed_to"]
    assert to["why"] == [{"code": "domain_above", "value": "hallavirta.example.org"}]
    assert to["explanation"] == "Adressen hör till den bekräftade domänen hallavirta.example.org."
    refused = problem(send(house, {"business_id": "9910417-6", "name": "Hallavirran Lähipuoti ry"}, language="en"), 422, "no-controller")
    assert [why["code"] for why in refused["why"]] == ["business_id_wrong", "other_form"]
    assert refused["explanation"].startswith("9910417-6 is not a business ID: check the digits. There is Hallavirran Lähipuoti Oy here.")
    assert refused["near"][0]["name"] == "Hallavirran Lähipuoti Oy"


def test_a_right_business_id_of_somebody_else_stops_a_name(house: House, cast: Cast) -> None:
    refused = problem(send(house, {"business_id": new_business_id(), "name": "Hallavirran Lähipuoti Oy"}), 422, "no-controller")
    assert [why["code"] for why in refused["why"]] == ["other_business_id"]
    assert [near["name"] for near in refused["near"]] == ["Hallavirran Lähipuoti Oy"]


def test_a_shared_notice_asks_which_controller_until_they_agree_on_one(house: House, cast: Cast) -> None:
    one, other = (controller(cast.alice, name=f"Yhteinen {secrets.token_hex(4)} Oy") for _ in range(2))
    slug = notice(cast.alice, one["id"])
    path = f"{cast.alice.path}/notices/{slug}"
    shared = cast.alice.api.patch(path, json={"controller_ids": [one["id"], other["id"]]})
    assert shared.status_code == 200, shared.text
    assert publish(cast.alice, slug).status_code == 201
    asked = problem(send(house, {"notice": f"acme/{slug}"}), 409, "several-controllers")
    assert [candidate["id"] for candidate in asked["candidates"]] == [one["id"], other["id"]]
    page = httpx.get(f"{house.url}/n/acme/{slug}/request")
    assert page.status_code == 200
    assert one["name"] in page.text
    assert other["name"] in page.text
    chosen = httpx.post(asked["resume"], json={"controller_id": other["id"]}, timeout=20)
    assert routed(chosen) == (other["name"], "choice", False)
    assert (
        cast.alice.api.patch(path, json={"requests_to": str(cast.charlie.get("/controllers").json()["items"][0]["id"])}).status_code == 422
    )
    agreed = cast.alice.api.patch(path, json={"requests_to": other["id"]})
    assert agreed.json()["requests_to"] == other["id"]
    draft = cast.alice.get(f"/notices/{slug}/draft").json()
    draft["title"]["fi"] = "Yhteinen seloste"
    assert write(cast.alice, slug, {"title": draft["title"], "sections": draft["sections"]}).status_code == 200
    assert publish(cast.alice, slug).status_code == 201
    assert routed(send(house, {"notice": f"acme/{slug}"})) == (other["name"], "notice", False)


def test_what_was_a_ceased_companys_is_its_verified_successors(house: House, cast: Cast) -> None:
    heir = verified(cast, name=f"Perija {secrets.token_hex(4)} Oy", business_id=new_business_id())
    ceased = verified(
        cast,
        name=f"Lakannut {secrets.token_hex(4)} Oy",
        business_id=new_business_id(),
        ceased_on="2020-12-31",
        successor_id=heir.id,
    )
    for hint in ({"name": ceased.controller["name"]}, {"business_id": ceased.controller["business_id"]}):
        to = accepted(send(house, hint))["routed_to"]
        assert to["controller"]["id"] == heir.id
        assert {"code": "successor", "value": ceased.controller["name"]} in to["why"]
    assert accepted(send(house, {"controller_id": ceased.id}))["routed_to"]["controller"]["id"] == ceased.id
    assert ceased.references
    # Whoever writes another successor into the record diverts nothing.
    thief = controller(cast.charlie)
    path = f"{ceased.player.path}/controllers/{ceased.id}"
    assert ceased.player.api.patch(path, json={"successor_id": thief["id"]}).status_code == 200
    refused = problem(send(house, {"name": ceased.controller["name"]}), 422, "no-controller")
    assert "ceased" in [why["code"] for why in refused["why"]]


def test_a_notice_of_several_controllers_goes_to_the_agreed_one_unless_another_is_named(house: House, cast: Cast) -> None:
    group = {"notice": "saaristonvalo/konserni"}
    assert routed(send(house, group))[0] == "Saaristonvalo Oyj"
    assert routed(send(house, {**group, "business_id": "9930631-6"})) == ("Saaristonvalon Kotipalvelut Oy", "notice", True)


@pytest.mark.parametrize(
    "hint",
    [
        {},
        {"business_id": "9910417-6"},
        {"business_id": "1234567-8"},
        {"business_id": "not an id at all"},
        {"domain": "example.org"},
        {"domain": "sibling.example.org"},
        {"domain": "xhallavirta.example.org"},
        {"domain": "hallavirta.example.org.example.com"},
        {"domain": "https://other.example.org/@hallavirta.example.org"},
        {"domain": "localhost"},
        {"notice_url": "https://[half"},
        {"notice_url": "https://other.example.org/n/no-such-tenant/no-such-notice"},
        {"notice": "hallavirta/no-such-notice"},
        {"notice": "00000000-0000-0000-0000-000000000000"},
        {"controller_id": "00000000-0000-0000-0000-000000000000"},
        {"name": "Hallavirran Lähipuodille"},
        {"name": "Hallavirran Lähipuoti ry"},
        {"name": "Hallavirran Lähipu\u043eti Oy"},
        {"name": "Hallavirran Lähi\u200bpuoti Oy"},
        {"name": "– . –"},
        {"brand": "Lähipuoti"},
        {"register": "Lähipuodin asiakasrekisteri"},
    ],
    ids=str,
)
async def test_what_does_not_fit_goes_nowhere_and_nothing_is_kept(
    house: House, superuser: asyncpg.Connection, hint: dict[str, Any]
) -> None:
    before = await rows(superuser)
    refused = problem(send(house, hint, key=secrets.token_hex(8)), 422, "no-controller")
    assert "Nothing was delivered and nothing was kept" in refused["detail"]
    assert refused["supervisory_authority"]["web"] == "https://tietosuoja.fi"
    assert await rows(superuser) == before


async def rows(superuser: asyncpg.Connection) -> dict[str, int]:
    """How many rows there are where a request would leave any."""
    tables = ("requests", "request_keys", "request_references", "pending_requests", "idempotency_keys")
    return {table: await superuser.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


def test_a_verified_domain_does_not_speak_for_its_parent_or_its_sibling(house: House, twins: tuple[Company, Company]) -> None:
    first, second = twins
    [own] = first.controller["domains"]
    parent = own.partition(".")[2]
    assert routed(send(house, {"domain": f"deep.down.{own}"}))[0] == first.controller["name"]
    assert routed(send(house, {"domain": second.controller["domains"][0]}))[0] == second.controller["name"]
    for host in (parent, f"c.{parent}"):
        problem(send(house, {"domain": host}), 422, "no-controller")


def test_a_company_that_types_anothers_identifiers_gets_nothing(house: House, cast: Cast, hallavirta: Player) -> None:
    stranger = claiming(
        cast,
        name="Hallavirran Lähipuoti Oy",
        business_id="9910417-5",
        domains=["hallavirta.example.org", "www.hallavirta.example.org"],
        brands=["Hallavirta"],
        former_names=["Hallavirran Lähipuoti Oy"],
    )
    published_notice = notice(stranger.player, stranger.id)
    assert publish(stranger.player, published_notice).status_code == 201
    mine = hallavirta.get("/controllers").json()["items"][0]["id"]
    for hint in (
        {"business_id": "9910417-5"},
        {"domain": "hallavirta.example.org"},
        {"domain": "www.hallavirta.example.org"},
        {"name": "Hallavirran Lähipuoti Oy"},
    ):
        assert accepted(send(house, hint))["routed_to"]["controller"]["id"] == mine
    assert stranger.references == set()


@pytest.mark.parametrize("kind", ["business_id", "domain", "name"])
def test_a_claimed_identifier_does_not_route_but_is_shown_as_not_verified(house: House, hidden: Company, kind: str) -> None:
    value = hidden.controller["domains"][0] if kind == "domain" else hidden.controller[kind]
    before = hidden.references
    [near] = problem(send(house, {kind: value}), 422, "no-controller")["near"]
    assert near == {
        "id": hidden.id,
        "name": hidden.controller["name"],
        "business_id": hidden.controller["business_id"],
        "verified": False,
        "notice": f"/n/{hidden.player.slug}/{hidden.notice}",
    }
    assert httpx.get(house.url + near["notice"], follow_redirects=True).status_code == 200
    assert hidden.references == before


def test_at_most_five_near_ones_are_shown_and_a_verified_one_as_such(house: House, cast: Cast) -> None:
    word = f"Near{secrets.token_hex(4)}"
    for number in range(7):
        controller(cast.charlie, name=f"{word} {number} Oy")
    near = problem(send(house, {"name": word}), 422, "no-controller")["near"]
    assert [entry["name"] for entry in near] == [f"{word} {number} Oy" for number in range(5)]


def test_squatters_cannot_crowd_a_verified_controller_out(house: House, cast: Cast) -> None:
    """Others claimed its number before it came, and names that sort before its own."""
    word, number = f"Squatted{secrets.token_hex(4)}", new_business_id()
    for _ in range(6):
        controller(cast.charlie, name=word, business_id=number)
    own = verified(cast, name=f"{word} Oy", business_id=number).controller
    for hint in ({"name": word}, {"brand": word}):
        assert routed(send(house, hint)) == (own["name"], "name", True)
    for hint in ({"name": f"{word}lle"}, {"brand": f"{word}n kauppa"}):
        first, *others = problem(send(house, hint), 422, "no-controller")["near"]
        assert first == {"id": own["id"], "name": own["name"], "business_id": number, "verified": True}
        assert [other["verified"] for other in others] == [False] * 4
    for q in (word, number):
        first, *others = httpx.get(f"{house.url}/intake/controllers", params={"q": q}).json()["items"]
        assert first["id"] == own["id"]
        assert len(others) == 4


def test_hints_that_agree_route_and_the_strongest_is_named(house: House, cast: Cast) -> None:
    both = {"name": "Hallavirran Lähipuoti Oy", "domain": "hallavirta.example.org", "business_id": "9910417-5"}
    assert routed(send(house, both))[1] == "business_id"


def test_a_hint_that_hits_nothing_does_not_stop_one_that_does(house: House, cast: Cast) -> None:
    assert routed(send(house, {"business_id": "9910417-6", "name": "Hallavirran Lähipuoti Oy"}))[1] == "name"


def test_an_identifier_changed_after_verification_no_longer_shows_as_verified(house: House, cast: Cast) -> None:
    company = verified(cast, name=f"Changing {secrets.token_hex(4)} Oy", business_id=new_business_id())
    name = company.controller["name"]
    assert routed(send(house, {"name": name})) == (name, "name", True)
    changed = company.player.api.patch(f"{company.player.path}/controllers/{company.id}", json={"business_id": "9910417-5"})
    assert changed.status_code == 200, changed.text
    to = accepted(send(house, {"name": name}))["routed_to"]["controller"]
    assert to["id"] == company.id
    assert to["verified"] is False, "a business id that nobody has verified is shown beside a name that somebody has"
    # And the id that it gave up no longer leads to it.
    problem(send(house, {"business_id": company.controller["business_id"]}), 422, "no-controller")


def test_eight_digits_may_be_another_countrys_register_code(house: House, cast: Cast) -> None:
    """An Estonian code whose last digit happens to fit as a Finnish check digit."""
    code = new_business_id().replace("-", "")
    company = verified(cast, name=f"Eesti {secrets.token_hex(4)} OÜ", business_id=code, country="EE", time_zone="Europe/Tallinn")
    assert routed(send(house, {"business_id": code})) == (company.controller["name"], "business_id", True)


def test_a_notice_that_is_only_a_draft_leads_nowhere(house: House, cast: Cast) -> None:
    made = controller(cast.alice)
    draft = notice(cast.alice, made["id"])
    problem(send(house, {"notice": f"acme/{draft}"}), 422, "no-controller")
    assert publish(cast.alice, draft).status_code == 201
    assert routed(send(house, {"notice": f"acme/{draft}"}))[1] == "notice"


def test_the_directory_finds_by_beginning_and_by_business_id(house: House, hidden: Company, public: httpx.Client) -> None:
    def found(q: str) -> list[tuple[str, bool]]:
        answer = public.get("/intake/controllers", params={"q": q})
        assert answer.status_code == 200, answer.text
        return [(item["name"], item["verified"]) for item in answer.json()["items"]]

    name, number = hidden.controller["name"], hidden.controller["business_id"]
    assert found(name[:8].upper()) == [(name, False)]
    assert found(number) == [(name, False)]
    assert found("FI" + number.replace("-", "")) == [(name, False)]
    assert ("Hallavirran Lähipuoti Oy", True) in found("Hallavirran Läh")
    assert found("a.. ") == []
    assert found("a\0bc") == []
    assert len(found("Saa")) <= 5


@pytest.mark.parametrize("query", ["", "?q=ab", "?q=" + "a" * 101, "?p=abc"])
def test_the_directory_is_not_for_listing(public: httpx.Client, query: str) -> None:
    problem(public.get("/intake/controllers" + query), 400, "malformed-request")


def test_an_unverified_controller_with_a_notice_of_its_own_gets_what_is_sent_from_there(house: House, cast: Cast) -> None:
    slug, controller_id = published(cast.charlie)
    answer = accepted(send(house, {"notice": f"charlies/{slug}"}))
    [item] = [item for item in cast.charlie.get("/requests").json()["items"] if item["reference"] == answer["reference"]]
    assert item["controller_id"] == controller_id
