"""The measured figures as a page of Markdown, scaled where a peer copied less than a year."""

from __future__ import annotations

from typing import Any, Final

YEAR: Final = 365
STEPS: Final = {
    "first": "first copy",
    "again": "again, at once",
    "week": "a week later",
    "killed": "killed half way",
    "resumed": "told again",
}
type Json = Any


def year_of(tool: Json, latency_ms: int, what: str) -> float:
    """Return *what* the first copy of a year costs; of fewer days it is scaled in proportion."""
    found: float = step_of(tool, latency_ms, "first")[what] * YEAR / tool["days"]
    return found


def step_of(tool: Json, latency_ms: int, name: str) -> Json:
    """Return the step called *name*."""
    return next(step for step in tool["runs"][str(latency_ms)] if step["step"] == name)


def written(result: Json) -> str:
    """Return the whole page."""
    parts = [
        "# Measured, in one run\n",
        _about(result["machine"]),
        "## The first year\n",
        _first_year(result["tools"]),
        _notes(result["tools"]),
        "## Each step, as measured\n",
        _steps(result["tools"]),
        *_decoders(result["others"].get("decoders")),
        *_storage(result["others"].get("storage")),
    ]
    return "\n".join(parts)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table whose first column is text and whose others are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, rule, *rows])


def ratio(theirs: float, ours: float) -> str:
    """Return how many times ours theirs is."""
    return f"{theirs / ours:,.1f}"


def _about(machine: Json) -> str:
    return (
        f"{machine['date']}, Python {machine['python']}, {machine['system']}, "
        f"{machine['cores']} cores. The machine was busy with other work (load "
        f"{machine['load_at_start']} at the start), so read ratios of this one run, not seconds. "
        "Everything asks the same pretend Garmin on the same machine, whose own work is in the "
        "wall times. Made by `make bench`.\n"
    )


def _first_year(tools: list[Json]) -> str:
    ours = tools[0]
    without_files = year_of(ours, 0, "requests") - year_of(ours, 0, "files")
    rows = []
    for tool in tools:
        requests, at_150 = year_of(tool, 0, "requests"), year_of(tool, 150, "wall_s")
        first = step_of(tool, 0, "first")
        rows.append(
            [
                tool["title"] + ("" if tool["days"] == YEAR else f" ({tool['days']} days, scaled)"),
                f"{requests:,.0f}",
                f"{year_of(tool, 0, 'files'):,.0f}",
                ratio(requests, year_of(ours, 0, "requests")),
                ratio(requests - year_of(tool, 0, "files"), without_files),
                f"{year_of(tool, 0, 'wall_s'):,.0f} s",
                f"{at_150:,.0f} s",
                ratio(at_150, year_of(ours, 150, "wall_s")),
                f"{year_of(tool, 0, 'cpu_s'):,.0f} s",
                f"{first['peak_mb']:,.0f} MB",
                f"{year_of(tool, 0, 'database_mb'):,.0f} MB",
            ]
        )
    head = [
        *("", "requests", "of them files", "times ours", "times ours without files"),
        *("wall, 0 ms", "wall, 150 ms", "times ours", "CPU", "peak memory", "database"),
    ]
    return table(head, rows)


def _notes(tools: list[Json]) -> str:
    notes = [
        (
            "150 ms are added to each answer. Our pacing and garmcli's pause are off (in service "
            "we keep to 60 requests a minute); the 0.1 s that garmin-health-data waits after each "
            "request have no switch."
        ),
        (
            "What is stored differs. Ours: every stream of the catalog, curves within the day for "
            "the newest days (more with each later sync), activity files decoded into laps and "
            "tracks, and the raw answers. garmin-health-data: each day in detail and activity "
            "files; its raw files lie beside the database and are not counted. Its menstrual "
            "types and running tolerance are left out in its favour: the pretend Garmin has no "
            "answer for them. garmcli: 15 answers a day as JSON, no activities."
        ),
    ]
    if any(tool["days"] != YEAR for tool in tools):
        notes.append(
            "A peer that is too slow for a year copied its newest days. Requests, seconds and "
            "megabytes are scaled to 365 days in proportion, the peak memory is not."
        )
    return "".join(f"- {note}\n" for note in notes)


def _steps(tools: list[Json]) -> str:
    rows = [
        [
            f"{tool['title']}, {tool['days']} days",
            f"{latency} ms",
            STEPS[step["step"]],
            f"{step['requests']:,}",
            f"{step['files']:,}",
            f"{step['wall_s']:,.1f} s",
            f"{step['cpu_s']:,.1f} s",
            f"{step['peak_mb']:,.0f} MB",
            f"{step['database_mb']:,.1f} MB",
        ]
        for tool in tools
        for latency, steps in tool["runs"].items()
        for step in steps
    ]
    head = ["", "latency", "step", "requests", "files", "wall", "CPU", "peak memory", "database"]
    return table(head, rows)


def _decoders(found: Json) -> list[str]:
    if not found:
        return []
    rows = [[one["decoder"], f"{one['files']}", f"{one['files_per_s']:,.0f}"] for one in found]
    return [
        "## Activity files\n",
        table(["decoder", "files", "files a second of one core"], rows),
    ]


def _storage(found: Json) -> list[str]:
    if not found:
        return []
    rows = [
        [one["task"], f"{one['rows']:,}", f"{one['rows'] / one['seconds']:,.0f}"] for one in found
    ]
    return ["## Stored data\n", table(["", "rows", "rows a second"], rows)]
