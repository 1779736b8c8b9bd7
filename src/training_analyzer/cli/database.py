"""`db`: the schema of the database, its integrity, its backups, and its archive read again."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from training_analyzer import settings as configured
from training_analyzer.cli.asking import confirm
from training_analyzer.cli.logs import logging_to_stderr
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson, Yes
from training_analyzer.cli.outcomes import PARTIAL, duration, number
from training_analyzer.cli.printing import as_json as as_document
from training_analyzer.cli.printing import print_json, say
from training_analyzer.cli.reparse_lines import shown_reparse, unreadable_lines
from training_analyzer.services.backups import (
    Copied,
    back_up,
    note_backup,
    restore,
    would_replace,
)
from training_analyzer.services.migrating import check_database, upgrade_database

db = typer.Typer(help="Upgrade and check the database, back it up, read its archive again.")


@db.command()
def upgrade(*, as_json: AsJson = False) -> None:
    """Bring the database to the schema of this version, in one transaction.

    An SQLite file does this by itself whenever it is opened.
    """
    settings = configured.load()
    with logging_to_stderr(settings):
        found = upgrade_database(settings)
        if as_json:
            print_json(found)
        else:
            say(f"The database has schema {found.revision}, the newest that this version knows.")


@db.command()
def check(*, as_json: AsJson = False) -> None:
    """Look for damage and for a schema that is not of this version. Changes nothing."""
    settings = configured.load()
    with logging_to_stderr(settings):
        found = check_database(settings)
        problems = list(found.problems)
        if found.revision != found.head:
            problems.append(
                f"schema {found.revision or 'none'}, not {found.head}: garmin-sync db upgrade"
            )
        if as_json:
            print_json({"ok": found.is_ok, "database": as_document(found), "problems": problems})
        elif found.is_ok:
            say(f"The {found.dialect} database is sound and has schema {found.revision}.")
        else:
            for problem in problems:
                say(problem)
        if not found.is_ok:
            raise typer.Exit(1)


@db.command()
def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", metavar=FLAG, help="Replace a file that is there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a checked copy of the SQLite database to one file, while it is in use.

    The encryption key is not in it: keep that in another place. For PostgreSQL it names
    the command to run instead, and leaves with 1.
    """
    settings = configured.load()
    with logging_to_stderr(settings):
        made = back_up(settings, path, replace=force)
        note_backup(settings, made, now=datetime.now(UTC))
    if as_json:
        print_json(_document(made))
        return
    say(f"Saved {made.size_bytes / 1e6:,.1f} MB as {made.path}: a sound copy of this moment.")
    say("The encryption key is not in it. Keep a copy of the key in another place.")


@db.command("restore")
def restore_backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file that `db backup` wrote.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the SQLite database, which is kept beside it.

    Stop `serve` first: while any process has the database open, nothing is changed.
    """
    settings = configured.load()
    with logging_to_stderr(settings):
        if there := would_replace(settings):
            confirm(f"Replace {there} by {path}? It is kept under another name.", yes=yes)
        done = restore(settings, path, now=datetime.now(UTC))
    if as_json:
        kept_as = str(done.kept_as) if done.kept_as else None
        print_json({**_document(done.database), "kept_as": kept_as})
        return
    say(f"Restored {done.database.path}, with schema {done.database.revision}.")
    if done.kept_as:
        say(f"The database that was there is kept as {done.kept_as}.")
    say("Next: garmin-sync keys verify. Then start the server again.")


def _document(copied: Copied) -> dict[str, object]:
    size = copied.size_bytes
    return {"path": str(copied.path), "size_bytes": size, "revision": copied.revision}


@db.command()
def reparse(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One person; everybody if left out.")
    ] = None,
    *,
    from_start: Annotated[
        bool, typer.Option("--from-start", metavar=FLAG, help="Forget an interrupted pass.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read Garmin's stored answers and files again with this version. Asks Garmin for nothing.

    Adds and changes rows; only laps and tracks that a file no longer gives go. May be killed
    and run again: it goes on where it was. Leaves with 3 when something could not be read.
    """
    began = time.monotonic()
    with opened_runtime() as runtime, shown_reparse(quiet=as_json) as watch:
        user_id = None if name is None else runtime.people.find(name).user_id
        done = runtime.reparsing.reparse(user_id, from_start=from_start, watch=watch)
    if as_json:
        print_json(done)
    else:
        for line in unreadable_lines(done):
            say(line)
        what = f"{number(done.payloads, 'answer')} and {number(done.files, 'file')}"
        read = f"{what} of {number(done.users, 'person', 'people')}"
        changed = number(done.rows_changed, "row")
        again = " It went on where an earlier pass had stopped." if done.is_resumed else ""
        say(f"Read {read} in {duration(time.monotonic() - began)}: {changed} changed.{again}")
    if done.unreadable_payloads:
        raise typer.Exit(PARTIAL)
