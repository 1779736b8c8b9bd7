"""Logging: where to, how much, and nothing of an exception's own words."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from training_analyzer.cli.logs import logging_to_stderr
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("training_analyzer.test")


@pytest.fixture
def made(encryption_key: str) -> Callable[..., Settings]:
    """Give a maker of settings."""

    def make(**given: Any) -> Settings:
        return Settings(encryption_key=SecretStr(encryption_key), **given)

    return make


def test_commands_log_nothing_unasked(
    made: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without LOG_LEVEL a command keeps standard error to its own line; a service logs."""
    with logging_to_stderr(made()):
        log.error("for nobody")
    with logging_to_stderr(made(), is_service=True):
        log.info("for the operator")

    assert [line.split(": ")[-1] for line in capsys.readouterr().err.splitlines()] == [
        "for the operator"
    ]


def test_a_trace_has_places_but_no_words(
    made: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    """At DEBUG an unexpected error is logged by kind and place, never by its text."""
    message = "Bearer abc"
    with pytest.raises(ValueError, match="Bearer"), logging_to_stderr(made(log_level="DEBUG")):
        raise ValueError(message)
    with logging_to_stderr(made(log_level="DEBUG")):
        try:
            {"a": 1}[message]
        except KeyError:
            log.exception("it failed")

    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "KeyError" in told
    assert "test_cli_logs.py" in told
    assert "abc" not in told.replace('message = "Bearer abc"', "")


def test_json_lines_can_be_read(
    made: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    """With LOG_FORMAT=json each record is one object with time, level, logger and message."""
    with logging_to_stderr(made(log_level="INFO", log_format="json")):
        log.info("two\nlines")

    (line,) = capsys.readouterr().err.splitlines()
    record = json.loads(line)
    assert (record["level"], record["message"]) == ("INFO", "two\nlines")
    assert record["time"].endswith("Z")


def test_logging_leaves_no_trace(made: Callable[..., Settings]) -> None:
    """After a command the root logger is as it was."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    with logging_to_stderr(made(log_level="DEBUG")):
        pass

    assert (root.level, list(root.handlers)) == before
