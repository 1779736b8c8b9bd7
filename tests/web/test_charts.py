"""Charts are pure: numbers in, markup out."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.model import DayState
from training_analyzer.web.charts.sparkline import sparkline
from training_analyzer.web.charts.strips import coverage_strip, runs_strip
from training_analyzer.web.charts.usual import usual

DATA, EMPTY, FAILED = DayState.DATA, DayState.EMPTY, DayState.FAILED
VALUES = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=120)


def shapes(markup: str) -> list[ET.Element]:
    """Return what is drawn, in order, without title and description."""
    parsed = ET.fromstring(markup)  # noqa: S314 - our own markup
    return [shape for shape in parsed.iter() if shape.get("class") and shape is not parsed]


def line(markup: str) -> str:
    """Return the path of a sparkline's line."""
    return next(shape.get("d", "") for shape in shapes(markup) if shape.get("class") == "ln")


def test_a_gap_breaks_the_line() -> None:
    """A missing value is neither zero nor joined over."""
    drawn = line(sparkline([50, 51, None, 52, 53], label="x", colour="hr"))

    assert drawn.count("M") == 2


def test_a_lonely_value_is_a_dot() -> None:
    """A value between two gaps is still to be seen."""
    assert line(sparkline([None, 50, None], label="x", colour="hr")).endswith("h0")


def test_nothing_measured_draws_nothing() -> None:
    """Without a value there is no chart."""
    assert sparkline([None] * 90, label="x", colour="hr") == ""
    assert sparkline([], label="x", colour="hr") == ""


def test_higher_values_are_higher_up() -> None:
    """The largest value has the smallest y, and equal values one y."""
    numbers = re.findall(r"-?[\d.]+", line(sparkline([1, 9, 5], label="", colour="hr")))
    heights = list(accumulate(float(y) for y in numbers[1::2]))

    assert heights[1] < heights[2] < heights[0]
    assert line(sparkline([7, 7], label="", colour="hr")) == "M5 22l310 0"


def test_the_usual_needs_a_week() -> None:
    """Six values say nothing about what is usual."""
    assert usual([50.0] * 6) is None
    band = usual([50.0] * 6 + [None, 57.0])
    assert band is not None
    assert band.low < 51 < band.high


@given(values=VALUES)
def test_every_sparkline_is_well_formed(values: list[float | None]) -> None:
    """Whatever the numbers, the markup parses and no coordinate is odd."""
    markup = sparkline(values, label='a "label" <b>', colour="hr")

    if any(value is not None for value in values):
        assert ET.fromstring(markup)[0].text == 'a "label" <b>'  # noqa: S314 - our own markup
        assert not re.search(r"nan|inf|e[+-]", str(markup))


@given(days=st.lists(st.none() | st.sampled_from(list(DayState)), max_size=400))
def test_a_coverage_strip_has_at_most_53_marks(days: list[DayState | None]) -> None:
    """Any number of days fits, and nothing overlaps."""
    markup = coverage_strip(days, label="x")

    found = re.search(r'viewBox="0 0 (\d+) ', markup)
    assert found is not None
    assert int(found.group(1)) <= 53 * 6
    assert len(shapes(markup)) <= 53


def test_a_failed_day_stands_out_of_its_week() -> None:
    """One failed day in a year of data is its own, taller mark."""
    days: list[DayState | None] = [DATA] * 365
    days[200] = FAILED

    markup = str(coverage_strip(days, label="x"))

    assert markup.count('class="failed"') == 1
    assert markup.count('class="data"') == 2


def test_nothing_at_garmin_is_not_missing() -> None:
    """Empty, missing, half-known and unsupported days look different."""
    marks = [
        [shape.get("class") for shape in shapes(coverage_strip(days, label="x"))]
        for days in ([EMPTY], [None], [DATA, None] * 60, [DayState.UNSUPPORTED], [DATA, EMPTY] * 60)
    ]

    assert marks == [["empty"], ["missing"], ["some"], ["off"], ["data"]]


def test_runs_are_told_by_height() -> None:
    """A failed run is taller than a partial one, and that than a completed one."""
    markup = str(runs_strip(["completed", "partial", "failed"], label="x"))
    heights = [float(shape.get("height", "")) for shape in shapes(markup)]

    assert heights == sorted(heights)
    assert len(set(heights)) == 3
