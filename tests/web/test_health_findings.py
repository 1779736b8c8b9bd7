"""What a series says in a sentence, which days a page shows, why there is nothing: all pure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from training_analyzer.services.days import Series
from training_analyzer.web.charts.usual import Range
from training_analyzer.web.pages import findings
from training_analyzer.web.pages.health_card import DASH, number, table_of
from training_analyzer.web.pages.health_held import Held, latest
from training_analyzer.web.pages.health_missing import Missing
from training_analyzer.web.pages.health_span import LENGTHS, Stretch, choices
from training_analyzer.web.tongue import Tongue

ENGLISH = Tongue()
TODAY = date(2026, 11, 28)
HOUR = 3600.0


def test_nights_are_short_against_the_middle_one() -> None:
    """One bad night is one; few nights are only counted, and missing ones are none."""
    usual = [7.6 * HOUR, 7.4 * HOUR, 7.9 * HOUR, 7.5 * HOUR, 7.7 * HOUR, 7.6 * HOUR, None]

    assert findings.nights(usual, "two weeks", ENGLISH) == "6 nights in two weeks"
    assert (
        findings.nights([*usual, 7 * HOUR], "two weeks", ENGLISH) == "No short night in two weeks"
    )
    bad = [*usual, 5.5 * HOUR]
    assert findings.nights(bad, "two weeks", ENGLISH) == "One short night in two weeks"
    assert findings.short_nights(bad) == [7]
    assert findings.nights([*bad, 4 * HOUR], "a year", ENGLISH) == "2 short nights in a year"


def test_sleep_is_compared_with_as_many_days_before() -> None:
    """The gap is told in whole minutes; without enough before there is no comparison."""
    nights = [8 * HOUR] * 14

    def say(before: list[float | None]) -> str:
        return findings.asleep(nights, before, "two weeks", ENGLISH)

    assert say([7.5 * HOUR] * 14) == "You slept 8 h a night in two weeks, 30 min more than before."
    assert say([8.1 * HOUR] * 14) == "You slept 8 h a night in two weeks, 6 min less than before."
    assert say([8 * HOUR] * 14) == "You slept 8 h a night in two weeks, as long as before."
    assert say([7 * HOUR] * 6 + [None] * 8) == "You slept 8 h a night in two weeks."
    assert findings.asleep([None], nights, "two weeks", ENGLISH) == ""


def test_a_value_is_told_against_what_is_usual() -> None:
    """The newest value against 28 days before it; a week against its range; a noun else."""
    days: list[float | None] = [52.0] * 20

    assert findings.latest_against("Rest", [*days, 49.0, None], "bpm", ENGLISH) == (
        "Rest 49 bpm, 3 below usual"
    )
    assert findings.latest_against("Rest", [*days, 54.0], "bpm", ENGLISH) == (
        "Rest 54 bpm, 2 above usual"
    )
    assert findings.latest_against("Rest", [*days, 52.2], "", ENGLISH) == "Rest 52, as usual"
    assert findings.latest_against("Rest", [50.0], "bpm", ENGLISH) == "Rest 50 bpm"
    assert findings.latest_against("Rest", [None, None], "bpm", ENGLISH) == "Rest"
    band = Range(50, 60)
    assert findings.against_usual("HRV", [55.0] * 7, band, ENGLISH) == "HRV is in its usual range"
    assert findings.against_usual("HRV", [45.0] * 7, band, ENGLISH).endswith(
        "below its usual range"
    )
    assert findings.against_usual("HRV", [65.0] * 7, band, ENGLISH).endswith(
        "above its usual range"
    )
    assert findings.against_usual("HRV", [None] * 7, band, ENGLISH) == "HRV"
    assert findings.below([49.0, None, 51.0, 49.0], [band, band, band, None]) == 1


def test_goals_leave_today_out() -> None:
    """A day that is not over has missed nothing; a day without steps or goal does not count."""
    goals: list[float | None] = [8000.0] * 4

    def say(steps: list[float | None]) -> str:
        return findings.goal(steps, goals, ENGLISH)

    assert say([9000, 7000, None, 10]) == "Step goal reached on 1 of 2 days"
    assert say([9000, 8000, 8001, 10]) == "Step goal reached on each of 3 days"
    assert say([None, None, None, 9000]) == "Steps"
    minutes = findings.week_of_intensity([10, None, 0], [20, None, 5], 150, ENGLISH)
    assert minutes == "60 intensity minutes in seven days, of 150 that you aim for"
    assert findings.week_of_intensity([None], [None], 150, ENGLISH) == "Intensity minutes"


def test_load_and_changes_are_told_and_never_advised() -> None:
    """Load stands to Garmin's range; a change is from the first value to the last."""
    assert findings.load(300, 200, 400, ENGLISH).endswith("is in Garmin’s range for you")
    assert findings.load(100, 200, 400, ENGLISH).endswith("is below Garmin’s range for you")
    assert findings.load(500, 200, 400, ENGLISH).endswith("is above Garmin’s range for you")
    assert findings.load(500, None, 400, ENGLISH) == "Training load"
    assert findings.change([None, 70.0, None, 71.5]) == 1.5
    assert findings.change([70.0]) is None
    said = findings.changed("Weight", "71.5 kg", 1.5, "1.5 kg", "a year", ENGLISH)
    assert said == "Weight 71.5 kg, 1.5 kg more than a year ago"
    assert findings.changed("Weight", "71 kg", 0, "", "a year", ENGLISH).endswith("a year ago")
    assert findings.changed("Weight", "71 kg", None, "", "a year", ENGLISH) == "Weight 71 kg"


