"""The shape of the code: sizes, names, and what `__all__` promises."""

from __future__ import annotations

import ast
import importlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Module

ROOMS_WITHOUT_A_NAME = {"utils", "util", "helpers", "common", "base", "misc", "enums", "types_"}
# Spelled so that this file does not hold what it looks for.
PATCHING = re.compile(r"mock\.[p]atch|monkeypatch\.[s]etattr|[M]agicMock|mocker\.")


def test_no_file_is_long(tracked: list[Path], root: Path) -> None:
    """No Python file has more than 400 lines."""
    long = {
        str(path.relative_to(root))
        for path in tracked
        if path.suffix == ".py" and len(path.read_text("utf-8").splitlines()) > 400
    }

    # The document runs all tests of the repository by the name of this one file.
    assert long <= {"tests/test_garmin_credentials_repository.py"}


def test_no_function_is_longer_than_eighty_lines(modules: dict[str, Module]) -> None:
    """A function of the package fits on a screen."""
    long = [
        f"{module.name}.{node.name}"
        for module in modules.values()
        if ".versions" not in module.name  # a revision is a list of tables
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 80
    ]

    assert long == []


def test_every_module_is_named_for_its_topic(modules: dict[str, Module]) -> None:
    """No module is called utils, helpers or the like."""
    assert {name for name in modules if name.split(".")[-1] in ROOMS_WITHOUT_A_NAME} == set()


def test_all_names_what_exists(modules: dict[str, Module]) -> None:
    """Each name in an `__all__` can be imported."""
    missing = []
    for module in modules.values():
        if any(ast.unparse(node).startswith("__all__") for node in module.tree.body):
            loaded = importlib.import_module(module.name)
            missing += [
                f"{module.name}.{name}" for name in loaded.__all__ if not hasattr(loaded, name)
            ]

    assert missing == []


def test_tests_use_fakes_and_parameters(tracked: list[Path], root: Path) -> None:
    """No test patches: one that wants to has found a missing parameter."""
    patching = [
        str(path.relative_to(root))
        for path in tracked
        if path.is_relative_to(root / "tests")
        and path.suffix == ".py"
        and PATCHING.search(path.read_text("utf-8"))
    ]

    assert patching == []
