"""A sync killed with SIGKILL at any point goes on where it stopped and loses nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

POINTS = 30
# Sixty syncs, one after the other: a minute alone, some minutes on a machine at work.
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Kill syncs in real processes at 30 random points, and repeat each."""
    script = Path(__file__).with_name("killed_syncs.py")
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), str(tmp_path_factory.mktemp("killed")), "2026", str(POINTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=230,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_every_run_was_really_killed(killed: dict[str, Any]) -> None:
    """Each of the 30 runs died by SIGKILL, spread from the claim to the end."""
    points = [run["point"] for run in killed["disturbed"]]

    assert [run["signal"] for run in killed["disturbed"]] == [signal.SIGKILL] * POINTS
    assert points[0] < killed["undisturbed"]["steps"] * 0.15
    assert points[-1] > killed["undisturbed"]["steps"] * 0.85


def test_repeated_runs_hold_the_same_rows_as_an_undisturbed_one(killed: dict[str, Any]) -> None:
    """After the repetition every row is there, once, and equal to the undisturbed run's."""
    assert killed["undisturbed"]["count"] > 500
    for run in killed["disturbed"]:
        assert run["status"] == "completed", run["point"]
        assert run["rows"] == killed["undisturbed"]["rows"], run["point"]


def test_no_run_is_left_running(killed: dict[str, Any]) -> None:
    """A killed run is closed as interrupted by the next one, never left open."""
    for run in killed["disturbed"]:
        (last, *before) = run["history"]
        assert last[0] == "completed"
        for status, details in before:
            assert status in {"partial", "failed", "completed"}
            assert status == "completed" or json.loads(details)["code"] == "interrupted"


def test_repetition_goes_on_where_the_killed_run_stopped(killed: dict[str, Any]) -> None:
    """The later the kill, the less the repetition asks for: never the whole span again."""
    first, last = killed["disturbed"][0], killed["disturbed"][-1]

    assert last["requests"] < first["requests"] <= killed["undisturbed"]["requests"]


def test_kill_costs_at_most_three_requests(killed: dict[str, Any]) -> None:
    """Both runs together ask for at most three things more than an undisturbed one."""
    most = killed["undisturbed"]["requests"] + 3

    for run in killed["disturbed"]:
        assert run["total"] <= most, run["point"]
