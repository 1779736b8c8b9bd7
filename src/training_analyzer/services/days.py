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

# What a day tells of, each from the first of these columns that knows it.
_WELLNESS: Final[Mapping[str, Sequence[str]]] = {
    "resting_heart_rate": ("resting_heart_rates.resting_hr_bpm", "daily_summaries.resting_hr_bpm"),
    "slept_s": ("sleep_nights.sleep_total_s",),
    "deep_s": ("sleep_nights.sleep_deep_s",),
    "rem_s": ("sleep_nights.sleep_rem_s",),
    "sleep_score": ("sleep_nights.score",),
    "hrv": ("hrv_nights.last_night_avg_ms", "sleep_nights.hrv_avg_ms"),
    "hrv_status": ("hrv_nights.status", "sleep_nights.hrv_status"),
    "body_battery_high": ("body_battery_days.highest", "daily_summaries.body_battery_max"),
    "body_battery_low": ("body_battery_days.lowest", "daily_summaries.body_battery_min"),
    "body_battery_charged": (
        *("body_battery_days.charged", "daily_summaries.body_battery_charged"),
    ),
    "body_battery_drained": (
        *("body_battery_days.drained", "daily_summaries.body_battery_drained"),
    ),
    "avg_stress": ("daily_summaries.stress_avg",),
    "steps": ("daily_summaries.steps",),
    "steps_goal": ("daily_summaries.step_goal",),
    "active_calories": ("daily_summaries.calories_active_kcal",),
    "moderate_min": ("daily_summaries.moderate_intensity_min",),
    "vigorous_min": ("daily_summaries.vigorous_intensity_min",),
}
# What is only reckoned with has its unit in its name.
_TOLD_AS_STORED: Final = tuple(name for name in _WELLNESS if not name.endswith(("_s", "_min")))
# The columns that a day of fitness tells of, by their tables; all others stay unread.
_FITNESS: Final[Mapping[str, Sequence[str]]] = {
    "vo2max_days": ("sport", "vo2max_precise", "vo2max"),
    "fitness_ages": ("fitness_age_years",),
    "race_predictions": ("time_5k_s", "time_10k_s", "time_half_marathon_s", "time_marathon_s"),
    "training_status_days": (
        *("is_primary", "status", "feedback", "fitness_trend"),
        *("acute_chronic_pct", "acute_chronic_status"),
    ),
    "training_readiness": ("computed_utc", "score", "level"),
}
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
        found = self._repository.joined(user_id, _WELLNESS, first=first, last=last, limit=limit)
        return [_wellness(day) for day in found]

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
        self,
        user_id: str,
        tables: Mapping[str, Sequence[str]],
        *,
        first: date,
        last: date,
        limit: int,
    ) -> tuple[Found, list[str]]:
        days = self._repository.newest(user_id, list(tables), first=first, last=last, limit=limit)
        found: Found = {}
        for table, columns in tables.items() if days else ():
            by_day: dict[str, list[Row]] = defaultdict(list)
            for row in self._repository.rows(
                user_id,
                table,
                first=days[-1],
                last=days[0],
                columns=["calendar_date", *columns],
            ):
                by_day[str(row["calendar_date"])].append(row)
            found[table] = by_day
        return found, days


def fields_of(stream: str) -> list[str]:
    """Return the fields that a stream of `SERIES` has."""
    return [name for name in value_columns(SERIES[stream]) if name != "calendar_date"]


def _one(found: Found, table: str, day: str) -> Mapping[str, Any]:
    rows = found.get(table, {}).get(day, [])
    return rows[0] if rows else {}


def _wellness(day: Mapping[str, Any]) -> WellnessDay:
    slept = day["slept_s"]
    return WellnessDay(
        date=day["calendar_date"],
        sleep_hours=None if slept is None else round(slept / 3600, 2),
        deep_sleep_pct=_percent(day["deep_s"], slept),
        rem_sleep_pct=_percent(day["rem_s"], slept),
        intensity_minutes=_intensity(day["moderate_min"], day["vigorous_min"]),
        **{name: day[name] for name in _TOLD_AS_STORED},
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


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _percent(part: float | None, whole: float | None) -> float | None:
    return round(100 * part / whole, 1) if part is not None and whole else None


def _intensity(moderate: int | None, vigorous: int | None) -> int | None:
    """Return minutes as Garmin adds them up: a vigorous one counts twice."""
    if moderate is None and vigorous is None:
        return None
    return int((moderate or 0) + 2 * (vigorous or 0))


def _vo2max(row: Mapping[str, Any]) -> float | None:
    precise: float | None = row.get("vo2max_precise")
    return row.get("vo2max") if precise is None else precise


def _primary(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Return the row of the watch that the training status comes from."""
    return max(rows, key=lambda row: bool(row.get("is_primary")), default={})


def _latest(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Return the row that was computed last."""
    return max(rows, key=lambda row: str(row.get("computed_utc")), default={})
