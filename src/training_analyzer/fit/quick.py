"""The fast decoder: fitfast, for every file that is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import fitfast

from training_analyzer.fit.messages import FIELDS, HeartBeats, Messages, measured

if TYPE_CHECKING:
    from training_analyzer.fit.messages import Columns

NAME: Final = "fitfast"


def read(fit: bytes) -> Messages:
    """Return the messages of *fit*. Raises `ValueError` when fitfast refuses the file."""
    try:
        return _read(fit)
    except BaseException as caught:
        # Damage can make fitfast's Rust panic (a field of size 0 divides by zero). That
        # comes as a `BaseException` of a class that nobody can import.
        if type(caught).__name__ == "PanicException":
            raise ValueError from None
        raise


def _read(fit: bytes) -> Messages:
    counts = fitfast.message_counts(fit)
    records, laps, sessions = (
        _columns(fit, kind) if kind in counts else {} for kind in ("record", "lap", "session")
    )
    # Only these need lists of values, for which fitfast makes an object of every message.
    beats = fitfast.parse(fit)["hr"] if "hr" in counts else []
    return Messages(
        records,
        laps,
        sessions,
        [_beats(message) for message in beats],
        count=sum(counts.values()),
    )


def _columns(fit: bytes, kind: str) -> Columns:
    found = fitfast.records(fit, kind)
    # NaN is the only value that is not equal to itself: not measured.
    return {
        name: [value if value == value else None for value in found[name].tolist()]  # noqa: PLR0124
        for name in FIELDS[kind]
        if name in found
    }


def _beats(message: dict[str | int, Any]) -> HeartBeats:
    packed = message.get("event_timestamp_12")
    return HeartBeats(
        bpm=_numbers(message.get("filtered_bpm")),
        event_s=_numbers(message.get("event_timestamp")),
        packed=packed if isinstance(packed, bytes) else b"",
        timestamp=measured(message.get("timestamp")),
        fraction_s=measured(message.get("fractional_timestamp")) or 0.0,
    )


def _numbers(values: object) -> tuple[float, ...]:
    listed = values if isinstance(values, list | tuple) else [values]
    return tuple(number for value in listed if (number := measured(value)) is not None)
