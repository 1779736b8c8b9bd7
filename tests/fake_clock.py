"""A clock that tests set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def advance(self, **span: float) -> datetime:
        """Move on, as in `advance(minutes=5)`, and tell the new time."""
        self.now += timedelta(**span)
        return self.now
