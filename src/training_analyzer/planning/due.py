"""When a user is next due, as pure functions of configuration, outcome and `now`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import Cancelled, Reaction, Stopping
from training_analyzer.model import Frequency, GarminSyncConfig
from training_analyzer.planning.quiet import is_quiet, out_of_quiet

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory, SyncOutcome

SPREAD_WINDOW = timedelta(minutes=15)
# A slot may come a little early after the run before it, which may itself have begun late
# in the queue: an hourly user with the default interval of 60 minutes must not lose every
# other hour.
SLOT_GRACE = timedelta(minutes=20)
FIRST_BACK_OFF = timedelta(minutes=2)
LONGEST_BACK_OFF = timedelta(hours=1)
DEFAULT_COOL_DOWN = timedelta(minutes=15)
LONGEST_COOL_DOWN = timedelta(hours=24)
# All but a minute of two days, where the clocks leap over that minute.
_LONGEST_QUIET = timedelta(hours=50)


@dataclass(frozen=True, slots=True)
class NextDue:
    """When a user runs next. None stops the clock; `not_before` is Garmin's wish, kept over all."""

    due_at: datetime | None
    not_before: datetime | None = None
    attempt: int = 0


def spread(user_id: str) -> timedelta:
    """Return the user's stable place in the spread window, 0 to 15 minutes in seconds."""
    digest = hashlib.sha256(user_id.encode()).digest()
    seconds = int.from_bytes(digest[:8]) % int(SPREAD_WINDOW.total_seconds())
    return timedelta(seconds=seconds)


def next_slot(
    config: GarminSyncConfig, *, now: datetime, last_started: datetime | None = None
) -> datetime:
    """Return the first regular slot after *now*, spread, in UTC.

    Hourly slots lie on the hour, daily ones at `sync_time` in the configuration's zone,
    weekly ones at that time on `sync_weekday`. A slot within the shortest interval after
    *last_started* is left out; one that lies ahead is of a clock that was set back since.
    Slots in the quiet hours come at their end, spread as well: several of them as one.
    """
    offset = spread(config.user_id)
    earliest = now
    if last_started is not None and last_started <= now:
        earliest = max(earliest, last_started + config.min_interval - SLOT_GRACE)
    if config.quiet_hours is None:
        return _slot_after(config, earliest - offset) + offset
    # The end of quiet hours may be the place of a slot of long before.
    slot = _slot_after(config, earliest - offset - _LONGEST_QUIET)
    while (begins := _begin_of(config, slot, offset)) <= earliest:
        slot = _slot_after(config, slot)
    return begins


def _begin_of(config: GarminSyncConfig, slot: datetime, offset: timedelta) -> datetime:
    """Return when the sync of an unspread *slot* begins."""
    at = slot if is_quiet(config, slot) else slot + offset
    return out_of_quiet(config, at, offset=offset)


def _slot_after(config: GarminSyncConfig, instant: datetime) -> datetime:
    """Return the first unspread slot later than *instant*, in UTC.

    A local time that a day does not have comes that much later, one that it has twice
    comes the first time: each local day has exactly one slot.
    """
    utc = instant.astimezone(UTC)
    if config.sync_frequency == Frequency.HOURLY:
        return utc.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    zone, at = config.zone, config.time_of_day
    day = utc.astimezone(zone).date() - timedelta(days=1)
    while True:
        day += timedelta(days=1)
        if config.sync_frequency == Frequency.WEEKLY and day.weekday() != config.sync_weekday:
            continue
        slot = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if slot > utc:
            return slot


def should_sync(
    config: GarminSyncConfig | None,
    last_sync: GarminSyncHistory | None,
    now: datetime | None = None,
) -> bool:
    """Tell whether a user with *config* is due, given the last successful sync.

    This is what the document's loop calls: True when auto-sync is on and a regular
    slot has passed since *last_sync* started, the shortest interval is over, and no quiet
    hour is.
    Without a configuration the documented defaults count. *now* defaults to the clock.
    """
    at = datetime.now(UTC) if now is None else now
    settings = GarminSyncConfig(user_id="") if config is None else config
    if not settings.auto_sync_enabled or is_quiet(settings, at):
        return False
    if last_sync is None:
        return True
    earliest = last_sync.started_at + settings.min_interval - SLOT_GRACE
    return at >= max(_slot_after(settings, last_sync.started_at), earliest)


