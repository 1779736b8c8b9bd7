"""Unmodified clients read the invented lives, and the command line's server stops when told."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from gcpapi_sync import GarminClient, RetryConfig

from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.fate import sleeps_with_watch, wears
from training_analyzer.simulator.residents import demo_world, ways_in
from training_analyzer.simulator.server import SimulatorServer, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from garminconnect import Garmin

    from training_analyzer.simulator.world import World

# The unmodified clients compare expiry with their own clock, so this world lives now. Two
# days ago has settled everywhere on earth; a day on which the watch was off shows nothing.
NOW = datetime.now(UTC)
_ADA = demo_athletes(7, NOW.date())[0]
DAY = next(
    day
    for day in ((NOW - timedelta(days=n)).date() for n in range(2, 30))
    if wears(_ADA, day) and sleeps_with_watch(_ADA, day)
)


@pytest.fixture
def world() -> World:
    """Make a world of the five ready-made athletes."""
    return demo_world(7)


@pytest.fixture
def ada(server: SimulatorServer, new_garmin: Callable[..., Garmin]) -> Garmin:
    """Sign the runner in by her password."""
    way = ways_in(server.world)[0]
    garmin = new_garmin(way["email"], way["password"], retry_attempts=0)
    garmin.login()
    return garmin


def test_secrets_follow_from_the_seed() -> None:
    """Two simulators of one seed know the same people by the same secrets; of another, others."""

    def secrets(seed: int) -> list[tuple[str, str | None, str | None]]:
        return [(one.password, one.mfa_code, one.personal_key) for one in demo_world(seed).accounts]

    assert secrets(1) == secrets(1)
    assert secrets(1) != secrets(2)


def test_ways_in_are_complete(world: World) -> None:
    """Somebody has a plain password, somebody a second factor, somebody a key, all a token."""
    ways = ways_in(world)

    assert any(way["mfa_code"] is None for way in ways)
    assert any(way["mfa_code"] for way in ways)
    assert any(way["personal_key"] for way in ways)
    assert all(
        set(way["token"]) == {"di_token", "di_refresh_token", "di_client_id"} for way in ways
    )
    assert json.loads(json.dumps(ways)) == ways


def test_garminconnect_reads_a_day(ada: Garmin) -> None:
    """The unmodified client gets a day's summary, sleep, heart rate and HRV by its own methods."""
    day = DAY.isoformat()

    assert ada.get_user_summary(day)["calendarDate"] == day
    assert ada.get_sleep_data(day)["dailySleepDTO"]["calendarDate"] == day
    assert ada.get_heart_rates(day)["calendarDate"] == day
    assert ada.get_stress_data(day)["calendarDate"] == day
    nights = [ada.get_hrv_data((DAY - timedelta(days=n)).isoformat()) for n in range(7)]
    assert any(night["hrvSummary"]["lastNightAvg"] for night in nights if night)


def test_garminconnect_reads_activities(ada: Garmin) -> None:
    """The unmodified client pages through activities and opens one."""
    first = (DAY - timedelta(days=60)).isoformat()

    found = ada.get_activities_by_date(first, DAY.isoformat())
    newest = ada.get_activity(found[0]["activityId"])

    assert len(found) > 20
    assert newest["activityId"] == found[0]["activityId"]
    assert newest["summaryDTO"]["duration"] == pytest.approx(found[0]["duration"])


def test_garminconnect_downloads_a_file(ada: Garmin) -> None:
    """The unmodified client downloads an activity's original file: a FIT file in an archive."""
    first = (DAY - timedelta(days=60)).isoformat()
    newest = ada.get_activities_by_date(first, DAY.isoformat())[0]["activityId"]

    archive = ada.download_activity(newest, dl_fmt=ada.ActivityDownloadFormat.ORIGINAL)

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        (name,) = opened.namelist()
        assert opened.read(name)[8:12] == b".FIT"


def test_gcpapi_sync_reads_its_models(server: SimulatorServer) -> None:
    """The typed client accepts what the Personal API answers, over 63 days in three windows."""
    key = next(way["personal_key"] for way in ways_in(server.world) if way["personal_key"])
    first = DAY - timedelta(days=62)
    with GarminClient(key, base_url=server.url, retry=RetryConfig(max_retries=0)) as client:
        steps = client.get_daily_steps(first, DAY)
        sleep = client.get_daily_sleep_summaries(first, DAY)
        summaries = client.get_daily_summaries(first, DAY)
        activities = client.search_activities(limit=30)

    assert server.count("/usersummary-service/stats/steps") == 3
    assert len(steps) > 50
    assert len(sleep) > 40
    assert len(summaries) > 50
    assert len(activities) == 30


def test_people_see_their_own_life_only(
    server: SimulatorServer, new_garmin: Callable[..., Garmin]
) -> None:
    """Two people who ask the same question get two answers."""
    answers = []
    for account in server.world.accounts[:2]:
        garmin = new_garmin()
        garmin.login(json.dumps(server.world.sign_in(account.email)))
        answers.append(garmin.get_user_summary(DAY.isoformat()))

    assert answers[0]["userProfileId"] != answers[1]["userProfileId"]
    assert answers[0]["totalSteps"] != answers[1]["totalSteps"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_ends_on_a_signal(world: World, number: signal.Signals) -> None:
    """The blocking server ends when the process is told to, and leaves signals as before."""
    before = signal.getsignal(number)
    urls: list[str] = []
    threads = threading.active_count()

    def announce(server: SimulatorServer) -> None:
        urls.append(server.url)
        os.kill(os.getpid(), number)

    serve(world, announce=announce)

    assert urls[0].startswith("http://127.0.0.1:")
    assert signal.getsignal(number) is before
    assert threading.active_count() == threads
