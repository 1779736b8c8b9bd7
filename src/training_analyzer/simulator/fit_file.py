"""FIT files of the invented activities, written from the public layout of the protocol."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from training_analyzer.simulator.tracks import track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training_analyzer.simulator.athletes import Athlete
    from training_analyzer.simulator.tracks import Point
    from training_analyzer.simulator.training import Activity

_EPOCH: Final = datetime(1989, 12, 31, tzinfo=UTC)
# Base types of FIT: number, struct letter, invalid marker.
_ENUM, _U8, _U16, _U32, _S32 = (
    *((0x00, "B", 0xFF), (0x02, "B", 0xFF), (0x84, "H", 0xFFFF)),
    *((0x86, "I", 0xFFFFFFFF), (0x85, "i", 0x7FFFFFFF)),
)
_U32Z: Final = (0x8C, "I", 0)
_FILE_ID: Final = (0, ((0, _ENUM), (1, _U16), (2, _U16), (3, _U32Z), (4, _U32)))
_RECORD: Final = (
    20,
    (
        *((253, _U32), (0, _S32), (1, _S32), (5, _U32), (73, _U32), (78, _U32)),
        *((3, _U8), (7, _U16)),
    ),
)
_LAP: Final = (
    19,
    (
        *((254, _U16), (253, _U32), (2, _U32), (7, _U32), (8, _U32), (9, _U32)),
        *((15, _U8), (16, _U8), (25, _ENUM)),
    ),
)
_SESSION: Final = (
    18,
    (
        *((254, _U16), (253, _U32), (2, _U32), (7, _U32), (8, _U32), (9, _U32), (5, _ENUM)),
        *((6, _ENUM), (11, _U16), (16, _U8), (17, _U8), (25, _U16), (26, _U16)),
    ),
)
_ACTIVITY: Final = (34, ((253, _U32), (0, _U32), (1, _U16), (2, _ENUM), (3, _ENUM), (4, _ENUM)))
# FIT's own numbers of (sport, sub-sport) by type key.
_SPORTS: Final = {
    "running": (1, 0),
    "trail_running": (1, 3),
    "road_biking": (2, 7),
    "indoor_cycling": (2, 6),
    "lap_swimming": (5, 17),
    "walking": (11, 0),
    "hiking": (17, 0),
    "strength_training": (10, 20),
    "yoga": (10, 43),
    "transition_v2": (3, 0),
}


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_BYTES: Final = tuple(_crc_of_byte(byte) for byte in range(256))

type _Layout = tuple[int, tuple[tuple[int, tuple[int, str, int]], ...]]


# Making one takes longer than reading it; tests download the same again and again. Some 20 MB.
@lru_cache(maxsize=512)
def zipped_fit(athlete: Athlete, one: Activity) -> bytes:
    """Return the ZIP that a download gives: `<id>_ACTIVITY.fit`, the same bytes each time."""
    buffer = io.BytesIO()
    entry = zipfile.ZipInfo(f"{one.activity_id}_ACTIVITY.fit", date_time=(2020, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, fit_file(athlete, one))
    return buffer.getvalue()


def fit_file(athlete: Athlete, one: Activity) -> bytes:
    """Return the activity as a FIT file; a multisport one has a session per leg."""
    watch = athlete.watch_on(one.day)
    parts = one.legs or (one,)
    body = _Messages()
    body.add(_FILE_ID, (4, 1, 4257, watch.device_id, _seconds(one.start)))
    for leg in parts:
        body.add_all(_RECORD, [_record(point) for point in track(athlete, leg)])
    body.add_all(_LAP, [_lap(leg, n) for n, leg in enumerate(parts)])
    body.add_all(_SESSION, [_session(leg, n) for n, leg in enumerate(parts)])
    whole = round(sum(leg.duration_s for leg in parts) * 1000)
    body.add(_ACTIVITY, (_seconds(one.end), whole, len(parts), 1 if one.legs else 0, 26, 1))
    data = body.data
    header = struct.pack("<BBHI4s", 14, 0x20, 21_158, len(data), b".FIT")
    header += struct.pack("<H", _crc(header))
    return header + data + struct.pack("<H", _crc(header + data))


class _Messages:
    """Definition and data messages; each layout has the local number of its turn."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._numbers: dict[_Layout, int] = {}

    @property
    def data(self) -> bytes:
        """All messages so far."""
        return b"".join(self._parts)

    def add(self, layout: _Layout, values: Sequence[int | None]) -> None:
        """Append one message."""
        self.add_all(layout, [values])

    def add_all(self, layout: _Layout, rows: Sequence[Sequence[int | None]]) -> None:
        """Append messages of one layout; None is written as the type's invalid marker."""
        if layout not in self._numbers:
            self._numbers[layout] = len(self._numbers)
            self._parts.append(self._definition(layout))
        letters = "".join(kind[1] for _, kind in layout[1])
        form = struct.Struct(f"<B{letters}")
        invalid = [kind[2] for _, kind in layout[1]]
        local = self._numbers[layout]
        for row in rows:
            cells = [no if cell is None else cell for cell, no in zip(row, invalid, strict=True)]
            self._parts.append(form.pack(local, *cells))

    def _definition(self, layout: _Layout) -> bytes:
        number, fields = layout
        head = struct.pack("<BBBHB", 0x40 | self._numbers[layout], 0, 0, number, len(fields))
        return head + b"".join(
            struct.pack("<BBB", field, struct.calcsize(kind[1]), kind[0]) for field, kind in fields
        )


def _record(point: Point) -> tuple[int | None, ...]:
    latitude, longitude = point.position or (None, None)
    return (
        _seconds(point.at),
        None if latitude is None else _semicircles(latitude),
        None if longitude is None else _semicircles(longitude),
        round(point.distance_m * 100),
        round(point.speed_mps * 1000),
        None if point.altitude_m is None else round((point.altitude_m + 500) * 5),
        point.bpm,
        point.watts,
    )


def _lap(one: Activity, index: int) -> tuple[int | None, ...]:
    sport, _ = _SPORTS[one.kind.key]
    return (index, *_span(one), one.avg_bpm, one.max_bpm, sport)


def _session(one: Activity, index: int) -> tuple[int | None, ...]:
    sport, sub_sport = _SPORTS[one.kind.key]
    beats = (one.avg_bpm, one.max_bpm)
    return (index, *_span(one), sport, sub_sport, round(one.kcal), *beats, index, 1)


def _span(one: Activity) -> tuple[int, ...]:
    """Return end, start, elapsed, timer and distance in FIT's units."""
    return (
        _seconds(one.end),
        _seconds(one.start),
        round(one.elapsed_s * 1000),
        round(one.duration_s * 1000),
        round(one.distance_m * 100),
    )


def _seconds(instant: datetime) -> int:
    return round((instant - _EPOCH).total_seconds())


def _semicircles(degrees: float) -> int:
    return round(degrees * 2**31 / 180)


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CRC_BYTES[(crc ^ byte) & 0xFF]
    return crc
