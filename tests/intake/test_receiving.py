"""A request is taken in whole, or refused with a word and without a trace."""

import json
import re
import secrets
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.intake.schemas import TYPES
from service.languages import long_date
from tests.cast import Cast, Player
from tests.house import House
from tests.intake.person import HALLAVIRTA, Company, accepted, address, deliver, problem, request, secret_of, send

REFERENCE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}")


def test_the_answer_is_exactly_what_is_promised(house: House, hallavirta: Player) -> None:
    before = datetime.now(UTC)
    answer = send(house)
    given = accepted(answer)
    dates = {"received_at", "nominal_on", "due_on", "due_at", "time_zone", "explanation"}
    assert set(given) == {"reference", "status_url", "routed_to", "next", *dates}
    assert REFERENCE.fullmatch(given["reference"])
    assert given["status_url"] == f"{house.url}/intake/requests/{given['reference']}?secret={secret_of(given)}"
    assert len(secret_of(given)) >= 32
    assert given["routed_to"] == {
        "controller": {
            "id": hallavirta.get("/controllers").json()["items"][0]["id"],
            "name": "Hallavirran Lähipuoti Oy",
            "business_id": "9910417-5",
            "verified": True,
            "place": "Esimerkkilä",
        },
        "matched_by": "business_id",
        "why": [{"code": "business_id", "value": "9910417-5"}],
        "explanation": "Y-tunnus 9910417-5 on varmistettu.",
    }
    assert given["received_at"].endswith("Z")
    assert before <= datetime.fromisoformat(given["received_at"]) <= datetime.now(UTC)
    due_on = date.fromisoformat(given["due_on"])
    assert date.fromisoformat(given["nominal_on"]) <= due_on
    assert given["due_at"].endswith("Z")
    assert datetime.fromisoformat(given["due_at"]) == datetime.combine(due_on, time(23, 59, 59), ZoneInfo("Europe/Helsinki"))
    assert given["explanation"].startswith("Pyyntö saapui ")
    assert long_date(due_on, "fi") in given["explanation"]
    assert given["next"] == "none"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers


def test_an_unverified_controller_is_told_apart_in_the_answer(house: House, hidden: Company) -> None:
    assert accepted(send(house, {"controller_id": hidden.id}))["routed_to"] == {
        "controller": {
            "id": hidden.id,
            "name": hidden.controller["name"],
            "business_id": hidden.controller["business_id"],
            "verified": False,
        },
        "matched_by": "controller_id",
        "why": [{"code": "controller_id", "value": ""}],
        "explanation": "Rekisterinpitäjä on nimetty tunnisteellaan.",
    }


def test_each_post_gets_a_reference_and_a_secret_of_its_own(house: House) -> None:
    body = request()
    answers = [accepted(deliver(house, body)) for _ in range(5)]
    assert len({answer["reference"] for answer in answers}) == 5
    assert len({secret_of(answer) for answer in answers}) == 5


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_taken(house: House, hallavirta: Player, kind: str) -> None:
    assert stored(hallavirta, send(house, type=kind))["types"] == [kind]


def test_one_message_may_ask_for_several_things_once_each(house: House, hallavirta: Player) -> None:
    item = stored(hallavirta, send(house, type="erasure", types=["access", "erasure", "portability"]))
    assert item["types"] == ["erasure", "access", "portability"]


def test_everything_that_was_written_reaches_the_controller(house: House, hallavirta: Player) -> None:
    subject = {"name": "Åsa Ö. O'Neil-Šimek", "email": address(), "phone": "+358 40 000 0000", "address": "Katu 1\n00099 Esimerkkilä"}
    details = {"order": 4711, "ratio": 0.5, "where": ["shop", {"floor": None, "till": True}], "note": "two\nlines"}
    message = "Ensimmäinen rivi\n\n\ttoinen <b>rivi</b> 🙂\u200d"
    item = stored(hallavirta, send(house, subject=subject, message=message, details=details, language="se"))
    read = hallavirta.get(f"/requests/{item['id']}").json()
    assert read["subject"] == subject
    assert read["message"] == message
    assert read["details"] == details
    assert read["language"] == "se"


def test_the_longest_message_is_taken(house: House, hallavirta: Player) -> None:
    """20,000 characters of the kind that takes most room in JSON."""
    message = "🙂" * 20_000
    item = stored(hallavirta, send(house, message=message))
    assert hallavirta.get(f"/requests/{item['id']}").json()["message"] == message


def stored(player: Player, answer: httpx.Response) -> dict[str, Any]:
    reference = accepted(answer)["reference"]
    [item] = [item for item in player.get("/requests", params={"limit": 5}).json()["items"] if item["reference"] == reference]
    return item  # type: ignore[no-any-return]


