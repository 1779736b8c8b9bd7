"""The history's `error_details`, read back leniently: programs may have written their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from training_analyzer.model import Failure, RunStatus

if TYPE_CHECKING:
    from training_analyzer.model import GarminSyncHistory


@dataclass(frozen=True, slots=True)
class Details:
    """What went wrong in a run."""

    code: str | None = None
    retry_at: datetime | None = None
    failures: tuple[Failure, ...] = ()


def details_of(run: GarminSyncHistory) -> Details:
    """Return the details of *run*; what cannot be read is left out."""
    if not run.error_details:
        return Details()
    try:
        held = json.loads(run.error_details)
    except ValueError:
        return Details()
    if not isinstance(held, dict):
        return Details()
    code = held.get("code")
    failures = held.get("failures")
    read = [_failure(line) for line in failures] if isinstance(failures, list) else []
    return Details(
        code=code if isinstance(code, str) else None,
        retry_at=_instant(held.get("retry_at")),
        failures=tuple(failure for failure in read if failure is not None),
    )


def windows_total(run: GarminSyncHistory) -> int | None:
    """Return how many windows the run has; None until it is known.

    A run first asks for the profile, whose windows would look like the whole of it.
    The plan that comes after sets the run's days.
    """
    is_planned = run.sync_from_date is not None or run.status != RunStatus.RUNNING
    return run.windows_total if is_planned else None


def _failure(line: Any) -> Failure | None:  # noqa: ANN401 - a part of a JSON document
    try:
        # Runs of before did not write it down.
        status = line.get("http_status")
        return Failure(
            stream=str(line["stream"]),
            first=date.fromisoformat(line["first"]),
            last=date.fromisoformat(line["last"]),
            code=str(line["code"]),
            attempts=int(line["attempts"]),
            http_status=status if isinstance(status, int) else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
