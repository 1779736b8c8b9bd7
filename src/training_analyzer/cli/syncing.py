"""`sync`: one sync of one person, now."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from training_analyzer.cli.days import in_order, latest_day, parse_day, wish_of
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson, Name
from training_analyzer.cli.outcomes import exit_code, outcome_lines
from training_analyzer.cli.printing import as_json as as_document
from training_analyzer.cli.printing import print_json, say
from training_analyzer.cli.progress import shown_progress
from training_analyzer.cli.signals import asked_to_stop
from training_analyzer.model import SyncOutcome, User
from training_analyzer.services.runtime import Runtime
from training_analyzer.services.wishes import NOTHING_SPECIAL, Wish

FirstDay = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="The first day, as in 2026-03-01.")
]
LastDay = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="The last day; today if left out.")
]
Force = Annotated[
    bool, typer.Option("--force", metavar=FLAG, help="Ignore the shortest time between two syncs.")
]


def sync(
    name: Name,
    *,
    first: FirstDay = None,
    last: LastDay = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Sync a person's data now, and show how far it is.

    Asks for what is missing of the configured days, or for all days from --from to --to.
    Ctrl-C stops it; the next sync goes on where it stopped. Leaves with 0 when all is
    there, 3 when some of it is missing, 1 when it failed, 75 when to try later.
    """
    today = latest_day(datetime.now(UTC))
    oldest, newest = parse_day("--from", first, today=today), parse_day("--to", last, today=today)
    in_order(oldest, newest)
    with opened_runtime() as runtime:
        person = runtime.people.find(name)
        wish = wish_of(oldest, newest, runtime.syncs.config(person.user_id), today=today)
        watched = watched_sync(runtime, person, wish=wish, force=force, quiet=as_json)
        outcome = watched.outcome
        if as_json:
            print_json({"name": person.name, "user_id": person.user_id} | document(outcome))
        else:
            for line in outcome_lines(person.name, outcome, watched.seconds):
                say(line)
        raise typer.Exit(exit_code(outcome))


@dataclass(frozen=True, slots=True)
class WatchedSync:
    """What came of a sync, how long it took, and whether somebody wanted it to end.

    One that is asked to end in its last moments completes all the same.
    """

    outcome: SyncOutcome
    seconds: float
    was_stopped: bool


def watched_sync(
    runtime: Runtime,
    person: User,
    *,
    wish: Wish = NOTHING_SPECIAL,
    force: bool = False,
    quiet: bool = False,
) -> WatchedSync:
    """Sync *person* with a progress display; return what came of it."""
    began = time.monotonic()
    runtime.syncs.check(person.user_id, force=force)
    with asked_to_stop(quiet=quiet) as stop, shown_progress(person.name, quiet=quiet) as watch:
        outcome = runtime.syncs.sync(
            person.user_id, wish=wish, force=force, watch=watch, must_stop=stop.is_set
        )
    return WatchedSync(outcome, time.monotonic() - began, was_stopped=stop.is_set())


def document(outcome: SyncOutcome) -> dict[str, object]:
    """Return *outcome* as a JSON object."""
    made = as_document(outcome)
    return made if isinstance(made, dict) else {}
