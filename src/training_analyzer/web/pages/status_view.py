"""The card on top of the start page: the connection, the last and the next sync, the button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.errors import CoolingDown, SyncingPaused, SyncTooSoon
from training_analyzer.model import Frequency, RunStatus
from training_analyzer.web.connection import State
from training_analyzer.web.history import details_of
from training_analyzer.web.pages.causes import NEEDS_CONNECTING, cause_of
from training_analyzer.web.pages.names import several, stream_name
from training_analyzer.web.pages.trouble_view import Action

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.errors import GarminSyncError
    from training_analyzer.model import GarminSyncConfig, GarminSyncHistory
    from training_analyzer.services.standings import Standing
    from training_analyzer.web.tongue import Tongue

_INTERVALS: Final = {
    Frequency.HOURLY: timedelta(hours=1),
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=7),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the card follows from; `finished` are the last runs, the newest first."""

    standing: Standing
    finished: list[GarminSyncHistory]
    last_good: GarminSyncHistory | None
    is_running: bool
    next_at: datetime | None
    refused: GarminSyncError | None
    config: GarminSyncConfig
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time in words, and exactly."""

    words: str
    exact: str
    iso: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The card. `why_not` stands beside a button that is off; `stale` warns of a long silence."""

    tone: str
    icon: str
    word: str
    last: Moment | None
    # The last run of all, where none was complete.
    tried: Moment | None
    next: Moment | None
    is_next_now: bool
    can_sync: bool
    why_not: str
    stale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What the last run could not fetch."""

    title: str
    more: str
    tone: str
    icon: str
    run: int
    retry: str
    actions: tuple[Action, ...]


def status_of(situation: Situation, tongue: Tongue) -> Status:
    """Return the card."""
    now, next_at = situation.now, situation.next_at
    tone, icon, word = _pill(situation, tongue)
    good = situation.last_good.completed_at if situation.last_good else None
    ended = situation.finished[0].completed_at if situation.finished and good is None else None
    return Status(
        tone=tone,
        icon=icon,
        word=word,
        last=None if good is None else _moment(good, tongue.ago(good, now), tongue),
        tried=None if ended is None else _moment(ended, tongue.ago(ended, now), tongue),
        next=None if next_at is None else _moment(next_at, tongue.clock(next_at, now), tongue),
        is_next_now=next_at is not None and next_at <= now,
        can_sync=situation.refused is None and not situation.is_running,
        why_not=_why_not(situation, tongue),
        stale=_stale(situation, tongue),
    )


def missing_of(
    newest: GarminSyncHistory | None, tongue: Tongue, refused: GarminSyncError | None = None
) -> Missing | None:
    """Return what to tell of the last run that ended, or None where all is well.

    What only a new sign-in helps against has a banner of its own. No button asks again
    while that is *refused*, but for the gap that the person set between two runs.
    """
    if newest is None or newest.status not in {RunStatus.PARTIAL, RunStatus.FAILED}:
        return None
    details = details_of(newest)
    codes = [failure.code for failure in details.failures]
    code = details.code or (max(set(codes), key=codes.count) if codes else "")
    if code in NEEDS_CONNECTING:
        return None
    cause = cause_of(tongue, code)
    names = list(dict.fromkeys(stream_name(tongue, each.stream) for each in details.failures))
    many = len(details.failures)
    if not many:
        is_failed = newest.status == RunStatus.FAILED
        title = (
            tongue.text("The last sync failed")
            if is_failed
            else tongue.text("The last sync did not get everything")
        )
    else:
        title = tongue.plural(
            "%(n)s window failed: %(streams)s",
            "%(n)s windows failed: %(streams)s",
            many,
            streams=several(tongue, names),
        )
    more = f"{cause.title}. {cause.more}"
    can_retry = many and (refused is None or refused.code == SyncTooSoon.code)
    return Missing(
        title=title,
        more=more,
        tone="warn",
        icon="warn",
        run=newest.id,
        retry=tongue.plural("Retry %(n)s window", "Retry %(n)s windows", many) if can_retry else "",
        actions=(Action(tongue.text("What happened"), f"/runs/{newest.id}"),),
    )


def _moment(at: datetime, words: str, tongue: Tongue) -> Moment:
    return Moment(words=words, exact=tongue.instant(at), iso=at.isoformat(timespec="seconds"))


def _pill(situation: Situation, tongue: Tongue) -> tuple[str, str, str]:
    text = tongue.text
    if situation.is_running:
        return "info", "clock", tongue.meant("state", "Running")
    return {
        State.CONNECTED: ("ok", "ok", text("Connected")),
        State.COOLING_DOWN: ("info", "clock", text("Waiting")),
        State.PAUSED: ("idle", "pause", text("Paused")),
    }.get(situation.standing.state, ("bad", "cross", text("Action needed")))


def _why_not(situation: Situation, tongue: Tongue) -> str:
    refused, now = situation.refused, situation.now
    if situation.is_running:
        return tongue.text("A sync is running.")
    if refused is None:
        return ""
    if isinstance(refused, CoolingDown):
        return tongue.text("Possible again %(at)s.", at=tongue.clock(refused.retry_at, now))
    if isinstance(refused, SyncTooSoon):
        gap = tongue.duration(situation.config.min_sync_interval_minutes * 60)
        return tongue.text(
            "Possible again %(at)s: you set %(gap)s between two runs.",
            at=tongue.clock(refused.retry_at, now),
            gap=gap,
        )
    if isinstance(refused, SyncingPaused):
        return tongue.text("Syncing is paused on this server.")
    return tongue.text("Not possible while the connection does not work.")


def _stale(situation: Situation, tongue: Tongue) -> str:
    """Return a warning when twice the interval has passed without a good sync; why, if known."""
    config, now, good = situation.config, situation.now, situation.last_good
    works = situation.standing.state is State.CONNECTED and config.auto_sync_enabled
    # Whoever reads that everybody is paused knows why nothing comes.
    if not works or situation.is_running or isinstance(situation.refused, SyncingPaused):
        return ""
    if good is None or good.completed_at is None:
        return _never_good(situation, tongue)
    silence = now - good.completed_at
    if silence <= 2 * _INTERVALS[Frequency(config.sync_frequency)]:
        return ""
    ago = tongue.ago(good.completed_at, now)
    newest = situation.finished[0] if situation.finished else good
    if newest.id != good.id:
        code = details_of(newest).code or next(
            (failure.code for failure in details_of(newest).failures), ""
        )
        return tongue.text(
            "The last complete sync was %(ago)s. Since then: %(cause)s.",
            ago=ago,
            cause=cause_of(tongue, code).title,
        )
    return tongue.text(
        "The last complete sync was %(ago)s, and none was tried since: this server may not have"
        " been running.",
        ago=ago,
    )


def _never_good(situation: Situation, tongue: Tongue) -> str:
    """Return the same warning where no run has been complete yet."""
    newest = situation.finished[0] if situation.finished else None
    if newest is None or newest.completed_at is None:
        return ""
    interval = _INTERVALS[Frequency(situation.config.sync_frequency)]
    if situation.now - newest.completed_at <= 2 * interval:
        return ""
    return tongue.text(
        "No sync was complete yet, and none was tried since the last one %(ago)s: this server may"
        " not have been running.",
        ago=tongue.ago(newest.completed_at, situation.now),
    )
