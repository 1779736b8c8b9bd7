"""What our own scripts measured, as sections of the page; what was not measured is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from comparison.tables import Json, number, table

if TYPE_CHECKING:
    from collections.abc import Callable


def written(others: Json) -> str:
    """Return a section for each script that was run."""
    return "\n".join(make(others[name]) for name, make in SECTIONS.items() if others.get(name))


def _decoders(found: Json) -> str:
    rows = [[one["decoder"], f"{one['files']}", number(one["files_per_s"])] for one in found]
    return "## Activity files\n\n" + table(["decoder", "files", "files a second of one core"], rows)


def _year_of_files(found: Json) -> str:
    return (
        f"{found['files']} files ({found['megabytes']} MB) decoded and stored as a sync does, on "
        f"one core and SQLite: {found['wall_s']:.1f} s, of them {found['cpu_s']:.1f} s of "
        f"processor; peak memory {found['peak_mb']} MB.\n"
    )


def _memory(found: Json) -> str:
    rows = [
        [
            f"{span['days']} days",
            f"{number_of + 1}",
            number(span["requests"][number_of]),
            number(span["files"][number_of]),
            f"{span['wall_s'][number_of]:,.1f} s",
            f"{peak} MB",
        ]
        for span in found
        for number_of, peak in enumerate(span["peak_mb"])
    ]
    head = ["first copy of", "sync", "requests", "files", "wall, 0 ms", "peak memory"]
    note = (
        "The pretend Garmin is another process. A sync brings at most 300 files, so that five "
        "years take some; each sync is a process of its own.\n"
    )
    return f"## Memory, one year and five\n\n{table(head, rows)}\n{note}"


def _storing(found: Json) -> str:
    ways = list(found[0]["rows_per_s"])
    rows = [
        [f"{each['database']}, {number(each['rows'])} rows"]
        + [number(each["rows_per_s"][way]) for way in ways]
        for each in found
    ]
    note = (
        "The windows of a year of some people; everybody writes the same rows, the ledger's lines "
        "among them, and commits after each window. SQLite with `synchronous=FULL`. The driver and "
        "Core insert into empty tables. A sync also proves its lease, compresses and archives the "
        "answer, compares each row with what is there, and writes the run's progress.\n"
    )
    return f"## Rows a second\n\n{table(['stored', *ways], rows)}\n{note}"


def _storage(found: Json) -> str:
    rows = [
        [one["task"], number(one["rows"]), number(one["rows"] / one["seconds"])] for one in found
    ]
    return "## Stored data\n\n" + table(["", "rows", "rows a second"], rows)


def _claim(found: Json) -> str:
    rows = [
        [f"who is due, {number(found['due'])} of them", f"{found['due_query_ms']:.1f} ms"],
        ["who is due, nobody", f"{found['idle_query_ms']:.1f} ms"],
        ["a claim of one person", f"{found['claim_one_ms']:.1f} ms"],
        [f"{number(found['due'])} claims, one by one", f"{found['claim_all_ms']:,.0f} ms"],
    ]
    head = [f"among {number(found['users'])} people", "median"]
    return f"## The schedule, on PostgreSQL\n\n{table(head, rows)}"


def _listeners(found: Json) -> str:
    rows = [
        [
            number(one["listeners"]),
            f"{one['median_ms']:.0f} ms",
            f"{one['p95_ms']:.0f} ms",
            f"{one['cpu_percent']:.0f} %",
            f"{one['memory_for_listeners_mib']:.0f} MiB",
        ]
        for one in found
    ]
    head = ["listeners", "the last one hears it, median", "95 of 100", "processor", "memory"]
    note = (
        "\nOne run stores a window every 150 ms, two events each; from the end of its transaction "
        "until the last listener has it, over the wire. Processor of a core: server and run.\n"
    )
    return f"## Who watches a run\n\n{table(head, rows)}\n{note}"


def _load(found: Json) -> str:
    rows = [
        [
            f"{one['route']}, {one['answer_kb']:.0f} kB, {one['arrival']}",
            number(one["answers_per_s"]),
            *(f"{one[f'p{share}_ms']:,.0f} ms" for share in (50, 95, 99)),
            number(one["errors"]),
            f"{one['cpu_percent']:.0f} %",
            f"{one['windows_stored_per_s']:.1f}",
            f"{one['machine_load']:.1f}",
        ]
        for one in found["routes"]
    ]
    head = ["asked for", "answers a second", "50 of 100 within", "95 of 100", "99 of 100", "errors"]
    head += ["processor", "windows stored a second", "load before"]
    note = (
        f"\n{found['clients']} clients ask for the data of one athlete of five years, while "
        f"{found['syncs']} other people are synced in the same process, on SQLite, from a pretend "
        "Garmin 150 ms away. *Paced*: each client asks once a second, and a time counts from when "
        "the question was due. *Without pause*: each asks again at once, so the times only say how "
        "many answers a second there are. Processor of a core: server and syncs. Clients and the "
        "pretend Garmin share the machine.\n"
    )
    return f"## The API under load\n\n{table(head, rows)}\n{note}"


def _pages(found: Json) -> str:
    rows = [
        [
            re.sub(r"^(/[^,]*)", r"`\1`", one["page"]),
            *(f"{one[name]:,.0f} ms" for name in ("p50_ms", "p95_ms", "cpu_p95_ms")),
            *(f"{one[name]:,.0f} kB" for name in ("html_kb", "weight_kb", "packed_kb")),
        ]
        for one in found["pages"]
    ]
    head = ["page", "50 of 100 within", "95 of 100", "processor", "HTML", "all it loads", "packed"]
    note = (
        f"Each page asked for {found['times']} times, one after the other, over the wire and "
        "compressed, from a server with the five years of one athlete on SQLite: 1,800 days, 1,200 "
        "activities, 1,800 runs. The time ends with the last byte; *processor* is what the server "
        "used for it, 95 of 100 within. The machine's load before was "
        f"{found['machine_load']}: on an idle machine the time is the processor's. *All it loads* "
        "is the HTML with styles, scripts and icons, unpacked, as on a first visit.\n"
    )
    return f"## Pages\n\n{table(head, rows)}\n{note}"


SECTIONS: Final[dict[str, Callable[[Json], str]]] = {
    "decoders": _decoders,
    "year_of_files": _year_of_files,
    "memory": _memory,
    "storing": _storing,
    "storage": _storage,
    "claim": _claim,
    "listeners": _listeners,
    "load": _load,
    "pages": _pages,
}
