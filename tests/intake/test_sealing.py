"""What a person typed lies nowhere in clear, and a sealed value opens in its own place alone."""

import base64
import secrets
import uuid
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sealing import SealBroken, new_key, seal, unseal
from tests.cast import Player
from tests.house import House, wait_for
from tests.intake.person import Company, accepted, deliver, fill_in, problem, request, send, status
from tests.post import PostOffice

TENANT, ROW = uuid.uuid4(), uuid.uuid4()


async def found_in_database(superuser: asyncpg.Connection, word: str) -> list[str]:
    """Tables in which a word stands: in any column as text, or in bytes (which as text are hexadecimal)."""
    tables = await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = []
    for table in (row["tablename"] for row in tables):
        statement = f"SELECT count(*) FROM {table} t WHERE t::text ILIKE $1 OR t::text ILIKE $2"
        if await superuser.fetchval(statement, f"%{word}%", f"%{word.encode().hex()}%"):
            found.append(table)
    return found


def found_on_disk(folder: Path, word: str) -> list[Path]:
    """Files in which a word stands; among them the database's own, its journal and its log."""

    def holds(path: Path) -> bool:
        try:
            return path.is_file() and word.encode() in path.read_bytes()
        except FileNotFoundError:
            return False

    return [path for path in folder.rglob("*") if holds(path)]


async def test_what_was_typed_is_in_no_table_no_file_and_no_log(
    house: House, post: PostOffice, hallavirta: Player, hidden: Company, twins: tuple[Company, Company], superuser: asyncpg.Connection
) -> None:
    typed = {what: f"{what}x{secrets.token_hex(6)}" for what in ("name", "mail", "phone", "street", "message", "detail", "secretdetail")}
    email = f"{typed['mail']}@example.org"
    body = {
        "subject": {"name": typed["name"], "email": email, "phone": typed["phone"], "address": typed["street"]},
        "message": typed["message"],
        "details": {typed["detail"]: [typed["secretdetail"]]},
    }
    given = accepted(send(house, key=secrets.token_hex(8), **body))
    assert send(house, {"brand": twins[0].controller["brands"][0]}, key=secrets.token_hex(8), **body).status_code == 409
    # Also where something was wrong with it.
    problem(send(house, {"business_id": hidden.controller["business_id"]}, **body), 422, "no-controller")
    problem(send(house, **{**body, "message": typed["message"] + "\0"}), 422, "invalid-content")
    assert fill_in(house, name=typed["name"], email="nowhere", message=typed["message"]).status_code == 422
    # Nor does it get anywhere while it is worked on.
    wait_for(lambda: post.to(email))
    [item] = [item for item in hallavirta.get("/requests").json()["items"] if item["reference"] == given["reference"]]
    assert hallavirta.get(f"/requests/{item['id']}").json()["message"] == typed["message"]

    assert await found_in_database(superuser, given["reference"]) == ["requests"], "else the search itself is blind"
    # The disk of a server that is not ours is out of sight.
    if "DATABASE_URL" not in house.settings:
        assert found_on_disk(house.data, given["reference"]), "else the search itself is blind"
    secret = given["status_url"].partition("secret=")[2]
    for word in [*typed.values(), secret]:
        assert await found_in_database(superuser, word) == [], word
        assert found_on_disk(house.data, word) == [], word
        assert word not in house.log.read_text()


