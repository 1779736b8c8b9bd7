"""A person's days as the API tells them: wellness, fitness, and any stream's columns."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from training_analyzer.db.repositories.days import value_columns
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from training_analyzer.db.repositories.days import DaysRepository
    from training_analyzer.streams import Row

_WELLNESS: Final = (
    "daily_summaries",
    "resting_heart_rates",
    "sleep_nights",
    "hrv_nights",
    "body_battery_days",
)
_FITNESS: Final = (
    "vo2max_days",
    "fitness_ages",
    "race_predictions",
    "training_status_days",
    "training_readiness",
)
_RACES: Final = (
    ("5K", "time_5k_s"),
    ("10K", "time_10k_s"),
    ("Half Marathon", "time_half_marathon_s"),
    ("Marathon", "time_marathon_s"),
)
# Streams with one row a day: what can be told in columns.
SERIES: Final[Mapping[str, str]] = {
    stream.name: stream.table
    for stream in CATALOG
    if stream.day_column == "calendar_date" and stream.table != "activities"
}

type Found = dict[str, dict[str, list[Row]]]


@dataclass(frozen=True, slots=True)
class WellnessDay:
    """One day in the document's words; what is not known is None and never 0."""

    date: str
    resting_heart_rate: float | None
    sleep_hours: float | None
    sleep_score: float | None
    deep_sleep_pct: float | None
    rem_sleep_pct: float | None
    hrv: float | None
    hrv_status: str | None
    body_battery_high: float | None
    body_battery_low: float | None
    body_battery_charged: float | None
    body_battery_drained: float | None
    avg_stress: float | None
    steps: int | None
    steps_goal: int | None
    active_calories: float | None
    intensity_minutes: int | None


@dataclass(frozen=True, slots=True)
class RacePrediction:
    """How fast Garmin believes a race would be run."""

    distance: str
    time_seconds: float
    time_formatted: str


@dataclass(frozen=True, slots=True)
class FitnessDay:
    """One day in the document's words; a day without VO2max is still a day."""

    date: str
    vo2max_running: float | None
    vo2max_cycling: float | None
    fitness_age: float | None
    race_predictions: list[RacePrediction]
    training_status: str | None
    training_status_description: str | None
    fitness_trend: str | None
    training_readiness_score: float | None
    training_readiness_level: str | None
    acwr_percent: float | None
    acwr_status: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """Columns of one stream, all as long as `days`; `version` changes when a value does."""

    days: list[str]
    columns: dict[str, list[Any]]
    version: str


class Days:
    """Reads one user's stored days. Nothing here asks Garmin."""

    def __init__(self, repository: DaysRepository) -> None:
        self._repository = repository

    def wellness(self, user_id: str, *, first: date, last: date, limit: int) -> list[WellnessDay]:
        """Return at most *limit* days from *first* to *last* that have anything, newest first."""
        found, days = self._found(user_id, _WELLNESS, first=first, last=last, limit=limit)
        return [_wellness(day, found) for day in days]

    def fitness(self, user_id: str, *, first: date, last: date, limit: int) -> list[FitnessDay]:
        """Return at most *limit* days from *first* to *last* that have anything, newest first."""
        found, days = self._found(user_id, _FITNESS, first=first, last=last, limit=limit)
        return [_fitness(day, found) for day in days]

    def series(
        self, user_id: str, stream: str, *, first: date, last: date, fields: Sequence[str]
    ) -> Series:
        """Return *fields* of a stream of `SERIES` in columns, oldest first; all without any."""
        table = SERIES[stream]
        wanted = list(dict.fromkeys(["calendar_date", *(fields or value_columns(table))]))
        rows = self._repository.rows(user_id, table, first=first, last=last, columns=wanted)
        return Series(
            [str(row["calendar_date"]) for row in rows],
            {name: [row[name] for row in rows] for name in wanted if name != "calendar_date"},
            self._repository.version(user_id, table, first=first, last=last),
        )

    def _found(
        self, user_id: str, tables: Sequence[str], *, first: date, last: date, limit: int
    ) -> tuple[Found, list[str]]:
        days = self._repository.newest(user_id, tables, first=first, last=last, limit=limit)
        found: Found = {}
        for table in tables if days else ():
            by_day: dict[str, list[Row]] = defaultdict(list)
            for row in self._repository.rows(user_id, table, first=days[-1], last=days[0]):
                by_day[str(row["calendar_date"])].append(row)
            found[table] = by_day
        return found, days


