"""FIT files for the tests: recorded ones, made ones, and the ways in which files are damaged."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from training_analyzer.simulator.athletes import Athlete, demo_athletes
from training_analyzer.simulator.fit_file import _crc, fit_file
from training_analyzer.simulator.training import Activity, activities_on

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings/fit"
TODAY = datetime(2026, 11, 25, tzinfo=UTC).date()
HEADER = 14


@dataclass(frozen=True)
class Recorded:
    """A line of the index: a real file, and what is known of it."""

    file: str
    sport: str
    records: int
    expected: str

    @property
    def content(self) -> bytes:
        """The file."""
        return (RECORDINGS / self.file).read_bytes()


def recorded() -> list[Recorded]:
    """Return the recorded files; none when there is no index."""
    index = RECORDINGS / "INDEX.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        return [
            Recorded(row["file"], row["sport"], int(row["records"]), row["expected"])
            for row in csv.DictReader(lines, delimiter="\t")
        ]


def athlete(number: int = 0) -> Athlete:
    """Return an invented athlete: the runner, or the second one, who does triathlons."""
    return demo_athletes(11, TODAY)[number]


def activities(one: Athlete) -> list[Activity]:
    """Return the athlete's activities of the last year that have a file, newest first."""
    days = (TODAY.fromordinal(TODAY.toordinal() - n) for n in range(1, 365))
    return [found for day in days for found in activities_on(one, day) if not found.is_manual]


def a_run() -> tuple[Activity, bytes]:
    """Return an activity with a track, and its file."""
    one = athlete()
    found = next(activity for activity in activities(one) if activity.kind.key == "running")
    return found, fit_file(one, found)


def sealed(fit: bytes) -> bytes:
    """Return *fit* with the checksum that its bytes should have."""
    return fit[:-2] + struct.pack("<H", _crc(fit[:-2]))


def without_header_checksum(fit: bytes) -> bytes:
    """Return *fit* with a header checksum of 0, which the protocol allows."""
    return sealed(fit[:12] + b"\x00\x00" + fit[HEADER:])


def with_wrong_checksum(fit: bytes) -> bytes:
    """Return *fit* with a checksum that is not that of its bytes."""
    return fit[:-2] + bytes(byte ^ 0xFF for byte in fit[-2:])


def zipped(*files: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of *files*."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()
