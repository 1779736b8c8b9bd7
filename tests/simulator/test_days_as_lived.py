"""What is read of days, nights and activities is what the athlete truly lived.

`test_curves_as_lived` does the same for what is measured within a day, `test_fitness_as_lived`
for scores, thresholds and measurements; together
they hold every table that a stream writes, over every interface that serves it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from athletes_for_tests import NOW, TODAY, athletes

from training_analyzer.model import Api
from training_analyzer.simulator.body import drinks, weigh_ins
from training_analyzer.simulator.curves import ms
from training_analyzer.simulator.fate import bounds, offset_s, today_of
from training_analyzer.simulator.fitness import training_status, vo2max
from training_analyzer.simulator.habits import RIDE, RUN, TRAIL_RUN, TRAINER
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.simulator.nights import hrv_night, night, resting_bpm
from training_analyzer.simulator.training import activities_on, acute_load, chronic_load
from training_analyzer.simulator.wellness import last_sync, wellness
from training_analyzer.streams import CATALOG, stream

if TYPE_CHECKING:
    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.simulator.training import Activity
    from training_analyzer.streams import Row

YESTERDAY = TODAY - timedelta(days=1)
SPAN = 60
DAYS = [YESTERDAY - timedelta(days=n) for n in range(SPAN)]
# Tables whose truth this file holds, then those of its sisters.
HERE = {
    *("activities", "daily_summaries", "sleep_nights", "hrv_nights", "body_battery_days"),
    *("resting_heart_rates", "weigh_ins", "training_status_days", "vo2max_days", "profiles"),
    "personal_records",
}
THERE = {
    *("training_readiness", "race_predictions", "endurance_scores", "hill_scores"),
    *("fitness_ages", "lactate_thresholds", "functional_thresholds", "heart_rate_zones"),
    *("blood_pressures", "devices", "intraday_series"),
}


def apis(name: str) -> list[Api]:
    """Return the interfaces that serve a stream."""
    return list(stream(name).routes)


def rows(athlete: Athlete, name: str, api: Api, days: int = SPAN) -> list[Row]:
    """Return the rows of a stream over the days up to yesterday, window by window."""
    member = stream(name)
    garmin = SimulatedGarmin(athlete, now=NOW, api=api)
    route = member.routes[api]
    found: list[Row] = []
    for window in member.windows(DAYS[days - 1], YESTERDAY, route.cap_days):
        payload = garmin.fetch(window)
        found += route.parse(payload.body) if payload is not None else ()
    return found


def by_day(found: list[Row]) -> dict[date, Row]:
    """Return rows by their day, which none shares with another."""
    days = {date.fromisoformat(str(row["calendar_date"])): row for row in found}
    assert len(days) == len(found)
    return days


def whole(moment: datetime) -> datetime:
    """Return an instant to the second, as texts write it."""
    return moment.replace(microsecond=0)


def known(athlete: Athlete) -> datetime:
    """Return up to when Garmin can know anything."""
    synced = last_sync(athlete, NOW)
    assert synced is not None
    return synced


def test_every_table_is_compared() -> None:
    """No stream writes a table whose values nobody has compared with the life behind them."""
    assert {member.table for member in CATALOG} == HERE | THERE


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("api", apis("daily_summary"))
def test_days_are_the_days_lived(number: int, api: Api) -> None:
    """Steps, calories, heart, stress, battery and drinks of each worn day, in their units."""
    athlete = athletes()[number]
    found = by_day(rows(athlete, "daily_summary", api))
    lived = {day: seen for day in DAYS if (seen := wellness(athlete, day, known(athlete)))}

    assert {day for day, row in found.items() if row["has_wellness"]} == lived.keys()
    for day, seen in lived.items():
        row, tense, full = found[day], seen.stress, seen.battery
        water = drinks(athlete, day)
        expected = {
            "start_utc": whole(seen.start),
            "end_utc": whole(seen.end),
            "utc_offset_s": offset_s(athlete, day, seen.start),
            "duration_s": seen.duration_s,
            "steps": seen.steps,
            "step_distance_m": seen.distance_m,
            "floors_up": int(seen.floors_up),
            "calories_resting_kcal": seen.kcal_resting,
            "calories_active_kcal": seen.kcal_active,
            "min_hr_bpm": seen.min_bpm,
            "max_hr_bpm": seen.max_bpm,
            "resting_hr_bpm": seen.resting_bpm,
            "moderate_intensity_min": seen.moderate_min,
            "vigorous_intensity_min": seen.vigorous_min,
            "stress_avg": tense.avg,
            "stress_max": tense.peak,
            "stress_rest_s": tense.rest_s,
            "stress_low_s": tense.low_s,
            "stress_medium_s": tense.medium_s,
            "stress_high_s": tense.high_s,
            "stress_activity_s": tense.activity_s,
            "body_battery_min": full.lowest,
            "body_battery_max": full.highest,
            "body_battery_charged": full.charged,
            "body_battery_drained": full.drained,
            "hydration_ml": water.drunk_ml if water else None,
            "respiration_avg_brpm": seen.breaths,
        }
        assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("api", apis("sleep"))
def test_nights_are_the_nights_slept(number: int, api: Api) -> None:
    """Each measured night stands on the day of waking up, with its instants and stages."""
    athlete = athletes()[number]
    found = by_day(rows(athlete, "sleep", api))
    slept = {day: one for day in DAYS if (one := night(athlete, day))}

    assert found.keys() == slept.keys()
    for day, one in slept.items():
        expected = {
            "start_utc": one.start,
            "end_utc": one.end,
            "utc_offset_s": one.offset_s,
            "sleep_total_s": one.total_s,
            "sleep_deep_s": one.deep_s,
            "sleep_light_s": one.light_s,
            "sleep_rem_s": one.rem_s,
            "sleep_awake_s": one.awake_s,
            "score": one.score,
            "respiration_avg_brpm": one.breaths,
            "spo2_avg_pct": one.spo2,
        }
        assert {name: found[day][name] for name in expected} == expected


@pytest.mark.parametrize("api", apis("hrv"))
def test_hrv_is_that_of_the_night(api: Api) -> None:
    """HRV of each night in milliseconds, with its week, baseline and status."""
    tom = athletes()[1]
    found = by_day(rows(tom, "hrv", api))
    lived = {day: one for day in DAYS if (one := hrv_night(tom, day))}

    assert found.keys() == lived.keys()
    for day, one in lived.items():
        row = found[day]
        measured = (row["last_night_avg_ms"], row["weekly_avg_ms"], row["status"])
        assert measured == (one.night_avg, one.weekly_avg, one.status)
        limits = ("low_upper", "balanced_low", "balanced_upper")
        baseline = tuple(row[f"baseline_{name}_ms"] for name in limits)
        assert baseline == (one.baseline or (None, None, None))


@pytest.mark.parametrize("api", apis("body_battery"))
def test_body_battery_is_that_of_the_day(api: Api) -> None:
    """Charged and drained of each worn day, between the day's own instants."""
    tom = athletes()[1]
    found = by_day(rows(tom, "body_battery", api))

    for day, row in found.items():
        seen = wellness(tom, day, known(tom))
        assert seen is not None
        assert (row["charged"], row["drained"]) == (seen.battery.charged, seen.battery.drained)
        assert (row["start_utc"], row["end_utc"]) == tuple(map(whole, bounds(tom, day)))
    assert len(found) > SPAN - 10


