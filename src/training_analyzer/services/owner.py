"""Who holds a lease: a name for this process, and whether a named process is gone."""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path


def process_name() -> str:
    """Return a name for this process, unique among all that share a database.

    `host:namespace:pid:random`; the process-id namespace tells containers of one
    host name apart.
    """
    return f"{_place()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def machine_name() -> str:
    """Return the name of the machine, as Garmin might tell it from others: by its network."""
    return socket.gethostname()


def is_gone(owner: str) -> bool:
    """Tell whether *owner* ran on this machine and is certainly not running any more.

    A process elsewhere, or one whose number was given to another, counts as alive:
    its lease then simply runs out.
    """
    place, _, rest = owner.rpartition(":")[0].rpartition(":")
    if place != _place() or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _place() -> str:
    namespace = Path("/proc/self/ns/pid")
    inode = namespace.stat().st_ino if namespace.exists() else 0
    return f"{socket.gethostname()}:{inode}"
