"""Published notices under `/n/{tenant}/{notice}`: no token, no cookie, open to every origin for reading."""

from typing import Annotated

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath, PathParameter

from service import clock
from service.errors import NotFound
from service.hosting import differing, feeding
from service.hosting.answering import CURRENT, FOREVER, NOT_YET, Form, answer, form_of, wanted_language
from service.hosting.closing import check_open, check_readable, in_force
from service.hosting.finding import BASE, Asked, copy_of, found_copy, head_at, nothing, reading, version_of
from service.hosting.heads import Copy, Head
from service.hosting.relating import http_date, of_history, of_present, of_version
from service.hosting.remembering import NEGOTIATED, is_asked_for_the_past, lead_back
from service.notices.rendering import CANONICAL
from service.notices.schemas import PublicHistory, PublicVersion, VersionInForce
from service.notices.timing import Scheduled

# A search finds the notice that applies, not the one of three years ago.
NOT_SOUGHT = "noindex"
Leaf = Annotated[
    str,
    PathParameter(
        description="A language (`fi`), with `.json`, `.md`, `.fragment.html`, `.tilt.json` or `.pdf` for another form than the page."
    ),
]


@get(
    BASE,
    operation_id="readNotice",
    summary="The notice in force",
    **reading(
        "The notice in force, in the reader's language; `.json` and `.md` after the slug for other forms",
        VersionInForce,
        leads="With `Accept-Datetime`: `Location` is the version that was in force at that time (RFC 7089).",
    ),
)
async def read_notice(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    form = form_of(notice)
    head = await head_at(request, state, tenant, form.name)
    if is_asked_for_the_past(request):
        return lead_back(request, state, head, form.ending)
    await check_open(state, head, form, None)
    version = in_force(head)
    language = wanted_language(request, version.languages, version.languages[0])
    copy = await copy_of(state, head, version.number, _at_present(language + form.ending))
    links = of_present(state.settings.public_origin, head, version, Form(language, form.ending), gate=True)
    answered = answer(request, copy, cache=CURRENT, vary=NEGOTIATED, language=language, links=links, standing=head.standing())
    return _named(answered, head, version.number, language + form.ending)


@get(
    BASE + "/{leaf:str}",
    operation_id="readNoticeIn",
    summary="The notice in force, in one language and form; or its history",
    **reading(
        "`{language}`, also with `.json`, `.md`, `.fragment.html`, `.tilt.json`, `.pdf`; "
        "`history`, also with `.json`, `.atom`, `.fragment.html`",
        VersionInForce,
    ),
)
async def read_notice_in(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str], leaf: Leaf) -> Response[bytes]:
    head, form = await head_at(request, state, tenant, notice), form_of(leaf)
    if form.name == "history":
        return await _history(request, state, head, form.ending)
    await check_open(state, head, form, form.name)
    version = in_force(head)
    if form.name not in version.languages:
        raise NotFound(f"The notice in force is there in: {', '.join(version.languages)}.")
    copy = await copy_of(state, head, version.number, _at_present(leaf))
    links = of_present(state.settings.public_origin, head, version, form, gate=False)
    answered = answer(request, copy, cache=CURRENT, language=form.name, links=links, standing=head.standing())
    return _named(answered, head, version.number, leaf)


@get(
    BASE + "/history.json",
    operation_id="readHistory",
    summary="Every version of the notice, as data",
    **reading("Every version, newest first", PublicHistory),
)
async def read_history(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    return await _history(request, state, await head_at(request, state, tenant, notice), ".json")


@get(
    BASE + "/history",
    operation_id="readHistoryPage",
    summary="Every version of the notice, as a page",
    **reading("Every version, what applies last first, in the reader's language"),
)
async def read_history_page(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    return await _history(request, state, await head_at(request, state, tenant, notice), "")


@get(
    BASE + "/history/{leaf:str}",
    operation_id="readHistoryIn",
    summary="The history as a page, fragment or feed in one language",
    **reading("`{language}`, `{language}.fragment.html` or `{language}.atom`"),
)
async def read_history_in(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str], leaf: Leaf) -> Response[bytes]:
    head = await head_at(request, state, tenant, notice)
    copy = await _history_in(state, head, form_of(leaf))
    return answer(request, copy, cache=CURRENT, language=form_of(leaf).name, links=of_history(head), standing=head.standing())


@get(
    BASE + "/v/{number:int}/{leaf:str}",
    operation_id="readVersion",
    summary="One version for ever",
    **reading(
        "`{language}`, `.json`, `.md`, `.fragment.html`, `.tilt.json`, `.pdf`, or `canonical.json`, the bytes that the hash is of",
        PublicVersion,
    ),
)
async def read_version(
    request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str], number: FromPath[int], leaf: Leaf
) -> Response[bytes]:
    head = await head_at(request, state, tenant, notice)
    if f"/v/{number}/" not in request.scope["path"]:
        # int() also reads 04, +4 and ٤, but what is kept for ever has one address.
        raise nothing()
    version = version_of(head, number)
    check_readable(head, version)
    cache = FOREVER if _is_settled(version) else NOT_YET
    form, is_canonical = form_of(leaf), leaf == CANONICAL
    copy = await copy_of(state, head, number, leaf if is_canonical else f"v/{leaf}")
    links, memento_since = of_version(state.settings.public_origin, head, version, form)
    given = answer(request, copy, cache=cache, language=None if is_canonical else form.name, links=links, standing=head.standing())
    given.headers["x-robots-tag"] = NOT_SOUGHT
    if memento_since:
        given.headers["memento-datetime"] = http_date(memento_since)
    return _named(given, head, number, leaf)


