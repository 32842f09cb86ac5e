"""Pictures to upload as logos, good and hostile."""

import io
import struct
import zlib

from PIL import Image


def picture(form: str, size: tuple[int, int] = (300, 100), **options: object) -> bytes:
    """A red left half, a clear (or white) right one."""
    drawn = Image.new("RGBA", size, (0, 0, 0, 0) if form in ("PNG", "WEBP") else (255, 255, 255, 255))
    drawn.paste((200, 16, 46, 255), (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    (drawn.convert("RGB") if form == "JPEG" else drawn).save(written, form, **options)
    return written.getvalue()


def telling_jpeg(secret: str) -> bytes:
    """Taken sideways, with a place and a comment in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = secret
    return picture("JPEG", exif=exif, comment=secret.encode())


def animation() -> bytes:
    frames = [Image.new("RGB", (60, 20), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], loop=0)
    return written.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>parent.trapped = true</script></svg>'
