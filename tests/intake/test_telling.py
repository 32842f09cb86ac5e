"""The controller hears of a request, the person gets a confirmation; neither mail says what the person typed."""

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, Player, published
from tests.house import REPOSITORY, House, wait_for
from tests.intake.person import Company, accepted, address, claiming, request, secret_of, send
from tests.intake.test_limiting import somewhere
from tests.post import PostOffice

CONFIRMATION = {
    "fi": [
        "Tietosuojapyyntösi {reference} on vastaanotettu",
        "vastaanotettu {day}",
        "rekisterinpitäjä Hallavirran Lähipuoti Oy (Y-tunnus 9910417-5; tietosuoja@hallavirta.example.org · +358 29 000 1201)",
        "sen puolesta, henkilötietojen käsittelijänä",
        "Haluan, että tietoni poistetaan, Haluan jäljennöksen tiedoistani",
        "määräpäivä on {due}",
        "pidentää aikaa kahdella kuukaudella",
        "syistä ensimmäisen kuukauden aikana",
        "ei maksa mitään",
        "kysytään lisää vain, jos se on välttämätöntä",
        "Älä lähetä arkaluonteisia tietoja",
        "Tietosuojaseloste sellaisena kuin se oli voimassa",
        "täydentää pyyntöä, muuttaa sitä tai perua sen",
        "valvontaviranomaiselle: Tietosuojavaltuutetun toimisto, https://tietosuoja.fi",
        "kuinka kauan pyyntö säilyy",
    ],
    "sv": [
        "Din dataskyddsbegäran {reference} har tagits emot",
        "togs emot {day}",
        "personuppgiftsansvarige Hallavirran Lähipuoti Oy (FO-nummer 9910417-5; tietosuoja@hallavirta.example.org · +358 29 000 1201)",
        "för dess räkning, som personuppgiftsbiträde",
        "Jag vill att mina uppgifter raderas, Jag vill ha en kopia av mina uppgifter",
        "senast {due}",
        "förlänga tiden med två månader",
        "skälen inom den första månaden",
        "kostar ingenting",
        "tillfrågas om mer bara om det är nödvändigt",
        "Skicka inte känsliga uppgifter",
        "Dataskyddsbeskrivningen så som den gällde",
        "komplettera, ändra eller återta",
        "tillsynsmyndigheten: Dataombudsmannens byrå, https://tietosuoja.fi",
        "hur länge begäran bevaras",
    ],
    "en": [
        "Your data protection request {reference} has been received",
        "received on {day}",
        "controller Hallavirran Lähipuoti Oy (business ID 9910417-5; tietosuoja@hallavirta.example.org · +358 29 000 1201)",
        "on the controller's behalf, as its processor",
        "I want my data erased, I want a copy of my data",
        "due by {due}",
        "extend this by two months",
        "with the reasons, within the first month",
        "costs nothing",
        "asked for more only if that is necessary",
        "Do not send sensitive data",
        "privacy notice as it was in force that day",
        "add to the request, change it or withdraw it",
        "supervisory authority: Office of the Data Protection Ombudsman, https://tietosuoja.fi",
        "how long the request is kept",
    ],
}
MONTHS = {
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "en": "January February March April May June July August September October November December",
}


def long_date(day: str, language: str) -> str:
    year, month, date = map(int, day.split("-"))
    return f"{date}{'.' if language == 'fi' else ''} {MONTHS[language].split()[month - 1]} {year}"


def confirmation(post: PostOffice, email: str) -> EmailMessage:
    [mail] = wait_for(lambda: post.to(email))
    return mail  # type: ignore[no-any-return]


def words_of(mail: EmailMessage) -> str:
    return f"{mail['subject']}\n{mail.get_content()}"


@pytest.mark.parametrize("language", CONFIRMATION)
def test_the_confirmation_says_all_that_a_person_must_know(house: House, post: PostOffice, language: str) -> None:
    typed = [f"typed{secrets.token_hex(6)}" for _ in range(6)]
    email = address()
    subject = {"name": typed[0], "email": email, "phone": typed[1], "address": typed[2]}
    to = {"business_id": "9910417-5", "register": typed[5]}
    given = accepted(
        send(house, to, type="erasure", types=["copy"], language=language, subject=subject, message=typed[3], details={"a": typed[4]})
    )
    mail = confirmation(post, email)
    text = words_of(mail)
    # The day in the controller's zone: the server counts it there too, one month before `nominal_on` or later in that month.
    day = next(found for found in re.findall(r"\d{1,2}\.? \w+ \d{4}", text) if found)
    values = {"reference": given["reference"], "day": day, "due": long_date(given["due_on"], language)}
    for words in CONFIRMATION[language]:
        assert words.format(**values) in text
    assert re.search(r"\d{1,2}[.:]\d{2} \(EES?T\)", text)
    assert given["status_url"] in text
    assert f"{house.url}/n/hallavirta/asiakkaat/v/1/fi" in text
    assert "not verified" not in text
    everything = mail.as_string() + text
    for word in typed:
        assert word not in everything
    assert str(mail["to"]) == email
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["content-language"] == language
    assert secret_of(given) not in str(mail["subject"])


