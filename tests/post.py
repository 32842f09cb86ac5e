"""A real SMTP server that keeps what it is sent."""

import email
import email.policy
import threading
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.house import free_port


class PostOffice:
    def __init__(self) -> None:
        self._mails: list[tuple[str, EmailMessage]] = []
        self._refused: list[str] = []
        self._lock = threading.Lock()
        self.refusing = False
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self) -> "PostOffice":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 — aiosmtpd's name
        if self.refusing:
            with self._lock:
                self._refused += envelope.rcpt_tos
            return "451 not now"
        message: Any = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        with self._lock:
            self._mails += [(address, message) for address in envelope.rcpt_tos]
        return "250 kept"

    def to(self, address: str) -> list[EmailMessage]:
        with self._lock:
            return [message for to, message in self._mails if to == address]

    def refused(self, address: str) -> int:
        """How often mail to an address was turned away while `refusing`."""
        with self._lock:
            return self._refused.count(address)
