"""What a finished run means: its status, its sentence for a person, its reaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from training_analyzer.errors import (
    ForbiddenStream,
    LoginBlocked,
    PoisonItem,
    RateLimited,
    Reaction,
    SyncError,
)
from training_analyzer.model import Failure, RunStatus
from training_analyzer.planning.due import DEFAULT_COOL_DOWN, LONGEST_COOL_DOWN, cool_down_after
from training_analyzer.planning.logins import LADDER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def status_of(
    *, has_data: bool, failures: Sequence[Failure], ended_by: SyncError | None
) -> RunStatus:
    """Return how a run ended; *has_data* says that it, or the one it goes on from, stored some.

    A run that Garmin asked to wait is `partial` even when nothing was stored yet: it
    is cut short, not broken.
    """
    if ended_by is None and not failures:
        return RunStatus.COMPLETED
    waits = ended_by is not None and ended_by.reaction is Reaction.COOL_DOWN
    return RunStatus.PARTIAL if has_data or waits else RunStatus.FAILED


def reaction_of(ended_by: SyncError | None, *, may_pass: bool) -> Reaction | None:
    """Return what the schedule does now; *may_pass* says that a retry soon may help."""
    if ended_by is not None:
        return ended_by.reaction
    return Reaction.BACK_OFF if may_pass else None


def retry_at(
    ended_by: SyncError | None, *, now: datetime, tries: int = 1, jitter: float = 1.0
) -> datetime | None:
    """Return when Garmin may be asked again, or None when it did not ask to wait.

    *tries* counts the runs in a row that came to nothing, this one included: the first
    believes what Garmin says, the later ones wait longer than that. A wait of our own,
    which nobody asked for, is multiplied by *jitter*.
    """
    if ended_by is None or ended_by.reaction is not Reaction.COOL_DOWN:
        return None
    if isinstance(ended_by, LoginBlocked):
        return ended_by.retry_at or now + LADDER[0]
    told = ended_by.retry_after if isinstance(ended_by, RateLimited) else None
    ours = cool_down_after(tries) if told else max(DEFAULT_COOL_DOWN, cool_down_after(tries))
    ours = timedelta(seconds=round((ours * jitter).total_seconds()))
    return now + max(min(told or ours, LONGEST_COOL_DOWN), ours)


def message_of(failures: Sequence[Failure], ended_by: SyncError | None) -> str | None:
    """Return one sentence for a person about what is missing, or None."""
    if ended_by is not None:
        return ended_by.message
    if not failures:
        return None
    refused = [failure for failure in failures if failure.code == ForbiddenStream.code]
    poison = [failure for failure in failures if failure.code == PoisonItem.code]
    missing = [failure for failure in failures if failure not in (*refused, *poison)]
    sentences = []
    if missing:
        days = sum((failure.last - failure.first).days + 1 for failure in missing)
        counted = "1 day" if days == 1 else f"{days} days"
        sentences.append(f"Missing: {_named(missing)}, {counted}. The next sync asks again.")
    if refused:
        sentences.append(
            f"Garmin does not give this account: {_named(refused)}. It is asked again in a week."
        )
    if poison:
        sentences.append(
            f"Failed three times and left alone for a week: {_named(poison)},"
            f" of {', '.join(sorted({failure.first.isoformat() for failure in poison}))}."
        )
    return " ".join(sentences)


def _named(failures: Sequence[Failure]) -> str:
    streams = list(dict.fromkeys(failure.stream.replace("_", " ") for failure in failures))
    return streams[0] if len(streams) == 1 else f"{', '.join(streams[:-1])} and {streams[-1]}"
