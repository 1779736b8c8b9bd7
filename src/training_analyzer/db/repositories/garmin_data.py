"""Garmin's data: the raw archive, the typed rows and the coverage ledger.

One window is one transaction: the proof that the lease is still ours, the payload,
the changed rows, the ledger and the run's progress are stored together or not at all.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, case, delete, func, not_, select, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.activity_files import ActivityFilesRepository
from training_analyzer.db.repositories.archive import archive
from training_analyzer.db.repositories.backfills import BackfillsRepository
from training_analyzer.db.repositories.leases import hold
from training_analyzer.db.repositories.listed import note_listed
from training_analyzer.db.repositories.news_of_data import tell_changes
from training_analyzer.db.repositories.progress import asked_for, progress_of, write_progress
from training_analyzer.db.repositories.sync_events import note_events
from training_analyzer.db.tables import (
    activities,
    devices,
    garmin_coverage,
    garmin_payloads,
    garmin_sync_history,
    metadata,
    profiles,
)
from training_analyzer.db.upsert import upsert
from training_analyzer.errors import LeaseLost
from training_analyzer.model import DayState, RunStatus
from training_analyzer.planning import Coverage, LedgerDay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.progress import RunCounts
    from training_analyzer.model import Lease
    from training_analyzer.streams import Payload, Row, Window

# A person's `--delete-data` removes every row of theirs but those of these tables.
_NOT_DATA: Final = {
    "users",
    "sessions",
    "one_time_links",
    "user_secrets",
    "user_totp",
    "recovery_codes",
    "user_identities",
    "api_keys",
    "audit_log",
    "idempotency_keys",
    "webhooks",
    "webhook_deliveries",
    # They go with their files, which this class does not know.
    "exports",
    "garmin_sign_ins",
    "garmin_credentials",
    "garmin_secrets",
    "garmin_sync_config",
    "garmin_schedule",
}


class GarminDataRepository:
    """Payloads, rows and coverage of all users on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def files(self) -> ActivityFilesRepository:
        """Return what is stored of activities beyond their rows."""
        return ActivityFilesRepository(self._database)

    @property
    def backfills(self) -> BackfillsRepository:
        """Return what is to be asked for beyond what syncs ask for anyway."""
        return BackfillsRepository(self._database)

    def coverage(self, user_id: str, *, among: tuple[date, date] | None = None) -> Coverage:
        """Return the user's whole ledger; with *among*, of those days and what is refused."""
        table = garmin_coverage
        wanted = table.c.user_id == user_id
        if among is not None:
            first, last = among
            is_among = table.c.calendar_date.between(first.isoformat(), last.isoformat())
            wanted &= is_among | (table.c.state == DayState.UNSUPPORTED.value)
        newest = select(func.max(devices.c.first_seen_at)).where(devices.c.user_id == user_id)
        days: dict[str, dict[date, LedgerDay]] = {}
        with self._database.read() as db:
            for row in db.execute(select(table).where(wanted)):
                day = date.fromisoformat(row.calendar_date)
                days.setdefault(row.stream, {})[day] = LedgerDay(
                    day, DayState(row.state), row.fetched_at, bool(row.settled), row.error_code
                )
            return Coverage(days, db.execute(newest).scalar_one())

    def time_zone(self, user_id: str) -> str | None:
        """Return the IANA name of the user's Garmin time zone, once a profile is stored."""
        with self._database.read() as db:
            return db.execute(
                select(profiles.c.time_zone).where(profiles.c.user_id == user_id)
            ).scalar_one_or_none()

    def changed_days(self, user_id: str, table_name: str, *, since: date) -> dict[date, datetime]:
        """Return day -> when its row last changed, for the days of a table from *since* on."""
        table = metadata.tables[table_name]
        query = select(table.c.calendar_date, table.c.changed_at).where(
            table.c.user_id == user_id, table.c.calendar_date >= since.isoformat()
        )
        with self._database.read() as db:
            return {
                date.fromisoformat(row.calendar_date): row.changed_at for row in db.execute(query)
            }

    def windows_cut_off(self, user_id: str, *, since: datetime) -> int:
        """Return how many windows the runs did that began since then and were not completed."""
        table = garmin_sync_history
        query = select(func.coalesce(func.sum(table.c.windows_done), 0)).where(
            table.c.user_id == user_id,
            table.c.started_at >= since,
            table.c.status.in_([RunStatus.PARTIAL.value, RunStatus.FAILED.value]),
        )
        with self._database.read() as db:
            return int(db.execute(query).scalar_one())

    def store(  # noqa: PLR0913 - the parts of one transaction, each named
        self,
        lease: Lease,
        window: Window,
        payload: Payload | None,
        rows: Mapping[str, Sequence[Row]],
        ledger: Sequence[LedgerDay],
        *,
        counts: RunCounts,
        now: datetime,
        ttl: timedelta,
    ) -> int:
        """Store one answered window in one transaction; return how many rows changed.

        *rows* are by table. Raises `LeaseLost`, and stores nothing, when another worker took
        the user over.
        """
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            changed = 0
            if payload is not None:
                archive(db, lease.user_id, window, payload, now=now)
                owner = {"user_id": lease.user_id, "api": payload.api.value}
                changed = sum(
                    upsert(db, metadata.tables[table], [owner | row for row in found], now=now)
                    for table, found in rows.items()
                )
                if window.stream.table == activities.name:
                    listed = rows.get(activities.name, ())
                    note_listed(db, lease.user_id, window, listed, now=now)
                tell_changes(db, lease.user_id, window.stream, rows, now=now)
            _write_ledger(db, lease.user_id, window.stream.name, ledger)
            so_far = counts.after(window, changed)
            write_progress(db, lease, so_far, asked_for(window, ledger), now=now)
        return changed

    def note_failure(
        self,
        lease: Lease,
        window: Window,
        ledger: Sequence[LedgerDay],
        *,
        now: datetime,
        ttl: timedelta,
    ) -> None:
        """Write to the ledger that *window* was due and failed. Days that hold data keep it."""
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            _write_ledger(db, lease.user_id, window.stream.name, ledger, keep_data=True)
            told = asked_for(window, ledger).told()
            note_events(db, lease.user_id, lease.run_id, [told], at=now)

    def doubt_empty_days(self, lease: Lease, *, since: date, until: datetime) -> None:
        """Write that the days from *since* on that are empty are to be asked for again."""
        with self._database.write() as db:
            if not hold(db, lease, until=until):
                raise LeaseLost
            db.execute(
                update(garmin_coverage)
                .where(
                    garmin_coverage.c.user_id == lease.user_id,
                    garmin_coverage.c.state == DayState.EMPTY.value,
                    garmin_coverage.c.calendar_date >= since.isoformat(),
                )
                .values(settled=0)
            )

    def note_plan(
        self,
        lease: Lease,
        counts: RunCounts,
        *,
        span: tuple[date | None, date | None],
        now: datetime,
        ttl: timedelta,
    ) -> None:
        """Write to the run how many windows it has and which days they span."""
        first, last = span
        with self._database.write() as db:
            if not hold(db, lease, until=now + ttl):
                raise LeaseLost
            db.execute(
                update(garmin_sync_history)
                .where(garmin_sync_history.c.id == lease.run_id)
                .values(
                    windows_total=counts.windows_total,
                    sync_from_date=first.isoformat() if first else None,
                    sync_to_date=last.isoformat() if last else None,
                )
            )
            note_events(db, lease.user_id, lease.run_id, [progress_of(counts)], at=now)

    def delete_all(self, user_id: str) -> int:
        """Delete every payload, row, ledger line and run of the user; return how many."""
        with self._database.write() as db:
            return sum(
                db.execute(delete(table).where(table.c.user_id == user_id)).rowcount
                for name, table in metadata.tables.items()
                if name not in _NOT_DATA and "user_id" in table.c
            )

    def has_any(self, user_id: str) -> bool:
        """Tell whether anything of Garmin's is stored for the user."""
        with self._database.read() as db:
            stored = db.execute(
                select(garmin_payloads.c.user_id)
                .where(garmin_payloads.c.user_id == user_id)
                .limit(1)
            )
            return stored.one_or_none() is not None


def _write_ledger(
    db: Connection,
    user_id: str,
    stream: str,
    ledger: Sequence[LedgerDay],
    *,
    keep_data: bool = False,
) -> None:
    statement = insert_into(db, garmin_coverage)
    written = ("state", "settled", "fetched_at", "error_code")
    old, new = garmin_coverage.c, statement.excluded
    has_data = old.state == DayState.DATA.value
    # A list that comes short unmakes no day of old: its rows are still there.
    is_nothing = and_(has_data, old.settled == 1, new.state == DayState.EMPTY.value)
    merge = statement.on_conflict_do_update(
        index_elements=list(garmin_coverage.primary_key),
        set_={name: new[name] for name in written}
        | {"state": case((is_nothing, old.state), else_=new.state)},
        where=not_(has_data) if keep_data else None,
    )
    lines = [
        {
            "user_id": user_id,
            "stream": stream,
            "calendar_date": line.calendar_date.isoformat(),
            "state": line.state.value,
            "settled": int(line.settled),
            "fetched_at": line.fetched_at,
            "error_code": line.error_code,
        }
        for line in ledger
    ]
    db.execute(merge, lines)
