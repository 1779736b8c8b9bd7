"""Every way in which Garmin writes a time, and what it means."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from training_analyzer.streams.instants import any_day, calendar_day, instant, offset_s, wall_clock

if TYPE_CHECKING:
    from training_analyzer.streams import Json


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-08 08:10:21", datetime(2026, 1, 8, 8, 10, 21, tzinfo=UTC)),
        ("2026-01-08T08:10:21", datetime(2026, 1, 8, 8, 10, 21, tzinfo=UTC)),
        ("2026-01-08T08:10", datetime(2026, 1, 8, 8, 10, tzinfo=UTC)),
        ("2026-01-08T08:10:21.0", datetime(2026, 1, 8, 8, 10, 21, tzinfo=UTC)),
        ("2026-01-08T08:10:21.85", datetime(2026, 1, 8, 8, 10, 21, 850_000, tzinfo=UTC)),
        ("2026-01-08T08:10:21.319", datetime(2026, 1, 8, 8, 10, 21, 319_000, tzinfo=UTC)),
        ("2026-01-08T08:10:21.319999", datetime(2026, 1, 8, 8, 10, 21, 319_000, tzinfo=UTC)),
        ("2026-01-08T08:10:21.123456789", datetime(2026, 1, 8, 8, 10, 21, 123_000, tzinfo=UTC)),
        ("2026-01-08T08:10:21Z", datetime(2026, 1, 8, 8, 10, 21, tzinfo=UTC)),
        ("2026-01-08T08:10:21+05:30", datetime(2026, 1, 8, 2, 40, 21, tzinfo=UTC)),
        ("2026-01-08T20:10:21-0600", datetime(2026, 1, 9, 2, 10, 21, tzinfo=UTC)),
        (1751863648000, datetime(2025, 7, 7, 4, 47, 28, tzinfo=UTC)),
        (1751863648123.0, datetime(2025, 7, 7, 4, 47, 28, 123_000, tzinfo=UTC)),
    ],
)
def test_instant_is_read_in_every_form(written: Json, meant: datetime) -> None:
    """A GMT field is an instant, with a space or a T, with fractions, or in milliseconds."""
    assert instant(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        "",
        "yesterday",
        "2026-01-08",
        "2026-02-30T08:00:00",
        "2026-01-08T25:00:00",
        "20260108T081021",
        "\u0662\u0660\u0662\u0666-01-08T08:10:21",
        "1970-01-01T00:00:00.0",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        0,
        -1,
        10**30,
        -(10**30),
        math.nan,
        math.inf,
        [1751863648000],
        {"date": 1751863648000},
    ],
)
def test_what_is_no_instant_is_none(written: Json) -> None:
    """Another type, an impossible day, a bare day and a placeholder are no instants."""
    assert instant(written) is None


@pytest.mark.parametrize(
    ("local", "gmt", "seconds"),
    [
        # Recorded: the night of 2025-07-07 and an activity of 2026-01-08, both at UTC-6.
        (1751842048000, 1751863648000, -21600),
        ("2026-01-08 08:10:21", "2026-01-08 14:10:21", -21600),
        # Both nights of Central Europe's clock change, before and after.
        ("2026-03-29T01:59:59.0", "2026-03-29T00:59:59.0", 3600),
        ("2026-03-29T03:00:00.0", "2026-03-29T01:00:00.0", 7200),
        ("2026-10-25T02:59:59.0", "2026-10-25T00:59:59.0", 7200),
        ("2026-10-25T02:00:00.0", "2026-10-25T01:00:00.0", 3600),
        # The ends of the world, a half and a quarter hour, a change of year.
        ("2026-06-01T14:00:00", "2026-06-01T00:00:00", 50400),
        ("2026-06-01T00:00:00", "2026-06-01T12:00:00", -43200),
        ("2026-01-01T04:00:00", "2025-12-31T22:30:00", 19800),
        ("2026-06-01T05:45:00", "2026-06-01T00:00:00", 20700),
        ("2025-12-31T21:00:00", "2026-01-01T02:30:00", -19800),
        # A mixture of encodings; a local time that carries an offset is still a wall clock.
        (1751842048000, "2025-07-07T04:47:28.0", -21600),
        ("2026-06-01T08:00:00+02:00", "2026-06-01T06:00:00", 7200),
        ("2026-06-01T00:00:00", "2026-06-01T00:00:00", 0),
    ],
)
def test_offset_is_local_minus_gmt(local: Json, gmt: Json, seconds: int) -> None:
    """The two clocks of a record tell the offset, through time changes and west of Greenwich."""
    assert offset_s(local, gmt) == seconds


@pytest.mark.parametrize(
    ("local", "gmt"),
    [
        (None, "2026-06-01T00:00:00"),
        ("2026-06-01T00:00:00", None),
        ("2026-06-02T00:00:00", "2026-06-01T00:00:00"),
        ("2026-06-01T00:00:00", "2026-06-01T12:30:00"),
        (0, 0),
    ],
)
def test_impossible_offset_is_none(local: Json, gmt: Json) -> None:
    """A missing clock, or a difference that no place on earth has, gives no offset."""
    assert offset_s(local, gmt) is None


def test_wall_clock_is_not_moved() -> None:
    """A local time shows what the clock on the wall showed, whatever offset it carries."""
    assert wall_clock("2026-06-01T08:00:00+02:00") == datetime(2026, 6, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-01-08", "2026-01-08"),
        ("2026-01-08 23:59:59", "2026-01-08"),
        ("2026-01-08T23:59:59.9", "2026-01-08"),
        (1751842048000, "2025-07-06"),
        ("2026-02-30", None),
        ("2026-1-8", None),
        ("1970-01-01", None),
        (20260108, None),
        (None, None),
        (True, None),
        (["2026-01-08"], None),
    ],
)
def test_day_is_the_day_that_was_written(written: Json, day: str | None) -> None:
    """A calendar day is taken as Garmin gave it; a wall clock shows its own day."""
    assert calendar_day(written) == day


def test_birthday_may_lie_before_there_were_devices() -> None:
    """A birthday of 1969 is a day like any other."""
    assert any_day("1969-12-31") == "1969-12-31"
