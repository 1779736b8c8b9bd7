"""What each caller did of late, counted in this process and forgotten with it."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from training_analyzer.services.limits import Rule

# Each caller has two or three.
_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands with a rule: what is left, and when the window ends."""

    rule: Rule
    attempts: int
    rest: timedelta

    @property
    def has_passed(self) -> bool:
        """Whether the attempt that was counted last is within the rule."""
        return self.attempts <= self.rule.attempts

    def __str__(self) -> str:
        """Return the item of the `RateLimit` header."""
        left = max(0, self.rule.attempts - self.attempts)
        return f'"{self.rule.name}";r={left};t={max(1, math.ceil(self.rest.total_seconds()))}'


class Windows:
    """Fixed windows in memory, shared by the threads of one process.

    Above *most* windows those that began first go. With *factor* every rule allows that many
    times as much, for tests that do in a second what a person does in an hour.
    """

    def __init__(self, now: Callable[[], datetime], *, factor: int = 1, most: int = _MOST) -> None:
        self._now = now
        self._most = most
        self._factor = factor
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], tuple[int, datetime]] = {}

    def scaled(self, rule: Rule) -> Rule:
        """Return *rule* as it is here."""
        return replace(rule, attempts=rule.attempts * self._factor)

    def take(self, rule: Rule, key: str) -> Standing:
        """Count an attempt of *key* and return how it stands then."""
        return self._look(rule, key, counted=1)

    def look(self, rule: Rule, key: str) -> Standing:
        """Return how *key* stands, and count nothing."""
        return self._look(rule, key, counted=0)

    def _look(self, rule: Rule, key: str, *, counted: int) -> Standing:
        now, name = self._now(), (rule.name, key)
        with self._lock:
            attempts, began_at = self._counts.get(name, (0, now))
            if not now - rule.window < began_at <= now:
                attempts, began_at = 0, now
                # Behind all others, so that the first in the dictionary began first.
                self._counts.pop(name, None)
            attempts += counted
            if counted:
                self._counts[name] = (attempts, began_at)
            if len(self._counts) > self._most:
                self._counts.pop(next(iter(self._counts)))
        return Standing(self.scaled(rule), attempts, began_at + rule.window - now)
