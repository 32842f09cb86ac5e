"""What each side is mailed about a case: what happened and what follows from it, and nothing that anybody wrote."""

import re
import secrets
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from service.intake.cases.machine import MOVES
from tests.house import House, wait_for
from tests.intake.cases.officer import BODIES, entered, opened_at
from tests.intake.cases.test_person import below
from tests.intake.person import Company, address, secret_of
from tests.post import PostOffice

# What the person reads of each act, in each language.
SAID = {
    "ask-identity": {
        "fi": ["vahvista, kuka olet", "Vastausaika ei kulu", "Älä lähetä kopiota passista"],
        "sv": ["bekräfta vem du är", "Svarstiden står stilla", "Skicka inte en kopia av pass"],
        "en": ["confirm who you are", "stands still", "Do not send a copy of your passport"],
    },
    "extend": {
        "fi": ["vastausaikaa on pidennetty", "pyyntö on monimutkainen", "valvontaviranomaiselle: Tietosuojavaltuutetun toimisto"],
        "sv": ["svarstiden har förlängts", "begäran är komplicerad", "tillsynsmyndigheten: Dataombudsmannens byrå"],
        "en": ["the time has been extended", "the request is complex", "authority: Office of the Data Protection Ombudsman"],
    },
    "refuse": {
        "fi": [
            "on vastattu",
            "ei toteuta pyyntöäsi",
            "Peruste: pyyntö on rekisterinpitäjän mukaan kohtuuton",
            "oikeus viedä asia tuomioistuimeen",
        ],
        "sv": [
            "har besvarats",
            "avslår din begäran",
            "Grund: begäran är enligt den personuppgiftsansvarige orimlig",
            "föra saken till domstol",
        ],
        "en": ["has been answered", "refuses your request", "Ground: according to the controller, the request is excessive", "go to court"],
    },
    "complete": {"fi": ["on vastannut pyyntöösi"], "sv": ["har besvarat din begäran"], "en": ["has answered your request"]},
    "withdraw": {"fi": ["merkitty perutuksi"], "sv": ["antecknats som återtagen"], "en": ["noted as withdrawn"]},
    "hand-over": {"fi": ["toinen rekisterinpitäjä"], "sv": ["en annan personuppgiftsansvarig"], "en": ["another controller"]},
    "reopen": {"fi": ["avattu uudelleen"], "sv": ["öppnats på nytt"], "en": ["been reopened"]},
}


def mails(post: PostOffice, email: str, number: int) -> list[EmailMessage]:
    """The mails to an address once there are so many, by subject."""
    return wait_for(lambda: len(found := post.to(email)) >= number and found, 30)  # type: ignore[no-any-return]


def text_of(mail: EmailMessage) -> str:
    return f"{mail['subject']}\n{mail.get_content()}"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_person_hears_of_each_move_in_their_language(house: House, company: Company, post: PostOffice, language: str) -> None:
    email, typed = address(), f"typed{secrets.token_hex(6)}"
    officer, given = opened_at(house, company, subject={"name": typed, "email": email}, message=typed, language=language)
    path: list[tuple[str, dict[str, Any]]] = [
        ("start", {}),
        ("ask-identity", {"reason": typed, "question": typed}),
        ("settle-identity", {"answer": typed}),
        ("extend", {"reason": typed}),
        ("complete", {"answer": typed}),
        ("reopen", {"reason": typed}),
        ("refuse", {"reason": typed}),
        ("reopen", {"reason": typed}),
        ("withdraw", {"reason": typed}),
        ("reopen", {"reason": typed}),
        ("hand-over", {"to": typed, "reason": typed}),
    ]
    for act, body in path:
        officer.did(act, **body)
    told = [act for act, _ in path if act in SAID]
    found = [text_of(mail) for mail in mails(post, email, 1 + len(told))]
    for act in told:
        assert any(all(word in text for word in SAID[act][language]) for text in found), (act, found)
    assert len(found) == 1 + len(told)
    everything = "".join(mail.as_string() + text_of(mail) for mail in post.to(email))
    assert typed not in everything
    for mail in post.to(email):
        assert given["status_url"] in mail.get_content()
        assert secret_of(given) not in str(mail["subject"])
        assert mail["content-language"] == language
    assert len({mail["message-id"] for mail in post.to(email)}) == len(found)
    assert len(wait_for(lambda: len(events := officer.events("request:tell_person")) == len(told) and events)) == len(told)


def test_a_refused_part_says_what_was_refused_and_what_was_not(house: House, company: Company, post: PostOffice) -> None:
    email = address()
    officer, _ = opened_at(house, company, subject={"name": "A", "email": email}, language="en")
    officer.did("refuse", answer="Half.", ground="duty_to_keep")
    text = "".join(map(text_of, mails(post, email, 2)))
    for word in ("refuses a part of it", "the law requires the data to be kept", "complain to the supervisory authority", "go to court"):
        assert word in text


def test_each_side_hears_of_the_others_messages_and_moves(house: House, public: httpx.Client, company: Company, post: PostOffice) -> None:
    email, typed = address(), f"typed{secrets.token_hex(6)}"
    officer, given = opened_at(house, company, subject={"name": "A", "email": email}, language="sv")
    officer.player.post(f"{officer.path}/messages", {"text": typed})
    officer.did("ask-identity")
    public.post(below(given, "/messages"), json={"text": typed})
    public.post(below(given, "/messages"), json={"text": typed})
    public.delete(given["status_url"])
    to_person = wait_for(lambda: [mail for mail in post.to(email) if "nytt meddelande" in str(mail["subject"])])
    assert "har skrivit till dig" in to_person[0].get_content()

    def office() -> list[str]:
        return [
            text_of(mail) for mail in post.to(f"privacy@{company.player.slug}.example.org") if given["reference"] in str(mail["subject"])
        ]

    # The first message answered the question, and is told as that alone.
    wait_for(lambda: len(office()) == 4)
    for words in ("Uusi tietosuojapyyntö", "on vastannut kysymykseen", "on kirjoittanut teille", "on perunut pyyntönsä"):
        assert sum(words in text for text in office()) == 1, words
    for text in office():
        assert typed not in text
        assert secret_of(given) not in text
        [link] = re.findall(r"http\S+/requests/\S+", text)
        assert officer.player.api.get(link).status_code == 200


def test_whoever_gave_no_address_is_mailed_nothing_and_the_work_goes_on(company: Company, post: PostOffice) -> None:
    officer, _ = entered(company)
    officer.did("extend")
    other, _ = entered(company, subject={"name": "A", "email": (email := address())})
    other.did("extend")
    mails(post, email, 2)
    assert officer.events("request:tell_person") == []
    assert officer.did("complete")["state"] == "completed"


def test_every_move_that_is_told_has_its_words() -> None:
    told = {act.replace("_", "-") for act, move in MOVES.items() if move.told and "controller" in move.who}
    assert told - {"refuse-partly"} == set(SAID)
    assert set(SAID) <= set(BODIES)
