"""Lists by cursor, newest first: `limit` and `cursor` in, `{"items": [...], "next_cursor": ...}` out.

A cursor is the key of the last item seen, so a page is one index range however far in it lies, and items that arrive
meanwhile neither repeat nor shift others out.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, TypeAlias, TypeVar
from uuid import UUID

from litestar.params import QueryParameter

from service.errors import MalformedRequest

T = TypeVar("T")

Limit: TypeAlias = Annotated[int, QueryParameter(name="limit", ge=1, le=200, description="How many items at most, 1 to 200.")]
Cursor: TypeAlias = Annotated[
    str | None, QueryParameter(name="cursor", description="The `next_cursor` of the page before; leave it out for the first page.")
]
DEFAULT_LIMIT = 50
# UUIDv7 keys sort by time, so the first page starts after the greatest key there can be.
NEWEST = UUID(int=2**128 - 1)


def position(cursor: str | None) -> UUID:
    """The key that the page starts after."""
    if cursor is None:
        return NEWEST
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise MalformedRequest("The cursor is not one of ours. Use `next_cursor` of the page before, unchanged.") from error


def next_cursor(keys: Sequence[UUID], limit: int) -> str | None:
    """`keys` are those of up to `limit` + 1 rows: the extra one tells that there is a next page."""
    if len(keys) <= limit:
        return None
    return base64.urlsafe_b64encode(keys[limit - 1].bytes).rstrip(b"=").decode()
