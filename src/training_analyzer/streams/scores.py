"""What Garmin foretells and judges: race times, endurance, hills, fitness age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.model import Api, Group
from training_analyzer.streams.fields import (
    day,
    identifier,
    integer,
    not_negative,
    number,
    positive,
)
from training_analyzer.streams.rows import (
    RowParser,
    any_of,
    child,
    is_silent,
    listed,
    objects,
    single,
)
from training_analyzer.streams.stream import Route, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from training_analyzer.streams.fields import Record
    from training_analyzer.streams.stream import Json

parse_race_predictions: Final = RowParser(
    listed(),
    {
        "calendar_date": day("calendarDate"),
        "time_5k_s": integer("time5K", positive),
        "time_10k_s": integer("time10K", positive),
        "time_half_marathon_s": integer("timeHalfMarathon", positive),
        "time_marathon_s": integer("timeMarathon", positive),
    },
    key=("calendar_date",),
)
"""Return one row per day with predictions, in seconds.

Source: `/metrics-service/metrics/racepredictions/daily/{display_name}`; key names
recorded, no values.
"""

RACE_PREDICTIONS: Final = Stream(
    name="race_predictions",
    group=Group.FITNESS,
    table="race_predictions",
    key=("calendar_date",),
    routes={
        Api.ACCOUNT: Route(
            path="/metrics-service/metrics/racepredictions/daily/{display_name}",
            query={"fromCalendarDate": "{first}", "toCalendarDate": "{last}"},
            parse=parse_race_predictions,
            cap_days=366,
        )
    },
    every_days=3,
)

_CLASSES: Final = ("Intermediate", "Trained", "WellTrained", "Expert", "Superior", "Elite")
_LIMITS: Final = {
    f"lower_limit_{column}": integer(f"classificationLowerLimit{name}")
    for column, name in zip(
        ("intermediate", "trained", "well_trained", "expert", "superior", "elite"),
        _CLASSES,
        strict=True,
    )
}
_endurance = integer("overallScore", not_negative)
_given_class = integer("classification")


def _judged_endurance(body: Json) -> Iterator[Record]:
    """Yield the latest judgement, then a record for each single day of the range.

    Garmin groups the range by periods and tells average and maximum of each. Where both
    are one number, that was the score on the period's first day; where they differ, the
    period is longer than a day and says nothing of any one day.
    """
    latest = single(child(body, "enduranceScoreDTO"))
    yield from latest
    periods = child(body, "groupMap")
    if is_silent(periods):
        return
    if not isinstance(periods, dict):
        raise UnexpectedPayload
    limits = {
        name: limit
        for record in latest
        for name, limit in record.items()
        if name.startswith("classificationLowerLimit")
    }
    for first_day, period in periods.items():
        if isinstance(period, dict) and period.get("groupAverage") == period.get("groupMax"):
            score = period.get("groupMax")
            yield {**limits, "calendarDate": first_day, "overallScore": score}


def _classification(record: Record) -> int | None:
    """Return the class by Garmin's own limits: only the latest day comes with its class.

    Recorded: 4820 below the first limit of 5100 is class 1.
    """
    score = _endurance(record)
    limits = [limit for read in _LIMITS.values() if (limit := read(record)) is not None]
    if score is None or len(limits) < len(_LIMITS):
        return _given_class(record)
    return 1 + sum(score >= limit for limit in limits)


parse_endurance_scores: Final = RowParser(
    _judged_endurance,
    {
        "calendar_date": day("calendarDate"),
        "score": _endurance,
        "classification": _classification,
        **_LIMITS,
    },
    key=("calendar_date",),
    measured=any_of("score"),
)
"""Return one row per day with a score.

Source: `/metrics-service/metrics/endurancescore/stats`; recorded are one day's judgement
with its values and the key names of a range.
"""

ENDURANCE_SCORE: Final = Stream(
    name="endurance_score",
    group=Group.FITNESS,
    table="endurance_scores",
    key=("calendar_date",),
    routes={
        Api.ACCOUNT: Route(
            path="/metrics-service/metrics/endurancescore/stats",
            query={"startDate": "{first}", "endDate": "{last}", "aggregation": "daily"},
            parse=parse_endurance_scores,
            cap_days=365,
        )
    },
    every_days=3,
)

parse_hill_scores: Final = RowParser(
    listed("hillScoreDTOList"),
    {
        "calendar_date": day("calendarDate"),
        "score": integer("overallScore", not_negative),
        "strength": integer("strengthScore", not_negative),
        "endurance": integer("enduranceScore", not_negative),
        "classification": integer("hillScoreClassificationId"),
        "feedback": integer("hillScoreFeedbackPhraseId"),
        "vo2max_precise": number("vo2MaxPreciseValue", positive),
        "device_id": identifier("deviceId"),
    },
    key=("calendar_date",),
    measured=any_of("score", "strength", "endurance"),
)
"""Return one row per day with a score, each 0 to 100.

Source: `/metrics-service/metrics/hillscore/stats`; recorded are one day's row with its
values and the key names of a range.
"""

HILL_SCORE: Final = Stream(
    name="hill_score",
    group=Group.FITNESS,
    table="hill_scores",
    key=("calendar_date",),
    routes={
        Api.ACCOUNT: Route(
            path="/metrics-service/metrics/hillscore/stats",
            query={"startDate": "{first}", "endDate": "{last}", "aggregation": "daily"},
            parse=parse_hill_scores,
            cap_days=365,
        )
    },
    every_days=3,
)


def _ages(body: Json) -> Iterable[Record]:
    """Take one object, or the list of them that Garmin's specification speaks of."""
    return objects(body) if isinstance(body, list) else single(body)


parse_fitness_ages: Final = RowParser(
    _ages,
    {
        "calendar_date": day("lastUpdated"),
        "fitness_age_years": number("fitnessAge", positive),
        "chronological_age_years": number("chronologicalAge", positive),
        "achievable_age_years": number("achievableFitnessAge", positive),
        "previous_age_years": number("previousFitnessAge", positive),
        "vigorous_days_avg": number("components.vigorousDaysAvg.value", not_negative),
        "vigorous_min_avg": number("components.vigorousMinutesAvg.value", not_negative),
        "resting_hr_bpm": number("components.rhr.value", positive),
        "bmi": number("components.bmi.value", positive),
        "body_fat_pct": number("components.bodyFat.value", positive),
    },
    key=("calendar_date",),
    measured=any_of("fitness_age_years"),
)
"""Return the fitness age with what it is made of, under the day of its last update.

Source: `/fitnessage-service/fitnessage/v2/{today}`, modelled.
"""

_AGE_ROUTE: Final = Route(
    path="/fitnessage-service/fitnessage/v2/{today}", parse=parse_fitness_ages
)
FITNESS_AGE: Final = Stream(
    name="fitness_age",
    group=Group.FITNESS,
    table="fitness_ages",
    key=("calendar_date",),
    routes={Api.ACCOUNT: _AGE_ROUTE, Api.PERSONAL: _AGE_ROUTE},
    day_column=None,
    # Why not by range, like the other scores: docs/adr.
    every_days=7,
)
