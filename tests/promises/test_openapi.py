"""openapi/seloste.json is what the application says, and says enough for a program to be written from it."""

import json
import re
from typing import Any

from service import errors
from service.app import describe
from service.errors import Problem
from service.texts import Input
from tests.house import REPOSITORY

DOCUMENT: dict[str, Any] = json.loads(describe())
OPERATIONS = [(path, method, operation) for path, item in DOCUMENT["paths"].items() for method, operation in item.items()]


def test_the_committed_document_is_what_the_application_says() -> None:
    committed = (REPOSITORY / "openapi" / "seloste.json").read_bytes()
    assert committed == describe(), "run: make openapi"


def test_every_operation_can_be_named_and_refused() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    for path, method, operation in OPERATIONS:
        assert re.fullmatch(r"[a-z][A-Za-z]+", operation["operationId"])
        assert operation["summary"]
        assert operation["tags"]
        assert "security" in operation
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")) and not path.startswith("/oauth/"):
                assert list(answer["content"]) == [errors.MEDIA_TYPE], (path, method, status)


def test_every_shape_has_a_name_of_its_own() -> None:
    """Two of one name are told apart by their modules' names, and generators then drop one of them."""
    for name in DOCUMENT["components"]["schemas"]:
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name)


def test_every_post_and_put_says_what_it_takes() -> None:
    for path, method, operation in OPERATIONS:
        if method in ("post", "put", "patch") and path != "/first-credential":
            assert "requestBody" in operation, path


def test_what_is_taken_says_that_unknown_fields_are_refused() -> None:
    closed = {name for name, schema in DOCUMENT["components"]["schemas"].items() if schema.get("additionalProperties") is False}
    assert closed == {taken.__name__ for taken in Input.__subclasses__()}
    assert len(closed) >= 15


def test_every_list_pages_alike() -> None:
    lists = [(path, operation) for path, method, operation in OPERATIONS if operation["operationId"].startswith("list")]
    assert len(lists) >= 7
    for path, operation in lists:
        parameters = {parameter["name"]: parameter["schema"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        assert parameters["limit"]["minimum"] == 1, path
        assert parameters["limit"]["maximum"] == 200, path
        assert parameters["limit"]["default"] == 50, path
        assert "cursor" in parameters, path
        name = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert set(DOCUMENT["components"]["schemas"][name]["properties"]) == {"items", "next_cursor"}, path


def test_every_post_takes_an_idempotency_key() -> None:
    for path, method, operation in OPERATIONS:
        if method == "post" and path.startswith(("/v1", "/intake")):
            assert any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]), path


def test_every_problem_type_is_documented() -> None:
    def kinds(base: type[Problem]) -> set[type[Problem]]:
        return set(base.__subclasses__()) | {deeper for sub in base.__subclasses__() for deeper in kinds(sub)}

    documented = set(re.findall(r"`urn:seloste:problem:([a-z-]+)`", (REPOSITORY / "docs" / "problems.md").read_text()))
    assert documented == {kind.name for kind in kinds(Problem)}
