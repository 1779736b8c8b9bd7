"""Logging of the command line: one handler on standard error, text or JSON."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from typer import Abort, Exit, TyperException

from training_analyzer.errors import GarminSyncError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from training_analyzer.settings import Settings

_log = logging.getLogger(__name__)
_EXPECTED = (GarminSyncError, TyperException, Exit, Abort)


class StderrLog(logging.Handler):
    """Writes to what is standard error at that moment: a progress bar may stand in for it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; logging itself never ends a sync."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except (OSError, ValueError):
            # Standard error is closed or full: nowhere is left to say so.
            return


class TextLines(logging.Formatter):
    """`2026-03-02T12:00:00Z INFO logger: message`, tracebacks without their exceptions' texts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as a line, followed by the places of its traceback."""
        line = f"{_time(record)} {record.levelname} {record.name}: {record.getMessage()}"
        return line + (f"\n{places(record.exc_info)}" if record.exc_info else "")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message and, where there is one, trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as one line."""
        document = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            document["trace"] = places(record.exc_info)
        return json.dumps(document)


def places(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None],
) -> str:
    """Return where an exception came from and its kind; its text may hold a secret."""
    kind, _, where = exc_info
    lines = "".join(traceback.format_tb(where))
    return f"{lines}{kind.__name__ if kind else 'no exception'}"


@contextmanager
def logging_to_stderr(settings: Settings, *, is_service: bool = False) -> Iterator[None]:
    """Log as *settings* say for the block; at DEBUG also the place of an unexpected error.

    Commands that a person waits for say themselves what went wrong, in one line, so
    they log nothing unless `LOG_LEVEL` was set. A service (*is_service*) logs always.
    """
    root = logging.getLogger()
    handler = StderrLog()
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    before = root.level
    chosen = is_service or "log_level" in settings.model_fields_set
    root.setLevel(settings.log_level if chosen else logging.CRITICAL)
    root.addHandler(handler)
    try:
        yield
    except _EXPECTED:
        raise
    except Exception as error:
        _log.debug(
            "%s:\n%s", type(error).__name__, places((type(error), error, error.__traceback__))
        )
        raise
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def _time(record: logging.LogRecord) -> str:
    instant = datetime.fromtimestamp(record.created, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
