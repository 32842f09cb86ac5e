"""A person who uses their rights: made up, with a mail address of their own for each request, so that mails are told apart."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.cast import Cast, Player, controller, link_to
from tests.house import House

# One for all: a client of its own for each request would load the world's certificates each time.
_WIRE = httpx.Client(timeout=20)
HALLAVIRTA = {"business_id": "9910417-5"}


def address() -> str:
    return f"person-{secrets.token_hex(6)}@example.org"


def request(to: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A whole request; by default an access request to Hallavirta, which the examples verify."""
    return {
        "type": "access",
        "controller": HALLAVIRTA if to is None else to,
        "subject": {"name": "Aino Esimerkki", "email": address()},
        "message": "Mitä tietoja minusta on?",
        "language": "fi",
        **more,
    }


def send(at: House, to: dict[str, Any] | None = None, *, key: str | None = None, **more: Any) -> httpx.Response:
    return deliver(at, request(to, **more), key=key)


def deliver(at: House, body: Any, *, key: str | None = None, path: str = "/intake/requests") -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    return _WIRE.post(at.url + path, json=body, headers=headers)


def accepted(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    return answer.json()  # type: ignore[no-any-return]


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """The refusal's document; its shape is always the same."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"urn:seloste:problem:{name}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


def status(acknowledgement: dict[str, Any]) -> httpx.Response:
    """As a person who opens the link that they got."""
    return _WIRE.get(acknowledgement["status_url"])


def fill_in(at: House, path: str = "/intake", **fields: Any) -> httpx.Response:
    """As a browser sends a form."""
    return _WIRE.post(at.url + path, data=fields)


def secret_of(acknowledgement: dict[str, Any]) -> str:
    return str(acknowledgement["status_url"]).partition("?secret=")[2]


@dataclass
class Company:
    """A tenant with one controller, whose identifiers are verified or only claimed."""

    player: Player
    controller: dict[str, Any]
    notice: str | None = field(default=None)

    @property
    def id(self) -> str:
        return str(self.controller["id"])

    @property
    def references(self) -> set[str]:
        return {item["reference"] for item in self.player.get("/requests", params={"limit": 200}).json()["items"]}


def claiming(cast: Cast, **identifiers: Any) -> Company:
    """A company that writes into its controller whatever it likes; nobody has verified it."""
    player = cast.company()
    return Company(player, controller(player, **identifiers))


def verified(cast: Cast, **identifiers: Any) -> Company:
    """A company that the operator has verified: the link went to the address in a register, and was used."""
    claimed = claiming(cast, **identifiers)
    slug, registered = claimed.player.slug, address()
    evidence = ("--email", registered, "--evidence", "trade register, looked up today")
    cast.house.run("controller", "verify", "--tenant", slug, "--controller", claimed.id, *evidence)
    taken = httpx.post(f"{cast.house.url}/first-credential", data={"link": link_to(cast.post, registered)}, timeout=20)
    assert taken.status_code == 201, taken.text
    return Company(Player(slug, taken.json(), cast.house.api(taken.json())), claimed.controller)


def new_business_id() -> str:
    """A Finnish business id that nobody has: its check digit fits (weights 7, 9, 10, 5, 8, 4, 2), its number is not given out."""
    while True:
        digits = f"98{secrets.randbelow(10**5):05}"
        rest = sum(int(digit) * weight for digit, weight in zip(digits, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
        if rest != 1:
            return f"{digits}-{(11 - rest) % 11}"
