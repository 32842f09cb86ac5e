"""Draw an uploaded logo anew: what is served holds pixels that we wrote, and nothing of the file that came.

A decoder of images is written for good files. So it runs in a process of its own, with little memory and little time, which a file
that leads it astray takes with it and nothing else. It takes the file on standard input and gives `Drawn` on standard output.
"""

import asyncio
import contextlib
import hashlib
import io
import resource
import sys
import warnings
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta
from PIL import Image, ImageOps

from service.errors import FieldError, InvalidContent
from service.notices.confining import environment
from service.waiting import Turns

log = structlog.get_logger()

MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
MOST_PIXELS = 16_000_000
# What a page shows is 192 by 40 pixels at most; this is twice that and more, for fine screens.
WIDEST, HIGHEST = 600, 160

SECONDS = 10
MEMORY_BYTES = 1024**3
_turns = Turns(at_once=1, waiting=8)


class Drawn(msgspec.Struct, array_like=True):
    """A PNG or WebP; without a body, why there is none."""

    body: bytes
    ending: Annotated[str, Meta(description="png or webp")]
    width: int
    height: int
    reason: str = ""

    @property
    def name(self) -> str:
        return f"{hashlib.sha256(self.body).hexdigest()}.{self.ending}"


async def redraw(file: bytes) -> Drawn:
    """Raises InvalidContent for what is no picture, or too large a one."""
    async with _turns.turn():
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
        )
        try:
            answer, _ = await asyncio.wait_for(process.communicate(file), SECONDS)
        except TimeoutError:
            answer = b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if not answer:
        log.warning("drawing a logo anew ended its process", returncode=process.returncode)
        raise _refused("The picture cannot be drawn: it is damaged, or needs too much memory or time.")
    drawn = msgspec.msgpack.decode(answer, type=Drawn)
    if drawn.reason:
        raise _refused(drawn.reason)
    return drawn


def _refused(reason: str) -> InvalidContent:
    return InvalidContent("The logo cannot be used; `errors` says why.", errors=[FieldError("", reason)])


def _drawn(file: bytes) -> Drawn:
    try:
        with warnings.catch_warnings():
            # Its own word of warning comes at a size that ours is below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(file), formats=["PNG", "JPEG", "WEBP", "GIF"])
            if opened.width * opened.height > MOST_PIXELS:
                return Drawn(b"", "", 0, 0, f"It is {opened.width} by {opened.height} pixels; {MOST_PIXELS:,} in all is the most.")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return Drawn(b"", "", 0, 0, "It is no PNG, JPEG, WebP or GIF that can be read. SVG is not taken: it can hold scripts.")
    picture.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    # Of its own: what else the file held (comments, places, profiles) stays behind.
    bare = Image.frombytes("RGBA", picture.size, picture.tobytes())
    offers = {"png": _saved(bare, "PNG", optimize=True), "webp": _saved(bare, "WEBP", lossless=True)}
    if min(map(len, offers.values())) > 60_000:
        offers["webp"] = _saved(bare, "WEBP", quality=88)
    ending = min(offers, key=lambda ending: len(offers[ending]))
    return Drawn(offers[ending], ending, bare.width, bare.height)


def _saved(picture: Image.Image, form: str, **options: bool | int) -> bytes:
    written = io.BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.buffer.write(msgspec.msgpack.encode(_drawn(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
