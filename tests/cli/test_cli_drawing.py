"""The pure parts: sparklines, the grid of weeks, the summary's lines, JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.cli.drawing import curve_lines, extremes, sport_lines
from training_analyzer.cli.grid import (
    LEGEND,
    WEEKS,
    first_day,
    grid_lines,
    known_percent,
    month_line,
    week_cell,
)
from training_analyzer.cli.outcomes import duration
from training_analyzer.cli.printing import as_json, plain
from training_analyzer.cli.sparkline import GAP, sparkline, weekly_means
from training_analyzer.cli.summary import Curve, SportSum
from training_analyzer.model import DayState, RunStatus, SyncOutcome

VALUES = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=400)
LAST = date(2026, 11, 25)
D, E, F, U = DayState.DATA, DayState.EMPTY, DayState.FAILED, DayState.UNSUPPORTED


def test_weeks_end_with_the_last_day() -> None:
    """The last seven days are one week; what is over stands at the beginning."""
    days = [100.0, *[float(day) for day in range(14)]]

    assert weekly_means(days) == [100.0, 3.0, 10.0]


def test_a_week_without_values_is_a_gap() -> None:
    """Days without a value count for nothing, and a week of them shows as a dot."""
    weeks = weekly_means([*[None] * 7, *[None] * 6, 60.0, *[70.0] * 7])

    assert weeks == [None, 60.0, 70.0]
    assert sparkline(weeks) == "·▁█"


@given(VALUES)
def test_a_sparkline_has_one_letter_per_value(values: list[float | None]) -> None:
    """Any series becomes one letter each, a dot exactly where nothing is."""
    line = sparkline(values)

    assert len(line) == len(values)
    gaps = zip(values, line, strict=True)
    assert all((value is None) == (letter == GAP) for value, letter in gaps)


@given(VALUES)
def test_weekly_means_stay_within_the_values(values: list[float | None]) -> None:
    """There is one mean for each begun week, between the extremes of the series."""
    weeks = weekly_means(values)
    known = [value for value in values if value is not None]

    assert len(weeks) == -(-len(values) // 7)
    for week in weeks:
        assert week is None or min(known) - 1e-6 <= week <= max(known) + 1e-6


def test_a_flat_series_stands_in_the_middle() -> None:
    """A series that never changes is no extreme."""
    assert sparkline([50.0, 50.0]) == "▅▅"


@pytest.mark.parametrize(
    ("states", "cell"),
    [
        ([D] * 7, "█"),
        ([D] * 4 + [E] * 3, "▓"),
        ([D] * 2 + [E] * 5, "▒"),
        ([D] + [E] * 6, "░"),
        ([D] * 6 + [F], "!"),
        ([E] * 7, "·"),
        ([U] * 7, "-"),
        ([None] * 7, " "),
        ([None] * 6 + [E], "·"),
    ],
)
def test_a_week_is_one_letter(states: list[DayState | None], cell: str) -> None:
    """A failed day shows first; then how many days have data; then why there is none."""
    assert week_cell(states) == cell


def test_known_means_answered() -> None:
    """A day with nothing counts as known, a failed or unasked one does not.

    The latest two days may still wait for their turn.
    """
    assert known_percent([None, D, E, F]) == 50
    assert known_percent([D, E, F, F, None, None]) == 50
    assert known_percent([D, E, None, None, None]) == 66
    assert known_percent([D] * 199 + [F]) == 99
    assert known_percent([]) == 0


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_the_grid_fits_80_columns(last: date) -> None:
    """Whatever the day, each line is 80 columns at most, and the months stand above."""
    days = {"resting_heart_rate": [D] * (WEEKS * 7)}

    lines = grid_lines(days, last=last, known_since=first_day(last))

    assert all(len(line.plain) <= 80 for line in lines)
    assert len(month_line(last)) == WEEKS
    assert len(set(month_line(last).split())) >= 11
    assert len(LEGEND) <= 80


def test_the_share_counts_from_the_first_day_asked() -> None:
    """Days before the first sync do not lower the share of known days."""
    days = {"sleep": [*[None] * (WEEKS * 7 - 10), *[D] * 10]}

    lines = grid_lines(days, last=LAST, known_since=LAST - timedelta(days=9))

    assert lines[1].plain.endswith(" 100%")


def test_sports_are_added_up() -> None:
    """Each sport has its line in km and hours; more than eight are added up in the last."""
    sports = [
        SportSum(sport=f"sport_{number}", count=20 - number, distance_m=1000.0, duration_s=3600.0)
        for number in range(10)
    ]

    lines = [line.plain for line in sport_lines(sports)]

    assert len(lines) == 10
    assert lines[1].split()[-3:] == ["20", "1.0", "1.0"]
    assert lines[-1].split() == ["2", "other", "sports", "23", "2.0", "2.0"]
    assert all(len(line) <= 80 for line in lines)
    assert [line.plain.strip() for line in sport_lines([])][1] == "none"


def test_curves_show_their_extremes() -> None:
    """A curve has a letter per week, and its lowest and highest week with the unit."""
    curve = Curve(name="hrv", title="HRV", unit="ms", weeks=[None] * 26 + [58.0] * 26 + [64.0])

    (_, line) = list(curve_lines([curve]))

    assert "·" * 26 in line.plain
    assert line.plain.endswith("58-64 ms")
    assert len(line.plain) <= 80
    assert extremes(Curve(name="hrv", title="HRV", unit="ms", weeks=[None])) == "no data"
    assert extremes(Curve(name="sleep", title="Sleep", unit="h", weeks=[7.25])) == "7.2-7.2 h"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (8.2, "8 s"), (65, "1 min 5 s"), (7265, "2 h 1 min")],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    """A span of time has two units at most."""
    assert duration(seconds) == text


def test_json_has_only_its_own_types() -> None:
    """Values become objects, lists, texts and numbers; instants are UTC with a Z."""
    noon = datetime(2026, 3, 2, 13, tzinfo=timezone(timedelta(hours=1)))

    made = as_json(
        {"day": LAST, "at": noon, "sync": SyncOutcome(sync_id=1, status=RunStatus.FAILED)}
    )

    assert isinstance(made, dict)
    assert (made["day"], made["at"]) == ("2026-11-25", "2026-03-02T12:00:00Z")
    assert made["sync"]["status"] == "failed"


def test_text_for_the_terminal_is_harmless() -> None:
    """Control characters of foreign texts never reach the terminal."""
    assert plain("a\x1b[31mb\nc") == "a�[31mb�c"
    assert plain(None) == ""
    assert plain(datetime(2026, 3, 2, 12, 5, tzinfo=UTC)) == "2026-03-02 12:05"
