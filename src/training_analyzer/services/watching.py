"""How the whole installation stands: its queue, and the parts of Garmin that rest.

Read from the database, so that every process on it sees the same. Garmin is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from training_analyzer.db.repositories.queue import Queue
from training_analyzer.garmin.hosts import Hosts
from training_analyzer.model import Api
from training_analyzer.planning.breaker import CLOSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from training_analyzer.db.repositories.breakers import BreakersRepository
    from training_analyzer.db.repositories.queue import QueueRepository
    from training_analyzer.model import Circuit
    from training_analyzer.planning.breaker import BreakerState

# The faces take `Queue` from here.
__all__ = ["CircuitStanding", "Queue", "Watching"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitStanding:
    """A part of Garmin: `until` is when somebody may ask it again, None for now."""

    circuit: Circuit
    host: str
    state: BreakerState
    failures: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Watching:
    """What an operator looks at."""

    repository: QueueRepository
    breakers: BreakersRepository
    server_url: str | None
    now: Callable[[], datetime]

    def queue(self) -> Queue:
        """Return who is due, who runs and who is left out now."""
        return self.repository.now(self.now())

    def circuits(self, among: Iterable[Circuit] | None = None) -> list[CircuitStanding]:
        """Return how *among* stand; without it, those that are asked here and those that rest."""
        now = self.now()
        known = self.breakers.all()
        wanted = {*self.repository.circuits(), *known} if among is None else set(among)
        return [
            CircuitStanding(
                circuit=circuit,
                host=self._host(circuit),
                state=breaker.state(now),
                failures=breaker.failures,
                until=breaker.refused_until(now),
            )
            for circuit in sorted(wanted)
            for breaker in [known.get(circuit, CLOSED)]
        ]

    def _host(self, circuit: Circuit) -> str:
        hosts = Hosts.of(circuit.region, self.server_url)
        is_key = circuit.api is Api.PERSONAL
        return urlsplit(hosts.personal_api if is_key else hosts.account_api).netloc
