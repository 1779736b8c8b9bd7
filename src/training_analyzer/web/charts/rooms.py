"""One drawing for each room of a page, so that its words keep their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

NARROW: Final = 324
"""The inner width of a card on a phone, and in the side column."""
MIDDLE: Final = 702
"""That of the main column, and of a tablet."""
WIDE: Final = 1102
"""That of the whole page."""


class Draws(Protocol):
    """A drawing that only wants to know how much room there is."""

    def __call__(self, *, width: int) -> Markup:
        """Return the drawing for *width*."""


def rooms(draw: Draws, widest: int = MIDDLE) -> Markup:
    """Return *draw* for each room up to *widest*; CSS shows the one that fits.

    `rooms(partial(nights, rows, tongue=tongue, label=label))` for the main column,
    with `WIDE` for the whole page, with `NARROW` for the side column. Nothing when there
    is nothing to draw.
    """
    kinds: Sequence[tuple[str, int]] = {
        NARROW: [("chart", NARROW)],
        MIDDLE: [("chart chart-n", NARROW), ("chart chart-w", MIDDLE)],
    }.get(widest, [("chart chart-n", NARROW), ("chart chart-m", MIDDLE), ("chart chart-x", WIDE)])
    drawn = [(kind, draw(width=width)) for kind, width in kinds]
    return Markup().join(
        Markup('<div class="{}">{}</div>').format(kind, picture)
        for kind, picture in drawn
        if picture
    )
