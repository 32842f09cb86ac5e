"""Read a stranger's document in a process of its own, with little memory and little time.

A parser of PDF or Word that is led astray takes this process with it and nothing else; what hangs is ended.
"""

import asyncio
import contextlib
import resource
import sys

import msgspec
import structlog

from service.errors import DocumentUnreadable, FieldError, InvalidContent, Problem
from service.notices.confining import environment
from service.notices.importing.structuring import Imported, import_document
from service.waiting import Turns

log = structlog.get_logger()

SECONDS = 30
MEMORY_BYTES = 2 * 1024**3
_turns = Turns(at_once=2, waiting=8)


class Asked(msgspec.Struct, array_like=True):
    body: bytes
    media_type: str
    charset: str | None
    language: str | None


class Refused(msgspec.Struct, array_like=True, tag="refused"):
    """A problem, on its way between two processes."""

    name: str
    detail: str
    errors: list[FieldError]
    reason: str | None


class Done(msgspec.Struct, array_like=True, tag="done"):
    imported: Imported


async def import_apart(asked: Asked) -> Imported:
    """Structure the document, or raise the problem that it is."""
    async with _turns.turn():
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            __name__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # What it says of a document is the document's words, which are not for our log.
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
        )
        try:
            answer, _ = await asyncio.wait_for(process.communicate(msgspec.msgpack.encode(asked)), SECONDS)
        except TimeoutError as error:
            raise DocumentUnreadable("too_slow", "Reading the document took too long. Send it as plain text.") from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        # 1 is an exception of Python: a fault of ours, or no memory left. Anything else is a parser that the document led astray.
        tell = log.error if process.returncode == 1 else log.warning
        tell("reading a document ended its process", returncode=process.returncode, media_type=asked.media_type)
        raise DocumentUnreadable("broken", "The document cannot be read: it is damaged, or needs too much memory. Send it as plain text.")
    outcome = msgspec.msgpack.decode(answer, type=Done | Refused)
    if isinstance(outcome, Done):
        return outcome.imported
    if outcome.name == DocumentUnreadable.name:
        raise DocumentUnreadable(outcome.reason or "broken", outcome.detail)
    raise InvalidContent(outcome.detail, errors=outcome.errors)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    outcome: Done | Refused
    try:
        outcome = Done(import_document(asked.body, asked.media_type, asked.charset, asked.language))
    except Problem as problem:
        outcome = Refused(problem.name, problem.detail, problem.errors, problem.members.get("reason"))
    sys.stdout.buffer.write(msgspec.msgpack.encode(outcome))


if __name__ == "__main__":
    main()
