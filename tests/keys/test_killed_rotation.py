"""A rotation killed with SIGKILL at any point leaves every secret readable and can be repeated."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

POINTS = 50


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Kill rotations in real processes at 50 random points, look, and repeat each."""
    script = Path(__file__).with_name("killed_rotations.py")
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), str(tmp_path_factory.mktemp("killed")), "2026", str(POINTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_every_rotation_was_really_killed(killed: dict[str, Any]) -> None:
    """Each of the 50 died by SIGKILL, from before the first write to after the last."""
    left = [run["between"]["old"] for run in killed["disturbed"]]

    assert [run["signal"] for run in killed["disturbed"]] == [signal.SIGKILL] * POINTS
    assert left[0] == killed["undisturbed"]["resealed"] == 180
    assert 0 < left[len(left) // 2] < 180
    assert left[-1] == 0


def test_every_secret_opens_whenever_it_is_killed(killed: dict[str, Any]) -> None:
    """Right after the kill every secret opens, and is the right one."""
    for run in killed["disturbed"]:
        assert (run["between"]["right"], run["between"]["unreadable"]) == (True, 0), run["point"]


def test_repetition_finishes_it(killed: dict[str, Any]) -> None:
    """The second run seals what is left and no more; nothing is under the old key then."""
    for run in killed["disturbed"]:
        assert run["complete"], run["point"]
        assert run["resealed"] == run["between"]["old"], run["point"]
        assert run["removable"] == ["v1"], run["point"]
        assert run["after"] == {"right": True, "old": 0, "unreadable": 0}, run["point"]
