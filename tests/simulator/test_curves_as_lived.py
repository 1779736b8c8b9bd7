"""The curves that are read of a day or a night are those that the athlete truly lived."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from athletes_for_tests import NOW, athletes
from test_days_as_lived import DAYS, YESTERDAY, apis

from training_analyzer.arrays import unpack
from training_analyzer.model import Api
from training_analyzer.simulator.curves import battery_at, battery_knots, heart_rate, ms, stress
from training_analyzer.simulator.fate import bounds
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.simulator.nights import hrv_night, night
from training_analyzer.streams import Window, stream

if TYPE_CHECKING:
    from training_analyzer.arrays import Number
    from training_analyzer.simulator.athletes import Athlete


def curves(athlete: Athlete, name: str, api: Api, day: date) -> dict[str, list[tuple[int, Number]]]:
    """Return the curves of a day by kind: (milliseconds, value) of each sample."""
    payload = SimulatedGarmin(athlete, now=NOW, api=api).fetch(Window(stream(name), day, day))
    assert payload is not None
    found = {}
    for row in stream(name).routes[api].parse(payload.body):
        start, packed = row["start_utc"], row["points_zstd"]
        assert isinstance(start, datetime)
        assert isinstance(packed, bytes)
        columns = unpack(packed)
        seconds, values = columns.pop("t"), next(iter(columns.values()))
        assert row["calendar_date"] == day.isoformat()
        found[str(row["kind"])] = [
            (ms(start) + round(float(str(t)) * 1000), value)
            for t, value in zip(seconds, values, strict=True)
        ]
    return found


@pytest.mark.parametrize("api", apis("heart_rate_detail"))
def test_heart_rate_curve_is_the_days(api: Api) -> None:
    """Each sample of the day at its instant; a gap stays a gap."""
    tom = athletes()[1]

    found = curves(tom, "heart_rate_detail", api, YESTERDAY)["heart_rate"]

    assert found == heart_rate(tom, YESTERDAY, bounds(tom, YESTERDAY)[1])


def test_stress_and_battery_curves_are_the_days() -> None:
    """Stress with its gaps, and Body Battery in whole points, at their instants."""
    tom = athletes()[1]
    end = bounds(tom, YESTERDAY)[1]

    found = curves(tom, "stress_detail", Api.ACCOUNT, YESTERDAY)

    lived = stress(tom, YESTERDAY, end)
    assert found["stress"] == [(at, level if level >= 0 else None) for at, level in lived]
    knots = battery_knots(tom, YESTERDAY)
    levels = [(at, round(battery_at(knots, at))) for at, _ in found["body_battery"]]
    assert found["body_battery"] == levels
    assert [at for at, _ in levels] == [at for at, _ in lived]


@pytest.mark.parametrize("api", apis("hrv_detail"))
def test_hrv_readings_are_the_nights(api: Api) -> None:
    """The readings of the night in their order, within the night."""
    tom = athletes()[1]
    day = next(day for day in DAYS if hrv_night(tom, day))
    lived, slept = hrv_night(tom, day), night(tom, day)
    assert lived is not None
    assert slept is not None

    found = curves(tom, "hrv_detail", api, day)["hrv"]

    assert [value for _, value in found] == list(lived.readings)
    assert ms(slept.start) <= found[0][0] < found[-1][0] <= ms(slept.end)


def test_sleep_stages_are_the_nights() -> None:
    """The stages drawn through the night add up to the night's deep, light, REM and awake."""
    tom = athletes()[1]
    day = next(day for day in DAYS if night(tom, day))
    slept = night(tom, day)
    assert slept is not None
    window = Window(stream("sleep_detail"), day, day)
    payload = SimulatedGarmin(tom, now=NOW).fetch(window)
    assert payload is not None
    rows_found = stream("sleep_detail").routes[Api.ACCOUNT].parse(payload.body)
    levels = next(row for row in rows_found if row["kind"] == "sleep_levels")
    assert isinstance(levels["points_zstd"], bytes)

    columns = unpack(levels["points_zstd"])

    spent: dict[object, float] = {}
    for stage, seconds in zip(columns["stage"], columns["duration_s"], strict=True):
        spent[stage] = spent.get(stage, 0) + float(str(seconds))
    assert spent == {0: slept.deep_s, 1: slept.light_s, 2: slept.rem_s, 3: slept.awake_s}
    assert levels["start_utc"] == slept.start
