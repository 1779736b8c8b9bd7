"""The start page: what it shows of the connection, the last runs, and today."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from web_stage import Person, connect, parts, sync, words

from training_analyzer.model import CONFIG_DEFAULTS, GarminSyncHistory, Kind
from training_analyzer.services.activities import Holding
from training_analyzer.services.days import Series, WellnessDay
from training_analyzer.services.reading import CoverageLine
from training_analyzer.services.standings import Standing, State
from training_analyzer.web.pages import held_view, today_view
from training_analyzer.web.pages.status_view import Situation, missing_of, status_of
from training_analyzer.web.pages.trouble_view import trouble_of
from training_analyzer.web.tongue import Tongue

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
TONGUE = Tongue()
FINE = Standing(state=State.CONNECTED)


def run(
    number: int, status: str, *, ago: timedelta, details: str | None = None
) -> GarminSyncHistory:
    """Return a run that ended so long *ago*."""
    at = NOW - ago
    return GarminSyncHistory(
        id=number,
        user_id="ana",
        sync_type="scheduled",
        started_at=at,
        completed_at=at,
        status=status,
        error_details=details,
    )


def situation(*finished: GarminSyncHistory) -> Situation:
    """Return the situation of somebody who is connected, after these runs."""
    good = next((each for each in finished if each.status == "completed"), None)
    return Situation(
        standing=FINE,
        finished=list(finished),
        last_good=good,
        is_running=False,
        next_at=NOW + timedelta(hours=18),
        refused=None,
        config=CONFIG_DEFAULTS,
        now=NOW,
    )


def day(ago: int, **known: float | str) -> WellnessDay:
    """Return a day of which only *known* is known."""
    nothing = dict.fromkeys(WellnessDay.__dataclass_fields__)
    on = (TODAY - timedelta(days=ago)).isoformat()
    return WellnessDay(**{**nothing, **known, "date": on})  # type: ignore[arg-type]


def test_somebody_new_has_one_card_that_leads_on(ana: Person) -> None:
    """Nothing pretends: no numbers, no button for a sync, one way to go."""
    page = ana.client.get("/").text

    assert "Connect Garmin, and your year appears here" in page
    assert 'class="btn primary" href="/connect"' in page
    assert 'action="/sync"' not in page
    assert "What we hold" not in page


def test_a_synced_month_is_shown(app: FastAPI, ana: Person, garmin: SimulatorServer) -> None:
    """Numbers of today, nights, weeks, activities; the button is off with its reason beside it."""
    connect(ana, garmin, "ada")
    sync(app, ana)

    page = ana.client.get("/").text
    told = words(page)

    assert "Last sync just now . Next tomorrow," in told
    assert re.search(r"<button[^>]* disabled[^>]*aria-describedby=\"why-not\"", page)
    assert "Possible again today, 13:00: you set 1 h between two runs." in told
    for name in ("Sleep", "Heart rate variability", "Resting heart rate", "Steps", "Stress"):
        assert f">{name}</a></h3>" in page
    assert page.count('class="item" href="/activities/') == 5
    assert "of the last 30 days complete" in told


def test_the_first_run_is_on_the_page_while_it_goes(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Before there is any data the page is the run; without script it refreshes itself."""
    connect(ana, garmin, "ada")
    before = ana.client.get("/").text
    garmin.faults.delay("/", 150)
    started = ana.client.post("/sync").headers["location"]
    during = ana.client.get("/").text
    garmin.faults.end_delays()
    parts(app).manual.wait(60)

    assert "Nothing has been fetched yet" in before
    assert 'href="/connect?step=data"' in before
    assert f'href="{started}"' in during
    assert "Your data is on its way" in during
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in during
    assert "refresh" not in ana.client.get("/").text.split("</head>")[0]


