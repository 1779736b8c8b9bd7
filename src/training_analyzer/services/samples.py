"""What the database says at the moment of a scrape: gauges of the whole installation.

Every process on one database shows the same values, so a query takes their `max`. Each
scrape costs a handful of counts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from training_analyzer.errors import GarminSyncError
from training_analyzer.model import Api, Circuit, Region
from training_analyzer.planning.breaker import BreakerState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client import Metric

    from training_analyzer.db.repositories.queue import Queue
    from training_analyzer.services.watching import CircuitStanding, Watching

log = logging.getLogger(__name__)

_CIRCUITS: Final = [Circuit(api, region) for api, region in product(Api, Region)]
_STATES: Final = {BreakerState.CLOSED: 0, BreakerState.HALF_OPEN: 1, BreakerState.OPEN: 2}


@dataclass(frozen=True)
class Samples(Collector):
    """Reads queue and breakers whenever the metrics are asked for."""

    watching: Watching

    def describe(self) -> Iterable[Metric]:
        """Name nothing ahead: to register costs no look into the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges; without a database only that there is none."""
        try:
            queue = self.watching.queue()
            circuits = self.watching.circuits(_CIRCUITS)
        except (SQLAlchemyError, GarminSyncError) as error:
            log.warning("The queue could not be read: %s", type(error).__name__)
            yield _gauge("database_up", "Whether the database could be read.", 0)
            return
        yield _gauge("database_up", "Whether the database could be read.", 1)
        yield from _of_queue(queue)
        yield _of_circuits(circuits)


def _of_queue(queue: Queue) -> Iterator[Metric]:
    yield _gauge("due_users", "Users whose time has come and whom nobody syncs yet.", queue.due)
    yield _gauge(
        "oldest_due_age_seconds",
        "How long the first of them has waited; 0 when nobody is due.",
        queue.oldest_due_age.total_seconds(),
    )
    yield _gauge("running_syncs", "Runs that go on, in all processes.", len(queue.running))
    yield _gauge("parked_users", "Users whose runs took their process down.", queue.parked)
    yield _gauge("paused_users", "Users who are paused, each by themselves.", queue.paused)
    yield _gauge(
        "everybody_paused",
        "1 while automatic syncs stand still for everybody.",
        queue.everybody_paused_at is not None,
    )
    yield _gauge("connections", "Connected Garmin accounts.", queue.connections)
    yield _gauge(
        "needs_reconnect_users",
        "Connections that stand still until their person connects again.",
        queue.needs_reconnect,
    )
    last = queue.last_success_at
    yield _gauge(
        "last_success_timestamp_seconds",
        "When a run last completed, whoever's; 0 when none of the latest 10,000 did.",
        last.timestamp() if last else 0,
    )


def _of_circuits(circuits: Iterable[CircuitStanding]) -> Metric:
    family = GaugeMetricFamily(
        "garmin_sync_breaker_state",
        "The circuit breaker of a part of Garmin: 0 closed, 1 half-open, 2 open.",
        labels=["api", "region"],
    )
    for each in circuits:
        family.add_metric([each.circuit.api, each.circuit.region], _STATES[each.state])
    return family


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"garmin_sync_{name}", what, value=float(value))
