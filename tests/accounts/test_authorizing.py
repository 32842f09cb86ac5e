"""Tokens: RFC 6749 client credentials with a secret or an assertion, RFC 9068 tokens, and how each refusal reads."""

import time
import uuid
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from tests.cast import Cast, Player
from tests.house import House

FORM = {"grant_type": "client_credentials"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def ask(house: House, data: dict[str, str], **more: Any) -> httpx.Response:
    return httpx.post(f"{house.url}/oauth/token", data=data, timeout=20, **more)


def credentials(player: Player) -> tuple[str, str]:
    return player.client["client_id"], player.client["client_secret"]


def test_a_secret_gives_a_token_of_rfc_9068(cast: Cast, house: House) -> None:
    answer = ask(house, FORM, auth=credentials(cast.alice))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 3600
    keys = KeySet.import_key_set(httpx.get(f"{house.url}/oauth/jwks").json())
    token = jwt.decode(body["access_token"], keys, algorithms=["RS256"])
    assert token.header["typ"] == "at+jwt"
    assert token.header["kid"]
    assert set(token.claims) >= {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope", "tenant_id"}
    assert token.claims["iss"] == token.claims["aud"] == house.url
    assert token.claims["sub"] == token.claims["client_id"] == cast.alice.client["client_id"]
    assert set(token.claims["scope"].split()) == set(cast.alice.client["scopes"])


def test_published_keys_hold_nothing_private(house: House) -> None:
    for key in httpx.get(f"{house.url}/oauth/jwks").json()["keys"]:
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi"}
        assert key["use"] == "sig"


def test_fewer_scopes_can_be_asked_for_and_more_are_refused(cast: Cast, house: House) -> None:
    answer = ask(house, {**FORM, "scope": "notices:read"}, auth=credentials(cast.alice))
    assert answer.json()["scope"] == "notices:read"
    for scope in ("platform", "notices:read platform", "nonsense"):
        answer = ask(house, {**FORM, "scope": scope}, auth=credentials(cast.alice))
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_scope"


def test_a_wrong_secret_and_an_unknown_client_are_refused_alike(cast: Cast, house: House) -> None:
    known, secret = credentials(cast.alice)
    pairs = ((known, "wrong"), (str(uuid.uuid4()), secret), ("not-an-id", "x"), (known, ""), ("\u00e4", "x"))
    answers = [ask(house, FORM, auth=pair) for pair in pairs]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
        assert "www-authenticate" in answer.headers
        assert answer.headers["cache-control"] == "no-store"
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({**FORM, "resource": "https://elsewhere.example.org"}, "invalid_target"),
    ],
)
def test_what_cannot_be_granted_says_why_in_rfc_6749s_words(cast: Cast, house: House, data: dict[str, str], error: str) -> None:
    answer = ask(house, data, auth=credentials(cast.alice))
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


def test_a_parameter_given_twice_is_refused(cast: Cast, house: House) -> None:
    content = b"grant_type=client_credentials&scope=notices:read&scope=platform"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = httpx.post(f"{house.url}/oauth/token", content=content, headers=headers, auth=credentials(cast.alice))
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'{"grant_type": "client_credentials"}', "application/json"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"grant_type=%00client_credentials", "application/x-www-form-urlencoded"),
        (b"a=1&" * 200, "application/x-www-form-urlencoded"),
        (b"", "text/plain"),
    ],
)
def test_a_body_that_is_no_form_is_refused_in_oauths_shape(cast: Cast, house: House, content: bytes, content_type: str) -> None:
    answer = httpx.post(f"{house.url}/oauth/token", content=content, headers={"content-type": content_type}, auth=credentials(cast.alice))
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] in ("invalid_request", "unsupported_grant_type")


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic " + "A" * 5000, "Bearer x", "Basic AAAA"])
def test_an_authorization_header_that_cannot_be_read_is_no_client(house: House, header: str) -> None:
    answer = ask(house, FORM, headers={"authorization": header})
    assert answer.status_code in (400, 401), answer.text
    assert answer.json()["error"] in ("invalid_client", "invalid_request")


def test_the_wrong_method_is_told(house: House) -> None:
    answer = httpx.get(f"{house.url}/oauth/token")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


def test_a_secret_in_the_body_is_no_way_in(cast: Cast, house: House) -> None:
    client_id, secret = credentials(cast.alice)
    answer = ask(house, {**FORM, "client_id": client_id, "client_secret": secret})
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == "invalid_client"


