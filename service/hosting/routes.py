"""Published notices under `/n/{tenant}/{notice}`: no token, no cookie, open to every origin for reading."""

from datetime import datetime
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, PathParameter

from service import clock, errors
from service.errors import NotFound
from service.guarding import public
from service.hosting import differing
from service.hosting.answering import CURRENT, FOREVER, NOT_YET, answer, form_of, wanted_language
from service.hosting.copies import Copies, Copy, Head
from service.notices.publishing import Scheduled
from service.notices.rendering import CANONICAL
from service.notices.schemas import PublicHistory, PublicVersion

Asked = Request[Any, Any, Any]
BASE = "/n/{tenant:str}/{notice:str}"
NEGOTIATED = "Accept-Language, Accept-Datetime, Accept-Encoding"
Leaf = Annotated[
    str, PathParameter(description="A language (`fi`), with `.json`, `.md` or `.fragment.html` for another form than the page.")
]


def _public(what: str, data: type[Any] | None = None) -> dict[str, Any]:
    """A public reading; `data` describes the JSON, for clients made from the OpenAPI document. Without it there is a page alone."""
    described = public(what, [errors.NotFound])
    media_type = MediaType.JSON if data else MediaType.HTML
    shown = ResponseSpec(data or str, media_type=media_type, description=what, generate_examples=False)
    return {**described, "responses": {200: shown, **described["responses"]}, "tags": ["Public"]}


@get(
    BASE,
    operation_id="readNotice",
    summary="The notice in force",
    **_public("The notice in force, in the reader's language; `.json` and `.md` after the slug for other forms", PublicVersion),
)
async def read_notice(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    form = form_of(notice)
    head = await _head(state, tenant, form.name)
    version = _in_force(head)
    language = wanted_language(request, version.languages, version.languages[0])
    copy = await _copy(state, head, version.number, language + form.ending)
    return answer(request, copy, cache=CURRENT, vary=NEGOTIATED, language=language, links=_links(head))


@get(
    BASE + "/{leaf:str}",
    operation_id="readNoticeIn",
    summary="The notice in force, in one language and form; or its history",
    **_public(
        "`{language}`, `{language}.json`, `.md`, `.fragment.html`; `history`, `history.json`, `history.fragment.html`", PublicVersion
    ),
)
async def read_notice_in(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str], leaf: Leaf) -> Response[bytes]:
    head, form = await _head(state, tenant, notice), form_of(leaf)
    if form.name == "history":
        return await _history(request, state, head, form.ending)
    version = _in_force(head)
    if form.name not in version.languages:
        raise NotFound(f"The notice in force is there in: {', '.join(version.languages)}.")
    copy = await _copy(state, head, version.number, leaf)
    return answer(request, copy, cache=CURRENT, language=form.name, links=_links(head))


@get(
    BASE + "/history.json",
    operation_id="readHistory",
    summary="Every version of the notice, as data",
    **_public("Every version, newest first", PublicHistory),
)
async def read_history(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    return await _history(request, state, await _head(state, tenant, notice), ".json")


@get(
    BASE + "/history",
    operation_id="readHistoryPage",
    summary="Every version of the notice, as a page",
    **_public("Every version, what applies last first, in the reader's language"),
)
async def read_history_page(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    return await _history(request, state, await _head(state, tenant, notice), "")


@get(
    BASE + "/history/{leaf:str}",
    operation_id="readHistoryIn",
    summary="The history as a page or fragment in one language",
    **_public("`{language}` or `{language}.fragment.html`"),
)
async def read_history_in(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str], leaf: Leaf) -> Response[bytes]:
    head = await _head(state, tenant, notice)
    if form_of(leaf).ending not in ("", ".fragment.html"):
        raise NotFound("The history is there as a page, as a fragment, and as history.json.")
    copy = await _copy(state, head, 0, f"history/{leaf}")
    return answer(request, copy, cache=CURRENT, language=form_of(leaf).name, links=_links(head))


@get(
    BASE + "/v/{number:int}/{leaf:str}",
    operation_id="readVersion",
    summary="One version for ever",
    **_public("`{language}`, `.json`, `.md`, `.fragment.html`, or `canonical.json`, the bytes that the hash is of", PublicVersion),
)
async def read_version(
    request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str], number: FromPath[int], leaf: Leaf
) -> Response[bytes]:
    head = await _head(state, tenant, notice)
    if f"/v/{number}/" not in request.scope["path"]:
        # int() also reads 04, +4 and ٤, but what is kept for ever has one address.
        raise _nothing()
    version = _version(head, number)
    # Before its day a version may still be recalled, so nobody keeps it for good.
    cache = FOREVER if version.in_force_at <= clock.now() else NOT_YET
    if leaf == CANONICAL:
        return answer(request, await _copy(state, head, number, CANONICAL), cache=cache)
    form = form_of(leaf)
    path = leaf if form.ending else f"v/{leaf}"
    return answer(request, await _copy(state, head, number, path), cache=cache, language=form.name)


