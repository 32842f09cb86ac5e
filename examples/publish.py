"""Publish a notice through the API, with nothing but Python's standard library.

    python examples/publish.py [path of demo.json]

It takes the first example client, makes the notice `asiakaspalaute`, writes its draft, publishes it and says where it is.
Run again, it finds the notice there and publishes nothing new.
"""

import base64
import json
import os
import sys
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

SLUG = "asiakaspalaute"
TITLE = {"fi": "Asiakaspalautteen tietosuojaseloste", "en": "Privacy notice for customer feedback"}
NOTICE = {"slug": SLUG, "title": TITLE, "default_language": "fi", "languages": ["fi", "en"]}
DRAFT = {
    "title": TITLE,
    "sections": [
        {
            "id": "purposes",
            "covers": ["purposes", "legal_basis"],
            "heading": {"fi": "Miksi käsittelemme tietoja", "en": "Why we process data"},
            "body": {
                "fi": "Vastaamme palautteeseesi. Peruste on oikeutettu etumme kehittää palvelua.",
                "en": "We answer your feedback. The legal basis is our legitimate interest in improving the service.",
            },
        },
        {
            "id": "retention",
            "heading": {"fi": "Kuinka kauan", "en": "How long"},
            "body": {"fi": "Poistamme palautteen vuoden kuluttua.", "en": "We delete the feedback after one year."},
        },
    ],
}
VERSION = {"change_note": {"fi": "Ensimmäinen versio.", "en": "First version."}, "significance": "material"}
TRIES = 5


class Refused(Exception):
    """A problem (RFC 9457), or on /oauth an error (RFC 6749). Programs decide by `kind`."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.kind = str(problem.get("type", problem.get("error"))).rpartition(":")[2]
        super().__init__(f"{status} {self.kind}: {problem.get('detail', problem.get('error_description'))} {problem.get('errors', '')}")


class Api:
    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url
        self._token = token

    def __call__(self, method: str, path: str, body: Any = None, if_match: str | None = None) -> tuple[Any, str | None]:
        """The answer's body and its ETag. A POST carries a key of its own, so that trying again makes nothing twice."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = f'"{uuid.uuid4()}"'
        if if_match:
            headers["If-Match"] = if_match
        return send(method, self._base_url + path, headers, json.dumps(body).encode() if body is not None else None)


def send(method: str, url: str, headers: dict[str, str], content: bytes | None) -> tuple[Any, str | None]:
    """Tries again where that can help: without an answer, and after 503, when the server says."""
    for tries_left in reversed(range(TRIES)):
        request = urllib.request.Request(url, content, headers, method=method)  # noqa: S310 — the address comes from our own demo.json
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return json.load(answer), answer.headers["ETag"]
        except HTTPError as error:
            if error.code != 503 or not tries_left:
                raise Refused(error.code, json.load(error)) from error
            time.sleep(int(error.headers.get("Retry-After", "1")))
        except (URLError, TimeoutError):
            if not tries_left:
                raise
            time.sleep(1)
    raise AssertionError("the last try returns or raises")


def token_for(client: dict[str, Any], token_url: str) -> str:
    """RFC 6749 section 4.4, with the scopes that this script needs and no others."""
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": "controllers:read notices:read notices:write notices:publish"}
    answer, _ = send("POST", token_url, {"Authorization": f"Basic {basic}"}, urllib.parse.urlencode(form).encode())
    return str(answer["access_token"])


def publish(api: Api, tenant: str) -> str:
    """The public address of the notice."""
    notices = f"/v1/tenants/{tenant}/notices"
    controllers, _ = api("GET", f"/v1/tenants/{tenant}/controllers?limit=200")
    # Newest first, so the last one is the company itself.
    answering = controllers["items"][-1]["id"]
    try:
        api("POST", notices, {**NOTICE, "controller_ids": [answering]})
    except Refused as refused:
        if refused.kind != "slug-taken":
            raise
    _, tag = api("GET", f"{notices}/{SLUG}/draft")
    _, tag = api("PUT", f"{notices}/{SLUG}/draft", DRAFT, if_match=tag)
    try:
        # With the draft's ETag, what was written above is what is published, whoever writes meanwhile.
        version, _ = api("POST", f"{notices}/{SLUG}/versions", VERSION, if_match=tag)
        print(f"Published version {version['number']}, SHA-256 {version['content_hash']}")
    except Refused as refused:
        if refused.kind != "draft-unchanged":
            raise
        print("Nothing new: this text is published already.")
    notice, _ = api("GET", f"{notices}/{SLUG}")
    return str(notice["url"])


def main() -> None:
    demo = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(os.environ.get("DATA_DIR", ".data"), "demo.json")
    document = json.loads(demo.read_text())
    client = document["clients"][0]
    api = Api(document["base_url"], token_for(client, document["token_url"]))
    print(publish(api, client["tenant"]))


if __name__ == "__main__":
    try:
        main()
    except (Refused, OSError) as error:
        sys.exit(f"publish.py: {error}")
