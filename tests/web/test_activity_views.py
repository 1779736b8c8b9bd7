"""Activities in words, sums and drawings: pure functions of rows and recordings."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from training_analyzer.db.tables import activities
from training_analyzer.services.activities import (
    ActiveDay,
    Around,
    Detail,
    FileState,
    Totals,
)
from training_analyzer.web.measures import swim_pace
from training_analyzer.web.pages.activities_view import (
    Filters,
    calendar_of,
    chips_of,
    facts_of,
    months_of,
)
from training_analyzer.web.pages.activity_laps import fast_of, laps_of
from training_analyzer.web.pages.activity_track import halves_of, recording_of
from training_analyzer.web.pages.activity_view import activity_of
from training_analyzer.web.pages.sports import fast, sport_name
from training_analyzer.web.tongue import IMPERIAL, Tongue

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
START = datetime(2026, 3, 1, 7, tzinfo=UTC)
TODAY = NOW.date()
ENGLISH = Tongue(zone=ZoneInfo("Europe/Berlin"))
NOTHING: dict[str, object] = dict.fromkeys(activities.columns.keys())
RUN = NOTHING | {
    "activity_id": 7,
    "name": "Long <run>",
    "type_key": "running",
    "start_utc": START,
    "calendar_date": "2026-03-01",
    "distance_m": 10_000.0,
    "duration_s": 3000.0,
    "avg_speed_mps": 10 / 3,
    "avg_hr_bpm": 150.0,
    "max_hr_bpm": 171.0,
    "elevation_gain_m": 120.0,
    "privacy": "private",
    "hr_zone1_s": 60.0,
    "hr_zone2_s": 2940.0,
}
AROUND = Around("Forerunner 265", (94, 113, 135, 154, 169), "fit", 24_400, None)
DETAIL = Detail(
    RUN,
    [],
    has_track=True,
    has_file=True,
    file_state=FileState.STORED,
    first_seen_at=NOW,
    around=AROUND,
)
# 50 minutes, the second half faster, with a minute's pause in the middle.
SECONDS = [START.timestamp() + n + (60 if n >= 1500 else 0) for n in range(3000)]
METRES = [n * 3.0 if n < 1500 else 4500 + (n - 1500) * 3.6 for n in range(3000)]
TRACK: dict[str, list[int | float | str | None]] = {
    "time_s": list(SECONDS),
    "distance_m": list(METRES),
    "hr_bpm": [190 if n == 777 else 140 for n in range(3000)],
    "altitude_m": [200 + n / 100 for n in range(3000)],
    "latitude_deg": [48 + n * 2e-5 for n in range(3000)],
    "longitude_deg": [8 + n * 1e-5 for n in range(3000)],
}


def lap(number: int, metres: float, seconds: float) -> dict[str, object]:
    """Return the row of a lap."""
    names = ("avg_speed_mps", "avg_power_w", "ascent_m")
    return dict.fromkeys(names) | {
        "start_utc": START + timedelta(seconds=300 * number),
        "elapsed_s": seconds,
        "timer_s": seconds,
        "distance_m": metres,
        "avg_hr_bpm": 140,
    }


def test_filters_keep_what_makes_sense() -> None:
    """A form may say anything; what is kept comes back in the address."""
    odd = Filters.of("running'--", "a\x00b" + "x" * 200, "yesterday", "0001-01-01", "maybe")
    assert odd.sport == ""
    assert odd.words.startswith("a b")
    assert len(odd.words) == 100
    assert (odd.first, odd.last) == (None, date(1990, 1, 1))

    kept = Filters.of("running", "long run", "2026-01-01", "2026-02-01", "show")
    assert kept.query(cursor="c") == (
        "/activities?type=running&q=long+run&from=2026-01-01&to=2026-02-01&deleted=show&cursor=c"
    )
    assert kept.is_any
    assert not Filters(with_deleted=True).is_any
    assert Filters().query() == "/activities"


def test_chips_count_only_the_whole() -> None:
    """Sports come with their counts; with words or dates chosen a count would mislead."""
    sports = [("running", 12), ("yoga", 1)]
    every, running, _ = chips_of(Filters(sport="running"), sports, ENGLISH)
    assert (every.name, every.count, every.href) == ("All", "13", "/activities")
    assert (running.name, running.count, running.is_current) == ("Running", "12", True)
    assert {chip.count for chip in chips_of(Filters(words="x"), sports, ENGLISH)} == {""}


def test_sums_leave_out_what_is_not_there() -> None:
    """Yoga has no distance and no climb, and no zeros are told of them."""
    told = facts_of(Totals(1, 0.0, 1800.0, 0.0), ENGLISH)
    assert [(fact.number, fact.unit, fact.label) for fact in told] == [
        ("1", "", "activity"),
        ("0.5", "h", "time"),
    ]
    miles = facts_of(Totals(2, 321_868.8, 1800.0, 9.0), Tongue(units=IMPERIAL))
    assert ("200", "mi") in [(fact.number, fact.unit) for fact in miles]


def test_calendar_tells_rest_from_unknown() -> None:
    """Days before anything was asked are no rest days; the title counts the active ones."""
    days = [ActiveDay(date(2026, 3, 1), 3600.0, "Run"), ActiveDay(date(2026, 2, 1), 9000.0, "Ride")]
    year = calendar_of(days, TODAY, date(2026, 2, 1), TODAY, ENGLISH)
    assert year.title == "Active on 2 days of the last year"
    assert year.note.startswith("Most in February 2026: 2 h 30 min.")
    assert "Run, 1 h" in year.drawing
    assert [(row.name, row.days) for row in year.rows] == [
        ("March 2026", "1"),
        ("February 2026", "1"),
    ]
    unknown = calendar_of(days, TODAY, None, TODAY, ENGLISH)
    assert len(unknown.drawing) < len(year.drawing)


def test_lines_stand_under_their_months() -> None:
    """A line says what there is, in the person's zone, and what is out of the ordinary."""
    older = RUN | {"start_utc": datetime(2026, 1, 31, 23, 30, tzinfo=UTC), "privacy": "public"}
    yoga = NOTHING | {"activity_id": 8, "start_utc": START, "type_key": "yoga", "duration_s": 90.0}
    march, february = months_of([RUN, yoga, older], NOW, ENGLISH)
    run, stretch = march.lines
    assert (march.name, february.name) == ("March 2026", "February 2026")
    assert (run.when, str(run.distance), run.time) == ("Yesterday, 08:00", "10.00 km", "50:00")
    assert (str(run.speed), run.heart, str(run.ascent)) == ("5:00 /km", "150", "120 m")
    assert (stretch.name, stretch.distance, stretch.speed, stretch.heart) == (
        "Untitled",
        None,
        None,
        "",
    )
    assert (run.is_shared, february.lines[0].is_shared) == (False, True)


