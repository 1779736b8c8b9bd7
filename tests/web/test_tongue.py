"""Texts, dates, numbers and measures in the words of one person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.web import catalogs, measures
from training_analyzer.web.tongue import IMPERIAL, Tongue

NOW = datetime(2026, 11, 22, 9, 28, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ENGLISH = Tongue("en", BERLIN)
GERMAN = Tongue("de", BERLIN)


def test_dates_and_numbers_follow_language_and_zone() -> None:
    """The same instant reads as each language writes it, on the person's clock."""
    told = [
        (
            tongue.clock(NOW - timedelta(days=5), NOW),
            tongue.long_day(date(2026, 11, 22)),
            tongue.instant(NOW),
            tongue.number(26480),
            tongue.number(1.5, 1),
            tongue.month(date(2026, 3, 1)),
        )
        for tongue in (ENGLISH, GERMAN)
    ]

    assert told[0] == (
        "Tue 17 Nov, 10:28",
        "Sunday 22 November",
        "Sun 22 Nov 2026, 10:28 CET",
        "26,480",
        "1.5",
        "March 2026",
    )
    assert told[1][0].startswith("Di. 17. Nov.")
    assert told[1][3:] == ("26.480", "1,5", "März 2026")


@given(st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_numbers_are_written_as_babel_does(value: float, digits: int) -> None:
    """Written without its patterns, each number is still the same: rounding, grouping, signs."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")

    for tongue in (ENGLISH, GERMAN):
        told = format_decimal(value, pattern, locale=tongue.locale)
        assert tongue.number(value, digits) == told


def test_a_day_is_the_persons_not_the_servers() -> None:
    """Half past eleven in the evening of New York is still yesterday's date there."""
    late = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    tongue = Tongue("en", ZoneInfo("America/New_York"))

    assert tongue.today(late) == date(2026, 11, 21)
    assert tongue.clock(late, late + timedelta(hours=2)) == "yesterday, 23:30"


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr,en;q=0.5,de;q=0.4", "en"),
        ("", "en"),
        ("*;q=x,, ;q=1", "en"),
        ("en-XA", "en"),
    ],
)
def test_the_browsers_language_counts_until_one_is_chosen(accepted: str, code: str) -> None:
    """The first language of the browser that we speak is taken; a saved one beats it."""
    assert catalogs.chosen(None, accepted) == code
    assert catalogs.chosen("de", accepted) == "de"
    assert catalogs.chosen("xx", accepted) == code


def test_the_pretended_languages_show_what_does_not_bend() -> None:
    """One is 40 % longer, one runs from right to left; places of values and markup stay."""
    longer, mirrored = Tongue(catalogs.PSEUDO), Tongue(catalogs.PSEUDO_RIGHT_TO_LEFT)
    words = "Next <b>%(when)s</b>, 100 %% sure"

    assert "<b>today</b>" in longer.text(words, when="today")
    assert len(longer.text("Settings")) >= 1.3 * len("Settings")
    assert (longer.direction, mirrored.direction, ENGLISH.direction) == ("ltr", "rtl", "ltr")
    assert "<b>today</b>" in mirrored.text(words, when="today")


def test_measures_are_in_the_persons_units() -> None:
    """Lengths, paces, speeds, heights and weights come in metric or imperial units."""
    imperial = Tongue("en", units=IMPERIAL)

    assert str(measures.distance(21340, ENGLISH)) == "21.34 km"
    assert str(measures.distance(161000, imperial)) == "100.0 mi"
    assert str(measures.pace(1000 / 311, ENGLISH)) == "5:11 /km"
    assert str(measures.pace(0, imperial)) == "\N{EN DASH} /mi"
    assert str(measures.speed(10, ENGLISH)) == "36.0 km/h"
    assert str(measures.elevation(100, imperial)) == "328 ft"
    assert str(measures.weight(71_400, GERMAN)) == "71,4 kg"
    assert measures.stopwatch(6626) == "1:50:26"


@given(seconds=st.floats(0, 10**9), code=st.sampled_from(["en", "de", "en-XA"]))
def test_every_span_of_time_has_words(seconds: float, code: str) -> None:
    """Whatever the length, it is told, and without a place left open."""
    tongue = Tongue(code)

    for told in (tongue.duration(seconds), tongue.about(seconds)):
        assert told
        assert "%(" not in told


def test_the_week_begins_where_the_person_says() -> None:
    """Sunday first, or Monday."""
    assert Tongue("en", first_weekday=6).weekdays("abbreviated")[:2] == ["Sun", "Mon"]
    assert ENGLISH.weekdays("abbreviated")[0] == "Mon"
