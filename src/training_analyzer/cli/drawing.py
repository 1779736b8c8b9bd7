"""Draw a summary for a terminal of 80 columns. Pure, but for `print_summary`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from training_analyzer.cli.coverage import print_coverage
from training_analyzer.cli.outcomes import duration
from training_analyzer.cli.printing import console, plain
from training_analyzer.cli.sparkline import sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training_analyzer.cli.summary import Curve, SportSum, Summary

_MOST_SPORTS: Final = 8
_BAR: Final = 24


def print_summary(summary: Summary) -> None:
    """Print everything that *summary* holds."""
    out = console()
    for line in (*sport_lines(summary.sports), Text(), *curve_lines(summary.curves), Text()):
        out.print(line, no_wrap=True, crop=False)
    out.print(Text("Days that Garmin has answered for", style="bold"))
    print_coverage(summary.covered)
    out.print()
    out.print(closing_line(summary), soft_wrap=True)


def sport_lines(sports: Sequence[SportSum]) -> Iterator[Text]:
    """Yield a heading and a line per sport, most activities first, the rest added up."""
    yield Text(f"{'Activities':24}{'':{_BAR}} {'number':>7} {'km':>10} {'hours':>9}", style="bold")
    most = max((sport.count for sport in sports), default=0)
    for sport in sports[:_MOST_SPORTS]:
        bar = "━" * max(1, round(sport.count / most * (_BAR - 2)))
        line = Text(f"  {plain(sport.sport).replace('_', ' '):22.22}")
        line.append(f"{bar:{_BAR}}", style="green")
        yield line.append(_sums(sport.count, sport.distance_m, sport.duration_s))
    rest = sports[_MOST_SPORTS:]
    if rest:
        yield Text(f"  {f'{len(rest)} other sports':22}{'':{_BAR}}").append(
            _sums(
                sum(sport.count for sport in rest),
                sum(sport.distance_m for sport in rest),
                sum(sport.duration_s for sport in rest),
            )
        )
    if not sports:
        yield Text("  none")


def curve_lines(curves: Sequence[Curve]) -> Iterator[Text]:
    """Yield a heading and, per curve, a block for each week's mean and the extremes."""
    yield Text("Week by week", style="bold")
    for curve in curves:
        line = Text(f"  {'HR at rest' if curve.name == 'resting_hr' else curve.title:11}")
        line.append(sparkline(curve.weeks), style="cyan")
        yield line.append(f" {extremes(curve)}")


def extremes(curve: Curve) -> str:
    """Return the lowest and highest week with the unit: `46-58 bpm`."""
    known = [week for week in curve.weeks if week is not None]
    if not known:
        return "no data"
    low, high = min(known), max(known)
    if curve.unit == "h":
        return f"{low:.1f}-{high:.1f} h"
    return f"{low:.0f}-{high:.0f} {curve.unit}"


def closing_line(summary: Summary) -> Text:
    """Return what it took: requests, time, rows."""
    outcome = summary.outcome
    days = (summary.last - summary.first).days + 1
    return Text(
        f"{days:,} days in {outcome.requests:,} requests and {duration(summary.seconds)}:"
        f" {outcome.rows_changed:,} rows. The sync is {outcome.status.value}."
    )


def _sums(count: int, distance_m: float, duration_s: float) -> str:
    return f" {count:7,} {distance_m / 1000:10,.1f} {duration_s / 3600:9,.1f}"
