"""When a password login may go to Garmin, from the logins that went there before.

Garmin blocks accounts, and whole servers, that log in too often, and each further try
makes the block longer. So the wait grows 2, 4, 8, 24 hours with every blocked login, is
kept in the database, and is never begun anew by us. Tokens, tickets and keys do not log
in and are not affected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from training_analyzer.errors import BlockCause

LADDER: Final = (
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=24),
)
# Two accounts blocked within an hour: it is this server that Garmin does not like.
SERVER_WINDOW: Final = timedelta(minutes=60)
SERVER_ACCOUNTS: Final = 2
# Wrong passwords that a person may send to one account, and the span they count in.
WRONG_PASSWORDS: Final = ((3, timedelta(hours=1)), (5, timedelta(days=1)))
# Older logins decide nothing any more.
MEMORY: Final = timedelta(days=30)


class LoginEnd(StrEnum):
    """How a password login ended."""

    ENTERED = "entered"
    ASKED_FOR_CODE = "asked_for_code"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Login:
    """One password login that went to Garmin.

    `account` is a fingerprint, not an address; `server` names the machine that it went
    out from, for Garmin also blocks machines.
    """

    account: str
    at: datetime
    end: LoginEnd
    server: str = ""
    cause: BlockCause | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when no password goes to Garmin, and how Garmin refused the last one, if it did."""

    until: datetime
    cause: BlockCause | None = None


def login_wait(
    account: str, logins: Iterable[Login], *, now: datetime, server: str = ""
) -> Wait | None:
    """Return how long no password login to *account* may go out from *server*, None for now.

    *logins* are those within `MEMORY`, of all accounts and servers, in any order.
    """
    ordered = sorted(logins, key=lambda login: login.at)
    own = [login for login in ordered if login.account == account]
    waits = [
        _after_blocks(own),
        _after_wrong_passwords(own, now=now),
        _after_blocks_of_the_server([login for login in ordered if login.server == server]),
    ]
    longest = max(
        (wait for wait in waits if wait is not None), key=lambda wait: wait.until, default=None
    )
    return longest if longest is not None and longest.until > now else None


def _after_blocks(own: Sequence[Login]) -> Wait | None:
    """Climb the ladder with each block in a row; a login that entered begins at its foot."""
    step = 0
    wait = None
    for login in own:
        if login.end in {LoginEnd.ENTERED, LoginEnd.ASKED_FOR_CODE}:
            step, wait = 0, None
        elif login.end is LoginEnd.BLOCKED:
            wait = _rung(step, login)
            step += 1
    return wait


def _after_wrong_passwords(own: Sequence[Login], *, now: datetime) -> Wait | None:
    rejected = [login.at for login in own if login.end is LoginEnd.REJECTED]
    waits = []
    for most, span in WRONG_PASSWORDS:
        recent = [at for at in rejected if at > now - span]
        if len(recent) >= most:
            waits.append(recent[-most] + span)
    return Wait(max(waits)) if waits else None


def _after_blocks_of_the_server(logins: Sequence[Login]) -> Wait | None:
    """Pause all logins when several accounts were blocked close together; the ladder again."""
    step = 0
    wait: Wait | None = None
    blocks: list[Login] = []
    for login in logins:
        if login.end is LoginEnd.ENTERED:
            step, wait, blocks = 0, None, []
        elif login.end is LoginEnd.BLOCKED:
            blocks = [b for b in blocks if login.at - b.at <= SERVER_WINDOW] + [login]
            if len({b.account for b in blocks}) >= SERVER_ACCOUNTS:
                wait = _rung(step, login)
                step += 1
    return wait


def _rung(step: int, login: Login) -> Wait:
    return Wait(login.at + LADDER[min(step, len(LADDER) - 1)], login.cause)
