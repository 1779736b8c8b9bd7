"""Every command explains itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import typer

from training_analyzer import __version__
from training_analyzer.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli_stage import Shell


def _commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, *path, name)
        else:
            yield (*path, name)


COMMANDS = list(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_within_80_columns(shell: Shell, command: tuple[str, ...]) -> None:
    """`--help` tells what a command does, that it can print JSON, and fits a terminal."""
    said = shell.done(*command, "--help")

    assert "--json" in said.out
    assert f"garmin-sync {' '.join(command)}" in said.out
    assert max(len(line) for line in said.out.splitlines()) <= 80


def test_the_program_alone_lists_its_commands(shell: Shell) -> None:
    """Without a command the program shows what there is, and counts it as a wrong use."""
    said = shell()

    assert said.code == 2
    assert {path[0] for path in COMMANDS} <= set(said.out.split())


def test_the_version_can_be_asked(shell: Shell) -> None:
    """`--version` prints the name and the version."""
    assert shell.done("--version").out == f"garmin-sync {__version__}\n"
