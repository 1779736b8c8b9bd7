"""What a run goes by and amounts to, as the history keeps it."""

from __future__ import annotations

import json
import logging
import traceback
from dataclasses import asdict
from typing import TYPE_CHECKING

from training_analyzer.errors import Reaction
from training_analyzer.model import RunStatus, SyncOutcome
from training_analyzer.planning.due import jitter
from training_analyzer.planning.outcome import message_of, retry_at, status_of

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.db.repositories.garmin_credentials import GarminCredentialsRepository
    from training_analyzer.errors import SyncError
    from training_analyzer.model import GarminCredentials, GarminSyncConfig, Lease
    from training_analyzer.services.run import Run

log = logging.getLogger(__name__)


def outcome_of(lease: Lease, run: Run, ended_by: SyncError | None, *, now: datetime) -> SyncOutcome:
    """Return what *run* did, as the history keeps it and a person reads it."""
    counts, failures = run.counts, run.failures
    return SyncOutcome(
        sync_id=lease.run_id,
        status=status_of(
            has_data=counts.windows_done > 0 or (run.goes_on and ended_by is None),
            failures=failures,
            ended_by=ended_by,
        ),
        activities_synced=counts.activities_synced,
        wellness_days_synced=counts.wellness_days_synced,
        fitness_days_synced=counts.fitness_days_synced,
        requests=run.requests,
        rows_changed=counts.rows_changed,
        failures=failures,
        error_code=ended_by.code if ended_by else next((f.code for f in failures), None),
        error_message=message_of(failures, ended_by),
        retry_at=retry_at(
            ended_by, now=now, tries=lease.attempt, jitter=jitter(lease.user_id, lease.attempt)
        ),
    )


def note_proof(
    credentials: GarminCredentialsRepository,
    user_id: str,
    outcome: SyncOutcome,
    reaction: Reaction | None,
    used: GarminCredentials | None,
) -> None:
    """Write down what a run proved of the credentials that it *used*.

    What the person saved while it went on was not used, so nothing is proved of it.
    """
    if reaction is Reaction.STOP_THE_CLOCK:
        credentials.update_validation_status(
            user_id,
            is_valid=False,
            validation_error=outcome.error_message,
            error_code=outcome.error_code,
            as_of=used.updated_at if used else None,
        )
    elif outcome.status is RunStatus.COMPLETED:
        credentials.update_validation_status(user_id, is_valid=True)


def record_bug(lease: Lease, error: Exception) -> None:
    """Log where an unexpected error came from, without its text, which may hold anything."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("Run %d met a bug, %s:\n%s", lease.run_id, type(error).__name__, where)


def snapshot_of(config: GarminSyncConfig) -> str:
    """Return *config* as the JSON that a run keeps from its beginning."""
    told = asdict(config)
    del told["user_id"]
    return json.dumps(told, default=_plain, sort_keys=True)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)
