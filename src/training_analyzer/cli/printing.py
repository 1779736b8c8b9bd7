"""Standard output: JSON for programs, tables for people."""

from __future__ import annotations

import json
import sys
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WIDE = 200


def console(*, on_stderr: bool = False) -> Console:
    """Return where to print: colours only on a terminal, and lines cut to a terminal's width."""
    stream = sys.stderr if on_stderr else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(stderr=on_stderr, width=width, highlight=False, emoji=False)


def say(line: str = "", *, style: str = "") -> None:
    """Print one line of text as it is."""
    console().print(Text(plain(line), style=style), soft_wrap=True)


def print_json(document: object) -> None:
    """Print *document* as one line of JSON."""
    sys.stdout.write(json.dumps(as_json(document)) + "\n")
    sys.stdout.flush()


def as_json(value: object) -> object:
    """Return *value* in JSON's own types: dataclasses as objects, instants in UTC with a Z."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): as_json(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(held) for held in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()
) -> None:
    """Print *rows* under *headings*; the columns numbered in *right* stand to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    console().print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print a name and a value a line, the values under each other."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(plain(name)), value if isinstance(value, Text) else Text(plain(value)))
    console().print(table)


def plain(value: object) -> str:
    """Return *value* as text that cannot move a terminal's cursor: "" for None, minutes in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int):
        return f"{value:,}"
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(value)
    )