def fields_of(stream: str) -> list[str]:
    """Return the fields that a stream of `SERIES` has."""
    return [name for name in value_columns(SERIES[stream]) if name != "calendar_date"]


def _one(found: Found, table: str, day: str) -> Mapping[str, Any]:
    rows = found.get(table, {}).get(day, [])
    return rows[0] if rows else {}


def _wellness(day: str, found: Found) -> WellnessDay:
    daily, night = _one(found, "daily_summaries", day), _one(found, "sleep_nights", day)
    hrv, battery = _one(found, "hrv_nights", day), _one(found, "body_battery_days", day)
    resting = _one(found, "resting_heart_rates", day)
    slept = night.get("sleep_total_s")
    return WellnessDay(
        date=day,
        resting_heart_rate=_first(resting.get("resting_hr_bpm"), daily.get("resting_hr_bpm")),
        sleep_hours=None if slept is None else round(slept / 3600, 2),
        sleep_score=night.get("score"),
        deep_sleep_pct=_percent(night.get("sleep_deep_s"), slept),
        rem_sleep_pct=_percent(night.get("sleep_rem_s"), slept),
        hrv=_first(hrv.get("last_night_avg_ms"), night.get("hrv_avg_ms")),
        hrv_status=_first(hrv.get("status"), night.get("hrv_status")),
        body_battery_high=_first(battery.get("highest"), daily.get("body_battery_max")),
        body_battery_low=_first(battery.get("lowest"), daily.get("body_battery_min")),
        body_battery_charged=_first(battery.get("charged"), daily.get("body_battery_charged")),
        body_battery_drained=_first(battery.get("drained"), daily.get("body_battery_drained")),
        avg_stress=daily.get("stress_avg"),
        steps=daily.get("steps"),
        steps_goal=daily.get("step_goal"),
        active_calories=daily.get("calories_active_kcal"),
        intensity_minutes=_intensity(daily),
    )


def _fitness(day: str, found: Found) -> FitnessDay:
    by_sport = {row["sport"]: row for row in found.get("vo2max_days", {}).get(day, [])}
    status = _primary(found.get("training_status_days", {}).get(day, []))
    readiness = _latest(found.get("training_readiness", {}).get(day, []))
    races = _one(found, "race_predictions", day)
    return FitnessDay(
        date=day,
        vo2max_running=_vo2max(by_sport.get("running", {})),
        vo2max_cycling=_vo2max(by_sport.get("cycling", {})),
        fitness_age=_one(found, "fitness_ages", day).get("fitness_age_years"),
        race_predictions=[
            RacePrediction(distance, races[column], clock(races[column]))
            for distance, column in _RACES
            if races.get(column) is not None
        ],
        training_status=_text(status.get("status")),
        training_status_description=_text(status.get("feedback")),
        fitness_trend=_text(status.get("fitness_trend")),
        training_readiness_score=readiness.get("score"),
        training_readiness_level=_text(readiness.get("level")),
        acwr_percent=status.get("acute_chronic_pct"),
        acwr_status=_text(status.get("acute_chronic_status")),
    )


def clock(seconds: float) -> str:
    """Return `1:45:30` or `22:05` for a time of so many seconds."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _first(*values: Any) -> Any:  # noqa: ANN401 - the first that is known, whatever its kind
    return next((value for value in values if value is not None), None)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _percent(part: float | None, whole: float | None) -> float | None:
    return round(100 * part / whole, 1) if part is not None and whole else None


def _intensity(daily: Mapping[str, Any]) -> int | None:
    """Return minutes as Garmin adds them up: a vigorous one counts twice."""
    moderate, vigorous = daily.get("moderate_intensity_min"), daily.get("vigorous_intensity_min")
    if moderate is None and vigorous is None:
        return None
    return int((moderate or 0) + 2 * (vigorous or 0))


def _vo2max(row: Mapping[str, Any]) -> float | None:
    value: float | None = _first(row.get("vo2max_precise"), row.get("vo2max"))
    return value


def _primary(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Return the row of the watch that the training status comes from."""
    return max(rows, key=lambda row: bool(row.get("is_primary")), default={})


def _latest(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Return the row that was computed last."""
    return max(rows, key=lambda row: str(row.get("computed_utc")), default={})
