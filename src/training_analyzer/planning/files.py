"""Which activities want their original file, which are gone, which are one and the same. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

# What a run calls its work on files, where it has no stream of the catalog.
FILES: Final = "activity_files"
# A run's share: a year of most people. What is left comes with the next runs.
MULTISPORTS: Final = 1
FILES_PER_RUN: Final = 300
# A list that broke off makes everything look deleted; no run asks for more than these.
QUESTIONS_PER_RUN: Final = 20
# So many may go at once; of more a second list has to say the same before they are asked for.
FEW_GONE: Final = 5
# A file that never arrives, or on which the process dies, is then left alone: for a week
# at first, and each time for a week longer, because the fault may have been Garmin's.
MOST_TRIES: Final = 3
_REST: Final = timedelta(weeks=1)
_SAME_START_S: Final = 60.0
_SAME_DURATION: Final = 0.02


class FileState(StrEnum):
    """How it stands with an activity's file; none of these where nobody has asked for it."""

    TRYING = "trying"
    STORED = "stored"
    NONE = "none"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownActivity:
    """What decides about the file of a stored activity."""

    activity_id: int
    calendar_date: date | None = None
    start_utc: datetime | None = None
    duration_s: float | None = None
    elapsed_s: float | None = None
    device_id: str | None = None
    is_parent: bool = False
    parent_id: int | None = None
    is_manual: bool = False
    row_sha256: str | None = None
    listed_at: datetime | None = None
    missing_since: datetime | None = None
    deleted_at: datetime | None = None
    duplicate_of: int | None = None
    file_version: str | None = None
    file_state: FileState | None = None
    file_tries: int = 0
    file_tried_at: datetime | None = None
    lap_count: int | None = None
    has_file_laps: bool = False
    splits_version: str | None = None
    splits_tries: int = 0

    @property
    def version(self) -> str:
        """Name the version of the activity that its file belongs to.

        A new name or type leaves the file as it is; a person who trims, or moves the
        start, changes the times. The legs of a multisport follow every edit.
        """
        if self.is_parent:
            return str(self.row_sha256)
        start = self.start_utc.isoformat() if self.start_utc else None
        return f"{start} {self.elapsed_s} {self.duration_s}"

    def wants_file(self, now: datetime) -> bool:
        """Whether the file of the current version was not yet had, and may be tried *now*."""
        if self.is_manual or self.parent_id or self.missing_since or self.deleted_at:
            return False
        if self.file_version != self.version:
            return True
        if self.file_state not in {FileState.TRYING, FileState.FAILED}:
            return False
        too_many = self.file_tries - MOST_TRIES
        return too_many < 0 or (
            self.file_tried_at is not None and now - self.file_tried_at >= _REST * (too_many + 1)
        )

    def was_deadly(self, now: datetime) -> bool:
        """Whether its last try ended with the process, and it is to be left alone for that."""
        return (
            self.file_state is FileState.TRYING
            and self.file_tries >= MOST_TRIES
            and not self.wants_file(now)
        )


def wanted_files(
    activities: Iterable[KnownActivity], *, now: datetime, budget: int = FILES_PER_RUN
) -> list[KnownActivity]:
    """Return the activities whose file is worth asking for, newest first, at most *budget*.

    Of multisports, whose legs cost a request each, only the newest: a year of them would
    make a first sync twice as long, and a run a day soon has them all.
    """
    ordered = sorted((one for one in activities if one.wants_file(now)), key=_age)
    later = {one.activity_id for one in [one for one in ordered if one.is_parent][MULTISPORTS:]}
    return [one for one in ordered if one.activity_id not in later][:budget]


def missing(
    activities: Iterable[KnownActivity], *, budget: int = QUESTIONS_PER_RUN
) -> list[KnownActivity]:
    """Return the activities that a complete list no longer had, at most *budget*.

    That alone is no proof: only Garmin's "there is none" to a question for each is. Where
    many went at once it may be Garmin itself that is ill, so a later list comes first.
    """
    gone = [one for one in activities if one.missing_since and not one.deleted_at]
    if len(gone) > FEW_GONE:
        gone = [one for one in gone if _is_missing_twice(one)]
    return sorted(gone, key=_age)[:budget]


def duplicates(activities: Iterable[KnownActivity]) -> dict[int, int | None]:
    """Return activity -> the one it is a duplicate of, for every link that has to change.

    Two devices, or an app that uploads anew, give one effort two ids: starts within a
    minute, durations within 2 %. The richest one stays: with a file, from a device, first.
    """
    known = list(activities)
    heads: dict[int, list[KnownActivity]] = {}
    found: dict[int, int] = {}
    for one in sorted(known, key=_poverty):
        start, duration = one.start_utc, one.duration_s
        if start is None or not duration or one.parent_id or one.deleted_at:
            continue
        minute = int(start.timestamp() // _SAME_START_S)
        near = (head for n in (-1, 0, 1) for head in heads.get(minute + n, ()))
        richer = next((head for head in near if _are_one(head, one)), None)
        if richer is None:
            heads.setdefault(minute, []).append(one)
        else:
            found[one.activity_id] = richer.activity_id
    return {
        one.activity_id: found.get(one.activity_id)
        for one in known
        if found.get(one.activity_id) != one.duplicate_of
    }


def _is_missing_twice(activity: KnownActivity) -> bool:
    listed_at, since = activity.listed_at, activity.missing_since
    return listed_at is not None and since is not None and listed_at > since


def _age(activity: KnownActivity) -> tuple[float, int]:
    start = activity.start_utc
    return (-start.timestamp() if start else 0.0, -activity.activity_id)


def _poverty(activity: KnownActivity) -> tuple[bool, bool, int]:
    has_device = activity.device_id not in {None, "", "0"}
    return (
        activity.file_state is not FileState.STORED,
        not has_device,
        activity.activity_id,
    )


def _are_one(one: KnownActivity, other: KnownActivity) -> bool:
    if not (one.start_utc and other.start_utc and one.duration_s and other.duration_s):
        return False
    apart = abs((one.start_utc - other.start_utc).total_seconds())
    longer = max(one.duration_s, other.duration_s)
    return (
        apart <= _SAME_START_S and abs(one.duration_s - other.duration_s) <= _SAME_DURATION * longer
    )
