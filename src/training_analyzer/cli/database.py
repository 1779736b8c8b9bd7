"""`db`: the schema of the database and its integrity."""

import typer

from training_analyzer import settings as configured
from training_analyzer.cli.logs import logging_to_stderr
from training_analyzer.cli.options import AsJson
from training_analyzer.cli.printing import as_json as as_document
from training_analyzer.cli.printing import print_json, say
from training_analyzer.services.migrating import check_database, upgrade_database

db = typer.Typer(help="Bring the database up to date, or check it.")


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
