"""The layer table of the architecture, held: who may import whom."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Module

PACKAGE = "training_analyzer"
WORDS = {"errors", "model"}
PURE = {"arrays", "planning", "streams", "fit"}
EDGES = {"garmin", "db", "jobs"}
MAY_IMPORT = {
    "errors": WORDS,
    "model": WORDS,
    "planning": WORDS | PURE,
    "streams": WORDS | PURE,
    "arrays": WORDS,
    "fit": WORDS | PURE,
    # What a key may look like is a rule of the settings that encryption shares.
    "key_text": {"errors"},
    # Whom secrets may be sent to: a rule of the settings that what sends them shares.
    "addresses": set[str](),
    "settings": {"errors", "addresses", "key_text"},
    "garmin": WORDS | PURE | {"garmin"},
    "db": WORDS | PURE | {"db"},
    "jobs": WORDS | {"db", "jobs"},
    "services": WORDS | PURE | EDGES | {"addresses", "settings", "key_text", "services"},
    "web": WORDS | {"settings", "services", "web"},
    "cli": WORDS | {"settings", "services", "web", "simulator", "cli"},
    "simulator": WORDS | {"streams", "simulator"},
}
# The document's door to the repository may get no argument, and then reads the settings itself.
DOORS = {
    ("training_analyzer.db.repositories", "settings"),
    ("training_analyzer.db.repositories.garmin_credentials", "settings"),
}
# A pure module meets the world through its arguments; the store cannot decrypt.
WORLD = {"os", "time", "socket", "random", "requests", "sqlalchemy", "subprocess", "cryptography"}
FOREIGN_NEVER = dict.fromkeys(WORDS | PURE, WORLD) | {"db": {"cryptography"}}


def layer(name: str) -> str:
    """Return the layer of a module of the package; empty for the package itself."""
    return [*name.split("."), ""][1]


def imports(module: Module, modules: dict[str, Module], *, types: bool = True) -> Iterator[str]:
    """Yield the dotted names that *module* imports; without *types*, only those at run time."""
    asleep: set[ast.AST] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            asleep.update(child for child in ast.walk(node) if child is not node)
    for node in ast.walk(module.tree):
        if node in asleep and not types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in modules else node.module


def test_every_module_stands_in_a_layer(modules: dict[str, Module]) -> None:
    """A new module at the top of the package gets a line in the table of layers."""
    assert {layer(name) for name in modules} - {""} <= set(MAY_IMPORT)


def test_imports_follow_the_layers(modules: dict[str, Module]) -> None:
    """No module imports from a layer that its own may not know."""
    wrong = [
        f"{module.name} imports {target}"
        for module in modules.values()
        if layer(module.name)
        for target in imports(module, modules)
        if target.startswith(f"{PACKAGE}.")
        and layer(target) not in MAY_IMPORT[layer(module.name)] | {layer(module.name)}
        and (module.name, layer(target)) not in DOORS
    ]

    assert wrong == []


def test_pure_modules_and_the_store_stay_away_from_the_world(modules: dict[str, Module]) -> None:
    """Pure modules import neither clock, environment, database nor network, the store no cipher."""
    wrong = [
        f"{module.name} imports {target}"
        for module in modules.values()
        for target in imports(module, modules)
        if target.split(".")[0] in FOREIGN_NEVER.get(layer(module.name), ())
    ]

    assert wrong == []


def test_pure_modules_read_no_clock(modules: dict[str, Module]) -> None:
    """Words and pure modules get the time as an argument."""
    wrong = {
        f"{module.name}.{function.name}"
        for module in modules.values()
        if layer(module.name) in WORDS | PURE
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
    }

    # The document calls this one without the time.
    assert wrong <= {"training_analyzer.planning.due.should_sync"}


def test_no_import_hides_in_a_function(modules: dict[str, Module]) -> None:
    """Every import stands at the head of its module."""
    wrong = {
        f"{module.name}:{node.lineno}"
        for module in modules.values()
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert wrong == set()


def test_no_modules_import_each_other_in_a_circle(modules: dict[str, Module]) -> None:
    """What is imported at run time has an order."""
    graph = {
        name: {target for target in imports(module, modules, types=False) if target in modules}
        for name, module in modules.items()
    }

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
