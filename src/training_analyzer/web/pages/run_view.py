"""What the pages show of runs: the one that is going on, and the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.model import RunStatus, SyncType
from training_analyzer.web.charts.strips import runs_strip
from training_analyzer.web.history import details_of, windows_total
from training_analyzer.web.pages import phrases

if TYPE_CHECKING:
    from datetime import datetime

    from markupsafe import Markup

    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.services.run import Progress

_WORDS: Final = {
    RunStatus.RUNNING: ("Running", "info", "clock"),
    RunStatus.COMPLETED: ("Completed", "ok", "ok"),
    RunStatus.PARTIAL: ("Partial", "warn", "warn"),
    RunStatus.FAILED: ("Failed", "bad", "cross"),
}
_CAUSES: Final = {
    "garmin_unavailable": "Garmin did not answer",
    "rate_limited": "Garmin asked to wait",
    "blocked": "Garmin refused this server for now",
    "forbidden_dataset": "Garmin does not give this",
    "bad_request": "Garmin refused the request",
    "poison_item": "failed three times",
    "schema_drift": "the answer could not be read",
}
_ENOUGH_TO_GUESS: Final = 3
_STRIP_RUNS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A run that is going on."""

    title: str
    percent: int | None
    done: int
    total: int | None
    step: str
    left: str
    requests: int
    rows_changed: int
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the history."""

    number: int
    word: str
    tone: str
    icon: str
    when: str
    instant: str
    by: str
    took: str
    counts: list[str]
    requests: str
    message: str
    missing: list[str]
    code: str


def going_of(run: GarminSyncHistory, progress: Progress | None, now: datetime) -> Going:
    """Return how far *run* is, with the step that only this process knows."""
    total, done = windows_total(run), run.windows_done
    percent = min(99, 100 * done // total) if total else None
    elapsed = (now - run.started_at).total_seconds()
    left = ""
    if total and done >= _ENOUGH_TO_GUESS:
        left = phrases.about(elapsed / done * (total - done))
    is_first = run.sync_type == SyncType.INITIAL
    return Going(
        title="First sync" if is_first else "Sync",
        percent=percent,
        done=done,
        total=total,
        step=_step(progress, total),
        left=left,
        requests=run.requests,
        rows_changed=run.rows_changed,
        since=f"{run.started_at:%H:%M:%S}",
    )


def line_of(run: GarminSyncHistory, now: datetime, *, is_lost: bool = False) -> Line:
    """Return *run* as a line; *is_lost* says that the process that ran it is gone."""
    word, tone, icon = _WORDS[RunStatus(run.status)]
    message = run.error_message or ""
    if is_lost:
        word, tone, icon = "Interrupted", "warn", "warn"
        message = "Its process ended. The next sync goes on where it stopped."
    details = details_of(run)
    return Line(
        number=run.id,
        word=word,
        tone=tone,
        icon=icon,
        when=phrases.upper_first(phrases.clock(run.started_at, now)),
        instant=run.started_at.isoformat(timespec="seconds"),
        by=phrases.STARTED_BY[SyncType(run.sync_type)],
        took="" if run.duration_seconds is None else phrases.duration(run.duration_seconds),
        counts=_counts(run),
        requests=phrases.plural(run.requests, "request"),
        message=message,
        missing=[
            f"{phrases.stream_name(failed.stream)}, {phrases.span(failed.first, failed.last)}: "
            f"{_CAUSES.get(failed.code, failed.code)}, "
            f"asked {phrases.plural(failed.attempts, 'time')}"
            for failed in details.failures
        ],
        code=details.code or "",
    )


def strip_of(finished: list[GarminSyncHistory]) -> tuple[Markup, str, str]:
    """Return the newest thirty of *finished* as bars, and both ends of their caption."""
    finished = finished[:_STRIP_RUNS]
    good = sum(run.status == RunStatus.COMPLETED for run in finished)
    total, completed = phrases.plural(len(finished), "run"), f"{good} completed"
    label = f"The last {total}: {completed}"
    statuses = [run.status for run in reversed(finished)]
    return runs_strip(statuses, label=label), total, completed


def _counts(run: GarminSyncHistory) -> list[str]:
    counted = [
        (run.activities_synced, "activity", "activities"),
        (run.wellness_days_synced, "wellness day", "wellness days"),
        (run.fitness_days_synced, "fitness day", "fitness days"),
    ]
    return [phrases.plural(number, one, many) for number, one, many in counted]


def _step(progress: Progress | None, total: int | None) -> str:
    if progress is not None:
        name = phrases.stream_name(progress.stream)
        return f"{name}, {phrases.span(progress.first, progress.last)}"
    return "" if total else "Signing in and looking at what is there"
