"""Tables of Markdown."""

from __future__ import annotations

from typing import Any

type Json = Any


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table whose first column is text and whose others are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, rule, *rows])


def number(value: float) -> str:
    """Return *value* without decimals."""
    return f"{value:,.0f}"
