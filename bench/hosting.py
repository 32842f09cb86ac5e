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
# nginx writes these itself.
_OF_ITS_OWN = {"date", "server", "connection", "content-length", "content-type"}


@dataclass(frozen=True)
class Reading:
    """What a reader asks for."""

    name: str
    path: str
    encoding: str


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
    Reading("page", f"/n/{NOTICE}/fi", "identity"),
    Reading("page, br", f"/n/{NOTICE}/fi", "br"),
    Reading("JSON", f"/n/{NOTICE}/fi.json", "identity"),
    Reading("JSON, br", f"/n/{NOTICE}/fi.json", "br"),
)


def compare(seloste: Seloste, nginx: str, wrk: str, core: int, folder: Path, *, rounds: int, seconds: int) -> Iterator[Compared]:
    answers = [_read(seloste.port, reading.path, reading.encoding) for reading in READINGS]
    with _nginx(nginx, answers, core, folder) as port:
        for number, (reading, answer) in enumerate(zip(READINGS, answers, strict=True)):
            _check_same(reading, answer, _read(port, f"/{number}", reading.encoding))

            measure = functools.partial(_wrk, wrk, reading.encoding, seconds)
            contenders = {
                "Seloste": functools.partial(measure, f"http://127.0.0.1:{seloste.port}{reading.path}"),
                "nginx": functools.partial(measure, f"http://127.0.0.1:{port}/{number}"),
            }
            alternate(contenders, 1)
            yield Compared(reading, len(answer.body), ratio(alternate(contenders, rounds), "Seloste", "nginx"))


def _read(port: int, path: str, encoding: str) -> Answer:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers={"accept-encoding": encoding})
        answer = connection.getresponse()
        if answer.status != 200:
            raise CannotMeasure(f"{path} is answered with {answer.status}.")
        return Answer({name.lower(): value for name, value in answer.getheaders()}, answer.read())


def _check_same(reading: Reading, ours: Answer, theirs: Answer) -> None:
    if ours.body != theirs.body:
        raise CannotMeasure(f"nginx does not serve the same bytes as Seloste ({reading.name}).")
    differing = {name for name, value in ours.headers.items() if theirs.headers.get(name) != value} - {"date"}
    if differing:
        raise CannotMeasure(f"nginx does not send the same headers as Seloste ({reading.name}): {', '.join(sorted(differing))}.")


@contextlib.contextmanager
def _nginx(nginx: str, answers: Sequence[Answer], core: int, folder: Path) -> Iterator[int]:
    port, root = free_port(), folder / "nginx"
    root.mkdir()
    for number, answer in enumerate(answers):
        (root / str(number)).write_bytes(answer.body)
    locations = "".join(_location(number, answer) for number, answer in enumerate(answers))
    file = root / "nginx.conf"
    file.write_text(CONFIGURATION.substitute(root=root, port=port, locations=locations))
    with running([nginx, "-e", "stderr", "-c", str(file)], core, folder / "nginx.log", f"http://127.0.0.1:{port}/0"):
        yield port


def _location(number: int, answer: Answer) -> str:
    headers = [(name, value) for name, value in answer.headers.items() if name not in _OF_ITS_OWN]
    headers += [] if "last-modified" in answer.headers else [("last-modified", "")]
    lines = [
        f"default_type {_quoted(answer.headers['content-type'])};",
        *(f"add_header {name} {_quoted(value)};" for name, value in headers),
    ]
    return f"location = /{number} {{ {' '.join(lines)} }}\n"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _wrk(wrk: str, encoding: str, seconds: int, url: str) -> float:
    command = [
        wrk,
        "--threads",
        "1",
        "--connections",
        str(CLIENTS),
        "--duration",
        f"{seconds}s",
        "--header",
        f"accept-encoding: {encoding}",
        url,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec: +([\d.]+)", output)
    if found is None or "Non-2xx" in output or "Socket errors" in output:
        raise CannotMeasure(f"wrk had errors at {url}:\n{output}")
    return float(found[1])
