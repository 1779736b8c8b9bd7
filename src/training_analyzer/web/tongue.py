"""How pages speak to one person: language, time zone, units, first day of the week. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_day_names

from training_analyzer.web import catalogs

if TYPE_CHECKING:
    import gettext

    from babel import Locale

METRIC: Final = "metric"
IMPERIAL: Final = "imperial"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_JUST_NOW_S: Final = 45
# Beyond this a date has its year.
_FAR: Final = timedelta(days=150)
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Tongue:
    """Texts, dates, numbers and spans of time in the words of one person.

    Texts have their values by name: `tongue.text("%(count)s runs", count=3)`.
    """

    code: str = catalogs.ENGLISH
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    units: str = METRIC
    # 0 is Monday.
    first_weekday: int = 0

    @property
    def translations(self) -> gettext.NullTranslations:
        """The catalog of the language."""
        return catalogs.catalog(self.code)

    @property
    def locale(self) -> Locale:
        """How dates and numbers are written."""
        return catalogs.formats_of(self.code)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        right_to_left = self.code == catalogs.PSEUDO_RIGHT_TO_LEFT
        return "rtl" if right_to_left else self.locale.text_direction

    @property
    def is_imperial(self) -> bool:
        """Whether lengths and weights are told in miles and pounds."""
        return self.units == IMPERIAL

    def text(self, message: str, **values: object) -> str:
        """Return *message* in the language, with *values* in their places."""
        translated = self.translations.gettext(message)
        return translated % values if values else translated

    def meant(self, sense: str, message: str) -> str:
        """Return *message* in one *sense*, where other languages have a word for each."""
        return self.translations.pgettext(sense, message)

    def plural(self, one: str, many: str, n: float, **values: object) -> str:
        """Return *one* or *many*, as *n* wants; `%(n)s` stands for the number."""
        # Only the whole numbers of 1 are singular: 1.5 is many in the languages that we speak.
        whole = int(n) if n == int(n) else 2
        translated = self.translations.ngettext(one, many, whole)
        return translated % {"n": self.number(n), **values}

    def number(self, value: float, digits: int = 0) -> str:
        """Return `26,480` or `26.480`, with at most *digits* after the point."""
        # Babel reads a pattern each time: for the tables of a page that was a third of its time.
        written = f"{Decimal(str(value)):,.{digits}f}"
        return written.translate(catalogs.signs_of(self.code))

    def local(self, at: datetime) -> datetime:
        """Return *at* on the person's clock."""
        return at.astimezone(self.zone)

    def today(self, now: datetime) -> date:
        """Return which day *now* is for the person."""
        return self.local(now).date()

    def day(self, on: date, today: date) -> str:
        """Return `today`, `yesterday`, `tomorrow`, `Wed 25 Nov`, or with the year when far off."""
        near = {
            0: self.text("today"),
            1: self.text("tomorrow"),
            -1: self.text("yesterday"),
        }.get((on - today).days)
        if near is not None:
            return near
        return self.short_day(on) if abs(on - today) < _FAR else self.short_day_and_year(on)

    def short_day(self, on: date) -> str:
        """Return `Wed 25 Nov`."""
        return _day(self.code, "MMMEd", on).replace(",", "")

    def short_day_and_year(self, on: date) -> str:
        """Return `Wed 25 Nov 2026`."""
        return _day(self.code, "yMMMEd", on).replace(",", "")

    def long_day(self, on: date) -> str:
        """Return `Sunday 22 November`."""
        return _day(self.code, "MMMMEEEEd", on).replace(",", "")

    def day_and_month(self, on: date) -> str:
        """Return `22 Nov`."""
        return _day(self.code, "MMMd", on)

    def month(self, on: date) -> str:
        """Return `November 2026`."""
        return _day(self.code, "yMMMM", on)

    def short_month(self, on: date) -> str:
        """Return `Nov`."""
        return str(format_date(on, "LLL", locale=self.locale))

    def weekdays(self, width: Literal["narrow", "abbreviated", "wide"] = "narrow") -> list[str]:
        """Return the names of the days, the person's first day of the week first."""
        names = get_day_names(width, context="stand-alone", locale=self.locale)
        return [str(names[(self.first_weekday + n) % _WEEK]) for n in range(_WEEK)]

    def time(self, at: datetime) -> str:
        """Return `06:03` on the person's clock."""
        return str(format_time(self.local(at).time(), "short", locale=self.locale))

    def exact_time(self, at: datetime) -> str:
        """Return `06:03:24` on the person's clock."""
        return str(format_time(self.local(at).time(), "medium", locale=self.locale))

    def clock(self, at: datetime, now: datetime) -> str:
        """Return `today, 06:03`."""
        return f"{self.day(self.today(at), self.today(now))}, {self.time(at)}"

    def instant(self, at: datetime) -> str:
        """Return `Sun 22 Nov 2026, 10:28 CET`: exactly when."""
        there = self.local(at)
        return f"{self.short_day_and_year(there.date())}, {self.time(at)} {there.tzname()}"

    def ago(self, at: datetime, now: datetime) -> str:
        """Return `just now`, `12 minutes ago`, `3 hours ago`, `2 days ago`."""
        seconds = (now - at).total_seconds()
        if seconds < _JUST_NOW_S:
            return self.text("just now")
        if seconds < _HOUR:
            minutes = max(1, round(seconds / _MINUTE))
            return self.plural("%(n)s minute ago", "%(n)s minutes ago", minutes)
        if seconds < _DAY:
            return self.plural("%(n)s hour ago", "%(n)s hours ago", round(seconds / _HOUR))
        return self.plural("%(n)s day ago", "%(n)s days ago", round(seconds / _DAY))

    def duration(self, seconds: float) -> str:
        """Return `8 s`, `1 min 52 s`, `2 h 3 min`."""
        whole = max(0, round(seconds))
        if whole < _MINUTE:
            return self.text("%(s)s s", s=whole)
        if whole < _HOUR:
            minutes, rest = divmod(whole, _MINUTE)
            if not rest:
                return self.text("%(min)s min", min=minutes)
            return self.text("%(min)s min %(s)s s", min=minutes, s=rest)
        hours, rest = divmod(round(whole / _MINUTE), _MINUTE)
        if not rest:
            return self.text("%(h)s h", h=self.number(hours))
        return self.text("%(h)s h %(min)s min", h=self.number(hours), min=rest)

    def about(self, seconds: float) -> str:
        """Return an estimate: `a few seconds`, `about 2 minutes`."""
        if seconds < _JUST_NOW_S:
            return self.text("a few seconds")
        if seconds < _HOUR:
            minutes = max(1, round(seconds / _MINUTE))
            return self.plural("about %(n)s minute", "about %(n)s minutes", minutes)
        return self.plural("about %(n)s hour", "about %(n)s hours", round(seconds / _HOUR))

    def span(self, first: date, last: date) -> str:
        """Return `3 Nov 2026`, or `3 Nov 2026 to 5 Nov 2026`."""
        end = _day(self.code, "yMMMd", last)
        if first == last:
            return end
        same_year = first.year == last.year
        skeleton = "MMMd" if same_year else "yMMMd"
        begin = _day(self.code, skeleton, first)
        return self.text("%(first)s to %(last)s", first=begin, last=end)


# Each drawing names its days in three rooms, and most pages show the same days.
@lru_cache(maxsize=4096)
def _day(code: str, skeleton: str, on: date) -> str:
    return str(format_skeleton(skeleton, on, locale=catalogs.formats_of(code)))
