"""Which part of the pretend Garmin answers a request; all its hosts are one here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.simulator import oauth, sso, web, widget
from training_analyzer.simulator.admin import PREFIX, administer
from training_analyzer.simulator.caller import who_calls
from training_analyzer.simulator.data import answer_data
from training_analyzer.simulator.log import Asked
from training_analyzer.simulator.request import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.simulator.answer import Answer
    from training_analyzer.simulator.caller import Caller
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.world import World

_ROUTES: Final[dict[tuple[str, str], Callable[[World, Request], Answer]]] = {
    **{("GET", path): sso.sign_in_page for path in sso.PAGE_PATHS},
    **{("POST", path): sso.log_in for path in sso.LOGIN_PATHS},
    **{("POST", path): sso.verify_code for path in sso.CODE_PATHS},
    ("GET", widget.EMBED_PATH): widget.embed,
    ("GET", widget.SIGN_IN_PATH): widget.show_form,
    ("POST", widget.SIGN_IN_PATH): widget.post_form,
    ("POST", widget.SEND_CODE_PATH): widget.send_code,
    ("POST", widget.ENTER_CODE_PATH): widget.enter_code,
    **{("GET", path): web.take_ticket for path in web.SERVICE_PATHS},
    ("POST", web.REFRESH_PATH): web.refresh,
    ("POST", oauth.DI_PATH): oauth.exchange,
    ("POST", oauth.KEY_PATH): oauth.exchange_key,
}


def respond(world: World, request: Request) -> Answer:
    """Answer *request*, through the faults in force, and note it in the log.

    Raises `ConnectionCut` when a fault ends the connection. The simulator's own
    address neither meets faults nor stands in the log.
    """
    if request.path.startswith(PREFIX):
        return administer(world, request)
    # Before anything is done: a ticket or a refresh token is gone afterwards.
    caller = who_calls(world, request)
    status = 0
    try:
        answer = world.faults.apply(request, caller, lambda: _garmin(world, request, caller))
        status = answer.status
    finally:
        _note(world, request, caller, status)
    return answer


def _garmin(world: World, request: Request, caller: Caller) -> Answer:
    route = _ROUTES.get((request.method, request.path))
    if route is not None:
        return route(world, request)
    if request.path == "/":
        return page("Simulated Garmin Connect", "This is not Garmin. Everybody here is made up.")
    return answer_data(world, request, caller)


def _note(world: World, request: Request, caller: Caller, status: int) -> None:
    world.log.note(
        Asked(
            at=world.now(),
            method=request.method,
            path=request.path,
            query=request.query,
            status=status,
            user=caller.email,
            token=caller.token,
        )
    )
