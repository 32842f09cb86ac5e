"""The form does for people what the API does for programs: without a script, without a cookie, in three languages."""

import re
import secrets
from html import unescape
from typing import Any
from urllib.parse import urlencode

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Player
from tests.house import House
from tests.intake.person import Company, address, fill_in

HEADING = {"fi": "Tietosuojapyyntö", "sv": "Dataskyddsbegäran", "en": "Data protection request"}
RECEIVED = {"fi": "Pyyntö on vastaanotettu", "sv": "Begäran har tagits emot", "en": "The request has been received"}


def fields(**more: Any) -> dict[str, Any]:
    """The form filled in as it should be."""
    return {
        "key": secrets.token_urlsafe(16),
        "business_id": "9910417-5",
        "domain": "",
        "controller": "",
        "types": ["access"],
        "name": "Aino Esimerkki",
        "email": address(),
        "phone": "",
        "message": "Mitä tietoja minusta on?",
        **more,
    }


def reference_on(page: httpx.Response) -> str:
    match = re.search(r"<strong>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</strong>", page.text)
    assert match is not None, page.text
    return match[1]


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)}


def action_of(page: httpx.Response) -> str:
    match = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert match is not None
    return unescape(match[1])


def is_private_page(answer: httpx.Response) -> None:
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    for part in ("default-src 'none'", "script-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert "style=" not in answer.text


def faults(page: httpx.Response) -> dict[str, str]:
    """What is told at which field, for eyes and for a screen reader alike."""
    told = {name: unescape(text) for name, text in re.findall(r'<p class="error" id="(\w+)-error">([^<]+)</p>', page.text)}
    for name in told:
        assert f'aria-invalid="true" aria-describedby="{name}-error' in page.text
    assert page.text.count('aria-invalid="true"') == len(told)
    return told


@pytest.mark.parametrize("language", HEADING)
def test_the_form_speaks_three_languages(public: httpx.Client, language: str) -> None:
    by_header = public.get("/intake", headers={"accept-language": f"{language}-FI,x;q=0.5"})
    by_link = public.get("/intake", params={"lang": language}, headers={"accept-language": "de"})
    for page in (by_header, by_link):
        assert page.status_code == 200
        is_private_page(page)
        assert "form-action 'self'" in page.headers["content-security-policy"]
        assert f'<html lang="{language}"' in page.text
        assert f"<h1>{HEADING[language]}</h1>" in page.text
        assert action_of(page) == f"/intake?lang={language}"
        assert page.text.count('type="checkbox" name="types"') == 16
    others = set(re.findall(r'hreflang="(\w+)"', by_link.text))
    assert others == set(HEADING) - {language}


def test_a_language_that_we_do_not_speak_is_finnish(public: httpx.Client) -> None:
    for page in (public.get("/intake?lang=xx", headers={"accept-language": "de"}), public.get("/intake?lang=%00")):
        assert f"<h1>{HEADING['fi']}</h1>" in page.text


@pytest.mark.parametrize("language", RECEIVED)
def test_what_was_filled_in_arrives(house: House, hallavirta: Player, public: httpx.Client, language: str) -> None:
    email = address()
    filled = fields(types=["erasure", "copy"], email=email, phone="+358 40 000 0000", message="Yksi\r\nkaksi\r\n\r\n<b>kolme</b>")
    page = fill_in(house, f"/intake?lang={language}", **filled)
    assert page.status_code == 202
    is_private_page(page)
    assert f"<h1>{RECEIVED[language]}</h1>" in page.text
    assert "Hallavirran Lähipuoti Oy (9910417-5)" in page.text
    [link] = re.findall(r'<a href="(http[^"]+/intake/requests/[^"]+)"', page.text)
    assert public.get(unescape(link)).json()["reference"] == reference_on(page)
    read = newest(hallavirta, reference_on(page))
    assert read["types"] == ["erasure", "copy"]
    assert read["language"] == language
    assert read["message"] == "Yksi\nkaksi\n\n<b>kolme</b>"
    assert read["subject"] == {"name": "Aino Esimerkki", "email": email, "phone": "+358 40 000 0000", "address": None}


def newest(player: Player, reference: str) -> dict[str, Any]:
    items = player.get("/requests", params={"limit": 5}).json()["items"]
    [found] = [item["id"] for item in items if item["reference"] == reference]
    return player.get(f"/requests/{found}").json()  # type: ignore[no-any-return]


@pytest.mark.parametrize("hint", [{"domain": "https://www.hallavirta.example.org/"}, {"controller": "hallavirran lähipuoti oy"}])
def test_another_hint_does_as_well(house: House, hint: dict[str, str]) -> None:
    assert "Hallavirran Lähipuoti Oy" in fill_in(house, **fields(business_id="", **hint)).text


def test_spaces_around_what_was_pasted_are_no_part_of_it(house: House) -> None:
    assert fill_in(house, **fields(business_id=" 9910417-5\t", email=f"\u00a0{address()} ")).status_code == 202


async def test_sending_twice_is_one_request(house: House, superuser: asyncpg.Connection) -> None:
    before = await superuser.fetchval("SELECT count(*) FROM requests")
    filled = fields()
    first, again = fill_in(house, **filled), fill_in(house, **filled)
    assert (first.status_code, again.status_code) == (202, 202)
    assert reference_on(first) == reference_on(again)
    assert await superuser.fetchval("SELECT count(*) FROM requests") == before + 1


def test_each_form_has_a_key_of_its_own_and_keeps_it_while_it_is_corrected(house: House, public: httpx.Client) -> None:
    one, other = (hidden_fields(public.get("/intake"))["key"] for _ in range(2))
    assert one != other
    corrected = fill_in(house, **fields(key=one, name=""))
    assert corrected.status_code == 422
    assert hidden_fields(corrected)["key"] == one


def test_a_key_that_is_none_is_refused(house: House) -> None:
    assert fill_in(house, **fields(key="ä")).status_code == 400
    assert fill_in(house, **fields(key="")).status_code == 202


NEEDED = {
    "fi": {
        "controller": "Kerro jotakin, mistä rekisterinpitäjän tunnistaa: Y-tunnus, verkko-osoite tai virallinen nimi.",
        "types": "Valitse ainakin yksi asia, jota pyydät.",
        "name": "Kirjoita nimesi.",
        "email": "Kirjoita sähköpostiosoite muodossa nimi@esimerkki.fi.",
    },
    "sv": {
        "controller": "Ange något som den personuppgiftsansvarige känns igen på: FO-nummer, webbadress eller officiellt namn.",
        "types": "Välj åtminstone en sak som du begär.",
        "name": "Skriv ditt namn.",
        "email": "Skriv en e-postadress i formen namn@exempel.fi.",
    },
    "en": {
        "controller": "Give something to know the controller by: business ID, web address or legal name.",
        "types": "Choose at least one thing that you ask for.",
        "name": "Write your name.",
        "email": "Write an email address such as name@example.org.",
    },
}


@pytest.mark.parametrize("language", NEEDED)
async def test_all_that_is_missing_is_told_at_its_field_at_once(house: House, superuser: asyncpg.Connection, language: str) -> None:
    before = await superuser.fetchval("SELECT count(*) FROM requests")
    page = fill_in(house, f"/intake?lang={language}", message="kept", phone="040 000")
    assert page.status_code == 422
    is_private_page(page)
    assert faults(page) == NEEDED[language]
    assert 'role="alert"' in page.text
    assert await superuser.fetchval("SELECT count(*) FROM requests") == before


@pytest.mark.parametrize("missing", ["controller", "types", "name", "email"])
def test_one_missing_field_is_told_and_what_was_typed_is_kept(house: House, missing: str) -> None:
    filled = fields(name='"Aino" <b>', message="\nYksi\nkaksi </textarea>", types=["copy"], phone="040 & 050")
    filled |= {"business_id": "", "types": ["copy"]} if missing == "controller" else {missing: [] if missing == "types" else " "}
    page = fill_in(house, "/intake?lang=en", **filled)
    assert page.status_code == 422
    assert faults(page) == {missing: NEEDED["en"][missing]}
    for name in ("business_id", "name", "email", "phone"):
        if name != missing:
            match = re.search(rf'<input id="{name}"[^>]*? value="([^"]*)"', page.text)
            assert match is not None
            assert unescape(match[1]) == filled[name]
    assert "kaksi &lt;/textarea&gt;</textarea>" in page.text
    assert ('value="copy" checked' in page.text) == (missing != "types")


@pytest.mark.parametrize("email", ["aino", "aino@", "aino@example.org, b@example.org", "Aino <aino@example.org>"])
def test_a_mail_address_that_is_none_is_told_at_its_field(house: House, email: str) -> None:
    page = fill_in(house, "/intake?lang=en", **fields(email=email))
    assert faults(page) == {"email": NEEDED["en"]["email"]}
    assert unescape(page.text).count(email) == 1


REFUSED = "The text holds a character that cannot be accepted, or is too long."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Aino\0"),
        ("name", "Aino\u202eikkremisE"),
        ("name", "Aino\nEsimerkki"),
        ("name", "\x1fAino"),
        ("name", "a" * 301),
        ("phone", "040\x07"),
        ("phone", "0" * 61),
        ("message", "a\0b"),
        ("message", "\x1b[31m"),
        ("message", "a\u2066b"),
        ("message", "a" * 20_001),
        ("business_id", "9910417-5\u2028"),
        ("domain", "hallavirta\x00.example.org"),
        ("controller", "Halla\u202dvirta"),
        ("controller", "a" * 301),
    ],
)
async def test_what_cannot_be_accepted_is_refused_at_its_field_and_not_cleaned(
    house: House, superuser: asyncpg.Connection, field: str, value: str
) -> None:
    before = await superuser.fetchval("SELECT count(*) FROM requests")
    page = fill_in(house, "/intake?lang=en", **fields(**{field: value}))
    assert page.status_code == 422
    assert faults(page) == {field: REFUSED}
    assert await superuser.fetchval("SELECT count(*) FROM requests") == before


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 422),
        (b"name=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"name=\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=b" for _ in range(101)), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--x--\r\n', "multipart/form-data; boundary=x", 415),
        (b"a" * 300_000, "application/x-www-form-urlencoded", 413),
    ],
    ids=["nothing", "no UTF-8", "raw bytes", "too many fields", "JSON", "no type", "multipart", "too large"],
)
@pytest.mark.parametrize("path", ["/intake", "/n/hallavirta/asiakkaat/request"])
def test_what_is_no_form_of_ours_is_refused_as_a_page(public: httpx.Client, path: str, content: bytes, kind: str, status: int) -> None:
    answer = public.post(path, content=content, headers={"accept": "text/html", **({"content-type": kind} if kind else {})})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_the_longest_message_fits(house: House, hallavirta: Player) -> None:
    page = fill_in(house, **fields(message="🙂" * 20_000))
    assert newest(hallavirta, reference_on(page))["message"] == "🙂" * 20_000


