"""Measure us and our peers on the pretend Garmin, in one run: `make bench`.

Prints a table and writes `bench/results/latest.json` and `latest.md`, and the charts of
`docs/images`. `--days PEER=N` lets a peer copy more or fewer days; `--render` measures nothing
and only writes report and charts again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from comparison import charts, report
from comparison.course import go_through
from comparison.peers import NotInstalled
from comparison.tools import Garmcli, GarminHealthData, Ours

if TYPE_CHECKING:
    from collections.abc import Callable

    from comparison.tools import Tool

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "bench" / "results"
LATENCIES_MS: Final = (0, 150)
# A peer's days are chosen so that the whole comparison takes some ten minutes on two cores.
PEERS: Final[dict[str, tuple[Callable[[int], Tool], int]]] = {
    "garmin-health-data": (GarminHealthData, 20),
    "garmcli": (Garmcli, 3),
}
# Scripts that print one JSON document when told --json; each is called when it is there.
OTHERS: Final = (("decoders.py",), ("storage.py", "--days", "200"))


def tools(days: dict[str, int]) -> list[Tool]:
    """Return everybody who can take part, and say aloud who cannot."""
    found: list[Tool] = [
        Ours("Garmin Sync, account API", "token"),
        Ours("Garmin Sync, Personal API", "personal-key"),
    ]
    for name, (make, usual) in PEERS.items():
        try:
            found.append(make(days.get(name, usual)))
        except NotInstalled as problem:
            print(f"!!! {name} IS LEFT OUT, it cannot be installed: {problem}", file=sys.stderr)
    return found


def machine() -> dict[str, Any]:
    """Return what the figures depend on, and nothing that tells whose machine it is."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_at_start": round(os.getloadavg()[0], 1),
    }


def compared(days: dict[str, int]) -> dict[str, Any]:
    """Return all that was measured."""
    result: dict[str, Any] = {"machine": machine(), "tools": [], "others": {}}
    for tool in tools(days):
        runs = {}
        for latency in LATENCIES_MS:
            print(f"==> {tool.title}, {tool.days} days, {latency} ms", file=sys.stderr)
            runs[str(latency)] = go_through(tool, latency / 1000, kill=latency == 0)
        result["tools"].append({"title": tool.title, "days": tool.days, "runs": runs})
    for script, *words in OTHERS:
        if (ROOT / "bench" / script).exists():
            print(f"==> {script}", file=sys.stderr)
            result["others"][script.removesuffix(".py")] = printed(script, *words)
    return result


def printed(script: str, *words: str) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON that a script of ours prints; None, aloud, when it fails."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, ROOT / "bench" / script, "--json", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"!!! {script} FAILED: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def main() -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", action="append", default=[], metavar="PEER=N")
    parser.add_argument("--render", action="store_true")
    given = parser.parse_args()
    kept = RESULTS / "latest.json"
    if not given.render:
        days = {name: int(count) for name, _, count in (one.partition("=") for one in given.days)}
        result = compared(days)
        RESULTS.mkdir(exist_ok=True)
        kept.write_text(json.dumps(result, indent=1) + "\n")
    result = json.loads(kept.read_text())
    text = report.written(result)
    (RESULTS / "latest.md").write_text(text)
    for name, drawing in charts.drawn(result).items():
        (ROOT / "docs" / "images" / name).write_text(drawing)
    print(text)


if __name__ == "__main__":
    main()
