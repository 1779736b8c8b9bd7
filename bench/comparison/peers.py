"""The peers, each installed from the package index into an environment of its own.

They stay in the cache folder between runs, outside of this repository. Versions are pinned in
`peers.txt`; a peer that cannot be installed is skipped, loudly.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

PINS: Final = Path(__file__).parents[1] / "peers.txt"


class NotInstalled(Exception):
    """A peer could not be installed; its text says why."""


def pinned() -> dict[str, str]:
    """Return the version of each peer by its name."""
    lines = PINS.read_text().split()
    return dict(line.split("==", 1) for line in lines)


def cache_folder() -> Path:
    """Return the folder that keeps the environments, made for this user alone."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "garmin-sync-bench"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def installed(name: str) -> Path:
    """Return the `bin` folder of *name*'s environment, which is made when it is not there.

    Raises `NotInstalled`.
    """
    version = pinned()[name]
    home = cache_folder() / f"{name}-{version}-py{sys.version_info.major}{sys.version_info.minor}"
    stamp = home / "installed"
    if stamp.exists():
        return home / "bin"
    print(f"==> Installing {name} {version}", file=sys.stderr)
    venv.create(home, with_pip=True, clear=True)
    done = subprocess.run(  # noqa: S603 - pip of the environment just made, pinned names
        [home / "bin" / "python", "-m", "pip", "install", "--quiet", f"{name}=={version}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise NotInstalled(last)
    stamp.touch()
    return home / "bin"
