"""Windows cover days, newest first, within a cap; a refused one is halved."""

from __future__ import annotations

import json
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.model import Api
from training_analyzer.streams import Payload, Window, stream

HRV = stream("hrv")
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
SPANS = st.integers(min_value=0, max_value=800)
CAPS = st.integers(min_value=1, max_value=400)


@given(first=DAYS, span=SPANS, cap_days=CAPS)
@settings(deadline=None)
def test_every_wanted_day_is_in_exactly_one_window(first: date, span: int, cap_days: int) -> None:
    """No day is asked for twice and none is forgotten, whatever the cap."""
    last = first + timedelta(days=span)

    days = [day for window in HRV.windows(first, last, cap_days) for day in window.days]

    assert sorted(days) == [first + timedelta(days=n) for n in range(span + 1)]


@given(first=DAYS, span=SPANS, cap_days=CAPS)
@settings(deadline=None)
def test_windows_keep_the_cap_and_come_newest_first(first: date, span: int, cap_days: int) -> None:
    """No window is longer than Garmin allows, and the useful days come first."""
    windows = list(HRV.windows(first, first + timedelta(days=span), cap_days))

    assert all(1 <= len(window.days) <= cap_days for window in windows)
    assert [window.last for window in windows] == sorted(
        (window.last for window in windows), reverse=True
    )


def test_no_days_give_no_window() -> None:
    """A span that ends before it begins asks for nothing."""
    windows = list(HRV.windows(date(2026, 1, 2), date(2026, 1, 1), 31))

    assert windows == []


@given(first=DAYS, span=st.integers(min_value=1, max_value=800))
@settings(deadline=None)
def test_halves_are_the_window_again(first: date, span: int) -> None:
    """A halved window loses no day, and its halves are as equal as days allow, newest first."""
    window = Window(HRV, first, first + timedelta(days=span))

    halves = window.halves()

    assert halves is not None
    newer, older = halves
    assert older.days + newer.days == window.days
    assert 0 <= len(older.days) - len(newer.days) <= 1


def test_one_day_has_no_halves() -> None:
    """A window of one day cannot be asked for in smaller pieces."""
    halves = Window(HRV, date(2026, 1, 1), date(2026, 1, 1)).halves()

    assert halves is None


def test_payload_with_half_an_emoji_is_archived_as_it_came() -> None:
    """A name that Garmin cut in the middle of an emoji survives the archive."""
    payload = Payload(Api.ACCOUNT, ["Morning run \ud83d"])

    restored = json.loads(payload.canonical())

    assert restored == payload.body
