"""The hosted notice beside nginx, which serves the very same bytes with the same headers from a file."""

import contextlib
import functools
import http.client
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from bench.loading import CLIENTS
from bench.machine import CannotMeasure, free_port, running
from bench.rounds import Ratio, alternate, ratio
from bench.seloste import NOTICE, Seloste

CONFIGURATION = Template((Path(__file__).parent / "nginx.conf").read_text("utf-8"))
# What is asked for. Told only: requests that are never the same, which the load generator itself is slow to make.
LEAST = 0.8
# nginx writes these itself.
_OF_ITS_OWN = {"date", "server", "connection", "content-length", "content-type"}


@dataclass(frozen=True)
class Reading:
    """What a reader asks for; `known`: who has it already and asks whether it is the same; `varied`: no two requests are the same."""

    name: str
    path: str
    encoding: str = "identity"
    known: bool = False
    varied: bool = False


@dataclass(frozen=True)
class Answer:
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Compared:
    reading: Reading
    size: int
    to_nginx: Ratio


READINGS = (
    Reading("page", f"/n/{NOTICE}/fi"),
    Reading("page, br", f"/n/{NOTICE}/fi", "br"),
    Reading("page, no two requests the same", f"/n/{NOTICE}/fi", varied=True),
    Reading("JSON", f"/n/{NOTICE}/fi.json"),
    Reading("JSON, br", f"/n/{NOTICE}/fi.json", "br"),
    Reading("304", f"/n/{NOTICE}/fi", known=True),
    Reading("fragment", f"/n/{NOTICE}/fi.fragment.html"),
    Reading("version", f"/n/{NOTICE}/v/1/fi"),
)
# wrk says the same each time; with this, it does not.
VARIED = """
local number = 0
request = function()
    number = number + 1
    wrk.headers["x-number"] = number
    return wrk.format()
end
"""


def compare(seloste: Seloste, nginx: str, wrk: str, core: int, folder: Path, *, rounds: int, seconds: int) -> Iterator[Compared]:
    answers = [_read(seloste.port, reading.path, reading.encoding) for reading in READINGS]
    (folder / "varied.lua").write_text(VARIED)
    with _nginx(nginx, answers, core, folder) as port:
        for number, (reading, answer) in enumerate(zip(READINGS, answers, strict=True)):
            contenders, size = {}, len(answer.body)
            for name, at, path in (("Seloste", seloste.port, reading.path), ("nginx", port, f"/{number}")):
                given = _read(at, path, reading.encoding)
                _check_same(reading, answer, given)
                if reading.known:
                    # The tags differ: nginx makes its own, of a file's time and size.
                    answered = _read(at, path, reading.encoding, given.headers["etag"])
                    size = len(answered.body)
                contenders[name] = functools.partial(
                    wrk_rate, wrk, _request(reading, given, folder), seconds, f"http://127.0.0.1:{at}{path}"
                )
            alternate(contenders, 1)
            yield Compared(reading, size, ratio(alternate(contenders, rounds), "Seloste", "nginx"))


def missed(compared: Sequence[Compared]) -> list[str]:
    return [
        f"Hosted: {one.reading.name} reaches {one.to_nginx.median:.2f} of nginx's rate; at least {LEAST} is asked for."
        for one in compared
        if not one.reading.varied and one.to_nginx.median < LEAST
    ]


def _read(port: int, path: str, encoding: str, known: str | None = None) -> Answer:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers={"accept-encoding": encoding, **({"if-none-match": known} if known else {})})
        answer = connection.getresponse()
        if answer.status != (304 if known else 200):
            raise CannotMeasure(f"{path} is answered with {answer.status}.")
        return Answer({name.lower(): value for name, value in answer.getheaders()}, answer.read())


def _check_same(reading: Reading, ours: Answer, theirs: Answer) -> None:
    if ours.body != theirs.body:
        raise CannotMeasure(f"nginx does not serve the same bytes as Seloste ({reading.name}).")
    own = {"date", "etag"} if reading.known else {"date"}
    differing = {name for name, value in ours.headers.items() if theirs.headers.get(name) != value} - own
    if differing:
        raise CannotMeasure(f"nginx does not send the same headers as Seloste ({reading.name}): {', '.join(sorted(differing))}.")


def _request(reading: Reading, given: Answer, folder: Path) -> list[str]:
    """wrk's options."""
    headers = {"accept-encoding": reading.encoding, **({"if-none-match": given.headers["etag"]} if reading.known else {})}
    script = ["--script", str(folder / "varied.lua")] if reading.varied else []
    return [*script, *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}"))]


@contextlib.contextmanager
def _nginx(nginx: str, answers: Sequence[Answer], core: int, folder: Path) -> Iterator[int]:
    port, root = free_port(), folder / "nginx"
    root.mkdir()
    for number, answer in enumerate(answers):
        (root / str(number)).write_bytes(answer.body)
    locations = "".join(_location(number, reading, answer) for number, (reading, answer) in enumerate(zip(READINGS, answers, strict=True)))
    file = root / "nginx.conf"
    file.write_text(CONFIGURATION.substitute(root=root, port=port, locations=locations))
    with running([nginx, "-e", "stderr", "-c", str(file)], core, folder / "nginx.log", f"http://127.0.0.1:{port}/0"):
        yield port


def _location(number: int, reading: Reading, answer: Answer) -> str:
    own = {*_OF_ITS_OWN, "etag"} if reading.known else _OF_ITS_OWN
    headers = [(name, value) for name, value in answer.headers.items() if name not in own]
    headers += [] if "last-modified" in answer.headers else [("last-modified", "")]
    lines = [
        *(["etag on;"] if reading.known else []),
        f"default_type {_quoted(answer.headers['content-type'])};",
        *(f"add_header {name} {_quoted(value)};" for name, value in headers),
    ]
    return f"location = /{number} {{ {' '.join(lines)} }}\n"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def wrk_rate(wrk: str, options: list[str], seconds: int, url: str) -> float:
    command = [wrk, "--threads", "1", "--connections", str(CLIENTS), "--duration", f"{seconds}s", *options, url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec: +([\d.]+)", output)
    if found is None or "Non-2xx" in output or "Socket errors" in output:
        raise CannotMeasure(f"wrk had errors at {url}:\n{output}")
    return float(found[1])
