"""Data requests of the pretend Garmin: who may ask, and for whom; others make the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.model import Api
from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.personal_paths import is_personal, named_person
from training_analyzer.simulator.tokens import TokenKind

if TYPE_CHECKING:
    from training_analyzer.simulator.caller import Caller
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.world import World

_SUMMARY: Final = "/usersummary-service/usersummary/daily/"
_NOT_ACTIVE: Final = Answer(401, {"message": "Token is not active"})


def answer_data(world: World, request: Request, caller: Caller) -> Answer:
    """Answer a data request of *caller*, or refuse it as Garmin would.

    401 without a living token, 403 for what a Personal API key does not open or what
    belongs to somebody else; the daily summary of somebody else is "privacyProtected".
    """
    access = caller.access
    account = world.account(caller.email or "")
    if access is None or account is None or not world.tokens.is_active(access):
        return Answer(401, {}) if caller.token is TokenKind.PERSONAL else _NOT_ACTIVE
    if request.method != "GET":
        return Answer(405, {"message": "HTTP 405 Method Not Allowed"})
    if access.kind is TokenKind.PERSONAL and not is_personal(request.path):
        # Assumed: nobody has written down what the live service says here.
        return Answer(403, {})
    name = named_person(request.path)
    if name is not None and name != account.display_name:
        return _somebody_else(request)
    api = Api.PERSONAL if access.kind is TokenKind.PERSONAL else Api.ACCOUNT
    return world.answer(account.owner, api, request.path, request.query, world.now())


def _somebody_else(request: Request) -> Answer:
    if request.path.startswith(_SUMMARY):
        day = request.query.get("calendarDate", "")
        return Answer(body={"calendarDate": day, "privacyProtected": True})
    return Answer(403, {"message": "Forbidden"})
