"""How spans of time, near and far times, and streams are told on pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from training_analyzer.streams import CATALOG
from training_analyzer.web.pages.names import stream_name
from training_analyzer.web.tongue import Tongue

ENGLISH = Tongue()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (8.4, "8 s"),
        (60, "1 min"),
        (112, "1 min 52 s"),
        (7380, "2 h 3 min"),
        (3600, "1 h"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    """A duration has two units at most."""
    assert ENGLISH.duration(seconds) == words


def test_times_in_words() -> None:
    """Near times are told by their day, far ones by their date."""
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    assert ENGLISH.ago(now - timedelta(seconds=20), now) == "just now"
    assert ENGLISH.ago(now - timedelta(seconds=50), now) == "1 minute ago"
    assert ENGLISH.ago(now - timedelta(hours=3), now) == "3 hours ago"
    assert ENGLISH.ago(now - timedelta(days=1), now) == "1 day ago"
    assert ENGLISH.clock(now, now) == "today, 12:00"
    assert ENGLISH.clock(now + timedelta(hours=18), now) == "tomorrow, 06:00"
    assert ENGLISH.day(date(2026, 2, 20), now.date()) == "Fri 20 Feb"
    assert ENGLISH.day(date(2025, 2, 20), now.date()) == "Thu 20 Feb 2025"
    assert ENGLISH.span(date(2026, 3, 1), date(2026, 3, 1)) == "1 Mar 2026"
    assert ENGLISH.span(date(2026, 3, 1), date(2026, 3, 28)) == "1 Mar to 28 Mar 2026"
    assert ENGLISH.span(date(2025, 12, 31), date(2026, 1, 1)) == "31 Dec 2025 to 1 Jan 2026"
    assert ENGLISH.about(20) == "a few seconds"
    assert ENGLISH.about(130) == "about 2 minutes"
    assert ENGLISH.about(7300) == "about 2 hours"


def test_every_stream_has_a_name_that_reads_well() -> None:
    """Each stream of the catalog is called by words, with its abbreviations spelled as usual."""
    names = {stream.name: stream_name(ENGLISH, stream.name) for stream in CATALOG}

    assert len(set(names.values())) == len(CATALOG)
    assert all(name[0].isupper() and "_" not in name for name in names.values())
    assert names["vo2max"] == "VO2max"
    assert names["race_predictions"] == "Race predictions"
    assert names["functional_threshold"] == "Functional threshold power"
