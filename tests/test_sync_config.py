"""Sync configuration: what it may hold, and where its defaults come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from training_analyzer.db.repositories import GarminCredentialsRepository as Repository
from training_analyzer.db.repositories.sync_config import checked_changes
from training_analyzer.errors import InvalidSyncConfig
from training_analyzer.model import CONFIG_DEFAULTS

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
    ],
)
def test_wrong_values_are_refused(field: str, value: object) -> None:
    """A value that cannot be is refused by field and reason."""
    with pytest.raises(InvalidSyncConfig, match=field) as caught:
        checked_changes({field: value})

    assert caught.value.field == field
    assert caught.value.reason.startswith("must be")


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


@pytest.mark.parametrize("field", ["sync_sleep", "updated_at", "userid", ""])
def test_unknown_fields_are_type_errors(repo: Repository, field: str) -> None:
    """A misspelled field is an error, as Python has it for a misspelled argument."""
    with pytest.raises(TypeError, match=repr(field)):
        repo.update_sync_config(EVA, **{field: True})

    assert repo.get_sync_config(EVA) is None
