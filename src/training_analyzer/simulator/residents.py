"""Accounts for invented athletes, with secrets that follow from the athlete's seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from training_analyzer.simulator.account import Account
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.oauth import KEY_PREFIX
from training_analyzer.simulator.payloads import answer
from training_analyzer.simulator.recordings import answer_from_recordings
from training_analyzer.simulator.world import World, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from training_analyzer.simulator.athletes import Athlete


class WayIn(TypedDict):
    """How one person signs in; what somebody does not have is None."""

    email: str
    password: str
    mfa_code: str | None
    personal_key: str | None
    token: dict[str, str]


def resident(athlete: Athlete) -> Account:
    """Return the account of *athlete*: the same secrets for the same seed, in any process."""
    dice = athlete.dice(athlete.since, "secrets")
    password = f"{athlete.name.split()[0].lower()}-{dice.getrandbits(40):010x}"
    mfa_code = f"{dice.randrange(1_000_000):06d}"
    key = f"{KEY_PREFIX}{dice.getrandbits(128):032x}"
    return Account(
        email=athlete.email,
        profile_id=athlete.profile_id,
        display_name=athlete.display_name,
        full_name=athlete.name,
        guid=athlete.guid,
        password=password,
        mfa_code=mfa_code if athlete.has_mfa else None,
        personal_key=key if athlete.has_personal_key else None,
        athlete=athlete,
    )


def inhabited(athletes: Iterable[Athlete], *, clock: Callable[[], datetime] = utc_now) -> World:
    """Return a world in which *athletes* have accounts and live their lives by *clock*."""
    return World([resident(athlete) for athlete in athletes], answer=answer, clock=clock)


def demo_world(seed: int = 0, *, clock: Callable[[], datetime] = utc_now) -> World:
    """Return a world of the five ready-made athletes."""
    return inhabited(demo_athletes(seed, clock().date()), clock=clock)


def recorded_world(
    directory: Path, seed: int = 0, *, clock: Callable[[], datetime] = utc_now
) -> World:
    """Return a world of one person whose data are the recorded answers in *directory*.

    Raises `OSError`, or another error of reading, when that is no folder of recordings.
    """
    person = resident(demo_athletes(seed, clock().date())[0])
    return World([person], answer=answer_from_recordings(directory), clock=clock)


def ways_in(world: World) -> list[WayIn]:
    """Return how each person signs in: password and code, key, and a fresh token bundle."""
    return [
        {
            "email": account.email,
            "password": account.password,
            "mfa_code": account.mfa_code,
            "personal_key": account.personal_key,
            "token": world.sign_in(account.email),
        }
        for account in world.accounts
    ]