def test_a_reader_of_another_language_gets_english(house: House, post: PostOffice) -> None:
    email = address()
    accepted(send(house, language="de", subject={"name": "A", "email": email}))
    assert "has been received" in str(confirmation(post, email)["subject"])


def test_the_confirmation_warns_of_a_controller_that_nobody_has_verified(house: House, post: PostOffice, hidden: Company) -> None:
    email = address()
    given = accepted(send(house, {"controller_id": hidden.id}, language="en", subject={"name": "A", "email": email}))
    text = words_of(confirmation(post, email))
    assert "We have not verified who this controller is" in text
    assert f"{house.url}/n/{hidden.player.slug}/{hidden.notice}/v/1/fi" in text
    assert given["reference"] in text


def test_a_controller_elsewhere_is_named_with_its_own_time_and_authority(house: House, post: PostOffice, cast: Cast) -> None:
    company = claiming(cast, country="PT", time_zone="Atlantic/Azores")
    email = address()
    accepted(send(house, {"controller_id": company.id}, language="en", subject={"name": "A", "email": email}))
    text = words_of(confirmation(post, email))
    assert "Comissão Nacional de Proteção de Dados, https://www.cnpd.pt" in text
    assert re.search(r"\d{2}:\d{2} \([-+]0[01]\)", text), text


@pytest.mark.parametrize("email", ["äiti@example.org", "o'neil+x@example.org", "a@mäki.example.org"])
def test_any_right_address_gets_its_mail(house: House, post: PostOffice, email: str) -> None:
    local, _, domain = email.partition("@")
    unique = f"{local}{secrets.token_hex(4)}@{domain}"
    given = accepted(send(house, language="en", subject={"name": "A", "email": unique}))
    delivered = unique.replace("mäki", "xn--mki-qla")
    assert given["reference"] in words_of(confirmation(post, delivered))


def test_the_controllers_mail_has_reference_and_link_and_nothing_of_the_person(house: House, post: PostOffice, hallavirta: Player) -> None:
    body = request(message="only-for-the-controller")
    given = accepted(httpx.post(f"{house.url}/intake/requests", json=body, timeout=20))
    mail = wait_for(lambda: about(post, "tietosuoja@hallavirta.example.org", given["reference"]))
    text = words_of(mail)
    assert str(mail["subject"]) == f"Uusi tietosuojapyyntö {given['reference']}"
    [link] = re.findall(r"http\S+/requests/\S+", text)
    assert hallavirta.api.get(link).json()["reference"] == given["reference"]
    assert long_date(given["due_on"], "fi") in text
    assert long_date(given["nominal_on"], "fi") in text
    for word in (*body["subject"].values(), "only-for-the-controller", secret_of(given)):
        assert word not in mail.as_string() + text


def about(post: PostOffice, to: str, reference: str) -> EmailMessage | None:
    return next((mail for mail in post.to(to) if reference in str(mail["subject"])), None)


@pytest.mark.parametrize("known", ["dpo", "contact"])
def test_a_controller_without_an_address_of_its_own_still_hears(house: House, post: PostOffice, cast: Cast, known: str) -> None:
    office = address()
    more = {"dpo": {"name": "", "email": office}} if known == "dpo" else {}
    company = claiming(cast, email=None, **more)
    given = accepted(send(house, {"controller_id": company.id}))
    to = office if known == "dpo" else f"{company.player.slug}@example.org"
    assert wait_for(lambda: about(post, to, given["reference"]))


def test_what_was_sent_is_recorded(house: House, cast: Cast, hidden: Company) -> None:
    accepted(send(house, {"controller_id": hidden.id}))
    request_id = hidden.player.get("/requests", params={"limit": 1}).json()["items"][0]["id"]
    expected = ["request:confirm", "request:receive", "request:tell_controller"]
    assert wait_for(lambda: events(hidden.player, request_id) == expected)


def events(player: Player, request_id: str) -> list[str]:
    items = player.get("/audit-events", params={"limit": 200}).json()["items"]
    return sorted(item["event"] for item in items if item["subject"].get("request") == request_id)


