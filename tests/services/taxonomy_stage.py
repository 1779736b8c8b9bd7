"""What the tests of the error taxonomy share: a person, a fault, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from services_stage import account, connect

from training_analyzer.simulator.oauth import DI_PATH, KEY_PATH

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import Account, SimulatorServer
    from training_analyzer.simulator.log import Asked

type Tell = Callable[[SimulatorServer, Account], object]

# Every way by which a password travels.
LOGINS = ("/mobile/api/login", "/portal/api/login", "/sso/signin")
SIGN_IN = ("/mobile", "/portal", "/sso")
CODES = ("/mobile/api/mfa", "/portal/api/mfa")


def verb(name: str, *arguments: Any, **choices: Any) -> Tell:
    """Return the telling of a fault that concerns everybody."""
    return lambda garmin, _: getattr(garmin.faults, name)(*arguments, **choices)


def on(paths: tuple[str, ...], name: str, **choices: Any) -> Tell:
    """Return the telling of one fault on several paths."""
    return lambda garmin, _: [getattr(garmin.faults, name)(path, **choices) for path in paths]


def of_account(name: str) -> Tell:
    """Return the telling of a fault that concerns the person's account."""
    return lambda garmin, who: getattr(garmin.faults, name)(who.email)


def changed(**fields: Any) -> Tell:
    """Return the telling of a change of the person's account at Garmin."""
    return lambda garmin, who: garmin.world.put(replace(who, **fields))


def dead_session(garmin: SimulatorServer, who: Account) -> None:
    """Revoke both tokens of the person's session."""
    garmin.faults.revoke_tokens(who.email)


def together(*tellings: Tell) -> Tell:
    """Return several tellings as one."""
    return lambda garmin, who: [tell(garmin, who) for tell in tellings]


def settled(runtime: Runtime, garmin: SimulatorServer, name: str, *, keep_password: bool) -> str:
    """Connect somebody who wants three days of history; `kay` by key, `tom` with a code."""
    who = account(garmin, name)
    if name == "kay":
        user_id = runtime.people.add(name).user_id
        runtime.connections.connect_personal_key(user_id, str(who.personal_key))
    elif name == "tom":
        user_id = runtime.people.add(name).user_id
        runtime.connections.connect_password(user_id, who.email, who.password)
        runtime.connections.finish_mfa(user_id, str(who.mfa_code))
    elif keep_password:
        user_id = connect(runtime, garmin, name)
    else:
        user_id = runtime.people.add(name).user_id
        runtime.connections.connect_password(user_id, who.email, who.password, keep_password=False)
    runtime.credentials.update_sync_config(user_id, initial_sync_days=3, incremental_sync_days=3)
    return user_id


@dataclass(frozen=True)
class Cost:
    """What was sent so far: passwords, requests to the token host, exchanges of a key."""

    posts: int
    di: int
    keys: int

    def since(self, before: Cost) -> Cost:
        """Return what was sent after *before*."""
        return Cost(self.posts - before.posts, self.di - before.di, self.keys - before.keys)


def cost(garmin: SimulatorServer) -> Cost:
    """Count what was sent so far."""
    return Cost(len(passwords(garmin)), garmin.count(DI_PATH), garmin.count(KEY_PATH))


def passwords(garmin: SimulatorServer) -> list[Asked]:
    """Return the requests that carried a password."""
    return [asked for asked in garmin.log if asked.method == "POST" and asked.path in LOGINS]


def next_run(runtime: Runtime, user_id: str) -> tuple[datetime | None, datetime | None]:
    """Return when the user is due, and before when nobody may sync them."""
    entry = runtime.schedule.entry(user_id)
    assert entry is not None
    return entry.due_at, entry.not_before
