"""Bar charts as SVG, legible on a light page and on a dark one."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from comparison.report import YEAR, year_of

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 720
LABEL: Final = 250
FIGURE: Final = 120
ROW: Final = 34
TOP: Final = 52
STYLE: Final = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 16px }
.ours { fill: #0a6ebd } .peer { fill: #8c959f }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .ours { fill: #58a6ff } .peer { fill: #6e7681 }
}
"""


def drawn(result: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    """Return the charts by the name of their file."""
    tools = result["tools"]
    requests = [(_name(tool), year_of(tool, 0, "requests")) for tool in tools]
    seconds = [(_name(tool), year_of(tool, 150, "wall_s")) for tool in tools]
    return {
        "bench-requests.svg": bars("Requests for the first year", requests, "{:,.0f}"),
        "bench-wall.svg": bars(
            "Seconds for the first year, 150 ms away from Garmin, pacing off", seconds, "{:,.0f} s"
        ),
    }


def bars(title: str, values: Sequence[tuple[str, float]], form: str) -> str:
    """Return horizontal bars from zero; names that begin with our own are coloured as ours."""
    most = max(value for _, value in values)
    height = TOP + ROW * len(values) + 8
    spoken = "; ".join(f"{name}: {form.format(value)}" for name, value in values)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">'
        ),
        f"<title>{escape(title)}</title><desc>{escape(spoken)}</desc>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="0" y="24">{escape(title)}</text>',
    ]
    for index, (name, value) in enumerate(values):
        y = TOP + ROW * index
        length = max(2, (WIDTH - LABEL - FIGURE) * value / most)
        kind = "ours" if name.startswith("Garmin Sync") else "peer"
        lines += [
            f'<text x="{LABEL - 10}" y="{y + 16}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{length:.1f}" height="22" rx="3"/>',
            f'<text x="{LABEL + length + 8:.1f}" y="{y + 16}">{form.format(value)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def _name(tool: Any) -> str:  # noqa: ANN401 - JSON
    title: str = tool["title"]
    return title if tool["days"] == YEAR else f"{title} *"
