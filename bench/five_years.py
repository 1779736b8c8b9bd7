"""A database of five years, filled once: days, runs, activities with their files, one of six hours.

Made by syncs of a pretend Garmin, as anybody's is; the history of daily runs and the longest
activity are written beside them: the pretend runner is never out for longer than two.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography.fernet import Fernet
from listeners import begin
from load import DAYS, run_of
from pydantic import SecretStr
from sqlalchemy import insert, select, update

from training_analyzer.arrays import Number, pack, unpack
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.db.tables import activities, activity_tracks, garmin_sync_history
from training_analyzer.model import DayState, Role
from training_analyzer.planning import LedgerDay
from training_analyzer.services.callers import Scope
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings
from training_analyzer.simulator import SimulatorServer, World, demo_world
from training_analyzer.streams import Window, stream

if TYPE_CHECKING:
    from pathlib import Path

    from training_analyzer.services.runtime import Runtime

ATHLETE: Final = "Ada"
# A sync brings 300 files at most: five years of them are there after five.
_SYNCS: Final = 7
_LIVED: Final = timedelta(days=DAYS + 30)
LONG_S: Final = 6 * 3600
# A first sync of five years asks so often.
_WINDOWS: Final = 560
FILE: Final = "pages.db"
# Written last: a database without it is one that was not filled to its end.
_FILLED: Final = "filled"
_KEY: Final = "key"


def opened(folder: Path, garmin: str | None = None, *, file: str = FILE) -> Runtime:
    """Build everything over a database in *folder*."""
    key = folder / _KEY
    if not key.exists():
        key.write_bytes(Fernet.generate_key())
    return build_runtime(
        Settings(
            encryption_key=SecretStr(key.read_text()),
            database_url=f"sqlite:///{folder / file}",
            garmin_server_url=garmin,
            requests_per_minute=6000,
        )
    )


def fill(folder: Path) -> None:
    """Make the database in *folder*: an athlete of five years, who administers the server."""
    demo = demo_world(7)
    since = datetime.now(UTC).date() - _LIVED
    old = next(
        replace(each, athlete=replace(each.athlete, since=since))
        for each in demo.accounts
        if each.email.startswith("ada@") and each.athlete is not None
    )
    with (
        SimulatorServer(World([old], answer=demo.answer)) as garmin,
        opened(folder, garmin.url) as runtime,
    ):
        user_id = runtime.people.add(ATHLETE, role=Role.ADMIN).user_id
        runtime.connections.connect_password(user_id, old.email, old.password)
        runtime.credentials.update_sync_config(user_id, initial_sync_days=DAYS)
        scheduler = GarminSyncScheduler(runtime)
        for _ in range(_SYNCS):
            scheduler.sync_user(user_id, force=True)
        write_runs(runtime, user_id)
        lengthen(runtime, user_id, activity_of(runtime, user_id, LONG_S))
        runtime.webhooks.add(user_id, {"url": "https://example.test/hook", "events": ["*"]})
        runtime.access.api_keys.issue(user_id, "notebook", frozenset({Scope.DATA_READ}))
    (folder / _FILLED).touch()


def is_filled(folder: Path) -> bool:
    """Tell whether the database in *folder* is there, whole."""
    return (folder / _FILLED).exists()


def write_runs(runtime: Runtime, user_id: str) -> None:
    """Write a run of each day."""
    now = datetime.now(UTC)
    runs = [run_of(user_id, now - timedelta(days=number)) for number in range(1, DAYS)]
    with runtime.database.write() as db:
        db.execute(insert(garmin_sync_history), runs)


def activity_of(runtime: Runtime, user_id: str, seconds: float) -> int:
    """Return the activity with a way whose length is the nearest to *seconds*."""
    query = (
        select(activities.c.activity_id, activities.c.duration_s)
        .join(
            activity_tracks,
            (activity_tracks.c.user_id == activities.c.user_id)
            & (activity_tracks.c.activity_id == activities.c.activity_id),
        )
        .where(activities.c.user_id == user_id, activities.c.elevation_gain_m > 0)
    )
    with runtime.database.read() as db:
        rows = db.execute(query).all()
    return int(min(rows, key=lambda row: abs(row.duration_s - seconds)).activity_id)


def lengthen(runtime: Runtime, user_id: str, activity_id: int) -> None:
    """Make an activity six hours long, with a sample a second: its way is gone several times."""
    table, whole = activity_tracks, activities
    recorded = (table.c.user_id == user_id, table.c.activity_id == activity_id)
    told = (whole.c.user_id == user_id, whole.c.activity_id == activity_id)
    with runtime.database.write() as db:
        packed = db.execute(select(table.c.points_zstd).where(*recorded)).scalar_one()
        columns = longer(unpack(packed))
        db.execute(
            update(table)
            .where(*recorded)
            .values(points_zstd=pack(columns), point_count=LONG_S, columns=",".join(columns))
        )
        db.execute(
            update(whole)
            .where(*told)
            .values(
                distance_m=columns["distance_m"][-1],
                **dict.fromkeys(("duration_s", "elapsed_s", "moving_s"), LONG_S),
            )
        )


def longer(columns: dict[str, list[Number]]) -> dict[str, list[Number]]:
    """Return *columns* over and over for six hours; time and distance go on."""
    count = len(columns["time_s"])
    found = {
        name: [values[n % count] for n in range(LONG_S)]
        for name, values in columns.items()
        if name not in {"time_s", "distance_m"}
    }
    start, round_m = float(columns["time_s"][0] or 0), float(columns["distance_m"][-1] or 0)
    metres = [float(each or 0) for each in columns["distance_m"]]
    return {
        "time_s": [start + n for n in range(LONG_S)],
        "distance_m": [round(n // count * round_m + metres[n % count], 2) for n in range(LONG_S)],
        **found,
    }


def begin_first_sync(runtime: Runtime) -> tuple[str, int]:
    """Add somebody new, half way through a first sync; return them and the run."""
    user_id = runtime.people.add(f"new-{secrets.token_hex(4)}").user_id
    lease, data = begin(runtime, user_id), GarminDataRepository(runtime.database)
    for n in range(_WINDOWS // 2):
        now = datetime.now(UTC)
        data.store(
            lease,
            Window(stream("hrv"), now.date(), now.date()),
            None,
            {},
            [LedgerDay(now.date(), DayState.EMPTY, now)],
            counts=RunCounts(windows_done=n + 1, windows_total=_WINDOWS),
            now=now,
            ttl=timedelta(hours=1),
        )
    return user_id, lease.run_id
