"""What is stored of the days that a page of health shows, each value at its day. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from training_analyzer.services.days import Series
    from training_analyzer.web.pages.health_span import Stretch

type Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """The rows of each stream, and the days looked at; *today* is the person's."""

    stretch: Stretch
    today: date
    series: Mapping[str, Series]
    _days: dict[str, dict[date, list[Row]]] = field(default_factory=dict, init=False)
    _places: dict[str, list[int]] = field(default_factory=dict, init=False)

    def by_day(self, stream: str) -> Mapping[date, list[Row]]:
        """Return the rows of *stream* by their day."""
        if stream not in self._days:
            rows: dict[date, list[Row]] = defaultdict(list)
            found = self.series.get(stream)
            for at, day in enumerate(found.days if found else []):
                columns = found.columns if found else {}
                rows[date.fromisoformat(day)].append({k: v[at] for k, v in columns.items()})
            self._days[stream] = dict(rows)
        return self._days[stream]

    def row(self, stream: str, day: date) -> Row:
        """Return the row of *day*: the last measured one; empty without any."""
        rows = self.by_day(stream).get(day, [])
        return rows[-1] if rows else {}

    def values(self, stream: str, name: str, *, before: bool = False) -> list[float | None]:
        """Return a value for each day of the stretch, or of the one *before* it."""
        stretch, found = self.stretch.before if before else self.stretch, self.series.get(stream)
        if stretch is None or found is None or name not in found.columns:
            return [None] * (stretch.count if stretch else 0)
        # Five years of many columns: as columns, rows would be made for each day.
        values: list[float | None] = [None] * stretch.count
        start, end = stretch.first.toordinal(), stretch.last.toordinal()
        for place, value in zip(self._places_of(stream), found.columns[name], strict=True):
            if start <= place <= end:
                values[place - start] = value
        return values

    def _places_of(self, stream: str) -> list[int]:
        """Return the day of each row of *stream* as a number, read once for all its columns."""
        if stream not in self._places:
            days = self.series[stream].days
            self._places[stream] = [date.fromisoformat(day).toordinal() for day in days]
        return self._places[stream]

    def each(
        self,
        stream: str,
        read: Callable[[Sequence[Row]], float | None],
        *,
        before: bool = False,
    ) -> list[float | None]:
        """Return what *read* says of the rows of each day; None without a row."""
        stretch = self.stretch.before if before else self.stretch
        if stretch is None:
            return []
        found = self.by_day(stream)
        return [read(found[day]) if day in found else None for day in stretch.days()]

    def trimmed(self) -> Held:
        """Return it without the days before the first that anything is known of."""
        firsts = [series.days[0] for series in self.series.values() if series.days]
        first = date.fromisoformat(min(firsts)) if firsts else None
        return Held(self.stretch.since(first), self.today, self.series)


def latest(values: Sequence[float | None]) -> float | None:
    """Return the last value that is there."""
    return next((value for value in reversed(values) if value is not None), None)


def present(values: Sequence[float | None]) -> list[float]:
    """Return the values that are there."""
    return [value for value in values if value is not None]
