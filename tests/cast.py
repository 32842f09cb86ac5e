"""Who plays: Alice owns Acme, Bob's agency acts for Acme, Charlie is at another company, Olga runs the platform."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.house import House, wait_for
from tests.post import PostOffice


@dataclass
class Player:
    """A tenant with a client of its own and an open API connection."""

    slug: str
    client: dict[str, Any]
    api: httpx.Client
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/tenants/{self.slug}"

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.api.get(self.path + path, **more)

    def post(self, path: str, json: Any, **more: Any) -> httpx.Response:
        return self.api.post(self.path + path, json=json, **more)


@dataclass
class Cast:
    house: House
    post: PostOffice
    olga: httpx.Client
    alice: Player
    bob: Player
    charlie: Player

    def company(self, slug: str | None = None, maker: httpx.Client | None = None, **more: Any) -> Player:
        """A new company, made by the platform (or an agency), with the credential that it took from its mail."""
        return found(self.house, self.post, maker or self.olga, slug, **more)


def found(house: House, post: PostOffice, maker: httpx.Client, slug: str | None = None, **more: Any) -> Player:
    slug = slug or f"company-{secrets.token_hex(5)}"
    address = f"{slug}@example.org"
    made = maker.post("/v1/tenants", json={"slug": slug, "name": f"{slug.title()} Oy", "contact_email": address, "language": "en", **more})
    assert made.status_code == 201, made.text
    link = link_to(post, address)
    taken = httpx.post(f"{house.url}/first-credential", data={"link": link, **_kept(house, link)}, timeout=20)
    assert taken.status_code == 201, taken.text
    client = taken.json()
    return Player(slug, client, house.api(client))


def link_to(post: PostOffice, address: str, number: int = -1) -> str:
    """The secret of the newest link mailed to an address."""
    mails = wait_for(lambda: post.to(address), 20)
    match = re.search(r"first-credential\?link=(\S+)", mails[number].get_content())
    assert match is not None
    return match[1]


def _kept(house: House, link: str) -> dict[str, Any]:
    """Keep every agency that the page offers, as a company does that ticks all boxes."""
    page = httpx.get(f"{house.url}/first-credential", params={"link": link}, timeout=20)
    assert page.status_code == 200, page.text
    return {"keep": re.findall(r'name="keep" value="([^"]+)"', page.text)}


def controller(player: Player, **more: Any) -> dict[str, Any]:
    made = player.post("/controllers", {"name": f"{player.slug.title()} Oy", "email": f"privacy@{player.slug}.example.org", **more})
    assert made.status_code == 201, made.text
    return made.json()  # type: ignore[no-any-return]


DRAFT = {
    "title": {"fi": "Tietosuojaseloste", "en": "Privacy notice"},
    "sections": [
        {
            "id": "controller",
            "heading": {"fi": "Rekisterinpitäjä", "en": "Controller"},
            "body": {"fi": "Esimerkki Oy, Katu 1.", "en": "Example Ltd, Street 1."},
        },
        {
            "id": "purposes",
            "covers": ["purposes", "legal_basis"],
            "heading": {"fi": "Tarkoitukset", "en": "Purposes"},
            "body": {"fi": "Toimitamme tilauksia.\n\n- yksi\n- kaksi", "en": "We deliver orders.\n\n- one\n- two"},
        },
        {"id": "retention", "heading": {"fi": "Säilytys", "en": "Retention"}, "body": {"fi": "Kuusi vuotta.", "en": "Six years."}},
    ],
}


def notice(player: Player, controller_id: str, slug: str | None = None, languages: tuple[str, ...] = ("fi", "en")) -> str:
    """A new notice with the draft above; its slug."""
    slug = slug or f"notice-{secrets.token_hex(4)}"
    data = {
        "slug": slug,
        "title": {"fi": "Tietosuojaseloste"},
        "default_language": "fi",
        "languages": list(languages),
        "controller_ids": [controller_id],
    }
    made = player.post("/notices", data)
    assert made.status_code == 201, made.text
    assert write(player, slug, DRAFT).status_code == 200
    return slug


def write(player: Player, slug: str, draft: dict[str, Any]) -> httpx.Response:
    tag = player.get(f"/notices/{slug}/draft").headers["etag"]
    return player.api.put(f"{player.path}/notices/{slug}/draft", json=draft, headers={"if-match": tag})


def publish(player: Player, slug: str, note: str = "Muutos.", significance: str = "material", **more: Any) -> httpx.Response:
    return player.post(f"/notices/{slug}/versions", {"change_note": {"fi": note}, "significance": significance, **more})


def published(player: Player, **more: Any) -> tuple[str, str]:
    """A new controller with a published notice: the notice's slug and the controller's id."""
    made = controller(player, **more)
    slug = notice(player, made["id"])
    answer = publish(player, slug, "Ensimmäinen versio.")
    assert answer.status_code == 201, answer.text
    return slug, made["id"]
