"""What is read of scores, thresholds and measurements is what the athlete truly has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from athletes_for_tests import NOW, TODAY, athletes

from training_analyzer.model import Api
from training_analyzer.simulator.body import blood_pressure
from training_analyzer.simulator.fitness import (
    endurance_score,
    fitness_age,
    hill_scores,
    race_times,
    readiness,
    threshold,
)
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.streams import Window, stream

if TYPE_CHECKING:
    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.streams import Row

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def tom() -> Athlete:
    """Give the triathlete, whose watch judges everything."""
    return athletes()[1]


def rows(athlete: Athlete, name: str, api: Api = Api.ACCOUNT, days: int = 60) -> list[Row]:
    """Return the rows of a stream over the days up to yesterday."""
    window = Window(stream(name), YESTERDAY - timedelta(days=days - 1), YESTERDAY)
    payload = SimulatedGarmin(athlete, now=NOW, api=api).fetch(window)
    assert payload is not None
    return list(stream(name).routes[api].parse(payload.body))


def day_of(row: Row) -> date:
    """Return the calendar day of a row."""
    return date.fromisoformat(str(row["calendar_date"]))


def test_scores_are_those_of_their_days(tom: Athlete) -> None:
    """Endurance, hills and race times of each day are the athlete's on that day."""
    endurance, hills = rows(tom, "endurance_score"), rows(tom, "hill_score")
    races = rows(tom, "race_predictions")

    assert len(endurance) == len(hills) == len(races) > 50
    for row in endurance:
        assert row["score"] == endurance_score(tom, day_of(row))
    for row in hills:
        found = (row["score"], row["strength"], row["endurance"])
        assert found == hill_scores(tom, day_of(row))
    for row in races:
        names = ("time_5k_s", "time_10k_s", "time_half_marathon_s", "time_marathon_s")
        assert tuple(row[name] for name in names) == tuple(race_times(tom, day_of(row)))


def test_readiness_is_every_reckoning(tom: Athlete) -> None:
    """Each reckoning of a day is a row of its own, at its own instant."""
    lived = {
        (one.at.replace(microsecond=0), one.score, one.recovery_min)
        for n in range(60)
        for one in readiness(tom, YESTERDAY - timedelta(days=n))
    }

    found = rows(tom, "training_readiness")

    assert {(row["computed_utc"], row["score"], row["recovery_min"]) for row in found} == lived
    assert len(found) > 60


def test_thresholds_are_the_latest(tom: Athlete) -> None:
    """Speed comes in metres per second, power in watts and by weight."""
    running = next(row for row in rows(tom, "lactate_threshold") if row["sport"] == "running")
    (cycling,) = rows(tom, "functional_threshold")

    speed, bpm = threshold(tom, day_of(running))
    assert running["speed_mps"] == pytest.approx(speed)
    assert running["hr_bpm"] == bpm
    ftp, weight_g = tom.traits.ftp_w, tom.traits.weight_g
    assert ftp is not None
    assert (cycling["sport"], cycling["power_w"]) == ("cycling", ftp)
    assert cycling["power_to_weight_wkg"] == pytest.approx(ftp * 1000 / weight_g, abs=0.005)


@pytest.mark.parametrize("api", list(Api))
def test_fitness_age_and_zones_are_the_same_from_both(tom: Athlete, api: Api) -> None:
    """Both interfaces tell the athlete's fitness age and the zones of each sport."""
    (age,) = rows(tom, "fitness_age", api)
    zones = rows(tom, "heart_rate_zones", api)

    assert age["fitness_age_years"] == fitness_age(tom, day_of(age))
    assert [row["sport"] for row in zones] == ["default", "running", "cycling"]
    assert {row["max_hr_bpm"] for row in zones} == {tom.traits.max_bpm}


def test_blood_pressure_is_every_measurement() -> None:
    """Each measurement is a row, at its instant and on the person's day."""
    will = athletes()[2]
    days = [YESTERDAY - timedelta(days=n) for n in range(60)]
    lived = {
        (day, taken.at.replace(microsecond=0), taken.systolic, taken.diastolic, taken.pulse)
        for day in days
        if (taken := blood_pressure(will, day))
    }

    found = {
        (
            day_of(row),
            *(row[name] for name in ("measured_utc", "systolic_mmhg", "diastolic_mmhg")),
            row["pulse_bpm"],
        )
        for row in rows(will, "blood_pressure")
    }

    assert found == lived
    assert len(found) > 5


def test_devices_are_the_watches_worn_so_far() -> None:
    """Every watch of the person is listed, and the one in use is the primary."""
    ada = athletes()[0]

    found = {row["device_id"]: row["is_primary"] for row in rows(ada, "devices")}

    old, new = (str(watch.device_id) for _, watch in ada.watches)
    assert found == {old: 0, new: 1}
