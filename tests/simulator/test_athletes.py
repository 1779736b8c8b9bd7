"""The invented lives: the same in every process, believable over a year."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

from athletes_for_tests import A_YEAR_AGO, NOW, TODAY, ask, athletes, body, runner, year

from training_analyzer.model import Api
from training_analyzer.simulator.fate import (
    ONE_DAY,
    bounds,
    illness,
    is_away,
    is_ill,
    offset_s,
    vo2max_on,
    wears,
)
from training_analyzer.simulator.fitness import PRODUCTIVE, STRAINED, training_status
from training_analyzer.simulator.nights import hrv_night, night, resting_bpm
from training_analyzer.simulator.training import activities_on, is_rest_week, load_on
from training_analyzer.simulator.wellness import last_sync

_PROGRAM = """
import json, sys
from datetime import UTC, date, datetime
from training_analyzer.model import Api
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.payloads import answer
ada = demo_athletes(11, date(2026, 11, 25))[0]
now = datetime(2026, 11, 25, 17, tzinfo=UTC)
print(json.dumps([answer(ada.owner, Api.ACCOUNT, path, {}, now).body for path in sys.argv[1:]]))
"""
_DAYS = (
    "/hrv-service/hrv/2026-11-20",
    "/wellness-service/wellness/dailyStress/2026-11-20",
    "/usersummary-service/stats/steps/daily/2026-11-01/2026-11-20",
)


def test_a_life_is_the_same_in_another_process() -> None:
    """A second process, which hashes texts differently, gives the same answers."""
    program = [sys.executable, "-c", _PROGRAM, *_DAYS]
    elsewhere = subprocess.run(program, capture_output=True, check=True, text=True)  # noqa: S603 - our own interpreter and text

    assert json.loads(elsewhere.stdout) == [body(runner(), path) for path in _DAYS]


def test_a_life_does_not_depend_on_the_order_of_questions() -> None:
    """A day asked for alone is the same as after a year was asked for, forwards or backwards."""
    alone = body(runner(), _DAYS[1])
    forwards, backwards = runner(), runner()
    for day in year():
        night(forwards, day)
    for day in reversed(year()):
        activities_on(backwards, day)

    assert body(forwards, _DAYS[1]) == alone
    assert body(backwards, _DAYS[1]) == alone


def test_different_seeds_are_different_people() -> None:
    """Each athlete has a profile id, a name and days of their own."""
    people = athletes()

    assert len({one.profile_id for one in people}) == len(people)
    assert len({one.display_name for one in people}) == len(people)
    assert len({load_on(one, TODAY - ONE_DAY * 3) for one in people[:2]}) == 2


def test_there_is_somebody_for_each_way_in() -> None:
    """The ready-made athletes include a second factor and a Personal API key."""
    people = athletes()

    assert people[0].email == "ada@example.test"
    assert people[0].time_zone == "Europe/Berlin"
    assert any(one.has_mfa for one in people)
    assert any(one.has_personal_key for one in people)


def test_a_runner_trains_two_to_three_hundred_times_a_year() -> None:
    """A year of the runner holds 200 to 300 activities, fewer in rest weeks and none when ill."""
    ada = runner()
    counts = {day: len(activities_on(ada, day)) for day in year()}
    rest = [counts[day] for day in year() if is_rest_week(day)]
    build = [counts[day] for day in year() if not is_rest_week(day)]

    assert 200 <= sum(counts.values()) <= 300
    assert sum(rest) / len(rest) < sum(build) / len(build)
    assert all(not counts[day] for day in year() if is_ill(ada, day))


def test_an_illness_shows_in_the_numbers() -> None:
    """In the days of illness the resting heart rate is up and the HRV down."""
    tom = athletes()[1]
    ill = [day for day in year() if illness(tom, day) == 1 and wears(tom, day)]
    well = [day for day in year() if illness(tom, day) == 0 and wears(tom, day)]

    def mean(values: list[int]) -> float:
        return sum(values) / len(values)

    assert 3 <= len(ill) <= 12
    rates = [[bpm for day in days if (bpm := resting_bpm(tom, day))] for days in (ill, well)]
    assert mean(rates[0]) > mean(rates[1]) + 5
    nights = [[hrv for day in days if (hrv := hrv_night(tom, day))] for days in (ill, well)]
    averages = [mean([slept.night_avg for slept in some]) for some in nights]
    assert averages[0] < averages[1] * 0.85


def test_days_have_23_to_25_hours_and_follow_the_traveller() -> None:
    """Clock changes and trips move the ends of days; on a trip the offset is another one."""
    for one in athletes():
        edges = [bounds(one, day) for day in year()]
        hours = {(end - start) / timedelta(hours=1) for start, end in edges}
        assert hours <= {23.0, 24.0, 25.0}
        assert all(left[1] == right[0] for left, right in pairwise(edges))
    ada = runner()
    away = next(day for day in year() if is_away(ada, day) and is_away(ada, day - ONE_DAY))
    home = next(day for day in year()[away.toordinal() % 7 :] if not is_away(ada, day))
    assert offset_s(ada, away, bounds(ada, away)[0]) != offset_s(ada, home, bounds(ada, home)[0])


def test_the_new_watch_brings_hrv() -> None:
    """Before the new watch no night has HRV, then nearly all; at first without a baseline."""
    ada = runner()
    first, new = ada.watches[1]
    nights = [hrv_night(ada, day) for day in year()]
    measured = [slept for slept in nights if slept is not None]

    assert A_YEAR_AGO + timedelta(days=90) < first < TODAY - timedelta(days=90)
    assert new.has_hrv
    assert measured[0].day >= first
    assert len(measured) > 0.85 * (TODAY - first).days
    assert measured[0].status == "NONE"
    assert measured[-1].baseline is not None


def test_some_nights_and_days_are_missing() -> None:
    """A few nights and days of a year were not measured, most were."""
    for one in athletes()[:4]:
        assert 320 <= sum(night(one, day) is not None for day in year()) <= 362
        assert 345 <= sum(wears(one, day) for day in year()) <= 364


def test_the_status_follows_the_load() -> None:
    """A year of training meets several statuses, and a strained one only after much load."""
    tom = athletes()[1]
    statuses = {day: training_status(tom, day) for day in year()}

    assert PRODUCTIVE in statuses.values()
    assert len(set(statuses.values()) - {None}) >= 4
    strained = [day for day, status in statuses.items() if status == STRAINED]
    assert all(sum(load_on(tom, day - n * ONE_DAY) for n in range(7)) > 200 for day in strained)


def test_vo2max_moves_slowly() -> None:
    """From one day to the next the VO2max hardly changes, over the year it does."""
    levels = [vo2max_on(runner(), day) for day in year()]
    steps = [abs(b - a) for a, b in pairwise(levels)]

    assert max(steps) <= 1.5
    assert max(levels) - min(levels) > 1.5


def test_today_grows_and_tomorrow_is_empty() -> None:
    """Today is known up to the last sync: more steps in the evening, no sleep before waking up."""
    ada = runner()
    summary = "/usersummary-service/usersummary/daily/{name}"
    at = {hour: NOW.replace(hour=hour) for hour in (2, 8, 17)}
    steps = {
        hour: body(ada, summary, Api.ACCOUNT, now, calendarDate=str(TODAY))["totalSteps"]
        for hour, now in at.items()
    }
    tomorrow = body(ada, summary, calendarDate=str(TODAY + ONE_DAY))
    early = body(ada, "/sleep-service/sleep/dailySleepData", Api.ACCOUNT, at[2], date=str(TODAY))

    assert steps[2] is None
    assert steps[8] < steps[17]
    assert tomorrow["totalSteps"] is None
    assert early["dailySleepDTO"]["id"] is None


def test_nothing_changes_between_two_syncs() -> None:
    """As long as the watch has not synced again, the probe and the day stay the same."""
    ada = runner()
    synced = last_sync(ada, NOW)
    assert synced is not None
    later = synced + timedelta(minutes=1)
    probe = "/wellness-service/wellness/syncTimestamp"
    day = "/usersummary-service/usersummary/daily/{name}"

    assert body(ada, probe, Api.ACCOUNT, synced) == body(ada, probe, Api.ACCOUNT, later)
    first, second = (
        body(ada, day, Api.ACCOUNT, now, calendarDate=str(TODAY)) for now in (synced, later)
    )
    assert first == second


def test_before_the_first_day_there_is_nothing() -> None:
    """Days before an athlete's first day have no data of any kind."""
    nia = athletes()[-1]
    before = f"{nia.since - 20 * ONE_DAY}/{nia.since - ONE_DAY}"

    assert body(nia, f"/usersummary-service/stats/steps/daily/{before}") == []
    assert ask(nia, f"/hrv-service/hrv/daily/{before}").status == 204
    assert body(nia, f"/weight-service/weight/range/{before}")["dailyWeightSummaries"] == []
    assert body(nia, f"/sleep-service/stats/sleep/daily/{before}")["individualStats"] == []
    span = {"startDate": before[:10], "endDate": before[11:]}
    summaries = body(nia, "/usersummary-service/v2/dailysummaries", Api.PERSONAL, **span)
    assert summaries == {"data": []}
