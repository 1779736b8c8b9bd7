"""What is counted for Prometheus, and how it is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from services_stage import account

from training_analyzer.db.repositories.queue import Queue, QueueRepository
from training_analyzer.errors import CredentialsRejected, LeaseLost, StorageFailed
from training_analyzer.model import Api, Circuit, Region, RunStatus, SyncOutcome
from training_analyzer.planning.breaker import Breaker
from training_analyzer.services.metrics import Metrics
from training_analyzer.services.runtime import build_runtime
from training_analyzer.services.samples import Samples

if TYPE_CHECKING:
    from datetime import datetime

    from fake_clock import FakeClock

    from training_analyzer.services.run import Progress
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Give SQLite alone: the queries are tested on both databases elsewhere."""
    return sqlite_url


def told(metrics: Metrics) -> dict[str, float]:
    """Return each series with its value."""
    lines = [line for line in metrics.text().decode().splitlines() if not line.startswith("#")]
    return {series: float(value) for series, value in (line.rsplit(" ", 1) for line in lines)}


def test_a_run_is_counted_by_how_it_ended() -> None:
    """Status, first error code, duration and changed rows of a run are added up."""
    metrics = Metrics()

    metrics.run_ended(SyncOutcome(sync_id=1, status=RunStatus.COMPLETED, rows_changed=7), 3.0)
    metrics.run_ended(
        SyncOutcome(sync_id=2, status=RunStatus.PARTIAL, error_code="rate_limited"), 90.0
    )

    series = told(metrics)
    assert series['garmin_sync_runs_total{code="none",status="completed"}'] == 1
    assert series['garmin_sync_runs_total{code="rate_limited",status="partial"}'] == 1
    assert series["garmin_sync_rows_changed_total"] == 7
    assert series['garmin_sync_run_seconds_bucket{le="60.0",status="partial"}'] == 0
    assert series['garmin_sync_run_seconds_bucket{le="120.0",status="partial"}'] == 1


@pytest.mark.parametrize(
    ("status", "kind", "limited"),
    [(200, "2xx", 0), (204, "2xx", 0), (429, "4xx", 1), (503, "5xx", 0), (None, "none", 0)],
)
def test_a_request_is_counted_by_its_answer(status: int | None, kind: str, limited: int) -> None:
    """Answers count by class, a missing one as none, and each 429 by itself."""
    metrics = Metrics()

    metrics.request("account", status, 0.2)

    series = told(metrics)
    assert series[f'garmin_sync_requests_total{{api="account",status="{kind}"}}'] == 1
    assert series['garmin_sync_rate_limited_total{api="account"}'] == limited
    assert series['garmin_sync_request_seconds_count{api="account"}'] == 1


def test_two_runtimes_count_apart() -> None:
    """Nothing is process-wide: each set of metrics has its own numbers."""
    one, other = Metrics(), Metrics()

    one.lease_lost()

    assert told(one)["garmin_sync_leases_lost_total"] == 1
    assert told(other)["garmin_sync_leases_lost_total"] == 0


def test_what_never_happened_is_zero_and_has_no_birthday() -> None:
    """A first success is seen as a rise from 0; times of creation only double the lines."""
    text_ = Metrics().text().decode()

    assert 'garmin_sync_runs_total{code="none",status="completed"} 0.0' in text_
    assert 'garmin_sync_password_logins_total{result="entered"} 0.0' in text_
    assert "_created" not in text_


def test_a_sync_shows_up(runtime: Runtime, ada: str, garmin: SimulatorServer) -> None:
    """A login, a sync and its requests, windows and rows are all in the metrics."""
    asked_before = len(garmin.log)
    outcome = runtime.syncs.sync(ada)
    asked = len(garmin.log) - asked_before

    series = told(runtime.metrics)
    assert series['garmin_sync_runs_total{code="none",status="completed"}'] == 1
    assert series["garmin_sync_rows_changed_total"] == outcome.rows_changed > 0
    assert series["garmin_sync_window_seconds_count"] > 0
    assert series['garmin_sync_password_logins_total{result="entered"}'] == 1
    requests = [value for name, value in series.items() if "_sync_requests_total{" in name]
    assert sum(requests) == asked
    assert series["garmin_sync_connections"] == 1
    assert series["garmin_sync_last_success_timestamp_seconds"] == runtime.now().timestamp()


def test_a_rejected_password_and_a_renewed_session_are_counted(
    runtime: Runtime, ada: str, garmin: SimulatorServer, clock: FakeClock
) -> None:
    """Each password that goes to Garmin counts by how it ended; renewals need none."""
    clock.advance(days=2)
    runtime.syncs.sync(ada)
    with pytest.raises(CredentialsRejected):
        runtime.connections.connect_password("ben", account(garmin, "tom").email, "not this")

    series = told(runtime.metrics)
    assert series['garmin_sync_token_refreshes_total{result="ok"}'] == 1
    assert series['garmin_sync_requests_total{api="token",status="2xx"}'] == 1
    assert series['garmin_sync_password_logins_total{result="entered"}'] == 1
    assert series['garmin_sync_password_logins_total{result="rejected"}'] == 1


def test_a_lost_lease_is_counted(
    runtime: Runtime, ada: str, garmin: SimulatorServer, clock: FakeClock
) -> None:
    """A run that another worker took over counts once, and as no run that ended."""

    def overtake(progress: Progress) -> None:
        if progress.done == 2:
            clock.advance(minutes=5)
            other.syncs.sync(ada, force=True)

    with build_runtime(runtime.settings, now=clock) as other, pytest.raises(LeaseLost):
        runtime.syncs.sync(ada, watch=overtake)

    assert garmin.log
    series = told(runtime.metrics)
    assert series["garmin_sync_leases_lost_total"] == 1
    assert series['garmin_sync_runs_total{code="none",status="completed"}'] == 0


def test_no_label_names_a_person(runtime: Runtime, ada: str) -> None:
    """User ids, names and addresses are in no metric."""
    runtime.syncs.sync(ada)

    labels = set(re.findall(r'="([^"]*)"', runtime.metrics.text().decode()))

    assert not {label for label in labels if ada in label or "@" in label or "ada" in label}


def test_breakers_are_told(runtime: Runtime, clock: FakeClock) -> None:
    """Each part of Garmin is closed, half-open or open."""
    cn = Circuit(Api.ACCOUNT, Region.CN)
    resting = Breaker(3, 1, open_until=clock.now.replace(hour=13))
    runtime.breakers.repository.change(cn, lambda _: resting)

    def state() -> dict[str, float]:
        found = told(runtime.metrics).items()
        return {name: value for name, value in found if "breaker" in name}

    opened = state()
    clock.advance(hours=2)
    tried = state()

    assert opened['garmin_sync_breaker_state{api="account",region="cn"}'] == 2
    assert opened['garmin_sync_breaker_state{api="account",region="com"}'] == 0
    assert tried['garmin_sync_breaker_state{api="account",region="cn"}'] == 1


class Unreadable(QueueRepository):
    """A queue on a disk that fails."""

    def now(self, now: datetime) -> Queue:  # noqa: ARG002 - the queue's signature
        """Find nothing."""
        raise StorageFailed


def test_without_a_database_the_counters_remain(runtime: Runtime) -> None:
    """A database that cannot be read is a metric of its own, and no failed scrape."""
    metrics = Metrics()
    metrics.sample(Samples(replace(runtime.watching, repository=Unreadable(runtime.database))))

    series = told(metrics)

    assert series["garmin_sync_database_up"] == 0
    assert "garmin_sync_due_users" not in series
    assert series["garmin_sync_ticks_total"] == 0
