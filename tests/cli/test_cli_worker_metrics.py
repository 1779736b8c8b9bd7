"""`worker --metrics-port`: what a monitor gets of a process without a web face."""

from __future__ import annotations

import json
import signal
import urllib.request
from typing import TYPE_CHECKING

import pytest
from cli_terminal import PATIENCE_S, begun

if TYPE_CHECKING:
    from training_analyzer.simulator import SimulatorServer


@pytest.mark.postgres
def test_a_worker_can_be_watched(
    settings: dict[str, str],
    postgres_url: str,
    garmin: SimulatorServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It tells where its metrics are, ticks, is ready, and ends on SIGTERM."""
    assert settings["GARMIN_SERVER_URL"] == garmin.url
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    with begun("worker", "--metrics-port", "0", "--json") as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["metrics"]
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
            metrics = answer.read().decode().splitlines()
        with urllib.request.urlopen(url.replace("/metrics", "/readyz")) as answer:  # noqa: S310 - loopback
            ready = json.load(answer)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0
    assert "garmin_sync_ticks_total 1.0" in metrics
    assert "garmin_sync_database_up 1.0" in metrics
    assert (ready["status"], ready["schema_current"]) == ("ready", True)
