"""A rotation beside two processes that renew tokens all the time loses none of them."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from keys_stage import expected, opened, rotation, store, users

from training_analyzer.services.key_checks import check_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService

PEOPLE = users(40)


class Process:
    """A process that renews one user's tokens until it is stopped."""

    def __init__(self, stack: ExitStack, url: str, *words: str) -> None:
        script = Path(__file__).with_name("refreshing.py")
        self._process = stack.enter_context(
            subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, str(script), url, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(self._process.kill)

    def wait_until_ready(self) -> None:
        """Wait until it has renewed a few times."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def stop(self) -> Any:
        """Stop it, and return what it says."""
        told, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        return json.loads(told)


@pytest.fixture
def started(
    database: Database,
    old: EncryptionService,
    both: EncryptionService,
    clock: Callable[[], datetime],
) -> Database:
    """Give a database with forty people's secrets under the old key, and the new one in use."""
    check_keys(database, old, now=clock())
    store(database, old, PEOPLE)
    check_keys(database, both, now=clock())
    return database


def test_fault_41_no_renewed_token_is_lost(
    started: Database,
    database_url: str,
    both: EncryptionService,
    new: EncryptionService,
    encryption_key: str,
    other_key: str,
) -> None:
    """One process has the new key already, one still the old: each finds its latest token.

    While the latter writes, the old key is not retired; once it is gone, a repetition does.
    """
    turn = rotation(started, both, batch=4)
    with ExitStack() as stack:
        restarted = Process(stack, database_url, PEOPLE[0], "v2", other_key, "v1", encryption_key)
        left = Process(stack, database_url, PEOPLE[-1], "v1", encryption_key, "v2", other_key)
        restarted.wait_until_ready()
        left.wait_until_ready()

        beside_both = turn.rotate()
        said_by_left = left.stop()
        beside_one = turn.rotate()
        said_by_restarted = restarted.stop()

    assert beside_both.resealed >= 3 * len(PEOPLE) - 2
    assert beside_one.is_complete
    assert beside_one.removable == ("v1",)
    # Nobody's compare-and-set was refused because of the rotation.
    assert (said_by_left["refused"], said_by_restarted["refused"]) == (0, 0)
    renewed = {
        (PEOPLE[0], "token_bundle"): f"renewal {said_by_restarted['saved']}",
        (PEOPLE[-1], "token_bundle"): f"renewal {said_by_left['saved']}",
    }
    assert opened(started, new, PEOPLE) == expected(PEOPLE) | renewed
