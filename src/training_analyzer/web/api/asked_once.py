"""Addresses that mean one thing: a parameter stands in a query once."""

from __future__ import annotations

from collections import Counter

from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.requests import Request  # noqa: TC002 - FastAPI resolves the annotations

from training_analyzer.web.refusals import AskedTwice


async def asked_once(request: Request) -> None:
    """Raise `AskedTwice` for a parameter with two values.

    What checked the first one, such as a proxy, would let the last one in. No parameter of ours
    is a list; names that nobody reads may stand there as often as they like.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or counts.total() == len(counts):
        return
    read = {parameter.alias for parameter in get_flat_params(route.dependant)}
    if any(count > 1 and name in read for name, count in counts.items()):
        raise AskedTwice
