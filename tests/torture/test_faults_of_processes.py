"""Processes that die in the middle of a sync: nothing is lost, doubled or stuck for ever."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest
from scripts import need, told_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.torture
SEED = 2026


def assert_nothing_is_lost(found: dict[str, Any]) -> None:
    """Hold every kill to the promise: what was acknowledged is there, the rest comes, once."""
    whole = found["undisturbed"]
    assert whole["count"] > 50
    for kill in found["killed"]:
        assert kill["signal"] == signal.SIGKILL, kill
        # Right after the kill: a sound file, each row covered, each acknowledged window stored.
        assert kill["problems"] == [], kill
        assert kill["acknowledged"] <= kill["stored"] <= kill["acknowledged"] + 1, kill
        # Its run is refused to others for as long as its lease lasts, and no second longer.
        assert kill["refused_before"] == bool(kill["was_running"]), kill
        assert kill["codes"] == ["interrupted"] * kill["was_running"], kill
        assert (kill["status"], kill["running"]) == ("completed", 0), kill
        # The next run asks for the rest alone, and every row is there as if nothing had been.
        assert kill["requests"] <= 26 - kill["stored"], kill
        assert kill["rows"] == whole["rows"], kill


def test_fault_01_sync_killed_at_any_moment_loses_nothing(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """A sync killed at a random moment is taken over after one lease, and nothing is lost."""
    wanted = rounds(8, 3000)

    found = told_by("killed_syncs.py", tmp_path, SEED, "moments", wanted)

    assert len(found["killed"]) == wanted
    assert_nothing_is_lost(found)


def test_fault_01_sync_killed_at_any_statement_loses_nothing(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """A sync killed at a statement or commit of its database is taken over after one lease."""
    found = told_by("killed_syncs.py", tmp_path, SEED, "statements", rounds(4, 0))

    assert len(found["killed"]) >= rounds(4, 500)
    assert_nothing_is_lost(found)


def test_fault_01_sync_killed_at_any_system_call_loses_nothing(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """A sync killed at a write, sync or unlink of a file is taken over after one lease."""
    need("strace", "-o", "/dev/null", "true")

    found = told_by("killed_syncs.py", tmp_path, SEED, "calls", rounds(4, 0))

    assert len(found["killed"]) >= rounds(4, 400)
    assert_nothing_is_lost(found)
