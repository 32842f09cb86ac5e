"""What the tests of this room do again and again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.cast import DRAFT, Player, publish, write
from tests.house import wait_for

FORMS = ("fi", "en", "fi.json", "en.md", "fi.fragment.html", "canonical.json")
AHEAD = (datetime.now(UTC) + timedelta(days=40)).date()
LATER = AHEAD + timedelta(days=30)


def draft(text: str, title: str = "Tietosuojaseloste") -> dict[str, Any]:
    """The cast's draft with another text in its last section."""
    *sections, last = DRAFT["sections"]
    return {
        "title": {"fi": title, "en": f"{title} (en)"},
        "sections": [*sections, {**last, "body": {"fi": text, "en": f"{text} (en)"}}],  # type: ignore[dict-item]
    }


def edition(player: Player, slug: str, text: str, **more: Any) -> dict[str, Any]:
    """Publish the draft with this text; the version."""
    assert write(player, slug, draft(text)).status_code == 200
    made = publish(player, slug, f"Nyt: {text}", **more)
    assert made.status_code == 201, made.text
    return made.json()  # type: ignore[no-any-return]


def act(player: Player, slug: str, what: str, body: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
    return player.post(f"/notices/{slug}/{what}", body or {}, **more)


def done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def refused(answer: httpx.Response, kind: str, **members: Any) -> None:
    assert answer.json()["type"] == f"urn:seloste:problem:{kind}", answer.text
    assert answer.json()["status"] == answer.status_code
    for name, value in members.items():
        assert answer.json()[name] == value


def kept_for_ever(public: httpx.Client, base: str, number: int) -> dict[str, bytes]:
    """The bytes of a version's permanent forms."""
    found = {form: wait_for(lambda form=form: shown(public, f"{base}/v/{number}/{form}")) for form in FORMS}
    return {form: answer.content for form, answer in found.items()}


def shown(public: httpx.Client, path: str) -> httpx.Response | None:
    answer = public.get(path)
    return answer if answer.status_code == 200 else None


def events(player: Player, slug: str) -> list[str]:
    """Of this notice, newest first."""
    notice = player.get(f"/notices/{slug}").json()["id"]
    items = player.get("/audit-events", params={"limit": 200}).json()["items"]
    return [item["event"] for item in items if item["subject"].get("notice") == notice]
