"""Measure us and our peers on the pretend Garmin, in one run: `make bench`.

Prints a table and writes `bench/results/latest.json` and `latest.md`, and the charts of
`docs/images`. `--days PEER=N` lets a peer copy other days. `--tool`, `--latency` and `--script`
measure a part again and keep the other figures; `--render` measures nothing and only writes
report and charts again.
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
from comparison.course import go_through, kill_and_resume
from comparison.peers import NotInstalled
from comparison.tools import Garmcli, GarminHealthData, Ours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comparison.tools import Tool

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "bench" / "results"
KEPT: Final = RESULTS / "latest.json"
LATENCIES_MS: Final = (150, 0)
# A peer's days at each latency. A whole year where it can be had, so that its requests are
# counted and not scaled; fewer where it would take half an hour.
PEERS: Final[dict[str, tuple[Callable[[int], Tool], dict[int, int]]]] = {
    "garmin-health-data": (GarminHealthData, {0: 365, 150: 40}),
    "garmcli": (Garmcli, {0: 10, 150: 10}),
}
# Scripts that print one JSON document when told --json.
OTHERS: Final = (
    ("decoders.py",),
    ("year_of_files.py",),
    ("memory.py",),
    ("storing.py",),
    ("storage.py", "--days", "200"),
    ("claim.py",),
    ("listeners.py",),
    ("load.py",),
    ("pages.py",),
)


type Entrants = list[dict[int, Tool]]


def tools(days: dict[str, int]) -> Entrants:
    """Return everybody who can take part at each latency, and say aloud who cannot."""
    found: Entrants = [
        dict.fromkeys(LATENCIES_MS, Ours("Garmin Sync, account API", "token")),
        dict.fromkeys(LATENCIES_MS, Ours("Garmin Sync, Personal API", "personal-key")),
    ]
    for name, (make, usual) in PEERS.items():
        told = dict.fromkeys(LATENCIES_MS, days[name]) if name in days else usual
        try:
            found.append({latency: make(told[latency]) for latency in LATENCIES_MS})
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
        "load": {},
    }


def compare(found: Any, entrants: Entrants, latencies: Sequence[int]) -> None:  # noqa: ANN401 - JSON
    """Measure *entrants* at *latencies*, and put the figures into *found* for older ones.

    All at one latency come one after the other: what else the machine does is then
    much the same for all of them.
    """
    found["machine"] |= {**machine(), "load": found["machine"].get("load", {})}
    kept = {one["title"]: one["runs"] for one in found["tools"]}
    for latency in latencies:
        found["machine"]["load"][str(latency)] = round(os.getloadavg()[0], 1)
        for entrant in entrants:
            tool = entrant[latency]
            runs = kept.setdefault(tool.title, {})
            print(f"==> {tool.title}, {tool.days} days, {latency} ms", file=sys.stderr)
            runs[str(latency)] = go_through(tool, latency / 1000)
            if not latency:
                # Half way through the shorter copy, whose requests are known by now.
                short = entrant[LATENCIES_MS[0]]
                requests: int = runs[str(LATENCIES_MS[0])][0]["requests"]
                print(f"==> {tool.title}, {short.days} days, killed", file=sys.stderr)
                runs["0"] += kill_and_resume(short, requests // 2)
    found["tools"] = [{"title": title, "runs": runs} for title, runs in kept.items()]


def measured_apart(only: str | None) -> dict[str, Any]:
    """Return what our own scripts measure, by their names; *only* one of them when told."""
    found = {}
    for script, *words in OTHERS:
        name = script.removesuffix(".py")
        if only in {None, name}:
            print(f"==> {script}", file=sys.stderr)
            found[name] = printed(script, *words)
    return found


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
    parser.add_argument("--tool", action="append", metavar="NAME")
    parser.add_argument("--latency", type=int, action="append", choices=LATENCIES_MS)
    parser.add_argument("--script", choices=[script.removesuffix(".py") for script, *_ in OTHERS])
    parser.add_argument("--render", action="store_true")
    parser.add_argument("--into", type=Path, default=ROOT, help="where this project lies")
    given = parser.parse_args()
    if not given.render:
        measure(given)
    result = json.loads(KEPT.read_text())
    text = report.written(result)
    (given.into / "bench" / "results" / "latest.md").write_text(text)
    for name, drawing in charts.drawn(result).items():
        (given.into / "docs" / "images" / name).write_text(drawing)
    print(text)


def measure(given: argparse.Namespace) -> None:
    """Measure what is asked for, all of it or a part, and write `latest.json`."""
    is_part = bool(given.tool or given.latency or given.script)
    # Said on the page: parts of several sittings are not one comparison.
    empty: dict[str, Any] = {"machine": {}, "tools": [], "others": {}}
    result = json.loads(KEPT.read_text()) if is_part else empty
    if not given.script:
        result["machine"]["in_parts"] = is_part
        days = {name: int(count) for name, _, count in (one.partition("=") for one in given.days)}
        wanted = [
            entrant
            for entrant in tools(days)
            if any(word in entrant[0].title for word in given.tool or [""])
        ]
        compare(result, wanted, given.latency or LATENCIES_MS)
    if given.script or not is_part:
        result["others"] |= measured_apart(given.script)
    RESULTS.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
