"""Measure the peak memory of first syncs of one year and of five, and of the syncs after them.

The pretend Garmin is another process; here it has known its runner for more than five years.
A sync brings at most 300 files, so that a long history takes some: each is a process of its
own, run until one finds nothing new. `--days N` takes other spans, `--json` is for programs.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from comparison import child
from comparison.pretend import pretend_garmin
from comparison.tools import LOG, Ours

SPANS: Final = (365, 1825)
LIVED_DAYS: Final = 1900
MOST_SYNCS: Final = 12


@dataclass(frozen=True)
class Span:
    """What the syncs of one span took; the lists have one figure for each sync."""

    days: int
    requests: list[int]
    files: list[int]
    wall_s: list[float]
    cpu_s: list[float]
    peak_mb: list[int]
    database_mb: float


def measure(days: int) -> Span:
    """Sync *days* days of an athlete until a sync brings nothing; return what each took."""
    tool = Ours("ours", "token", days)
    today = datetime.now(UTC).date()
    with tempfile.TemporaryDirectory() as name, pretend_garmin(0, lived_days=LIVED_DAYS) as garmin:
        folder = Path(name)
        tool.prepare(folder, garmin)
        span = Span(days, [], [], [], [], [], 0.0)
        for _ in range(MOST_SYNCS):
            garmin.clear()
            cost = child.run(
                tool.command(today - timedelta(days=days), today, again=False),
                folder=folder,
                env=tool.env(folder, garmin, days_behind=7),
                log=folder / LOG,
            )
            requests, files = garmin.counted()
            if cost.status:
                raise SystemExit((folder / LOG).read_text())
            span.requests.append(requests)
            span.files.append(files)
            span.wall_s.append(round(cost.wall_s, 1))
            span.cpu_s.append(round(cost.cpu_s, 1))
            span.peak_mb.append(round(cost.peak_mb))
            if not files:
                break
        size = sum(path.stat().st_size for path in folder.glob("ours.db*"))
    return Span(**{**asdict(span), "database_mb": round(size / 1e6, 1)})


def main() -> None:
    """Print one line for each sync."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, action="append")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = [measure(days) for days in given.days or SPANS]
    if given.json:
        print(json.dumps([asdict(one) for one in found]))
        return
    print(
        f"{'days':>6}{'sync':>6}{'requests':>10}{'files':>7}{'wall s':>9}{'CPU s':>8}{'peak MB':>9}"
    )
    for one in found:
        for number, peak in enumerate(one.peak_mb):
            cells = f"{one.requests[number]:>10,}{one.files[number]:>7,}{one.wall_s[number]:>9.1f}"
            print(f"{one.days:>6}{number + 1:>6}{cells}{one.cpu_s[number]:>8.1f}{peak:>9}")


if __name__ == "__main__":
    main()
