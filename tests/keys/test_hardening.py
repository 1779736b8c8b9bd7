"""What `serve` does to its own process, tried in one of their own."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from training_analyzer.services.hardening import warn_of_open_key
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

HARDENED = """
import ctypes, resource
from training_analyzer.services.hardening import harden
from training_analyzer.services.owner import is_gone, process_name
harden()
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
print(dumpable, resource.getrlimit(resource.RLIMIT_CORE), is_gone(process_name()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_DUMPABLE is Linux's")
def test_hardened_process_leaves_no_core_and_works() -> None:
    """No dump can be made of it, and it still knows itself to be alive."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", HARDENED], capture_output=True, text=True, check=True
    )

    assert done.stdout == "0 (0, 0) False\n"


def test_key_in_the_environment_is_warned_of(
    environment: pytest.MonkeyPatch,
    encryption_key: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The warning names the better place and never the key; elsewhere there is none."""
    settings = Settings(
        encryption_key=SecretStr(encryption_key), database_url=str(tmp_path / "x.db")
    )

    with caplog.at_level(logging.WARNING):
        warn_of_open_key(settings)
        environment.delenv("CREDENTIAL_ENCRYPTION_KEY")
        warn_of_open_key(settings)

    (line,) = caplog.messages
    assert "CREDENTIAL_ENCRYPTION_KEY_FILE" in line
    assert encryption_key not in line
