"""One base for everything refused, rendered as RFC 9457 in one place. A type is stable: programs decide by it.

The list of types stands in docs/problems.md, and a test compares the two.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

MEDIA_TYPE = "application/problem+json"


class FieldError(msgspec.Struct):
    """What is wrong at one place of a body or query. `pointer` is a JSON Pointer (RFC 6901), or the parameter's name."""

    pointer: str
    detail: str


class ProblemDetails(msgspec.Struct, omit_defaults=True):
    """An error (RFC 9457). `type` is stable; `detail` says what to do; `errors` names the fields at fault."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class Problem(Exception):
    """Raise a subclass; `detail` is one or two sentences for whoever sent the request: what is wrong, what would do."""

    status: ClassVar[int]
    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    @property
    def type(self) -> str:
        return f"urn:seloste:problem:{self.name}"

    def document(self) -> dict[str, Any]:
        fixed = {"type": self.type, "title": self.title, "status": self.status, "detail": self.detail}
        return {**fixed, **({"errors": self.errors} if self.errors else {}), **self.members}


class MalformedRequest(Problem):
    status, name, title = 400, "malformed-request", "The request cannot be read"


class Unauthenticated(Problem):
    status, name, title = 401, "unauthenticated", "A valid access token is needed"


class InsufficientScope(Problem):
    status, name, title = 403, "insufficient-scope", "The access token may not do this"


class Forbidden(Problem):
    status, name, title = 403, "forbidden", "This is not allowed"


class NotFound(Problem):
    """Also for what belongs to another tenant: that it exists is nobody else's business."""

    status, name, title = 404, "not-found", "There is nothing here"


class MethodNotAllowed(Problem):
    status, name, title = 405, "method-not-allowed", "This address does not answer to that method"


class Conflict(Problem):
    status, name, title = 409, "conflict", "This collides with what is there"


class SlugTaken(Conflict):
    name, title = "slug-taken", "The slug is taken"


class DraftUnchanged(Conflict):
    name, title = "draft-unchanged", "The draft is what is published already"


class WrongState(Conflict):
    """`state`: what it is instead."""

    name, title = "wrong-state", "That cannot be done with it as it is"


class NotInForce(NotFound):
    """It was published, and no version is in force. Members: `state` (`coming` or `recalled`), `effective_from`, `notice`, `links`."""

    name, title = "not-in-force", "No version of the notice is in force"


class NoticeGone(Problem):
    """It was published and is not shown any more. Members: `state` (`withdrawn` or `retired`), `since`, `reason`, `notice`, `links`."""

    status, name, title = 410, "notice-gone", "The notice is no longer here"


class IdempotencyKeyReused(Problem):
    status, name, title = 422, "idempotency-key-reused", "The Idempotency-Key was used for another request"


class PreconditionFailed(Problem):
    status, name, title = 412, "stale", "What you read has changed since"


class BodyTooLarge(Problem):
    status, name, title = 413, "body-too-large", "The body is too large"


class UnsupportedMediaType(Problem):
    status, name, title = 415, "unsupported-media-type", "The body's type is not understood here"


class InvalidContent(Problem):
    status, name, title = 422, "invalid-content", "Some fields cannot be accepted"


class DocumentUnreadable(Problem):
    """A document that holds no text to read. `reason` is stable: `empty`, `no_text_layer`, `encrypted`, `broken`, `too_large_unpacked`,
    `too_many_pages`, `too_many_lines`, `too_slow`."""

    status, name, title = 422, "document-unreadable", "The document cannot be read"

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, members={"reason": reason})


class DraftIncomplete(Problem):
    status, name, title = 422, "draft-incomplete", "The draft is not ready to be published"


class PreconditionRequired(Problem):
    status, name, title = 428, "precondition-required", "If-Match is needed"


class TooManyRequests(Problem):
    status, name, title = 429, "too-many-requests", "Too many requests"


class VersionRedacted(Problem):
    """RFC 7725. Members: `number`, `since`, `reason`, `notice`, `links`."""

    status, name, title = 451, "version-redacted", "The version's text was taken down"


class Unexpected(Problem):
    status, name, title = 500, "unexpected", "Something went wrong here"


class FormatNotOffered(Problem):
    status, name, title = 501, "format-not-offered", "There is no such format here"


class Unavailable(Problem):
    status, name, title = 503, "unavailable", "The service cannot answer right now"


def invalid(pointer: str, detail: str) -> InvalidContent:
    """One field at fault."""
    return InvalidContent(detail, errors=[FieldError(pointer, detail)])


def field_error(text: str) -> FieldError:
    """msgspec says `... - at `$.subject.name``, or `... - at `key` in `$.subject``."""
    message, _, path = text.partition(" - at `")
    return placed(path.partition("$")[2].rstrip("`").removeprefix("."), message)


def placed(path: str, message: str) -> FieldError:
    """msgspec's `sections[0].body[...]` (some member that it does not name) as RFC 6901 writes places; a field that is unknown
    or missing is named in the message alone."""
    parts = [part for part in path.replace("[...]", "").replace("[", ".").replace("]", "").split(".") if part]
    if named := re.search(r"(?:unknown|missing required) field `([^`]+)`", message):
        parts.append(named[1])
    return FieldError("".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts), message)
