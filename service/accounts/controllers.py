"""Controllers: the legal entities of a tenant. Their identifiers go to the directory as claims in the same transaction."""

import zoneinfo
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from service import clock, errors, idempotency, languages, paging
from service.accounts.schemas import Controller, ControllerChange, ControllerPage, DataProtectionOfficer, NewController, Period
from service.errors import FieldError, InvalidContent, NotFound
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.texts import why_not_mailbox
from tenants import directory, identifiers
from tenants.acting import acting_for
from tenants.callers import Acting, Actor
from tenants.database import Connection
from tenants.naming import fold_name
from tenants.scopes import Scope

PATH = "/v1/tenants/{tenant:str}/controllers"


@post(
    PATH,
    operation_id="addController",
    summary="Add a controller",
    tags=["Controllers"],
    **requires(Scope.controllers_write, problems=[errors.InvalidContent, errors.IdempotencyKeyReused]),
)
async def add_controller(
    acting: NamedDependency[Acting], data: JSONBody[NewController], attempt: NamedDependency[Attempt]
) -> Response[Controller]:
    """Its business id, names and domains are claimed; the operator verifies them, and only then do they route requests."""
    async with acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            added = await add(db, acting.tenant_id, acting.actor, data)
            return idempotency.answer(added, headers={"location": f"/v1/tenants/{acting.tenant_slug}/controllers/{added.id}"})

        return await attempt.once(db, effect)  # type: ignore[return-value]


