"""The benchmark of a first sync runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.torture
@pytest.mark.torture_only
def test_the_benchmark_measures_a_first_sync_and_another() -> None:
    """`bench/first_sync.py` prints one line for a first sync, and one for the sync after it."""
    script = Path(__file__).parents[2] / "bench/first_sync.py"

    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), "--days", "3"],
        capture_output=True,
        text=True,
        check=False,
    )

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line[:22].strip() for line in lines] == ["", "first sync, 3 days", "again, at once"]
    assert all(line.split()[-4] == "completed" for line in lines[1:])
