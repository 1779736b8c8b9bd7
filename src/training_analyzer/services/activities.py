"""A person's activities to look at. Nothing here asks Garmin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from training_analyzer.db.repositories.activity_lists import (
    ActiveDay,
    Around,
    Holding,
    OriginalFile,
    Totals,
    Wanted,
)
from training_analyzer.db.repositories.days import HOUSEKEEPING
from training_analyzer.planning.files import FileState

if TYPE_CHECKING:
    from datetime import date

    from training_analyzer.db.repositories.activity_lists import ActivityListsRepository
    from training_analyzer.db.repositories.reading import ReadingRepository

# The faces take these from here: they know no database.
__all__ = [
    "ActiveDay",
    "Activities",
    "Around",
    "Detail",
    "FileState",
    "Holding",
    "OriginalFile",
    "Totals",
    "Wanted",
]

# What tells of the fetching and not of the activity.
_OURS: Final = HOUSEKEEPING | {
    "row_sha256",
    "missing_since",
    "file_version",
    "file_state",
    "file_tries",
    "file_tried_at",
    "splits_version",
    "splits_tries",
}
_TRUTHS: Final = ("is_parent", "is_manual", "is_favorite", "is_personal_record", "has_gps")


@dataclass(frozen=True, slots=True)
class Detail:
    """One activity: its values, its legs, and what else there is of it.

    `file_state` is None where nobody has asked for its file.
    """

    values: dict[str, Any]
    legs: list[dict[str, Any]]
    has_track: bool
    has_file: bool
    file_state: FileState | None
    first_seen_at: datetime | None
    around: Around


@dataclass(frozen=True, slots=True)
class Activities:
    """Reads one user's activities."""

    lists: ActivityListsRepository
    reading: ReadingRepository

    def page(
        self,
        user_id: str,
        wanted: Wanted,
        *,
        limit: int,
        after: tuple[datetime, int] | None = None,
    ) -> list[dict[str, Any]]:
        """Return *limit* activities, newest first, behind the start and id of *after*."""
        rows = self.lists.page(user_id, wanted, limit=limit, after=after)
        return [_told(row) for row in rows]

    def knows(self, user_id: str, activity_id: int) -> bool:
        """Tell whether the user has that activity."""
        return self.lists.one(user_id, activity_id) is not None

    def one(self, user_id: str, activity_id: int) -> Detail | None:
        """Return one activity, a deleted one as well, or None."""
        row = self.lists.one(user_id, activity_id)
        if row is None:
            return None
        seen = row["first_seen_at"]
        return Detail(
            _told(row),
            [_told(leg) for leg in self.lists.legs(user_id, activity_id)],
            has_track=self.lists.has_track(user_id, activity_id),
            has_file=row["file_sha256"] is not None,
            file_state=FileState(str(row["file_state"])) if row["file_state"] else None,
            first_seen_at=seen if isinstance(seen, datetime) else None,
            around=self.lists.around(user_id, row),
        )

    def totals(self, user_id: str, wanted: Wanted) -> Totals:
        """Return the sums over what is *wanted*; nothing is counted twice."""
        return self.lists.totals(user_id, wanted)

    def active_days(self, user_id: str, wanted: Wanted, *, first: date) -> list[ActiveDay]:
        """Return the days from *first* on with activities that are *wanted*, oldest first."""
        return self.lists.active_days(user_id, wanted, first=first)

    def laps(self, user_id: str, activity_id: int) -> list[dict[str, Any]]:
        """Return the laps of an activity in their order."""
        return [_told(row) for row in self.reading.laps(user_id, activity_id)]

    def seconds_by_day(self, user_id: str, *, first: date, last: date) -> dict[date, float]:
        """Return day -> how long its activities took; days without any are left out."""
        return self.lists.seconds_by_day(user_id, first=first, last=last)

    def holding(self, user_id: str) -> Holding:
        """Return how many activities are stored, with how many files of which size."""
        return self.lists.holding(user_id)

    def original(self, user_id: str, activity_id: int) -> OriginalFile | None:
        """Return the newest original file of an activity, or None."""
        return self.lists.original(user_id, activity_id)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name not in _OURS}
    return told | {
        name: bool(told[name]) for name in _TRUTHS if name in told and told[name] is not None
    }
