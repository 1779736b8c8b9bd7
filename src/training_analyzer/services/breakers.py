"""Which parts of Garmin rest, and who asks them first again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training_analyzer.errors import Blocked, CoolingDown, GarminError, GarminUnavailable
from training_analyzer.model import Circuit
from training_analyzer.planning.breaker import BreakerState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.breakers import BreakersRepository
    from training_analyzer.errors import SyncError
    from training_analyzer.model import GarminCredentials
    from training_analyzer.planning.breaker import Breaker

log = logging.getLogger(__name__)

_SILENCE = (GarminUnavailable, Blocked)


@dataclass(frozen=True, slots=True)
class Breakers:
    """The circuit breakers of all parts of Garmin, shared by all processes."""

    repository: BreakersRepository
    now: Callable[[], datetime]

    def all(self) -> dict[Circuit, Breaker]:
        """Return every breaker that is not simply closed."""
        return self.repository.all()

    def resting(self) -> list[Circuit]:
        """Return the parts of Garmin that nobody may ask now."""
        now = self.now()
        return [each for each, breaker in self.all().items() if breaker.refused_until(now)]

    def rest_of(self, circuit: Circuit) -> datetime | None:
        """Return until when nobody may ask *circuit*, None when somebody may."""
        breaker = self.all().get(circuit)
        return breaker.refused_until(self.now()) if breaker else None

    def admit(self, circuit: Circuit) -> None:
        """Return when *circuit* may be asked; while it is half-open, to one caller only.

        Raises `CoolingDown` to everybody else.
        """
        now = self.now()
        breaker = self.all().get(circuit)
        if breaker is None or breaker.state(now) is BreakerState.CLOSED:
            return
        until = breaker.refused_until(now)
        if until is None and self.repository.take_probe(circuit, now=now):
            return
        raise CoolingDown(until or breaker.probed(now).probing_until or now, CoolingDown.SILENT)

    def answered(self, circuit: Circuit) -> None:
        """Take note that Garmin has answered a question."""
        if circuit in self.all():
            self.repository.close(circuit)

    def ended(self, circuit: Circuit, error: SyncError | None) -> datetime | None:
        """Take note of how a run ended: with *error*, or by itself.

        Returns until when nobody asks now, where the run met that silence, too.
        """
        if error is None or (isinstance(error, GarminError) and not isinstance(error, _SILENCE)):
            self.answered(circuit)
        if not isinstance(error, _SILENCE):
            return None
        now = self.now()
        after = self.repository.change(circuit, lambda before: before.after_failure(now))
        if after.state(now) is BreakerState.OPEN and after.open_until is not None:
            log.warning(
                "Garmin's %s interface (%s) does not answer; asked again at %s.",
                circuit.api,
                circuit.region,
                after.open_until.isoformat(timespec="seconds"),
            )
        return after.refused_until(now)

    def set_back(self) -> None:
        """Let no part rest longer than the longest rest, now that the clock was set back."""
        now = self.now()
        for circuit in self.all():
            self.repository.change(circuit, lambda before: before.seen_at(now))


def circuit_of(credentials: GarminCredentials) -> Circuit:
    """Return the part of Garmin that a connection asks."""
    return Circuit.of(credentials.kind, credentials.region)
