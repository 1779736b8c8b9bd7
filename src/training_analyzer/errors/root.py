"""The root of all errors, and what a sync does when it meets one."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from datetime import datetime

# How an instant stands in a sentence.
CLOCK: Final = "%Y-%m-%d %H:%M UTC"


class Reaction(Enum):
    """What a sync does when it meets an error."""

    STOP_THE_CLOCK = "stop_the_clock"
    COOL_DOWN = "cool_down"
    BACK_OFF = "back_off"
    SKIP_STREAM = "skip_stream"
    HALVE_WINDOW = "halve_window"
    END = "end"


class GarminSyncError(Exception):
    """Something went wrong in garmin-sync."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    # What it may say beside its own text, so that it can be had in other languages.
    further: ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str | None = None, *more: str, **values: datetime) -> None:
        # One by one, with `%(name)s` for a value: what they are translated by.
        self.sentences = (message or self.own_text(), *more)
        self.values = values
        told = {name: f"{value:{CLOCK}}" for name, value in values.items()}
        text = " ".join(self.sentences)
        super().__init__(text % told if told else text)

    @property
    def message(self) -> str:
        """One sentence for a person."""
        return str(self.args[0])

    @classmethod
    def own_text(cls) -> str:
        """Return the docstring's first paragraph on one line: an error's default text."""
        return " ".join((cls.__doc__ or cls.__name__).split("\n\n", maxsplit=1)[0].split())
