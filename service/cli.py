"""`seloste ...`: serve, worker, migrate, demo, tenant, controller, client, version, keys, openapi, doctor."""

import argparse
import asyncio
import contextlib
import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from service.settings import Settings, SettingsWrong
from tenants.scopes import Scope

# Nothing of the shell's PostgreSQL or queue settings may lead us to another database.
for name in [name for name in os.environ if name.startswith("PG")]:
    del os.environ[name]

OPENAPI = Path(__file__).parent.parent / "openapi" / "seloste.json"


def main(arguments: Sequence[str] | None = None) -> None:
    parsed = _parser().parse_args(arguments)
    try:
        parsed.run(Settings.from_environment(), parsed)
    except KeyboardInterrupt:
        sys.exit(130)
    except _refusals() as error:
        fields = [f"\n  {field.pointer}: {field.detail}" for field in getattr(error, "errors", [])]
        sys.exit(f"seloste: {error}{''.join(fields)}")


def serve(settings: Settings, parsed: argparse.Namespace) -> None:
    import uvicorn

    from service import logs
    from service.admitting import Admission
    from service.app import build
    from service.hosting.embedding import serving
    from service.hosting.fast_lane import lane
    from service.hosting.recording import Recorder

    serving.check()
    with _alone(settings):
        # Made here first, so that the worker and all workers after it find the same key.
        assert settings.keys
        logs.configure(settings.log_level)
        _check_port(settings)
        recorder = Recorder(settings.public_cache_bytes // 2)
        config = uvicorn.Config(
            recorder.over(Admission(build(settings, recorder))),
            host=settings.host,
            port=settings.number("port"),
            loop="uvloop",
            http=lane(recorder, settings),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
        )
        uvicorn.Server(config).run()


def work(settings: Settings, parsed: argparse.Namespace) -> None:
    import uvloop

    from service import logs, worker

    logs.configure(settings.log_level)
    uvloop.run(worker.main(settings, until_stdin_ends=parsed.until_stdin_ends))


def migrate(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from service import preparing

        async with preparing.prepared(settings, "app"):
            print("The database is of today.")

    asyncio.run(run())


def demo(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from service import examples, preparing
        from service.sealing import TenantKeys

        async with preparing.prepared(settings, "operator"):
            await examples.load(settings, TenantKeys(settings.keys))
        print(examples.greeting(settings))

    asyncio.run(run())


def create_tenant(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from service import clock, preparing
        from service.accounts import tenants as founding
        from service.accounts.schemas import NewTenant
        from service.sealing import TenantKeys
        from tenants.acting import acting_for
        from tenants.callers import OPERATOR

        data = NewTenant(parsed.slug, parsed.name, parsed.email, parsed.kind, parsed.language)
        founding.check_new(data)
        async with preparing.prepared(settings, "operator"):
            tenant_id = clock.new_id()
            async with acting_for(tenant_id) as db:
                await founding.found(db, tenant_id, OPERATOR, data, TenantKeys(settings.keys))
        print(f"tenant {parsed.slug} ({tenant_id})\nNow: seloste client create --tenant {parsed.slug}")

    asyncio.run(run())


def create_client(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from service import preparing
        from service.accounts import clients
        from service.accounts.schemas import NewClient
        from tenants.acting import acting_for
        from tenants.callers import OPERATOR
        from tenants.scopes import AGENCY, TENANT

        async with preparing.prepared(settings, "operator"):
            tenant, kind = await _find_tenant(parsed.tenant)
            default = TENANT if kind == "company" else TENANT | AGENCY
            scopes = [Scope(scope) for scope in parsed.scope or sorted(default)]
            async with acting_for(tenant) as db:
                made = await clients.make(db, tenant, OPERATOR, NewClient(parsed.name, scopes))
        print(f"client_id     {made.id}\nclient_secret {made.client_secret}\nscopes        {' '.join(made.scopes)}")
        print("The secret is shown only now.")

    asyncio.run(run())


def verify_controller(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from service import preparing
        from service.accounts import verifying
        from service.sealing import TenantKeys
        from tenants.acting import acting_for
        from tenants.identifiers import NotAnIdentifier, business_id

        async with preparing.prepared(settings, "operator"):
            tenant, _ = await _find_tenant(parsed.tenant)
            try:
                wanted = business_id(parsed.controller, "FI")
            except NotAnIdentifier:
                wanted = parsed.controller
            async with acting_for(tenant, read_only=True) as db:
                controller: UUID | None = await db.fetchval(
                    "SELECT id FROM controllers WHERE tenant_id = $1 AND (id::text = $2 OR business_id = $2)", tenant, wanted
                )
            if controller is None:
                sys.exit(f"seloste: {parsed.tenant} has no controller {parsed.controller}")
            approved = await verifying.approve(tenant, controller, parsed.email, parsed.evidence, TenantKeys(settings.keys))
        print("Approved:\n  " + "\n  ".join(approved))
        print(
            f"Every client of {parsed.tenant} was ended. A link went to {parsed.email}; once it is used, these identifiers route requests."
        )

    asyncio.run(run())


def redact_version(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from service import preparing
        from service.notices.lifecycle import redacting
        from tenants.acting import acting_for_platform

        async with preparing.prepared(settings, "operator"):
            tenant, _ = await _find_tenant(parsed.tenant)
            if parsed.approve is None:
                reason = dict(told.split("=", 1) for told in parsed.reason)
                proposal = await redacting.propose(tenant, parsed.notice, parsed.number, reason, parsed.grounds, parsed.operator)
                print("Proposed. Nothing is taken down yet. Another operator looks at it, and approves:")
                print(f"  seloste version proposals --tenant {parsed.tenant}")
                print(f"  seloste version redact --tenant {parsed.tenant} --approve {proposal} --operator NAME")
                return
            async with acting_for_platform("public addresses name tenants by slug", read_only=True) as db:
                slug = await db.fetchval("SELECT slug FROM tenants WHERE id = $1", tenant)
            notice, number = await redacting.redact(tenant, slug, parsed.approve, parsed.operator)
        print(f"The text of version {number} of {slug}/{notice} is taken down, here and on every node that hears it.")
        print("Backups hold it until they are replaced; browsers and proxies that kept its permanent page may show it still.")

    asyncio.run(run())


def list_proposals(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from service import preparing
        from service.notices.lifecycle import redacting

        async with preparing.prepared(settings, "operator"):
            tenant, _ = await _find_tenant(parsed.tenant)
            for one in await redacting.proposals(tenant):
                print(f"{one.id}  {parsed.tenant}/{one.notice}, version {one.number}, by {one.by}, {one.at:%Y-%m-%d %H:%M} UTC")
                print(f"  grounds: {one.grounds}", *(f"  reason ({code}): {text}" for code, text in one.reason.items()), sep="\n")

    asyncio.run(run())


def rotate_keys(settings: Settings, parsed: argparse.Namespace) -> None:
    async def run() -> None:
        from datetime import timedelta

        from service import preparing
        from service.accounts.signing import SigningKeys

        async with preparing.prepared(settings, "app"):
            seconds = timedelta(seconds=settings.number("access_token_seconds"))
            print("Signing from now on:", await SigningKeys(settings.keys, seconds).rotate())

    asyncio.run(run())


def openapi(settings: Settings, parsed: argparse.Namespace) -> None:
    from service.app import describe

    if parsed.stdout:
        sys.stdout.write(describe().decode())
    else:
        OPENAPI.write_bytes(describe())
        print(f"wrote {OPENAPI}")


def doctor(settings: Settings, parsed: argparse.Namespace) -> None:
    from service import doctoring

    sys.exit(asyncio.run(doctoring.examine(settings)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="seloste", description="Privacy notices and data-subject requests.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, what: str, within: Any = commands) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = within.add_parser(name, help=what, description=what)
        made.set_defaults(run=run)
        return made

    command("serve", serve, "Start the database if it is ours, bring it to today, and serve; with a worker beside unless WORKER=apart.")
    worker = command("worker", work, "Do the queue's jobs: mail, clean-up.")
    worker.add_argument("--until-stdin-ends", action="store_true", help=argparse.SUPPRESS)
    command("migrate", migrate, "Bring the database to today.")
    command("demo", demo, "Load the example tenants.")

    tenant = commands.add_parser("tenant", help="Tenants.").add_subparsers(required=True, metavar="COMMAND")
    create = command("create", create_tenant, "Make a company or an agency.", tenant)
    create.add_argument("--slug", required=True)
    create.add_argument("--name", required=True)
    create.add_argument("--email", required=True, help="where our mail to it goes")
    create.add_argument("--kind", choices=["company", "agency"], default="company")
    create.add_argument("--language", choices=["fi", "sv", "en"], default="fi")

    controller = commands.add_parser("controller", help="Controllers.").add_subparsers(required=True, metavar="COMMAND")
    what = "Approve all that a controller claims, by an outside register. Ends the tenant's clients and mails a new first credential."
    verify = command("verify", verify_controller, what, controller)
    verify.add_argument("--tenant", required=True, help="slug or id")
    verify.add_argument("--controller", required=True, help="id or business id")
    verify.add_argument("--email", required=True, help="the address that the outside register shows")
    verify.add_argument("--evidence", required=True, help="what you saw, where and when; kept")

    client = commands.add_parser("client", help="OAuth clients.").add_subparsers(required=True, metavar="COMMAND")
    made = command("create", create_client, "Make an OAuth client; the secret is shown once.", client)
    made.add_argument("--tenant", required=True, help="slug or id")
    made.add_argument("--name", default="Command line")
    made.add_argument(
        "--scope",
        action="append",
        choices=list(Scope),
        metavar="SCOPE",
        help="repeat for several; default: every scope of a tenant of its kind",
    )

    version = commands.add_parser("version", help="Published versions.").add_subparsers(required=True, metavar="COMMAND")
    what = "Take a version's text down: one operator proposes, another approves, and it is done."
    redact = command("redact", redact_version, what, version)
    redact.add_argument("--tenant", required=True, help="slug or id")
    redact.add_argument("--operator", required=True, metavar="NAME", help="your own name; kept")
    redact.add_argument("--approve", type=UUID, metavar="PROPOSAL", help="the id of another's proposal; the rest is for proposing")
    redact.add_argument("--notice", default="", help="slug or id")
    redact.add_argument("--number", type=int, default=0)
    redact.add_argument("--reason", action="append", type=_told, default=[], metavar="LANGUAGE=TEXT", help="for readers; repeat")
    redact.add_argument("--grounds", default="", help="what it is based on; kept, and not shown")
    proposed = command("proposals", list_proposals, "Show the texts that somebody proposed to take down.", version)
    proposed.add_argument("--tenant", required=True, help="slug or id")

    keys = commands.add_parser("keys", help="Signing keys.").add_subparsers(required=True, metavar="COMMAND")
    command("rotate", rotate_keys, "Sign access tokens with a new key; the old one stays published while its tokens live.", keys)

    document = command("openapi", openapi, "Write openapi/seloste.json.")
    document.add_argument("--stdout", action="store_true")
    command("doctor", doctor, "Show every setting and look for what is wrong.")
    return parser


def _told(text: str) -> str:
    if "=" not in text:
        raise argparse.ArgumentTypeError("write LANGUAGE=TEXT, such as en='Taken down by order of a court.'")
    return text


async def _find_tenant(wanted: str) -> tuple[UUID, str]:
    from tenants.acting import acting_for, acting_for_platform
    from tenants.delegating import as_id

    async with acting_for_platform("a command names its tenant", read_only=True) as db:
        tenant: UUID | None = await db.fetchval("SELECT id FROM tenants WHERE slug = $1 OR id = $2", wanted, as_id(wanted))
    if tenant is None:
        sys.exit(f"seloste: there is no tenant {wanted}")
    async with acting_for(tenant, read_only=True) as db:
        return tenant, str(await db.fetchval("SELECT kind FROM tenant_profiles WHERE tenant_id = $1", tenant))


@contextlib.contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One server per DATA_DIR. One that is just stopping is waited for."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        lock = (settings.data / "lock").open("a")
    except OSError as error:
        raise SettingsWrong(f"DATA_DIR cannot be used: {error}") from error
    with lock:
        deadline = time.monotonic() + 15
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise SettingsWrong(
                        f"Another server uses DATA_DIR {settings.data}. Stop it, or set another DATA_DIR and PORT."
                    ) from error
                time.sleep(0.1)
        yield


def _check_port(settings: Settings) -> None:
    """Said before anything is started, and in words."""
    try:
        family = socket.getaddrinfo(settings.host, settings.number("port"), type=socket.SOCK_STREAM)[0]
        with socket.socket(family[0], family[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(family[4])
    except OSError as error:
        raise SettingsWrong(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}. Set HOST or PORT.") from error


def _refusals() -> tuple[type[Exception], ...]:
    from service.errors import Problem
    from service.hosting.embedding.serving import ScriptsWrong
    from service.keys import KeyWrong
    from service.preparing import NotPrepared
    from tenants.database import DatabaseAway
    from tenants.embedded import CannotStart
    from tenants.roles import RolesMissing

    return (SettingsWrong, KeyWrong, NotPrepared, RolesMissing, CannotStart, ScriptsWrong, DatabaseAway, Problem)


if __name__ == "__main__":
    main()
