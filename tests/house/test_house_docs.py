"""The documentation is complete, and nothing in it leads nowhere."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from training_analyzer import errors
from training_analyzer.db.tables import metadata
from training_analyzer.settings import Settings
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]
ERRORS = [kind for kind in KINDS if issubclass(kind, errors.GarminSyncError)]


def anchors(page: str) -> set[str]:
    """Return the fragments that the headings of a Markdown page can be reached by."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_generated_pages_are_current(root: Path) -> None:
    """The pages on tables, streams, errors and settings are what the code would write."""
    command = [sys.executable, str(root / "scripts/write_reference.py"), "--check"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_documented(
    reference: dict[str, str], kind: type[errors.GarminSyncError]
) -> None:
    """Each error has a code, a sentence for a person, and a line in the reference."""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)
    assert (kind.__doc__ or "").strip()[-1] == "."
    assert f"| `{kind.code}` | `{kind.__name__}` |" in reference["errors"]


def test_every_table_stream_and_setting_is_documented(reference: dict[str, str]) -> None:
    """Each table, stream and setting has its place in the reference."""
    variables = [str(field.validation_alias) for field in Settings.model_fields.values()]

    assert [name for name in metadata.tables if f"## {name}\n" not in reference["tables"]] == []
    assert [each.name for each in CATALOG if f"`{each.name}`" not in reference["streams"]] == []
    assert [name for name in variables if f"`{name}`" not in reference["settings"]] == []


def test_every_link_leads_somewhere(tracked: list[Path], root: Path) -> None:
    """Each link between pages names a file, and a heading of it, that are there."""
    broken = []
    for page in (path for path in tracked if path.suffix == ".md"):
        for target in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, fragment = target.partition("#")
            there = (page.parent / name).resolve() if name else page
            if not there.exists() or (
                fragment and fragment not in anchors(there.read_text("utf-8"))
            ):
                broken.append(f"{page.relative_to(root)}: {target}")

    assert broken == []


def test_every_page_can_be_found(root: Path) -> None:
    """Each page of the documentation is linked from the index, or lies in a folder that is."""
    docs = root / "docs"
    linked = {(docs / target).resolve() for target in LINK.findall((docs / "index.md").read_text())}
    lost = [
        str(page.relative_to(docs))
        for page in docs.rglob("*.md")
        if page.name != "index.md" and not {page, page.parent} & linked
    ]

    assert lost == []
