"""Disks that are full or fail: told by name, never called completed, and over when they are."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import torture_stage as stage
from scripts import need, told_by
from sqlalchemy.exc import DBAPIError

from training_analyzer.db import open_database
from training_analyzer.db.ballast import BYTES, Ballast
from training_analyzer.db.failures import meaning_of
from training_analyzer.errors import StorageFailed, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEED = 2026


@pytest.mark.torture
def test_fault_05_full_disk_is_told_and_heals(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """However much room is left, the run ends as `storage_full` and goes on when there is room."""
    need("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    levels = rounds(4, 300)

    found = told_by("full_disks.py", tmp_path, levels, within=("unshare", "-rm"))

    told = {"refused:storage_full", "partial:storage_full", "failed:storage_full"}
    endings = {level["first"] for level in found["levels"]}
    assert endings <= {*told, "completed:"}
    assert endings >= {"refused:storage_full", "completed:"}
    assert endings & {"partial:storage_full", "failed:storage_full"}
    for level in found["levels"]:
        assert level["problems"] == [], level
        # The history tells the reason while the disk is full, and the person stays due.
        assert level["again"] in {*told, "completed:"}, level
        if level["first"] != "completed:":
            assert level["again"] in told, level
            for status, details, _ in level["history"]:
                if status == "completed":
                    # It is, and only what is noted of the connection afterwards found no room.
                    assert level["left"] == found["rows"], level
                    continue
                assert status in {"partial", "failed"}, level
                assert json.loads(details)["code"] == "storage_full", level
        assert level["due_at"] is not None, level
        assert (level["healed"], level["running"]) == ("completed:", 0), level
        assert level["rows"] == found["rows"], level


def test_fault_05_database_that_may_not_grow_loses_nothing(tmp_path: Path) -> None:
    """Where the file itself has reached its limit, it is told likewise, read, and healed."""
    path, whole = tmp_path / "limited.db", tmp_path / "whole.db"
    for one in (path, whole):
        stage.prepare(one)
    stage.sync(whole)

    def limit(pages: int) -> None:
        # The one connection that there is keeps it.
        with database.write() as db:
            db.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    with closing(open_database(str(path))) as database:
        with database.read() as db:
            pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
        limit(pages + 3)
        full = stage.ended(database, stage.NOW)
        left = stage.look(database)
        limit(pages + 10_000)
        healed = stage.ended(database, stage.NOW + timedelta(minutes=10))
        after = stage.look(database)

    assert full in {"refused:storage_full", "partial:storage_full", "failed:storage_full"}
    assert (left.problems, left.due_at is not None) == ((), True)
    assert (healed, after.running, after.problems) == ("completed:", 0, ())
    assert after.rows == stage.look_at(whole).rows


class FromDriver(Exception):
    """An error of PostgreSQL's driver, with the state that the server gave it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__()
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "meaning"),
    [
        ("53100", StorageFull),
        ("58030", StorageFailed),
        ("XX001", StorageFailed),
        ("23505", None),
        ("", None),
    ],
)
def test_fault_05_postgresql_tells_of_its_disk(sqlstate: str, meaning: type | None) -> None:
    """A full or failing disk of PostgreSQL has the same names; a broken rule is none of them."""
    error = DBAPIError("INSERT", {}, FromDriver(sqlstate))

    assert meaning_of(error, writing=True) is meaning


@pytest.mark.torture
def test_fault_06_failing_write_is_never_called_completed(
    tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """A write or sync of a file that fails is named in the log, and what was lost comes again."""
    need("strace", "-o", "/dev/null", "true")

    found = told_by("failing_disks.py", tmp_path, SEED, rounds(1, 0))

    assert len(found["faults"]) >= rounds(5, 1000)
    for fault in found["faults"]:
        assert_told(fault, whole=found["rows"])
    assert any(fault["given_up"] for fault in found["faults"])


def assert_told(fault: dict[str, Any], *, whole: str) -> None:
    """Hold one fault to the promise."""
    assert fault["problems"] == [], fault
    status, _, code = fault["first"].partition(":")
    if status == "completed":
        # It struck after the last row, or where only the moving of what is safe was put off.
        assert fault["left"] == whole, fault
    else:
        assert status in {"refused", "partial", "failed"}, fault
        assert code in {"storage_full", "storage_failed", "unusable"}, fault
        assert code == "unusable" or f"The database failed: {code}" in fault["log"][0], fault
    assert fault["is_due"], fault
    # A disk that lost what it had taken is not written again by this process, which ends.
    lost = any("FSYNC" in line for line in fault["log"])
    assert fault["given_up"] == (lost or code == "unusable"), fault
    if lost:
        assert fault["again"] == "refused:storage_failed", fault
    assert (fault["healed"], fault["running"], fault["rows"]) == ("completed", 0, whole), fault


def test_fault_08_locked_database_postpones_the_sync(tmp_path: Path) -> None:
    """A database that another program holds makes the sync wait, then puts it off; none is lost."""
    path = tmp_path / "locked.db"
    stage.prepare(path)
    patience = timedelta(milliseconds=50)
    with (
        closing(open_database(str(path), busy_timeout=patience)) as database,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN EXCLUSIVE")
        held = stage.ended(database, stage.NOW)
        left = stage.look(database)
        other.execute("ROLLBACK")
        freed = stage.ended(database, stage.NOW + timedelta(seconds=15))

    assert held == "refused:storage_busy"
    assert (left.history, left.due_at) == ([], stage.NOW)
    assert freed == "completed:"


def test_fault_08_lock_in_the_middle_of_a_sync_costs_no_run(tmp_path: Path) -> None:
    """A lock that comes in the middle ends the run, which the next one takes up and completes."""
    path, whole = tmp_path / "locked.db", tmp_path / "whole.db"
    stage.prepare(path)
    stage.prepare(whole)
    stage.sync(whole)
    patience = timedelta(milliseconds=20)
    with (
        closing(open_database(str(path), busy_timeout=patience)) as database,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):

        def lock(progress: Any) -> None:
            if progress.done == 5:
                other.execute("BEGIN IMMEDIATE")

        held = stage.ended(database, stage.NOW, watch=lock)
        other.execute("ROLLBACK")
        left = stage.look(database)
        later = stage.NOW + stage.LEASE + timedelta(seconds=1)
        freed = stage.ended(database, later)
        after = stage.look(database)

    assert held == "refused:storage_busy"
    assert (left.problems, left.due_at) == ((), stage.NOW)
    assert (freed, after.running) == ("completed:", 0)
    assert after.history[1][0] == "partial"
    assert after.rows == stage.look_at(whole).rows


def test_ballast_is_taken_once_and_thrown_off_when_it_is_needed(tmp_path: Path) -> None:
    """The room set aside is the server's own file; whoever meets a full disk gives it up."""
    ballast = Ballast(tmp_path / "some.db")

    assert ballast.take()
    assert ballast.take()
    (file,) = tmp_path.iterdir()
    assert (file.stat().st_size, file.stat().st_mode & 0o777) == (BYTES, 0o600)

    ballast.throw_off()
    ballast.throw_off()
    assert not list(tmp_path.iterdir())
    assert not Ballast(tmp_path / "no folder" / "some.db").take()
