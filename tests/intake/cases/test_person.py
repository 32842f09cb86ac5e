"""The person's side of a case: the thread, the question who they are, withdrawing; with and without a browser, and no further."""

import re
import secrets
from typing import Any

import asyncpg
import httpx
import pytest

from tests.house import House, wait_for
from tests.intake.cases.officer import BODIES, Officer, entered, opened_at
from tests.intake.person import Company, accepted, address, fill_in, problem, secret_of, send
from tests.post import PostOffice


def below(given: dict[str, Any], part: str = "") -> str:
    path, _, query = str(given["status_url"]).partition("?")
    return f"{path}{part}?{query}"


def ask(officer: Officer, method: str) -> dict[str, Any]:
    return officer.did("ask-identity", method=method)


def page(public: httpx.Client, given: dict[str, Any], language: str = "en") -> str:
    answer = public.get(given["status_url"], headers={"accept": "text/html", "accept-language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def submit(public: httpx.Client, given: dict[str, Any], act: str, **fields: str) -> httpx.Response:
    """As the page's form does."""
    url = given["status_url"].partition("?")[0]
    headers = {"accept": "text/html", "accept-language": "en"}
    return public.post(url, data={"act": act, "secret": secret_of(given), **fields}, headers=headers)


def test_both_sides_write_and_read_the_thread(house: House, public: httpx.Client, company: Company) -> None:
    officer, given = opened_at(house, company)
    written = public.post(below(given, "/messages"), json={"text": "First\nline"})
    assert written.status_code == 201, written.text
    assert written.headers["cache-control"] == "no-store"
    assert officer.player.post(f"{officer.path}/messages", {"text": "We look into it."}).status_code == 201
    bearer = {"authorization": f"Bearer {secret_of(given)}"}
    for thread in (
        public.get(below(given, "/messages")).json(),
        public.get(below(given, "/messages").partition("?")[0], headers=bearer).json(),
        officer.player.get(f"{officer.path}/messages").json(),
    ):
        assert [(item["author"], item["text"]) for item in thread["items"]] == [
            ("controller", "We look into it."),
            ("person", "First\nline"),
        ]
    status = public.get(given["status_url"]).json()
    assert [item["text"] for item in status["messages"]] == ["First\nline", "We look into it."]
    [event, _] = officer.events("request:write")
    assert event["actor"] == {"kind": "person"}


def test_status_tells_what_happened_and_why(house: House, public: httpx.Client, company: Company) -> None:
    officer, given = opened_at(house, company, language="en")
    officer.did("start")
    ask(officer, "data_held")
    asked = public.get(given["status_url"]).json()
    assert asked["identity_asked"]["question"] == BODIES["ask-identity"]["question"]
    assert asked["identity_asked"]["reason"] == BODIES["ask-identity"]["reason"]
    assert asked["legal_moves"] == ["answer_identity", "withdraw"]
    officer.did("settle-identity", answer="Known to the desk.")
    officer.did("extend")
    officer.did("refuse", answer="Half of it is here.")
    status = public.get(given["status_url"]).json()
    assert (status["state"], status["extended"], status["identity_asked"]) == ("partly_refused", True, None)
    assert status["first_due_on"] == given["due_on"] < status["due_on"]
    acts = ["start", "ask_identity", "settle_identity", "extend", "refuse_partly"]
    assert [event["act"] for event in status["events"]] == acts
    assert {event["by"] for event in status["events"]} == {"controller"}
    assert status["events"][2]["told"] is None, "how it was settled is the controller's own note"
    assert status["events"][4]["told"] == {"answer": "Half of it is here.", "reason": BODIES["refuse"]["reason"]}
    assert status["events"][4]["facts"] == {"ground": "excessive"}
    shown = page(public, given)
    for words in (
        "Answered, a part refused",
        "Half of it is here.",
        "The fifth time this month.",
        "the request is excessive",
        "Records of forty years, on paper.",
        "right to go to court",
        "https://tietosuoja.fi",
    ):
        assert words in shown
    assert "Known to the desk" not in shown


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ["Odottaa vastaustasi", "Vastaa kysymykseen tiedolla", "Peru tämä pyyntö", "Viestejä ei vielä ole"]),
        ("sv", ["Väntar på ditt svar", "Svara på frågan med en uppgift", "Återta den här begäran", "Det finns inga meddelanden än"]),
        ("en", ["Waiting for your answer", "Answer the question with something", "Withdraw this request", "There are no messages yet"]),
    ],
)
def test_the_page_speaks_the_persons_language(
    house: House, public: httpx.Client, company: Company, language: str, words: list[str]
) -> None:
    officer, given = opened_at(house, company, language=language)
    ask(officer, "data_held")
    for shown in (page(public, given, language), page(public, given, "de")):
        for word in words:
            assert word in shown
    assert words[0] in public.get(given["status_url"] + f"&lang={language}", headers={"accept": "text/html"}).text


