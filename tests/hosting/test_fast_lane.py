"""What the fast lane says is what the routes would have said, to the byte; and what is not plainly a reader's question goes to them."""

import contextlib
import hashlib
import inspect
import itertools
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import asyncpg
import psutil
import pytest
from uvicorn.protocols.http import flow_control, httptools_impl

from service.notices.showing import CHANNEL
from tests.cast import DRAFT, Player, controller, notice, publish, published, write
from tests.hosting.examples import KEYS, SHOP
from tests.hosting.wire import Answer, Wire
from tests.house import House, wait_for

# A cookie has nothing to say to a public page, but keeps a request out of the fast lane.
SLOWLY = "Cookie: slowly=1"


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Its log tells of each request, and so which lane it took."""
    made = House(tmp_path_factory.mktemp("talkative") / "data", {"WORKER": "apart", "LOG_LEVEL": "debug"})
    made.start()
    yield made
    made.stop()


@pytest.fixture
def wire(talkative: House) -> Iterator[Wire]:
    with Wire(talkative) as made:
        yield made


@pytest.fixture(scope="module")
def company(talkative: House) -> Player:
    client = talkative.demo["clients"][0]
    return Player(client["tenant"], client, talkative.api(client))


def told(house: House) -> list[dict[str, object]]:
    """The log's lines of requests for public pages, first to last."""
    lines = (line for line in house.log.read_text().splitlines() if '"event": "request"' in line or '"request"' in line)
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in found if line.get("event") == "request" and str(line["route"]).startswith(("/n/", "/embed/"))]


def fast(house: House) -> int:
    return sum("lane" in line for line in told(house))


ADDRESSES = [
    *(SHOP, f"{SHOP}.json", f"{SHOP}.md", f"{SHOP}.fragment.html", f"{SHOP}/history", f"{SHOP}/history.fragment.html"),
    *(f"{SHOP}/sv", f"{SHOP}/fi.json", f"{SHOP}/fi.md", f"{SHOP}/fi.fragment.html", f"{SHOP}/fi.tilt.json", f"{SHOP}/fi.pdf"),
    *(f"{SHOP}/history.json", f"{SHOP}/history/en", f"{SHOP}/history/en.fragment.html"),
    *(f"{KEYS}/v/2/fi", f"{KEYS}/v/2/fi.json", f"{KEYS}/v/2/fi.pdf", f"{KEYS}/v/3/canonical.json"),
    *(f"{KEYS}/diff/1...2/fi", f"{KEYS}/diff/1...4/fi.json", f"{KEYS}/timemap", f"{KEYS}/history.atom", "/embed/v1.js"),
]
NEGOTIATED = ADDRESSES[:6]
ENCODINGS = ["", "identity", "gzip", "gzip, deflate, br, zstd", "br;q=0, *;q=0.5", "x" * 600]
LANGUAGES = ["", "sv", "en-GB,en;q=0.9,fi;q=0.1", "*", "xx", ",;q=;,", "fi;q=0, sv;q=0.2, *;q=0.1"]


def variations(address: str) -> Iterator[list[str]]:
    for encoding, language in itertools.product(ENCODINGS, LANGUAGES if address in NEGOTIATED else LANGUAGES[:2]):
        yield [*([f"Accept-Encoding: {encoding}"] if encoding else []), *([f"Accept-Language: {language}"] if language else [])]


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_says_what_the_routes_say(talkative: House, wire: Wire, address: str) -> None:
    before, asked = fast(talkative), 0
    for headers in variations(address):
        slow = wire.ask(address, SLOWLY, *headers)
        tag = slow.header("etag")
        assert (slow.status, bool(slow.body)) == (200, True)
        conditions = [[], [f"If-None-Match: {tag}"], [f'If-None-Match: "other", W/{tag}'], ['If-None-Match: "other"'], ["If-None-Match: *"]]
        for condition, method in itertools.product(conditions, ("GET", "HEAD")):
            expected = wire.ask(address, SLOWLY, *headers, *condition, method=method).undated
            # The first may be the one that is recorded, or said again; the third was heard before.
            answers = [wire.ask(address, *headers, *condition, method=method).undated for _ in range(3)]
            assert answers == [expected] * 3, (headers, condition, method)
            asked += 3
    forms = len(ENCODINGS) * len(LANGUAGES)
    assert asked - (fast(talkative) - before) <= 2 * forms, "few are the first of their form, in full and unchanged"
    assert fast(talkative) - before > asked * 0.9


