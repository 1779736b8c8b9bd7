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


def login_possible_at(
    account: str, logins: Iterable[Login], *, now: datetime, server: str = ""
) -> datetime | None:
    """Return when a password login to *account* may go out from *server*, or None for now.

    *logins* are those within `MEMORY`, of all accounts and servers, in any order.
    """
    ordered = sorted(logins, key=lambda login: login.at)
    own = [login for login in ordered if login.account == account]
    waits = [
        _after_blocks(own),
        _after_wrong_passwords(own, now=now),
        _after_blocks_of_the_server([login for login in ordered if login.server == server]),
    ]
    until = max((wait for wait in waits if wait is not None), default=None)
    return until if until is not None and until > now else None


def _after_blocks(own: Sequence[Login]) -> datetime | None:
    """Climb the ladder with each block in a row; a login that entered begins at its foot."""
    step = 0
    until = None
    for login in own:
        if login.end in {LoginEnd.ENTERED, LoginEnd.ASKED_FOR_CODE}:
            step, until = 0, None
        elif login.end is LoginEnd.BLOCKED:
            until = login.at + LADDER[min(step, len(LADDER) - 1)]
            step += 1
    return until


def _after_wrong_passwords(own: Sequence[Login], *, now: datetime) -> datetime | None:
    rejected = [login.at for login in own if login.end is LoginEnd.REJECTED]
    waits = []
    for most, span in WRONG_PASSWORDS:
        recent = [at for at in rejected if at > now - span]
        if len(recent) >= most:
            waits.append(recent[-most] + span)
    return max(waits, default=None)


def _after_blocks_of_the_server(logins: Sequence[Login]) -> datetime | None:
    """Pause all logins when several accounts were blocked close together; the ladder again."""
    step = 0
    until: datetime | None = None
    blocks: list[Login] = []
    for login in logins:
        if login.end is LoginEnd.ENTERED:
            step, until, blocks = 0, None, []
        elif login.end is LoginEnd.BLOCKED:
            blocks = [b for b in blocks if login.at - b.at <= SERVER_WINDOW] + [login]
            if len({b.account for b in blocks}) >= SERVER_ACCOUNTS:
                until = login.at + LADDER[min(step, len(LADDER) - 1)]
                step += 1
    return until
