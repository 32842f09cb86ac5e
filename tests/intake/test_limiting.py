"""How often one network may send: counted by address in memory, never kept, and not fooled by what a client says it is."""

import secrets

import asyncpg
import httpx
import pytest

from tests.house import House
from tests.intake.person import problem, request
from tests.intake.test_sealing import found_on_disk

PROXY, ELSEWHERE = "127.0.0.1", "127.0.0.2"


def knock(
    house: House, forwarded: str | list[str] | None = None, *, peer: str = PROXY, path: str = "/intake/requests", method: str = "POST"
) -> httpx.Response:
    """One small request, from an address of this machine; `forwarded` are lines of X-Forwarded-For."""
    lines = [forwarded] if isinstance(forwarded, str) else forwarded or []
    with httpx.Client(transport=httpx.HTTPTransport(local_address=peer), base_url=house.url, timeout=20) as client:
        return client.request(method, path, json={}, headers=[("x-forwarded-for", line) for line in lines])


def exhaust(house: House, forwarded: str | list[str] | None = None, *, peer: str = PROXY) -> httpx.Response:
    """Knock until it is refused; one that waits a second between may knock some more."""
    for number in range(50):
        answer = knock(house, forwarded, peer=peer)
        if answer.status_code == 429:
            assert number >= 3, "three at once are allowed"
            return answer
    raise AssertionError("never refused")


def is_refused(house: House, forwarded: str | list[str] | None = None, **more: str) -> bool:
    """Whether the network has used up what it may: three more are too many then, though a second may have given one back."""
    return any(knock(house, forwarded, **more).status_code == 429 for _ in range(3))


def somewhere() -> str:
    """An address that no other test uses (RFC 2544's range for testing)."""
    return f"198.18.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"


def test_too_many_are_refused_with_the_time_to_wait(strict: House) -> None:
    answer = exhaust(strict, somewhere())
    document = problem(answer, 429, "too-many-requests")
    assert "was not stored" in document["detail"]
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["ratelimit-policy"] == '"intake";q=60;w=60'
    assert answer.headers["ratelimit"] == '"intake";r=0;t=1'


UNKNOWN = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("path", ["/intake", "/n/hallavirta/asiakkaat/request", f"/intake/pending/{UNKNOWN}", f"/intake/choose/{UNKNOWN}"])
def test_every_door_of_the_intake_counts(strict: House, path: str) -> None:
    address = somewhere()
    exhaust(strict, address)
    assert is_refused(strict, address, path=path)


def test_looking_somebody_up_counts_and_reading_does_not(strict: House) -> None:
    address = somewhere()
    exhaust(strict, address)
    assert is_refused(strict, address, path="/intake/controllers?q=abc", method="GET")
    for path in ("/intake", "/n/hallavirta/asiakkaat/request", "/n/hallavirta/asiakkaat/fi", "/intake/requests/0000-0000-0000"):
        assert not is_refused(strict, address, path=path, method="GET"), path


def test_one_network_does_not_use_up_anothers(strict: House) -> None:
    exhaust(strict, somewhere())
    assert not is_refused(strict, somewhere())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("2001:db8:1:3::1", "[2001:db8:1:3::2]:4711"),
        ("198.51.100.7", "::ffff:198.51.100.7"),
        ("198.51.100.8:1234", "198.51.100.8:5678"),
        ("198.51.100.9", "198.51.100.9 , 10.1.2.3"),
    ],
    ids=["of IPv6 the /64", "IPv6 with a port", "IPv4 in IPv6", "IPv4 with a port", "behind another trusted proxy"],
)
def test_one_network_in_two_spellings_is_one(strict: House, one: str, other: str) -> None:
    exhaust(strict, one)
    assert is_refused(strict, other)


def test_another_64_is_another_network(strict: House) -> None:
    exhaust(strict, "2001:db8:2:1::1")
    assert not is_refused(strict, "2001:db8:2:2::1")


def test_who_is_no_trusted_proxy_cannot_say_where_it_is(strict: House) -> None:
    exhaust(strict, peer=ELSEWHERE)
    for spoofed in (somewhere(), "10.0.0.1", f"{somewhere()}, {somewhere()}"):
        assert is_refused(strict, spoofed, peer=ELSEWHERE)


def test_what_a_client_told_its_proxy_does_not_count(strict: House) -> None:
    """The proxy adds what it sees: at the end of the line, or on a line of its own. All before that is the client's word."""
    address = somewhere()
    exhaust(strict, address)
    assert is_refused(strict, f"{somewhere()}, {address}")
    assert is_refused(strict, [somewhere(), address])
    assert is_refused(strict, "198.18.0.1, " * 400 + address)
    assert is_refused(strict, f"{somewhere()}, {address}, 10.0.0.9")
    assert is_refused(strict, f"garbage, , {address},")


def test_an_address_that_is_none_is_one_network_like_any_other(strict: House) -> None:
    exhaust(strict, "unknown")
    assert is_refused(strict, "unknown")


def test_without_a_forwarded_address_the_proxy_itself_counts(strict: House) -> None:
    exhaust(strict)
    assert is_refused(strict, "")
    assert is_refused(strict, "10.0.0.1, 10.0.0.2")


async def test_an_address_is_kept_nowhere(strict: House) -> None:
    address = "198.19.217.33"
    accepted = _send_from(strict, address)
    assert accepted.status_code == 202, accepted.text
    knock(strict, address, path="/intake")
    assert is_refused(strict, address)
    assert address not in strict.log.read_text()
    assert found_on_disk(strict.data, address) == []
    assert found_on_disk(strict.data, accepted.json()["reference"]), "else the search itself is blind"
    superuser = await asyncpg.connect(**strict.superuser())
    try:
        for table in await superuser.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            assert await superuser.fetchval(f"SELECT count(*) FROM {table[0]} t WHERE t::text LIKE '%198.19.217%'") == 0
    finally:
        await superuser.close()


def _send_from(house: House, address: str) -> httpx.Response:
    return httpx.post(f"{house.url}/intake/requests", json=request(), headers={"x-forwarded-for": address}, timeout=20)
