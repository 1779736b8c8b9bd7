"""Errors on the command line: one line on standard error, what to do next, an exit code.

No traceback and no text of a foreign exception gets out: either might hold a secret.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from typer import Abort, TyperException
from typer.core import TyperGroup

from training_analyzer.errors import GarminSyncError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED: Final = 130
# What a person at a terminal can do; the errors' own sentences serve every face.
_NEXT_STEP: Final = {
    "not_connected": "(garmin-sync connect NAME --kind KIND)",
    "conflict": "Choose another name; garmin-sync user list shows who is here.",
    "invalid_credentials": "(garmin-sync connect NAME --kind KIND)",
    "needs_reauth": "(garmin-sync connect NAME --kind KIND)",
    "mfa_required": "(garmin-sync connect NAME --kind password)",
    "token_expired": "(garmin-sync connect NAME --kind KIND)",
    "account_mismatch": "To delete its data and take this account instead: --replace-data",
    "sync_already_running": "Look at it with: garmin-sync status NAME",
    "sync_cooldown": "To do it all the same: --force",
    "token_invalid": "Pass on the JSON as it was written: connect NAME --kind token < token.json",
    "mfa_invalid": "Start again: garmin-sync connect NAME --kind password",
    "garmin_unavailable": "Try again later.",
    "login_blocked": "What works now: --kind ticket, token or personal-key.",
    "blocked": "Try again in an hour.",
}


class BadUsage(TyperException):
    """The command was used in a way that cannot work."""

    exit_code = 2


class CannotBeDone(TyperException):
    """The command is right, and something on this machine stands in its way."""


class OneLineErrors(TyperGroup):
    """The program: runs a command and tells whatever goes wrong in one line."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - Typer's signature
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002 - likewise
        **extra: Any,  # noqa: ANN401 - likewise
    ) -> int:
        """Run the command in *args* and leave with its exit code, or return it."""
        try:
            given = super().main(
                args,
                prog_name,
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
            code = given if isinstance(given, int) else 0
            if code == INTERRUPTED:
                _say("Interrupted.")
        except Exception as error:  # noqa: BLE001 - a traceback is nothing for a person
            line, code = told(error)
            _say(line)
        if standalone_mode:
            sys.exit(code)
        return code


def told(error: Exception) -> tuple[str, int]:
    """Return *error* as one line for a person, and its exit code."""
    if isinstance(error, GarminSyncError):
        step = _NEXT_STEP.get(error.code)
        return f"{error.message} {step}" if step else error.message, error.exit_code
    if isinstance(error, Abort):
        return "Nothing was entered, so nothing was changed.", 1
    if isinstance(error, TyperException):
        return _usage(error), error.exit_code
    kind = type(error).__name__
    return f"A bug in garmin-sync ({kind}). Its place is logged with LOG_LEVEL=DEBUG.", 1


def _usage(error: TyperException) -> str:
    message = error.format_message()
    if message.startswith("Got unexpected extra argument"):
        # Typer repeats it, and what somebody typed after the name may be a password.
        message = "There are more arguments than this command takes."
    context = getattr(error, "ctx", None)
    if not context:
        return message
    return f"{message.rstrip('.')}. See: {context.command_path} --help"


def _say(line: str) -> None:
    """Write one line, whatever is in it."""
    one = " ".join(line.split())
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in one
    )
    sys.stderr.write(f"garmin-sync: {shown}\n")
