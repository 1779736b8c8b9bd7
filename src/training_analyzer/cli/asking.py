"""Ask for secrets: at the terminal without echo, else a line of standard input each."""

from __future__ import annotations

import getpass
import sys

import typer

from training_analyzer.cli.one_line import BadUsage


def at_terminal() -> bool:
    """Tell whether a person sits there."""
    return sys.stdin.isatty()


def ask_secret(prompt: str) -> str | None:
    """Return a secret; None when standard input has no more lines."""
    if at_terminal():
        return getpass.getpass(f"{prompt}: ")
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


def ask_document(prompt: str) -> str:
    """Return a secret of several lines: all of standard input, or one line of the terminal."""
    return getpass.getpass(f"{prompt}: ") if at_terminal() else sys.stdin.read()


def ask_new_password(name: str, *, may_be_empty: bool = True) -> str | None:
    """Return a password typed twice, or once on standard input; None when it is empty.

    Raises `BadUsage` when the two differ.
    """
    hint = " (empty for none)" if may_be_empty else ""
    first = ask_secret(f"Password of {name} for this server{hint}")
    if first and at_terminal() and ask_secret("The same again") != first:
        message = "The two passwords differ, so nothing was changed. Type the same one twice."
        raise BadUsage(message)
    return first or None


def confirm(question: str, *, yes: bool) -> None:
    """Ask a person to agree, unless they did beforehand. Raises `BadUsage` if nobody can."""
    if yes:
        return
    if not at_terminal():
        message = "This needs your consent and nobody is at the terminal: add --yes."
        raise BadUsage(message)
    if not typer.confirm(question, err=True):
        raise typer.Abort
