"""oEmbed 1.0: whoever pastes a notice's address into an editor gets the notice, in a frame."""

from typing import Annotated, Any, Literal
from urllib.parse import urljoin, urlsplit

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import QueryParameter
from markupsafe import escape

from service import errors
from service.errors import FieldError, FormatNotOffered, MalformedRequest, NotFound
from service.guarding import public
from service.hosting.answering import CURRENT, answer
from service.hosting.embedding.framing import VARY, title_of
from service.hosting.embedding.meaning import Meant, find
from service.hosting.finding import copy_of
from service.hosting.heads import Copy

WIDTH, HEIGHT = 640, 800
_FORMS = {"json": "application/json", "xml": "text/xml; charset=utf-8"}


class Unfurled(msgspec.Struct):
    """What oEmbed calls a response of type `rich`; width and height are in pixels."""

    type: Literal["rich"]
    version: Literal["1.0"]
    title: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int


@get(
    "/oembed",
    operation_id="readOembed",
    summary="What a notice's address stands for, as oEmbed",
    tags=["Public"],
    **public(
        "whoever shows a link may show the notice",
        [errors.NotFound, errors.NoticeGone, errors.VersionRedacted, errors.FormatNotOffered],
    ),
)
async def read_oembed(
    request: Request[Any, Any, Any],
    state: State,
    url: Annotated[str, QueryParameter(description="A notice's page, a version's, or its history's, in any language.")],
    maxwidth: Annotated[str, QueryParameter(description="In pixels; the frame is no wider.")] = "",
    maxheight: Annotated[str, QueryParameter(description="In pixels; the frame is no higher.")] = "",
    format: Annotated[str, QueryParameter(description="`json` or `xml`")] = "json",  # noqa: A002 — the standard's name
) -> Response[Unfurled]:
    if format not in _FORMS:
        raise FormatNotOffered("oEmbed is here as `json` and as `xml`.")
    width, height = _at_most("maxwidth", maxwidth, WIDTH), _at_most("maxheight", maxheight, HEIGHT)
    origin = state.settings.public_origin
    meant = await _meant(state, url, request.headers.get("accept-language"))
    title = title_of(await copy_of(state, meant.head, meant.number, meant.stored))
    told = Unfurled("rich", "1.0", title.unescape(), "Seloste", origin, frame(origin + meant.frame, title, width, height), width, height)
    copy = Copy.of(_FORMS[format], msgspec.json.encode(told) if format == "json" else _xml(told))
    return answer(request, copy, cache=CURRENT, vary=VARY, language=meant.language)  # type: ignore[return-value]


def frame(address: str, title: str, width: int | str, height: int) -> str:
    """A frame that needs no script. `title` names it for who does not see it."""
    tag = '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" referrerpolicy="no-referrer"></iframe>'
    return tag.format(escape(address), escape(title), width, height)


def _at_most(name: str, given: str, usual: int) -> int:
    if not given:
        return usual
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given)):
        detail = f"`{name}` is a number of pixels above 0."
        raise MalformedRequest(detail, errors=[FieldError(name, detail)])
    return min(int(given), usual)


async def _meant(state: State, url: str, accept_language: str | None) -> Meant:
    """What our own page at `url` shows. One that begins with a slash is ours: stored pages do not know where they are served."""
    origin = state.settings.public_origin
    unknown = NotFound("`url` is no published notice's page, version or history here.")
    try:
        asked = urlsplit(urljoin(origin, url))
    except ValueError:
        raise unknown from None
    if asked.scheme not in ("http", "https") or asked.netloc.lower() != urlsplit(origin).netloc.lower():
        raise unknown
    more: dict[str, Any]
    match asked.path.split("/")[1:]:
        case ["n", tenant, notice]:
            more = {}
        case ["n", tenant, notice, "history"]:
            more = {"history": True}
        case ["n", tenant, notice, "history", language]:
            more = {"history": True, "language": language}
        case ["n", tenant, notice, "v", number, language] if number.isascii() and number.isdigit() and len(number) < 10:
            more = {"version": int(number), "language": language}
        case ["n", tenant, notice, language]:
            more = {"language": language}
        case _:
            raise unknown
    meant = await find(state, f"{tenant}/{notice}", accept_language=accept_language, **more)
    if more.get("language", meant.language) != meant.language:
        raise unknown
    return meant


def _xml(told: Unfurled) -> bytes:
    members = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in msgspec.structs.asdict(told).items())
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{members}</oembed>\n'.encode()
