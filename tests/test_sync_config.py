"""Sync configuration: what it may hold, and where its defaults come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories import GarminCredentialsRepository as Repository
from training_analyzer.db.repositories.sync_config import checked_changes
from training_analyzer.errors import InvalidSyncConfig
from training_analyzer.model import CONFIG_DEFAULTS, QuietHours

if TYPE_CHECKING:
    from fake_clock import FakeClock

    from training_analyzer.db import Database

EVA = "usr_eva"
ADAM = "usr_adam"


def test_configured_hour_is_the_default_of_who_chose_none(
    database: Database, clock: FakeClock
) -> None:
    """A server may have another default hour; whoever chose a time keeps it."""
    defaults = replace(CONFIG_DEFAULTS, sync_time="04:00")
    repo = Repository(database=database, now=clock, defaults=defaults)

    assert repo.update_sync_config(EVA, sync_wellness=False).sync_time == "04:00"
    assert repo.update_sync_config(ADAM, sync_time="05:00").sync_time == "05:00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sync_frequency", "monthly"),
        ("sync_frequency", "Daily"),
        ("sync_frequency", None),
        ("sync_time", "24:00"),
        ("sync_time", "25:99"),
        ("sync_time", "99:99"),
        ("sync_time", "6:00"),
        ("sync_time", "06:00:00"),
        ("sync_time", "06:00\n"),
        ("sync_time", "\u0660\u0666:\u0660\u0660"),
        ("sync_time", 6),
        ("initial_sync_days", 0),
        ("initial_sync_days", 3651),
        ("initial_sync_days", "365"),
        ("initial_sync_days", 1.5),
        ("initial_sync_days", True),
        ("incremental_sync_days", 0),
        ("incremental_sync_days", 91),
        ("min_sync_interval_minutes", 0),
        ("min_sync_interval_minutes", 10_081),
        ("min_sync_interval_minutes", 10**30),
        ("auto_sync_enabled", "true"),
        ("auto_sync_enabled", 1),
        ("sync_activities", None),
        ("sync_wellness", []),
        ("sync_fitness_metrics", "no"),
        ("sync_sleep", "off"),
        ("disabled_streams", "hrv"),
        ("disabled_streams", ["hrv", "canary"]),
        ("disabled_streams", ["profile"]),
        ("disabled_streams", [None]),
        ("quiet_hours", "22:00-06:00"),
        ("quiet_hours", {"from": "22:00"}),
        ("quiet_hours", {"from": "22:00", "to": "24:00"}),
        ("quiet_hours", {"from": "22:00", "to": "22:00"}),
        ("quiet_hours", QuietHours("22:00", "6:00")),
    ],
)
def test_wrong_values_are_refused(field: str, value: object) -> None:
    """A value that cannot be is refused by field and reason."""
    with pytest.raises(InvalidSyncConfig, match=field) as caught:
        checked_changes({field: value})

    assert caught.value.field == field
    assert caught.value.reason.startswith("must ")


def test_refused_change_saves_nothing(repo: Repository) -> None:
    """One wrong value among many: none of them is saved."""
    repo.update_sync_config(EVA, sync_time="07:00")

    with pytest.raises(InvalidSyncConfig):
        repo.update_sync_config(EVA, sync_time="08:00", initial_sync_days=0)

    assert repo.get_sync_config(EVA) == replace(CONFIG_DEFAULTS, user_id=EVA, sync_time="07:00")


def test_bounds_are_allowed(repo: Repository) -> None:
    """The least and the greatest values are fine."""
    low = repo.update_sync_config(
        EVA, initial_sync_days=1, incremental_sync_days=1, min_sync_interval_minutes=1
    )

    assert (low.initial_sync_days, low.incremental_sync_days) == (1, 1)
    assert repo.update_sync_config(EVA, sync_time="00:00").sync_time == "00:00"


@pytest.mark.parametrize("field", ["sync_naps", "updated_at", "version", "quiet_from", ""])
def test_unknown_fields_are_type_errors(repo: Repository, field: str) -> None:
    """A misspelled field is an error, as Python has it for a misspelled argument."""
    with pytest.raises(TypeError, match=repr(field)):
        repo.update_sync_config(EVA, **{field: True})

    assert repo.get_sync_config(EVA) is None


def test_what_is_left_out_and_when_it_is_quiet_is_kept(repo: Repository) -> None:
    """Streams come back once each and in order, quiet hours as they were given; both can go."""
    saved = repo.update_sync_config(
        EVA,
        sync_sleep=False,
        disabled_streams=["weight", "hrv", "weight"],
        quiet_hours={"from": "22:00", "to": "06:30"},
    )

    assert repo.get_sync_config(EVA) == saved
    assert saved.disabled_streams == ("hrv", "weight")
    assert saved.quiet_hours == QuietHours("22:00", "06:30")
    assert saved.left_out == {"hrv", "weight", "sleep"}
    empty = repo.update_sync_config(EVA, disabled_streams=(), quiet_hours=None, sync_sleep=True)
    assert empty == replace(CONFIG_DEFAULTS, user_id=EVA)


def test_each_change_is_a_new_version(repo: Repository, clock: FakeClock) -> None:
    """The version counts the changes, and the time is that of the last one."""
    first = repo.update_sync_config(EVA, sync_time="07:00")
    clock.advance(hours=1)
    second = repo.update_sync_config(EVA, sync_time="08:00")

    assert (first.version, second.version) == (1, 2)
    assert second.updated_at == clock()
    assert repo.get_sync_config(EVA) == second


def test_a_change_for_a_version_that_is_gone_changes_nothing(repo: Repository) -> None:
    """Of two who change what both have seen, the second is told, and overwrites nothing."""
    assert repo.change_sync_config(EVA, {"sync_time": "07:00"}, seen=3) is None
    first = repo.change_sync_config(EVA, {"sync_time": "07:00"}, seen=0)
    late = repo.change_sync_config(EVA, {"sync_time": "08:00"}, seen=0)
    second = repo.change_sync_config(EVA, {"sync_weekday": 3}, seen=1)
    later = repo.change_sync_config(EVA, {"sync_weekday": 4}, seen=1)

    assert first is not None
    assert second is not None
    assert (late, later) == (None, None)
    assert (second.sync_time, second.sync_weekday, second.version) == ("07:00", 3, 2)
    assert repo.get_sync_config(ADAM) is None
