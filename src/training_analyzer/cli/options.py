"""Options and arguments that several commands share."""

from typing import Annotated, Final

import typer

# Typer writes the type of an option behind it; a flag takes no value.
FLAG: Final = ""

AsJson = Annotated[bool, typer.Option("--json", metavar=FLAG, help="Print JSON for programs.")]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Who; `garmin-sync user list` shows who is here.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", metavar=FLAG, help="Do not ask.")]

HIGHEST_PORT: Final = 65535
