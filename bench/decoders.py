"""Decode the activity files of a pretend year with each decoder: files a second.

The files are those that the pretend Garmin serves; reading them includes making laps and a
track of our own columns. fitdecode gets a sample, as it is so much slower. `--json` is for
programs.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.fit import decode, quick, thorough, unwrap
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.fit_file import zipped_fit
from training_analyzer.simulator.training import activities_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLE: Final = 10


@dataclass(frozen=True)
class Decoded:
    """How one way of decoding did, in processor time of one core."""

    decoder: str
    files: int
    megabytes: float
    files_per_s: float


def archives(today: date) -> Iterator[bytes]:
    """Yield the original file of each activity of the runner's last year, newest first."""
    runner = demo_athletes(0, today)[0]
    for back in range(365):
        for one in activities_on(runner, today - timedelta(days=back)):
            if not one.is_manual and one.parent_id is None:
                yield zipped_fit(runner, one)


def measure(decoder: str, read: Callable[[bytes], object], files: list[bytes]) -> Decoded:
    """Return the speed of *read* over *files*."""
    began = time.process_time()
    for content in files:
        read(content)
    seconds = time.process_time() - began
    size = sum(len(content) for content in files) / 1e6
    return Decoded(decoder, len(files), round(size, 2), round(len(files) / seconds, 1))


def main() -> None:
    """Print the speeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    zipped = list(archives(datetime.now(UTC).date()))
    bare = [unwrap(archive).content for archive in zipped]
    found = [
        measure("fitfast", quick.read, bare),
        measure("fitdecode", thorough.read, bare[:SAMPLE]),
        measure("unzipped and decoded, as a sync does", lambda raw: decode(unwrap(raw)), zipped),
    ]
    if parser.parse_args().json:
        print(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        print(f"{one.decoder:<40}{one.files:>6} files{one.files_per_s:>10} files/s")


if __name__ == "__main__":
    main()
