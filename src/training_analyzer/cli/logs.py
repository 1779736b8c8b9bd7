"""Logging of the command line: one handler on standard error, text or JSON.

A record is a line: control characters in it, of a user id for instance, are escaped. A
trace follows on lines that begin with blanks; in JSON it is a field.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from typer import Abort, Exit, TyperException

from training_analyzer.errors import GarminSyncError
from training_analyzer.services.run_context import current_run

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
    """`2026-03-02T12:00:00Z INFO logger run=7 user=ana: message`, and where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as a line, followed by the places of its traceback."""
        message, trace = _said(record)
        run = current_run()
        context = f" run={run.run_id} user={_escaped(run.user_id)}" if run else ""
        line = f"{_time(record)} {record.levelname} {record.name}{context}: {_escaped(message)}"
        return "\n  ".join([line, *(_escaped(place) for place in trace.splitlines())])


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message; run_id and user_id; trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as one line."""
        message, trace = _said(record)
        document: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
        }
        if run := current_run():
            document |= asdict(run)
        if trace:
            document["trace"] = trace
        # Every control character comes out as an escape.
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


def _said(record: logging.LogRecord) -> tuple[str, str]:
    """Return what *record* says and, apart from it, its trace.

    A trace comes with the exception, or as the last argument of a message that ends with
    a line for it.
    """
    trace = places(record.exc_info) if record.exc_info else ""
    if isinstance(record.msg, str) and isinstance(record.args, tuple) and record.args:
        head, has_trace, _ = record.msg.rpartition("\n%s")
        if has_trace and record.msg.endswith(has_trace):
            return head % record.args[:-1], f"{record.args[-1]}{trace}"
    return record.getMessage(), trace


def _escaped(text: str) -> str:
    """Return *text* with nothing in it that moves a terminal's cursor or begins a line."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def _time(record: logging.LogRecord) -> str:
    instant = datetime.fromtimestamp(record.created, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