@get(
    PATH,
    operation_id="listControllers",
    summary="List controllers",
    tags=["Controllers"],
    **requires(Scope.controllers_read),
)
async def list_controllers(
    acting: NamedDependency[Acting], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> ControllerPage:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        rows = await db.fetch(
            _SELECT + "WHERE c.tenant_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3",
            acting.tenant_id,
            paging.position(cursor),
            limit + 1,
        )
    items = [_controller(row) for row in rows[:limit]]
    return ControllerPage(items, paging.next_cursor([row["id"] for row in rows], limit))


@get(
    PATH + "/{controller_id:uuid}",
    operation_id="getController",
    summary="Read a controller",
    tags=["Controllers"],
    **requires(Scope.controllers_read),
)
async def get_controller(acting: NamedDependency[Acting], controller_id: FromPath[UUID]) -> Controller:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        return _controller(await _row(db, acting.tenant_id, controller_id))


@patch(
    PATH + "/{controller_id:uuid}",
    operation_id="changeController",
    summary="Change a controller",
    tags=["Controllers"],
    **requires(Scope.controllers_write, problems=[errors.InvalidContent]),
)
async def change_controller(acting: NamedDependency[Acting], controller_id: FromPath[UUID], data: JSONBody[ControllerChange]) -> Controller:
    """An identifier that is changed is a new claim: it must be verified again. Published versions keep what they showed."""
    async with acting_for(acting.tenant_id) as db:
        row = await _row(db, acting.tenant_id, controller_id, lock=True)
        before = {name: row[name] for name in NewController.__struct_fields__}
        before["dpo"], before["periods"] = _dpo(row["dpo"]), _periods(row["periods"])
        changes = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
        after = normalised(NewController(**{**before, **changes}))
        await _check_leads(db, controller_id, after)
        kept = _columns(after)
        fields = ", ".join(f"{name} = ${number}" for number, name in enumerate(kept, start=4))
        await db.execute(
            f"UPDATE controllers SET {fields}, revision = revision + 1, updated_at = $3 WHERE tenant_id = $1 AND id = $2",
            acting.tenant_id,
            controller_id,
            clock.now(),
            *kept.values(),
        )
        await directory.write_claims(db, acting.tenant_id, controller_id, after, clock.now())
        subject = {"controller": controller_id}
        await record(db, acting.tenant_id, "controller:change", acting.actor, subject, {"fields": sorted(changes)})
        return _controller(await _row(db, acting.tenant_id, controller_id))


async def add(db: Connection, tenant: UUID, actor: Actor, data: NewController) -> Controller:
    """`db` is acting for `tenant`."""
    values = normalised(data)
    at, controller_id = clock.now(), clock.new_id()
    await _check_leads(db, controller_id, values)
    kept = _columns(values)
    await db.execute(
        f"""INSERT INTO controllers (tenant_id, id, created_at, updated_at, revision, {", ".join(kept)})
            VALUES ($1, $2, $3, $3, 1, {", ".join(f"${number}" for number in range(4, 4 + len(kept)))})""",
        tenant,
        controller_id,
        at,
        *kept.values(),
    )
    await directory.write_claims(db, tenant, controller_id, values, at)
    await record(db, tenant, "controller:add", actor, {"controller": controller_id})
    return _controller(await _row(db, tenant, controller_id))


def normalised(data: NewController) -> dict[str, Any]:
    """What is kept of a controller; says all that is wrong at once."""
    wrong: list[FieldError] = []
    values: dict[str, Any] = {name: getattr(data, name) for name in data.__struct_fields__}
    values["name"] = " ".join(data.name.split())
    if not fold_name(values["name"]):
        wrong.append(FieldError("/name", "The name needs letters or digits."))
    if data.time_zone not in zoneinfo.available_timezones():
        wrong.append(FieldError("/time_zone", f"{data.time_zone!r} is not an IANA time zone such as Europe/Helsinki."))
    for code in data.languages:
        if not languages.is_known(code):
            wrong.append(FieldError("/languages", f"{code!r} is not a language code of ISO 639 such as fi, sv or en."))
    if data.business_id:
        try:
            values["business_id"] = identifiers.business_id(data.business_id, data.country)
        except identifiers.NotAnIdentifier as error:
            wrong.append(FieldError("/business_id", str(error)))
    try:
        values["domains"] = list(dict.fromkeys(identifiers.domain(name) for name in data.domains))
    except identifiers.NotAnIdentifier as error:
        wrong.append(FieldError("/domains", str(error)))
    for pointer, address in (("/email", data.email), ("/dpo/email", data.dpo.email if data.dpo else None)):
        if address and (why := why_not_mailbox(address)):
            wrong.append(FieldError(pointer, why))
    wrong += _wrong_periods(data)
    if data.successor_id and not data.ceased_on:
        wrong.append(FieldError("/ceased_on", "Say the last day of the company that has a successor."))
    if wrong:
        raise InvalidContent("The controller cannot be kept like this; `errors` says where.", errors=wrong)
    for name in ("business_id", "address", "email", "phone"):
        values[name] = values[name] or None
    values["periods"] = msgspec.to_builtins(data.periods, builtin_types=(date,))
    values["processor_for"] = list(dict.fromkeys(data.processor_for))
    return values


def _wrong_periods(data: NewController) -> list[FieldError]:
    names = {fold_name(name) for name in (*data.brands, *data.former_names)}
    wrong = []
    for number, period in enumerate(data.periods):
        if fold_name(period.name) not in names:
            wrong.append(FieldError(f"/periods/{number}/name", f"{period.name!r} is neither among the brands nor the former names."))
        if period.since and period.until and period.since > period.until:
            wrong.append(FieldError(f"/periods/{number}/until", "The period ends before it begins."))
    return wrong


async def _check_leads(db: Connection, controller_id: UUID, values: Mapping[str, Any]) -> None:
    """Whom requests would go to instead must be there. That they do so is the operator's to verify."""
    for pointer, led_to in (("/successor_id", [values["successor_id"]]), ("/processor_for", values["processor_for"])):
        wanted = {one for one in led_to if one}
        known = {entry.controller_id for entry in await directory.entries(db, wanted)} - {controller_id}
        if wanted - known:
            raise errors.invalid(pointer, f"Not another controller here: {', '.join(sorted(map(str, wanted - known)))}.")


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the database keeps them: what is an object, as JSON."""
    return {
        **values,
        "dpo": msgspec.json.encode(values["dpo"]).decode() if values["dpo"] else None,
        "periods": msgspec.json.encode(values["periods"]).decode(),
    }


_SELECT = """
SELECT c.*, ARRAY(SELECT d.value FROM directory d
                  WHERE d.tenant_id = c.tenant_id AND d.controller_id = c.id AND d.verified_at IS NOT NULL AND d.ended_at IS NULL
                        AND d.kind <> 'place'
                  ORDER BY d.id) AS verified
FROM controllers c
"""


async def _row(db: Connection, tenant: UUID, controller_id: UUID, *, lock: bool = False) -> Any:
    statement = _SELECT + "WHERE c.tenant_id = $1 AND c.id = $2" + (" FOR UPDATE OF c" if lock else "")
    if (row := await db.fetchrow(statement, tenant, controller_id)) is None:
        raise NotFound("There is no such controller here.")
    return row


def _controller(row: Any) -> Controller:
    fields = {name: row[name] for name in Controller.__struct_fields__ if name not in ("dpo", "periods")}
    return Controller(**fields, dpo=_dpo(row["dpo"]), periods=_periods(row["periods"]))


def _dpo(text: str | None) -> DataProtectionOfficer | None:
    return msgspec.json.decode(text, type=DataProtectionOfficer) if text else None


def _periods(text: str) -> list[Period]:
    return msgspec.json.decode(text, type=list[Period])
