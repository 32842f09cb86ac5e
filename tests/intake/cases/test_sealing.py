"""Nothing that either side wrote at a case lies anywhere in clear, nor who works on it."""

import secrets

import asyncpg
import httpx

from tests.house import House, wait_for
from tests.intake.cases.officer import entered
from tests.intake.cases.test_person import below
from tests.intake.person import Company
from tests.intake.test_sealing import found_in_database, found_on_disk
from tests.post import PostOffice


async def test_what_was_written_at_a_case_is_in_no_table_no_file_and_no_log(
    house: House, company: Company, post: PostOffice, superuser: asyncpg.Connection
) -> None:
    written = {
        what: f"{what}x{secrets.token_hex(6)}"
        for what in ("name", "mail", "message", "reason", "question", "answer", "extension", "desk", "thread", "reply", "result", "again")
    }
    email = f"{written['mail']}@example.org"
    officer, case = entered(company, subject={"name": written["name"], "email": email}, message=written["message"])
    officer.did("assign", assignee=written["desk"])
    officer.did("ask-identity", reason=written["reason"], question=written["question"])
    for part, body in (("/verification", {"answer": written["answer"]}), ("/messages", {"text": written["thread"]})):
        assert httpx.Client(timeout=20).post(below(case, part), json=body).status_code == 201
    officer.player.post(f"{officer.path}/messages", {"text": written["reply"]})
    officer.did("extend", reason=written["extension"])
    officer.did("complete", answer=written["result"])
    officer.did("reopen", reason=written["again"])
    wait_for(lambda: len(post.to(email)) == 6)
    assert officer.player.get("/requests", params={"assignee": written["desk"]}).json()["items"]

    assert await found_in_database(superuser, case["reference"]) == ["requests"], "else the search itself is blind"
    for word in (*written.values(), case["status_url"].partition("secret=")[2]):
        assert await found_in_database(superuser, word) == [], word
        if "DATABASE_URL" not in house.settings:
            assert found_on_disk(house.data, word) == [], word
        assert word not in house.log.read_text()