def test_what_is_not_there_is_not_said_again(talkative: House, wire: Wire) -> None:
    before = fast(talkative)
    for address in (f"{SHOP}/xx", f"{SHOP}/v/9/fi", "/n/nobody/nothing", f"{SHOP}/fi.exe", "/embed/v2.js"):
        for accept in ("text/html", "*/*", "text/html"):
            answer = wire.ask(address, f"Accept: {accept}")
            assert answer.status == 404
            assert (answer.header("content-type") or "").startswith("text/html" if accept == "text/html" else "application/problem+json")
    assert fast(talkative) == before


def heard(wire: Wire, address: str, *headers: str, method: str = "GET") -> Answer:
    """Asked until it is in the fast lane."""
    return [wire.ask(address, *headers, method=method) for _ in range(3)][-1]


UNUSUAL = [
    *("Authorization: Bearer x", "Cookie: a=b", "Range: bytes=0-9", "Accept-Datetime: Thu, 31 May 2007 20:35:00 GMT"),
    *("Expect: 100-continue", "Upgrade: h2c", "Content-Length: 0", "If-Match: *", "Connection: close", "TE: trailers"),
    *("If-Modified-Since: Thu, 31 May 2007 20:35:00 GMT", "If-Unmodified-Since: Thu, 31 May 2007 20:35:00 GMT"),
    *("Accept-Encoding: br\r\nAccept-Encoding: gzip", "X-Twice: 1\r\nX-Twice: 2"),
]


@pytest.mark.parametrize("header", UNUSUAL)
def test_who_asks_for_something_else_is_answered_by_the_routes(talkative: House, header: str) -> None:
    with Wire(talkative) as wire:
        heard(wire, SHOP)
        before = fast(talkative)
        answer = wire.ask(SHOP, header)
        if "100" in header and answer.status == 100:
            answer = wire.answer()
        assert answer.status == (302 if header.startswith("Accept-Datetime") else 200)
        assert fast(talkative) == before
        if "close" in header:
            assert wire.is_closed


@pytest.mark.parametrize("address", [f"{SHOP}/fi?", f"{SHOP}/fi?x=1", f"{SHOP}/f%69", f"/n//{SHOP[3:]}/fi", f"{SHOP}/fi/", "/health/live"])
def test_an_address_that_can_be_written_in_two_ways_is_none_of_its(talkative: House, wire: Wire, address: str) -> None:
    """Or, where it is only odd, it is an address of its own."""
    slow = wire.ask(address, SLOWLY)
    assert [wire.ask(address).undated for _ in range(4)] == [slow.undated] * 4


def test_a_request_may_come_byte_by_byte(talkative: House, wire: Wire) -> None:
    expected = heard(wire, f"{SHOP}/fi", "Accept-Encoding: br").undated
    before = fast(talkative)
    for _ in range(2):
        for byte in wire.request(f"{SHOP}/fi", "Accept-Encoding: br"):
            wire.send(bytes([byte]))
        assert wire.answer().undated == expected
    # And so cut that one packet holds the end of one and the beginning of the next.
    two = 2 * wire.request(f"{SHOP}/fi", "Accept-Encoding: br")
    for cut in range(1, len(two), 7):
        wire.send(two[:cut])
        wire.send(two[cut:])
        assert [wire.answer().undated for _ in range(2)] == [expected] * 2
    assert fast(talkative) > before + 2


