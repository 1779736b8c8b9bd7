"""Bar charts as SVG, legible on a light page, on a dark one, and on a phone."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from comparison.report import is_scaled, step_of, year_of

if TYPE_CHECKING:
    from collections.abc import Sequence

# As wide as a phone shows it, so that no text shrinks there.
WIDTH: Final = 390
ROW: Final = 46
TOP: Final = 44
LEGEND: Final = 26
STYLE: Final = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.figure { font-variant-numeric: tabular-nums; text-anchor: end }
.small { font-size: 12px }
.ours { fill: #0a6ebd } .peer { fill: #6e7781 }
.files { opacity: .5 } .later { opacity: .3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .ours { fill: #58a6ff } .peer { fill: #8b949e }
}
"""
LEGENDS: Final = {"": "data", "files": "activity files", "later": "curves, by later syncs"}


@dataclass(frozen=True)
class Bar:
    """A bar of one or more pieces: (kind, value), the kind a key of `LEGENDS`."""

    name: str
    pieces: tuple[tuple[str, float], ...]
    figure: str

    @property
    def length(self) -> float:
        """All pieces together."""
        return sum(value for _, value in self.pieces)


def drawn(result: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    """Return the charts by the name of their file."""
    tools = result["tools"]
    return {
        "bench-requests.svg": bars(
            "Requests for a year", [_requests(one) for one in tools], with_legend=True
        ),
        "bench-wall.svg": bars(
            "Seconds for a year, Garmin 150 ms away", [_seconds(one) for one in tools]
        ),
    }


def bars(title: str, values: Sequence[Bar], *, with_legend: bool = False) -> str:
    """Return horizontal bars from zero; names that begin with our own are coloured as ours."""
    most = max(bar.length for bar in values)
    height = TOP + ROW * len(values) + (LEGEND if with_legend else 0)
    spoken = "; ".join(f"{bar.name}: {bar.figure}" for bar in values)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">'
        ),
        f"<title>{escape(title)}</title><desc>{escape(spoken)}</desc>",
        f"<style>{STYLE}</style>",
        f'<text class="title" x="0" y="20">{escape(title)}</text>',
    ]
    for index, bar in enumerate(values):
        y = TOP + ROW * index
        lines += [
            f'<text x="0" y="{y + 12}">{escape(bar.name)}</text>',
            f'<text class="figure" x="{WIDTH}" y="{y + 12}">{escape(bar.figure)}</text>',
            *_pieces(bar, y + 18, most),
        ]
    if with_legend:
        lines += _legend(height - 8)
    return "\n".join([*lines, "</svg>", ""])


def _pieces(bar: Bar, y: float, most: float) -> list[str]:
    kind = "ours" if bar.name.startswith("Garmin Sync") else "peer"
    found, x = [], 0.0
    for what, value in bar.pieces:
        length = WIDTH * value / most
        if length:
            names = f"{kind} {what}".strip()
            found.append(
                f'<rect class="{names}" x="{x:.1f}" y="{y}" width="{length:.1f}" height="14"/>'
            )
        x += length
    return found


def _legend(y: float) -> list[str]:
    found = []
    for x, (what, text) in zip((0, 66, 186), LEGENDS.items(), strict=True):
        names = f"peer {what}".strip()
        found += [
            f'<rect class="{names}" x="{x}" y="{y - 10}" width="12" height="12"/>',
            f'<text class="small" x="{x + 18}" y="{y}">{text}</text>',
        ]
    return found


def _requests(tool: Any) -> Bar:  # noqa: ANN401 - JSON
    files, later = year_of(tool, 0, "files"), step_of(tool, 0, "first")["owed"]
    data = year_of(tool, 0, "requests") - files
    return Bar(
        _name(tool, 0),
        (("", data), ("files", files), ("later", later)),
        f"{data + files:,.0f}" + (f", later {later:,}" if later else ""),
    )


def _seconds(tool: Any) -> Bar:  # noqa: ANN401 - JSON
    seconds = year_of(tool, 150, "wall_s")
    return Bar(_name(tool, 150), (("", seconds),), f"{seconds:,.0f} s")


def _name(tool: Any, latency_ms: int) -> str:  # noqa: ANN401 - JSON
    title: str = tool["title"]
    return f"{title} *" if is_scaled(tool, latency_ms) else title
