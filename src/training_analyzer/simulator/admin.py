"""The pretend Garmin's own address for other processes: faults, clock, log, accounts.

Everything stands below `/__sim__/`, speaks JSON, and is open to this machine only.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from training_analyzer.simulator.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.simulator.fault import Fault
    from training_analyzer.simulator.request import Request
    from training_analyzer.simulator.world import World
    from training_analyzer.streams import Json

PREFIX: Final = "/__sim__/"
VERBS: Final = frozenset(
    {
        "answer", "rate_limit", "challenge", "captive_portal", "nothing", "truncate", "edit",
        "drop_cookies", "delay", "reset", "lose_reply", "cut_body", "captcha", "lock", "restrict",
        "soft_block", "throttle_logins", "lose_sessions", "refuse_apps", "crowd_limit",
        "revoke_tokens",
    }
)  # fmt: skip


def administer(world: World, request: Request) -> Answer:
    """Answer a request below `/__sim__/`; 403 to anyone but this machine."""
    if not _is_local(request):
        return Answer(403, {"error": "the simulator is administered from its own machine only"})
    what = request.path.removeprefix(PREFIX)
    answer = _ROUTES.get((request.method, what))
    if answer is None:
        return Answer(404, {"error": "unknown", "known": [f"{m} {PREFIX}{p}" for m, p in _ROUTES]})
    try:
        return Answer(body=answer(world, request))
    except (KeyError, LookupError, TypeError, ValueError) as problem:
        return Answer(400, {"error": f"{type(problem).__name__}: {problem}"})


def _is_local(request: Request) -> bool:
    # The Host header as well: a page in a browser may have bound its own name to 127.0.0.1.
    host = urlsplit(request.origin).hostname or ""
    return _is_loopback(request.client) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _add_fault(world: World, request: Request) -> Json:
    told: dict[str, Any] = dict(request.document())
    verb = told.pop("verb", None)
    if verb not in VERBS:
        message = f"no verb {verb!r}; known are {', '.join(sorted(VERBS))}"
        raise ValueError(message)
    for bound in {"since", "until"} & told.keys():
        told[bound] = datetime.fromisoformat(told[bound])
    if "span_s" in told:
        told["span"] = timedelta(seconds=told.pop("span_s"))
    if "text" in told:
        told["body"] = str(told.pop("text")).encode()
    apps = told.pop("client_ids", [])
    fault: Fault | None = getattr(world.faults, verb)(*apps, **told)
    return {"told": verb, "in_force": _faults(world, request) if fault else []}


def _faults(world: World, _request: Request) -> Json:
    return [
        {"verb": fault.name, "path": fault.selector.path, "hits": fault.hits}
        for fault in world.faults.in_force()
    ]


def _clear_faults(world: World, _request: Request) -> Json:
    world.faults.clear()
    return []


def _clock(world: World, _request: Request) -> Json:
    return {"now": world.now().isoformat()}


def _advance(world: World, request: Request) -> Json:
    seconds = request.document()["advance_s"]
    if not isinstance(seconds, int | float):
        message = "advance_s is a number of seconds"
        raise TypeError(message)
    world.advance(timedelta(seconds=seconds))
    return _clock(world, request)


def _log(world: World, _request: Request) -> Json:
    return [
        {
            "at": asked.at.isoformat(),
            "method": asked.method,
            "path": asked.path,
            "query": dict(asked.query),
            "status": asked.status,
            "user": asked.user,
            "token": asked.token,
        }
        for asked in world.log
    ]


def _clear_log(world: World, _request: Request) -> Json:
    world.log.clear()
    return []


def _counters(world: World, _request: Request) -> Json:
    """Count by method and service, which is the first part of a path."""
    counted = Counter(f"{asked.method} /{asked.path.split('/')[1]}" for asked in world.log)
    return dict(sorted(counted.items()))


def _accounts(world: World, _request: Request) -> Json:
    return [
        {
            "email": account.email,
            "password": account.password,
            "mfa_code": account.mfa_code,
            "personal_key": account.personal_key,
            "display_name": account.display_name,
            "profile_id": account.profile_id,
        }
        for account in world.accounts
    ]


def _sign_in(world: World, request: Request) -> Json:
    return dict(world.sign_in(str(request.document()["email"])))


def _ticket(world: World, request: Request) -> Json:
    account = world.account(str(request.document()["email"]))
    if account is None:
        message = "no such account"
        raise LookupError(message)
    return {"ticket": world.tokens.issue_ticket(account.email, f"{request.origin}/gcm/android")}


_ROUTES: Final[dict[tuple[str, str], Callable[[World, Request], Json]]] = {
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _advance,
    ("GET", "log"): _log,
    ("DELETE", "log"): _clear_log,
    ("GET", "counters"): _counters,
    ("GET", "accounts"): _accounts,
    ("POST", "tokens"): _sign_in,
    ("POST", "tickets"): _ticket,
}