def too_soon_until(
    config: GarminSyncConfig, last_success: GarminSyncHistory | None, *, now: datetime
) -> datetime | None:
    """Return when a manual sync is possible again, or None when it is possible now."""
    if last_success is None or last_success.completed_at is None:
        return None
    if last_success.completed_at > now:
        # The clock was set back since: how long ago that was, nobody knows.
        return None
    again = last_success.completed_at + config.min_interval
    return again if again > now else None


def after_run(  # noqa: PLR0913 - what decides, each named
    config: GarminSyncConfig,
    outcome: SyncOutcome,
    *,
    reaction: Reaction | None,
    now: datetime,
    started_at: datetime,
    attempt: int,
    max_retries: int,
    rests_until: datetime | None = None,
) -> NextDue:
    """Return when the user runs next after *outcome*.

    *reaction* is that of the worst error, None when there was none. *attempt* counts
    the runs of this due sync, this one included. *rests_until* is set when Garmin was
    silent and nobody asks it before: that outage is everybody's, so the run is made up for
    as soon as Garmin answers, and does not count. Nothing begins in quiet hours.
    """
    regular = next_slot(config, now=now, last_started=started_at)
    slot = regular if config.auto_sync_enabled else None
    match reaction:
        case Reaction.STOP_THE_CLOCK:
            return NextDue(None)
        case Reaction.COOL_DOWN:
            retry_at = outcome.retry_at or now + DEFAULT_COOL_DOWN
            due_at = None if slot is None else _after_quiet(config, retry_at)
            # Who gets on, however slowly, is not made to wait longer and longer.
            return NextDue(due_at, retry_at, attempt=0 if outcome.rows_changed else attempt)
        case Reaction.END if outcome.error_code == Stopping.code:
            return NextDue(_after_quiet(config, now))
        case Reaction.BACK_OFF if rests_until is not None and slot is not None:
            return NextDue(_after_quiet(config, rests_until), attempt=attempt - 1)
        case Reaction.BACK_OFF | Reaction.END if (
            attempt <= max_retries and slot is not None and outcome.error_code != Cancelled.code
        ):
            retry = _after_quiet(config, now + back_off(config.user_id, attempt))
            return NextDue(retry, attempt=attempt) if retry < slot else NextDue(slot)
        case _:
            return NextDue(slot)


def _after_quiet(config: GarminSyncConfig, at: datetime) -> datetime:
    return out_of_quiet(config, at, offset=spread(config.user_id))


def cool_down_after(tries: int) -> timedelta:
    """Return the shortest cool-down after *tries* runs in a row that came to nothing.

    A first Retry-After is taken at its word, which may be a second. Whoever is refused
    again and again comes less often: after 15, 30, and then always 60 minutes.
    """
    if tries <= 1:
        return timedelta(0)
    doubled: timedelta = DEFAULT_COOL_DOWN * 2 ** min(tries - 2, 5)
    return min(doubled, LONGEST_BACK_OFF)


def back_off(user_id: str, attempt: int) -> timedelta:
    """Return the wait before retry *attempt* (1 is the first): doubling, at most an hour."""
    doubled: timedelta = FIRST_BACK_OFF * 2 ** min(attempt - 1, 5)
    return min(doubled, LONGEST_BACK_OFF) * jitter(user_id, attempt)


def jitter(user_id: str, attempt: int) -> float:
    """Return by what a wait of ours is multiplied: 1, up to a quarter more.

    Stable for a user and attempt, so that this stays a pure function, and users who
    failed together do not come back together.
    """
    digest = hashlib.sha256(f"{attempt}:{user_id}".encode()).digest()
    return 1 + digest[0] / 255 / 4
