"""What a person asks for by hand: exactly that is planned, and nothing of the future."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from training_analyzer.model import Api, DayState, Failure, GarminSyncConfig
from training_analyzer.planning import Coverage, LedgerDay, Span, Wish, plan, plan_snapshots
from training_analyzer.planning.asked import streams_of, wish_to_retry
from training_analyzer.streams import CATALOG

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
UTC_ZONE = ZoneInfo("UTC")
CONFIG = GarminSyncConfig(user_id="ada", sync_wellness=False)


def planned(wish: Wish, coverage: Coverage = Coverage({})) -> set[tuple[str, date, date]]:  # noqa: B008 - a frozen value
    """Return what a sync with *wish* asks for by ranges of days."""
    windows = plan(
        CONFIG, coverage, CATALOG, [Api.ACCOUNT], now=NOW, zone=UTC_ZONE, wish=wish
    ).windows
    return {(window.stream.name, window.first, window.last) for window in windows}


def ago(days: int) -> date:
    """Return the day *days* before today."""
    return TODAY - timedelta(days=days)


def test_the_latest_days_end_today_wherever_today_is() -> None:
    """`days` counts from the person's own today, whatever the ledger says."""
    known = {"hrv": {ago(n): LedgerDay(ago(n), DayState.DATA, NOW, settled=True) for n in range(9)}}

    wanted = planned(Wish(days=3, streams=frozenset({"hrv"})), Coverage(known))

    assert wanted == {("hrv", ago(2), TODAY)}
    zone = ZoneInfo("Pacific/Kiritimati")
    assert Wish(days=1).days_at(NOW.astimezone(zone).date()) == Span(ago(-1), ago(-1))


def test_named_streams_are_asked_for_even_where_their_group_is_off() -> None:
    """Who names a stream wants it now; with nothing named the configuration decides."""
    span = Span(ago(1), ago(0))

    named = planned(Wish(span=span, streams=frozenset({"sleep"})))
    all_of_them = planned(Wish(span=span))

    assert {name for name, *_ in named} == {"sleep"}
    assert "sleep" not in {name for name, *_ in all_of_them}
    assert {"activities", "vo2max"} <= {name for name, *_ in all_of_them}


def test_nothing_of_the_future_is_asked_for() -> None:
    """A range ends today at the latest."""
    wanted = planned(Wish(span=Span(ago(1), ago(-9)), streams=frozenset({"hrv"})))

    assert wanted == {("hrv", ago(1), TODAY)}


def test_a_retry_is_for_exactly_the_windows_that_failed() -> None:
    """Only they are asked for; a state of now is had for today, a file is wanted anyway."""
    failures = [
        Failure(stream="hrv", first=ago(40), last=ago(30), code="garmin_unavailable"),
        Failure(stream="devices", first=ago(2), last=ago(2), code="garmin_unavailable"),
        Failure(stream="activity_files", first=ago(2), last=ago(2), code="garmin_unavailable"),
    ]

    wish = wish_to_retry(7, failures)
    snapshots = plan_snapshots(
        CONFIG, Coverage({}), CATALOG, [Api.ACCOUNT], now=NOW, zone=UTC_ZONE, wish=wish
    )

    assert wish.is_retry
    assert not wish.is_ordinary
    assert planned(wish) == {("hrv", ago(40), ago(30))}
    assert [(each.stream.name, each.first) for each in snapshots.windows] == [("devices", TODAY)]
    assert wish.wants_files
    assert not wish_to_retry(7, failures[:1]).wants_files


@pytest.mark.parametrize("types", [["sleeep"], ["sleep", "profile"], ["user_settings"], [""]])
def test_what_is_no_type_is_none(types: list[str]) -> None:
    """A name that is no stream and no group makes the whole unknown; the profile is neither."""
    assert streams_of(types) is None


def test_a_group_is_all_of_its_streams() -> None:
    """A group stands for every stream of it, beside those that are named one by one."""
    fitness = frozenset(each.name for each in CATALOG if each.group == "fitness")

    assert streams_of(["fitness", "sleep"]) == fitness | {"sleep"}