async def test_a_value_moved_elsewhere_does_not_open(
    house: House, hallavirta: Player, hidden: Company, superuser: asyncpg.Connection
) -> None:
    one, other = (str(uuid.uuid4()) for _ in range(2))
    for message in (one, other):
        accepted(send(house, message=message, details={"message": message}))
    newest = hallavirta.get("/requests", params={"limit": 2}).json()["items"]
    second, first = (uuid.UUID(item["id"]) for item in newest)
    accepted(send(house, {"controller_id": hidden.id}, message="theirs"))
    theirs = uuid.UUID(hidden.player.get("/requests", params={"limit": 1}).json()["items"][0]["id"])

    message = "(SELECT message FROM requests WHERE id = $2)"
    key = "(SELECT wrapped FROM request_keys WHERE id = $2)"
    moves = {
        "another row": f"UPDATE requests SET message = {message} WHERE id = $1",
        "another row with its key": f"""WITH moved AS (UPDATE request_keys SET wrapped = {key} WHERE id = $1)
                                        UPDATE requests SET message = {message} WHERE id = $1""",
        "another field": "UPDATE requests SET message = details WHERE id = $1 AND id <> $2",
        "a changed byte": "UPDATE requests SET message = set_byte(message, 20, get_byte(message, 20) # 1) WHERE id = $1 AND id <> $2",
    }
    for source in (second, theirs):
        for what, statement in moves.items():
            before = await superuser.fetchrow(
                "SELECT r.message, k.wrapped FROM requests r JOIN request_keys k ON k.id = r.id WHERE r.id = $1", first
            )
            await superuser.execute(statement, first, source)
            refused = hallavirta.get(f"/requests/{first}")
            problem(refused, 500, "unexpected")
            assert one not in refused.text, what
            assert other not in refused.text, what
            await superuser.execute("UPDATE requests SET message = $2 WHERE id = $1", first, before["message"])
            await superuser.execute("UPDATE request_keys SET wrapped = $2 WHERE id = $1", first, before["wrapped"])
    assert hallavirta.get(f"/requests/{first}").json()["message"] == one
    assert "theirs" not in house.log.read_text()


async def test_destroying_a_requests_key_destroys_what_was_written(house: House, hallavirta: Player, superuser: asyncpg.Connection) -> None:
    given = accepted(send(house))
    item = hallavirta.get("/requests", params={"limit": 1}).json()["items"][0]
    await superuser.execute("DELETE FROM request_keys WHERE id = $1", uuid.UUID(item["id"]))
    read = hallavirta.get(f"/requests/{item['id']}").json()
    assert [read[name] for name in ("subject", "message", "details")] == [None] * 3
    problem(hallavirta.post(f"/requests/{item['id']}/start", {}), 409, "wrong-state")
    # What a clock needs stays.
    assert status(given).json()["due_on"] == given["due_on"]


@given(st.binary(max_size=200), st.text(max_size=20))
def test_a_seal_opens_with_its_key_in_its_place(plain: bytes, field: str) -> None:
    key = new_key()
    sealed = seal(key, plain, TENANT, ROW, field)
    assert unseal(key, sealed, TENANT, ROW, field) == plain
    assert seal(key, plain, TENANT, ROW, field) != sealed
    for place in (
        (ROW, TENANT, field),
        (TENANT, uuid.uuid4(), field),
        (TENANT, ROW, field + "x"),
        (TENANT, ROW),
        (uuid.uuid4(), ROW, field),
    ):
        with pytest.raises(SealBroken):
            unseal(key, sealed, *place)
    with pytest.raises(SealBroken):
        unseal(new_key(), sealed, TENANT, ROW, field)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_seal_that_was_touched_does_not_open(position: int, change: int) -> None:
    key = new_key()
    sealed = bytearray(seal(key, b"a request", TENANT, ROW, "message"))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(SealBroken):
        unseal(key, bytes(sealed), TENANT, ROW, "message")


@pytest.mark.parametrize("cut", [b"", b"\x01" + bytes(11), b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_a_seal_that_is_none_does_not_open(cut: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(new_key(), cut, TENANT, ROW, "message")


@pytest.mark.parametrize("given_key", ["short", base64.b64encode(bytes(31)).decode(), "not base64!", base64.b64encode(bytes(33)).decode()])
def test_a_master_key_that_is_none_stops_the_start(tmp_path: Path, given_key: str) -> None:
    refused = House(tmp_path / "data", {"MASTER_KEY": given_key}).run("serve", check=False)
    assert refused.returncode == 1
    assert "MASTER_KEY is not 32 bytes in base64" in refused.stderr
    assert given_key not in refused.stderr


def test_the_key_lies_beside_the_data_and_only_its_owner_reads_it(house: House) -> None:
    folder = house.data.with_name(house.data.name + ".keys")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "master.key").stat().st_mode & 0o777 == 0o600
    assert found_on_disk(house.data, (folder / "master.key").read_text().strip()) == []


def test_a_request_without_details_is_read_as_such(house: House, hallavirta: Player) -> None:
    accepted(deliver(house, {**request(), "details": None}))
    item = hallavirta.get("/requests", params={"limit": 1}).json()["items"][0]
    assert hallavirta.get(f"/requests/{item['id']}").json()["details"] is None
