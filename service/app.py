"""The building: all routes, the guard, the shape of errors, and what lives as long as the process."""

import functools
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, OAuthFlow, OAuthFlows, SecurityScheme, Tag
from litestar.types import ControllerRouterHandler

from service import refusing
from service.accounts import clients, controllers, credentials, delegations, tokens
from service.accounts import tenants as tenants_routes
from service.errors import Forbidden, NotFound
from service.history import reading as history_reading
from service.hosting import crawling, dating, disclosing, landing, logos, remembering
from service.hosting import routes as hosting
from service.hosting.embedding import framing, offering, serving, unfurling
from service.hosting.recording import Recorder
from service.idempotency import Attempt, KeyHeader, attempt_by
from service.intake import reading as intake_reading
from service.intake import routes as intake
from service.intake.cases import acts, person, retaining
from service.intake.cases import routes as cases
from service.living import Life, health_live, health_ready
from service.notices import drafting, previewing
from service.notices import routes as notices
from service.notices.checking import routes as checking
from service.notices.comparing import routes as comparing
from service.notices.exporting import routes as exporting
from service.notices.importing import receiving
from service.notices.lifecycle import renaming, reverting, scheduling, succeeding, withdrawing
from service.notices.theming import routes as theming
from service.notices.translating import routes as translating
from service.settings import Settings
from service.texts import Input, control_in
from tenants.callers import Acting, ClientEnded
from tenants.delegating import resolve
from tenants.scopes import DESCRIPTIONS, Scope

TOKEN_URL = "/oauth/token"  # noqa: S105 — an address

