"""A server that is to end while Garmin does not answer."""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cli_terminal import PATIENCE_S, begun

from training_analyzer.services.runtime import build_runtime
from training_analyzer.settings import load

if TYPE_CHECKING:
    from training_analyzer.simulator import SimulatorServer

AGES_S = 600


def test_server_does_not_wait_for_an_answer_that_does_not_come(
    connected: str, garmin: SimulatorServer
) -> None:
    """SIGTERM ends a server whose sync hangs at Garmin; the sync is due for others at once."""
    slow = "/wellness-service/wellness/bodyBattery"
    held = garmin.faults.delay(slow, AGES_S)
    with begun("serve", "--port", "0", "--json") as process:
        until = time.monotonic() + PATIENCE_S
        while held.hits == 0:
            assert time.monotonic() < until
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    garmin.faults.clear()
    garmin.faults.end_delays()

    assert process.returncode == 0, (out, err)
    with build_runtime(load()) as runtime:
        user_id = runtime.people.find(connected).user_id
        entry = runtime.schedule.entry(user_id)
        assert entry is not None
        assert (entry.lease_until, entry.owner) == (None, None)
        resumed = runtime.syncs.sync_if_due(user_id)
    assert resumed is not None
    assert resumed.status == "completed"
