"""What the tests of the house look at: the tracked files and the package's modules."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One module of the package, read but not imported."""

    name: str
    path: Path
    tree: ast.Module


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Return every file that git keeps, or would once it is added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - fixed words
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in files if path.is_file()]


@pytest.fixture(scope="session")
def reference(root: Path) -> dict[str, str]:
    """Return the pages of the reference by name."""
    return {path.stem: path.read_text("utf-8") for path in (root / "docs/reference").glob("*.md")}


@pytest.fixture(scope="session")
def modules() -> dict[str, Module]:
    """Return the package's modules by their dotted names."""
    found = {}
    for path in (ROOT / "src/training_analyzer").rglob("*.py"):
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, ast.parse(path.read_text("utf-8")))
    return found
