"""The way back to a request: reference and secret open it, and nothing tells a wrong secret from an unknown reference."""

import secrets
from collections.abc import Callable

import httpx
import pytest

from service.errors import MalformedRequest
from service.intake.storing import REFERENCE_LETTERS, new_reference, read_reference
from tests.house import House
from tests.intake.person import Company, accepted, address, problem, secret_of, send


def test_secret_and_bearer_open_the_same(house: House, public: httpx.Client) -> None:
    given = accepted(send(house, types=["erasure"], message="only-for-the-controller"))
    by_secret = public.get(given["status_url"])
    bare = given["status_url"].partition("?")[0]
    by_bearer = public.get(bare, headers={"authorization": f"Bearer {secret_of(given)}"})
    assert by_secret.status_code == 200
    assert by_secret.content == by_bearer.content
    status = by_secret.json()
    assert status == {
        "reference": given["reference"],
        "state": "received",
        "types": ["access", "erasure"],
        "controller": given["routed_to"]["controller"],
        **{name: given[name] for name in ("received_at", "nominal_on", "due_on", "due_at", "time_zone")},
        "explanation": given["explanation"],
        "notice": status["notice"],
        "first_due_on": given["due_on"],
        **dict.fromkeys(("is_late", "extended"), False),
        **dict.fromkeys(("identity_asked", "earlier_messages", "destroyed_at")),
        **{name: [] for name in ("events", "messages")},
        "supervisory_authority": status["supervisory_authority"],
        "legal_moves": ["withdraw"],
    }
    assert public.get(status["notice"]).status_code == 200
    for answer in (by_secret, by_bearer):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_without_a_published_notice_none_is_named(house: House, public: httpx.Client, twins: tuple[Company, Company]) -> None:
    given = accepted(send(house, {"controller_id": twins[0].id}))
    assert public.get(given["status_url"]).json()["notice"] is None


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_wrong_secret_none_and_an_unknown_reference_look_alike(house: House, public: httpx.Client, accept: str) -> None:
    given, other = accepted(send(house)), accepted(send(house))
    right, reference = secret_of(given), given["reference"]

    def ask(named: str, bearer: str = "", **parameters: str) -> httpx.Response:
        headers = {"accept": accept, **({"authorization": f"Bearer {bearer}"} if bearer else {})}
        return public.get(f"/intake/requests/{named}", params=parameters, headers=headers)

    assert ask(reference, secret=right).status_code == 200
    refused = [
        ask(reference),
        ask(reference, secret=""),
        ask(reference, secret=secrets.token_urlsafe(24)),
        ask(reference, secret=secret_of(other)),
        ask(reference, secret=right[:-1]),
        ask(reference, secret=right.upper()),
        ask(reference, secret="\0"),
        ask(reference, bearer="wrong"),
        ask(reference, bearer="wrong", secret=right),
        ask("0000-0000-0000", secret=right),
        ask("0000-0000-0000"),
        ask("not-a-reference", secret=right),
        ask("ßßß-ßßß", secret=right),
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.content for answer in refused}) == 1
    assert len({answer.headers["content-type"] for answer in refused}) == 1
    for answer in refused:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
    if accept == "application/json":
        problem(refused[0], 404, "not-found")


@pytest.mark.parametrize(
    "written",
    [
        str.lower,
        lambda reference: reference.replace("0", "O").replace("1", "I"),
        lambda reference: reference.replace("0", "o").replace("1", "l"),
        lambda reference: reference.replace("-", ""),
        lambda reference: reference.replace("-", " "),
    ],
    ids=["lower case", "O and I", "o and l", "no hyphens", "spaces"],
)
def test_a_reference_may_be_written_as_people_write_it(house: House, public: httpx.Client, written: Callable[[str], str]) -> None:
    given = accepted(send(house))
    answer = public.get(f"/intake/requests/{written(given['reference'])}", params={"secret": secret_of(given)})
    assert answer.status_code == 200
    assert answer.json()["reference"] == given["reference"]


def test_references_are_read_with_the_letters_that_people_confuse() -> None:
    assert read_reference("oOiI-lL01-2345") == "0011-1101-2345"
    for _ in range(200):
        reference = new_reference()
        assert read_reference(reference) == reference
        assert set(reference) <= {*REFERENCE_LETTERS, "-"}
    for wrong in ("", "0000", "0000-0000-000", "0000-0000-00000", "0000-0000-000U", "0000-0000-000Å", "0000/0000/0000"):
        with pytest.raises(MalformedRequest):
            read_reference(wrong)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ["Vastaanotettu ja välitetty rekisterinpitäjälle", "Haluan, että tietoni poistetaan", "Vastaus viimeistään"]),
        ("sv", ["Mottagen och förmedlad till den personuppgiftsansvarige", "Jag vill att mina uppgifter raderas", "Svar senast"]),
        ("en", ["Received and passed to the controller", "I want my data erased", "Answer due by"]),
        ("de", ["Vastaanotettu ja välitetty rekisterinpitäjälle"]),  # the request is in Finnish
    ],
)
def test_a_browser_gets_a_page_in_its_language(house: House, public: httpx.Client, language: str, words: list[str]) -> None:
    given = accepted(send(house, type="erasure"))
    answer = public.get(given["status_url"], headers={"accept": "text/html,*/*;q=0.8", "accept-language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "script-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    for word in [*words, given["reference"], "Hallavirran Lähipuoti Oy (9910417-5)"]:
        assert word in answer.text
    # Whoever sees the page has the secret; its forms carry it in their body.
    assert f'name="secret" value="{secret_of(given)}"' in answer.text
    assert "form-action 'self'" in answer.headers["content-security-policy"]


def test_status_shows_nothing_that_the_person_wrote_and_warns_of_who_is_not_verified(
    house: House, public: httpx.Client, hidden: Company
) -> None:
    email = address()
    subject = {"name": "Nimi Nimetön", "email": email, "phone": "+358 40 111 2222"}
    given = accepted(send(house, {"controller_id": hidden.id}, subject=subject, message="salainen viesti"))
    for accept in ("application/json", "text/html"):
        shown = public.get(given["status_url"], headers={"accept": accept, "accept-language": "en"}).text
        for typed in ("Nimi Nimetön", email, "111 2222", "salainen"):
            assert typed not in shown
    assert "We have not verified who this controller is" in shown


def test_the_notice_is_the_one_that_the_person_came_from(house: House, public: httpx.Client) -> None:
    """A controller may have several; which one told the person of their data matters."""
    for notice in ("kameravalvonta", "tyonhakijat"):
        given = accepted(send(house, {"notice": f"kivitasku/{notice}"}))
        assert f"/n/kivitasku/{notice}/v/1/" in public.get(given["status_url"]).json()["notice"]