def test_an_unconfirmed_address_gets_three_mails_a_day_and_the_fourth_is_withheld(
    house: House, post: PostOffice, cast: Cast, hallavirta: Player
) -> None:
    """The address may be anybody's: a form must not fill a stranger's mailbox. The requests themselves are all taken."""
    company = claiming(cast)
    email = address()
    for number in range(5):
        # Over two controllers, and in two spellings: it is one mailbox.
        to = {"controller_id": company.id} if number % 2 else None
        accepted(send(house, to, subject={"name": "A", "email": email.upper() if number == 1 else email}))

    def withheld() -> list[dict[str, Any]]:
        found = [*company.player.get("/audit-events").json()["items"], *hallavirta.get("/audit-events").json()["items"][:40]]
        return [event for event in found if event["event"] == "request:withhold_confirmation"]

    assert wait_for(lambda: len(withheld()) == 2)
    assert all(event["details"] == {"reason": "three mails a day"} for event in withheld())
    assert len(post.to(email)) + len(post.to(email.upper())) + len(post.to(email.upper().replace("EXAMPLE.ORG", "example.org"))) == 3
    # Another address is not held back by it.
    other = address()
    accepted(send(house, subject={"name": "A", "email": other}))
    assert confirmation(post, other)


def test_while_the_mail_server_refuses_mail_waits_and_then_arrives_once(house: House, post: PostOffice, cast: Cast) -> None:
    email = address()
    post.refusing = True
    try:
        given = accepted(send(house, language="en", subject={"name": "A", "email": email}))
        assert wait_for(lambda: post.refused(email))
        assert post.to(email) == []
        assert httpx.get(given["status_url"]).status_code == 200
    finally:
        post.refusing = False
    mail = wait_for(lambda: post.to(email), 30)[0]
    assert given["reference"] in words_of(mail)
    # Its id tells that all tries were one mail.
    assert re.fullmatch(r"<[0-9a-f-]{36}@127\.0\.0\.1>", str(mail["message-id"]))
    company = claiming(cast)
    accepted(send(house, {"controller_id": company.id}))
    assert wait_for(lambda: post.to(f"privacy@{company.player.slug}.example.org"))
    assert len(post.to(email)) == 1


@pytest.fixture
def worker(strict: House) -> Iterator[subprocess.Popen[bytes]]:
    """A worker for the house that has none; another joins where a test starts one."""
    started = start_worker(strict)
    yield started
    started.terminate()
    started.wait(20)


def start_worker(house: House) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "service.cli", "worker"]
    return subprocess.Popen(command, cwd=REPOSITORY, env=house.environment, stdout=subprocess.DEVNULL, stderr=house.log.open("ab"))


def send_from_somewhere(house: House, body: dict[str, Any]) -> dict[str, Any]:
    return accepted(httpx.post(f"{house.url}/intake/requests", json=body, headers={"x-forwarded-for": somewhere()}, timeout=20))


async def test_two_workers_send_each_mail_once_and_without_smtp_into_files(strict: House) -> None:
    """The queue fills while no worker runs; its rows hold ids alone; then two workers meet over it."""
    bodies = [request(language="en") for _ in range(25)]
    given = [send_from_somewhere(strict, body) for body in bodies]
    superuser = await asyncpg.connect(**strict.superuser())
    workers: list[subprocess.Popen[bytes]] = []
    try:
        rows = await superuser.fetch("SELECT entrypoint, payload, headers, dedupe_key FROM pgqueuer WHERE entrypoint LIKE 'intake.%'")
        assert len(rows) == 50
        assert {row["entrypoint"] for row in rows} == {"intake.tell_controller", "intake.confirm"}
        for row in rows:
            assert set(json.loads(row["payload"])) == {"tenant", "row"}
            assert row["headers"] is None
            assert row["dedupe_key"] is None
        workers = [start_worker(strict) for _ in range(2)]
        mailbox = strict.data / "mailbox"
        wait_for(lambda: len(list(mailbox.glob("*.eml"))) == 50, 30)
        while await superuser.fetchval("SELECT count(*) FROM pgqueuer"):
            pass
        sent = await superuser.fetch(
            """SELECT event, count(*) AS mails, count(DISTINCT subject) AS requests FROM history
               WHERE event IN ('request:confirm', 'request:tell_controller') GROUP BY 1 ORDER BY 1"""
        )
        assert [tuple(row) for row in sent] == [("request:confirm", 25, 25), ("request:tell_controller", 25, 25)]
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(20)
        await superuser.close()
    assert mailbox.stat().st_mode & 0o777 == 0o700
    assert not list(mailbox.glob(".*.part"))
    mails = {str(mail["to"]): mail for mail in map(read, mailbox.glob("*.eml"))}
    for body, answer in zip(bodies, given, strict=True):
        assert answer["reference"] in mails[body["subject"]["email"]].get_content()
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in mailbox.glob("*.eml"))


def read(path: Any) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(path.read_bytes())  # type: ignore[arg-type, return-value]


def test_a_published_notice_is_linked_as_it_stood(house: House, post: PostOffice, cast: Cast) -> None:
    """A version that is published after the request does not change what the mail shows."""
    slug, controller_id = published(cast.charlie)
    email = address()
    accepted(send(house, {"controller_id": controller_id}, language="en", subject={"name": "A", "email": email}))
    assert f"/n/charlies/{slug}/v/1/fi" in words_of(confirmation(post, email))
