"""`sync`: what it prints, and the exit code that a cron job sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from training_analyzer.cli.outcomes import exit_code, outcome_lines
from training_analyzer.model import Failure, RunStatus, SyncOutcome

if TYPE_CHECKING:
    from cli_stage import Shell

    from training_analyzer.simulator import Account, SimulatorServer


def test_a_sync_tells_what_it_saved(shell: Shell, connected: str) -> None:
    """A completed sync leaves with 0 and tells what is there; progress is on standard error."""
    said = shell("sync", connected)

    assert said.code == 0
    assert said.out.startswith("ada: completed after ")
    assert "days of wellness" in said.out
    progress = said.err.splitlines()
    assert all(line.startswith("ada: ") and "windows" in line for line in progress)
    assert 2 <= len(progress) <= 14


def test_a_sync_prints_nothing_but_json(shell: Shell, connected: str) -> None:
    """With --json there is one object and nothing beside it."""
    said = shell.done("sync", connected, "--json")

    assert said.err == ""
    assert said.document["status"] == "completed"
    assert 0 < said.document["wellness_days_synced"] <= 10


def test_a_second_sync_is_too_soon(shell: Shell, connected: str) -> None:
    """A sync right after another exits 75, unless it is forced."""
    shell.done("sync", connected)

    soon = shell("sync", connected)
    forced = shell("sync", connected, "--force", "--json")

    assert (soon.code, soon.out, len(soon.err.splitlines())) == (75, "", 1)
    assert "--force" in soon.err
    assert (forced.code, forced.document["rows_changed"]) == (0, 0)


def test_chosen_days_are_synced(shell: Shell, connected: str) -> None:
    """--from and --to fetch just these days, whatever the configuration wants."""
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=60), today - timedelta(days=56)

    said = shell.done("sync", connected, "--from", str(first), "--to", str(last), "--json")

    assert said.document["status"] == "completed"
    covered = shell.done("coverage", connected, "--json").document
    assert (covered["since"], covered["last"]) == (str(first), str(last))


def test_a_failing_stream_makes_it_partial(
    shell: Shell, connected: str, garmin: SimulatorServer
) -> None:
    """One stream that fails exits 3 and is named; the next sync asks for it again."""
    fault = garmin.faults.answer("/hrv-service", status=500)

    said = shell("sync", connected)

    assert said.code == 3
    assert "Missing    hrv " in said.out
    garmin.faults.clear(fault)
    assert shell("sync", connected, "--force").code == 0


def test_a_rate_limit_exits_75(shell: Shell, connected: str, garmin: SimulatorServer) -> None:
    """When Garmin asks to wait the run is partial, exits 75, and tells until when."""
    garmin.faults.rate_limit("/sleep-service", retry_after=600)

    said = shell("sync", connected)
    again = shell("sync", connected, "--force")

    assert said.code == 75
    assert "Next       possible at " in said.out
    assert (again.code, len(again.err.splitlines())) == (75, 1)
    standing = shell.done("status", connected, "--json").document
    assert standing["last_sync"]["status"] == "partial"
    assert standing["not_before"] is not None


def test_a_dead_connection_exits_1(
    shell: Shell, connected: str, garmin: SimulatorServer, ada: Account
) -> None:
    """When Garmin takes neither tokens nor password the sync fails and says what to do."""
    garmin.world.put(replace(ada, password="another"))
    garmin.world.tokens.revoke(ada.email)

    said = shell("sync", connected)

    assert (said.code, said.err) == (1, "")
    assert said.out.startswith("ada: failed")
    assert "Connect again" in said.out
    assert "action needed" in shell.done("status").out


@pytest.mark.parametrize(
    ("status", "error_code", "expected"),
    [
        (RunStatus.COMPLETED, None, 0),
        (RunStatus.PARTIAL, "garmin_unavailable", 3),
        (RunStatus.PARTIAL, "rate_limited", 75),
        (RunStatus.PARTIAL, "interrupted", 75),
        (RunStatus.FAILED, "interrupted", 75),
        (RunStatus.FAILED, "garmin_unavailable", 1),
        (RunStatus.FAILED, "internal", 1),
    ],
)
def test_exit_codes_follow_the_outcome(
    status: RunStatus, error_code: str | None, expected: int
) -> None:
    """0 is completed, 3 partial, 1 failed, and 75 whatever goes on later by itself."""
    assert exit_code(SyncOutcome(sync_id=1, status=status, error_code=error_code)) == expected


def test_many_failures_are_counted() -> None:
    """A long list of what is missing ends after five lines, with the number of the others."""
    day = datetime(2026, 3, 2, tzinfo=UTC).date()
    failures = tuple(
        Failure(stream="sleep", first=day, last=day, code="schema_drift") for _ in range(9)
    )
    outcome = SyncOutcome(sync_id=1, status=RunStatus.PARTIAL, failures=failures)

    lines = list(outcome_lines("ada", outcome, 3.0))

    assert sum("Missing" in line for line in lines) == 6
    assert "  Missing    and 4 more" in lines
