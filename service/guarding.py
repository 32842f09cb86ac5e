"""What stands beside each route: the scope it needs, or why it is public. The guard in app.py refuses a route with neither."""

from collections.abc import Iterable
from typing import Any

from litestar.openapi.datastructures import ResponseSpec

from service import errors
from service.errors import Problem, ProblemDetails
from tenants.scopes import Scope

_ANY: tuple[type[Problem], ...] = (errors.MalformedRequest, errors.Unavailable)
_GUARDED: tuple[type[Problem], ...] = (errors.Unauthenticated, errors.InsufficientScope, errors.NotFound, *_ANY)


def requires(*scopes: Scope, problems: Iterable[type[Problem]] = (), delegable: bool = True) -> dict[str, Any]:
    """Keywords for a route decorator: one of `scopes` is needed. `delegable=False`: never by an agency acting for the tenant."""
    return {
        "opt": {"scopes": scopes, "delegable": delegable},
        "security": [{"oauth2": [scope.value]} for scope in scopes],
        "responses": _responses((*_GUARDED, *problems)),
    }


def public(reason: str, problems: Iterable[type[Problem]] = ()) -> dict[str, Any]:
    """Keywords for a route that asks for no token; the reason is for who reads the list of public routes."""
    return {"opt": {"public": reason}, "security": [{}], "responses": _responses((*_ANY, *problems))}


def _responses(problems: Iterable[type[Problem]]) -> dict[int, ResponseSpec]:
    by_status: dict[int, list[type[Problem]]] = {}
    for problem in problems:
        if problem not in by_status.setdefault(problem.status, []):
            by_status[problem.status].append(problem)
    return {
        status: ResponseSpec(
            data_container=ProblemDetails,
            media_type=errors.MEDIA_TYPE,
            generate_examples=False,
            description="; ".join(f"{kind.title} (`urn:seloste:problem:{kind.name}`)" for kind in kinds),
        )
        for status, kinds in sorted(by_status.items())
    }
