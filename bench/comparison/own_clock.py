"""Our side of the comparison: one sync of one person, on a clock that may be a week behind.

The same parts as `garmin-sync connect` and `garmin-sync sync --force` use; those take their
time from the machine, which cannot go a week ahead between two runs.

    own_clock.py connect token|personal-key    the secret stands on standard input
    own_clock.py sync
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Final

from training_analyzer import settings
from training_analyzer.cli.outcomes import exit_code
from training_analyzer.cli.syncing import watched_sync
from training_analyzer.services.runtime import Runtime, build_runtime

NAME: Final = "bench"
BEHIND: Final = timedelta(days=int(os.environ.get("BENCH_DAYS_BEHIND", "0")))


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
    return 0


def sync(runtime: Runtime) -> int:
    """Sync once; the exit status is that of `garmin-sync sync`."""
    outcome, _seconds = watched_sync(runtime, runtime.people.find(NAME), force=True, quiet=True)
    print(outcome)
    return exit_code(outcome)


def main() -> int:
    """Do what the arguments say."""
    with build_runtime(settings.load(), now=clock) as runtime:
        match sys.argv[1:]:
            case ["connect", kind]:
                return connect(runtime, kind)
            case ["sync"]:
                return sync(runtime)
    return 2


if __name__ == "__main__":
    sys.exit(main())
