"""Where an address lies: below the place at which an application may have mounted us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fastapi.routing import iter_route_contexts
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

if TYPE_CHECKING:
    from starlette.types import Scope

_FOR_MONITORS: Final = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(frozen=True, slots=True)
class Addresses:
    """Tells a client where something of ours is; *root* is empty unless we are mounted."""

    root: str

    def __call__(self, path: str) -> str:
        """Return the address of our own *path*, without a host."""
        return f"{self.root}{path}"


def addresses_of(request: Request) -> Addresses:
    """Return how the client of *request* reaches us."""
    return Addresses(str(request.scope.get("root_path", "")))


def own_path(scope: Scope) -> str:
    """Return the path that is asked for as our routes know it, wherever we are mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root else path


def is_api(scope: Scope) -> bool:
    """Tell whether a program asks: its answers are JSON, its errors problems."""
    return own_path(scope).startswith("/api/")


def is_for_programs(scope: Scope) -> bool:
    """Tell whether errors are problems there: in the API, and where monitors ask."""
    return is_api(scope) or own_path(scope) in _FOR_MONITORS


def operation_at(request: Request) -> str | None:
    """Return the name of the route that is asked for; None where there is none."""
    path = own_path(request.scope)
    for context in iter_route_contexts(request.app.routes):
        takes = request.method in (context.methods or ())
        if takes and context.path_regex.match(path):
            return context.name
    return None


def methods_at(request: Request) -> set[str]:
    """Return the methods of all routes at the address; the framework knows the first one's."""
    path = own_path(request.scope)
    found: set[str] = set()
    for context in iter_route_contexts(request.app.routes):
        if context.methods and context.path_regex.match(path):
            found |= context.methods
    return found
