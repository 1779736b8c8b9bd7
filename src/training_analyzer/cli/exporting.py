"""`export`: a person's data in files."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson, Name
from training_analyzer.cli.outcomes import duration, number
from training_analyzer.cli.printing import console, print_json, print_table, say
from training_analyzer.services.export_formats import ExportFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training_analyzer.services.exporting import Exported, ExportProgress

Format = Annotated[
    ExportFormat, typer.Option("--format", metavar="FORMAT", help="csv, parquet or jsonl.")
]
Output = Annotated[
    Path, typer.Option("--output", metavar="DIR", help="Where to; made if it is not there.")
]
Files = Annotated[
    bool, typer.Option("--files", metavar=FLAG, help="Add the activities' original files.")
]
Force = Annotated[bool, typer.Option("--force", metavar=FLAG, help="Replace files that are there.")]


def export(
    name: Name,
    *,
    form: Format,
    output: Output,
    files: Files = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write all of a person's data into a folder, one file for each table.

    Nothing that is there is replaced unless --force. Parquet needs one more package:
    pip install 'training-analyzer[parquet]'.
    """
    began = time.monotonic()
    with opened_runtime() as runtime, _shown(quiet=as_json) as watch:
        person = runtime.people.find(name)
        done = runtime.exports.export(
            person.user_id, form, output, overwrite=force, originals=files, watch=watch
        )
    if as_json:
        print_json({"name": person.name, "user_id": person.user_id, "exported": done})
    else:
        _print(done, time.monotonic() - began)


def _print(done: Exported, seconds: float) -> None:
    filled = [table for table in done.tables if table.rows]
    if filled:
        print_table(
            ("file", "rows", "bytes"),
            [(table.file, table.rows, table.bytes) for table in filled],
            right=(1, 2),
        )
    if empty := len(done.tables) - len(filled):
        say(f"{number(empty, 'table')} without a row.")
    if done.original_files is not None:
        say(f"{number(done.original_files, 'original file')}.")
    say(f"Exported {number(done.rows, 'row')} to {done.folder} in {duration(seconds)}.")


@contextmanager
def _shown(*, quiet: bool) -> Iterator[Callable[[ExportProgress], None]]:
    """Give what an export is watched with: a line that changes, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    with console(on_stderr=True).status("Exporting") as line:
        yield lambda progress: line.update(
            f"Exporting {progress.table.replace('_', ' ')}: {progress.rows:,}"
        )