def test_what_happened_is_recorded_without_anything_of_the_person(house: House, hallavirta: Player) -> None:
    body = request(message="something-only-here")
    reference = accepted(deliver(house, body))["reference"]
    request_id = stored_id(hallavirta, reference)
    events = hallavirta.get("/audit-events", params={"limit": 200}).json()["items"]
    [received] = [event for event in events if event["event"] == "request:receive" and event["subject"]["request"] == request_id]
    assert received["actor"] == {"kind": "person"}
    assert received["details"] == {"types": ["access"], "matched_by": "business_id"}
    assert body["subject"]["email"] not in json.dumps(events)


def stored_id(player: Player, reference: str) -> str:
    items = player.get("/requests", params={"limit": 200}).json()["items"]
    return next(str(item["id"]) for item in items if item["reference"] == reference)


def subject(**more: Any) -> dict[str, Any]:
    return {"subject": {"name": "Aino", "email": "aino@example.org", **more}}


REFUSED = {
    "an unknown field": ({"ssn": "010190-123A"}, "/ssn", "ssn"),
    "an unknown field of the person": (subject(ssn="x"), "/subject/ssn", "ssn"),
    "an unknown hint": ({"controller": {"vat": "x"}}, "/controller/vat", "vat"),
    "an unknown type": ({"type": "steal"}, "/type", "steal"),
    "an unknown type among several": ({"types": ["access", "steal"]}, "/types/1", "steal"),
    "no type": ({"type": None}, "/type", "types"),
    "an empty list of types": ({"type": None, "types": []}, "/type", "types"),
    "too many types": ({"types": ["access"] * 17}, "/types", "16"),
    "no controller": ({"controller": None}, "/controller", "object"),
    "no person": ({"subject": None}, "/subject", "object"),
    "no name": ({"subject": {"email": "aino@example.org"}}, "/subject/name", "name"),
    "an empty name": (subject(name=""), "/subject/name", "1"),
    "a name of spaces": (subject(name=" \u00a0"), "/subject/name", "name"),
    "a name that is too long": (subject(name="a" * 301), "/subject/name", "300"),
    "no address": ({"subject": {"name": "Aino"}}, "/subject/email", "email"),
    "an address without a domain": (subject(email="aino"), "/subject/email", "aino"),
    "an address with a line of its own": (subject(email="aino@example.org\nbcc: x@example.org"), "/subject", "U+000A"),
    "two addresses": (subject(email="a@example.org, b@example.org"), "/subject/email", "a@example.org"),
    "an address with a name": (subject(email="Aino <aino@example.org>"), "/subject/email", "Aino"),
    "a quoted local part": (subject(email='"aino x"@example.org'), "/subject/email", "aino x"),
    "an unknown language": ({"language": "xx"}, "/language", "xx"),
    "a language by its name": ({"language": "suomi"}, "/language", "3"),
    "a controller's id that is none": ({"controller": {"controller_id": "hallavirta"}}, "/controller/controller_id", "UUID"),
    "a line end in a name": (subject(name="Aino\nEsimerkki"), "/subject", "U+000A"),
    "a tab in a phone number": (subject(phone="040\t123"), "/subject", "U+0009"),
    "NUL in a name": (subject(name="Aino\0"), "/subject", "U+0000"),
    "NUL in a message": ({"message": "a\0b"}, "", "U+0000"),
    "an escape in a message": ({"message": "\x1b[2J"}, "", "U+001B"),
    "a bidirectional override in a message": ({"message": "a\u202eb"}, "", "U+202E"),
    "a bidirectional isolate in a name": (subject(name="a\u2066b"), "/subject", "U+2066"),
    "a line separator in a hint": ({"controller": {"name": "a\u2028b"}}, "/controller", "U+2028"),
    "a control in a detail": ({"details": {"a": [{"b": "\x07"}]}}, "", "U+0007"),
    "a line end in a detail's name": ({"details": {"a\nb": 1}}, "", "U+000A"),
    "a message that is too long": ({"message": "a" * 20_001}, "/message", "20000"),
    "a message that is a number": ({"message": 5}, "/message", "str"),
    "details that are a list": ({"details": [1]}, "/details", "object"),
    "a number that is too great": ({"details": {"n": [10**30]}}, "/details", "64 bits"),
    "details that are nested too deep": ({"details": {"a": json.loads("[" * 25 + "]" * 25)}}, "/details", "deep"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_field_that_cannot_be_accepted_is_named_and_nothing_is_stored(
    house: House, superuser: asyncpg.Connection, what: str
) -> None:
    change, pointer, word = REFUSED[what]
    before = await superuser.fetchval("SELECT count(*) FROM requests")
    body = {key: value for key, value in {**request(HALLAVIRTA), **change}.items() if not (key == "type" and value is None)}
    errors = problem(deliver(house, body, key=secrets.token_hex(8)), 422, "invalid-content")["errors"]
    assert errors[0]["pointer"] == pointer
    assert word in errors[0]["detail"]
    assert await superuser.fetchval("SELECT count(*) FROM requests") == before


def test_all_that_is_wrong_is_told_at_once(house: House) -> None:
    body = {"controller": HALLAVIRTA, "subject": {"name": " ", "email": "nowhere"}, "language": "xx"}
    errors = problem(deliver(house, body), 422, "invalid-content")["errors"]
    assert {error["pointer"] for error in errors} == {"/type", "/subject/email", "/subject/name", "/language"}


@pytest.mark.parametrize("body", [b"", b"{", b'{"type": "access",', b"\xff\xfe", b'{"message": "\xff"}', b'"\\ud800"', b"[" * 100_000])
def test_what_is_not_json_cannot_be_read(public: httpx.Client, body: bytes) -> None:
    answer = public.post("/intake/requests", content=body, headers={"content-type": "application/json"})
    problem(answer, 400, "malformed-request")


@pytest.mark.parametrize("body", ["null", "[]", '"text"', "12", "true"])
def test_json_of_another_shape_is_refused(public: httpx.Client, body: str) -> None:
    answer = public.post("/intake/requests", content=body, headers={"content-type": "application/json"})
    problem(answer, 422, "invalid-content")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""]
)
def test_a_body_of_another_type_is_not_understood(public: httpx.Client, kind: str) -> None:
    answer = public.post("/intake/requests", content=json.dumps(request()), headers={"content-type": kind} if kind else {})
    problem(answer, 415, "unsupported-media-type")