def test_words_that_look_like_data_are_kept_as_words(house: House, hallavirta: Player) -> None:
    for message in ("true", "null", "[1, 2]", '{"a": 1}', "a+b%20c&d=e;f", "+", "%"):
        page = fill_in(house, **fields(message=message, name="null"))
        read = newest(hallavirta, reference_on(page))
        assert (read["message"], read["subject"]["name"]) == (message, "null")


def test_a_notices_form_is_bound_to_its_controller(house: House, hallavirta: Player, public: httpx.Client) -> None:
    path = "/n/hallavirta/asiakkaat/request"
    page = public.get(path, params={"lang": "en"})
    is_private_page(page)
    assert "<h1>Data protection request: Hallavirran Lähipuoti Oy</h1>" in page.text
    assert 'name="business_id"' not in page.text
    assert "have not verified" not in page.text
    assert action_of(page) == f"{path}?lang=en"
    # Whatever else is sent along, it goes to the notice's controller.
    sent = fill_in(house, path, **fields(business_id="9921543-0", controller="Kuuramäen Talonhuolto Oy"))
    assert sent.status_code == 202
    assert newest(hallavirta, reference_on(sent))["matched_by"] == "notice"
    missing = fill_in(house, f"{path}?lang=en", **fields(name=""))
    assert faults(missing) == {"name": NEEDED["en"]["name"]}
    assert 'name="business_id"' not in missing.text