def test_recording_is_thinned_and_keeps_its_peak() -> None:
    """However few samples are kept, the highest heart rate is one; the way never shrinks."""
    whole, few = recording_of(TRACK), recording_of(TRACK, most=100)
    assert whole is not None
    assert few is not None
    assert len(few.seconds) == len(few.metres) == len(few.heart) == len(few.places) <= 100
    assert max(beat for beat in few.heart if beat is not None) == 190
    twice: dict[str, list[int | float | str | None]] = {
        "time_s": [1, 2, 3, 4],
        "distance_m": [0, 90, 0, 20],
        "hr_bpm": [None] * 4,
    }
    legs = recording_of(twice)
    assert legs is not None
    assert (legs.metres, legs.heart) == ((0.0, 90.0, 90.0, 110.0), ())
    assert recording_of({"time_s": [1]}) is None


def test_six_hours_weigh_no_more_than_there_is_to_see() -> None:
    """A sample a second, all of them trembling: drawings and curves together under 100 kB."""
    count = 6 * 3600
    track: dict[str, list[int | float | str | None]] = {
        "time_s": [START.timestamp() + n for n in range(count)],
        "distance_m": [n * 7.3 for n in range(count)],
        "hr_bpm": [140 + n * 31 % 17 for n in range(count)],
        "power_w": [200 + n * 37 % 101 for n in range(count)],
        "speed_mps": [7.3 + n * 41 % 13 / 10 for n in range(count)],
        "altitude_m": [300 + n * 43 % 37 / 4 for n in range(count)],
        "latitude_deg": [48 + n * 2e-5 + n * 13 % 7 * 1e-5 for n in range(count)],
        "longitude_deg": [8 + n * 1e-5 for n in range(count)],
    }
    ride = replace(DETAIL, values=RUN | {"type_key": "cycling", "avg_power_w": 250.0})
    page = activity_of(ride, track, [], ENGLISH, now=NOW)

    assert page.traces is not None
    assert page.traces.drawing.count("W</text>") == 3
    drawn = [page.traces.drawing, page.route, json.dumps(page.traces.curves)]
    assert sum(map(len, drawn)) < 100_000


