"""The theme of a tenant's present pages: read, set, removed; its logo put and taken away. Pages follow within seconds."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import HeaderParameter, JSONBody

from service import clock, errors
from service.errors import FieldError, InvalidContent, PreconditionFailed, PreconditionRequired, UnsupportedMediaType
from service.guarding import requires
from service.history.recording import record
from service.jobs.queueing import Job, enqueue
from service.languages import is_known
from service.notices.theming.redrawing import MEDIA_TYPES, redraw
from service.notices.theming.restyling import RESTYLE
from service.notices.theming.schemas import Logo, LogoShown, Theme, ThemeShown
from service.notices.theming.styling import faults_in
from service.notices.theming.wearing import look_in
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope

PATH = "/v1/tenants/{tenant:str}/theme"
IfMatch = Annotated[str | None, HeaderParameter(name="If-Match", description="The ETag of the theme that you read.")]
_NONE = {"theme": None, "logo": None, "revision": 0, "updated_at": None}


@get(PATH, operation_id="getTheme", summary="Read the theme", tags=["Theme"], **requires(Scope.notices_read))
async def get_theme(acting: NamedDependency[Acting], state: State) -> Response[ThemeShown]:
    """Before one is set: what pages look like without."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        return _answer(await _found(db, acting.tenant_id), acting, state)


@put(
    PATH,
    operation_id="setTheme",
    summary="Set the theme",
    tags=["Theme"],
    **requires(Scope.notices_write, problems=[errors.InvalidContent, errors.PreconditionFailed, errors.PreconditionRequired]),
)
async def set_theme(acting: NamedDependency[Acting], state: State, data: JSONBody[Theme], if_match: IfMatch = None) -> Response[ThemeShown]:
    """All of it but the logo, which stays. Colours that people could not read are refused with the contrast that they have."""
    texts = {
        f"/{name}/{place}/label": link.label for name in ("header_links", "footer_links") for place, link in enumerate(getattr(data, name))
    }
    wrong = [
        FieldError(f"{pointer}/{code}", f"{code!r} is no language of ISO 639.")
        for pointer, labels in {**texts, "/logo_alt": data.logo_alt}.items()
        for code in labels
        if not is_known(code)
    ]
    if wrong := wrong + faults_in(data):
        raise InvalidContent("The theme cannot be shown like this; `errors` says where.", errors=wrong)
    async with acting_for(acting.tenant_id) as db:
        row = await _found(db, acting.tenant_id, lock=True)
        if if_match is None:
            raise PreconditionRequired("Send the theme's ETag, which reading it gave you, as If-Match.")
        if not {"*", f'"{row["revision"]}"'} & {part.strip() for part in if_match.split(",")}:
            raise PreconditionFailed(
                "The theme was changed since you read it. Read it again, and apply your change to what is there now.",
                headers={"etag": f'"{row["revision"]}"'},
            )
        row = await _store(db, acting.tenant_id, row, theme=msgspec.json.encode(data).decode())
        await record(db, acting.tenant_id, "theme:set", acting.actor, {})
    return _answer(row, acting, state)


@delete(PATH, operation_id="removeTheme", summary="Remove the theme and its logo", tags=["Theme"], **requires(Scope.notices_write))
async def remove_theme(acting: NamedDependency[Acting]) -> None:
    async with acting_for(acting.tenant_id) as db:
        row = await _found(db, acting.tenant_id, lock=True)
        if row["theme"] or row["logo"]:
            await _store(db, acting.tenant_id, row, theme=None, logo=None)
            await record(db, acting.tenant_id, "theme:remove", acting.actor, {})


@dataclass
class _Picture(Operation):
    """The body is the picture itself."""

    def __post_init__(self) -> None:
        raw = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        self.request_body = RequestBody(content=dict.fromkeys(MEDIA_TYPES, raw), required=True)


@put(
    PATH + "/logo",
    operation_id="putLogo",
    summary="Put the logo",
    tags=["Theme"],
    operation_class=_Picture,
    **requires(Scope.notices_write, problems=[errors.InvalidContent, errors.UnsupportedMediaType, errors.BodyTooLarge]),
)
async def put_logo(acting: NamedDependency[Acting], state: State, request: Request[Any, Any, Any]) -> Response[ThemeShown]:
    """PNG, JPEG, WebP or GIF, at most 1 MB and 16 million pixels. It is drawn anew, at most 600 by 160 pixels."""
    if request.content_type[0] not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"A logo is one of {', '.join(MEDIA_TYPES)}; the Content-Type says which.")
    drawn = await redraw(await request.body())
    async with acting_for(acting.tenant_id) as db:
        row = await _found(db, acting.tenant_id, lock=True)
        await db.execute(
            """INSERT INTO logos (tenant_id, id, name, media_type, body) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (tenant_id, name) DO NOTHING""",
            *(acting.tenant_id, clock.new_id(), drawn.name, f"image/{drawn.ending}", drawn.body),
        )
        logo = msgspec.json.encode(Logo(drawn.name, drawn.width, drawn.height)).decode()
        row = await _store(db, acting.tenant_id, row, logo=logo)
        await record(db, acting.tenant_id, "logo:put", acting.actor, {})
    return _answer(row, acting, state)


@delete(PATH + "/logo", operation_id="removeLogo", summary="Take the logo away", tags=["Theme"], **requires(Scope.notices_write))
async def remove_logo(acting: NamedDependency[Acting]) -> None:
    async with acting_for(acting.tenant_id) as db:
        row = await _found(db, acting.tenant_id, lock=True)
        if row["logo"]:
            await _store(db, acting.tenant_id, row, logo=None)
            await record(db, acting.tenant_id, "logo:remove", acting.actor, {})


async def _found(db: Connection, tenant: UUID, *, lock: bool = False) -> Any:
    if lock:
        # There may be no row to wait for: so two that come first at once find one another here.
        await db.execute(
            "INSERT INTO themes (tenant_id, revision, updated_at) VALUES ($1, 0, $2) ON CONFLICT (tenant_id) DO NOTHING",
            tenant,
            clock.now(),
        )
    return await db.fetchrow(f"SELECT * FROM themes WHERE tenant_id = $1{' FOR UPDATE' if lock else ''}", tenant) or _NONE


async def _store(db: Connection, tenant: UUID, row: Any, **changed: str | None) -> Any:
    """The pages follow in a job that commits with this."""
    values = {**row, **changed}
    await enqueue(db, Job(RESTYLE, tenant, tenant))
    return await db.fetchrow(
        "UPDATE themes SET theme = $2, logo = $3, revision = revision + 1, updated_at = $4 WHERE tenant_id = $1 RETURNING *",
        *(tenant, values["theme"], values["logo"], clock.now()),
    )


def _answer(row: Any, acting: Acting, state: State) -> Response[ThemeShown]:
    look, logo = look_in(row), None
    if look.logo:
        url = f"{state.settings.public_origin}/n/{acting.tenant_slug}/_logo/{look.logo.name}"
        logo = LogoShown(url, look.logo.width, look.logo.height)
    theme = {name: getattr(look.theme, name) for name in Theme.__struct_fields__}
    shown = ThemeShown(**theme, logo=logo, updated_at=row["updated_at"] if row["revision"] else None)
    return Response(shown, headers={"etag": f'"{row["revision"]}"', "cache-control": "no-store"})