@get(
    BASE + "/diff/{pair:str}/{leaf:str}",
    operation_id="compareVersions",
    summary="What changed between two versions",
    **reading("`{a}...{b}/{language}` as a page, `.json` as data", differing.Difference),
)
async def compare_versions(
    request: Asked,
    state: State,
    tenant: FromPath[str],
    notice: FromPath[str],
    pair: Annotated[str, PathParameter(description="Two version numbers: `3...4`.")],
    leaf: Leaf,
) -> Response[bytes]:
    head, form = await head_at(request, state, tenant, notice), form_of(leaf)
    a, b = differing.numbers(pair)
    compared = [version_of(head, a), version_of(head, b)]
    for version in compared:
        check_readable(head, version)
    if form.ending not in ("", ".json"):
        raise NotFound("A comparison is there as a page and as `.json`.")
    copy = await differing.difference(state.copies, head, a, b, form)
    cache = FOREVER if all(map(_is_settled, compared)) else NOT_YET
    given = answer(request, copy, cache=cache, language=form.name, links=of_history(head), standing=head.standing())
    given.headers["x-robots-tag"] = NOT_SOUGHT
    return given


def _named(answered: Response[bytes], head: Head, number: int, leaf: str) -> Response[bytes]:
    """A PDF is shown, and kept under a name that tells what it is."""
    if leaf.endswith(".pdf"):
        answered.headers["content-disposition"] = f'inline; filename="{head.slug}-v{number}-{leaf}"'
    return answered


def _at_present(leaf: str) -> str:
    """Where a form of the version in force is stored. Its PDF says nothing that changes, so it is the permanent one."""
    return f"v/{leaf}" if leaf.endswith(".pdf") else leaf


async def _history(request: Asked, state: State, head: Head, ending: str) -> Response[bytes]:
    if ending == ".json":
        copy = await copy_of(state, head, 0, "history.json")
        return answer(request, copy, cache=CURRENT, links=of_history(head), standing=head.standing())
    available = list(dict.fromkeys(code for version in reversed(head.schedule) for code in version.languages))
    language = wanted_language(request, available, head.default_language)
    copy = await _history_in(state, head, Form(language, ending))
    return answer(
        request,
        copy,
        cache=CURRENT,
        vary="Accept-Language, Accept-Encoding",
        language=language,
        links=of_history(head),
        standing=head.standing(),
    )


async def _history_in(state: State, head: Head, form: Form) -> Copy:
    if form.ending == ".atom":
        return await feeding.feed(state.copies, head, form.name)
    if form.ending not in ("", ".fragment.html"):
        raise NotFound("The history is there as a page, a fragment, a feed (.atom), and as history.json.")
    return await _history_copy(state, head, form.name + form.ending)


async def _history_copy(state: State, head: Head, leaf: str) -> Copy:
    """The one in which the version in force is marked; while none is, and once the notice has ended, there is only one without."""
    version = head.in_force(clock.now())
    marked = await found_copy(state, head, 0, f"history/{version.number}/{leaf}") if version else None
    return marked or await copy_of(state, head, 0, f"history/{leaf}")


def _is_settled(version: Scheduled) -> bool:
    """Before its day a version may still be recalled, and one that was may never be called one in force: nobody keeps those."""
    return version.in_force_at <= clock.now() and version.recalled is None