def test_withdrawing_is_done_once_and_told(house: House, public: httpx.Client, company: Company) -> None:
    officer, given = opened_at(house, company)
    for _ in range(2):
        assert public.delete(given["status_url"]).status_code == 204
    [move] = officer.moves()
    assert (move["act"], move["to_state"], move["actor"]) == ("withdraw", "withdrawn", {"kind": "person"})
    officer.did("reopen")
    officer.did("complete")
    refused = problem(public.delete(given["status_url"]), 409, "wrong-state")
    assert (refused["state"], refused["legal_moves"]) == ("completed", [])


def test_an_answer_in_words_lets_the_time_run_again(house: House, public: httpx.Client, company: Company) -> None:
    officer, given = opened_at(house, company)
    nothing = public.get(below(given, "/verification")).json()
    assert nothing == {"state": "received", "asked": None}
    problem(public.post(below(given, "/verification"), json={"answer": "Me"}), 409, "wrong-state")
    ask(officer, "data_held")
    question = public.get(below(given, "/verification")).json()["asked"]
    assert (question["method"], question["question"]) == ("data_held", BODIES["ask-identity"]["question"])
    problem(public.post(below(given, "/verification"), json={"token": "x"}), 422, "invalid-content")
    answered = public.post(below(given, "/verification"), json={"answer": "Esimerkkikatu"})
    assert (answered.status_code, answered.json()) == (201, {"state": "in_progress", "asked": None})
    last = officer.moves()[-1]
    assert (last["act"], last["told"], last["facts"]) == ("answer_identity", {"answer": "Esimerkkikatu"}, {"by": "answer"})


def test_a_message_is_an_answer_where_words_are_awaited_and_nowhere_else(house: House, public: httpx.Client, company: Company) -> None:
    for method, state in (("data_held", "in_progress"), ("outside", "identity_asked"), ("email_loop", "identity_asked")):
        officer, given = opened_at(house, company)
        ask(officer, method)
        written = public.post(below(given, "/messages"), json={"text": "Esimerkkikatu"})
        assert written.status_code == 201, written.text
        assert officer.read()["state"] == state, method
        if method == "data_held":
            assert officer.moves()[-1]["facts"] == {"by": "message", "message": written.json()["id"]}
    problem(public.post(below(given, "/verification"), json={"answer": "Me"}), 422, "invalid-content")


def mailed_link(post: PostOffice, email: str, number: int) -> str:
    """The link of the newest question; `number` of them were asked."""

    def links() -> list[str]:
        return [link for mail in post.to(email) for link in re.findall(r"\S+/verification\?\S+", mail.get_content())]

    wait_for(lambda: len(links()) == number)
    return links()[-1]


def test_the_mailed_link_is_the_answer_once_and_for_its_question_alone(
    house: House, public: httpx.Client, company: Company, post: PostOffice
) -> None:
    email = address()
    officer, given = opened_at(house, company, subject={"name": "A", "email": email}, language="en")
    ask(officer, "email_loop")
    link = mailed_link(post, email, 1)
    token = httpx.URL(link).params["token"]
    assert token not in page(public, given) + public.get(given["status_url"]).text + public.get(below(given, "/verification")).text
    # A program that looks into mails answers nothing.
    for accept in ("text/html", "application/json"):
        looked = public.get(link, headers={"accept": accept})
        assert (looked.status_code, looked.headers["cache-control"]) == (200, "no-store")
        assert looked.headers["referrer-policy"] == "no-referrer"
    assert officer.read()["state"] == "identity_asked"
    for wrong in ("", token[:-1], token + "A", secrets.token_urlsafe(32), "ä"):
        problem(public.post(below(given, "/verification"), json={"token": wrong}), 422, "invalid-content")
    confirmed = public.post(below(given, "/verification"), json={"token": token})
    assert confirmed.status_code == 201, confirmed.text
    assert officer.moves()[-1]["facts"] == {"by": "link"}
    problem(public.post(below(given, "/verification"), json={"token": token}), 409, "wrong-state")
    ask(officer, "email_loop")
    problem(public.post(below(given, "/verification"), json={"token": token}), 422, "invalid-content")
    newest = httpx.URL(mailed_link(post, email, 2)).params["token"]
    assert submit(public, given, "confirm", token=token).status_code == 422
    done = submit(public, given, "confirm", token=newest)
    assert done.status_code == 303
    assert "Thank you, your address is confirmed" in public.get(done.headers["location"], headers={"accept": "text/html"}).text


