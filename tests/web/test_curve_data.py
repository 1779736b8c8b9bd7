"""What a page gives a script of its curves: few, short numbers, gaps and peaks kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from training_analyzer.web.charts.curves import MOST, curves_of_activity, curves_of_day
from training_analyzer.web.charts.day import Course, Curve, Shade
from training_analyzer.web.charts.traces import Activity, Lap, Trace
from training_analyzer.web.charts.usual import Range
from training_analyzer.web.measures import stopwatch
from training_analyzer.web.pages.rendering import Renderer
from training_analyzer.web.tongue import IMPERIAL, Tongue

if TYPE_CHECKING:
    from training_analyzer.web.charts.curves import Curves

TONGUE = Tongue(zone=ZoneInfo("Europe/Berlin"))
COUNT = 2400
HEART = Trace(
    name="Heart rate",
    values=[171.0 if k == 777 else None if k == 1200 else 140.0 + k % 3 for k in range(COUNT)],
    colour="hr",
    summary="150 bpm",
    shape="{} bpm",
    words=str,
    names_high=True,
)
PACE = Trace(
    name="Pace",
    values=[300.04] * COUNT,
    colour="vo2",
    summary="5:00 /km",
    shape="{} /km",
    words=stopwatch,
    steps=(30, 60),
    is_reversed=True,
)
METRES = [k * 5.0 for k in range(COUNT)]
SECONDS = [k * 1.5 for k in range(COUNT)]
RUN = Activity(at=METRES, traces=[HEART, PACE], laps=[Lap(start=1000, end=2000, name="Fast")])
MIDNIGHT = datetime(2026, 3, 28, 23, tzinfo=UTC)


def there(curves: Curves | None) -> dict[str, Any]:
    """Return *curves*, which are there, as a script reads them."""
    assert curves is not None
    return dict(curves)


def test_curves_of_an_activity_are_few_and_keep_peaks_and_gaps() -> None:
    """So many points as a plot has pixels; the highest heart rate and a lost second stay."""
    found = there(curves_of_activity(RUN, TONGUE, also=SECONDS))
    heart, pace = found["panels"]
    (beats,) = heart["lines"]

    assert len(found["at"]) == len(found["also"]) == len(beats["values"]) == 800 <= MOST
    assert found["at"][:3] == [0, 0.015, 0.03]
    assert found["also"][:3] == [0, 4, 9]
    assert found["axis"] == {"kind": "far", "unit": "km", "span": [0, 11.995]}
    assert found["shades"] == [[1, 2, "Fast"]]
    assert beats["values"][777 // 3] == 171
    assert [k for k, value in enumerate(beats["values"]) if value is None] == [400]
    assert all(isinstance(value, int) for value in beats["values"] if value is not None)
    assert heart["range"][0] < 140
    assert heart["range"][1] > 171
    assert (pace["down"], pace["timed"], pace["range"][0] < pace["range"][1]) == (True, True, True)
    assert (beats["shape"], beats["summary"]) == ("{} bpm", "150 bpm")


def test_curves_are_in_the_units_of_the_person() -> None:
    """Miles for whom they are set; over time the axis has whole seconds, and miles beside."""
    miles = Tongue(units=IMPERIAL)
    far = there(curves_of_activity(RUN, miles))
    timed = there(
        curves_of_activity(replace(RUN, at=SECONDS, laps=(), is_time=True), miles, also=METRES)
    )

    assert far["axis"]["unit"] == "mi"
    assert far["axis"]["span"] == [0, pytest.approx(7.453, abs=0.001)]
    assert timed["axis"]["kind"] == "timer"
    assert timed["also"][-1] == pytest.approx(7.453, abs=0.02)
    assert "also" not in far


def test_values_that_are_mostly_missing_are_no_gaps() -> None:
    """A sensor that speaks every third second gives a curve, not nothing."""
    sparse = replace(HEART, values=[140.0 if k % 3 == 0 else None for k in range(COUNT)])
    (panel,) = there(curves_of_activity(replace(RUN, traces=[sparse]), TONGUE))["panels"]

    assert panel["lines"][0]["values"] == [140] * 800


def test_a_place_on_the_route_is_told_within_its_box() -> None:
    """Thousandths to the right and down; where the signal was lost there is no place."""
    north_east = [(48 + k * 1e-5, 8 + k * 1e-5) for k in range(COUNT)]
    lost = [None if 600 <= k < 900 else place for k, place in enumerate(north_east)]
    way = there(curves_of_activity(RUN, TONGUE, places=lost))["way"]

    assert (way[0][0], way[1][0]) == (0, 1000)
    assert (way[0][-1], way[1][-1]) == (pytest.approx(1000, abs=2), pytest.approx(0, abs=2))
    assert way[0][200:300] == way[1][200:300] == [None] * 100
    assert "way" not in there(curves_of_activity(RUN, TONGUE, places=[None] * COUNT))


def test_nothing_recorded_gives_no_curves() -> None:
    """Without a value, or without any way, the page has no data for a script."""
    empty = replace(HEART, values=[None] * COUNT)
    day = Course(first=MIDNIGHT, last=MIDNIGHT + timedelta(days=1), curves=[])

    assert curves_of_activity(replace(RUN, traces=[empty]), TONGUE) is None
    assert curves_of_activity(replace(RUN, at=[0.0] * COUNT), TONGUE) is None
    assert curves_of_day(day, TONGUE) is None


def test_curves_of_a_day_know_the_clock_of_the_person() -> None:
    """On the day of 23 hours the clock jumps; a silence is a gap; each curve has its own times."""
    minutes = [0, 3, 6, 30, 33]
    battery = [(MIDNIGHT + timedelta(minutes=n), 60.0 + n) for n in minutes]
    stress = [
        (MIDNIGHT + timedelta(minutes=n, seconds=30), None if n == 3 else 25.5) for n in (0, 3, 6)
    ]
    course = Course(
        first=MIDNIGHT,
        last=MIDNIGHT + timedelta(hours=23),
        curves=[
            Curve(points=battery, colour="battery", name="Battery"),
            Curve(points=stress, colour="stress", name="Stress"),
        ],
        shades=[Shade(start=MIDNIGHT, end=MIDNIGHT + timedelta(hours=7), name="Sleep")],
        limits=Range(0, 100),
    )
    found = there(curves_of_day(course, TONGUE))
    (panel,) = found["panels"]
    level, tense = panel["lines"]
    start = MIDNIGHT.timestamp()

    assert found["axis"]["span"] == [0, 23 * 3600]
    assert found["axis"]["offsets"] == [[0, start + 3600], [2 * 3600, start + 7200]]
    assert found["locale"] == "en-GB"
    assert found["shades"] == [[0, 7 * 3600, "Sleep"]]
    assert panel["range"] == [0, 100]
    assert level["at"] == [0, 180, 360, 1080, 1800, 1980]
    assert level["values"] == [60, 63, 66, None, 90, 93]
    assert (tense["at"], tense["values"]) == ([30, 210, 390], [25.5, None, 25.5])
    assert (level["summary"], level["area"], tense["area"]) == ("93", True, False)


def test_asvs_1_2_3_a_name_cannot_end_the_data_of_a_page() -> None:
    """Whatever a lap is called, it stays within the JSON, and a script reads it as it was."""
    name = "</script><script>alert('<!--')</script>"
    found = curves_of_activity(replace(RUN, laps=[Lap(start=0, end=9, name=name)]), TONGUE)
    page = Renderer()._environment.from_string(
        "{% set uplot = 1 %}{% from '_curve_data.html' import curves with context %}"
        "{{ curves(data) }}"
    )

    told = page.render(data=found)

    assert told.count("<") == 2
    data = told.partition(">")[2].rpartition("</script>")[0]
    assert json.loads(data)["shades"] == [[0, 0.009, name]]
