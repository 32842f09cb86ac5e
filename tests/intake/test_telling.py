"""The controller hears of a request, the person gets a confirmation; neither mail says what the person typed."""

import contextlib
import json
import re
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest

from tests.cast import Cast, Player, published
from tests.house import REPOSITORY, House, wait_for
from tests.intake.person import Company, accepted, address, claiming, request, secret_of, send
from tests.intake.test_limiting import somewhere
from tests.intake.test_sealing import found_on_disk
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
MONTHS = {  # January to December, as they stand in a date
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu".replace(" ", "kuuta ") + "kuuta",
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
    received = datetime.fromisoformat(given["received_at"]).astimezone(ZoneInfo("Europe/Helsinki"))
    day = long_date(received.date().isoformat(), language)
    values = {"reference": given["reference"], "day": day, "due": long_date(given["due_on"], language)}
    for words in CONFIRMATION[language]:
        assert words.format(**values) in text
    assert re.search(rf"{day}, 0?{received.hour}[.:]{received.minute:02} \(EES?T\)", text)
    assert given["status_url"] in text
    assert f"{house.url}/n/hallavirta/asiakkaat/v/1/{language}" in text
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
    assert f"{house.url}/n/{hidden.player.slug}/{hidden.notice}/v/1/en" in text
    assert given["reference"] in text


def test_a_controller_elsewhere_is_named_with_its_own_time_and_authority(house: House, post: PostOffice, cast: Cast) -> None:
    company = claiming(cast, country="PT", time_zone="Atlantic/Azores")
    email = address()
    accepted(send(house, {"controller_id": company.id}, language="en", subject={"name": "A", "email": email}))
    text = words_of(confirmation(post, email))
    assert "Comissão Nacional de Proteção de Dados, https://www.cnpd.pt" in text
    assert re.search(r"\d{2}:\d{2} \([-+]0[01]\)", text), text


def test_any_right_address_gets_its_mail(house: House, post: PostOffice) -> None:
    """An internationalised domain in its ASCII form, which every mail server takes."""
    unique = secrets.token_hex(4)
    addresses = {
        f"äiti{unique}@example.org": f"äiti{unique}@example.org",
        f"o'neil+{unique}@example.org": f"o'neil+{unique}@example.org",
        f"a{unique}@mäki.example.org": f"a{unique}@xn--mki-qla.example.org",
    }
    given = {email: accepted(send(house, subject={"name": "A", "email": email})) for email in addresses}
    for email, delivered in addresses.items():
        assert given[email]["reference"] in words_of(confirmation(post, delivered))


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


@contextlib.contextmanager
def workers(house: House, number: int, **settings: str) -> Iterator[None]:
    """That many workers for a house that has none of its own."""
    command, environment = [sys.executable, "-m", "service.cli", "worker"], {**house.environment, **settings}
    with house.log.open("ab") as log:
        started = [subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log) for _ in range(number)]
        try:
            yield
        finally:
            for worker in started:
                worker.terminate()
            assert [worker.wait(20) for worker in started] == [0] * number


def send_from_somewhere(house: House, body: dict[str, Any]) -> dict[str, Any]:
    return accepted(httpx.post(f"{house.url}/intake/requests", json=body, headers={"x-forwarded-for": somewhere()}, timeout=20))


@pytest.fixture
async def beside_strict(strict: House) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**strict.superuser())
    await connection.execute("DELETE FROM pgqueuer")
    yield connection
    await connection.close()


