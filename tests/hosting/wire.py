"""HTTP as it goes over the wire: what is sent is sent as it stands, and what comes back is taken apart strictly."""

import socket
from dataclasses import dataclass
from types import TracebackType

from tests.house import House


@dataclass
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def undated(self) -> tuple[bytes, bytes]:
        """All of it but the date, which must be there once."""
        lines = self.head.split(b"\r\n")
        kept = [line for line in lines if not line.startswith(b"date: ")]
        assert len(kept) == len(lines) - 1, self.head
        return b"\r\n".join(kept), self.body

    def header(self, name: str) -> str | None:
        found = [line for line in self.head.split(b"\r\n")[1:] if line.lower().startswith(name.encode() + b":")]
        assert len(found) < 2, self.head
        return found[0].partition(b":")[2].strip().decode() if found else None


class Wire:
    """One connection."""

    def __init__(self, house: House, *, window: int | None = None) -> None:
        self._socket = socket.socket()
        if window is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self._socket.settimeout(20)
        self._socket.connect(("127.0.0.1", house.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self.host = f"127.0.0.1:{house.port}"

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._socket.close()

    def request(self, path: str, *headers: str, method: str = "GET") -> bytes:
        return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {self.host}", *headers, "", ""]).encode("latin-1")

    def ask(self, path: str, *headers: str, method: str = "GET") -> Answer:
        self.send(self.request(path, *headers, method=method))
        return self.answer(method)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self, method: str = "GET") -> Answer:
        head = self._until(b"\r\n\r\n")
        answer = Answer(int(head[9:12]), head, b"")
        length, coding = answer.header("content-length"), answer.header("transfer-encoding")
        assert head.startswith(b"HTTP/1.1 "), head
        assert length is None or coding is None, head
        if method == "HEAD" or answer.status in (204, 304):
            return answer
        if coding:
            answer.body = self._chunks()
        else:
            assert length is not None, head
            answer.body = self._take(int(length))
        return answer

    @property
    def is_closed(self) -> bool:
        """Waits for the other side to close, and fails when something else comes."""
        assert self._received == b""
        return self._socket.recv(1) == b""

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n")[:-2], 16):
            body += self._take(size)
            assert self._take(2) == b"\r\n"
        assert self._take(2) == b"\r\n"
        return body

    def _until(self, end: bytes) -> bytes:
        while end not in self._received:
            self._more()
        return self._take(self._received.index(end) + len(end))

    def _take(self, size: int) -> bytes:
        while len(self._received) < size:
            self._more()
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def _more(self) -> None:
        data = self._socket.recv(2**20)
        assert data, f"the connection ended after {self._received!r}"
        self._received += data
