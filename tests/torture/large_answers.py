"""Run as a script: sync one user with little memory; tell how it ended and how much it took.

    python large_answers.py DATABASE_URL GARMIN_URL KEY USER INSTANT MOST_MB

The limit is one of the kernel's on the address space, set once everything is loaded.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import Settings

_MB: Final = 1024 * 1024


def _memory(name: str) -> int:
    """Return how many bytes the kernel counts under *name*."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def main(url: str, garmin: str, key: str, user: str, instant: str, most_mb: str) -> None:
    """Sync, and print what came of it."""
    settings = Settings(
        encryption_key=SecretStr(key),
        database_url=url,
        garmin_server_url=garmin,
        requests_per_minute=6000,
    )
    with build_runtime(settings, now=lambda: datetime.fromisoformat(instant)) as runtime:
        most = _memory("VmSize") + int(most_mb) * _MB
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        outcome = runtime.syncs.sync(user, force=True)
    told = {
        "status": outcome.status,
        "code": outcome.error_code,
        "failures": sorted({f"{one.stream}:{one.code}" for one in outcome.failures}),
        "peak_mb": _memory("VmHWM") // _MB,
    }
    print(json.dumps(told))  # noqa: T201 - the script's answer


if __name__ == "__main__":
    main(*sys.argv[1:])
