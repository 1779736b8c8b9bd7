"""What the tracked files may not hold, and what locks and changelog must."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from training_analyzer import __version__

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = [f"requirements{kind}.lock" for kind in ("", "-build", "-client", "-dev", "-node")]
# Spelled so that this file does not hold what it looks for.
MACHINE = re.compile(
    r"(?<![\w.])/(?:r[o]ot|w[o]rk|tmp/[b]rief|Users/\w+|home/[a-z]+)/|\.[l]ibrary/"
)
REGISTRY = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("deb", "debian", "org"),
        )
    )
)
SECRET = re.compile(
    # a Fernet key, but for the two that anybody would try first
    r"(?<![\w+/-])(?!AAECAwQF|A{43})[A-Za-z0-9_-]{43}=(?![=\w])"
    r"|eyJ[\w-]{16,}\.eyJ[\w-]{16,}\."  # a JWT
    r"|-----BEGIN [A-Z ]*PRIVATE"
    r"|(?<!\w)(?:gAAAAA[\w-]{60,})"  # a Fernet token
)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(MACHINE, id="paths-of-a-machine"),
        pytest.param(REGISTRY, id="hosts-of-registries"),
        pytest.param(SECRET, id="secrets"),
    ],
)
def test_tracked_files_hold_nothing_private(
    tracked: list[Path], root: Path, pattern: re.Pattern[str]
) -> None:
    """No tracked file holds a secret, a path of somebody's machine or a registry's host."""
    found = [
        f"{path.relative_to(root)}: {match.group()[:24]}"
        for path in tracked
        if (match := pattern.search(path.read_bytes().decode("utf-8", "replace")))
    ]

    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_locks_have_hashes_and_no_address(root: Path, name: str) -> None:
    """Each locked package has a hash, and no lock file says where it comes from.

    ASVS 15.1.2, 15.2.4.
    """
    text = (root / name).read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert not re.search(r"^(-i|-f|--index|--extra-index|--find)", text, re.MULTILINE)


def test_locks_hold_what_the_project_asks_for(root: Path) -> None:
    """Every dependency of pyproject.toml is in its lock file."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": groups["dev"],
        "requirements-build.lock": groups["build"],
        "requirements-client.lock": groups["client"],
        "requirements-node.lock": groups["node"],
    }

    missing = [
        (lock, asked)
        for lock, every in wanted.items()
        for asked in every
        if not re.search(
            rf"^{re.escape(re.split(r'[^\w-]', asked)[0])}==",
            (root / lock).read_text("utf-8"),
            re.MULTILINE,
        )
    ]

    assert missing == []


def test_browser_packages_are_exact_and_hashed(root: Path) -> None:
    """package.json asks for exact versions; its lock has their hashes and no address."""
    wanted = json.loads((root / "package.json").read_text("utf-8"))["dependencies"]
    lock = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    packages = {name: entry for name, entry in lock.items() if name}

    assert {f"node_modules/{name}": version for name, version in wanted.items()} == {
        name: entry["version"] for name, entry in packages.items()
    }
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_vendored_files_come_from_the_locked_packages(root: Path) -> None:
    """vendor.json names the versions that package.json pins, with a hash for each file."""
    wanted = json.loads((root / "package.json").read_text("utf-8"))["dependencies"]
    listed = root / "src/training_analyzer/web/static/vendor.json"
    files = json.loads(listed.read_text("utf-8"))["files"]

    assert {entry["package"]: entry["version"] for entry in files} == wanted
    assert all(re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]) for entry in files)


def test_changelog_is_kept(root: Path) -> None:
    """The changelog has an Unreleased part, and a version that was released is in it."""
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)

    assert headings[0] == "Unreleased"
    assert headings[1:] == [] or headings[1] == __version__


def test_the_licence_is_there(root: Path) -> None:
    """The project is under the Apache License, and says so."""
    assert "Apache License" in (root / "LICENSE").read_text("utf-8")
    assert (root / "pyproject.toml").read_text("utf-8").count('license = "Apache-2.0"') == 1
