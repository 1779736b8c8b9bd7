"""The command line: each command a few lines over a service."""

import os
import sys
from typing import Annotated, Final

import typer

from training_analyzer import __version__
from training_analyzer.cli.configuring import config
from training_analyzer.cli.connecting import connect, disconnect
from training_analyzer.cli.coverage import coverage
from training_analyzer.cli.database import db
from training_analyzer.cli.demo import demo
from training_analyzer.cli.exporting import export
from training_analyzer.cli.keys import keys
from training_analyzer.cli.one_line import OneLineErrors
from training_analyzer.cli.options import FLAG
from training_analyzer.cli.pausing import pause, resume
from training_analyzer.cli.people import user
from training_analyzer.cli.serving import serve
from training_analyzer.cli.showing import history, status
from training_analyzer.cli.simulating import simulate
from training_analyzer.cli.starting import init
from training_analyzer.cli.syncing import sync
from training_analyzer.cli.working import worker

__all__ = ["app", "main"]

_STDERR: Final = 2

app = typer.Typer(
    cls=OneLineErrors,
    name="garmin-sync",
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)

_COMMANDS = {
    "Begin": (demo, init, serve, worker),
    "People and connections": (connect, disconnect),
    "Sync": (sync, status, history, coverage, config, export, pause, resume),
    "Upkeep": (simulate,),
}
app.add_typer(user, name="user", rich_help_panel="People and connections")
app.add_typer(keys, name="keys", rich_help_panel="Upkeep")
app.add_typer(db, name="db", rich_help_panel="Upkeep")
for panel, commands in _COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)


def _tell_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"garmin-sync {__version__}")
        raise typer.Exit


@app.callback()
def begin(
    context: typer.Context,
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar=FLAG,
            callback=_tell_version,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    """Sync people's Garmin Connect data into a database of your own. Unofficial.

    Try it without an account: garmin-sync demo
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def main() -> None:
    """Run the command that the shell asked for."""
    try:
        app(prog_name="garmin-sync")
    finally:
        _let_go_of_a_full_stderr()


def _let_go_of_a_full_stderr() -> None:
    """Keep what a full disk under standard error holds back from spoiling the exit status."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDERR)
