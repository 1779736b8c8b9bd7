"""A server whose TZ is wrong: nothing depends on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = Path(__file__).with_name("zoned_sync.py")
TESTS = SCRIPT.parents[1]
ZONES = ("UTC", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Chatham")


def synced_under(zone: str, folder: Path) -> dict[str, Any]:
    """Sync in a process whose clock on the wall is that of *zone*."""
    folder.mkdir()
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(SCRIPT), str(folder)],
        env={**os.environ, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_fault_14_zone_of_the_server_changes_nothing(tmp_path: Path) -> None:
    """The same sync under four zones stores the same rows and is due at the same instants."""
    told = [synced_under(zone, tmp_path / zone.replace("/", "-")) for zone in ZONES]

    assert len({one.pop("zone") for one in told}) == len(ZONES)
    assert told[0]["status"] == "completed"
    assert told[0]["count"] > 50
    assert all(one == told[0] for one in told)


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_fault_14_tests_of_the_core_pass_under_each_zone(rounds: Callable[[int, int], int]) -> None:
    """Planning, parsing, schedules, histories and whole syncs: their tests pass in any zone."""
    chosen = [
        "planning/test_due.py",
        "planning",
        "streams",
        "fit",
        "services",
        "test_sync_history.py",
    ]
    parts = [str(TESTS / part) for part in chosen[: rounds(1, len(chosen))]]
    for zone in ZONES[1 : rounds(2, len(ZONES))]:
        done = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", *parts],
            env={**os.environ, "TZ": zone},
            cwd=TESTS.parent,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, f"{zone}: {done.stdout[-3000:]}"
