"""The power goes: what was acknowledged is on the disk, and the database opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scripts import need, told_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.torture
SEED = 2026


def test_fault_04_power_cut_loses_no_acknowledged_commit(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """Whenever the power goes, the database opens and holds each commit that was acknowledged."""
    need("strace", "-o", "/dev/null", "true")
    images = rounds(300, 20_000)

    found = told_by("power_cuts.py", tmp_path, SEED, "FULL", images)

    assert found["images"] == images
    assert (found["lost"], found["corrupt"], found["torn"]) == (0, 0, 0), found
    # The workload has it all: many commits, a log that is emptied, one that is deleted.
    assert found["commits"] > 50
    assert min(found["deeds"][kind] for kind in ("sync", "write", "truncate", "unlink")) > 0


def test_fault_04_power_cut_is_seen_where_nothing_is_synced(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """The proof bites: a database that does not sync its files loses commits and is corrupted."""
    need("strace", "-o", "/dev/null", "true")

    found = told_by("power_cuts.py", tmp_path, SEED, "OFF", rounds(60, 1_000))

    assert found["deeds"].get("sync", 0) == 0
    assert found["lost"] > found["images"] / 4
    assert found["corrupt"] > found["images"] / 10
