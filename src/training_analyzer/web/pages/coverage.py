"""The page of what is held of which day, and of what is asked for again."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from training_analyzer.services.backfills import BackfillState
from training_analyzer.web.pages import backfilling_view as view
from training_analyzer.web.pages.backfilling_view import Asked
from training_analyzer.web.pages.coverage_lines import bad_days, lines_of, worst_days
from training_analyzer.web.pages.coverage_view import month_of, year_of
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.responses import Response

    from training_analyzer.services.backfills import Estimate
    from training_analyzer.web.pages.coverage_lines import Lines


_YEAR: Final = timedelta(days=364)
_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_BACKFILLS: Final = 10
_OPEN: Final = frozenset({BackfillState.ACTIVE, BackfillState.PAUSED})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which year and month a person looks at, and which days they ask for again."""

    until: str = ""
    month: str = ""
    asked: Asked | None = None
    span: tuple[date, date] | None = None
    cost: Estimate | None = None
    wrong: str = ""
    done: str = ""


def coverage_page(request: Request, user_id: str, wanted: Wanted, *, status: int = 200) -> Response:
    """Return the page as it is *wanted*."""
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    today, config = runtime.backfills.today(user_id), runtime.syncs.config(user_id)

    def held(first: date, last: date) -> Lines:
        cells = runtime.reading.coverage_cells(user_id, config, first=first, last=last, today=today)
        return lines_of(cells, first, last, today)

    last = min(_end(wanted.until) or today, today)
    year = held(last - _YEAR, last)
    first_known = runtime.reading.first_day(user_id)
    is_empty = first_known is None
    proposed = worst_days(year) if wanted.asked is None and not is_empty else None
    span = wanted.span or proposed
    asked = wanted.asked or _asked(year, proposed)
    end = _end(wanted.month) or _end(f"{(span[0] if span else last):%Y-%m}") or today
    first = end.replace(day=1)
    until = min(end, today)
    is_inside = year.first <= first <= until <= year.last
    month = year.within(first, until) if is_inside else held(first, max(first, until))
    kept = runtime.backfills.page(user_id, limit=_BACKFILLS)
    oldest = first_known or today - timedelta(days=config.initial_sync_days - 1)
    values = {
        "year": year_of(year, span, tongue),
        "month": month_of(month, end, span, today, tongue),
        "fetch": view.fetch_of(
            asked,
            span,
            streams=[each.stream for each in year.shown],
            bad=bad_days(year, *span) if span else {},
            today=today,
            cost=wanted.cost,
            wrong=wanted.wrong,
            tongue=tongue,
        ),
        "failures": view.failures_of(
            runtime.reading.failed_days(
                user_id, first=min(first, year.first), last=max(end, year.last)
            ),
            tongue,
        ),
        "backfills": view.lines_of(
            kept,
            runtime.backfills.tallies(user_id, [each for each in kept if each.state in _OPEN]),
            runtime.now(),
            tongue,
        ),
        "links": _links(wanted, year, first, today, oldest),
        "is_empty": is_empty,
        "is_connected": runtime.credentials.get_credentials(user_id) is not None,
        "done": wanted.done,
    }
    return show(request, "coverage.html", values, here=Place.COVERAGE, status=status)


def _asked(year: Lines, proposed: tuple[date, date] | None) -> Asked:
    """Return what the form offers: the days that lack the most, else the last week."""
    first, last = proposed or (year.last - timedelta(days=6), year.last)
    streams = frozenset(bad_days(year, first, last)) if proposed else frozenset[str]()
    return Asked(first.isoformat(), last.isoformat(), streams)


def _end(month: str) -> date | None:
    """Return the last day of a month such as 2026-11, None for anything else."""
    found = _MONTH.fullmatch(month)
    if found is None:
        return None
    year, number = int(found[1]), int(found[2])
    return date(year, number, calendar.monthrange(year, number)[1])


def _links(
    wanted: Wanted, year: Lines, month: date, today: date, oldest: date
) -> dict[str, tuple[str, date] | None]:
    """Return where the arrows of year and month lead, with the month that they lead to."""

    def to(anchor: str, **changes: str) -> str:
        chosen = {"until": wanted.until, "month": wanted.month, **changes}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"/coverage?{query}#{anchor}"

    def year_to(day: date) -> tuple[str, date]:
        return to("year-h", until=f"{day:%Y-%m}"), day

    def month_to(day: date) -> tuple[str, date]:
        return to("month-h", month=f"{day:%Y-%m}"), day

    after = (month + timedelta(days=31)).replace(day=1)
    return {
        "earlier": year_to(year.first - timedelta(days=1)) if year.first > oldest else None,
        "later": year_to(min(year.last + _YEAR, today)) if year.last < today else None,
        "before": month_to(month - timedelta(days=1)),
        "after": month_to(after) if after <= today else None,
    }
