"""Our side of the comparison: one sync of one person, on a clock that may be a week behind.

The same parts as `garmin-sync connect` and `garmin-sync sync --force` use; those take their
time from the machine, which cannot go a week ahead between two runs.

    own_clock.py connect token|personal-key    the secret stands on standard input
    own_clock.py sync
    own_clock.py owed token|personal-key       prints how many curves later syncs will bring
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from training_analyzer import settings
from training_analyzer.cli.outcomes import exit_code
from training_analyzer.cli.syncing import watched_sync
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.model import Api, GarminSyncConfig
from training_analyzer.planning.details import DETAIL_DAYS, plan_details
from training_analyzer.services.runtime import Runtime, build_runtime
from training_analyzer.streams import CATALOG, stream

NAME: Final = "bench"
BEHIND: Final = timedelta(days=int(os.environ.get("BENCH_DAYS_BEHIND", "0")))
DAYS: Final = int(os.environ.get("BENCH_DAYS", "365"))
ALL: Final = 1_000_000


def clock() -> datetime:
    """Return the instant that everything here takes for now."""
    return datetime.now(UTC) - BEHIND


def connect(runtime: Runtime, kind: str) -> int:
    """Add the person and connect them with the secret on standard input."""
    person, secret = runtime.people.add(NAME), sys.stdin.read().strip()
    if kind == "personal-key":
        runtime.connections.connect_personal_key(person.user_id, secret)
    else:
        runtime.connections.connect_token(person.user_id, secret)
    runtime.credentials.update_sync_config(person.user_id, initial_sync_days=DAYS)
    return 0


def sync(runtime: Runtime) -> int:
    """Sync once; the exit status is that of `garmin-sync sync`."""
    watched = watched_sync(runtime, runtime.people.find(NAME), force=True, quiet=True)
    print(watched.outcome)
    return exit_code(watched.outcome)


def owed(runtime: Runtime, kind: str) -> int:
    """Print how many requests for curves the next runs would make if none had a limit."""
    user_id = runtime.people.find(NAME).user_id
    data, today = GarminDataRepository(runtime.database), clock().date()
    changes = {
        name: data.changed_days(
            user_id, stream(name).table, since=today - timedelta(days=DETAIL_DAYS)
        )
        for name in {each.detail_of for each in CATALOG if each.detail_of}
    }
    todo = plan_details(
        runtime.credentials.get_sync_config(user_id) or GarminSyncConfig(user_id=user_id),
        data.coverage(user_id),
        CATALOG,
        [Api.PERSONAL if kind == "personal-key" else Api.ACCOUNT],
        changes,
        now=clock(),
        zone=ZoneInfo(data.time_zone(user_id) or "UTC"),
        budget=ALL,
    )
    print(len(todo.windows))
    return 0


def main() -> int:
    """Do what the arguments say."""
    with build_runtime(settings.load(), now=clock) as runtime:
        match sys.argv[1:]:
            case ["connect", kind]:
                return connect(runtime, kind)
            case ["sync"]:
                return sync(runtime)
            case ["owed", kind]:
                return owed(runtime, kind)
    return 2


if __name__ == "__main__":
    sys.exit(main())
