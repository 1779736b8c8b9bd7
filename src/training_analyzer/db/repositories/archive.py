"""The raw archive: each of Garmin's answers as it came, before rows are made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import zstandard

from training_analyzer.db.insert import insert_into
from training_analyzer.db.tables import garmin_payloads

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from training_analyzer.streams import Payload, Window

_ZSTD_LEVEL: Final = 9


def archive(
    db: Connection, user_id: str, window: Window, payload: Payload, *, now: datetime
) -> None:
    """Keep the answer as it came; the same answer again only moves `fetched_at`."""
    body = payload.canonical()
    values = {
        "user_id": user_id,
        "stream": window.stream.name,
        "api": payload.api.value,
        "first_date": window.first.isoformat(),
        "last_date": window.last.isoformat(),
        "sha256": payload.digest(),
        "body_zstd": zstandard.compress(body, _ZSTD_LEVEL),
        "body_bytes": len(body),
        "fetched_at": now,
    }
    statement = insert_into(db, garmin_payloads).values(values)
    db.execute(
        statement.on_conflict_do_update(
            index_elements=list(garmin_payloads.primary_key),
            set_={"fetched_at": statement.excluded.fetched_at},
        )
    )
