"""The page on cryptography names every place that uses any, and no other."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Module

LIBRARIES = {"cryptography", "hashlib", "hmac", "joserfc", "pwdlib", "secrets", "ssl"}
LINE = re.compile(r"^\| `([\w/]+\.py)` \| ([a-z, ]+) \|", re.MULTILINE)


def used_by(module: Module) -> set[str]:
    """Return which of the libraries *module* imports."""
    names: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names & LIBRARIES


def test_every_use_of_cryptography_is_on_the_page(
    modules: dict[str, Module], reference: dict[str, str], root: Path
) -> None:
    """Each module that imports a library for it has a line with just these libraries."""
    package = root / "src/training_analyzer"
    wanted = {
        str(module.path.relative_to(package)): libraries
        for module in modules.values()
        if (libraries := used_by(module))
    }

    listed = {path: set(names.split(", ")) for path, names in LINE.findall(reference["crypto"])}

    assert listed == wanted


def test_asvs_11_3_1_and_11_4_1_nothing_weak_is_used(modules: dict[str, Module]) -> None:
    """No MD5, no ECB; SHA-1 stands in the codes of RFC 6238 alone, where apps want it."""
    weak = {"md5", "sha1", "ECB", "ARC4", "TripleDES"}
    used = {
        (name, node.attr if isinstance(node, ast.Attribute) else node.id)
        for name, module in modules.items()
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr in weak)
        or (isinstance(node, ast.Name) and node.id in weak)
    }

    assert used == {("training_analyzer.services.one_time_codes", "sha1")}


def test_every_derivation_is_on_the_page(root: Path, reference: dict[str, str]) -> None:
    """Each purpose that a key is derived for stands among the keys."""
    source = (root / "src/training_analyzer/services/encryption.py").read_text("utf-8")

    purposes = re.findall(r'b"(training-analyzer/[a-z]+/v\d+)"', source)

    assert len(purposes) >= 3
    assert [purpose for purpose in purposes if purpose not in reference["crypto"]] == []
