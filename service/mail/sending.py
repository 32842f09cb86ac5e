"""One mail out: through SMTP, or without SMTP settings into DATA_DIR/mailbox as a file to look at."""

import os
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
from email_validator import validate_email

from service import clock
from service.settings import Settings


@dataclass(frozen=True)
class Mail:
    """`id` is the same at each try of the same job, so that a mail sent twice is known to be one."""

    id: UUID
    to: str
    subject: str
    text: str
    language: str


async def send(mail: Mail, settings: Settings) -> None:
    """Raises when the mail was not taken over; the job then tries again."""
    message = _message(mail, settings)
    if settings.smtp_url:
        await _send_by_smtp(message, settings.smtp_url)
    else:
        _put_in_mailbox(message, settings.data / "mailbox", mail.id)


def _message(mail: Mail, settings: Settings) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    # Built from its parts: text that a person typed never becomes a header line of its own. The domain in ASCII, so that
    # a server that knows no SMTPUTF8 takes it too.
    to = validate_email(mail.to, check_deliverability=False, test_environment=True)
    message["To"] = Address(username=to.local_part, domain=to.ascii_domain)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.id}@{urlsplit(settings.public_origin).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message["Content-Language"] = mail.language
    return message


async def _send_by_smtp(message: EmailMessage, url: str) -> None:
    parts = urlsplit(url)
    async with aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        timeout=30,
    ) as smtp:
        await smtp.send_message(message)


def _put_in_mailbox(message: EmailMessage, mailbox: Path, mail_id: UUID) -> None:
    mailbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = mailbox / f".{mail_id}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())
    part.rename(mailbox / f"{mail_id}.eml")
