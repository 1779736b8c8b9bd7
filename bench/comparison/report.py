"""The measured figures as a page of Markdown, scaled where a peer copied less than a year."""

from __future__ import annotations

from typing import Final

from comparison import own_figures
from comparison.tables import Json, number, table

YEAR: Final = 365
STEPS: Final = {
    "first": "first copy",
    "again": "again, at once",
    "week": "a week later",
    "killed": "killed half way",
    "resumed": "told again",
}


def year_of(tool: Json, latency_ms: int, what: str) -> float:
    """Return *what* the first copy of a year costs; of fewer days it is scaled in proportion."""
    step = step_of(tool, latency_ms, "first")
    found: float = step[what] * YEAR / step["days"]
    return found


def is_scaled(tool: Json, latency_ms: int) -> bool:
    """Tell whether the first copy at *latency_ms* was of less than a year."""
    return bool(step_of(tool, latency_ms, "first")["days"] != YEAR)


def step_of(tool: Json, latency_ms: int, name: str) -> Json:
    """Return the step called *name*."""
    return next(step for step in tool["runs"][str(latency_ms)] if step["step"] == name)


def written(result: Json) -> str:
    """Return the whole page."""
    tools = result["tools"]
    parts = [
        "# Measured side by side\n",
        _about(result["machine"]),
        "## Requests for the first year\n",
        _requests(tools),
        _notes_on_requests(tools),
        "## Seconds, memory, bytes\n",
        _costs(tools),
        _notes_on_costs(),
        "## Each step, as measured\n",
        _steps(tools),
        own_figures.written(result["others"]),
    ]
    return "\n".join(parts)


def _about(machine: Json) -> str:
    loads = " and ".join(f"{load} at {ms} ms" for ms, load in sorted(machine["load"].items()))
    sittings = (
        "The figures at 150 ms are of one run; those at 0 ms were measured in several runs of the "
        "same hour, under other loads, so that their seconds compare with nothing. "
        if machine.get("in_parts")
        else "All tools at one latency were measured one after the other, in one run. "
    )
    return (
        f"{machine['date']}, Python {machine['python']}, {machine['system']}, "
        f"{machine['cores']} cores. The machine was busy with other work (load at the start: "
        f"{loads}), so read ratios, not seconds. {sittings}"
        "Everything asks the same pretend Garmin on the same machine, whose own "
        "work is in the wall times. Made by `make bench`. A star: scaled to 365 days in "
        'proportion, from the days that "each step" names.\n'
    )


def _requests(tools: list[Json]) -> str:
    ours = tools[0]
    all_of_ours, files_of_ours = year_of(ours, 0, "requests"), year_of(ours, 0, "files")
    with_curves = all_of_ours + step_of(ours, 0, "first")["owed"]
    rows = []
    for tool in tools:
        requests, files = year_of(tool, 0, "requests"), year_of(tool, 0, "files")
        owed, star = step_of(tool, 0, "first")["owed"], "\\*" if is_scaled(tool, 0) else ""
        rows.append(
            [
                tool["title"],
                number(requests) + star,
                number(files) + star,
                number(requests - files) + star,
                f"{requests / all_of_ours:,.1f}",
                f"{(requests - files) / (all_of_ours - files_of_ours):,.1f}",
                number(owed),
                f"{(requests + owed) / with_curves:,.1f}",
            ]
        )
    head = [
        *("", "requests", "of them files", "without files", "times ours"),
        *("times ours without files", "curves, by later syncs", "times ours with those"),
    ]
    return table(head, rows)


def _notes_on_requests(tools: list[Json]) -> str:
    vain = sum(step_of(tool, 0, "first")["refused"] for tool in tools[2:])
    return _listed(
        "garmin-health-data is told nothing about types, so this is its default, and its default "
        'has the original file of each activity. Like for like is therefore "times ours", with '
        "files on both sides. A file is one request whoever asks for it: what ranges of days "
        "save shows only without files.",
        f"{vain} of the peers' requests are vain: garmin-health-data asks four times for the file "
        "of an activity that was entered by hand, which has none.",
        "Its default also has the curves within the day, of all days. We ask for day values "
        "first, and for the curves of the latest 180 days (older ones Garmin puts away) with "
        'later syncs, each within its budget of 20 requests: "times ours with those" counts them '
        "all as if made at once.",
        "Left out in favour of garmin-health-data: menstrual days, menstrual cycles and running "
        "tolerance, for which the pretend Garmin has no answer. By default it asks for them, too: "
        "some 370 requests more.",
        "garmcli copies 15 answers a day, and no activity.",
    )


def _costs(tools: list[Json]) -> str:
    ours = year_of(tools[0], 150, "wall_s")
    rows = []
    for tool in tools:
        near, far = ("\\*" if is_scaled(tool, latency) else "" for latency in (0, 150))
        seconds = year_of(tool, 150, "wall_s")
        rows.append(
            [
                tool["title"],
                f"{year_of(tool, 0, 'wall_s'):,.0f} s{near}",
                f"{seconds:,.0f} s{far}",
                f"{seconds / ours:,.1f}",
                f"{year_of(tool, 0, 'cpu_s'):,.0f} s{near}",
                f"{step_of(tool, 0, 'first')['peak_mb']:,.0f} MB",
                f"{year_of(tool, 0, 'database_mb'):,.0f} MB{near}",
            ]
        )
    head = ["", "0 ms", "150 ms", "times ours at 150 ms", "CPU", "peak memory", "database"]
    return table(head, rows)


def _notes_on_costs() -> str:
    return _listed(
        "150 ms are added to each answer. Our pacing and garmcli's pause are off (in service "
        "we keep to 60 requests a minute); the 0.1 s that garmin-health-data waits after each "
        "request have no switch. A vain request for a file costs it 40 s more, which is in its "
        "seconds at 0 ms, and not in those at 150 ms: those days have no such activity.",
        "What is stored differs. Ours: every stream of the catalog, activity files decoded into "
        "laps and tracks, and the raw answers; curves come later. garmin-health-data: each day in "
        "detail and activity files; its raw files lie beside the database and are not counted.",
    )


def _listed(*notes: str) -> str:
    return "".join(f"- {note}\n" for note in notes)


def _steps(tools: list[Json]) -> str:
    rows = [
        [
            tool["title"],
            f"{step['days']}",
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
    head = [
        *("", "days", "latency", "step", "requests", "files", "wall", "CPU"),
        *("peak memory", "database"),
    ]
    return table(head, rows)