def test_form_and_receipt_warn_of_a_controller_that_nobody_has_verified(house: House, hidden: Company, public: httpx.Client) -> None:
    path = f"/n/{hidden.player.slug}/{hidden.notice}/request"
    warning = "We have not verified who this controller is"
    assert warning in public.get(path, params={"lang": "en"}).text
    receipt = fill_in(house, f"{path}?lang=en", **fields())
    assert receipt.status_code == 202
    assert warning in receipt.text


@pytest.mark.parametrize(
    "place", ["hallavirta/none", "none/asiakkaat", "a%0Ab/asiakkaat", "a%E2%80%AEb/asiakkaat", "a/b", "x" * 300 + "/y", "a%00b/c"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_no_notice_is_published_there_is_no_form(public: httpx.Client, method: str, place: str) -> None:
    answer = public.request(method, f"/n/{place}/request", data=fields() if method == "POST" else None)
    assert answer.status_code == 404


def test_who_is_not_found_is_told_that_nothing_was_delivered(house: House, hidden: Company) -> None:
    page = fill_in(house, "/intake?lang=en", **fields(business_id=hidden.controller["business_id"]))
    assert page.status_code == 422
    is_private_page(page)
    assert "<h1>The request was not delivered</h1>" in page.text
    assert "Nothing was delivered or stored" in page.text
    assert "Office of the Data Protection Ombudsman, https://tietosuoja.fi" in page.text
    near = f'<a href="/n/{hidden.player.slug}/{hidden.notice}">{hidden.controller["name"]}</a>'
    assert f"{near} ({hidden.controller['business_id']}) – not verified" in page.text


def test_when_several_fit_the_person_chooses_on_a_page(house: House, twins: tuple[Company, Company], public: httpx.Client) -> None:
    brand_as_name = twins[0].controller["former_names"][0]
    page = fill_in(house, "/intake?lang=sv", **fields(business_id="", controller=brand_as_name, message="Vem av er?"))
    assert page.status_code == 409
    is_private_page(page)
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "<h1>Vem är begäran avsedd för?</h1>" in page.text
    assert re.findall(r'name="controller_id" value="([^"]+)"', page.text) == [company.id for company in twins]
    hidden = hidden_fields(page)
    assert action_of(page).startswith("/intake/choose/")
    assert hidden["secret"] not in action_of(page)
    # Nothing chosen, or nonsense: refused, and still to be chosen.
    for nonsense in ({}, {"controller_id": "x"}, {"controller_id": "00000000-0000-0000-0000-000000000000"}):
        assert fill_in(house, action_of(page), **hidden, **nonsense).status_code in (400, 422)
    assert fill_in(house, action_of(page), **{**hidden, "secret": "wrong"}, controller_id=twins[1].id).status_code == 404
    chosen = fill_in(house, action_of(page), **hidden, controller_id=twins[1].id)
    assert chosen.status_code == 202
    is_private_page(chosen)
    assert f"<h1>{RECEIVED['sv']}</h1>" in chosen.text
    assert twins[1].controller["name"] in chosen.text
    read = newest(twins[1].player, reference_on(chosen))
    assert (read["message"], read["language"], read["matched_by"]) == ("Vem av er?", "sv", "choice")
    # Sent twice, it is one; under another key it is gone.
    assert reference_on(fill_in(house, action_of(page), **hidden, controller_id=twins[1].id)) == reference_on(chosen)
    assert fill_in(house, action_of(page), **{**hidden, "key": "another"}, controller_id=twins[1].id).status_code == 404


def test_whatever_is_filled_in_is_answered_with_a_page(house: House) -> None:
    names = st.sampled_from([*fields(), "secret", "x"])
    values = st.text(max_size=30) | st.sampled_from(["9910417-5", "access", "aino@example.org", "hallavirta.example.org"])
    with httpx.Client(base_url=house.url, timeout=20, headers={"content-type": "application/x-www-form-urlencoded"}) as client:

        @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.tuples(names, values), max_size=6), st.booleans())
        def ask(changes: list[tuple[str, str]], over_a_right_form: bool) -> None:
            pairs = [*changes, *(urlable(fields()) if over_a_right_form else [])]
            answer = client.post("/intake", content=urlencode(pairs, errors="surrogatepass"), headers={"accept": "text/html"})
            assert answer.status_code in (202, 400, 409, 422), answer.text
            assert answer.headers["content-type"].startswith("text/html")

        ask()


def urlable(filled: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, one) for name, value in filled.items() for one in (value if isinstance(value, list) else [value])]