def test_many_at_once_are_answered_in_their_order(talkative: House, wire: Wire) -> None:
    tag = heard(wire, f"{SHOP}/fi").header("etag")
    for address in (f"{SHOP}/sv", f"{SHOP}.json"):
        heard(wire, address)
    asked = [
        (f"{SHOP}/fi", [], "GET"),
        (f"{SHOP}/sv", [], "HEAD"),
        (f"{SHOP}/sv", [SLOWLY], "GET"),
        (f"{SHOP}/fi", [f"If-None-Match: {tag}"], "GET"),
        (f"{SHOP}.json", [], "GET"),
        ("/n/nobody/nothing", [], "GET"),
        (f"{SHOP}/fi", [], "GET"),
        ("/health/live", [], "GET"),
        (f"{SHOP}/sv", [], "GET"),
    ]
    expected = [wire.ask(address, *headers, method=method).undated for address, headers, method in asked]
    for _ in range(5):
        wire.send(b"".join(wire.request(address, *headers, method=method) for address, headers, method in asked))
        assert [wire.answer(method).undated for _, _, method in asked] == expected


def test_a_post_is_read_by_the_routes_whatever_is_in_it(talkative: House, wire: Wire) -> None:
    """Bytes that were once a request of their own are a body here."""
    heard(wire, f"{SHOP}/fi")
    inner = wire.request(f"{SHOP}/fi")
    outer = wire.request("/intake/requests", "Content-Type: application/json", f"Content-Length: {len(inner)}", method="POST")
    before = fast(talkative)
    wire.send(outer)
    wire.send(inner)
    assert wire.answer().status == 400
    assert fast(talkative) == before
    assert wire.ask(f"{SHOP}/fi").status == 200


def test_who_reads_slowly_gets_all_and_costs_little(talkative: House, company: Player) -> None:
    slug, _ = published(company)
    text = {"fi": "Pitkä selitys, joka jatkuu ja jatkuu. " * 1_000}
    sections = [{"id": f"x-{number}", "heading": {"fi": f"Pitkä {number}"}, "body": text} for number in range(20)]
    assert write(company, slug, {**DRAFT, "sections": sections}).status_code == 200
    assert publish(company, slug).status_code == 201
    address, times = f"/n/{company.slug}/{slug}/fi", 20
    with contextlib.ExitStack() as stack:
        expected = heard(stack.enter_context(Wire(talkative)), address).undated
        assert len(expected[1]) > 700_000
        assert talkative.process is not None
        server = psutil.Process(talkative.process.pid)
        before = server.memory_info().rss
        readers = [stack.enter_context(Wire(talkative, window=4096)) for _ in range(50)]
        for reader in readers:
            reader.send(times * reader.request(address))
        wait_for(lambda: server.cpu_percent(0.3) < 10)
        assert server.memory_info().rss - before < 40 * len(expected[1]), (
            "a copy for each of 50 readers would be more, 1,000 answers far more"
        )
        for reader in readers[:3]:
            assert [reader.answer().undated for _ in range(times)] == [expected] * times


def test_a_connection_is_closed_that_asks_no_more_and_no_other(talkative: House) -> None:
    """Once, none was that had been answered here last."""
    with Wire(talkative) as here, Wire(talkative) as there, Wire(talkative) as both:
        for pause in (2.6, 2.6, 0):
            heard(here, f"{SHOP}/fi")
            there.ask(f"{SHOP}/fi", SLOWLY)
            both.send(both.request(f"{SHOP}/fi") + both.request(f"{SHOP}/fi", SLOWLY))
            assert both.answer().body == both.answer().body
            time.sleep(pause)
        assert all(wire.is_closed for wire in (here, there, both))


