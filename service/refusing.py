"""Every exception becomes an answer here: RFC 9457 for programs, a page for people, RFC 6749's shape on /oauth/*."""

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from service import errors
from service.errors import FieldError, Problem
from service.layout import page
from tenants.database import DatabaseAway

log = structlog.get_logger()

RETRY_SECONDS = "2"


def refuse(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    problem = as_problem(error)
    if isinstance(problem, errors.Unexpected):
        # The exception's text may quote a body, so only its kind and place are logged.
        log.error("unexpected", route=request.scope.get("path_template", "-"), kind=type(error).__name__, at=_place(error))
    path = request.url.path
    if path.startswith("/oauth/"):
        return _oauth(problem)
    if is_for_people(request):
        body = page.error_page(problem.status, problem.detail, request.headers.get("accept-language"))
        return page.respond(body, status=problem.status, private=True, headers=problem.headers)
    return Response(
        msgspec.json.encode(problem.document()),
        status_code=problem.status,
        headers={"cache-control": "no-store", **problem.headers},
        media_type=errors.MEDIA_TYPE,
    )


def as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, DatabaseAway):
        return errors.Unavailable(
            "The database does not answer. Try again in a moment, with the same Idempotency-Key if you sent one.",
            headers={"retry-after": RETRY_SECONDS},
        )
    if isinstance(error, msgspec.ValidationError):
        return errors.InvalidContent(str(error), errors=[errors.field_error(str(error))])
    if isinstance(error, msgspec.DecodeError | UnicodeDecodeError | RecursionError):
        return errors.MalformedRequest("The body is not JSON that can be read.")
    if isinstance(error, HTTPException):
        return _from_framework(error)
    return errors.Unexpected("The fault is ours and was recorded. Nothing was changed. Try again later.")


def _from_framework(error: HTTPException) -> Problem:
    cause = error.__cause__
    if isinstance(cause, Problem | DatabaseAway | RecursionError):
        return as_problem(cause)
    if error.status_code == 404:
        return errors.NotFound("No such address. The API is described at /docs.")
    if error.status_code == 405:
        return errors.MethodNotAllowed("Another method is needed here; `Allow` lists them.", headers=error.headers)
    if error.status_code == 413:
        return errors.BodyTooLarge("The body is too large here. Nothing of it was stored.")
    if error.status_code == 415:
        return errors.UnsupportedMediaType("Send the body as application/json.")
    if isinstance(error.extra, list) and error.extra:
        return _invalid(error.extra, error)
    if error.status_code == 400:
        return errors.MalformedRequest(f"The request cannot be read: {error.detail}.")
    return errors.Unexpected("The fault is ours and was recorded. Nothing was changed. Try again later.")


def _invalid(extra: list[Any], error: HTTPException) -> Problem:
    found = [entry for entry in extra if isinstance(entry, dict)]
    at_fault = [_framework_field(entry) for entry in found]
    if any(str(entry.get("source", "")).endswith("body") or entry.get("source") == "body" for entry in found):
        if isinstance(error.__cause__, msgspec.ValidationError) and "missing required field `data`" in str(error.__cause__):
            return errors.MalformedRequest("The body is missing; send it as application/json.")
        return errors.InvalidContent("The body is not of the shape that is needed; `errors` says where.", errors=at_fault)
    return errors.MalformedRequest("A parameter cannot be read; `errors` says which.", errors=at_fault)


def _framework_field(entry: dict[str, Any]) -> FieldError:
    """litestar names a place `sections.0.heading`, and the body itself `data`; RFC 6901 writes /sections/0/heading."""
    key = str(entry.get("key", ""))
    source = entry.get("source")
    if str(getattr(source, "value", source)) != "body":
        return FieldError(key, str(entry.get("message", "")))
    return errors.placed(key.removeprefix("data").removeprefix("."), str(entry.get("message", "")))


def is_for_people(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser asks for a page."""
    if request.url.path.startswith(("/v1/", "/oauth/", "/.well-known/", "/openapi", "/health/")):
        return False
    return "text/html" in request.headers.get("accept", "")


def _oauth(problem: Problem) -> Response[Any]:
    """RFC 6749 section 5.2."""
    error = {503: "temporarily_unavailable", 500: "server_error"}.get(problem.status, "invalid_request")
    headers = {"cache-control": "no-store", "pragma": "no-cache", **problem.headers}
    status = problem.status if problem.status in (404, 405, 413) or problem.status >= 500 else 400
    return Response({"error": error, "error_description": problem.detail}, status_code=status, headers=headers)


def _place(error: BaseException) -> str:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}" if traceback else "-"