def test_the_forms_do_what_the_api_does(house: House, public: httpx.Client, company: Company) -> None:
    officer, given = opened_at(house, company)
    key = secrets.token_hex(8)
    for _ in range(2):
        sent = submit(public, given, "message", text="Line one\r\nline two", key=key)
        assert (sent.status_code, sent.headers["cache-control"]) == (303, "no-store")
    assert [item["text"] for item in public.get(given["status_url"]).json()["messages"]] == ["Line one\nline two"]
    for empty in ("", "  ", "bell\a"):
        refused = submit(public, given, "message", text=empty)
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
    ask(officer, "data_held")
    assert submit(public, given, "answer", answer="Esimerkkikatu").status_code == 303
    late = submit(public, given, "answer", answer="Again")
    assert late.status_code == 422
    assert "the state of the request has changed" in late.text
    assert submit(public, given, "withdraw").status_code == 303
    assert officer.read()["state"] == "withdrawn"
    assert "Withdraw this request" not in page(public, given)
    assert submit(public, given, "erase").status_code == 400


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_whoever_lacks_the_secret_learns_and_does_nothing(house: House, public: httpx.Client, company: Company, accept: str) -> None:
    officer, given = opened_at(house, company)
    other = accepted(send(house, {"controller_id": company.id}))
    path = given["status_url"].partition("?")[0]
    unknown = path.rpartition("/")[0] + "/0000-0000-0000"
    refused: dict[str, list[httpx.Response]] = {}
    for at, secret in ((path, ""), (path, "wrong"), (path, secret_of(other)), (unknown, secret_of(given)), (unknown[:-14] + "x", "")):
        for method, part, body in (
            ("GET", "", None),
            ("DELETE", "", None),
            ("GET", "/messages", None),
            ("POST", "/messages", {"text": "x"}),
            ("GET", "/verification", None),
            ("POST", "/verification", {"answer": "x"}),
        ):
            answer = public.request(method, f"{at}{part}", params={"secret": secret}, json=body, headers={"accept": accept})
            refused.setdefault(method + part, []).append(answer)
        answer = public.post(at, data={"act": "withdraw", "secret": secret}, headers={"accept": accept})
        refused.setdefault("form", []).append(answer)
    for answers in refused.values():
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}
    # A secret in the address opens no form: that would be somebody else's page sending it.
    assert public.post(given["status_url"], data={"act": "withdraw"}).status_code == 404
    assert officer.read()["state"] == "received"


def test_who_waits_too_long_is_told_where_to_complain(company: Company, public: httpx.Client) -> None:
    _, late = entered(company, days_ago=70)
    status = public.get(late["status_url"]).json()
    assert status["is_late"] is True
    assert status["supervisory_authority"]["web"] == "https://tietosuoja.fi"
    assert "The last day is over and no answer has come" in page(public, late)
    officer, asked = entered(company, days_ago=20)
    ask(officer, "outside")
    assert public.get(asked["status_url"]).json()["is_late"] is False


def test_what_is_written_is_text_and_nothing_else(house: House, public: httpx.Client, company: Company) -> None:
    officer, given = opened_at(house, company)
    hostile = '<script>alert(1)</script> "><img src=x onerror=alert(1)> {{ 7*7 }} {reference}'
    public.post(below(given, "/messages"), json={"text": hostile})
    officer.did("complete", answer=hostile)
    shown = page(public, given)
    assert "<script" not in shown
    assert "<img" not in shown
    assert shown.count("{{ 7*7 }} {reference}") == 2


def write(public: httpx.Client, given: dict[str, Any], text: str) -> httpx.Response:
    return public.post(below(given, "/messages"), json={"text": text})


def test_a_page_shows_the_newest_messages_and_leads_to_earlier_ones(house: House, public: httpx.Client, company: Company) -> None:
    _, given = opened_at(house, company)
    for number in range(52):
        assert write(public, given, f"number {number};").status_code == 201
    status = public.get(given["status_url"]).json()
    assert [item["text"] for item in status["messages"]] == [f"number {number};" for number in range(2, 52)]
    earlier = re.search(r'<a href="([^"]+)">Earlier messages</a>', page(public, given))
    assert earlier is not None
    older = public.get(earlier[1].replace("&amp;", "&"), headers={"accept": "text/html"}).text
    assert "number 1;" in older
    assert "number 2;" not in older


async def test_a_thread_has_an_end(house: House, public: httpx.Client, company: Company, superuser: asyncpg.Connection) -> None:
    officer, given = opened_at(house, company)
    assert write(public, given, "one").status_code == 201
    await superuser.execute(
        """INSERT INTO request_messages (id, tenant_id, request_id, author, actor, at, text)
           SELECT gen_random_uuid(), tenant_id, request_id, author, actor, at, text
           FROM request_messages, generate_series(2, 200) WHERE request_id = $1::text::uuid""",
        officer.id,
    )
    problem(write(public, given, "one more"), 409, "thread-full")
    assert officer.player.post(f"{officer.path}/messages", {"text": "the other side"}).status_code == 201


def test_the_receipt_page_leads_to_the_case(house: House, public: httpx.Client) -> None:
    taken = fill_in(house, business_id="9910417-5", types="access", name="A", email=address())
    link = re.search(r'href="([^"]+secret=[^"]+)"', taken.text)
    assert link is not None
    assert public.get(link[1], headers={"accept": "text/html"}).status_code == 200