@pytest.mark.parametrize("api", apis("resting_heart_rate"))
def test_resting_heart_rate_is_that_of_the_day(api: Api) -> None:
    """Beats per minute at rest, on each day that has them and on no other."""
    tom = athletes()[1]

    found = by_day(rows(tom, "resting_heart_rate", api))

    lived = {day: bpm for day in DAYS if (bpm := resting_bpm(tom, day)) is not None}
    assert {day: row["resting_hr_bpm"] for day, row in found.items()} == lived


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("api", apis("weight"))
def test_weigh_ins_are_each_of_the_scales(number: int, api: Api) -> None:
    """Every weighing in grams, several a day, at its instant; a typed-in one has weight only."""
    athlete = athletes()[number]

    found = {
        (
            *(str(row["calendar_date"]), row["measured_utc"], row["weight_g"]),
            *(row["body_fat_pct"], row["bone_g"], row["muscle_g"]),
        )
        for row in rows(athlete, "weight", api)
    }

    lived = {
        (
            *(day.isoformat(), one.at.replace(microsecond=ms(one.at) % 1000 * 1000)),
            *(one.weight_g, one.fat_pct, one.bone_g, one.muscle_g),
        )
        for day in DAYS
        for one in weigh_ins(athlete, day)
    }
    assert found == lived


