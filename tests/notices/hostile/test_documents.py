"""Hostile documents over HTTP: each gets a clear answer in time, and everybody else is answered meanwhile."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import typst

from service.notices.importing.apart import SECONDS
from tests.cast import Cast, Player, controller, notice, published
from tests.house import House
from tests.notices.hostile.planting import DOCX, put
from tests.notices.importing.test_reading_pdf import plain_pdf
from tests.notices.importing.test_reading_word import zipped

MEGABYTE = 1024 * 1024
MOST = 2 * MEGABYTE
# What a caller may wait at most when nothing of his own is long.
ANSWERED_WITHIN = 5
TEXT = "Tietosuojaseloste\n\nRekisterinpitäjä\n\nKäenkulman Työväline Oy, Käenkuja 3, Ålholma.\n\nSäilytysaika\n\nKuusi vuotta.\n"


@pytest.fixture(scope="module")
def company(cast: Cast) -> Player:
    return cast.company()


@pytest.fixture(scope="module")
def slug(company: Player) -> str:
    return notice(company, controller(company)["id"])


def send(player: Player, slug: str, body: bytes, media_type: str, **more: Any) -> httpx.Response:
    """Within the time that reading a document may take."""
    headers = {"content-type": media_type, **more.pop("headers", {})}
    address = f"{player.path}/notices/{slug}/imports"
    return player.api.post(address, content=body, headers=headers, params=more, timeout=SECONDS + ANSWERED_WITHIN)


@contextmanager
def others_answered(house: House, path: str) -> Iterator[None]:
    """Somebody else asks all the while whether the server lives, and reads a notice."""
    begun, over, answers = threading.Event(), threading.Event(), list[int | str]()

    def ask() -> None:
        with httpx.Client(base_url=house.url, timeout=ANSWERED_WITHIN) as client:
            while not over.wait(0.05):
                for place in ("/health/live", f"{path}/fi"):
                    try:
                        answers.append(client.get(place).status_code)
                    except httpx.HTTPError as error:
                        answers.append(repr(error))
                begun.set()

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        begun.wait(2 * ANSWERED_WITHIN)
        yield
    finally:
        over.set()
        asking.join()
    assert set(answers) == {200}


@pytest.fixture(scope="module")
def somebodys(cast: Cast) -> str:
    slug, _ = published(cast.charlie)
    return f"/n/{cast.charlie.slug}/{slug}"


def repeated(unit: str, size: int = MOST, *, around: tuple[str, str] = ("Alkusana\n\n", "\n\nLoppusana")) -> bytes:
    room = size - sum(len(part.encode()) for part in around)
    return (around[0] + unit * (room // len(unit.encode())) + around[1]).encode()


IN_HTML = ("<p>Alkusana</p>", "<p>Loppusana</p>")
# Some hold too many pieces to be a notice, and the answer says so; of the others the first and the last word are there.
BOMBS = {
    "one line of 2 MB": ("text/plain", lambda: repeated("Säilytämme tietoja kuusi vuotta. ")),
    "one word of 2 MB": ("text/plain", lambda: repeated("a")),
    "lines of 2 MB": ("text/plain", lambda: repeated("a\n")),
    "one line of HTML": ("text/html", lambda: repeated("<b>Säilytysaika</b> kuusi vuotta ", around=IN_HTML)),
    "lists in lists": ("text/html", lambda: repeated("<ul><li>x", MEGABYTE // 8, around=IN_HTML)),
    "tables in tables": ("text/html", lambda: repeated("<table><tr><td>x", MEGABYTE // 4, around=IN_HTML)),
    "cells that span all": ("text/html", lambda: repeated("<table><tr><td rowspan=65000 colspan=1000>x</table>", MEGABYTE, around=IN_HTML)),
    "quotations in quotations": ("text/markdown", lambda: repeated("> ", MEGABYTE)),
    "items in items": ("text/markdown", lambda: "".join(f"{'  ' * depth}- x\n" for depth in range(1300)).encode()),
    "brackets": ("text/markdown", lambda: repeated("![[", MEGABYTE // 2)),
    "stars": ("text/markdown", lambda: repeated("*a **b", MEGABYTE // 2)),
    "a wide table": ("text/markdown", lambda: b"|a" * 40_000 + b"|\n" + b"|-" * 40_000 + b"|\n" + b"|b" * 40_000 + b"|\n"),
    "definitions": ("text/markdown", lambda: "".join(f"[{n}]: https://example.org/{n}\n\n[{n}]\n\n" for n in range(4000)).encode()),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_or_refused_in_time(house: House, company: Player, slug: str, somebodys: str, name: str) -> None:
    media_type, build = BOMBS[name]
    body = build()
    with others_answered(house, somebodys):
        answer = send(company, slug, body, media_type, language="fi")
    if answer.status_code == 200:
        if b"Alkusana" in body:
            assert "Alkusana" in answer.text
            assert "Loppusana" in answer.text
    else:
        refused(answer, 422, "document-unreadable")
        assert answer.json()["reason"] in ("too_many_lines", "too_slow")


def refused(answer: httpx.Response, status: int, name: str, reason: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:seloste:problem:{name}"
    assert problem.get("reason") == reason or reason is None
    assert problem["detail"]


SECRET = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'ab' * 32}> /U <{'cd' * 32}> /P -4 >> /ID [<{'00' * 16}> <{'00' * 16}>]"
UNREADABLE = {
    "a zip bomb": (DOCX, lambda: zipped({"word/media/a.bin": bytes(100 * MEGABYTE)}), "too_large_unpacked"),
    "a bomb of XML": (DOCX, lambda: zipped({"word/document.xml": b"<w:p/>" * (4 * MEGABYTE)}), "too_large_unpacked"),
    "a zip that is no document": (DOCX, lambda: b"PK\x05\x06" + bytes(18), "broken"),
    "an old Word document": (DOCX, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken"),
    "an encrypted PDF": ("application/pdf", lambda: plain_pdf("BT /F 12 Tf (x) Tj ET", SECRET), "encrypted"),
    "a scanned PDF": ("application/pdf", lambda: typst.compile(b"#rect(width: 90%, height: 90%, fill: gray)"), "no_text_layer"),
    "a PDF cut short": ("application/pdf", lambda: typst.compile(b"Seloste")[:900], "broken"),
    "text that says it is a PDF": ("application/pdf", TEXT.encode, "broken"),
    "text that says it is Word": (DOCX, TEXT.encode, "broken"),
    "nothing": ("text/plain", bytes, "empty"),
    "only NULs": ("text/plain", lambda: bytes(1000), "empty"),
    "only blanks": ("text/html", lambda: b"<p>&nbsp;</p><script>x</script>" + b" " * 1000, "empty"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_says_why(company: Player, slug: str, name: str) -> None:
    media_type, build, reason = UNREADABLE[name]
    refused(send(company, slug, build(), media_type), 422, "document-unreadable", reason)


def encoded(encoding: str, mark: bytes = b"") -> bytes:
    return mark + TEXT.encode(encoding)


READABLE = {
    "UTF-16 with its mark": ("text/plain", encoded("utf-16-le", b"\xff\xfe")),
    "UTF-16, the other way round": ("text/plain", encoded("utf-16-be", b"\xfe\xff")),
    "UTF-16 without a mark": ("text/plain", encoded("utf-16-le")),
    "UTF-16 that is declared": ("text/plain; charset=utf-16be", encoded("utf-16-be")),
    "Latin-1 that is declared": ("text/plain; charset=iso-8859-1", encoded("latin-1")),
    "Latin-1 that says nothing": ("text/plain", encoded("latin-1")),
    "Windows-1252 that says it is UTF-8": ("text/plain; charset=utf-8", encoded("cp1252")),
    "UTF-8 that says it is Latin-1": ("text/plain; charset=latin-1", encoded("utf-8")),
    "an encoding that nobody knows": ("text/plain; charset=x-klingon", encoded("utf-8")),
    "NULs between the letters": ("text/plain", TEXT.replace("e", "e\0").encode()),
    "a PDF that says it is text": ("text/plain", TEXT.encode() + b"%PDF-1.4 \x00\x01\x02 endobj"),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read_is_read_in_whatever_encoding(company: Player, slug: str, name: str) -> None:
    media_type, body = READABLE[name]
    answer = send(company, slug, body, media_type, language="fi")
    assert answer.status_code == 200, answer.text
    text = answer.text
    assert "Käenkulman Työväline Oy" in text
    assert "Ålholma" in text
    assert [section["covers"] for section in answer.json()["report"]["sections"]][-1] == ["retention"]
    assert "\\u0000" not in text


def test_mojibake_is_kept_and_told(company: Player, slug: str) -> None:
    twice = TEXT.encode().decode("cp1252").encode()
    answer = send(company, slug, twice, "text/plain", language="fi").json()
    assert "SE001" in [remark["code"] for remark in answer["report"]["remarks"]]


def test_a_document_over_2_mb_is_refused_before_it_is_read(company: Player, slug: str) -> None:
    refused(send(company, slug, b"x" * (MOST + 1), "text/plain"), 413, "body-too-large")
    chunks = (b"x" * 65536 for _ in range(MOST // 65536 + 1))
    address = f"{company.path}/notices/{slug}/imports"
    refused(company.api.post(address, content=chunks, headers={"content-type": "text/plain"}), 413, "body-too-large")


@pytest.mark.parametrize(
    "media_type", ["application/msword", "image/svg+xml", "text/rtf", "application/xml", "text/html/x", "nonsense", "*/*"]
)
def test_a_kind_that_is_not_read_is_refused(company: Player, slug: str, media_type: str) -> None:
    refused(send(company, slug, TEXT.encode(), media_type), 415, "unsupported-media-type")


@pytest.mark.parametrize("language", ["xx", "se", "fi-FI", "<script>", "../..", ""])
def test_a_language_that_is_none_is_refused(company: Player, slug: str, language: str) -> None:
    answer = send(company, slug, TEXT.encode(), "text/plain", language=language)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_many_bombs_at_once_leave_the_server_alive(house: House, company: Player, slug: str, somebodys: str) -> None:
    answers: list[int] = []

    def throw(media_type: str, body: bytes) -> None:
        with httpx.Client(base_url=house.url, headers=company.api.headers, timeout=2 * SECONDS) as client:
            address = f"{company.path}/notices/{slug}/imports?language=fi"
            answers.append(client.post(address, content=body, headers={"content-type": media_type}).status_code)

    bombs = [BOMBS[name] for name in ("one word of 2 MB", "tables in tables", "brackets", "lines of 2 MB")]
    threads = [threading.Thread(target=throw, args=(media_type, build())) for media_type, build in bombs]
    with others_answered(house, somebodys):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == len(bombs)
    assert set(answers) <= {200, 422}


# --- drafts that are hostile ---------------------------------------------------------------------------------------------

LOOKING: dict[str, Callable[[str], str]] = {
    "preview": lambda slug: f"/notices/{slug}/draft/preview",
    "check": lambda slug: f"/notices/{slug}/draft/check",
    "changes": lambda slug: f"/notices/{slug}/draft/changes",
    "translations": lambda slug: f"/notices/{slug}/draft/translations",
}


@pytest.fixture(scope="module", params=["brackets", "a long text"])
def heavy(company: Player, request: pytest.FixtureRequest) -> str:
    """A notice with a draft that takes long to read."""
    slug, _ = published(company)
    unit = "![[" if request.param == "brackets" else "Säilytämme tietoja kuusi vuotta sopimuksen päättymisestä. "
    body = unit * ((30_000 if request.param == "brackets" else 120_000) // len(unit))
    sections: Sequence[dict[str, Any]] = [{"id": f"s{n}", "heading": {"fi": f"Otsikko {n}"}, "body": {"fi": body}} for n in range(8)]
    assert put(company, slug, {"title": {"fi": "Raskas"}, "sections": sections}).status_code == 200
    return slug


@pytest.mark.parametrize("look", LOOKING)
def test_whoever_looks_at_a_heavy_draft_keeps_nobody_waiting(house: House, company: Player, heavy: str, somebodys: str, look: str) -> None:
    with others_answered(house, somebodys):
        answer = company.get(LOOKING[look](heavy), timeout=60)
    assert answer.status_code == 200, answer.text
