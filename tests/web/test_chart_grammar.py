"""What each drawing says: gaps, zeros, the usual, the ends of lines, states and their signs."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from drawing_stage import (
    DAY,
    MIDNIGHT,
    PARTS,
    TONGUE,
    WIDTHS,
    dated,
    days_of,
    draw_rest,
    read,
)
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.model import DayState
from training_analyzer.web.charts.bars import share_bar
from training_analyzer.web.charts.coverage import Mark, StreamRow, coverage_year, month_cell
from training_analyzer.web.charts.heat import level_of
from training_analyzer.web.charts.labels import day_labels, fitting, spread
from training_analyzer.web.charts.lines import HRV, trend
from training_analyzer.web.charts.nights import Night, Phase, Stage, hypnogram, nights
from training_analyzer.web.charts.rooms import MIDDLE, NARROW, WIDE, rooms
from training_analyzer.web.charts.scales import bridged, thin, ticks
from training_analyzer.web.charts.sparkline import spark_bars, spark_ranges, sparkline
from training_analyzer.web.charts.stacked import Column, stacked, weekly
from training_analyzer.web.charts.strips import coverage_strip
from training_analyzer.web.charts.svg import element
from training_analyzer.web.charts.usual import Range, moving_mean, usual_before


def test_each_room_has_its_drawing() -> None:
    """The main column has two rooms, the whole page three, the side column one."""
    draw = partial(draw_rest, [50.0, 51.0, 49.0])

    drawn = {
        widest: str(rooms(lambda *, width: draw(width, TONGUE), widest))
        for widest in (NARROW, MIDDLE, WIDE)
    }

    assert re.findall(r'<div class="([^"]+)"', drawn[NARROW]) == ["chart"]
    assert re.findall(r'<div class="([^"]+)"', drawn[MIDDLE]) == ["chart chart-n", "chart chart-w"]
    assert re.findall(r'viewBox="0 0 (\d+)', drawn[WIDE]) == ["324", "702", "1102"]


@given(wanted=st.lists(st.floats(0, 200), max_size=12), gap=st.floats(1, 30))
def test_labels_beside_lines_keep_apart(wanted: list[float], gap: float) -> None:
    """Labels keep their order and distance, stay in the room, and stay where they fit."""
    places = spread(wanted, gap, 0, 200)

    order = sorted(range(len(wanted)), key=lambda k: (wanted[k], k))
    found = [places[k] for k in order]
    room = min(gap, 200 / max(1, len(wanted) - 1))
    assert all(-1e-6 <= place <= 200 + 1e-6 for place in places)
    assert all(b - a >= room - 1e-6 for a, b in pairwise(found))
    steps = [wanted[b] - wanted[a] for a, b in pairwise(order)]
    if all(step >= gap for step in steps):
        assert found == pytest.approx([wanted[k] for k in order])


@given(count=st.integers(1, 800), width=st.sampled_from(WIDTHS))
def test_an_axis_of_days_always_names_the_last(count: int, width: int) -> None:
    """However many days there are, the last is named, and no two names meet."""
    days = days_of(count)

    labels = day_labels(days, lambda k: width * k / count, 100, width=width, tongue=TONGUE)

    assert labels[0].text == "22 Nov"
    assert fitting(labels) == labels


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6), most=st.integers(1, 8))
def test_ticks_are_round_and_few(low: float, span: float, most: int) -> None:
    """Ticks lie within the range, have one distance, and are no more than asked for."""
    found = ticks(low, low + span, most)

    assert len(found) <= most + 1
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in found)


def test_a_missing_value_is_a_gap_and_zero_is_drawn() -> None:
    """A missing night is a dash, a line breaks, and a column of zero is not missing."""
    rows = [Night(on=on, deep_s=value) for on, value in dated([5000.0, None, 6000.0])]
    gap = nights(rows, width=MIDDLE, tongue=TONGUE, label="x")
    broken = trend(dated([50, 51, None, 52]), HRV, width=MIDDLE, tongue=TONGUE, label="x")
    zero = stacked(
        [Column(on=DAY, seconds=[0.0, 0.0])], PARTS, width=MIDDLE, tongue=TONGUE, label="x"
    )

    assert ">\N{EN DASH}</text>" in gap
    drawn = read(broken)
    assert drawn is not None
    assert len(list(drawn.root.iter("circle"))) == 5
    assert "Rest 0:00" in zero
    assert "\N{EN DASH}" not in zero


def test_a_short_silence_is_bridged_only_where_it_is_no_gap() -> None:
    """Weight is not measured each day: up to a month joins, longer breaks."""
    weekly_values = [70.0, None, None, 71.0, None, None, None, 72.0]

    assert [len(part) for part in bridged(weekly_values, 2)] == [2, 1]
    assert [len(part) for part in bridged(weekly_values, 0)] == [1, 1, 1]


def test_a_peak_survives_a_narrow_room() -> None:
    """Thinning keeps the highest and the lowest of each part."""
    points = [(float(k), 100.0) for k in range(5000)]
    points[1234] = (1234.0, 200.0)
    points[4321] = (4321.0, 10.0)

    kept = thin(points, 50)

    assert len(kept) <= 100
    assert {max(value for _, value in kept), min(value for _, value in kept)} == {200.0, 10.0}


def test_the_usual_is_that_of_the_days_before() -> None:
    """The last day has no say in what is usual, and neither has one of long ago."""
    band = usual_before([90.0, *([50.0] * 28), 90.0])

    assert band == Range(50.0, 50.0)
    assert moving_mean([None, 50.0, 52.0, None], days=2) == [None, None, 51.0, None]


def test_a_year_of_nights_is_drawn_as_weeks() -> None:
    """More nights than there is room for become weeks that end with the last night."""
    columns = [Column(on=on, seconds=[60.0 * k]) for k, on in enumerate(days_of(10))]

    assert [column.seconds for column in weekly(columns)] == [[60.0], [360.0]]


def test_a_night_has_the_clock_of_the_person_below() -> None:
    """Hours below a night are those of the person's zone; lanes have their totals."""
    hour = timedelta(hours=1)
    phases = [
        Phase(stage=stage, start=MIDNIGHT + k * hour, end=MIDNIGHT + (k + 1) * hour)
        for k, stage in enumerate((Stage.LIGHT, Stage.DEEP, Stage.AWAKE))
    ]

    drawn = hypnogram(phases, width=MIDDLE, tongue=TONGUE, label="x")

    assert re.findall(r">(\d\d:\d\d)<", drawn) == ["00:00", "01:00", "02:00", "03:00"]
    assert drawn.count("1:00 · 33 %") == 3
    assert hypnogram([], width=MIDDLE, tongue=TONGUE, label="x") == ""


