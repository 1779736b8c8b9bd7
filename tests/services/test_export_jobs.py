"""Exports as jobs: what the archive holds, who makes it, and what becomes of its file."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from sqlalchemy import insert, select
from stored_rows import fill

from training_analyzer.db.repositories.exporting import ExportRepository
from training_analyzer.db.repositories.exports import LEASE, ExportsRepository
from training_analyzer.db.tables import (
    activities,
    activity_laps,
    exports,
    garmin_payloads,
    metadata,
    webhook_deliveries,
    webhooks,
)
from training_analyzer.errors import ExportExpired, ExportNotReady, ExportUnderWay, ParquetMissing
from training_analyzer.services.export_archive import Course, ExportArchive
from training_analyzer.services.export_formats import ExportFormat
from training_analyzer.services.export_jobs import Between, ExportJobs, ExportState
from training_analyzer.services.export_shelf import ExportShelf
from training_analyzer.services.export_worker import ExportMaking, ExportWorker

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.services.export_jobs import ExportJob

SECRET_TABLES = {
    "users",
    "sessions",
    "one_time_links",
    "user_secrets",
    "user_totp",
    "recovery_codes",
    "user_identities",
    "api_keys",
    "audit_log",
    "encryption_keys",
    "idempotency_keys",
    "webhooks",
    "webhook_deliveries",
    "garmin_credentials",
    "garmin_secrets",
    "garmin_logins",
    "garmin_sign_ins",
}
HRV = b'{"hrvSummaries": []}'


@pytest.fixture
def jobs(database: Database, tmp_path: Path, clock: FakeClock) -> ExportJobs:
    """Give the exports of a database of each kind, with two people's rows in it."""
    fill(database, "u")
    fill(database, "v", first=50)
    return over(database, tmp_path, clock)


def over(database: Database, tmp_path: Path, clock: FakeClock) -> ExportJobs:
    """Return the exports of *database*, in a folder that is not there yet."""
    shelf = ExportShelf(tmp_path / "exports", ExportsRepository(database), clock)
    return ExportJobs(shelf, ExportArchive(ExportRepository(database)), clock)


def ask(jobs: ExportJobs, user_id: str = "u", **wanted: Any) -> ExportJob:
    """Ask for an export of lines of JSON, of everything where nothing is said."""
    whole = {"span": Between(), "types": None, "include_raw": False, "include_files": False}
    return jobs.ask(user_id, ExportFormat.JSONL, **{**whole, **wanted})


def making(jobs: ExportJobs, owner: str = "me") -> ExportMaking:
    """Return a worker that nobody stops."""
    return ExportMaking(jobs, owner, threading.Event())


def made(jobs: ExportJobs, **wanted: Any) -> zipfile.ZipFile:
    """Return the archive of an export that was asked for and made."""
    job = ask(jobs, **wanted)
    assert making(jobs).make_next()
    seen = jobs.one(job.user_id, job.export_id)
    assert seen is not None
    return zipfile.ZipFile(jobs.file(seen))


