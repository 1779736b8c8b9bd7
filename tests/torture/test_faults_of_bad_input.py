"""Answers that are far too large, too deep or packed to burst: bounded, named, and no more."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from typing import TYPE_CHECKING, Any, Final

import pytest
from pydantic import SecretStr
from scripts import told_by
from sqlalchemy import select

from training_analyzer.db.tables import activity_files
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_clock import FakeClock

    from training_analyzer.services.runtime import Runtime

_MB: Final = 1024 * 1024
# What the process may take, and how much of it once everything is loaded.
MOST_MB: Final = 512
MOST_MORE_MB: Final = 384
HRV: Final = "/hrv-service/hrv/daily/"
SLEEP: Final = "/sleep-service/"
WELLNESS: Final = "/wellness-service/wellness/"
FILES: Final = "/download-service/files/activity/"
NIGHT: Final = b'{"calendarDate":"2026-03-01","lastNightAvg":61}'


def nested(depth: int) -> bytes:
    """Return an answer of the right shape with something *depth* levels deep in it."""
    deep = b"[" * depth + b"]" * depth
    return b'{"hrvSummaries":[{"calendarDate":"2026-03-01","lastNightAvg":61,"x":' + deep + b"}]}"


def many(row: bytes, count: int) -> bytes:
    """Return an answer with *count* times the same row."""
    return b'{"hrvSummaries":[' + b",".join([row] * count) + b"]}"


def bomb() -> bytes:
    """Return an archive of less than a megabyte whose FIT file has 64."""
    head = struct.pack("<BBHI4s", 14, 0x20, 2189, 64 * _MB, b".FIT")
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("bomb.fit", "w") as file,
    ):
        file.write(head)
        for _ in range(64):
            file.write(bytes(_MB))
    return buffer.getvalue()


class Stage:
    """A connected user of a pretend Garmin, who is synced in a process with little memory."""

    def __init__(
        self, runtime: Runtime, garmin: SimulatorServer, clock: FakeClock, key: str
    ) -> None:
        self.runtime = runtime
        self.garmin = garmin
        self._clock = clock
        self._key = key
        who = garmin.world.accounts[0]
        self.user = runtime.people.add("ada").user_id
        runtime.connections.connect_password(self.user, who.email, who.password)
        runtime.credentials.update_sync_config(
            self.user, initial_sync_days=3, incremental_sync_days=3
        )

    def sync(self) -> dict[str, Any]:
        """Sync with half a gigabyte at most, and tell how it ended."""
        url, at = self.runtime.settings.database_url, self._clock.now.isoformat()
        words = (url, self.garmin.url, self._key, self.user, at, MOST_MORE_MB)
        found: dict[str, Any] = told_by("large_answers.py", *words)
        return found


@pytest.fixture
def stage(sqlite_url: str, encryption_key: str, clock: FakeClock) -> Iterator[Stage]:
    """Give a user who wants three days."""
    with SimulatorServer(demo_world(7, clock=clock)) as garmin:
        settings = Settings(
            encryption_key=SecretStr(encryption_key),
            database_url=sqlite_url,
            garmin_server_url=garmin.url,
            requests_per_minute=6000,
        )
        with build_runtime(settings, now=clock) as runtime:
            yield Stage(runtime, garmin, clock, encryption_key)


def test_fault_31_monstrous_answers_are_set_aside(stage: Stage) -> None:
    """Answers that no memory should hold fail their own windows, and everything else is synced."""
    spaces = b"[" + b" " * (200 * _MB) + b"]"
    faults = stage.garmin.faults
    monsters = {
        "body_battery": faults.answer(f"{WELLNESS}bodyBattery", body=spaces),
        "sleep": faults.answer(
            SLEEP, body=gzip.compress(spaces[: 100 * _MB], 1), headers={"Content-Encoding": "gzip"}
        ),
        "weight": faults.answer("/weight-service/", body=b"[" * 10_000 + b"]" * 10_000),
        "vo2max": faults.answer("/metrics-service/metrics/maxmet/", body=many(b"{}", 5_500_000)),
        "blood_pressure": faults.answer("/bloodpressure-service/", body=many(NIGHT, 1_000_000)),
        "hrv": faults.answer(HRV, body=nested(9_000)),
    }
    del spaces

    found = stage.sync()

    assert {name: monster.hits > 0 for name, monster in monsters.items()} == dict.fromkeys(
        monsters, True
    )
    assert (found["status"], found["peak_mb"] < MOST_MB) == ("partial", True), found
    assert found["failures"] == [
        "blood_pressure:schema_drift",
        "body_battery:garmin_unavailable",
        "sleep:garmin_unavailable",
        "vo2max:schema_drift",
        "weight:schema_drift",
    ]
    # What is deep only in a field that nobody reads, HRV's, is an answer like any other.
    faults.clear()
    assert stage.sync()["status"] == "completed"


def test_fault_31_zip_bomb_stays_packed(stage: Stage) -> None:
    """A file that unpacks to more than it may is kept as it came, named, and asked for no more."""
    download = bomb()
    stage.garmin.faults.answer(FILES, body=download, content_type="application/zip")
    stage.runtime.credentials.update_sync_config(stage.user, initial_sync_days=10)

    found = stage.sync()

    assert (found["status"], found["peak_mb"] < MOST_MB) == ("completed", True), found
    with stage.runtime.database.read() as db:
        files = db.execute(select(activity_files)).all()
    assert files
    assert {(file.decode_status, file.decode_errors) for file in files} == {("failed", "too_large")}
    assert {file.file_bytes for file in files} == {len(download)}
    asked = stage.garmin.count(FILES)
    assert stage.sync()["status"] == "completed"
    assert stage.garmin.count(FILES) == asked