def test_what_a_partial_run_lacks_can_be_asked_for_again(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """The page says what failed and why, and has the button that retries exactly that."""
    connect(ana, garmin, "ada")
    garmin.faults.answer("/hrv-service", status=500)
    sync(app, ana)

    page = ana.client.get("/").text

    assert "1 window failed: HRV" in page
    assert "Garmin did not answer." in page
    assert re.search(r'action="/runs/\d+/retry"', page)


def test_a_pause_of_everybody_is_told(
    ana: Person, runtime: Runtime, garmin: SimulatorServer
) -> None:
    """Since when, why, and that nothing is lost; the button says it too."""
    connect(ana, garmin, "ada")
    runtime.pauses.pause_everybody("moving house")

    told = words(ana.client.get("/").text)

    assert "Syncing is paused on this server Since today, 12:00: “moving house”." in told
    assert "Your schedule is kept and goes on afterwards." in told


def test_a_long_silence_is_a_warning_with_its_reason() -> None:
    """After twice the interval the card says since when, and what is known of the cause."""
    good = run(1, "completed", ago=timedelta(hours=49))
    failed = run(2, "failed", ago=timedelta(hours=1), details='{"code": "garmin_unavailable"}')

    fresh = status_of(situation(run(1, "completed", ago=timedelta(hours=47))), TONGUE)
    alone = status_of(situation(good), TONGUE)
    after = status_of(situation(failed, good), TONGUE)
    off = replace(situation(good), config=replace(CONFIG_DEFAULTS, auto_sync_enabled=False))

    assert fresh.stale == ""
    assert "this server may not have been running" in alone.stale
    assert after.stale == (
        "The last complete sync was 2 days ago. Since then: Garmin did not answer."
    )
    assert status_of(off, TONGUE).stale == ""
    never = status_of(situation(run(1, "partial", ago=timedelta(hours=49))), TONGUE)
    assert (never.last, never.tried.words if never.tried else "") == (None, "2 days ago")
    assert never.stale.startswith("No sync was complete yet, and none was tried since")


@pytest.mark.parametrize("code", ["token_expired", "invalid_credentials"])
def test_what_only_a_sign_in_helps_against_is_told_once(code: str) -> None:
    """The banner of the connection says it; a run that failed by it needs no banner more."""
    failed = run(2, "failed", ago=timedelta(hours=1), details=f'{{"code": "{code}"}}')
    broken = Standing(state=State.ACTION_NEEDED, code=code)

    trouble = trouble_of(broken, Kind.TOKEN, TONGUE, syncs_by_itself=True, now=NOW)

    assert missing_of(failed, TONGUE) is None
    assert trouble is not None
    assert [action.href for action in trouble.actions] == ["/connect?way=ticket"]


def test_a_password_that_waits_leads_to_the_two_ways_that_do_not() -> None:
    """Each state names its time in the person's zone, and at most two things to do."""
    until = NOW + timedelta(hours=2)
    berlin = Tongue(zone=ZoneInfo("Europe/Berlin"))
    cools = Standing(state=State.COOLING_DOWN, code="login_blocked", until=until)
    waits = Standing(state=State.ACTION_NEEDED, code="invalid_credentials", until=until)

    for standing in (cools, waits):
        told = trouble_of(standing, Kind.PASSWORD, berlin, syncs_by_itself=True, now=NOW)
        assert told is not None
        assert "today, 15:00" in told.title + told.more
        assert [action.href for action in told.actions] == [
            "/connect?way=personal-key",
            "/connect?way=ticket",
        ]
    fine = trouble_of(FINE, Kind.PASSWORD, berlin, syncs_by_itself=True, now=NOW)
    assert fine is None


def test_numbers_of_today_are_compared_with_the_28_days_before() -> None:
    """The finding is in words; what is old says its day, what never came says so."""
    days = [day(ago, sleep_hours=7.0, hrv=60.0 + ago % 3, steps=9000) for ago in range(1, 30)]
    days.append(day(0, sleep_hours=6.0, sleep_score=70, hrv=50, hrv_status="BALANCED"))
    shown = today_view.Days.of(days, TODAY)

    sleep, hrv, resting, _, _, steps = today_view.metrics_of(shown, TONGUE)

    assert sleep.figure == (("6", "h"), ("00", "min"))
    assert sleep.words == "Score 70 · 1 h shorter than usual"
    assert hrv.words == "Balanced · 11 ms below usual"
    assert (resting.words, resting.line) == ("None at Garmin", None)
    assert steps.words == "Yesterday"
    finding = today_view.finding_of(shown, TONGUE)
    assert finding == "A short night. HRV is below its usual range."


def test_nothing_is_found_out_about_a_night_that_is_not_here() -> None:
    """Without last night there is no finding, and few nights are no two weeks."""
    shown = today_view.Days.of([day(3, sleep_hours=5.0)], TODAY)
    one = Series(
        [(TODAY - timedelta(days=3)).isoformat()],
        {name: [3600] for name in held_view.STAGES},
        "",
    )

    picture = held_view.nights_of(one, TODAY, TONGUE)

    assert today_view.finding_of(shown, TONGUE) == ""
    assert picture is not None
    assert picture.title == "1 night of the last two weeks"


def test_a_short_night_is_the_finding_of_two_weeks() -> None:
    """The shortest is named with its day."""
    span = [TODAY - timedelta(days=13 - n) for n in range(14)]
    hours = [7.0] * 14
    hours[5] = 5.0
    columns: dict[str, list[float | None]] = {name: [None] * 14 for name in held_view.STAGES}
    columns["sleep_light_s"] = [each * 3600 for each in hours]

    picture = held_view.nights_of(Series([d.isoformat() for d in span], columns, ""), TODAY, TONGUE)

    assert picture is not None
    assert picture.title == "One short night in two weeks"
    assert "Shortest: Sun 22 Feb with 5 h." in picture.note


def test_weeks_begin_where_the_person_says_and_easy_ones_are_told() -> None:
    """The week that goes on is compared with the others, and is never an easy one."""
    sunday = Tongue(first_weekday=6)
    seconds = {TODAY - timedelta(days=7 * n): 3600.0 * (5 if n else 6) for n in range(16)}

    most = held_view.weeks_of(seconds, TODAY, TONGUE)
    none = held_view.weeks_of({TODAY - timedelta(days=20): 60.0}, TODAY, TONGUE)

    assert held_view.first_week(TODAY, TONGUE) == date(2025, 11, 17)
    assert held_view.first_week(TODAY, sunday) == date(2025, 11, 16)
    assert most is not None
    assert most.title == "6.0 hours this week, the most of these 16"
    assert none is not None
    assert none.title == "No training yet this week"
    assert held_view.weeks_of({}, TODAY, TONGUE) is None


def test_what_is_held_counts_only_what_could_be_here() -> None:
    """What is off or never came is left out, the latest two days may wait; 364 are not 365."""
    lines = [
        CoverageLine("sleep", "wellness", "d" * 363 + "mm"),
        CoverageLine("hrv", "wellness", "d" * 360 + "f" + "m" + "d" * 3),
        CoverageLine("weight", "wellness", "o" * 365),
        CoverageLine("hill_score", "fitness", "u" * 365),
    ]

    share, missing, files, size = held_view.facts_of(
        lines, Holding(212, 209, 5_400_000), 365, TONGUE
    )

    assert (share.number, missing.number) == ("99.7", "2")
    assert (files.number, files.unit, size.number) == ("209", "of 212", "5.4")
    whole = held_view.facts_of(lines[:1], Holding(0, 0, 0), 120, TONGUE)
    assert (whole[0].number, whole[0].label) == ("100", "of the last 120 days complete")
