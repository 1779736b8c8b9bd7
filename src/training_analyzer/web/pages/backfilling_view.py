"""Backfills in words: the form that asks for one, its cost, how far each is, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from training_analyzer.services.backfills import BackfillState, Pace
from training_analyzer.web.pages.causes import cause_of
from training_analyzer.web.pages.coverage_view import percent
from training_analyzer.web.pages.names import several, stream_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from training_analyzer.services.backfills import Backfill, Estimate, Tally
    from training_analyzer.services.reading import FailedDay
    from training_analyzer.web.pages.causes import Cause
    from training_analyzer.web.tongue import Tongue

# Garmin is reported to keep the minutes of a day for about half a year.
_ARCHIVED: Final = timedelta(days=183)
_MOST_FAILURES: Final = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks for: days as a browser writes them, streams, pace."""

    first: str
    last: str
    streams: frozenset[str]
    pace: str = Pace.NORMAL.value


@dataclass(frozen=True, slots=True)
class Tick:
    """A stream to tick; `days` says how many of it are missing or failed."""

    value: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """What a backfill would ask of Garmin: numbers, and what they count."""

    windows: tuple[str, str]
    requests: tuple[str, str]
    takes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """The form."""

    title: str
    asked: Asked
    ticks: tuple[Tick, ...]
    others: tuple[Tick, ...]
    is_polite: bool
    cost: Cost | None = None
    wrong: str = ""
    is_archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A backfill that was asked for."""

    backfill_id: str
    title: str
    what: str
    tone: str
    icon: str
    word: str
    more: str
    done: int
    total: int
    share: str
    can_pause: bool
    can_resume: bool
    can_cancel: bool

    @property
    def goes_on(self) -> bool:
        """Whether it is worth looking again in a moment."""
        return self.can_pause


@dataclass(frozen=True, slots=True)
class Failure:
    """Days of a stream that failed of one cause; `first` and `last` are what to ask for again."""

    anchor: str
    stream: str
    name: str
    days: str
    cause: Cause
    first: str
    last: str


def fetch_of(  # noqa: PLR0913 - what the form is made of, each named
    asked: Asked,
    span: tuple[date, date] | None,
    *,
    streams: Sequence[str],
    bad: Mapping[str, int],
    today: date,
    cost: Estimate | None = None,
    wrong: str = "",
    tongue: Tongue,
) -> Fetch:
    """Return the form with what is *asked*; of *span*'s days, *bad* ones are counted."""
    ticks = [
        Tick(
            name,
            tongue.plural(
                "%(stream)s, %(n)s day",
                "%(stream)s, %(n)s days",
                bad[name],
                stream=stream_name(tongue, name),
            )
            if name in bad
            else stream_name(tongue, name),
            name in asked.streams,
        )
        for name in streams
    ]
    title = tongue.text("Fetch days again")
    if span is not None:
        title = tongue.text("Fetch %(days)s again", days=tongue.span(*span))
    return Fetch(
        title=title,
        asked=asked,
        ticks=tuple(each for each in ticks if each.value in bad),
        others=tuple(each for each in ticks if each.value not in bad),
        is_polite=asked.pace == Pace.POLITE.value,
        cost=_cost(cost, tongue) if cost else None,
        wrong=wrong,
        is_archived=span is not None and today - span[0] > _ARCHIVED,
    )


def lines_of(
    backfills: Iterable[Backfill], tallies: Mapping[str, Tally], now: datetime, tongue: Tongue
) -> list[Line]:
    """Return the list of backfills; those that have ended are not counted any more."""
    return [_line(each, tallies.get(each.backfill_id), now, tongue) for each in backfills]


def failures_of(failed: Iterable[FailedDay], tongue: Tongue) -> list[Failure]:
    """Return failed days in runs of one stream and one cause."""
    found: list[Failure] = []
    seen: set[str] = set()
    for (stream, code, _), same in groupby(
        enumerate(failed), key=lambda pair: (*_kind(pair[1]), pair[1].day - timedelta(pair[0]))
    ):
        days = [each.day for _, each in same]
        # The first of a stream is where the cells of the month lead.
        anchor = f"failed-{stream}" if stream not in seen else ""
        seen.add(stream)
        found.append(
            Failure(
                anchor,
                stream,
                stream_name(tongue, stream),
                tongue.span(days[0], days[-1]),
                cause_of(tongue, code),
                days[0].isoformat(),
                days[-1].isoformat(),
            )
        )
    return found[:_MOST_FAILURES]


def _kind(failed: FailedDay) -> tuple[str, str]:
    return failed.stream, failed.error_code


def _cost(cost: Estimate, tongue: Tongue) -> Cost:
    return Cost(
        (tongue.number(cost.windows), tongue.plural("window", "windows", cost.windows)),
        (
            tongue.number(cost.requests),
            tongue.plural("request, about", "requests, about", cost.requests),
        ),
        tongue.about(cost.minutes * 60),
    )


def _line(backfill: Backfill, tally: Tally | None, now: datetime, tongue: Tongue) -> Line:
    text, state = tongue.text, backfill.state
    tone, icon, word = {
        BackfillState.ACTIVE: ("info", "sync", text("Goes on")),
        BackfillState.PAUSED: ("idle", "pause", text("Paused")),
        BackfillState.COMPLETED: ("ok", "ok", text("Completed")),
        BackfillState.CANCELLED: ("idle", "cross", text("Cancelled")),
    }[state]
    names = sorted(stream_name(tongue, each) for each in backfill.streams or ())
    is_open = state in {BackfillState.ACTIVE, BackfillState.PAUSED}
    return Line(
        backfill_id=backfill.backfill_id,
        title=tongue.span(backfill.first, backfill.last),
        what=several(tongue, names) if names else text("Everything that you sync"),
        tone=tone,
        icon=icon,
        word=word,
        more=_more(backfill, tally, now, tongue),
        done=tally.done if tally else 0,
        total=tally.total if tally else 0,
        share=percent(tally.done, tally.total, tongue) if tally and tally.total else "",
        can_pause=state is BackfillState.ACTIVE,
        can_resume=state is BackfillState.PAUSED,
        can_cancel=is_open,
    )


def _more(backfill: Backfill, tally: Tally | None, now: datetime, tongue: Tongue) -> str:
    """Return how far an open one is; when another one ended."""
    if tally is None:
        at = backfill.ended_at or backfill.created_at
        return tongue.clock(at, now)
    parts = [
        tongue.plural(
            "%(done)s of %(n)s daily value",
            "%(done)s of %(n)s daily values",
            tally.total,
            done=tongue.number(tally.done),
        )
    ]
    if tally.failed:
        parts.append(tongue.plural("%(n)s failed", "%(n)s failed", tally.failed))
    if backfill.pace is Pace.POLITE:
        parts.append(tongue.text("little by little"))
    return " · ".join(parts)