class Machine:
    """A client that signs its own assertions."""

    def __init__(self, owner: Player, house: House, key: RSAKey | ECKey) -> None:
        self.house, self.key = house, key
        jwks = {"keys": [key.as_dict(private=False)]}
        made = owner.post("/clients", {"name": "Machine", "scopes": ["notices:read"], "auth_method": "private_key_jwt", "jwks": jwks})
        assert made.status_code == 201, made.text
        assert made.json()["client_secret"] is None
        self.id: str = made.json()["id"]

    def assertion(self, *, key: RSAKey | ECKey | None = None, alg: str = "ES256", **claims: Any) -> str:
        now = int(time.time())
        given = {"iss": self.id, "sub": self.id, "aud": self.house.url, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()), **claims}
        return jwt.encode({"alg": alg}, {name: value for name, value in given.items() if value is not None}, key or self.key)

    def ask(self, assertion: str, house: House | None = None) -> httpx.Response:
        return ask(house or self.house, {**FORM, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion})


@pytest.fixture(scope="module")
def machine(cast: Cast, house: House) -> Machine:
    return Machine(cast.alice, house, ECKey.generate_key("P-256"))


def test_an_assertion_gives_a_token(machine: Machine, house: House) -> None:
    answer = machine.ask(machine.assertion())
    assert answer.status_code == 200, answer.text
    listed = httpx.get(f"{house.url}/v1/tenants/acme/notices", headers={"authorization": f"Bearer {answer.json()['access_token']}"})
    assert listed.status_code == 200


def test_an_assertion_is_accepted_once_also_by_another_node(machine: Machine, house: House, second_node: House) -> None:
    assertion = machine.assertion()
    assert machine.ask(assertion).status_code == 200
    for node in (house, second_node):
        again = machine.ask(assertion, node)
        assert again.status_code in (400, 401)
        assert again.json()["error"] == "invalid_client"
    fresh = machine.assertion()
    assert machine.ask(fresh, second_node).status_code == 200
    assert machine.ask(fresh, house).status_code in (400, 401)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example.org"},
        {"aud": None},
        {"aud": "TOKEN_URL"},
        {"aud": ["ISSUER", "https://elsewhere.example.org"]},
        {"exp": 1},
        {"exp": None},
        {"exp": 10**12},
        {"exp": "soon"},
        {"jti": None},
        {"jti": 7},
        {"iss": "somebody"},
        {"sub": "019ab111-0000-7000-8000-000000000000"},
    ],
    ids=str,
)
def test_an_assertion_that_is_off_is_refused(machine: Machine, house: House, claims: dict[str, Any]) -> None:
    meant = {"TOKEN_URL": f"{house.url}/oauth/token", "ISSUER": house.url}
    resolved = {
        name: [meant.get(item, item) for item in value] if isinstance(value, list) else meant.get(value, value)
        for name, value in claims.items()
    }
    answer = machine.ask(machine.assertion(**resolved))
    assert answer.status_code in (400, 401), answer.text
    assert answer.json()["error"] in ("invalid_client", "invalid_request")


def test_anothers_signature_no_signature_and_garbage_are_refused(machine: Machine) -> None:
    unsigned = machine.assertion().rpartition(".")[0] + "."
    none = "eyJhbGciOiJub25lIn0." + machine.assertion().split(".")[1] + "."
    for assertion in (machine.assertion(key=ECKey.generate_key("P-256")), unsigned, none, "garbage", "a.b.c", ""):
        answer = machine.ask(assertion)
        assert answer.status_code in (400, 401), answer.text
        assert answer.json()["error"] in ("invalid_client", "invalid_request")


def test_a_client_with_keys_has_no_secret_and_one_with_a_secret_no_keys(machine: Machine, cast: Cast, house: House) -> None:
    assert ask(house, FORM, auth=(machine.id, "")).status_code == 401
    key = ECKey.generate_key("P-256")
    now = int(time.time())
    claims = {"iss": cast.alice.client["client_id"], "sub": cast.alice.client["client_id"], "aud": house.url, "exp": now + 60, "jti": "x"}
    assert machine.ask(jwt.encode({"alg": "ES256"}, claims, key)).status_code in (400, 401)


