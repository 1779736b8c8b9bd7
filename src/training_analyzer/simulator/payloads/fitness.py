"""Race predictions, endurance and hill scores, fitness age."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training_analyzer.simulator.fate import ONE_DAY, today_of, vo2max_on
from training_analyzer.simulator.fitness import (
    endurance_score,
    fitness_age,
    hill_scores,
    measures_training,
    race_times,
)
from training_analyzer.simulator.nights import resting_bpm
from training_analyzer.simulator.payloads.asking import (
    ACCOUNT,
    BOTH,
    NO_CONTENT,
    Ask,
    Served,
    midnight,
)

if TYPE_CHECKING:
    from datetime import date

    from training_analyzer.simulator.answer import Answer
    from training_analyzer.streams import Json

_LEARNING_DAYS = 21
_ENDURANCE_LIMITS = {
    "Intermediate": 5100,
    "Trained": 5800,
    "WellTrained": 6600,
    "Expert": 7300,
    "Superior": 8100,
    "Elite": 8800,
}


def judged(ask: Ask) -> list[date]:
    """Return the asked days on which a watch that has learnt the athlete judged training."""
    learnt = ask.athlete.since + _LEARNING_DAYS * ONE_DAY
    return [day for day in ask.days if day >= learnt and measures_training(ask.athlete, day)]


def latest_judged(ask: Ask) -> date | None:
    """Return the newest judged day of the last month."""
    today = today_of(ask.athlete, ask.known)
    learnt = ask.athlete.since + _LEARNING_DAYS * ONE_DAY
    days = (today - n * ONE_DAY for n in range(30))
    return next((d for d in days if d >= learnt and measures_training(ask.athlete, d)), None)


def _prediction(ask: Ask, day: date) -> dict[str, Json]:
    five, ten, half, full = race_times(ask.athlete, day)
    return {
        "userId": ask.owner.profile_id,
        "fromCalendarDate": None,
        "toCalendarDate": None,
        "calendarDate": day.isoformat(),
        "time5K": five,
        "time10K": ten,
        "timeHalfMarathon": half,
        "timeMarathon": full,
    }


def _predictions(ask: Ask) -> Json:
    return [_prediction(ask, day) for day in judged(ask)]


def _latest_prediction(ask: Ask) -> Json | Answer:
    day = latest_judged(ask)
    return NO_CONTENT if day is None else _prediction(ask, day)


def _endurance(ask: Ask, day: date) -> dict[str, Json]:
    score = endurance_score(ask.athlete, day)
    limits = _ENDURANCE_LIMITS.items()
    return {
        "userProfilePK": ask.owner.profile_id,
        "deviceId": ask.athlete.watch_on(day).device_id,
        "calendarDate": day.isoformat(),
        "overallScore": score,
        "classification": 1 + sum(score >= least for _, least in limits),
        "feedbackPhrase": 30,
        "primaryTrainingDevice": True,
        "gaugeLowerLimit": 3570,
        **{f"classificationLowerLimit{name}": least for name, least in limits},
        "gaugeUpperLimit": 10560,
        "contributors": [{"activityTypeId": 1, "group": None, "contribution": 100.0}],
    }


def _endurance_day(ask: Ask) -> Json | Answer:
    days = judged(ask)
    return _endurance(ask, days[-1]) if days else NO_CONTENT


def _endurance_range(ask: Ask) -> Json:
    days = judged(ask)
    step = 7 if ask.query.get("aggregation", "weekly") == "weekly" else 1
    groups: dict[str, Json] = {}
    start = ask.first
    while start <= ask.last:
        inside = [day for day in days if start <= day < start + step * ONE_DAY]
        scores = [endurance_score(ask.athlete, day) for day in inside]
        if step > 1 or scores:
            groups[start.isoformat()] = {
                "groupAverage": round(sum(scores) / len(scores)) if scores else None,
                "groupMax": max(scores, default=None),
                "enduranceContributorDTOList": [],
            }
        start += step * ONE_DAY
    scores = [endurance_score(ask.athlete, day) for day in days]
    return {
        "userProfilePK": ask.owner.profile_id,
        "startDate": ask.first.isoformat(),
        "endDate": ask.last.isoformat(),
        "avg": round(sum(scores) / len(scores)) if scores else None,
        "max": max(scores, default=None),
        "groupMap": groups,
        "enduranceScoreDTO": _endurance(ask, days[-1]) if days else None,
    }


def _hill(ask: Ask, day: date) -> dict[str, Json]:
    overall, strength, endurance = hill_scores(ask.athlete, day)
    precise = vo2max_on(ask.athlete, day)
    return {
        "userProfilePK": ask.owner.profile_id,
        "deviceId": ask.athlete.watch_on(day).device_id,
        "calendarDate": day.isoformat(),
        "strengthScore": strength,
        "enduranceScore": endurance,
        "hillScoreClassificationId": 1 + overall // 25,
        "overallScore": overall,
        "hillScoreFeedbackPhraseId": 4,
        "vo2Max": float(round(precise)),
        "vo2MaxPreciseValue": precise,
        "primaryTrainingDevice": True,
    }


def _hill_day(ask: Ask) -> Json | Answer:
    days = judged(ask)
    return _hill(ask, days[-1]) if days else NO_CONTENT


def _hill_range(ask: Ask) -> Json:
    days = judged(ask)
    scores = [hill_scores(ask.athlete, day)[0] for day in days]
    return {
        "userProfilePK": ask.owner.profile_id,
        "startDate": ask.first.isoformat(),
        "endDate": ask.last.isoformat(),
        "periodAvgScore": {"score": round(sum(scores) / len(scores))} if scores else {},
        "maxScore": max(scores, default=None),
        "hillScoreDTOList": [_hill(ask, day) for day in days],
    }


def _age_values(ask: Ask, day: date) -> dict[str, float]:
    traits = ask.athlete.traits
    return {
        "fitnessAge": fitness_age(ask.athlete, day),
        "achievableFitnessAge": round(fitness_age(ask.athlete, day) - 1.5, 2),
        "bmi": round(traits.weight_g / 1000 / (traits.height_cm / 100) ** 2, 1),
        "rhr": float(resting_bpm(ask.athlete, day) or traits.resting_bpm),
        "vigorousDaysAvg": 3.2,
    }


def _age_day(ask: Ask) -> Json:
    day = next(iter(ask.days), None)
    if day is None or day < ask.athlete.since + _LEARNING_DAYS * ONE_DAY:
        return {
            "chronologicalAge": None,
            "fitnessAge": None,
            "achievableFitnessAge": None,
            "previousFitnessAge": None,
            "components": None,
            "lastUpdated": None,
            "invalidReason": "NOT_ENOUGH_DATA",
        }
    values = _age_values(ask, day)
    return {
        "chronologicalAge": (day - ask.athlete.traits.born).days * 4 // 1461,
        "fitnessAge": values["fitnessAge"],
        "achievableFitnessAge": values["achievableFitnessAge"],
        "previousFitnessAge": fitness_age(ask.athlete, day - 7 * ONE_DAY),
        "components": {
            name: {"value": values[name], "targetValue": None, "stale": False}
            for name in ("bmi", "rhr", "vigorousDaysAvg")
        },
        "lastUpdated": midnight(day),
        "invalidReason": None,
    }


def _age_range(ask: Ask) -> Json:
    learnt = ask.athlete.since + _LEARNING_DAYS * ONE_DAY
    return [
        {"calendarDate": day.isoformat(), "values": dict(_age_values(ask, day))}
        for day in ask.days
        if day >= learnt
    ]


_METRICS = "/metrics-service/metrics"
_PREDICTIONS = f"{_METRICS}/racepredictions"
_AGE = "/fitnessage-service"
ROUTES = (
    Served(
        f"{_PREDICTIONS}/daily/{{name}}",
        _predictions,
        ACCOUNT,
        ("fromCalendarDate", "toCalendarDate"),
        cap_days=367,
    ),
    Served(f"{_PREDICTIONS}/latest/{{name}}", _latest_prediction, ACCOUNT),
    Served(
        f"{_METRICS}/endurancescore/stats",
        _endurance_range,
        ACCOUNT,
        ("startDate", "endDate"),
        cap_days=366,
    ),
    Served(f"{_METRICS}/endurancescore", _endurance_day, ACCOUNT, ("calendarDate",)),
    Served(
        f"{_METRICS}/hillscore/stats", _hill_range, ACCOUNT, ("startDate", "endDate"), cap_days=366
    ),
    Served(f"{_METRICS}/hillscore", _hill_day, ACCOUNT, ("calendarDate",)),
    Served(f"{_AGE}/fitnessage/v2/{{day}}", _age_day, BOTH),
    Served(f"{_AGE}/fitnessage/{{day}}", _age_day, ACCOUNT),
    Served(f"{_AGE}/stats/daily/{{first}}/{{last}}", _age_range, ACCOUNT, cap_days=29),
)
