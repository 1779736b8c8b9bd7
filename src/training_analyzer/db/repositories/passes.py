"""What was learned about routes, and when everything was last asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_learned_caps, garmin_probes
from training_analyzer.model import Api
from training_analyzer.planning.idle import LastPass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from training_analyzer.db import Database

# A cap is tried again after this time: Garmin may have lifted it.
_BELIEVED: Final = timedelta(days=30)


class PassesRepository:
    """Learned caps, of all users, and each user's last full pass."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def caps(self, *, now: datetime) -> dict[tuple[Api, str], int]:
        """Return (api, stream) -> days at most, of what was learned within 30 days."""
        table = garmin_learned_caps
        with self._database.read() as db:
            found = db.execute(select(table).where(table.c.learned_at > now - _BELIEVED))
            return {(Api(row.api), row.stream): row.cap_days for row in found}

    def learn(self, caps: Mapping[tuple[Api, str], int], *, now: datetime) -> None:
        """Write down how many days routes gave at most."""
        if not caps:
            return
        with self._database.write() as db:
            for (api, stream), days in caps.items():
                values = {"cap_days": days, "learned_at": now}
                db.execute(
                    insert_into(db, garmin_learned_caps)
                    .values(api=api.value, stream=stream, **values)
                    .on_conflict_do_update(index_elements=["api", "stream"], set_=values)
                )

    def last_pass(self, user_id: str) -> LastPass:
        """Return the user's last full pass, empty when there was none."""
        table = garmin_probes
        with self._database.read() as db:
            row = db.execute(select(table).where(table.c.user_id == user_id)).one_or_none()
        return LastPass() if row is None else LastPass(row.stamp, row.full_pass_at, row.seen_at)

    def note_pass(self, user_id: str, last: LastPass) -> None:
        """Write down a stamp that was seen, or a pass that is done."""
        values = {
            "stamp": last.stamp,
            "full_pass_at": last.full_pass_at,
            "seen_at": last.seen_at,
        }
        with self._database.write() as db:
            db.execute(
                insert_into(db, garmin_probes)
                .values(user_id=user_id, **values)
                .on_conflict_do_update(index_elements=["user_id"], set_=values)
            )