NO_KEYS = [{}, {"keys": []}, {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, {"keys": ["x"]}, {"keys": [{"kty": "RSA"}]}]


@pytest.mark.parametrize("more", [{}, *({"jwks": jwks} for jwks in NO_KEYS)], ids=str)
def test_keys_that_are_none_are_refused(cast: Cast, more: dict[str, Any]) -> None:
    answer = cast.alice.post("/clients", {"name": "Machine", "scopes": ["notices:read"], "auth_method": "private_key_jwt", **more})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "/jwks"


def test_private_keys_are_refused(cast: Cast) -> None:
    jwks = {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}
    answer = cast.alice.post("/clients", {"name": "Machine", "scopes": ["notices:read"], "auth_method": "private_key_jwt", "jwks": jwks})
    assert answer.status_code == 422


def test_metadata_says_what_is_offered(house: House) -> None:
    server = httpx.get(f"{house.url}/.well-known/oauth-authorization-server").json()
    assert server["issuer"] == house.url
    assert server["token_endpoint"] == f"{house.url}/oauth/token"
    assert server["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "private_key_jwt"]
    assert httpx.get(server["jwks_uri"]).json()["keys"]
    resource = httpx.get(f"{house.url}/.well-known/oauth-protected-resource").json()
    assert resource["resource"] == house.url
    assert resource["authorization_servers"] == [server["issuer"]]
    assert set(resource["scopes_supported"]) == set(server["scopes_supported"])


def refused(house: House, token: str, path: str = "/v1/tenants/acme") -> httpx.Response:
    return httpx.get(house.url + path, headers={"authorization": token})


def test_tokens_that_are_off_are_invalid(cast: Cast, house: House) -> None:
    good = house.token(cast.alice.client)
    head, body, signature = good.split(".")
    forged = jwt.encode({"alg": "RS256", "typ": "at+jwt"}, {"iss": house.url, "exp": 10**10}, RSAKey.generate_key(2048))
    for token in (f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA", f"eyJhbGciOiJub25lIn0.{body}.", "a.b.c", "x", forged):
        answer = refused(house, f"Bearer {token}")
        assert answer.status_code == 401, token
        assert answer.json()["type"] == "urn:seloste:problem:unauthenticated"
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert f'resource_metadata="{house.url}/.well-known/oauth-protected-resource"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("header", ["Bearer", "Basic eDp5", "nonsense", ""])
def test_without_a_token_no_error_code_is_given(house: House, header: str) -> None:
    answer = refused(house, header)
    assert answer.status_code == 401
    assert "error=" not in answer.headers["www-authenticate"]


def test_a_token_in_the_address_is_not_looked_at(cast: Cast, house: House) -> None:
    token = house.token(cast.alice.client)
    assert httpx.get(f"{house.url}/v1/tenants/acme", params={"access_token": token}).status_code == 401


def test_the_scheme_is_read_in_any_case(cast: Cast, house: House) -> None:
    assert refused(house, f"bearer {house.token(cast.alice.client)}").status_code == 200


def test_an_expired_token_is_invalid_and_rotation_keeps_living_ones_valid(short_lived: House) -> None:
    client = short_lived.demo["clients"][0]
    path = f"/v1/tenants/{client['tenant']}"
    before = short_lived.token(client)
    kid = httpx.get(f"{short_lived.url}/oauth/jwks").json()["keys"][0]["kid"]
    short_lived.run("keys", "rotate")
    assert refused(short_lived, f"Bearer {before}", path).status_code == 200
    answer = _until_invalid(short_lived, before, path)
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert short_lived.token(client)
    assert kid


def _until_invalid(house: House, token: str, path: str) -> httpx.Response:
    from tests.house import wait_for

    def invalid() -> httpx.Response | None:
        answer = refused(house, f"Bearer {token}", path)
        return answer if answer.status_code == 401 else None

    found: httpx.Response = wait_for(invalid, 30, 0.3)
    return found


def test_after_a_rotation_new_tokens_are_signed_with_the_new_key_everywhere(house: House, second_node: House, cast: Cast) -> None:
    rotated = house.run("keys", "rotate").stdout.strip().rpartition(" ")[2]
    published = {key["kid"] for key in httpx.get(f"{second_node.url}/oauth/jwks").json()["keys"]}
    assert published, "a node reads keys anew within a minute; a token signed by an unknown one makes it look at once"
    token = second_node.token(cast.alice.client)
    assert refused(house, f"Bearer {token}").status_code == 200
    assert rotated