ROUTES: Sequence[ControllerRouterHandler] = (
    *(landing.read_landing, landing.read_embedding_page, landing.read_docs, landing.read_docs_file, landing.read_openapi),
    *(health_live, health_ready),
    *(tokens.token, tokens.jwks, tokens.authorization_server, tokens.protected_resource),
    *(tenants_routes.create_tenant, tenants_routes.list_tenants, tenants_routes.get_tenant, tenants_routes.change_tenant),
    *(controllers.add_controller, controllers.list_controllers, controllers.get_controller, controllers.change_controller),
    *(delegations.begin_delegation, delegations.list_delegations, delegations.end_delegation),
    *(clients.create_client, clients.list_clients, clients.end_client, credentials.show, credentials.take),
    *(notices.create_notice, notices.list_notices, notices.get_notice, notices.change_notice),
    *(drafting.get_draft, drafting.write_draft, drafting.change_draft),
    *(previewing.preview_draft, comparing.compare_draft, comparing.trace_sections, translating.read_translations),
    *(receiving.import_document, checking.check_draft, checking.dismiss_finding, checking.list_dismissals, checking.end_dismissal),
    *(checking.get_publishing_policy, checking.set_publishing_policy),
    *(theming.get_theme, theming.set_theme, theming.remove_theme, theming.put_logo, theming.remove_logo, logos.read_logo),
    *(notices.publish_version, notices.list_versions, notices.get_version, exporting.export_version, exporting.export_draft),
    *(reverting.revert_to_version, scheduling.recall_version, scheduling.reschedule_version, renaming.rename_notice),
    *(withdrawing.withdraw_notice, withdrawing.put_notice_back, succeeding.end_notice, succeeding.resume_notice),
    *(hosting.read_notice, hosting.read_notice_in, hosting.read_history, hosting.read_history_page),
    *(hosting.read_history_in, hosting.read_version, hosting.compare_versions),
    *(serving.read_script, framing.read_frame, unfurling.read_oembed, offering.get_embedding),
    *(dating.read_at, remembering.read_timemap, crawling.read_sitemap, crawling.read_robots, disclosing.read_security_contact),
    *(intake.send_request, intake.choose_controller, intake.find_controllers),
    *(person.read_status, person.withdraw_request, person.send_page, person.read_messages, person.write_message),
    *(person.read_verification, person.answer_verification),
    *(intake.show_form, intake.send_form, intake.send_choice_form, intake.show_notice_form, intake.send_notice_form),
    *(intake_reading.list_requests, intake_reading.get_request, cases.enter_request, cases.list_moves),
    *(acts.start_request, acts.ask_identity, acts.settle_identity, acts.extend_request, acts.complete_request, acts.refuse_request),
    *(acts.withdraw_request, acts.hand_over_request, acts.reopen_request, acts.assign_request),
    *(cases.list_messages, cases.write_message, retaining.get_request_retention, retaining.set_request_retention),
    history_reading.list_audit_events,
)


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A route says what it needs or why it is public; one that says neither refuses everybody."""
    if control_in(connection.scope["path"], lines=False):
        # Nothing is called so, and the database could not even be asked.
        raise NotFound("No such address: it holds a control character.")
    if "public" in handler.opt or connection.scope.get("method") == "OPTIONS":
        # OPTIONS tells which methods there are, and nothing else.
        return
    scopes: tuple[Scope, ...] = handler.opt.get("scopes", ())
    if not scopes:
        raise Forbidden("This route is not open to anybody.")
    authenticator = connection.app.state.authenticator
    caller = await authenticator.caller(connection.headers.get("authorization"))
    try:
        acting = await resolve(caller, connection.path_params.get("tenant"))
    except ClientEnded as error:
        raise authenticator.invalid("The client of this token was ended.") from error
    if not caller.scopes & set(scopes):
        raise authenticator.insufficient(scopes)
    if acting is None:
        raise NotFound("There is no such tenant, or it does not let you act for it.")
    if acting.is_delegated and not (handler.opt["delegable"] and acting.scopes & set(scopes)):
        raise Forbidden("The tenant has not let you do this for it.")
    connection.scope["state"]["acting"] = acting


def provide_acting(request: Request[Any, Any, Any]) -> Acting:
    acting: Acting = request.scope["state"]["acting"]
    return acting


async def provide_attempt(request: Request[Any, Any, Any], acting: NamedDependency[Acting], idempotency_key: KeyHeader = None) -> Attempt:
    return await attempt_by(request, request.app.state.settings.keys, idempotency_key, acting.caller.client_id, acting.tenant_id)


def build(settings: Settings, recorder: Recorder) -> Litestar:
    """The application; what it needs of the outside it gets when it starts (`Life`)."""
    life = Life(settings, recorder)
    app = Litestar(
        route_handlers=ROUTES,
        guards=[guard],
        dependencies={"acting": Provide(provide_acting, sync_to_thread=False), "attempt": Provide(provide_attempt)},
        exception_handlers={
            HTTPException: refusing.refuse,
            Exception: refusing.refuse,
        },
        lifespan=[life.lasting],
        openapi_config=None,
        request_max_body_size=None,
        logging_config=None,
    )
    app.state.openapi = describe
    return app


@functools.cache
def describe() -> bytes:
    """The OpenAPI document of all routes, always the same bytes for the same routes."""
    described = Litestar(
        route_handlers=ROUTES,
        dependencies={"acting": Provide(provide_acting, sync_to_thread=False), "attempt": Provide(provide_attempt)},
        openapi_config=OpenAPIConfig(
            title="Seloste",
            version="1",
            summary="Privacy notices and data-subject requests",
            description=(
                "Manage versioned privacy notices, read them as the world does, and take in data-subject requests.\n\n"
                "Errors are `application/problem+json` (RFC 9457) with a stable `type`. Lists page by cursor. Every POST takes an "
                "`Idempotency-Key`; answers are kept for 24 hours. Times are RFC 3339 in UTC."
            ),
            tags=[
                Tag(name)
                for name in (
                    "Tenants",
                    "Controllers",
                    "Delegations",
                    "Clients",
                    "Notices",
                    "Versions",
                    "Public",
                    "Intake",
                    "Requests",
                    "Audit",
                )
            ],
            components=Components(
                security_schemes={
                    "basic": SecurityScheme(type="http", scheme="basic", description="client_id and client_secret"),
                    "oauth2": SecurityScheme(
                        type="oauth2",
                        flows=OAuthFlows(
                            client_credentials=OAuthFlow(token_url=TOKEN_URL, scopes={s.value: DESCRIPTIONS[s] for s in Scope})
                        ),
                    ),
                }
            ),
        ),
    ).openapi_schema.to_schema()
    for taken in Input.__subclasses__():
        # litestar does not tell that unknown fields are refused.
        described["components"]["schemas"][taken.__name__]["additionalProperties"] = False
    return msgspec.json.format(msgspec.json.encode(described, order="sorted"), indent=2) + b"\n"
