"""The patient decoder: fitdecode, for what fitfast refuses; it keeps what it could read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import fitdecode

from training_analyzer.fit.messages import (
    DEGREES_PER_SEMICIRCLE,
    FIELDS,
    UNIX_OF_FIT,
    HeartBeats,
    Messages,
    measured,
)

if TYPE_CHECKING:
    from training_analyzer.fit.messages import Cell, Columns

NAME: Final = "fitdecode"
# At some 10,000 a second half a minute; a whole day of seconds has 90,000.
MOST_MESSAGES: Final = 300_000

CHECKSUM: Final = "checksum"
TRUNCATED: Final = "truncated"
MALFORMED: Final = "malformed"
TOO_LONG: Final = "too_long"


def read(fit: bytes) -> Messages:
    """Return the messages of *fit* up to where it cannot be read; `errors` says why not further.

    Never raises for damage: `checksum` (everything was read), `truncated`, `malformed`
    and `too_long` are the words for it.
    """
    reading = _Reading()
    errors: list[str] = []
    try:
        # The warnings of fitdecode say the same as its frames do.
        with fitdecode.FitReader(
            fit,
            processor=None,
            check_crc=fitdecode.CrcCheck.READONLY,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        ) as frames:
            for frame in frames:
                reading.take(frame)
                if reading.count > MOST_MESSAGES:
                    errors.append(TOO_LONG)
                    break
    except fitdecode.FitEOFError:
        errors.append(TRUNCATED)
    except Exception:  # noqa: BLE001 - damage makes it raise AssertionError, KeyError and more
        errors.append(MALFORMED)
    if not reading.sums_match:
        errors.append(CHECKSUM)
    return Messages(
        reading.columns("record"),
        reading.columns("lap"),
        reading.columns("session"),
        reading.beats,
        tuple(errors),
        count=reading.count,
    )


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self._rows: dict[str, list[dict[str, Cell]]] = {kind: [] for kind in FIELDS}
        self.beats: list[HeartBeats] = []
        self.sums_match = True
        self.count = 0

    def take(self, frame: Any) -> None:  # noqa: ANN401 - fitdecode is not typed
        if isinstance(frame, fitdecode.FitHeader):
            # None: the header has no checksum, which is allowed.
            self.sums_match = self.sums_match and frame.crc_matched is not False
        elif isinstance(frame, fitdecode.FitCRC):
            self.sums_match = self.sums_match and frame.matched
        elif isinstance(frame, fitdecode.FitDataMessage):
            self.count += 1
            if frame.name in self._rows:
                self._rows[frame.name].append(_row(frame, FIELDS[frame.name]))
            elif frame.name == "hr":
                self.beats.append(_beats(frame))

    def columns(self, kind: str) -> Columns:
        """Return the messages of *kind* as columns, fields that nobody sent left out."""
        rows = self._rows[kind]
        sent = {name for row in rows for name, value in row.items() if value is not None}
        return {name: [row.get(name) for row in rows] for name in FIELDS[kind] if name in sent}


def _row(frame: Any, fields: tuple[str, ...]) -> dict[str, Cell]:  # noqa: ANN401 - likewise
    row: dict[str, Cell] = {}
    for cell in frame.fields:
        # A field has another name by sport (`avg_running_cadence`); its parent has one name.
        name = (cell.parent_field or cell.field or cell).name
        if name in fields and row.get(name) is None:
            row[name] = _value(name, cell)
    return row


def _value(name: str, cell: Any) -> Cell:  # noqa: ANN401 - likewise
    if name in {"sport", "sub_sport"}:
        return measured(cell.raw_value)
    value = measured(cell.value)
    if value is None:
        return None
    if name in {"timestamp", "start_time"}:
        return value + UNIX_OF_FIT
    return value * DEGREES_PER_SEMICIRCLE if name.startswith("position_") else value


def _beats(frame: Any) -> HeartBeats:  # noqa: ANN401 - likewise
    raw: dict[str, Any] = {cell.name: cell for cell in frame.fields if cell.field_def is not None}
    stamp = measured(raw["timestamp"].value) if "timestamp" in raw else None
    packed = raw["event_timestamp_12"].raw_value if "event_timestamp_12" in raw else None
    return HeartBeats(
        bpm=_numbers(raw.get("filtered_bpm")),
        event_s=_numbers(raw.get("event_timestamp")),
        packed=bytes(packed) if isinstance(packed, tuple) else b"",
        timestamp=None if stamp is None else stamp + UNIX_OF_FIT,
        fraction_s=next(iter(_numbers(raw.get("fractional_timestamp"))), 0.0),
    )


def _numbers(cell: Any) -> tuple[float, ...]:  # noqa: ANN401 - likewise
    value = None if cell is None else cell.value
    listed = value if isinstance(value, tuple) else (value,)
    return tuple(number for one in listed if (number := measured(one)) is not None)