def archived(database: Database, user_id: str, stream: str, body: bytes, day: str) -> None:
    """Store an answer of Garmin's."""
    with database.write() as db:
        db.execute(
            insert(garmin_payloads).values(
                user_id=user_id,
                stream=stream,
                api="account",
                first_date=day,
                last_date=day,
                sha256=hashlib.sha256(HRV).hexdigest(),
                body_zstd=zstandard.ZstdCompressor().compress(body),
                body_bytes=len(body),
                fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )


def test_the_archive_holds_everything_and_says_so(jobs: ExportJobs, database: Database) -> None:
    """An archive has each table, raw answers and files, and a manifest with all their sums."""
    archived(database, "u", "hrv", HRV, "2026-01-02")
    archived(database, "u", "sleep", b"not what its sum says", "2026-01-02")
    archived(database, "v", "hrv", HRV, "2026-02-20")

    archive = made(jobs, include_raw=True, include_files=True)

    manifest = json.loads(archive.read("manifest.json"))
    members = {member["name"]: member for member in manifest["members"]}
    assert archive.testzip() is None
    assert set(archive.namelist()) == {*members, "manifest.json"}
    assert {name for name in members if "/" not in name} == {
        f"{name}.jsonl" for name in jobs.archive.tables
    }
    for name, member in members.items():
        content = archive.read(name)
        assert member["sha256"] == hashlib.sha256(content).hexdigest()
        assert member["bytes"] == len(content)
        assert "table" not in member or member["rows"] == content.count(b"\n") > 0
    assert [archive.read(name) for name in members if name.startswith("raw/")] == [HRV]
    assert len(manifest["damaged"]) == 1
    files = {archive.read(name) for name in members if name.startswith("files/")}
    assert files == {b"file 1", b"file 2", b"file 3"}
    assert (manifest["version"], manifest["user_id"], manifest["from"]) == (1, "u", None)


def test_no_secret_is_among_the_tables(jobs: ExportJobs) -> None:
    """No table with a secret can be exported, named or not, and each other one is typed data."""
    assert set(metadata.tables) >= SECRET_TABLES
    assert SECRET_TABLES.isdisjoint(jobs.types)
    assert not {column for name in jobs.archive.tables for column in metadata.tables[name].c} & {
        column for name in SECRET_TABLES for column in metadata.tables[name].c
    }


def test_days_and_types_choose(jobs: ExportJobs, database: Database) -> None:
    """Of some days there are their rows, answers, and activities with their laps and files."""
    with database.write() as db:
        # `fill` gives each lap an activity of its own; here the two tables agree.
        ids = db.execute(
            select(activities.c.activity_id, activities.c.calendar_date).where(
                activities.c.user_id == "u"
            )
        ).all()
        laps = db.execute(
            select(activity_laps.c.activity_id).where(activity_laps.c.user_id == "u")
        ).scalars()
        assert {row.activity_id for row in ids} & set(laps)
    archived(database, "u", "hrv", HRV, "2026-01-03")
    archived(database, "u", "sleep", HRV, "2026-01-03")
    day = date(2026, 1, 3)

    archive = made(
        jobs,
        span=Between(day, day),
        types=("activities", "hrv", "devices"),
        include_raw=True,
        include_files=True,
    )

    manifest = json.loads(archive.read("manifest.json"))
    rows = {each["table"]: each["rows"] for each in manifest["members"] if "table" in each}
    assert rows == {
        "activities": 1,
        "activity_files": 1,
        "activity_laps": 1,
        "activity_tracks": 1,
        "hrv_nights": 1,
        # They belong to no day.
        "devices": 3,
    }
    others = sorted(name for name in archive.namelist() if "/" in name)
    assert [name.partition("-")[0] for name in others if name.startswith("raw/")] == [
        "raw/hrv/2026"
    ]
    assert len([name for name in others if name.startswith("files/")]) == 1


def test_one_at_a_time_and_five_files(jobs: ExportJobs, clock: FakeClock, tmp_path: Path) -> None:
    """A person waits for one export at a time and keeps five files, the owner's alone to read."""
    first = ask(jobs, types=("devices",))
    with pytest.raises(ExportUnderWay):
        ask(jobs)
    ask(jobs, "v", types=("devices",))
    while making(jobs).make_next():
        pass
    for _ in range(5):
        clock.advance(minutes=1)
        made(jobs, types=("devices",)).close()

    oldest = jobs.one("u", first.export_id)

    assert oldest is not None
    assert oldest.state is ExportState.EXPIRED
    with pytest.raises(ExportExpired):
        jobs.file(oldest)
    files = list((tmp_path / "exports").iterdir())
    assert len(files) == 6
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "exports").stat().st_mode & 0o777 == 0o700


def test_a_file_is_kept_for_a_week(jobs: ExportJobs, clock: FakeClock, tmp_path: Path) -> None:
    """After seven days an export has expired, before and after its file is swept away."""
    job = ask(jobs, types=("devices",))
    with pytest.raises(ExportNotReady):
        jobs.file(job)
    making(jobs).make_next()

    clock.advance(days=7)

    over_now = jobs.one("u", job.export_id)
    assert over_now is not None
    assert over_now.state is ExportState.EXPIRED
    jobs.shelf.clean()
    assert list((tmp_path / "exports").iterdir()) == []
    swept = jobs.one("u", job.export_id)
    assert swept is not None
    assert swept.state is ExportState.EXPIRED
    left_behind = tmp_path / "exports" / f"{job.export_id}-2.zip"
    left_behind.touch()
    os.utime(left_behind, (0, 0))
    clock.advance(days=24)
    jobs.shelf.clean()
    assert not left_behind.exists()
    assert jobs.one("u", job.export_id) is None


