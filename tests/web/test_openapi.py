"""The OpenAPI document: valid, whole, with an example of everything, and true about times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import schemathesis
from fastapi import FastAPI

from training_analyzer.web import api
from training_analyzer.web.openapi import document as described
from training_analyzer.web.promises import REFUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

type Document = dict[str, Any]

_DAY_NAMES = {"date", "day", "from", "to", "calendar_date"}


@pytest.fixture(scope="module")
def document() -> Document:
    """Give the document of all routes."""
    app = FastAPI(generate_unique_id_function=lambda route: route.name)
    for router in (api.data_router, api.people_router, api.monitors_router):
        app.include_router(router)
    return described(app.routes)


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _objects(document: Document) -> dict[str, Document]:
    schemas = document["components"]["schemas"]
    return {name: schema for name, schema in schemas.items() if schema.get("type") == "object"}


def test_the_document_is_openapi_3_1(document: Document) -> None:
    """It is valid by the specification's own schema, and its address is of any server."""
    schemathesis.openapi.from_dict(document).validate()

    assert document["openapi"].startswith("3.1")
    assert [server["url"] for server in document["servers"]] == ["/"]


def test_each_operation_says_what_it_is(document: Document) -> None:
    """Each has a name of its own, words for people, a topic, who may ask, and what goes well."""
    topics = {tag["name"] for tag in document["tags"] if tag["description"]}
    operations = dict(_operations(document))
    names = [operation["operationId"] for operation in operations.values()]

    assert len(names) == len(set(names))
    assert {tag for each in operations.values() for tag in each["tags"]} == topics
    for name, each in operations.items():
        assert each["summary"], name
        assert len(each["summary"]) < 100, name
        assert each["description"], name
        assert bool(each["security"]) == (each["x-access"] != "public"), name
        assert any(status.startswith("2") for status in each["responses"]), name
        assert {"500", "503", "default"} <= each["responses"].keys(), name
        # Monitors may ask as often as they like.
        assert ("429" in each["responses"]) is (" /api/" in name), name


def test_each_refusal_is_told_with_its_code(document: Document) -> None:
    """What a route refuses on purpose stands under its status, as a problem."""
    operations = {each["operationId"]: each for _, each in _operations(document)}

    assert REFUSES.keys() <= operations.keys()
    for name, refused in REFUSES.items():
        for error in refused:
            told = operations[name]["responses"][str(int(error.http_status))]
            assert f"`{error.code}`" in told["description"], (name, error.code)
            assert list(told["content"]) == ["application/problem+json"], (name, error.code)


def test_headers_and_kinds_are_declared(document: Document) -> None:
    """Addresses of what is accepted, of next pages, versions, files and streams are told."""
    kinds = set()
    for name, each in _operations(document):
        responses = each["responses"]
        given = {one["name"].lower() for one in each.get("parameters", ())}
        well = {status: told for status, told in responses.items() if status.startswith("2")}
        kinds |= {kind for told in well.values() for kind in told.get("content", ())}
        assert ("304" in responses) == ("if-none-match" in given), name
        assert "if-match" not in given or "412" in responses, name
        assert "requestBody" not in each or {"400", "413", "415", "422"} <= responses.keys(), name
        for status, told in well.items():
            headers = told.get("headers", {})
            assert "cursor" not in given or "Link" in headers, name
            assert "if-none-match" not in given or "ETag" in headers, name
            assert status != "202" or headers["Location"]["required"], name
            assert status == "204" or told["content"], name
    assert {"application/json", "application/octet-stream", "text/event-stream"} <= kinds


def test_each_body_has_an_example_that_is_one(document: Document) -> None:
    """Each object of requests and answers has an example, and its own schema accepts it."""
    for name, schema in _objects(document).items():
        examples = schema.get("examples", [])
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        assert examples, f"{name} has no example in examples.json"
        for example in examples:
            assert [f"{name}: {error.message}" for error in validator.iter_errors(example)] == []


def test_times_and_days_say_that_they_are(document: Document) -> None:
    """ASVS 2.1.1: what is called an instant is a `date-time`, what is called a day is a `date`."""
    wrong = []
    for name, schema in _objects(document).items():
        for field, told in schema.get("properties", {}).items():
            formats = set(re.findall(r"'format': '(date(?:-time)?)'", str(told)))
            is_time = re.search(r"_at$|^(start|end)_utc$", field) and told.get("type") != "object"
            is_day = field in _DAY_NAMES or field.endswith("_on")
            is_clock = "TimeOfDay" in str(told)
            refers_to_day = "schemas/Day'" in str(told)
            if is_time and "date-time" not in formats:
                wrong.append(f"{name}.{field} is no date-time")
            if is_day and not (is_clock or refers_to_day or "date" in formats):
                wrong.append(f"{name}.{field} is no date")

    assert wrong == []


def test_names_of_schemas_are_plain(document: Document) -> None:
    """A generated client gets `Zone`, not the address of a module."""
    names = document["components"]["schemas"]

    assert [name for name in names if not re.fullmatch(r"[A-Za-z]+", name)] == []
