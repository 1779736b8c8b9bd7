"""`init`: a `.env` with a fresh key, for somebody who begins."""

import os
from pathlib import Path
from typing import Annotated

import typer

from training_analyzer.cli.one_line import CannotBeDone
from training_analyzer.cli.options import AsJson
from training_analyzer.cli.printing import print_json, say
from training_analyzer.services.encryption import new_key
from training_analyzer.settings import KEY, Settings

_HEAD = """\
# Settings of garmin-sync. Variables of the environment go before what is written here.
# The key opens the stored Garmin secrets: keep this file to yourself, and a copy of the
# key in another place. Without it everybody would have to connect again.
"""


def init(
    *,
    directory: Annotated[
        Path, typer.Option("--directory", metavar="DIR", help="Where to write it.")
    ] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write .env, readable by you alone, with a fresh key and the defaults.

    Never overwrites a file.
    """
    file = directory / ".env"
    write_settings(file, {KEY: new_key()})
    if as_json:
        print_json({"file": str(file.absolute())})
        return
    say(f"{file} is written, with a fresh encryption key. Keep a copy of the key elsewhere.")
    say("Next: garmin-sync user add NAME")


def write_settings(file: Path, values: dict[str, str]) -> None:
    """Write a new settings *file* for this user's eyes: *values*, and the defaults as comments.

    Raises `CannotBeDone` when the file is there already or cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(settings_text(values))
    except FileExistsError:
        message = f"{file} is there already and stays as it is: change it with an editor."
        raise CannotBeDone(message) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        message = f"{file} cannot be written ({reason}): choose another with --directory."
        raise CannotBeDone(message) from None


def settings_text(values: dict[str, str]) -> str:
    """Return the text of a settings file: every variable, those without a value commented out."""
    lines = [_HEAD]
    for field in Settings.model_fields.values():
        variable = str(field.validation_alias)
        default = field.get_default(call_default_factory=True, validated_data={})
        lines.append(f"# {variable}: {field.description}")
        if variable in values:
            lines.append(f"{variable}={values[variable]}\n")
        else:
            lines.append(f"#{variable}={_written(default)}\n")
    return "\n".join(lines)


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return str(default) if default else ""
