"""What may be asked for by hand. The faces take it from here: they know no planning."""

from __future__ import annotations

from training_analyzer.planning.asked import (
    NOTHING_SPECIAL,
    SERIES,
    TYPES,
    Span,
    Wish,
    streams_of,
    wish_to_retry,
)

__all__ = ["NOTHING_SPECIAL", "SERIES", "TYPES", "Span", "Wish", "streams_of", "wish_to_retry"]
