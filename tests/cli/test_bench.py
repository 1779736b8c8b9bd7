"""The benchmarks beside the comparison run, and the page is what they measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(script: str, *words: str) -> str:
    """Run a script of `bench` and return what it prints."""
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(ROOT / "bench" / script), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_files_are_decoded_and_stored_as_many_as_asked_for() -> None:
    """`bench/year_of_files.py` stores so many files, each with its laps and its track."""
    found = json.loads(run("year_of_files.py", "--files", "3", "--json"))

    assert found["files"] == 3
    assert found["rows_changed"] >= 3 * 2
    assert found["cpu_s"] > 0


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give a folder that has the places of report and charts."""
    for folder in ("bench/results", "docs/images"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_the_page_of_figures_and_the_charts_are_those_of_the_measured_run(elsewhere: Path) -> None:
    """`latest.md` and the charts say what `latest.json` measured, and nothing else."""
    places = (
        "bench/results/latest.md",
        "docs/images/bench-requests.svg",
        "docs/images/bench-wall.svg",
    )

    run("compare.py", "--render", "--into", str(elsewhere))

    for place in places:
        assert (elsewhere / place).read_text() == (ROOT / place).read_text(), place


def test_the_readme_tells_the_figures_of_the_measured_run() -> None:
    """Each figure of README's "Measured" is one of the run that `latest.json` keeps."""
    tools = json.loads((ROOT / "bench/results/latest.json").read_text())["tools"]
    text = (ROOT / "README.md").read_text().partition("## Measured")[2].partition("\n## ")[0]

    ours, peer = ({step["step"]: step for step in tool["runs"]["0"]} for tool in tools[::2])

    first, week, theirs = ours["first"], ours["week"], peer["first"]
    for counts, files, later in (
        ("the first sync as both do it", 0, 0),
        ("the same without the files", 1, 0),
        ("the first sync, and the curves", 0, 1),
    ):
        line = next(line for line in text.splitlines() if line.startswith(f"| {counts}"))
        mine = first["requests"] - files * first["files"] + later * first["owed"]
        other = theirs["requests"] - files * theirs["files"]
        times = other / mine
        shown = f"{times:.1f}" if times < 10 else f"{times:.0f}"
        assert line.endswith(f"| {mine:,} | {other:,} | {shown} |")
    assert f"{first['files']} activity files" in text
    assert f"{week['requests']}, {week['files']} files included" in text
    lost = ours["killed"]["requests"] + ours["resumed"]["requests"] - first["requests"]
    assert f"costs {lost} request" in text
