"""Each item of the ASVS that the documentation says is held is named in the title of a test."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPAN = re.compile(r"(\d+\.\d+\.)(\d+)(?:-\d+\.\d+\.(\d+))?")
IN_A_NAME = re.compile(r"(?:asvs|and)_(\d+)_(\d+)_(\d+)")


def test_each_item_is_named_by_a_test_and_none_beside(
    reference: dict[str, str], root: Path
) -> None:
    """What the page promises a test proves, and what a test names stands on the page."""
    held = reference["asvs"].partition("## Held")[2].partition("## Not")[0]
    promised = {item for row in held.split("\n| ") for item in items_of(row.partition(" |")[0])}

    named = {item for title in titles(root / "tests") for item in items_of(title)}

    assert len(promised) > 90
    assert (promised - named, named - promised) == (set(), set())


def items_of(text: str) -> Iterator[str]:
    """Yield each item that *text* names, by itself or within a span such as `3.3.1-3.3.4`."""
    for group, first, last in SPAN.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"{group}{number}"


def titles(tests: Path) -> Iterator[str]:
    """Yield what the name and the docstring of each test say of the ASVS."""
    for file in tests.rglob("test_*.py"):
        text = file.read_text("utf-8")
        if "asvs" not in text.lower():
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield " ".join(".".join(found) for found in IN_A_NAME.findall(node.name))
                yield (ast.get_docstring(node) or "").partition("ASVS ")[2]
