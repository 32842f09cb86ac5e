"""An officer at work: the controller's side of a case over HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.cast import Player
from tests.house import House
from tests.intake.person import Company, accepted, send

REASON = {"reason": "Two customers have this name."}
# A body with which each act is legal in its words.
BODIES: dict[str, dict[str, Any]] = {
    "start": {},
    "ask-identity": {**REASON, "question": "Which street did you live on in 2020?", "method": "data_held"},
    "settle-identity": {"answer": "Called back on the number that we hold."},
    "extend": {"grounds": "complexity", "reason": "Records of forty years, on paper."},
    "complete": {"answer": "Here is what we hold."},
    "refuse": {"ground": "excessive", "reason": "The fifth time this month."},
    "withdraw": {"reason": "By phone."},
    "hand-over": {"to": "Toinen Esimerkki Oy", "reason": "The shop was sold in May."},
    "reopen": {"reason": "A file was found."},
    "assign": {"assignee": "Desk 4"},
}


@dataclass
class Officer:
    """Of one controller, at one case."""

    player: Player
    id: str

    @property
    def path(self) -> str:
        return f"/requests/{self.id}"

    def do(self, act: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return self.player.post(f"{self.path}/{act}", {**BODIES[act], **more}, headers=headers or {})

    def did(self, act: str, **more: Any) -> dict[str, Any]:
        """The case after a move that must succeed."""
        answer = self.do(act, **more)
        assert answer.status_code == 200, answer.text
        case: dict[str, Any] = answer.json()
        assert answer.headers["etag"] == f'"{case["revision"]}"'
        return case

    def read(self) -> dict[str, Any]:
        answer = self.player.get(self.path)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def moves(self) -> list[dict[str, Any]]:
        """Oldest first."""
        page = self.player.get(f"{self.path}/moves", params={"limit": 200}).json()
        assert page["next_cursor"] is None
        return page["items"][::-1]  # type: ignore[no-any-return]

    def events(self, event: str) -> list[dict[str, Any]]:
        items = self.player.get("/audit-events", params={"limit": 200}).json()["items"]
        return [item for item in items if item["event"] == event and item["subject"].get("request") == self.id][::-1]


def opened_at(house: House, company: Company, **more: Any) -> tuple[Officer, dict[str, Any]]:
    """A new request at a company, and what the person was told."""
    given = accepted(send(house, {"controller_id": company.id}, **more))
    [item] = company.player.get("/requests", params={"reference": given["reference"]}).json()["items"]
    return Officer(company.player, item["id"]), given


def entry(company: Company, days_ago: float = 0, **more: Any) -> dict[str, Any]:
    """A request that came another way, some days ago: as time cannot be moved, cases begin in the past."""
    received = datetime.now(UTC) - timedelta(days=days_ago)
    return {
        "controller_id": company.id,
        "channel": "letter",
        "received_at": received.isoformat(),
        "types": ["access"],
        "subject": {"name": "Aino Esimerkki"},
        "message": "What do you hold on me?",
        "language": "en",
        **more,
    }


def entered(company: Company, days_ago: float = 0, **more: Any) -> tuple[Officer, dict[str, Any]]:
    answer = company.player.post("/requests", entry(company, days_ago, **more))
    assert answer.status_code == 201, answer.text
    return Officer(company.player, answer.json()["id"]), answer.json()