def test_coverage_has_a_shape_for_each_state() -> None:
    """Each state has its own form, words and sign, and failed days are drawn last, on top."""
    row = StreamRow(name="Sleep", marks=list(Mark), words="99 %", group="Wellness")

    drawn = read(
        coverage_year(
            [row], DAY, width=WIDE, tongue=TONGUE, label="x", picked=(DAY, DAY + timedelta(days=2))
        )
    )

    assert drawn is not None
    kinds = [shape.get("class") for shape in drawn.root.iter("path")]
    assert kinds == ["c-data", "c-part", "c-empty", "c-missing", "c-off", "c-failed"]
    assert "22 Nov to 24 Nov 2026" in [label.text for label in drawn.labels()]
    assert len({str(month_cell(mark)) for mark in Mark}) == len(Mark)


def test_the_days_a_run_fetches_stand_out() -> None:
    """The window that a run is at has its own mark."""
    strip = coverage_strip([None] * 50 + [DayState.DATA] * 3, label="x", now=(45, 49))

    assert re.findall(r'class="(\w+)"', strip)[1:] == ["missing", "now", "data"]


def test_levels_of_the_calendar_grow_with_minutes() -> None:
    """No activity is level 0, and more than two and a half hours the fifth."""
    assert [level_of(m) for m in (0, 1, 30, 31, 75, 150, 151)] == [0, 1, 1, 2, 3, 4, 5]


def test_small_pictures_keep_gaps_and_zeros() -> None:
    """A missing day has no bar, a day of zero a flat one, and a share is held to the whole."""
    bars = spark_bars([0, None, 5], label="x", colour="steps")
    spans = spark_ranges([(10, 90), None, (90, 20)], label="x", colour="battery")

    assert bars.count("<rect") == 2
    assert spans.count("<rect") == 2
    assert sparkline([float("nan")], label="x", colour="hr") == ""
    assert 'width="100"' in share_bar(7.0, label="x")
    assert share_bar(0, label="x").count("<rect") == 1


def test_words_and_attributes_are_escaped() -> None:
    """No name of an activity, stream or lap gets out of its place."""
    drawn = element("text", "<script>", class_='"><b')

    assert drawn == '<text class="&#34;&gt;&lt;b">&lt;script&gt;</text>'
