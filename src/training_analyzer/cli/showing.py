"""`status` and `history`: connections, and the runs there were."""

from shlex import quote
from typing import Annotated

import typer

from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import AsJson, Name
from training_analyzer.cli.printing import print_facts, print_json, print_table, say
from training_analyzer.cli.queueing import breakers_of, queue_of
from training_analyzer.cli.standing import Standing, standing_of
from training_analyzer.model import GarminSyncHistory
from training_analyzer.services.runtime import Runtime

_LONGEST_HISTORY = 1000


def status(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One person; everybody if left out.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the connection, the last sync and the next one; without NAME also the queue."""
    with opened_runtime() as runtime:
        if name is not None:
            standing = standing_of(runtime, runtime.people.find(name))
            if as_json:
                print_json(standing)
            else:
                print_facts(standing.facts())
            return
        _show_everybody(runtime, as_json=as_json)


def _show_everybody(runtime: Runtime, *, as_json: bool) -> None:
    people = runtime.people.list()
    everybody = [standing_of(runtime, person) for person in people]
    queue = queue_of(runtime, {person.user_id: person.name for person in people})
    breakers = breakers_of(runtime)
    if as_json:
        print_json({"people": everybody, "queue": queue, "breakers": breakers})
        return
    if everybody:
        print_table(Standing.HEADINGS, [standing.row() for standing in everybody])
    else:
        say("Nobody is here yet. Add somebody: garmin-sync user add NAME")
    if everybody or queue.connections:
        say()
        print_facts([*queue.facts(), *(breaker.fact() for breaker in breakers)])


def history(
    name: Name,
    *,
    limit: Annotated[
        int, typer.Option(min=1, max=_LONGEST_HISTORY, metavar="N", help="How many at most.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """List a person's syncs, newest first."""
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        runs = runtime.credentials.get_sync_history(person.user_id, limit=limit)
        if as_json:
            print_json(runs)
            return
        if not runs:
            say(f"{person.name} was never synced. Begin: garmin-sync sync {quote(person.name)}")
            return
        print_table(
            (
                "started (UTC)",
                "type",
                "status",
                "took",
                "act.",
                "well.",
                "fit.",
                "requests",
                "rows",
            ),
            [_row(run) for run in runs],
            right=(3, 4, 5, 6, 7, 8),
        )
        for run in runs:
            if run.error_message:
                say(f"{run.started_at:%Y-%m-%d %H:%M} {run.error_message}")


def _row(run: GarminSyncHistory) -> tuple[object, ...]:
    took = None if run.duration_seconds is None else f"{run.duration_seconds:,} s"
    return (
        run.started_at,
        run.sync_type,
        run.status,
        took,
        run.activities_synced,
        run.wellness_days_synced,
        run.fitness_days_synced,
        run.requests,
        run.rows_changed,
    )