@pytest.mark.parametrize(("key", "places"), [("2w", 14), ("3m", 91), ("1y", 52), ("5y", 60)])
def test_a_stretch_is_drawn_with_few_places(key: str, places: int) -> None:
    """Long ones by week or month; each day is in one place, and the last place ends today."""
    stretch = Stretch.of(key, TODAY, "2w")
    groups = stretch.groups()

    assert len(groups) == places
    assert groups[-1][0] == TODAY
    assert sum(end - start for _, start, end in groups) == stretch.count == LENGTHS[key]
    assert [on for on, _ in stretch.points([None] * stretch.count)] == [on for on, _, _ in groups]
    assert [shown for _, _, shown in choices(stretch, "/health", ENGLISH)].count(True) == 1


def test_a_stretch_says_no_more_than_is_known() -> None:
    """It begins with the first day of anything, and is called by what is left of it."""
    whole = Stretch.of("nonsense", TODAY, "1y")

    assert whole.key == "1y"
    assert whole.name(ENGLISH) == "a year"
    assert whole.before is not None
    assert whole.since(whole.first + timedelta(days=10)) == whole
    assert whole.since(None) == whole
    part = whole.since(TODAY - timedelta(days=150))
    assert (part.count, part.name(ENGLISH), part.before) == (151, "5 months", None)
    assert whole.since(TODAY - timedelta(days=34)).name(ENGLISH) == "5 weeks"
    assert whole.since(TODAY).count == 14


def test_values_stand_at_their_days() -> None:
    """The last row of a day counts; a day without one is missing, and zero is a value."""
    days = ["2026-11-13", "2026-11-26", "2026-11-28", "2026-11-28"]
    series = Series(days, {"score": [70, 0, 80, 90]}, "1")
    held = Held(Stretch.of("2w", TODAY, "2w"), TODAY, {"sleep": series})

    values = held.values("sleep", "score")
    assert values == [None] * 11 + [0, None, 90]
    assert latest(values) == 90
    assert held.values("sleep", "score", before=True)[-2] == 70
    assert held.row("sleep", TODAY) == {"score": 90}
    assert held.row("hrv", TODAY) == {}
    table = table_of(
        "Scores",
        [("Score", held.stretch.points(values), number(ENGLISH))],
        held.stretch,
        ENGLISH,
        href="/health/sleep",
    )
    assert [line.cells[0] for line in table.lines[:3]] == ["90", DASH, "0"]
    assert [line.href for line in table.lines[:2]] == ["/health/sleep/2026-11-28", ""]


def test_nothing_is_told_apart() -> None:
    """Off, refused, none at Garmin, failed, not settled, before what is fetched, to come."""
    cells = {"a": "eee", "b": "mfe", "c": "mpp", "d": "ooo", "e": "mmm"}
    missing = Missing(cells, off={"off"}, refused={"no"}, is_connected=True)

    said = [missing.why(stream, ENGLISH) for stream in ("off", "no", "a", "b", "c", "d", "e")]
    starts = ("Switched off", "Garmin does not", "None at", "Could not", "Not settled", "Before")
    assert [text.startswith(start) for text, start in zip(said, starts, strict=False)] == [True] * 6
    assert said[-1].startswith("Not fetched yet")
    stranger = Missing({"e": "mmm"}, off=(), refused=(), is_connected=False)
    assert stranger.why("e", ENGLISH) == "Nothing is here yet: Garmin is not connected."
