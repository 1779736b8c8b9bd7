"""What each tool goes through, and what is written down of it.

On a pretend Garmin of its own for each latency: a first copy of a year that ended a week ago,
the same at once, and the week since. At no latency also a first copy that is killed half way and
told again. A peer that is too slow for a year copies its last `days`, and the report scales.
Requests are counted by the pretend Garmin, not by the tools.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comparison import child
from comparison.pretend import pretend_garmin
from comparison.tools import LOG

if TYPE_CHECKING:
    from collections.abc import Callable

    from comparison.pretend import Pretend
    from comparison.tools import Tool

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Step:
    """One run of a tool that copies `days` days.

    `requests` counts all, `files` those of them for activity files. `owed` are the requests
    that the tool has put off to later runs, which a longer first copy would have made.
    """

    step: str
    days: int
    status: int
    requests: int
    files: int
    refused: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    database_mb: float
    owed: int


@dataclass(frozen=True)
class _Stage:
    """A tool in its folder, before a pretend Garmin."""

    tool: Tool
    folder: Path
    garmin: Pretend

    @property
    def log(self) -> Path:
        return self.folder / LOG

    def run(
        self,
        name: str,
        first: date,
        last: date,
        *,
        again: bool = False,
        days_behind: int = 7,
        kill_after: int | None = None,
    ) -> Step:
        self.garmin.clear()
        cost = child.run(
            self.tool.command(first, last, again=again),
            folder=self.folder,
            env=self.tool.env(self.folder, self.garmin, days_behind=days_behind),
            log=self.log,
            kill_when=_after(self.garmin, kill_after),
        )
        requests, files = self.garmin.counted()
        return Step(
            step=name,
            days=self.tool.days,
            status=cost.status,
            requests=requests,
            files=files,
            refused=sum(self.garmin.refusals().values()),
            wall_s=round(cost.wall_s, 2),
            cpu_s=round(cost.cpu_s, 2),
            peak_mb=round(cost.peak_mb, 1),
            database_mb=round(_size(self.tool.database(self.folder)) / 1e6, 2),
            owed=self.tool.owed(self.folder, self.garmin, days_behind=days_behind),
        )


def go_through(tool: Tool, latency_s: float) -> list[dict[str, Any]]:
    """Return the steps of *tool* at *latency_s*, as JSON objects."""
    first, last, today = _days(tool)
    with tempfile.TemporaryDirectory() as name, pretend_garmin(latency_s) as garmin:
        stage = _Stage(tool, Path(name), garmin)
        tool.prepare(stage.folder, garmin)
        steps = [
            stage.run("first", first, last),
            stage.run("again", first, last, again=True),
        ]
        garmin.pass_a_week()
        steps.append(stage.run("week", first, today, again=True, days_behind=0))
    return [asdict(step) for step in steps]


def kill_and_resume(tool: Tool, requests: int) -> list[dict[str, Any]]:
    """Return a first copy that is killed after so many *requests*, and the same told again."""
    first, last, _ = _days(tool)
    with tempfile.TemporaryDirectory() as name, pretend_garmin(0) as garmin:
        stage = _Stage(tool, Path(name), garmin)
        tool.prepare(stage.folder, garmin)
        steps = [
            stage.run("killed", first, last, kill_after=requests),
            # The same command: who was cut off says again what was wanted.
            stage.run("resumed", first, last),
        ]
    return [asdict(step) for step in steps]


def _days(tool: Tool) -> tuple[date, date, date]:
    """Return the first and the last day of the first copy, and today."""
    today = datetime.now(UTC).date()
    last = today - A_WEEK
    return last - timedelta(days=tool.days - 1), last, today


def _after(garmin: Pretend, requests: int | None) -> Callable[[], bool] | None:
    if requests is None:
        return None
    return lambda: garmin.counted()[0] >= requests


def _size(database: Path) -> int:
    """Return the bytes of a SQLite database with what has not been merged into it yet."""
    return sum(path.stat().st_size for path in database.parent.glob(f"{database.name}*"))
