"""The list of runs: one line each, the strip of the last thirty, the filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from markupsafe import Markup

from training_analyzer.model import RunStatus, SyncType
from training_analyzer.services.runs import WantedRuns
from training_analyzer.web.charts.strips import runs_strip
from training_analyzer.web.history import details_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.web.tongue import Tongue

INTERRUPTED: Final = "interrupted"
CANCELLED: Final = "cancelled"
_STATUSES: Final = ("completed", "partial", "failed", "running")
_ENOUGH_FOR_A_STRIP: Final = 3
_TYPES: Final = ("scheduled", "manual", "initial")


@dataclass(frozen=True, slots=True)
class Word:
    """A state: a word with its tone and icon."""

    text: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run in the list."""

    number: int
    when: str
    iso: str
    exact: str
    word: Word
    by: str
    took: str
    activities: int
    wellness: int
    fitness: int
    requests: str
    # What a phone shows below the beginning.
    meta: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What the person wants to see, as they sent it; what we do not know is left out."""

    status: str = ""
    sync_type: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, status: str, sync_type: str, first: str, last: str) -> Filters:
        """Return the filters of a form, whose fields may be empty or say anything."""
        return cls(
            status if status in _STATUSES else "",
            sync_type if sync_type in _TYPES else "",
            _day(first),
            _day(last),
        )

    @property
    def is_any(self) -> bool:
        """Whether something is left out."""
        return self != Filters()

    def wanted(self, tongue: Tongue) -> WantedRuns:
        """Return what the history is asked for; days are the person's."""
        before = None
        if self.last is not None and self.last < date.max:
            before = _midnight(self.last + timedelta(days=1), tongue)
        return WantedRuns(
            status=self.status or None,
            sync_type=self.sync_type or None,
            first=None if self.first is None else _midnight(self.first, tongue),
            before=before,
        )

    def query(self, **more: str) -> str:
        """Return the address of the list with these filters."""
        told = {
            "status": self.status,
            "type": self.sync_type,
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            **more,
        }
        given = {key: value for key, value in told.items() if value}
        return f"/history?{urlencode(given)}" if given else "/history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is one tap away."""

    name: str
    icon: str
    count: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The last runs as bars, and how they went in a sentence."""

    drawing: Markup
    lede: str
    oldest: str


def word_of(run: GarminSyncHistory, tongue: Tongue, *, is_lost: bool = False) -> Word:
    """Return how *run* ended; *is_lost* says that the process that ran it is gone."""
    code = details_of(run).code
    if is_lost or code == INTERRUPTED:
        return Word(tongue.text("Interrupted"), "warn", "pause")
    if code == CANCELLED:
        return Word(tongue.text("Cancelled"), "idle", "pause")
    return {
        RunStatus.RUNNING: Word(tongue.meant("state", "Running"), "info", "clock"),
        RunStatus.COMPLETED: Word(tongue.text("Completed"), "ok", "ok"),
        RunStatus.PARTIAL: Word(tongue.text("Partial"), "warn", "warn"),
        RunStatus.FAILED: Word(tongue.text("Failed"), "bad", "cross"),
    }[RunStatus(run.status)]


def by_of(run: GarminSyncHistory, tongue: Tongue) -> str:
    """Return who or what started *run*."""
    if run.retry_of is not None:
        return tongue.text("Retry")
    return {
        SyncType.INITIAL: tongue.text("First sync"),
        SyncType.MANUAL: tongue.text("By hand"),
        SyncType.SCHEDULED: tongue.text("Scheduled"),
    }[SyncType(run.sync_type)]


def line_of(
    run: GarminSyncHistory, tongue: Tongue, now: datetime, *, is_lost: bool = False
) -> RunLine:
    """Return *run* as a line of the list."""
    by = by_of(run, tongue)
    days = max(run.wellness_days_synced, run.fitness_days_synced)
    came = [
        tongue.plural("%(n)s activity", "%(n)s activities", run.activities_synced)
        if run.activities_synced
        else "",
        tongue.plural("%(n)s day", "%(n)s days", days) if days else "",
    ]
    meta = [by, *(text for text in came if text)]
    if len(meta) == 1:
        meta.append(tongue.text("nothing new"))
    return RunLine(
        number=run.id,
        when=upper_first(tongue.clock(run.started_at, now)),
        iso=run.started_at.isoformat(timespec="seconds"),
        exact=tongue.instant(run.started_at),
        word=word_of(run, tongue, is_lost=is_lost),
        by=by,
        took="" if run.duration_seconds is None else tongue.duration(run.duration_seconds),
        activities=run.activities_synced,
        wellness=run.wellness_days_synced,
        fitness=run.fitness_days_synced,
        requests=tongue.number(run.requests),
        meta=" · ".join(meta),
    )


def strip_of(finished: Sequence[GarminSyncHistory], tongue: Tongue, now: datetime) -> Strip | None:
    """Return the last runs, the newest first in *finished*, as a strip with its finding."""
    if not finished:
        return None
    good = sum(run.status == RunStatus.COMPLETED for run in finished)
    many = len(finished)
    if good == many:
        lede = tongue.plural(
            "The last run completed.", "All of the last %(n)s runs completed.", many
        )
    else:
        lede = tongue.plural(
            "%(good)s of the last run completed.",
            "%(good)s of the last %(n)s runs completed.",
            many,
            good=tongue.number(good),
        )
        if many == 1:
            lede = tongue.text("The only run so far is not complete.")
    newest_first = [run.status for run in finished]
    return Strip(
        runs_strip(newest_first[::-1], label=lede) if many >= _ENOUGH_FOR_A_STRIP else Markup(),
        lede,
        upper_first(tongue.day(tongue.today(finished[-1].started_at), tongue.today(now))),
    )


def chips_of(filters: Filters, counts: Mapping[str, int], tongue: Tongue) -> list[Chip]:
    """Return the filters that people want most, with how many runs each leaves."""
    whole = sum(counts.values())
    wanted = [
        (Filters(), tongue.text("All"), "", whole),
        (Filters(status="partial"), tongue.text("Partial"), "warn", counts.get("partial", 0)),
        (Filters(status="failed"), tongue.text("Failed"), "cross", counts.get("failed", 0)),
        (Filters(sync_type="scheduled"), tongue.text("Scheduled"), "", None),
        (Filters(sync_type="manual"), tongue.text("By hand"), "", None),
    ]
    return [
        Chip(
            name=name,
            icon=icon,
            count="" if count is None else tongue.number(count),
            href=each.query(),
            is_current=each == filters,
        )
        for each, name, icon, count in wanted
    ]


def upper_first(text: str) -> str:
    """Return *text* with a capital at its head and the rest as it is."""
    return text[:1].upper() + text[1:]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _midnight(day: date, tongue: Tongue) -> datetime:
    return datetime.combine(day, time.min, tzinfo=tongue.zone).astimezone(UTC)
