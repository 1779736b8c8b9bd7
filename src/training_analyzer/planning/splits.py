"""Which activities want their splits from the account API: those whose file tells no lap. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from training_analyzer.planning.files import MOST_TRIES, FileState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from training_analyzer.planning.files import KnownActivity

# Few activities have no readable file, and no run is to be longer for them.
SPLITS_PER_RUN: Final = 5
_HAD: Final = {FileState.NONE, FileState.STORED, FileState.FAILED}


def wanted_splits(
    activities: Iterable[KnownActivity],
    *,
    now: datetime,
    has_files: bool = True,
    budget: int = SPLITS_PER_RUN,
) -> list[KnownActivity]:
    """Return the activities whose splits are worth a request, newest first, at most *budget*.

    *has_files* is false where Garmin gives the account no file at all.
    """
    wanted = [one for one in activities if wants_splits(one, now, has_files=has_files)]
    return sorted(wanted, key=_age)[:budget]


def wants_splits(activity: KnownActivity, now: datetime, *, has_files: bool = True) -> bool:
    """Tell whether the interface alone can tell the laps, and was not yet asked in vain.

    The one lap of an activity is the activity itself, whose row has all of it.
    """
    is_hidden = activity.missing_since or activity.deleted_at or activity.duplicate_of
    if is_hidden or activity.parent_id or activity.has_file_laps:
        return False
    if activity.lap_count is not None and activity.lap_count <= 1:
        return False
    may_have_file = has_files and not activity.is_manual
    if may_have_file and (activity.wants_file(now) or activity.file_state not in _HAD):
        return False
    if activity.splits_version != activity.version:
        return True
    return 0 < activity.splits_tries < MOST_TRIES


def _age(activity: KnownActivity) -> tuple[float, int]:
    start = activity.start_utc
    return (-start.timestamp() if start else 0.0, -activity.activity_id)
