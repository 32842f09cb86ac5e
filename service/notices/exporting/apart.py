"""Set PDFs in a process of its own, with little memory and little time: a text that leads typst astray takes this with it
and nothing else, and what typst remembers of a notice is gone with it.

It takes `Asked` on standard input and gives a list of `Made` on standard output, both as msgpack.
"""

import resource
import sys
from importlib.resources import files
from typing import Any

import msgspec
import typst

SECONDS = 5
MEMORY_BYTES = 1024**3
_STANDARD = "ua-1"


class Asked(msgspec.Struct, array_like=True):
    """Each notice as the JSON that `notice.typ` takes; `timestamp` is when the edition was made, in Unix seconds."""

    notices: list[str]
    timestamp: int


class Made(msgspec.Struct, array_like=True):
    """`reason`: why it does not bear the stamp of PDF/UA, or is not there at all."""

    pdf: bytes | None
    reason: str | None


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    fonts = typst.Fonts(include_system_fonts=False)
    made = [_made(notice, asked.timestamp, fonts) for notice in asked.notices]
    sys.stdout.buffer.write(msgspec.msgpack.encode(made))


def _made(notice: str, timestamp: int, fonts: typst.Fonts) -> Made:
    reason = None
    standards: list[Any]
    for standards in ([_STANDARD], []):
        try:
            return Made(_compiled(notice, timestamp, fonts, standards), reason)
        except typst.TypstError as error:
            # A shape that PDF/UA-1 does not know, or a sign in no font: then it is tagged all the same, without the stamp.
            reason = error.message[:200]
    return Made(None, reason)


def _compiled(notice: str, timestamp: int, fonts: typst.Fonts, standards: list[Any]) -> bytes:
    root = files(__package__)
    return typst.compile(
        str(root.joinpath("notice.typ")),
        root=str(root),
        font_paths=fonts,
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"notice": notice},
        pdf_standards=standards,
        timestamp=timestamp,
    )


if __name__ == "__main__":
    main()
