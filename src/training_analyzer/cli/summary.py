"""The summary of a year: activities, curves, coverage. Gathered here, drawn in `drawing`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.cli.coverage import CoveredYear, covered_year
from training_analyzer.cli.sparkline import weekly_means

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from training_analyzer.model import SyncOutcome
    from training_analyzer.services.runtime import Runtime

_WEEK: Final = 7
# Name of the series, what a person calls it, unit, stored units in one shown unit.
CURVES: Final = (
    ("resting_hr", "Resting heart rate", "bpm", 1.0),
    ("sleep", "Sleep", "h", 3600.0),
    ("hrv", "HRV", "ms", 1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SportSum:
    """The activities of one sport."""

    sport: str
    count: int
    distance_m: float
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A series by its weeks; None is a week without a value."""

    name: str
    title: str
    unit: str
    weeks: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a first sync brought, and what it took."""

    name: str
    outcome: SyncOutcome
    seconds: float
    first: date
    last: date
    sports: Sequence[SportSum]
    curves: Sequence[Curve]
    covered: CoveredYear

    def document(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "name": self.name,
            "status": self.outcome.status,
            "first": self.first,
            "last": self.last,
            "requests": self.outcome.requests,
            "seconds": round(self.seconds, 1),
            "rows": self.outcome.rows_changed,
            "activities_synced": self.outcome.activities_synced,
            "wellness_days_synced": self.outcome.wellness_days_synced,
            "fitness_days_synced": self.outcome.fitness_days_synced,
            "activities": list(self.sports),
            "curves": list(self.curves),
            "coverage": [
                {
                    "stream": stream,
                    "known_percent": self.covered.percent(stream),
                    "days": self.covered.count(stream),
                }
                for stream in self.covered.days
            ],
        }


def summary_of(
    runtime: Runtime, name: str, user_id: str, *, outcome: SyncOutcome, seconds: float, days: int
) -> Summary:
    """Gather what is stored of *user_id* over the last *days* days."""
    covered = covered_year(runtime, user_id)
    last = covered.last
    first = last - timedelta(days=days - 1)
    begins = max(first, covered.first)
    return Summary(
        name=name,
        outcome=outcome,
        seconds=seconds,
        first=first,
        last=last,
        sports=[
            SportSum(
                sport=total.type_key,
                count=total.count,
                distance_m=round(total.distance_m, 1),
                duration_s=round(total.duration_s, 1),
            )
            for total in runtime.reading.sports(user_id)
        ],
        curves=[
            Curve(
                name=series,
                title=title,
                unit=unit,
                weeks=[
                    None if week is None else round(week / per_unit, 2)
                    for week in weekly_means(
                        runtime.reading.series(user_id, series, first=begins, last=last)
                    )
                ],
            )
            for series, title, unit, per_unit in CURVES
        ],
        covered=covered,
    )
