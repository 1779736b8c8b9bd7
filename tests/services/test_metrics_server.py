"""The little server of a process without a web face."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2
import pytest
from pydantic import SecretStr

from training_analyzer.errors import SettingsError
from training_analyzer.services.metrics_server import MetricsServer

if TYPE_CHECKING:
    from training_analyzer.services.runtime import Runtime

TOKEN = "a-token-for-tests-only"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: this is about the server."""
    return sqlite_url


def with_token(runtime: Runtime) -> Runtime:
    """Return *runtime* with METRICS_TOKEN set."""
    changed = runtime.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    return replace(runtime, settings=changed)


def get(url: str, **headers: str) -> httpx2.Response:
    """Ask without a proxy."""
    return httpx2.get(url, headers=headers, trust_env=False)


def test_a_worker_serves_metrics_and_health(runtime: Runtime) -> None:
    """Metrics, health and readiness are there, and nothing else is."""
    with MetricsServer(runtime, port=0) as server:
        metrics = get(server.url)
        health = get(server.url.replace("/metrics", "/healthz"))
        ready = get(server.url.replace("/metrics", "/readyz"))
        other = get(server.url.replace("/metrics", "/"))

    assert metrics.status_code == 200
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "garmin_sync_ticks_total 0.0" in metrics.text.splitlines()
    assert health.json() == {"status": "ok"}
    assert (ready.status_code, ready.json()["scheduler"]) == (503, "late")
    assert other.status_code == 404


def test_a_worker_asks_for_the_token(runtime: Runtime) -> None:
    """With METRICS_TOKEN nobody reads the metrics without it."""
    with MetricsServer(with_token(runtime), port=0) as server:
        without = get(server.url)
        with_it = get(server.url, Authorization=f"Bearer {TOKEN}")

    assert (without.status_code, with_it.status_code) == (401, 200)
    assert TOKEN not in without.text


def test_a_rebound_name_gets_no_metrics(runtime: Runtime) -> None:
    """A page of another site that names this machine as its own reads nothing."""
    with MetricsServer(runtime, port=0) as server:
        assert get(server.url, Host="evil.example").status_code == 401


def test_open_metrics_need_a_token(runtime: Runtime) -> None:
    """Nothing listens on a reachable address without METRICS_TOKEN."""
    with pytest.raises(SettingsError, match="METRICS_TOKEN"):
        MetricsServer(runtime, host="0.0.0.0", port=0)  # noqa: S104 - what must be refused


def test_a_taken_port_is_one_line(runtime: Runtime) -> None:
    """A port that somebody else has is refused with its number."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=f"--metrics-port: .* port {port} "):
            MetricsServer(runtime, port=port)
