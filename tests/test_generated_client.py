"""The whole story told by a client that openapi-python-client makes from openapi/seloste.json, with nothing of our own code."""

import importlib
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.cast import Cast
from tests.house import REPOSITORY, House

PACKAGE = "generated_seloste_client"


class Generated:
    """The client's package; `api("notices.create_notice")` and `models` are its modules."""

    def __init__(self, folder: Path, house: House) -> None:
        sys.path.insert(0, str(folder))
        self.package = importlib.import_module(PACKAGE)
        self.models: Any = importlib.import_module(f"{PACKAGE}.models")
        self.url = house.url

    def api(self, name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.api.{name}")

    def anybody(self) -> Any:
        return self.package.Client(self.url, raise_on_unexpected_status=True)

    def authenticated(self, token: str) -> Any:
        return self.package.AuthenticatedClient(self.url, token, raise_on_unexpected_status=True)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory, house: House) -> Iterator[Generated]:
    folder = tmp_path_factory.mktemp("generated")
    command = [str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--meta", "none", "--overwrite"]
    document = REPOSITORY / "openapi" / "seloste.json"
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        [*command, "--path", str(document), "--output-path", str(folder / PACKAGE)], capture_output=True, text=True, env={"PATH": path}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout, done.stdout
    yield Generated(folder, house)
    sys.path.remove(str(folder))


def test_the_whole_story(generated: Generated, cast: Cast, house: House) -> None:
    models = generated.models
    basic = generated.package.AuthenticatedClient(house.url, _basic(cast.alice.client), prefix="Basic", raise_on_unexpected_status=True)
    token = generated.api("clients.get_token").sync(client=basic, body=models.TokenRequest(grant_type="client_credentials"))
    assert isinstance(token, models.Token)
    client = generated.authenticated(token.access_token)

    key = str(uuid.uuid4())
    new_controller = models.NewController(name="Kertomus Oy", email="kertomus@example.org", domains=["kertomus.example.org"])
    controllers = [
        generated.api("controllers.add_controller").sync("acme", client=client, body=new_controller, idempotency_key=key) for _ in range(2)
    ]
    assert controllers[0] == controllers[1]
    assert isinstance(controllers[0], models.Controller)

    title = models.NewNoticeTitle.from_dict({"fi": "Kertomuksen tietosuojaseloste"})
    new_notice = models.NewNotice(
        controller_ids=[controllers[0].id], default_language="fi", languages=["fi", "en"], slug="kertomus", title=title
    )
    notice = generated.api("notices.create_notice").sync("acme", client=client, body=new_notice)
    assert isinstance(notice, models.Notice)
    assert notice.latest_version is None

    read = generated.api("notices.get_draft").sync_detailed("acme", "kertomus", client=client)
    assert read.parsed.sections == []
    section = models.Section.from_dict(
        {"id": "purposes", "heading": {"fi": "Tarkoitukset", "en": "Purposes"}, "body": {"fi": "Toimitamme.", "en": "We deliver."}}
    )
    content = models.Content(sections=[section])
    written = generated.api("notices.write_draft").sync_detailed(
        "acme", "kertomus", client=client, body=content, if_match=read.headers["etag"]
    )
    assert isinstance(written.parsed, models.Draft)
    stale = generated.api("notices.write_draft").sync("acme", "kertomus", client=client, body=content, if_match=read.headers["etag"])
    assert isinstance(stale, models.ProblemDetails)
    assert (stale.status, stale.type_) == (412, "urn:seloste:problem:stale")

    note = models.NewVersionChangeNote.from_dict({"fi": "Ensimmäinen versio."})
    new_version = models.NewVersion(change_note=note, significance=models.NewVersionSignificance.MATERIAL)
    publish = generated.api("versions.publish_version")
    version = publish.sync("acme", "kertomus", client=client, body=new_version, if_match=written.headers["etag"])
    assert isinstance(version, models.VersionWithLinks)
    assert (version.number, type(version.effective_from)) == (1, date)
    unchanged = publish.sync("acme", "kertomus", client=client, body=new_version)
    assert unchanged.type_ == "urn:seloste:problem:draft-unchanged"

    anybody = generated.anybody()
    shown = generated.api("public.read_notice_in").sync("acme", "kertomus", "fi.json", client=anybody)
    assert isinstance(shown, models.VersionInForce)
    assert [entry.heading for entry in shown.sections] == ["Tarkoitukset"]
    history = generated.api("public.read_history").sync("acme", "kertomus", client=anybody)
    assert [entry.content_hash for entry in history.versions] == [version.content_hash]

    hints = models.ControllerHints(notice="acme/kertomus")
    request = models.NewRequest(
        controller=hints, subject=models.Subject(name="Kertoja", email="kertoja@example.org"), type_=models.NewRequestTypeType1.ACCESS
    )
    accepted = generated.api("intake.send_request").sync(client=anybody, body=request, idempotency_key=str(uuid.uuid4()))
    assert isinstance(accepted, models.Acknowledgement)
    assert accepted.routed_to.controller.id == controllers[0].id
    secret = accepted.status_url.partition("secret=")[2]
    status = generated.api("intake.read_request_status").sync(accepted.reference, client=anybody, secret=secret)
    assert status.state == "received"

    page = generated.api("requests.list_requests").sync("acme", client=client, limit=1)
    assert page.items[0].reference == accepted.reference
    assert isinstance(page.next_cursor, str | None)
    detail = generated.api("requests.get_request").sync("acme", page.items[0].id, client=client)
    assert detail.subject.email == "kertoja@example.org"
    events = generated.api("audit.list_audit_events").sync("acme", client=client, limit=3)
    assert events.items[0].event == "request:read"


def test_refusals_come_as_problems(generated: Generated, cast: Cast, house: House) -> None:
    models = generated.models
    stranger = generated.authenticated(house.token(cast.charlie.client))
    for name, arguments in (("notices.list_notices", ("acme",)), ("requests.list_requests", ("acme",)), ("tenants.get_tenant", ("acme",))):
        answer = generated.api(name).sync(*arguments, client=stranger)
        assert isinstance(answer, models.ProblemDetails), name
        assert answer.type_ == "urn:seloste:problem:not-found"
    nobody = generated.authenticated("nonsense")
    assert generated.api("tenants.list_tenants").sync(client=nobody).type_ == "urn:seloste:problem:unauthenticated"
    wrong = models.NewController(name="Väärä Oy", business_id="1234567-8")
    refused = generated.api("controllers.add_controller").sync(
        "acme", client=generated.authenticated(house.token(cast.alice.client)), body=wrong
    )
    assert refused.errors[0].pointer == "/business_id"
    hints = models.ControllerHints(name="Olematon Oy")
    request = models.NewRequest(controller=hints, subject=models.Subject(name="x", email="x@example.org"), types=[])
    assert generated.api("intake.send_request").sync(client=generated.anybody(), body=request).status == 422


def test_lists_page_through_to_the_end(generated: Generated, cast: Cast, house: House) -> None:
    client = generated.authenticated(house.token(cast.alice.client))
    seen, cursor = [], generated.package.types.UNSET
    while True:
        page = generated.api("audit.list_audit_events").sync("acme", client=client, limit=5, cursor=cursor)
        seen += [event.id for event in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert len(seen) == len(set(seen)) > 5


def _basic(client: dict[str, Any]) -> str:
    from base64 import b64encode

    return b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
