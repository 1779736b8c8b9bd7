"""Keep what a service holds in memory out of core dumps and other processes' reach.

It is no protection from whoever owns the machine, and none of what was swapped out.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import Final

from training_analyzer.settings import KEY, Settings, key_in_environment

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

# Numbers of Linux's <sys/prctl.h>.
_PR_SET_DUMPABLE: Final = 4


def harden() -> None:
    """Write no core dumps; on Linux, close memory and environment to the user's other processes.

    For a process that is not root's this also ends debuggers of the same user, and opening
    `/dev/stdout` by its path.
    """
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def warn_of_open_key(settings: Settings) -> None:
    """Log that the key is passed in the environment, which is not the best place."""
    if key_in_environment(settings):
        log.warning(
            "%s is a plain variable of the environment, which child processes inherit:"
            " a file named by %s_FILE keeps it closer.",
            KEY,
            KEY,
        )
