"""`exports`: files that were asked for, who is making one now, and what became of it.

Each step is one statement with its condition in it, so any number of processes may make them.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, or_, select, tuple_, update

from training_analyzer.db.insert import insert_into
from training_analyzer.db.repositories.outbox import tell
from training_analyzer.db.tables import exports as table
from training_analyzer.planning.exports import Between, ExportJob, ExportState
from training_analyzer.planning.webhooks import EventType

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from training_analyzer.db import Database

LEASE: Final = timedelta(seconds=60)
KEPT_FOR: Final = timedelta(days=7)
# How long a line tells of an export whose file is gone.
REMEMBERED_FOR: Final = timedelta(days=30)
MOST_FILES: Final = 5
# A process that dies of an export dies of it three times at most.
MOST_ATTEMPTS: Final = 3
INTERRUPTED: Final = "interrupted"


class ExportsRepository:
    """The exports of all users on one database. `now` is always the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: ExportJob) -> bool:
        """Queue *job*; False while another one of its user is not made yet."""
        with self._database.write() as db:
            added = db.execute(
                insert_into(db, table)
                .values(_row(job))
                .on_conflict_do_nothing()
                .returning(table.c.export_id)
            )
            return added.one_or_none() is not None

    def one(self, user_id: str, export_id: str) -> ExportJob | None:
        """Return the user's export of that id, or None."""
        with self._database.read() as db:
            row = db.execute(select(table).where(_is(user_id, export_id))).one_or_none()
        return None if row is None else _job(row)

    def page(
        self, user_id: str, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[ExportJob]:
        """Return *limit* exports, newest first; with *after* those behind that time and id."""
        query = select(table).where(table.c.user_id == user_id)
        if after is not None:
            at, export_id = after
            query = query.where(
                or_(
                    table.c.created_at < at,
                    and_(table.c.created_at == at, table.c.export_id < export_id),
                )
            )
        query = query.order_by(table.c.created_at.desc(), table.c.export_id.desc()).limit(limit)
        with self._database.read() as db:
            return [_job(row) for row in db.execute(query)]

    def is_any_waiting(self, now: datetime) -> bool:
        """Tell whether a claim is worth it: a short read, where a claim would write."""
        with self._database.read() as db:
            waiting = db.execute(select(table.c.export_id).where(_is_to_make(now)).limit(1))
            return waiting.one_or_none() is not None

    def claim(self, owner: str, *, now: datetime) -> ExportJob | None:
        """Take the export that has waited longest; None when there is none.

        The attempt is counted now, so that one on which the process dies is counted, too; what
        was tried often enough has failed.
        """
        next_one = (
            select(table.c.user_id, table.c.export_id)
            .where(_is_to_make(now))
            .order_by(table.c.created_at, table.c.export_id)
            .limit(1)
        )
        with self._database.write() as db:
            db.execute(
                update(table)
                .where(_is_to_make(now), table.c.attempts >= MOST_ATTEMPTS)
                .values(**_ended(ExportState.FAILED, now), error_code=INTERRUPTED)
            )
            taken = db.execute(
                update(table)
                .where(tuple_(table.c.user_id, table.c.export_id).in_(next_one), _is_to_make(now))
                .values(
                    state=ExportState.RUNNING.value,
                    owner=owner,
                    lease_until=now + LEASE,
                    attempts=table.c.attempts + 1,
                    parts_done=0,
                )
                .returning(table)
            ).one_or_none()
        return None if taken is None else _job(taken)

    def renew(self, job: ExportJob, *, now: datetime) -> bool:
        """Keep *job* for another while; False when it is deleted, or another worker's."""
        return self._change(job, lease_until=now + LEASE)

    def advance(self, job: ExportJob, done: int, total: int, *, now: datetime) -> bool:
        """Write how many parts are done, and keep *job* for another while; else as `renew`."""
        return self._change(job, lease_until=now + LEASE, parts_done=done, parts_total=total)

    def give_back(self, job: ExportJob) -> bool:
        """Let another worker begin anew, at once: this attempt did not count."""
        return self._change(
            job,
            state=ExportState.QUEUED.value,
            owner=None,
            lease_until=None,
            parts_done=0,
            attempts=table.c.attempts - 1,
        )

    def fail(self, job: ExportJob, code: str, *, now: datetime) -> bool:
        """Write down that *job* cannot be made, and why."""
        return self._change(job, **_ended(ExportState.FAILED, now), error_code=code)

    def ready(
        self, job: ExportJob, file_name: str, file_bytes: int, *, now: datetime
    ) -> list[str] | None:
        """Write down that the file is there, and tell webhooks; return which older ones go.

        None when *job* is deleted, or another worker's. A user keeps five files.
        """
        expires_at = now + KEPT_FOR
        with self._database.write() as db:
            written = db.execute(
                update(table)
                .where(_is_ours(job))
                .values(
                    **_ended(ExportState.READY, now),
                    expires_at=expires_at,
                    file_name=file_name,
                    file_bytes=file_bytes,
                    parts_done=table.c.parts_total,
                )
            )
            if not written.rowcount:
                return None
            kept = (
                select(table.c.export_id)
                .where(table.c.user_id == job.user_id, table.c.state == ExportState.READY.value)
                .order_by(table.c.ended_at.desc(), table.c.export_id.desc())
                .limit(MOST_FILES)
            )
            gone = db.execute(
                update(table)
                .where(table.c.user_id == job.user_id, table.c.state == ExportState.READY.value)
                .where(table.c.export_id.not_in(kept))
                .values(state=ExportState.EXPIRED.value, expires_at=now)
                .returning(table.c.export_id)
            )
            surplus = list(gone.scalars())
            data = {"export_id": job.export_id, "bytes": file_bytes, "expires_at": expires_at}
            tell(db, job.user_id, EventType.EXPORT_READY, data, now=now)
        return surplus

    def expire(self, *, now: datetime) -> list[str]:
        """Let go what was kept long enough; return the ids, whose files are to go.

        Lines of a month ago are forgotten.
        """
        is_over = table.c.state.in_((ExportState.FAILED.value, ExportState.EXPIRED.value))
        with self._database.write() as db:
            gone = db.execute(
                update(table)
                .where(table.c.state == ExportState.READY.value, table.c.expires_at <= now)
                .values(state=ExportState.EXPIRED.value)
                .returning(table.c.export_id)
            )
            expired = list(gone.scalars())
            db.execute(delete(table).where(is_over, table.c.created_at < now - REMEMBERED_FOR))
        return expired

    def remove(self, user_id: str, export_id: str) -> bool:
        """Delete the user's export of that id, whatever its state; False when there is none."""
        with self._database.write() as db:
            return db.execute(delete(table).where(_is(user_id, export_id))).rowcount > 0

    def ids(self, user_id: str) -> list[str]:
        """Return the ids of all exports of the user."""
        with self._database.read() as db:
            found = db.execute(select(table.c.export_id).where(table.c.user_id == user_id))
            return list(found.scalars())

    def _change(self, job: ExportJob, **values: object) -> bool:
        with self._database.write() as db:
            return db.execute(update(table).where(_is_ours(job)).values(values)).rowcount > 0


def _is(user_id: str, export_id: str) -> ColumnElement[bool]:
    return and_(table.c.user_id == user_id, table.c.export_id == export_id)


def _is_ours(job: ExportJob) -> ColumnElement[bool]:
    """Return the condition that the attempt which *job* was taken for still holds it."""
    return and_(
        _is(job.user_id, job.export_id),
        table.c.state == ExportState.RUNNING.value,
        table.c.attempts == job.attempts,
        table.c.owner == job.owner,
    )


def _is_to_make(now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody makes it now; a clock that was set back frees it, too."""
    lease = table.c.lease_until
    return or_(
        table.c.state == ExportState.QUEUED.value,
        and_(
            table.c.state == ExportState.RUNNING.value,
            or_(lease.is_(None), lease <= now, lease > now + LEASE),
        ),
    )


def _ended(state: ExportState, now: datetime) -> dict[str, object]:
    return {"state": state.value, "ended_at": now, "owner": None, "lease_until": None}


def _row(job: ExportJob) -> dict[str, object]:
    first, last = job.span.first, job.span.last
    return {
        "user_id": job.user_id,
        "export_id": job.export_id,
        "state": job.state.value,
        "format": job.format,
        "first_date": first and first.isoformat(),
        "last_date": last and last.isoformat(),
        "types": None if job.types is None else json.dumps(job.types),
        "include_raw": int(job.include_raw),
        "include_files": int(job.include_files),
        "created_at": job.created_at,
    }


def _job(row: Any) -> ExportJob:  # noqa: ANN401 - a row of `exports`
    return ExportJob(
        user_id=row.user_id,
        export_id=row.export_id,
        format=row.format,
        span=Between(
            None if row.first_date is None else date.fromisoformat(row.first_date),
            None if row.last_date is None else date.fromisoformat(row.last_date),
        ),
        types=None if row.types is None else tuple(json.loads(row.types)),
        include_raw=bool(row.include_raw),
        include_files=bool(row.include_files),
        created_at=row.created_at,
        state=ExportState(row.state),
        ended_at=row.ended_at,
        expires_at=row.expires_at,
        file_name=row.file_name,
        file_bytes=row.file_bytes,
        error_code=row.error_code,
        parts_done=row.parts_done,
        parts_total=row.parts_total,
        attempts=row.attempts,
        owner=row.owner,
    )
