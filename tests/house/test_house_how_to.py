"""The examples of the how-to pages that show our own code are that code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# A link to one of our files, and the block that shows a piece of it.
SHOWN = re.compile(
    r"\]\((?P<file>\.\./\.\./(?:src|tests)/[^)]+)\):\n\n```\w+\n(?P<piece>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


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
