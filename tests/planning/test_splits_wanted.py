"""Which activities want their splits from the account API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from test_files import NOW, activity, had

from training_analyzer.planning.files import MOST_TRIES, FileState
from training_analyzer.planning.splits import SPLITS_PER_RUN, wanted_splits, wants_splits


@pytest.mark.parametrize("state", [FileState.NONE, FileState.STORED, FileState.FAILED])
def test_splits_are_wanted_where_no_file_tells_a_lap(state: FileState) -> None:
    """No file, a given up one, or one without a lap: then the interface is the only source."""
    tries = MOST_TRIES if state is FileState.FAILED else 0
    assert wants_splits(had(activity(lap_count=3), state, tries), NOW)


def test_splits_are_not_wanted_where_they_tell_nothing_new() -> None:
    """Not beside a file's laps, before the file, of one lap, of a leg, nor of what is hidden."""
    none = had(activity(lap_count=3), FileState.NONE)
    for facts in (
        {"has_file_laps": True},
        {"lap_count": 1},
        {"parent_id": 5},
        {"missing_since": NOW},
        {"deleted_at": NOW},
        {"duplicate_of": 4},
    ):
        assert not wants_splits(replace(none, **facts), NOW)
    assert not wants_splits(activity(lap_count=3), NOW)


def test_without_any_file_for_the_account_nothing_is_waited_for() -> None:
    """Where Garmin gives no file at all, or there is none, splits are wanted at once."""
    assert wants_splits(activity(lap_count=3), NOW, has_files=False)
    assert wants_splits(activity(lap_count=None, is_manual=True), NOW)


def test_each_version_is_asked_once_or_three_times_in_vain() -> None:
    """An answer is final until the activity is edited; failures are tried in three runs."""
    one = had(activity(lap_count=3), FileState.NONE)
    answered = replace(one, splits_version=one.version, splits_tries=0)
    failed = [replace(answered, splits_tries=tries) for tries in range(1, MOST_TRIES + 1)]

    assert not wants_splits(answered, NOW)
    assert [wants_splits(each, NOW) for each in failed] == [True, True, False]
    assert wants_splits(had(replace(answered, elapsed_s=60.0), FileState.NONE), NOW)


def test_few_a_run_newest_first() -> None:
    """A run asks for five at most, the newest ones."""
    every = [had(activity(number, lap_count=2), FileState.NONE) for number in range(1, 12)]

    wanted = wanted_splits(reversed(every), now=NOW + timedelta(days=1))

    assert [one.activity_id for one in wanted] == list(range(1, SPLITS_PER_RUN + 1))
