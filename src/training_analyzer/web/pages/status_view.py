"""The head of the page: what is the case, what happens by itself, what a person can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.errors import CoolingDown, SyncTooSoon
from training_analyzer.model import RunStatus
from training_analyzer.web.connection import State
from training_analyzer.web.pages import phrases
from training_analyzer.web.pages.trouble_view import Trouble, trouble_of

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.errors import GarminSyncError
    from training_analyzer.model import GarminSyncConfig, GarminSyncHistory
    from training_analyzer.web.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that the head of the page follows from."""

    connection: Connection
    runs: list[GarminSyncHistory]
    is_running: bool
    next_at: datetime | None
    refused: GarminSyncError | None
    config: GarminSyncConfig
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The head: a finding, a sentence, the last and next sync, and whether one can start."""

    headline: str
    lede: str
    last: str
    next: str
    can_sync: bool
    why_not: str
    trouble: Trouble | None


def status_of(situation: Situation) -> Status:
    """Return the head of the page."""
    headline, lede = _headline(situation)
    return Status(
        headline=headline,
        lede=lede,
        last=_last(situation),
        next=_next(situation),
        can_sync=situation.refused is None and not situation.is_running,
        why_not=_why_not(situation),
        trouble=trouble_of(
            situation.connection,
            syncs_by_itself=situation.config.auto_sync_enabled,
            now=situation.now,
        ),
    )


def _headline(situation: Situation) -> tuple[str, str]:
    state = situation.connection.state
    if situation.connection.standing.waits_for_code:
        return (
            "One code, and you are connected",
            "Your password was right. Garmin wants to be sure that it is you.",
        )
    if state is State.NOT_CONNECTED:
        return (
            "Connect your Garmin account",
            "Activities, sleep, HRV and fitness then come by themselves and stay on this server.",
        )
    if state is State.ACTION_NEEDED:
        return (
            "Connect Garmin again",
            "What was fetched so far stays. Afterwards only the gap is fetched.",
        )
    if situation.is_running:
        return (
            "Your data is on its way",
            "Newest days first. You may leave this page; the sync goes on.",
        )
    if state is State.COOLING_DOWN:
        return ("Syncs wait for now", "What was fetched so far stays, and nothing is lost.")
    return _after_the_last_run(situation)


def _after_the_last_run(situation: Situation) -> tuple[str, str]:
    finished = [run for run in situation.runs if run.status != RunStatus.RUNNING]
    if not finished:
        return ("Connected", "The first sync fetches your history, newest days first.")
    newest = finished[0]
    if newest.status == RunStatus.COMPLETED:
        return ("Your data is up to date", "Everything you asked for is here.")
    message = newest.error_message or "The next sync goes on where it stopped."
    if newest.status == RunStatus.PARTIAL:
        return ("Some days are still missing", message)
    return ("The last sync failed", message)


def _last(situation: Situation) -> str:
    good = next((run for run in situation.runs if run.status == RunStatus.COMPLETED), None)
    if good is None or good.completed_at is None:
        return ""
    return phrases.ago(good.completed_at, situation.now)


def _next(situation: Situation) -> str:
    if situation.next_at is None:
        return ""
    if situation.next_at <= situation.now:
        return "now"
    return phrases.clock(situation.next_at, situation.now)


def _why_not(situation: Situation) -> str:
    refused = situation.refused
    if situation.is_running or refused is None:
        return ""
    if isinstance(refused, CoolingDown):
        return f"Possible again {phrases.clock(refused.retry_at, situation.now)} UTC."
    if isinstance(refused, SyncTooSoon):
        at = phrases.clock(refused.retry_at, situation.now)
        gap = phrases.plural(situation.config.min_sync_interval_minutes, "minute")
        return f"Possible again {at} UTC: your shortest gap is {gap}."
    return ""
