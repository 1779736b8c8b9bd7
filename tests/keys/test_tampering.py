"""No damaged secret opens, and none in another row's place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 400


@pytest.mark.torture
def test_fault_42_the_vault_is_not_fooled(rounds: Callable[[int, int], int]) -> None:
    """Of 100,000 damaged secrets and all swaps of 400 none opens; all untouched ones do.

    `bench/vault.py` prints how long that takes, and tries more when asked.
    """
    tampers = rounds(10_000, 100_000)
    script = Path(__file__).parents[2] / "bench/vault.py"

    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(script), "--json", "--tampers", str(tampers)],
        capture_output=True,
        text=True,
        check=False,
    )

    found = {
        name: (told["tried"], told["opened"]) for name, told in json.loads(done.stdout).items()
    }
    assert (done.returncode, done.stderr) == (0, "")
    assert found == {
        "control": (ROWS, ROWS),
        "tampers": (tampers, 0),
        "swaps": (ROWS * (ROWS - 1), 0),
    }