def test_halves_leave_pauses_out() -> None:
    """A pause makes no half slower."""
    recording = recording_of(TRACK)
    assert recording is not None
    halves = halves_of(recording)
    assert halves is not None
    assert halves[0].speed_mps == pytest.approx(3.06, abs=0.02)
    assert halves[1].speed_mps == pytest.approx(3.6, abs=0.01)


def test_laps_that_are_clearly_faster_are_marked() -> None:
    """A short rest of a lap is none of them; one lap alone is no table."""
    rows = [lap(n, 1000, 240 if n in {1, 3} else 330) for n in range(5)] + [lap(5, 20, 3)]
    assert fast_of(rows) == {1, 3}
    table = laps_of(rows, "running", ENGLISH)
    assert table is not None
    assert (table.lines[1].speed, table.lines[1].is_fast) == ("4:00", True)
    assert (table.has_heart, table.has_power, table.has_ascent) == (True, False, False)
    assert laps_of(rows[:1], "running", ENGLISH) is None
    still = laps_of([lap(0, 0, 60), lap(1, 0, 60)], "yoga", ENGLISH)
    assert still is not None
    assert not still.has_distance


def test_page_of_an_activity_says_its_finding() -> None:
    """Numbers, traces, route and zones are told in the person's words; names are escaped."""
    page = activity_of(DETAIL, TRACK, [], ENGLISH, now=NOW)
    assert page.lede == "Sun 1 Mar 2026, 08:00 · Running, Forerunner 265"
    assert [fact.number for fact in page.facts][:4] == ["10.00", "50:00", "5:00", "150"]
    assert page.traces is not None
    assert page.traces.title == "The second half was faster"
    assert "Pace" in page.traces.drawing
    assert "Start" in page.route
    assert page.heart_zones is not None
    assert page.heart_zones.title == "Most of it in zone 2"
    assert "169 and more" in page.heart_zones.drawing
    assert page.power_zones is None
    assert page.notes == ()
    assert page.axes[1] == ("/activities/7?by=time", "Time", False)
    assert page.download.endswith("/activities/7/fit")
    timed = activity_of(DETAIL, TRACK, [], ENGLISH, now=NOW, by_time=True)
    assert timed.axes[1][2]


@pytest.mark.parametrize(
    ("state", "is_manual", "words"),
    [
        (None, False, "not been asked for yet"),
        (FileState.TRYING, False, "did not give its file yet"),
        (FileState.FAILED, False, "several times"),
        (FileState.NONE, False, "no original file"),
        (FileState.STORED, False, "no curves"),
        (None, True, "entered by hand"),
    ],
)
def test_page_says_why_there_is_nothing_to_draw(
    *, state: FileState | None, is_manual: bool, words: str
) -> None:
    """Each cause is told as what it is."""
    bare = replace(DETAIL, values=RUN | {"is_manual": is_manual}, has_track=False, file_state=state)
    page = activity_of(bare, {}, [], ENGLISH, now=NOW)
    assert page.traces is None
    assert words in page.notes[-1].text


def test_page_tells_what_is_out_of_the_ordinary() -> None:
    """Deleted, a duplicate, a leg: each with what it means, and the way to the other one."""
    values = RUN | {"deleted_at": NOW, "duplicate_of": 5, "parent_id": 6}
    odd = replace(DETAIL, values=values, around=replace(AROUND, parent_name="Triathlon"))
    notes = activity_of(odd, TRACK, [], ENGLISH, now=NOW).notes
    assert [note.href for note in notes] == ["", "/activities/5", "/activities/6"]
    assert notes[2].text == "Triathlon"
    parent = replace(DETAIL, legs=[RUN | {"activity_id": 9}], has_track=False)
    whole = activity_of(parent, {}, [], ENGLISH, now=NOW)
    assert whole.legs[0].href == "/activities/9"
    assert "recordings of their own" in whole.notes[0].text


def test_speed_is_told_as_each_sport_does() -> None:
    """Runners have a pace, swimmers one for 100, riders a speed; unknown sports a name."""
    assert str(fast(10 / 3, "trail_running", ENGLISH)) == "5:00 /km"
    assert str(fast(1.0, "lap_swimming", ENGLISH)) == "1:40 /100 m"
    assert str(fast(10.0, "gravel_cycling", ENGLISH)) == "36.0 km/h"
    assert swim_pace(0.9144, Tongue(units=IMPERIAL)) == ("1:40", "/100 yd")
    assert sport_name(ENGLISH, "kite_flying") == "Kite flying"
