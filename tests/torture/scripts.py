"""Run the scripts of this folder, each in a process of its own that may fork."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def told_by(name: str, *words: object, within: tuple[str, ...] = ()) -> Any:
    """Run the script *name* with *words* and return the JSON that it prints.

    *within* is a command that runs it, such as one that gives it its own mounts.
    """
    script = Path(__file__).with_name(name)
    ran = subprocess.run(  # noqa: S603 - our own script
        [*within, sys.executable, str(script), *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-3000:]
    return json.loads(ran.stdout.splitlines()[-1])


def need(*command: str) -> None:
    """Skip the test, loudly, where *command* does not run: a tool is missing, or a permission."""
    tool = shutil.which(command[0])
    if tool is not None:
        tried = subprocess.run(  # noqa: S603 - our own words
            [tool, *command[1:]], capture_output=True, text=True, check=False
        )
        if tried.returncode == 0:
            return
        pytest.skip(f"CANNOT RUN {' '.join(command)}: {tried.stderr.strip()[:200]}")
    pytest.skip(f"NO {command[0].upper()} HERE, THIS FAULT WAS NOT TRIED")
