"""A sync under whatever TZ the process has; prints what came of it. Usage: zoned_sync.py FOLDER."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from contextlib import closing
from pathlib import Path

from torture_stage import LEASE, NOW, USER, look, prepare, service

from training_analyzer.db import open_database
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.planning import next_slot


def told(folder: Path) -> dict[str, object]:
    """Sync ten days of the athlete, and return hashes and times as UTC texts."""
    path = folder / "garmin-sync.db"
    prepare(path)
    with closing(open_database(str(path))) as database:
        made = service(database, now=lambda: NOW)
        outcome = made.sync(USER, force=True)
        found = look(database)
        entry = ScheduleRepository(database).entry(USER)
        due_at = entry.due_at if entry else None
        config = made.config(USER)
    slots = [next_slot(config, now=NOW + n * 600 * LEASE) for n in range(30)]
    return {
        "status": str(outcome.status),
        "requests": outcome.requests,
        "rows": found.rows,
        "count": found.count,
        "due": str(due_at),
        "slots": hashlib.sha256(repr(slots).encode()).hexdigest(),
    }


if __name__ == "__main__":
    # The machine's own idea of the hour, to see that the zone took hold.
    sys.stdout.write(json.dumps({"zone": time.tzname[0], **told(Path(sys.argv[1]))}) + "\n")