def test_a_charset_beside_the_type_does_no_harm(public: httpx.Client) -> None:
    headers = {"content-type": "application/JSON; charset=utf-8"}
    accepted(public.post("/intake/requests", content=json.dumps(request()), headers=headers))


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_only_post_sends(public: httpx.Client, method: str) -> None:
    answer = public.request(method, "/intake/requests")
    problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["allow"]


def test_a_browser_that_asks_gets_the_refusal_as_a_page(public: httpx.Client) -> None:
    answer = public.post("/intake/requests", json={}, headers={"accept": "text/html"})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("length", [300 * 1024, 8 * 1024 * 1024])
def test_a_body_over_the_limit_is_refused_in_a_way_that_can_be_read(house: House, length: int) -> None:
    document = problem(send(house, message="a" * length), 413, "body-too-large")
    assert "256 KiB" in document["detail"]
    # In pieces of unknown sum, too.
    pieces: Iterator[bytes] = (b" " * 65536 for _ in range(length // 65536 + 1))
    problem(httpx.post(f"{house.url}/intake/requests", content=pieces, headers={"content-type": "application/json"}), 413, "body-too-large")


@pytest.mark.parametrize("path", ["/intake/requests", "/intake"])
def test_a_client_that_is_still_sending_reads_the_413(house: House, path: str) -> None:
    length = 4 * 1024 * 1024
    with socket.create_connection(("127.0.0.1", house.port), timeout=20) as client:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        if path == "/intake":
            head = head.replace("application/json", "application/x-www-form-urlencoded")
        client.sendall(head.encode())
        for _ in range(length // 65536):
            client.sendall(b"a" * 65536)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"urn:seloste:problem:body-too-large" in answer


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("controller", "subject", "message", "type", "types", "language", "details")
INNER = ("notice", "notice_url", "controller_id", "business_id", "domain", "name", "register", "brand", "email", "phone", "address")


@st.composite
def nearly_right(draw: st.DrawFn) -> dict[str, Any]:
    """A right request with some of it replaced: whatever comes, it is answered and never a fault of ours."""
    body = request({"business_id": "9910417-5"})
    for name in draw(st.lists(st.sampled_from(FIELDS), max_size=2)):
        body[name] = draw(JSON)
    for part in ("controller", "subject"):
        if isinstance(body[part], dict):
            for name in draw(st.lists(st.sampled_from(INNER), max_size=2)):
                body[part][name] = draw(st.text(max_size=40) | JSON)
    return body


def test_whatever_is_sent_is_answered_and_never_a_fault_of_ours(house: House, cast: Cast) -> None:
    with httpx.Client(base_url=house.url, timeout=20) as client:

        @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.one_of(nearly_right(), JSON).map(lambda body: json.dumps(body).encode()))
        def ask(body: bytes) -> None:
            answer = client.post("/intake/requests", content=body, headers={"content-type": "application/json"})
            assert answer.status_code in (202, 400, 409, 422), answer.text
            if answer.status_code != 202:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["type"].startswith("urn:seloste:problem:")

        ask()