@get(
    BASE + "/diff/{pair:str}/{leaf:str}",
    operation_id="compareVersions",
    summary="What changed between two versions",
    **_public("`{a}...{b}/{language}` as a page, `.json` as data", differing.Difference),
)
async def compare_versions(
    request: Asked,
    state: State,
    tenant: FromPath[str],
    notice: FromPath[str],
    pair: Annotated[str, PathParameter(description="Two version numbers: `3...4`.")],
    leaf: Leaf,
) -> Response[bytes]:
    head, form = await _head(state, tenant, notice), form_of(leaf)
    a, b = differing.numbers(pair)
    due: datetime = max(_version(head, a).in_force_at, _version(head, b).in_force_at)
    if form.ending not in ("", ".json"):
        raise NotFound("A comparison is there as a page and as `.json`.")
    copy = await differing.difference(state.copies, head, a, b, form)
    return answer(request, copy, cache=FOREVER if due <= clock.now() else NOT_YET, language=form.name)


async def _history(request: Asked, state: State, head: Head, ending: str) -> Response[bytes]:
    if ending == ".json":
        return answer(request, await _copy(state, head, 0, "history.json"), cache=CURRENT, links=_links(head))
    if ending == ".md":
        raise NotFound("The history is there as a page, as a fragment, and as history.json.")
    available = list(dict.fromkeys(code for version in reversed(head.schedule) for code in version.languages))
    language = wanted_language(request, available, head.default_language)
    copy = await _copy(state, head, 0, f"history/{language}{ending}")
    return answer(request, copy, cache=CURRENT, vary="Accept-Language, Accept-Encoding", language=language, links=_links(head))


async def _head(state: State, tenant: str, notice: str) -> Head:
    copies: Copies = state.copies
    # A name that no slug can have is not looked for: a NUL in it would not even be valid text for the database.
    if not (_could_be_a_name(tenant) and _could_be_a_name(notice)):
        raise _nothing()
    head = await copies.head(tenant, notice)
    if head is None:
        raise _nothing()
    return head


def _could_be_a_name(text: str) -> bool:
    return 3 <= len(text) <= 63 and text.isascii() and text.replace("-", "").isalnum() and text == text.lower()


async def _copy(state: State, head: Head, number: int, path: str) -> Copy:
    if len(path) > 40 or not path.isascii() or not path.isprintable() or (found := await state.copies.copy(head, number, path)) is None:
        raise _nothing()
    return found  # type: ignore[no-any-return]


def _in_force(head: Head) -> Scheduled:
    version = head.in_force(clock.now())
    if version is None:
        first = min(head.schedule, key=lambda version: version.in_force_at)
        raise NotFound(f"The notice is published and comes into force on {first.effective_from}. Until then see its history.")
    return version


def _version(head: Head, number: int) -> Scheduled:
    version = head.version(number)
    if version is None:
        raise NotFound(f"The notice has no version {number}. Its history lists those that there are.")
    return version


def _links(head: Head) -> str:
    base = f"/n/{head.tenant_slug}/{head.slug}"
    return f'<{base}/history>; rel="version-history", <{base}>; rel="latest-version"'


def _nothing() -> NotFound:
    return NotFound("No published notice is at this address. Check the address with the company whose notice you look for.")
