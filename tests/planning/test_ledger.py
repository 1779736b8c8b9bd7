"""The ledger: what an answer says about its days, and when a day settles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.model import DayState
from training_analyzer.planning import days_of_rows, keep_asked_days
from training_analyzer.planning.ledger import end_of_day, settles
from training_analyzer.streams import Row, Window, stream

BERLIN = ZoneInfo("Europe/Berlin")
HRV = stream("hrv")
MONDAY = date(2026, 3, 23)


def test_day_settles_after_its_local_end_and_the_look_back() -> None:
    """A day is final only when it was fetched after its own end plus the look-back."""
    end = datetime(2026, 3, 23, 23, 0, tzinfo=UTC)  # midnight in Berlin in winter time
    late = end + timedelta(days=7)

    assert settles(MONDAY, fetched_at=late, look_back_days=7, zone=BERLIN)
    assert not settles(
        MONDAY, fetched_at=late - timedelta(seconds=1), look_back_days=7, zone=BERLIN
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_days_of_a_clock_change_have_their_own_length(day: date, hours: int) -> None:
    """The days on which the clocks change have 23 and 25 hours."""
    begins = end_of_day(day - timedelta(days=1), BERLIN)

    assert end_of_day(day, BERLIN) - begins == timedelta(hours=hours)


def test_day_without_a_row_is_empty_not_missing() -> None:
    """A day that was asked for and has no row is written down as empty."""
    window = Window(HRV, MONDAY, MONDAY + timedelta(days=1))
    rows: list[Row] = [{"calendar_date": "2026-03-24"}]

    lines = days_of_rows(
        window, rows, now=datetime(2026, 3, 25, tzinfo=UTC), look_back_days=7, zone=BERLIN
    )

    assert [(line.calendar_date, line.state, line.settled) for line in lines] == [
        (MONDAY, DayState.EMPTY, False),
        (MONDAY + timedelta(days=1), DayState.DATA, False),
    ]


def test_answer_for_other_days_is_refused() -> None:
    """An answer whose rows are all for days that nobody asked for is not stored."""
    window = Window(HRV, MONDAY, MONDAY)

    with pytest.raises(UnexpectedPayload):
        keep_asked_days(window, [{"calendar_date": "2026-03-22"}])


def test_rows_beyond_the_window_are_left_out() -> None:
    """A row for a neighbouring day is dropped: its own window brings it."""
    window = Window(HRV, MONDAY, MONDAY)
    rows: list[Row] = [{"calendar_date": "2026-03-23"}, {"calendar_date": "2026-03-24"}]

    assert keep_asked_days(window, rows) == rows[:1]
