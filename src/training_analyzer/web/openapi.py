"""The OpenAPI document: what the framework makes of the routes, and what it cannot know.

That is who may ask (read off each route's dependencies), how a caller proves who they are,
what an operation refuses (`promises`), and an example of each body (`examples.json`).
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from training_analyzer import __version__
from training_analyzer.web import auth, promises, refusals
from training_analyzer.web.problem_document import ProblemDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
# A summary is the first clause of a description.
_CLAUSE_ENDS: Final = re.compile(r"[.;:](?:\s|$)")
_FRESH: Final = (FRESH_PERSON, FRESH_ADMIN)
# In the order in which they are shown.
_TOPICS: Final = {
    "Connection": "The caller's link to a Garmin account: make it, look at it, end it.",
    "Configuration": "What is synced, how far back, and when.",
    "Syncs": "Runs: start one, follow it, look at the history, ask again for what failed.",
    "Backfills": "Days of old, asked for beside what every sync asks for.",
    "Data": "What was synced: coverage, days, activities, series and curves.",
    "Exports": "Everything that is the caller's, in one file to download.",
    "Webhooks": "Where the caller's programs are told of what happens.",
    "Sign-in": "Come in, go, and prove who one is; for people, not for keys.",
    "Account": "The caller here: profile, sessions, second factor, audit log.",
    "API keys": "Keys for programs, made by people.",
    "Administration": "People, queue, encryption keys and audit log of the whole server.",
    "Server": "What this server is and can do; needs no sign-in.",
}


def document(routes: Sequence[BaseRoute]) -> Document:
    """Return the OpenAPI 3.1 document of those of *routes* that are in the schema."""
    made = get_openapi(
        title="Garmin Sync",
        version=__version__,
        description=_DESCRIPTION,
        routes=routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "This server."}],
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for theirs in ("HTTPValidationError", "ValidationError"):
        schemas.pop(theirs, None)
    schemas[ProblemDocument.__name__] = ProblemDocument.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    schemas.update(schemas[ProblemDocument.__name__].pop("$defs", {}))
    for name, example in _examples().items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    for schema in schemas.values():
        # The days of services are the texts that the database keeps.
        if "date" in schema.get("properties", {}):
            schema["properties"]["date"].setdefault("format", "date")
    made["components"]["securitySchemes"] = _SCHEMES
    for context in iter_route_contexts(routes):
        operations = made["paths"].get(context.path_format, {})
        for method in operations.keys() & {verb.lower() for verb in context.methods or ()}:
            _complete(operations[method], method, access_of(context.dependant))
    used = {
        tag for path in made["paths"].values() for each in path.values() for tag in each["tags"]
    }
    made["tags"] = [
        {"name": name, "description": told} for name, told in _TOPICS.items() if name in used
    ]
    return made


def _examples() -> dict[str, Any]:
    """Return an example of each body, by the name of its schema."""
    text = files("training_analyzer.web").joinpath("examples.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


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


def _complete(operation: Document, method: str, access: auth.Needs | str) -> None:
    """Say of *operation* what it is, who may ask, and what it refuses."""
    operation["summary"] = _CLAUSE_ENDS.split(operation["description"])[0]
    operation[ACCESS] = str(access.scope) if isinstance(access, auth.Needs) else access
    refused: list[promises.Refused] = []
    if access == PUBLIC:
        operation["security"] = []
    else:
        refused.append(refusals.Unauthenticated)
        can_be_program = isinstance(access, auth.Needs) or access == ADMIN
        by_key: list[Document] = [{KEY: []}, {KEY_IN_BASIC: []}] if can_be_program else []
        operation["security"] = [{SESSION: []}, *by_key]
        if can_be_program or access == FRESH_ADMIN:
            refused.append(refusals.InsufficientScope)
        is_fresh = access.fresh if isinstance(access, auth.Needs) else access in _FRESH
        if is_fresh:
            refused.append(refusals.StepUpRequired)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    alternatives = body.get("schema", {}).get("anyOf")
    if alternatives and {"type": "null"} in alternatives:
        # May be left out, which is said already; generated clients stumble over the null.
        body["schema"] = alternatives[0]
    promises.add(operation, method, refused)