SHORT = f"{SHOP}/fi HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(f"GET {SHORT}Host: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="CL and TE"),
        pytest.param(f"GET {SHORT}Host: HOST\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, id="two CL"),
        pytest.param(f"GET {SHORT}Host: HOST\r\nHost: HOST\r\n\r\n", 400, id="two hosts"),
        pytest.param(f"GET {SHORT}Host: HOST\r\nhost: other.example.org\r\n\r\n", 400, id="two different hosts"),
        pytest.param(f"GET {SHORT}\r\n", 400, id="no host"),
        pytest.param(f"GET {SHORT}Host: HOST\r\nX-Folded: a\r\n b\r\n\r\n", 400, id="obs-fold"),
        pytest.param(f"GET {SHORT}Host : HOST\r\n\r\n", 400, id="space before the colon"),
        pytest.param(f"GET {SHORT}Host: HOST\n\n", 400, id="bare LF"),
        pytest.param(f"GET {SHORT}Host: HOST\r\nX: a\x00b\r\n\r\n", 400, id="NUL"),
        pytest.param(f"GET {SHORT}Host: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n", 400, id="unknown coding"),
        pytest.param(f"GET {SHOP}/fi HTTP/9.9\r\nHost: HOST\r\n\r\n", 400, id="HTTP 9.9"),
        pytest.param(f"GET{SHOP}/fi\r\n\r\n", 400, id="HTTP 0.9"),
        pytest.param(f"GET /{'a' * 200_000} HTTP/1.1\r\nHost: HOST\r\n\r\n", 400, id="endless address"),
        pytest.param(f"GET {SHORT}Host: HOST\r\nX-Long: {'a' * 200_000}", 400, id="endless header"),
        pytest.param(f"GET http://HOST{SHORT}Host: HOST\r\n\r\n", 200, id="absolute form"),
        pytest.param(f"GET http://other.example.org{SHORT}Host: HOST\r\n\r\n", 200, id="absolute form, other host"),
        pytest.param(f"GET /{SHORT}Host: HOST\r\n\r\n", 200, id="two slashes"),
        pytest.param(f"GET {SHOP}%2ffi HTTP/1.1\r\nHost: HOST\r\n\r\n", 200, id="%2f"),
        pytest.param(f"GET {SHOP}/x/../fi HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, id="dots"),
        pytest.param(f"GET {SHOP}/fi%00 HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, id="%00"),
        pytest.param(f"GET {SHOP.upper()}/FI HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, id="upper case"),
        pytest.param(f"GET {SHOP}/fi. HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, id="trailing dot"),
        pytest.param(f"GET {SHOP}/{'a' * 5000} HTTP/1.1\r\nHost: HOST\r\n\r\n", 404, id="overlong"),
        pytest.param(f"get {SHORT}Host: HOST\r\n\r\n", 400, id="lower-case method"),
    ],
)
def test_tricks_are_answered_plainly_and_never_here(talkative: House, request_: str, status: int) -> None:
    with Wire(talkative) as wire:
        heard(wire, f"{SHOP}/fi")
        before = fast(talkative)
        wire.send(request_.replace("HOST", wire.host).encode("latin-1"))
        answer = wire.answer()
        assert answer.status == status, answer
        if status >= 400:
            assert answer.header("content-type") == "application/problem+json"
            assert b"<html" not in answer.body
        if status == 400:
            assert wire.is_closed
        assert fast(talkative) == before


def test_nonsense_after_a_request_does_not_come_into_its_answer(talkative: House) -> None:
    for headers in ([], [SLOWLY]):
        with Wire(talkative) as wire:
            expected = wire.ask(f"{SHOP}/fi", *headers).undated
            for _ in range(2):
                heard(wire, f"{SHOP}/fi", *headers)
            wire.send(wire.request(f"{SHOP}/fi", *headers) + b"\x16\x03\x01 nonsense\r\n\r\n")
            answer = wire.answer()
            assert (answer.status, answer.body) == (200, expected[1])
            if not headers:
                assert answer.undated == expected
                assert wire.answer().status == 400
            assert wire.is_closed


@pytest.mark.parametrize("host", ["other.example.org", "LOCALHOST", "127.0.0.1", "127.0.0.1:", "127.0.0.1:80", "[::1]:8000", ""])
def test_under_a_name_that_is_not_ours_the_routes_answer(talkative: House, wire: Wire, host: str) -> None:
    expected = heard(wire, f"{SHOP}/fi").undated
    before = fast(talkative)
    for _ in range(3):
        wire.send(f"GET {SHOP}/fi HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert wire.answer().undated == expected
    assert fast(talkative) == before
    assert wire.ask(f"{SHOP}/fi").undated == expected


@pytest.mark.parametrize(
    ("host", "path"),
    # The first is host and path of a known page, in another cut.
    [
        ("HOST/n/hallavirta", "/asiakkaat/fi"),
        *((host, f"{SHOP}/fi") for host in ("user@HOST", "HOST,HOST", "HOST/", "HOST?", "a b", "[::1", "[1:2]")),
    ],
)
def test_what_is_no_host_is_refused(talkative: House, host: str, path: str) -> None:
    with Wire(talkative) as wire:
        heard(wire, f"{SHOP}/fi")
        wire.send(f"GET {path} HTTP/1.1\r\nHost: {host.replace('HOST', wire.host)}\r\n\r\n".encode())
        answer = wire.answer()
        assert (answer.status, answer.header("content-type")) == (400, "application/problem+json")
        assert wire.is_closed


POISONS = [
    *("X-Forwarded-Host: evil.example.org", "X-Forwarded-Proto: gopher", "X-Forwarded-Prefix: /evil", "Forwarded: host=evil.example.org"),
    *("X-Original-URL: /n/kuuramaki/asiakasrekisteri", "X-Rewrite-URL: /docs", "X-HTTP-Method: DELETE", "X-Method-Override: POST"),
    *("Accept: application/evil, text/html;q=0", "Accept: */*", "Accept-Charset: utf-7", "Origin: https://evil.example.org"),
    *("Referer: https://evil.example.org/", "User-Agent: <script>alert(1)</script>", "Sec-Fetch-Mode: navigate", "Pragma: no-cache"),
    *("Cache-Control: no-store", "DNT: 1", "Save-Data: on", "Via: 1.0 evil", "X-Real-IP: 10.0.0.1", "Host-Override: evil.example.org"),
]


def test_nothing_that_it_is_not_kept_by_gets_into_an_answer(talkative: House, wire: Wire) -> None:
    for number, poison in enumerate(POISONS, 2):
        # The routes take many slashes for one, but here it is another address, which nobody asked for before.
        address = f"/n{'/' * number}hallavirta/asiakkaat/fi"
        poisoned, before = wire.ask(address, poison), fast(talkative)
        clean = wire.ask(address)
        assert fast(talkative) == before + 1, poison
        assert clean.undated == poisoned.undated == wire.ask(address, SLOWLY).undated, poison
        assert b"evil" not in clean.head + clean.body


def test_a_publication_is_said_at_once_and_so_is_what_befalls_it(talkative: House, company: Player, wire: Wire) -> None:
    slug, _ = published(company)
    addresses = [f"/n/{company.slug}/{slug}{rest}" for rest in ("", "/fi", "/fi.json", "/history", "/fi.fragment.html")]
    for number in range(2, 5):
        for address in addresses:
            assert heard(wire, address).status == 200
        assert write(company, slug, {**DRAFT, "title": {"fi": f"Seloste {number}"}}).status_code == 200
        assert publish(company, slug, f"Muutos {number}.").status_code == 201
        for address in addresses:
            assert f"{'Muutos' if 'history' in address else 'Seloste'} {number}".encode() in wire.ask(address).body
    for address in addresses:
        heard(wire, address)
    withdrawn = company.post(f"/notices/{slug}/withdrawal", {"reason": {"fi": "Palvelu päättyi."}})
    assert withdrawn.status_code == 200, withdrawn.text
    assert [wire.ask(address).status for address in addresses] == [410, 410, 410, 200, 410]


def test_what_another_process_takes_down_is_said_no_more(talkative: House, company: Player) -> None:
    slug, _ = published(company)
    assert write(company, slug, {**DRAFT, "title": {"fi": "Vuotanut"}}).status_code == 200
    assert publish(company, slug).status_code == 201
    addresses = [f"/n/{company.slug}/{slug}/{rest}" for rest in ("fi", "v/2/fi", "v/2/canonical.json", "diff/1...2/fi")]
    redact = ("version", "redact", "--tenant", company.slug)
    what = ("--notice", slug, "--number", "2", "--operator", "Aino", "--reason", "fi=Vuoto.", "--grounds", "Tiketti 1")
    proposal = talkative.run(*redact, *what).stdout.split("--approve ")[1].split()[0]
    with Wire(talkative) as wire:
        before = fast(talkative)
        for address in addresses:
            assert b"Vuotanut" in heard(wire, address).body
        assert fast(talkative) > before
    talkative.run(*redact, "--approve", proposal, "--operator", "Bertta")
    with Wire(talkative) as wire:
        wait_for(lambda: [wire.ask(address).status for address in addresses] == [451] * 4, 3.0, 0.05)
        assert not any(b"Vuotanut" in wire.ask(address).body for address in addresses)


async def test_a_version_takes_over_at_its_instant(talkative: House, company: Player) -> None:
    slug, _ = published(company)
    assert write(company, slug, {**DRAFT, "title": {"fi": "Huominen"}}).status_code == 200
    ahead = (datetime.now(UTC) + timedelta(days=40)).date()
    assert publish(company, slug, effective_from=ahead.isoformat()).status_code == 201
    address = f"/n/{company.slug}/{slug}/fi"
    instant = datetime.now(UTC) + timedelta(seconds=3)
    await _bring_forward(talkative, slug, instant)
    seen: list[tuple[float, float, bool]] = []
    with Wire(talkative) as wire:
        before = fast(talkative)
        while not seen or seen[-1][0] < instant.timestamp() + 0.5:
            asked = time.time()
            body = wire.ask(address).body
            seen.append((asked, time.time(), b"Huominen" in body))
        assert fast(talkative) - before > 0.9 * len(seen)
    assert not any(new for _, answered, new in seen if answered < instant.timestamp())
    assert all(new for asked, _, new in seen if asked > instant.timestamp())
    assert {new for _, _, new in seen} == {False, True}


async def _bring_forward(house: House, slug: str, instant: datetime) -> None:
    """The version that lies 40 days ahead comes into force at that instant: a day's beginning is not to be waited for."""
    db = await asyncpg.connect(**house.superuser())
    row = await db.fetchrow("SELECT id, schedule FROM publications WHERE slug = $1", slug)
    schedule = json.loads(row["schedule"])
    schedule[-1]["in_force_at"] = instant.isoformat()
    await db.execute("UPDATE publications SET schedule = $2, changed_at = now() WHERE id = $1", row["id"], json.dumps(schedule))
    await db.execute("SELECT pg_notify($1, $2)", CHANNEL, str(row["id"]))
    await db.close()


def test_a_name_that_was_nobodys_is_seen_when_it_is_published(talkative: House, company: Player, wire: Wire) -> None:
    made = controller(company)
    for number in range(5):
        slug = f"brand-new-{number}-{made['id'][-6:]}"
        address = f"/n/{company.slug}/{slug}/fi"
        assert [wire.ask(address).status for _ in range(3)] == [404] * 3
        notice(company, made["id"], slug)
        assert wire.ask(address).status == 404
        assert publish(company, slug).status_code == 201
        assert wire.ask(address).status == 200


# When this fails, uvicorn's protocol is another than the one that the fast lane was written into. Read what changed, and whether
# the lane still does all that it must (keep-alive, order, flow control, shutdown), before writing the new hash here.
PROTOCOL = "ea814cf42e50628dba76b72e12900943da6801b4bcf097f11dff4ea2cdc99455"


def test_uvicorns_protocol_is_the_one_that_the_lane_was_written_into() -> None:
    source = "".join(map(inspect.getsource, (httptools_impl, flow_control)))
    assert hashlib.sha256(source.encode()).hexdigest() == PROTOCOL
