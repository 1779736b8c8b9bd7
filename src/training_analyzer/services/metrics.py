"""What this process has done, counted for Prometheus. No label holds a person.

Events call a verb; a scrape reads `text`. What is true of the whole installation, such
as who is due, is read from the database at that moment (`samples`) and not counted here.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import Collector

from training_analyzer import __version__
from training_analyzer.errors import LeaseLost
from training_analyzer.model import Api, RunStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client import Metric

    from training_analyzer.model import SyncOutcome

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
OK: Final = "ok"
_TOO_MANY: Final = 429
# An idle run takes a second, a first year at 60 requests a minute some two minutes.
_RUN_S: Final = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
_WINDOW_S: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)
_REQUEST_S: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)
# Who asks for data with which token, and who is asked for tokens.
APIS: Final = (Api.ACCOUNT.value, Api.PERSONAL.value, "token")


class Metrics:
    """The counters of one runtime, in a registry of their own. Any thread may call a verb."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.registry: Final = CollectorRegistry()
        self._clock = clock
        self._ticked_at: float | None = None
        self._runs = self._counter(
            "runs", "Runs that ended, by status and first error code.", "status", "code"
        )
        self._rows = self._counter("rows_changed", "Rows that runs added or changed.")
        self._run_s = self._histogram("run_seconds", "How long runs took.", _RUN_S, "status")
        self._window_s = self._histogram(
            "window_seconds", "How long a window took, asked for and stored.", _WINDOW_S
        )
        self._requests = self._counter(
            "requests", "Requests to Garmin, by kind of answer.", "api", "status"
        )
        self._request_s = self._histogram(
            "request_seconds", "How long Garmin took to answer.", _REQUEST_S, "api"
        )
        self._limited = self._counter(
            "rate_limited", "Answers of Garmin with status 429: too many requests.", "api"
        )
        self._refreshes = self._counter(
            "token_refreshes", "Renewed sessions: ok, or the code of what kept one.", "result"
        )
        self._logins = self._counter(
            "password_logins", "Logins by password, by how they ended.", "result"
        )
        self._lost = self._counter("leases_lost", "Runs that another worker took over.")
        self._ticks = self._counter("ticks", "Looks of this process's scheduler at who is due.")
        build = Gauge(
            "garmin_sync_build", "The version that runs.", ["version"], registry=self.registry
        )
        build.labels(__version__).set(1)
        self._begin_at_zero()

    # ---- verbs -----------------------------------------------------------------------

    def run_ended(self, outcome: SyncOutcome, seconds: float) -> None:
        """Count a run that was closed, how long it took and what it changed."""
        status = outcome.status.value
        self._runs.labels(status, outcome.error_code or "none").inc()
        self._run_s.labels(status).observe(seconds)
        self._rows.inc(outcome.rows_changed)

    def window_done(self, seconds: float) -> None:
        """Count a window that was asked for and stored."""
        self._window_s.observe(seconds)

    def request(self, api: str, status: int | None, seconds: float) -> None:
        """Count a request to *api*; *status* is that of the answer, None without one."""
        self._requests.labels(api, _class_of(status)).inc()
        self._request_s.labels(api).observe(seconds)
        if status == _TOO_MANY:
            self._limited.labels(api).inc()

    def refreshed(self, result: str = OK) -> None:
        """Count a session that was renewed, or the code of the error that kept it from it."""
        self._refreshes.labels(result).inc()

    def logged_in(self, result: str) -> None:
        """Count a password that went to Garmin, by how the login ended."""
        self._logins.labels(result).inc()

    def lease_lost(self) -> None:
        """Count a run that ended because another worker had taken over."""
        self._lost.inc()

    @contextmanager
    def counting_losses(self) -> Iterator[None]:
        """Count a lease that is lost inside the block, be it while the run is closed."""
        try:
            yield
        except LeaseLost:
            self.lease_lost()
            raise

    def ticked(self) -> None:
        """Note that the scheduler has looked at who is due."""
        self._ticked_at = self._clock()
        self._ticks.inc()

    # ---- reading ---------------------------------------------------------------------

    @property
    def tick_age_s(self) -> float | None:
        """How long ago the scheduler of this process looked last; None when it never did."""
        return None if self._ticked_at is None else self._clock() - self._ticked_at

    def sample(self, samples: Collector) -> None:
        """Read *samples*, too, whenever somebody asks for the metrics."""
        self.registry.register(samples)

    def text(self) -> bytes:
        """Return every metric in Prometheus' text format, of `CONTENT_TYPE`."""
        return generate_latest(_WithoutBirthdays(self.registry))

    # ---- making ----------------------------------------------------------------------

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"garmin_sync_{name}", what, labels, registry=self.registry)

    def _histogram(
        self, name: str, what: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            f"garmin_sync_{name}", what, labels, buckets=buckets, registry=self.registry
        )

    def _begin_at_zero(self) -> None:
        """Show what has not happened yet as 0: `rate` sees no first time otherwise."""
        self._runs.labels(RunStatus.COMPLETED.value, "none")
        for api in APIS:
            self._limited.labels(api)
            self._requests.labels(api, "2xx")
        self._refreshes.labels(OK)
        self._logins.labels("entered")


class _WithoutBirthdays(Collector):
    """The metrics without the time at which each counter was made: half as many lines."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [
                sample for sample in metric.samples if not sample.name.endswith("_created")
            ]
            yield metric


def _class_of(status: int | None) -> str:
    return "none" if status is None else f"{status // 100}xx"
