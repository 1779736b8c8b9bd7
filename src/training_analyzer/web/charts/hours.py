"""The clock below a drawing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.web.charts.labels import Label, fitting
from training_analyzer.web.charts.svg import join, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from markupsafe import Markup

    from training_analyzer.web.tongue import Tongue

# The clocks of some places stand 15 or 45 minutes beside those of others.
_QUARTER: Final = timedelta(minutes=15)
_MOST: Final = 400


def hour_labels(
    span: tuple[datetime, datetime],
    x: Callable[[float], float],
    base: float,
    *,
    every: int,
    tongue: Tongue,
) -> Markup:
    """Return the full hours of the person's clock between both ends of *span*.

    *x* places seconds since its first; each *every*th hour is named where there is room.
    """
    first, last = span
    start = tongue.local(first).replace(minute=0, second=0, microsecond=0)
    at, marks, labels = start.astimezone(first.tzinfo), [], []
    for _ in range(_MOST):
        if at > last:
            break
        there = tongue.local(at)
        if at >= first and there.minute == 0 and there.hour % every == 0:
            place = x((at - first).total_seconds())
            marks.append(line((place, base), (place, base + 4), "axis"))
            labels.append(Label(x=place, y=base + 18, text=tongue.time(at), anchor="middle"))
        at += _QUARTER
    return join([*marks, *(label.draw() for label in fitting(labels))])
