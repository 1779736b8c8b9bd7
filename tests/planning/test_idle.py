"""When one question is enough, and what refusals teach about a route's length."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from training_analyzer.errors import BadRequest
from training_analyzer.model import Api, DayState, GarminSyncConfig
from training_analyzer.planning import Agenda, Coverage, LedgerDay, plan
from training_analyzer.planning.idle import LastPass, is_complete, may_be_idle
from training_analyzer.streams import Window, stream

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
UTC_ZONE = ZoneInfo("UTC")
CONFIG = GarminSyncConfig(user_id="ada", initial_sync_days=20)
HRV = stream("hrv")


def lines(**changed: LedgerDay | None) -> Coverage:
    """Return 20 known days up to yesterday, as a pass this morning left them, with changes."""
    known = {}
    for age in range(1, 20):
        day = TODAY - timedelta(days=age)
        known[day] = LedgerDay(day, DayState.DATA, NOW, settled=age > 7)
    for name, line in changed.items():
        day = TODAY - timedelta(days=int(name.removeprefix("ago")))
        if line is None:
            del known[day]
        else:
            known[day] = line
    return Coverage({"hrv": known})


def complete(coverage: Coverage, now: datetime = NOW) -> bool:
    """Ask for one stream on the account API."""
    return is_complete(CONFIG, coverage, [HRV], [Api.ACCOUNT], now=now, zone=UTC_ZONE)


def test_known_days_are_complete() -> None:
    """Settled days and a look-back that was asked for leave nothing to do."""
    assert complete(lines())


@pytest.mark.parametrize("age", [1, 5, 12, 19])
def test_missing_or_failed_day_is_not_complete(age: int) -> None:
    """A day that was never asked for, or failed, is asked for whatever was uploaded."""
    day = TODAY - timedelta(days=age)

    assert not complete(lines(**{f"ago{age}": None}))
    assert not complete(lines(**{f"ago{age}": LedgerDay(day, DayState.FAILED, NOW)}))


def test_day_that_would_settle_now_is_not_complete() -> None:
    """A week after its end a day is asked for once more, uploads or not."""
    day = TODAY - timedelta(days=9)

    assert not complete(lines(ago9=LedgerDay(day, DayState.DATA, NOW - timedelta(days=2))))


def test_stamp_counts_for_a_day() -> None:
    """A stamp says that nothing is new only within 24 hours of a whole pass."""
    last = LastPass("stamp", NOW)

    assert may_be_idle(last, now=NOW + timedelta(hours=23))
    assert not may_be_idle(last, now=NOW + timedelta(hours=24))
    assert not may_be_idle(LastPass(None, NOW), now=NOW)
    assert not may_be_idle(LastPass(), now=NOW)


def test_answered_length_below_a_refused_one_is_learned() -> None:
    """A route that refuses 28 days and answers 14 is known to give 14."""
    agenda = Agenda([Window(stream("sleep"), TODAY - timedelta(days=27), TODAY)])

    while window := agenda.take():
        if len(window.days) > 14:
            agenda.met(window, BadRequest())
        else:
            agenda.answered()

    assert agenda.learned_caps == {"sleep": 14}


def test_stream_refused_at_any_length_teaches_nothing() -> None:
    """What is refused down to a single day is no matter of length."""
    agenda = Agenda([Window(stream("sleep"), TODAY - timedelta(days=27), TODAY)])

    while window := agenda.take():
        agenda.met(window, BadRequest())

    assert agenda.learned_caps == {}


def test_learned_cap_shortens_the_windows() -> None:
    """The plan asks for no more days than a route was seen to give."""
    planned = plan(
        CONFIG,
        Coverage({}),
        [HRV],
        [Api.ACCOUNT],
        now=NOW,
        zone=UTC_ZONE,
        caps={(Api.ACCOUNT, "hrv"): 7},
    )

    assert [len(window.days) for window in planned.windows] == [7, 7, 6]