async def test_two_workers_send_each_mail_once_and_without_smtp_into_files(strict: House, beside_strict: asyncpg.Connection) -> None:
    """The queue fills while no worker runs; its rows hold ids alone; then two workers meet over it. Five are for one address."""
    bodies = [request(language="en") for _ in range(20)]
    same = [request(subject=bodies[0]["subject"]) for _ in range(4)]
    given = [send_from_somewhere(strict, body) for body in bodies + same]
    rows = await beside_strict.fetch("SELECT entrypoint, payload, headers, dedupe_key FROM pgqueuer")
    assert sorted(row["entrypoint"] for row in rows) == ["intake.confirm"] * 24 + ["intake.tell_controller"] * 24
    for row in rows:
        assert set(json.loads(row["payload"])) == {"tenant", "row"}
        assert row["headers"] is None
        assert row["dedupe_key"] is None
    mailbox, done = strict.data / "mailbox", jobs_done(strict)
    told = "history WHERE event LIKE 'request:%confirm%' OR event = 'request:tell_controller'"
    with workers(strict, 2):
        wait_for(lambda: jobs_done(strict) == done + 48, 30)
    counted = await beside_strict.fetch(f"SELECT event, count(*), count(DISTINCT subject) FROM {told} GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in counted] == [
        ("request:confirm", 22, 22),
        ("request:tell_controller", 24, 24),
        ("request:withhold_confirmation", 2, 2),
    ]
    assert await beside_strict.fetchval("SELECT count(*) FROM pgqueuer") == 0
    assert len(list(mailbox.glob("*.eml"))) == len(list(mailbox.glob("*"))) == 46
    assert mailbox.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in mailbox.glob("*"))
    mails = {str(mail["to"]): mail.get_content() for mail in map(read, mailbox.glob("*.eml"))}
    for body, answer in list(zip(bodies, given, strict=False))[1:]:
        text = mails[body["subject"]["email"]]
        # What is secret is shown at ACCOUNT_URL, what is public at PUBLIC_URL.
        assert answer["status_url"].startswith(f"http://localhost:{strict.port}/intake/requests/{answer['reference']}?secret=")
        assert answer["status_url"] in text
        assert f"{strict.url}/n/hallavirta/asiakkaat/v/1/en" in text


def jobs_done(house: House) -> int:
    """But for those that come by the clock."""
    jobs = [line for line in house.log.read_text().splitlines() if '"event": "job"' in line]
    return sum("intake.look_after" not in line for line in jobs)


def read(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return BytesParser(policy=default).parse(file)  # type: ignore[arg-type, return-value]


class Quoting(PostOffice):
    """A server that names the address while it turns it away, as many do."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 — aiosmtpd's name
        if self.refusing:
            self._refused.append(address)
            return f"450 {address} is busy"
        envelope.rcpt_tos.append(address)
        return "250 known"


async def test_what_a_mail_server_answers_is_kept_nowhere(strict: House, beside_strict: asyncpg.Connection) -> None:
    """The queue keeps why a job failed, and a mail server's answer may quote the person's address."""
    body = request()
    email = body["subject"]["email"]
    given = send_from_somewhere(strict, body)
    with Quoting() as office:
        office.refusing = True
        with workers(strict, 1, SMTP_URL=office.url):
            wait_for(lambda: office.refused(email))
            wait_for(lambda: "a job failed and is tried again" in strict.log.read_text())
            office.refusing = False
            assert given["reference"] in words_of(wait_for(lambda: office.to(email), 30)[0])
    kept = await beside_strict.fetch("SELECT traceback::text FROM pgqueuer_log WHERE traceback IS NOT NULL")
    assert any("SMTPRecipientsRefused" in row[0] for row in kept), "the kind of the fault is for whoever runs the service"
    assert not any(email in row[0] or "is busy" in row[0] for row in kept)
    assert email not in strict.log.read_text()
    assert found_on_disk(strict.data / "postgres", email) == []


def test_a_published_notice_is_linked_as_it_stood(house: House, post: PostOffice, cast: Cast) -> None:
    """A version that is published after the request does not change what the mail shows."""
    slug, controller_id = published(cast.charlie)
    email = address()
    accepted(send(house, {"controller_id": controller_id}, language="en", subject={"name": "A", "email": email}))
    assert f"/n/charlies/{slug}/v/1/en" in words_of(confirmation(post, email))
