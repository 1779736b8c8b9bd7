"""`export`: a person's data in files, from the command line."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from cli_stage import Shell


def test_a_synced_person_is_exported(shell: Shell, connected: str, home: Path) -> None:
    """After a sync, `export` writes the tables and says so; it refuses to do it twice."""
    shell.done("sync", connected)
    command = ("export", connected, "--format", "csv", "--output", str(home / "out"))

    said = shell.done(*command)
    again = shell(*command)

    assert "daily_summaries.csv" in said.out
    with (home / "out" / "daily_summaries.csv").open(encoding="utf-8", newline="") as file:
        days = [row["calendar_date"] for row in csv.DictReader(file)]
    assert 0 < len(days) == len(set(days)) <= 10
    assert (again.code, again.out, len(again.err.splitlines())) == (1, "", 1)
    assert "--force" in again.err
    shell.done(*command, "--force", "--files")


def test_an_export_tells_programs_what_it_wrote(shell: Shell, connected: str, home: Path) -> None:
    """`--json` names each file with its rows and bytes."""
    shell.done("sync", connected)

    told = shell.done(
        "export", connected, "--format", "jsonl", "--output", str(home / "out"), "--json"
    ).document

    assert told["name"] == connected
    files = {table["file"]: table for table in told["exported"]["tables"]}
    lines = (home / "out" / "hrv_nights.jsonl").read_text("utf-8").splitlines()
    assert files["hrv_nights.jsonl"]["rows"] == len(lines) > 0
    assert {json.loads(line)["user_id"] for line in lines} == {told["user_id"]}


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("export", "ada", "--format", "xml", "--output", "out"), 2),
        (("export", "ada", "--format", "csv"), 2),
        (("export", "nobody", "--format", "csv", "--output", "out"), 1),
    ],
)
def test_a_wrong_export_is_one_line(
    shell: Shell, home: Path, words: tuple[str, ...], code: int
) -> None:
    """A format that there is not, no folder, or nobody of that name: one line and no file."""
    said = shell(*words)

    assert (said.code, said.out, len(said.err.splitlines())) == (code, "", 1)
    assert not (home / "out").exists()
