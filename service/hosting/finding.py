"""From a public address to the notice that it names, by slugs or ids; and what every public reading declares."""

from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec

from service import errors
from service.errors import NotFound
from service.guarding import public
from service.hosting.closing import Elsewhere, go_there, tell
from service.hosting.copies import Copies
from service.hosting.heads import Copy, Head
from service.notices.timing import Scheduled

Asked = Request[Any, Any, Any]
BASE = "/n/{tenant:str}/{notice:str}"


def reading(what: str, data: type[Any] | None = None, *, media_type: str = MediaType.HTML, leads: str = "") -> Any:
    """A public reading's keywords; `data` describes its JSON, for clients made from the OpenAPI document. Without it there is text.

    `leads` says when it redirects to what was asked for (302).
    """
    described = public(what, [errors.NotFound, errors.NotInForce, errors.NoticeGone, errors.VersionRedacted])
    shown = ResponseSpec(data or str, media_type=MediaType.JSON if data else media_type, description=what, generate_examples=False)
    found = {302: ResponseSpec(None, description=leads)} if leads else {}
    responses = {200: shown, **found, **REDIRECTS, **described["responses"]}
    return {**described, "responses": responses, "exception_handlers": ELSEWHERE, "tags": ["Public"]}


def leading(what: str) -> Any:
    """The same for an address that does nothing but redirect."""
    described = reading(what, leads=what)
    del described["responses"][200]
    return {**described, "status_code": 302}


ELSEWHERE = {Elsewhere: go_there, errors.NoticeGone: tell, errors.NotInForce: tell, errors.VersionRedacted: tell}
REDIRECTS = {
    301: ResponseSpec(None, description="The notice has another slug now; `Location` is the same address under that."),
    307: ResponseSpec(None, description="Another notice took the place of this one; `Location` is there. It can be undone."),
}


async def head_at(request: Asked, state: State, tenant: str, notice: str) -> Head:
    """Raises NotFound, or Elsewhere for a former slug."""
    copies: Copies = state.copies
    # A name that no slug can have is not looked for: a NUL in it would not even be valid text for the database.
    if not (_could_be_a_name(tenant) and _could_be_a_name(notice)):
        raise nothing()
    head = await copies.head(tenant, notice)
    if head is None:
        raise nothing()
    if notice in head.former_slugs:
        raise Elsewhere(_renamed(request, notice, head.slug), for_good=True)
    return head


def _renamed(request: Asked, old: str, new: str) -> str:
    """The same address under the present slug, which is the third part of the path."""
    root, n, tenant, notice, *rest = request.scope["path"].split("/")
    path = quote("/".join([root, n, tenant, new + notice[len(old) :], *rest]))
    return path + (f"?{request.url.query}" if request.url.query else "")


def _could_be_a_name(text: str) -> bool:
    return 3 <= len(text) <= 63 and text.isascii() and text.replace("-", "").isalnum() and text == text.lower()


async def copy_of(state: State, head: Head, number: int, path: str) -> Copy:
    if (found := await found_copy(state, head, number, path)) is None:
        raise nothing()
    return found


async def found_copy(state: State, head: Head, number: int, path: str) -> Copy | None:
    copies: Copies = state.copies
    # A path that no form can have is not looked for.
    return await copies.copy(head, number, path) if len(path) <= 40 and path.isascii() and path.isprintable() else None


def version_of(head: Head, number: int) -> Scheduled:
    version = head.version(number)
    if version is None:
        raise NotFound(f"The notice has no version {number}. Its history lists those that there are.")
    return version


def nothing() -> NotFound:
    return NotFound("No published notice is at this address. Check the address with the company whose notice you look for.")
