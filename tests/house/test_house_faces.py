"""Each command and each route is in the reference, and the reference names no other command."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING, Any

import pytest
import typer
from fastapi import APIRouter
from fastapi.routing import APIRoute

import training_analyzer.web.api
from training_analyzer.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands(group: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """Yield each command of the command line with its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(reference: dict[str, str], name: str) -> None:
    """Each command has a help text and stands in the reference with all its options."""
    command = COMMANDS[name]
    lines = [line for line in reference["cli"].splitlines() if f"`garmin-sync {name}" in line]
    options = {
        option
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and option not in {"--json", "--help"}
    }

    assert command.help
    assert lines
    assert {option for option in options if not any(option in line for line in lines)} == set()


def test_the_reference_names_no_command_that_is_not_there(reference: dict[str, str]) -> None:
    """Each command of the reference can be typed."""
    named = re.findall(
        r"^\| `garmin-sync ([a-z]+(?: [a-z]+(?:-[a-z]+)*)?)", reference["cli"], re.MULTILINE
    )

    assert set(named) == set(COMMANDS)


def test_every_route_is_documented(reference: dict[str, str]) -> None:
    """Each route of the API stands in the reference, and no other does."""
    documented = set(re.findall(r"^\| `([A-Z]+) (/\S+)`", reference["api"], re.MULTILINE))
    found = pkgutil.walk_packages(
        training_analyzer.web.api.__path__, f"{training_analyzer.web.api.__name__}."
    )
    loaded = [training_analyzer.web.api, *(importlib.import_module(each.name) for each in found)]
    routes = {
        (method, route.path)
        for module in loaded
        for router in vars(module).values()
        if isinstance(router, APIRouter)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }

    # A router may get its prefix only where the app takes it in.
    missing = {
        (method, path)
        for method, path in routes
        if not any(method == verb and full.endswith(path) for verb, full in documented)
    }
    invented = {
        (verb, full)
        for verb, full in documented
        if not any(method == verb and full.endswith(path) for method, path in routes)
    }

    assert (missing, invented) == (set(), set())
