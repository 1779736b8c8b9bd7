"""A run that goes on, as a page shows it: from its events alone, so that each adds a little."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.model import DayState, SyncType
from training_analyzer.web.charts.run_strips import MOST_MARKS, run_strip
from training_analyzer.web.pages.causes import cause_of
from training_analyzer.web.pages.names import stream_name

if TYPE_CHECKING:
    from datetime import date, datetime

    from markupsafe import Markup

    from training_analyzer.model import GarminSyncHistory
    from training_analyzer.services.following import Asked, Followed, Tally
    from training_analyzer.web.tongue import Tongue

_STEP_OF: Final = {"sign_in": 0, "look": 1, "fetch": 2, "files": 2, "finish": 3}
_AFTER_THE_DAYS: Final = frozenset({"files", "finish"})
_FILES: Final = "activity_files"
# What the page shows of a year before it has a plan.
_A_WEEK: Final = timedelta(days=6)
_MOST_DAYS: Final = 3 * 366
_TICKS: Final = 4
_HALF_A_YEAR: Final = 183


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps; *state* is `done`, `current` or empty."""

    name: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLine:
    """What came of a stream so far."""

    name: str
    strip: Markup | None
    counts: str
    word: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A window that was asked for."""

    time: str
    instant: str
    text: str
    failed: str


@dataclass(frozen=True, slots=True)
class Ready:
    """What may be looked at while the run goes on."""

    name: str
    href: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """All that changes while a run goes on."""

    number: int
    steps: list[Step]
    percent: int | None
    done: int
    total: int | None
    left: str
    now: str
    requests: str
    of_requests: str
    per_minute: str
    limit: str
    took: str
    since: str
    failed: int
    streams: list[StreamLine]
    axis: list[str]
    each: str
    log: list[LogLine]
    ready: list[Ready]
    # What a screen reader is told, now and then.
    say: str


def live_of(
    run: GarminSyncHistory, followed: Followed, tongue: Tongue, *, now: datetime, limit: int
) -> Live:
    """Return *run* as it stands after the events that were *followed*; *limit* is a minute's."""
    total, done = followed.expected, followed.done
    percent = min(99, 100 * done // total) if total else None
    elapsed = max(1.0, (now - run.started_at).total_seconds())
    first, last = span_of(run, followed, tongue.today(now))
    left = _left(followed, tongue)
    lines = [_stream(tally, followed, (first, last), tongue) for tally in _shown(followed)]
    if followed.of_now is not None:
        lines.append(_stream(followed.of_now, followed, (first, last), tongue))
    days = (last - first).days + 1
    return Live(
        number=followed.number,
        steps=_steps(followed, tongue),
        percent=percent,
        done=done,
        total=total,
        left=left,
        now=_now(followed, tongue),
        requests=tongue.number(followed.requests),
        of_requests=tongue.plural("request to Garmin", "requests to Garmin", followed.requests),
        per_minute=tongue.number(followed.requests / max(elapsed, 60) * 60),
        limit=tongue.text("a minute, our own limit is %(limit)s", limit=tongue.number(limit)),
        took=tongue.duration(elapsed),
        since=tongue.text("since %(time)s", time=tongue.time(run.started_at)),
        failed=followed.failed_windows,
        streams=lines,
        axis=_axis(first, last, tongue.today(now), tongue),
        each=_each(days, tongue),
        log=[_line(asked, tongue) for asked in followed.log],
        ready=_ready(followed, tongue),
        say=_say(percent, left, tongue),
    )


def title_of(run: GarminSyncHistory, tongue: Tongue) -> str:
    """Return what kind of run it is, as a heading."""
    if run.retry_of is not None:
        return tongue.text("Retry of run %(number)s", number=run.retry_of)
    if run.backfill_id is not None:
        return tongue.text("Sync with a backfill")
    return {
        SyncType.INITIAL.value: tongue.text("First sync"),
        SyncType.MANUAL.value: tongue.text("Sync by hand"),
    }.get(run.sync_type, tongue.text("Scheduled sync"))


def span_of(run: GarminSyncHistory, followed: Followed, today: date) -> tuple[date, date]:
    """Return the days that the run is about, the newest three years of them."""
    of_days = [tally for tally in followed.streams if tally.is_of_days]
    first = min([tally.first for tally in of_days], default=run.sync_from_date or today - _A_WEEK)
    last = max([tally.last for tally in of_days], default=run.sync_to_date or today)
    if run.sync_from_date is not None:
        first = min(first, run.sync_from_date)
    if run.sync_to_date is not None:
        last = max(last, run.sync_to_date)
    return max(first, last - timedelta(days=_MOST_DAYS)), last


def _shown(followed: Followed) -> list[Tally]:
    """Return the streams that have a line of their own; what tells of now shares one."""
    return [tally for tally in followed.streams if not tally.is_of_now]


def _steps(followed: Followed, tongue: Tongue) -> list[Step]:
    names = [
        tongue.text("Sign-in"),
        tongue.text("Look"),
        tongue.text("Fetch"),
        tongue.meant("step", "Finish"),
    ]
    at = _STEP_OF.get(followed.step, 0)
    return [
        Step(name, "done" if index < at else "current" if index == at else "")
        for index, name in enumerate(names)
    ]


def _left(followed: Followed, tongue: Tongue) -> str:
    seconds = followed.seconds_left
    if seconds is None:
        return ""
    return tongue.text("%(about)s left", about=tongue.about(seconds))


def _now(followed: Followed, tongue: Tongue) -> str:
    if followed.step == "sign_in":
        return tongue.text("Signing in to Garmin")
    if followed.step == "look":
        return tongue.text("Looking at what is new, and at what is here already")
    if followed.step == "finish":
        return tongue.text("Writing down how it went")
    if followed.current is None:
        return tongue.text("Fetching, newest days first")
    stream, first, last = followed.current
    return tongue.text(
        "Fetched %(stream)s, %(span)s",
        stream=stream_name(tongue, stream),
        span=tongue.span(first, last),
    )


def _say(percent: int | None, left: str, tongue: Tongue) -> str:
    if percent is None:
        return tongue.text("The run has begun")
    told = tongue.text("%(percent)s %% done", percent=percent)
    return f"{told}, {left}" if left else told


def _stream(
    tally: Tally, followed: Followed, span: tuple[date, date], tongue: Tongue
) -> StreamLine:
    word, tone, icon = _state(tally, followed, span[0], tongue)
    name = name_of(tally.stream, tongue)
    counts = counts_of(tally, tongue)
    strip = None
    if tally.is_of_days:
        is_current = followed.current is not None and followed.current[0] == tally.stream
        strip = run_strip(
            [(asked.first, asked.last, asked.state) for asked in tally.windows],
            first=span[0],
            last=span[1],
            newest=is_current and tone == "info",
            label=f"{name}: {counts}",
        )
    return StreamLine(name=name, strip=strip, counts=counts, word=word, tone=tone, icon=icon)


def name_of(stream: str, tongue: Tongue) -> str:
    """Return what a line of the table is called; that of all states of now has no stream."""
    return stream_name(tongue, stream) if stream else tongue.text("Profile and current values")


def counts_of(tally: Tally, tongue: Tongue) -> str:
    """Return `28 days, 3 none, 2 failed`."""
    if tally.stream == _FILES:
        told = [tongue.plural("%(n)s file", "%(n)s files", tally.data)]
    elif not tally.is_of_days and tally.data:
        told = [tongue.plural("read", "%(n)s read", tally.data)]
    elif tally.data or not tally.empty:
        told = [tongue.plural("%(n)s day", "%(n)s days", tally.data)]
    else:
        told = [tongue.text("none at Garmin")]
    if tally.data and tally.empty and tally.stream != _FILES:
        told.append(tongue.plural("%(n)s none", "%(n)s none", tally.empty))
    if tally.failed:
        told.append(tongue.plural("%(n)s failed", "%(n)s failed", tally.failed))
    return ", ".join(told)


def _state(tally: Tally, followed: Followed, oldest: date, tongue: Tongue) -> tuple[str, str, str]:
    """Return in a word how far a stream is, with its tone and icon."""
    is_current = followed.current is not None and followed.current[0] == tally.stream
    is_through = not tally.is_of_days or tally.first <= oldest or followed.step in _AFTER_THE_DAYS
    if is_through and tally.failed:
        return tongue.text("Failed"), "bad", "cross"
    if is_through and not tally.data:
        return tongue.text("Empty"), "idle", "none"
    if is_through and (tally.stream != _FILES or followed.step == "finish"):
        return tongue.text("Done"), "ok", "ok"
    if is_current:
        return tongue.text("Fetching"), "info", "clock"
    return tongue.text("Waiting"), "idle", "ring"


def _axis(first: date, last: date, today: date, tongue: Tongue) -> list[str]:
    days = (last - first).days
    end = tongue.day(last, today) if last == today else tongue.day_and_month(last)
    if days < 1:
        return [end]
    ticks = min(_TICKS, days + 1)
    inner = [first + timedelta(days=round(days * n / (ticks - 1))) for n in range(1, ticks - 1)]
    begin = tongue.month(first) if days > _HALF_A_YEAR else tongue.day_and_month(first)
    return [begin, *(tongue.day_and_month(day) for day in inner), end]


def _ready(followed: Followed, tongue: Tongue) -> list[Ready]:
    """Return where the first of it can be seen already."""
    days = {name: tally.data for name, tally in followed.tallies.items() if tally.data}
    activities, nights = days.get("activities", 0), ("sleep", "hrv")
    ready = []
    if activities:
        told = tongue.plural("%(n)s activity", "%(n)s activities", activities)
        ready.append(Ready(stream_name(tongue, "activities"), "/activities", told))
    ready += [
        Ready(
            stream_name(tongue, night),
            "/health",
            tongue.plural("%(n)s night", "%(n)s nights", days[night]),
        )
        for night in nights
        if night in days
    ]
    if "daily_summary" in days:
        told = tongue.plural("%(n)s day", "%(n)s days", days["daily_summary"])
        ready.append(Ready(stream_name(tongue, "daily_summary"), "/health", told))
    return ready


def _each(days: int, tongue: Tongue) -> str:
    size = max(1, -(-days // MOST_MARKS))
    span = tongue.plural("%(n)s day.", "%(n)s days.", days)
    marks = tongue.plural(
        "One mark per day, the newest at the end and fetched first.",
        "One mark per %(n)s days, the newest at the end and fetched first.",
        size,
    )
    return f"{span} {marks}"


def _line(asked: Asked, tongue: Tongue) -> LogLine:
    name, span = stream_name(tongue, asked.stream), tongue.span(asked.first, asked.last)
    failed = ""
    if asked.state is DayState.FAILED:
        failed = cause_of(tongue, asked.code or "").title
        text = tongue.text("%(stream)s, %(span)s", stream=name, span=span)
    elif asked.state is DayState.EMPTY:
        text = tongue.text("%(stream)s, %(span)s: none at Garmin", stream=name, span=span)
    elif asked.first == asked.last:
        text = tongue.text("%(stream)s, %(span)s", stream=name, span=span)
    else:
        days = tongue.plural("%(n)s day", "%(n)s days", asked.days)
        text = tongue.text("%(stream)s, %(span)s: %(days)s", stream=name, span=span, days=days)
    return LogLine(
        time=tongue.exact_time(asked.at),
        instant=asked.at.isoformat(timespec="seconds"),
        text=text,
        failed=failed,
    )
