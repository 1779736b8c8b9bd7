"""The OpenAPI document: what the framework makes of the routes, and what it cannot know.

That is who may ask (read off each route's dependencies), how a caller proves who they are,
and that every error is a problem: the framework's own model of a 422 is not what we answer.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from training_analyzer import __version__
from training_analyzer.web import auth
from training_analyzer.web.problem_document import ProblemDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fastapi.dependencies.models import Dependant
    from starlette.routing import BaseRoute

type Document = dict[str, Any]

SESSION: Final = "session"
KEY: Final = "key"
KEY_IN_BASIC: Final = "keyInBasic"
PUBLIC: Final = "public"
PERSON: Final = "person"
FRESH_PERSON: Final = "fresh person"
ADMIN: Final = "admin"
FRESH_ADMIN: Final = "fresh admin"
# In which an operation tells who may ask: one of those above, or a scope.
ACCESS: Final = "x-access"
_DESCRIPTION: Final = (
    "Sync Garmin Connect for many people, and give them their data back. Unofficial: not"
    " affiliated with Garmin.\n\nAn error is `application/problem+json`; its `code` is the"
    " contract. Instants are RFC 3339 in UTC, days are `YYYY-MM-DD` as Garmin gave them, units"
    " stand in the names of fields."
)
_SCHEMES: Final[Document] = {
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-gsync",
        "description": "A person in a browser. On plain http of the machine itself: `gsync`.",
    },
    KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "gsync_pat",
        "description": "An API key of a person, with the scopes that it was given.",
    },
    KEY_IN_BASIC: {
        "type": "http",
        "scheme": "basic",
        "description": "The same key as the password, with any user name.",
    },
}
_OF_PERSONS: Final = {
    auth.current_person: PERSON,
    auth.current_user: PERSON,
    auth.fresh_person: FRESH_PERSON,
    auth.current_admin: ADMIN,
    auth.fresh_admin: FRESH_ADMIN,
}
_PROBLEM: Final = f"#/components/schemas/{ProblemDocument.__name__}"
_ALWAYS: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR)


def document(routes: Sequence[BaseRoute]) -> Document:
    """Return the OpenAPI 3.1 document of those of *routes* that are in the schema."""
    made = get_openapi(
        title="Garmin Sync",
        version=__version__,
        description=_DESCRIPTION,
        routes=routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for theirs in ("HTTPValidationError", "ValidationError"):
        schemas.pop(theirs, None)
    schemas[ProblemDocument.__name__] = ProblemDocument.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    schemas.update(schemas[ProblemDocument.__name__].pop("$defs", {}))
    made["components"]["securitySchemes"] = _SCHEMES
    for context in iter_route_contexts(routes):
        operations = made["paths"].get(context.path_format, {})
        for method in operations.keys() & {verb.lower() for verb in context.methods or ()}:
            _complete(operations[method], access_of(context.dependant))
    return made


def access_of(dependant: Dependant) -> auth.Needs | str:
    """Return who may ask a route: what `Needs` says, or one of the words above."""
    found: list[auth.Needs | str] = []
    for call in _calls(dependant):
        if isinstance(call, auth.Needs):
            found.append(call)
        elif call in _OF_PERSONS:
            found.append(_OF_PERSONS[call])
    return max(found, key=_strictness, default=PUBLIC)


def _strictness(access: auth.Needs | str) -> int:
    order = (PUBLIC, PERSON, FRESH_PERSON, ADMIN, FRESH_ADMIN)
    return order.index(access) if isinstance(access, str) else 1 + int(access.fresh)


def _calls(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)


def _complete(operation: Document, access: auth.Needs | str) -> None:
    """Say of *operation* who may ask, and that its errors are problems."""
    by_key: list[Document] = [{KEY: []}, {KEY_IN_BASIC: []}]
    refused: list[HTTPStatus] = [*_ALWAYS]
    if access == PUBLIC:
        operation["security"] = []
    else:
        can_be_program = isinstance(access, auth.Needs) or access == ADMIN
        operation["security"] = [{SESSION: []}, *(by_key if can_be_program else [])]
        refused += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN]
    operation[ACCESS] = str(access.scope) if isinstance(access, auth.Needs) else access
    responses = operation["responses"]
    if responses.pop("422", None) or "parameters" in operation:
        refused += [HTTPStatus.UNPROCESSABLE_CONTENT]
    if "requestBody" in operation:
        refused += [
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.CONTENT_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ]
    if any(each["in"] == "path" for each in operation.get("parameters", ())):
        refused += [HTTPStatus.NOT_FOUND]
    _add_problems(responses, refused)
    # What else a route refuses is a problem, too.
    responses["default"] = _problem_response("Any other error")


def _add_problems(responses: Document, refused: Iterable[HTTPStatus]) -> None:
    for status in sorted(refused):
        responses.setdefault(str(int(status)), _problem_response(status.phrase))


def _problem_response(told: str) -> Document:
    return {
        "description": told,
        "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM}}},
    }
