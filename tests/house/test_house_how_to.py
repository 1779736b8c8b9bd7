"""The examples of the how-to pages that show our own code are that code, and commands exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import typer

from training_analyzer.cli import app

if TYPE_CHECKING:
    from pathlib import Path

# A link to one of our files, and the block that shows a piece of it.
SHOWN = re.compile(
    r"\]\((?P<file>\.\./\.\./(?:src|tests)/[^)]+)\):\n\n```\w+\n(?P<piece>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
CODE = re.compile(r"^ *```\w*\n.*?^ *```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
# Ours by its name, by the how-to pages' alias, or as what a container is told to run.
TYPED = re.compile(
    r"(?:(?<![\w=:-])(?:garmin-sync|gs)|garmin-sync:local|run --rm serve)"
    r" (?P<words>[a-z]+(?: [a-z]+(?:-[a-z]+)*)?)"
)


def is_command(words: str) -> bool:
    """Tell whether *words* begin with a command that can be typed."""
    first, *rest = words.split()
    command: Any = typer.main.get_command(app)
    command = command.commands.get(first)
    if hasattr(command, "commands"):
        return bool(rest) and rest[0] in command.commands
    return command is not None


@pytest.mark.parametrize(("name", "pieces"), [("add-a-stream.md", 4)])
def test_example_is_the_code(root: Path, name: str, pieces: int) -> None:
    """What the page shows of a file stands in that file, to the letter."""
    page = root / "docs/how-to" / name
    shown = list(SHOWN.finditer(page.read_text("utf-8")))

    strangers = [
        match["file"]
        for match in shown
        if match["piece"] not in (page.parent / match["file"]).read_text("utf-8")
    ]

    assert len(shown) == pieces
    assert strangers == []


def test_every_command_of_the_pages_exists(root: Path) -> None:
    """Each command that a how-to page has somebody type is one."""
    typed = [
        (page.name, match["words"])
        for page in (root / "docs/how-to").glob("*.md")
        for code in CODE.findall(page.read_text("utf-8"))
        for match in TYPED.finditer(code)
    ]

    assert len(typed) > 40
    assert [(page, words) for page, words in typed if not is_command(words)] == []
