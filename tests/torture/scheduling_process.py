"""One of several schedulers on one database: ticks, claims whoever is due, ends each run.

Usage: scheduling_process.py DATABASE_URL NOW TICKS. Prints how many runs it made.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime, timedelta

from training_analyzer.db import open_database
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.model import RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import NextDue
from training_analyzer.services.owner import process_name

_AT_ONCE = 50


def run_all(url: str, now: datetime) -> int:
    """Tick until nobody is due any more; return how many runs were made here."""
    owner, made = process_name(), 0
    with closing(open_database(url, migrate=False)) as database:
        schedule, leases = ScheduleRepository(database), LeasesRepository(database)
        while due := schedule.due(now, _AT_ONCE):
            for user_id in due:
                lease = leases.claim(
                    user_id,
                    sync_type=SyncType.SCHEDULED,
                    owner=owner,
                    now=now,
                    ttl=timedelta(seconds=60),
                    is_abandoned=lambda _: False,
                    only_if_due=True,
                )
                if lease is not None:
                    done = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED)
                    leases.finish(lease, done, NextDue(now + timedelta(days=1)), now=now)
                    made += 1
    return made


if __name__ == "__main__":
    sys.stdout.write(f"{run_all(sys.argv[1], datetime.fromisoformat(sys.argv[2]))}\n")