def test_a_dead_workers_export_is_made_by_another(
    jobs: ExportJobs, clock: FakeClock, tmp_path: Path
) -> None:
    """What a worker died of is taken again when its lease is over, three times at most."""
    job = ask(jobs, types=("devices",))
    repository = jobs.repository
    for attempt in (1, 2):
        taken = repository.claim("dead", now=clock())
        assert taken is not None
        dead = taken
        assert dead.attempts == attempt
        jobs.shelf.place(dead, "zip").write_bytes(b"half")
        assert repository.claim("other", now=clock()) is None
        clock.advance(seconds=LEASE.total_seconds())

    assert making(jobs).make_next()

    seen = jobs.one("u", job.export_id)
    assert seen is not None
    assert [path.name for path in (tmp_path / "exports").iterdir()] == [seen.file_name]
    assert repository.ready(dead, "late.zip", 1, now=clock()) is None
    assert not repository.fail(dead, "internal", now=clock())
    ask(jobs, "v")
    for _ in range(3):
        assert repository.claim("dead", now=clock()) is not None
        clock.advance(seconds=LEASE.total_seconds())
    assert not making(jobs).make_next()
    (given_up,) = jobs.page("v", limit=1)
    assert (given_up.state, given_up.error_code) == (ExportState.FAILED, "interrupted")


def test_a_stop_gives_the_export_back(jobs: ExportJobs, tmp_path: Path) -> None:
    """A worker that is told to stop leaves no half file, and another one can begin at once."""
    job = ask(jobs)
    worker = making(jobs)
    worker.stopping.set()

    worker.make_next()

    given_back = jobs.one("u", job.export_id)
    assert given_back is not None
    assert (given_back.state, given_back.attempts) == (ExportState.QUEUED, 0)
    assert list((tmp_path / "exports").iterdir()) == []


def test_who_is_deleted_meanwhile_has_no_file(
    jobs: ExportJobs, clock: FakeClock, tmp_path: Path
) -> None:
    """An export that is deleted while it is made, or whose person is, leaves no file behind."""
    ask(jobs)
    job = jobs.repository.claim("me", now=clock())
    assert job is not None
    path = jobs.shelf.place(job, "zip")

    jobs.archive.write(job, path, Course(lambda: None, lambda *_: None), now=clock())
    jobs.shelf.clear("u")

    assert jobs.repository.ready(job, path.name, 1, now=clock()) is None
    assert list((tmp_path / "exports").iterdir()) == []
    assert jobs.one("u", job.export_id) is None


def test_what_cannot_be_made_says_why(database: Database, tmp_path: Path, clock: FakeClock) -> None:
    """A folder that cannot be written fails the export, and the code says so."""
    (tmp_path / "exports").write_text("a file")
    jobs = over(database, tmp_path, clock)
    job = ask(jobs)

    making(jobs).make_next()

    failed = jobs.one("u", job.export_id)
    assert failed is not None
    assert (failed.state, failed.error_code) == (ExportState.FAILED, "export_impossible")


def test_parquet_is_refused_where_nothing_writes_it(jobs: ExportJobs) -> None:
    """Without its library, Parquet is refused before anything is queued."""

    def missing(name: str) -> ModuleType:
        raise ImportError(name)

    archive = ExportArchive(ExportRepository(jobs.repository._database), missing)
    without = ExportJobs(jobs.shelf, archive, jobs.now)

    with pytest.raises(ParquetMissing):
        without.ask(
            "u",
            ExportFormat.PARQUET,
            span=Between(),
            types=None,
            include_raw=False,
            include_files=False,
        )


def test_webhooks_hear_of_a_file(jobs: ExportJobs, database: Database, clock: FakeClock) -> None:
    """Whoever listens is told when the file is ready: its id, size and last moment, no data."""
    with database.write() as db:
        values: dict[str, Any] = {
            "user_id": "u",
            "webhook_id": "whk_0011223344556677",
            "url": "https://example.org/",
            "events": '["export.ready"]',
            "created_at": clock(),
            "updated_at": clock(),
        }
        db.execute(insert(webhooks).values(**values))

    made(jobs, types=("devices",)).close()

    with database.read() as db:
        (told,) = db.execute(select(webhook_deliveries.c.body)).scalars()
        (size,) = db.execute(select(exports.c.file_bytes)).scalars()
    data = json.loads(told)["data"]
    assert data["bytes"] == size > 0
    assert set(data) == {"export_id", "bytes", "expires_at"}


def test_the_thread_makes_what_waits(database: Database, tmp_path: Path, clock: FakeClock) -> None:
    """The worker of a service makes what waits, and ends with it."""
    jobs = over(database, tmp_path, clock)
    job = ask(jobs, types=("devices",))
    written = threading.Event()
    database.on_write(written.set)

    def is_ready() -> bool:
        seen = jobs.one("u", job.export_id)
        return seen is not None and seen.state is ExportState.READY

    with ExportWorker(jobs, interval_s=0.01):
        while not is_ready():
            assert written.wait(30)
            written.clear()

    assert jobs.file(jobs.page("u", limit=1)[0]).is_file()
