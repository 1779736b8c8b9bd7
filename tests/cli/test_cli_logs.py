"""Logging: where to, how much, and nothing of an exception's own words."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from training_analyzer.cli.logs import logging_to_stderr
from training_analyzer.services.heartbeat import Heartbeat
from training_analyzer.services.run_context import run_context
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


def test_lines_of_a_run_carry_its_ids(
    made: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    """Inside a run each record says which run and user it is about, outside none does."""
    with logging_to_stderr(made(log_format="json"), is_service=True):
        with run_context(71, "usr_1"):
            log.info("inside")
        log.info("outside")
    with logging_to_stderr(made(), is_service=True), run_context(71, "usr_1"):
        log.info("inside")

    inside, outside, as_text = capsys.readouterr().err.splitlines()
    assert (json.loads(inside)["run_id"], json.loads(inside)["user_id"]) == (71, "usr_1")
    assert "run_id" not in json.loads(outside)
    assert as_text.endswith(" INFO training_analyzer.test run=71 user=usr_1: inside")


def test_threads_of_other_runs_keep_their_own_ids(
    made: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    """Two syncs at once never mix up their ids, and a lease's heartbeat has its run's."""
    both_inside = threading.Barrier(2)

    def work(run_id: int) -> None:
        with run_context(run_id, f"usr_{run_id}"):
            both_inside.wait(10)
            log.info("%d", run_id)

    def beat() -> bool:
        log.info("%d", 3)
        return False

    with logging_to_stderr(made(log_format="json"), is_service=True):
        threads = [threading.Thread(target=work, args=(run_id,)) for run_id in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with run_context(3, "usr_3"), Heartbeat(beat, interval_s=0.001) as heartbeat:
            assert heartbeat.lost.wait(10)

    records = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert sorted((each["run_id"], each["message"]) for each in records) == [
        (1, "1"),
        (2, "2"),
        (3, "3"),
    ]


@pytest.mark.parametrize(
    "forged", ["\n2026-01-01 ERROR x", "\r", "\x1b[2J", "\x9b2J", "\u2028", "\u202e"]
)
def test_no_value_can_forge_a_line(
    made: Callable[..., Settings], capsys: pytest.CaptureFixture[str], forged: str
) -> None:
    """Line ends and escapes in a user id are shown, not obeyed, in message and context."""
    with logging_to_stderr(made(), is_service=True), run_context(1, f"usr{forged}"):
        log.info("User %s is gone", f"usr{forged}")

    told = capsys.readouterr().err
    assert forged not in told
    assert told.count("\n") == len(told.splitlines()) == 1


def test_a_logged_trace_stands_on_indented_lines(
    made: Callable[..., Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    """A message that ends with a trace keeps its lines, each of them indented; JSON has a field."""
    trace = '  File "a.py", line 1, in f\n    f()\n'
    with logging_to_stderr(made(), is_service=True):
        log.error("It met %s:\n%s", "a\nbug", trace)
    with logging_to_stderr(made(log_format="json"), is_service=True):
        log.error("It met %s:\n%s", "a bug", trace)

    *as_text, as_json = capsys.readouterr().err.splitlines()
    assert as_text[0].endswith(": It met a\\nbug:")
    assert as_text[1:] == ['    File "a.py", line 1, in f', "      f()"]
    assert (json.loads(as_json)["message"], json.loads(as_json)["trace"]) == (
        "It met a bug:",
        trace,
    )


def test_logging_leaves_no_trace(made: Callable[..., Settings]) -> None:
    """After a command the root logger is as it was."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))

    with logging_to_stderr(made(log_level="DEBUG")):
        pass

    assert (root.level, list(root.handlers)) == before
