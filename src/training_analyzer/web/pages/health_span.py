"""Which days a page of health looks at, and what stands for one place of a chart. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training_analyzer.web.tongue import Tongue

LENGTHS: Final = {"2w": 14, "3m": 91, "1y": 364, "5y": 1820}
_WEEK: Final = 7
_MONTH: Final = 365.25 / 12
_MANY_WEEKS: Final = 9
# Nothing in a tenth of the days is a gap; in more, it is before the beginning.
_MOSTLY: Final = 10
# Longer ones are drawn by weeks, and by months.
_BY_DAY: Final = 100
_BY_WEEK: Final = 400

type Points = list[tuple[date, float | None]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days from *first* to *last*, both included; *key* is one of `LENGTHS`."""

    key: str
    first: date
    last: date

    @classmethod
    def of(cls, key: str, today: date, usual: str) -> Stretch:
        """Return the stretch called *key*, or the *usual* one, that ends *today*."""
        known = key if key in LENGTHS else usual
        return cls(known, today - timedelta(days=LENGTHS[known] - 1), today)

    def since(self, first: date | None) -> Stretch:
        """Return the part from *first* on, where nothing is known of much before it."""
        if first is None or (first - self.first).days * _MOSTLY < self.count:
            return self
        least = self.last - timedelta(days=LENGTHS["2w"] - 1)
        return Stretch(self.key, max(self.first, min(first, least)), self.last)

    @property
    def is_whole(self) -> bool:
        """Whether it has all days that its name says."""
        return self.count == LENGTHS[self.key]

    @property
    def count(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Stretch | None:
        """As many days before it; None for the longest, and where nothing is before."""
        if self.count > _BY_WEEK or not self.is_whole:
            return None
        last = self.first - timedelta(days=1)
        return Stretch(self.key, last - timedelta(days=self.count - 1), last)

    @property
    def is_by_day(self) -> bool:
        """Whether each day has its place in a chart."""
        return self.count <= _BY_DAY

    @property
    def is_by_month(self) -> bool:
        """Whether months stand for their days."""
        return self.count > _BY_WEEK

    def days(self) -> list[date]:
        """Return each day, oldest first."""
        ends = self.first.toordinal(), self.last.toordinal() + 1
        return [date.fromordinal(n) for n in range(*ends)]

    def groups(self) -> list[tuple[date, int, int]]:
        """Return the last day of each place of a chart, and where its days begin and end."""
        if self.is_by_day:
            return [(day, n, n + 1) for n, day in enumerate(self.days())]
        origin = self.first.toordinal()
        if not self.is_by_month:
            starts = list(range(self.count % _WEEK, self.count, _WEEK))
        else:
            months = range(_month(self.first) + 1, _month(self.last) + 1)
            firsts = (date(n // 12, n % 12 + 1, 1).toordinal() for n in months)
            starts = [0, *(n - origin for n in firsts)]
        ends = [*starts[1:], self.count]
        return [
            (date.fromordinal(origin + end - 1), start, end)
            for start, end in zip(starts, ends, strict=True)
        ]

    def points(
        self,
        values: Sequence[float | None],
        of: Callable[[Sequence[float]], float] = fmean,
    ) -> Points:
        """Return one value for each place of a chart: *of* the days that are known."""
        found: Points = []
        for on, start, end in self.groups():
            known = [value for value in values[start:end] if value is not None]
            found.append((on, of(known) if known else None))
        return found

    def by_day(self, values: Sequence[float | None]) -> Points:
        """Return the value of each day, of what is measured now and then; long spans by month."""
        if self.is_by_month:
            return self.points(values)
        return list(zip(self.days(), values, strict=True))

    def name(self, tongue: Tongue) -> str:
        """Return `two weeks`, or `5 months` of what is known of a year."""
        if not self.is_whole:
            weeks = round(self.count / _WEEK)
            if weeks < _MANY_WEEKS:
                return tongue.plural("%(n)s week", "%(n)s weeks", weeks)
            return tongue.plural("%(n)s month", "%(n)s months", round(self.count / _MONTH))
        return {
            "2w": tongue.text("two weeks"),
            "3m": tongue.text("three months"),
            "1y": tongue.text("a year"),
            "5y": tongue.text("five years"),
        }[self.key]

    def what(self, on: date, tongue: Tongue) -> str:
        """Return what the place of *on* is called in a table."""
        if self.is_by_month:
            return tongue.month(on)
        if self.is_by_day:
            return tongue.short_day_and_year(on)
        return tongue.text("Week to %(day)s", day=tongue.short_day_and_year(on))

    def note(self, of_days: str, tongue: Tongue) -> str:
        """Return what the values of a chart are: *of_days* where each day has its place."""
        return self.by_what(tongue) or of_days

    def by_what(self, tongue: Tongue) -> str:
        """Return what the values of a chart are, where they are not those of days."""
        if self.is_by_day:
            return ""
        return (
            tongue.text("Means of months.") if self.is_by_month else tongue.text("Means of weeks.")
        )


def _month(day: date) -> int:
    """Return which month *day* is in, counted on over the years."""
    return day.year * 12 + day.month - 1


def choices(stretch: Stretch, path: str, tongue: Tongue) -> list[tuple[str, str, bool]]:
    """Return name, address and whether it is shown, for each length."""
    names = {
        "2w": tongue.text("2 weeks"),
        "3m": tongue.text("3 months"),
        "1y": tongue.text("Year"),
        "5y": tongue.text("5 years"),
    }
    return [(name, f"{path}?range={key}", key == stretch.key) for key, name in names.items()]