def test_training_status_and_load_are_those_of_the_day() -> None:
    """Each judged day has its status and its acute and chronic load."""
    tom = athletes()[1]
    found = by_day(rows(tom, "training_status", Api.ACCOUNT))

    judged = {day: status for day in DAYS if (status := training_status(tom, day)) is not None}
    assert {day: row["status"] for day, row in found.items()} == judged
    for day, row in found.items():
        assert row["load_acute"] == round(acute_load(tom, day))
        assert row["load_chronic"] == round(chronic_load(tom, day))
        assert row["device_id"] == str(tom.watch_on(day).device_id)


def test_vo2max_is_that_of_the_day_and_sport() -> None:
    """Precise values of running and cycling on the days on which they were measured."""
    tom = athletes()[1]

    found = {
        (row["calendar_date"], row["sport"]): row["vo2max_precise"]
        for row in rows(tom, "vo2max", Api.ACCOUNT)
    }

    lived = {
        (day.isoformat(), sport): value
        for day in DAYS
        if (one := vo2max(tom, day))
        for sport, value in (("running", one.generic), ("cycling", one.cycling))
        if value is not None
    }
    assert found == lived


def expected_of(one: Activity) -> dict[str, object]:
    """Return the columns of an activity's row as they should be."""
    return {
        "name": one.name,
        "type_key": one.kind.key,
        "start_utc": whole(one.start),
        "end_utc": whole(one.end),
        "utc_offset_s": one.offset_s,
        "calendar_date": one.day.isoformat(),
        "distance_m": one.distance_m,
        "duration_s": one.duration_s,
        "elapsed_s": one.elapsed_s,
        "elevation_gain_m": one.ascent_m,
        "avg_hr_bpm": one.avg_bpm,
        "max_hr_bpm": one.max_bpm,
        "avg_power_w": one.power_w or None,
        "calories_kcal": one.kcal,
        "is_manual": int(one.is_manual),
        "is_parent": int(bool(one.legs)),
        "lap_count": max(1, len(one.legs)),
        "training_load": None if one.is_manual else one.load,
        **{
            f"hr_zone{zone}_s": None if one.is_manual else seconds
            for zone, seconds in enumerate(one.zone_s, start=1)
        },
    }


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("api", apis("activities"))
def test_activities_are_those_done(number: int, api: Api) -> None:
    """Each activity of the days, and nothing else, with its instants, totals and zones."""
    athlete = athletes()[number]

    found = {row["activity_id"]: row for row in rows(athlete, "activities", api)}

    lived = {one.activity_id: one for day in DAYS for one in activities_on(athlete, day)}
    assert found.keys() == lived.keys()
    for activity_id, one in lived.items():
        expected = expected_of(one)
        row = found[activity_id]
        assert {name: row[name] for name in expected} == expected


def test_profile_is_the_persons_own() -> None:
    """Zone, body and thresholds come in IANA, centimetres, grams and metres per second."""
    tom = athletes()[1]
    (settings,) = rows(tom, "user_settings", Api.ACCOUNT, days=1)

    for api in apis("profile"):
        (profile,) = rows(tom, "profile", api, days=1)
        assert profile["time_zone"] == tom.time_zone
    traits = tom.traits
    body = (settings["height_cm"], settings["weight_g"], settings["birth_date"])
    assert body == (traits.height_cm, traits.weight_g, traits.born.isoformat())
    assert settings["sleep_time_s"] == traits.bed_min * 60
    speed = settings["lactate_threshold_speed_mps"]
    assert isinstance(speed, float)
    assert 3 < speed < 6


def test_records_are_the_best_of_the_whole_life() -> None:
    """The longest run and ride and the most ascent are those of the activities themselves."""
    tom = athletes()[1]
    span = (today_of(tom, NOW) - tom.since).days + 1
    life = [
        one
        for n in range(span)
        for one in activities_on(tom, tom.since + timedelta(days=n))
        if one.end <= known(tom)
    ]
    runs = [one for one in life if one.kind in (RUN, TRAIL_RUN)]
    rides = [one for one in life if one.kind in (RIDE, TRAINER)]

    found = {row["type_id"]: row for row in rows(tom, "personal_records", Api.ACCOUNT, days=1)}

    assert found[7]["value"] == max(one.distance_m for one in runs)
    assert found[8]["value"] == max(one.distance_m for one in rides)
    assert found[9]["value"] == max(one.ascent_m for one in rides)
    by_id = {one.activity_id: one for one in life}
    for row in found.values():
        one = by_id[int(str(row["activity_id"]))]
        assert row["set_utc"] == one.start.replace(microsecond=ms(one.start) % 1000 * 1000)
