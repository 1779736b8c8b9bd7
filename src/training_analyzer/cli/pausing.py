"""`pause` and `resume`: automatic syncs stand still for a while."""

from typing import Annotated

import typer

from training_analyzer.cli.one_line import BadUsage
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import FLAG, AsJson
from training_analyzer.cli.printing import print_json, say
from training_analyzer.services.audit import SYSTEM
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler

_Whose = Annotated[str | None, typer.Argument(metavar="[NAME]", help="Whose syncs.")]
_Why = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="With --all: what people read meanwhile."),
]
_All = Annotated[bool, typer.Option("--all", metavar=FLAG, help="Everybody's syncs.")]


def pause(
    name: _Whose = None,
    *,
    everybody: _All = False,
    reason: _Why = None,
    as_json: AsJson = False,
) -> None:
    """Stop the automatic syncs of one person, or of everybody with --all.

    A sync that is running ends as it would, and Garmin sessions are kept alive. One by hand
    is possible; with --all only here, while pages and API refuse it.
    """
    _one_or_all(name, everybody=everybody)
    if reason is not None and not everybody:
        message = "A --reason goes with --all."
        raise BadUsage(message)
    with opened_runtime() as runtime:
        if name is None:
            runtime.pauses.pause_everybody(reason)
            runtime.access.audit.note("paused", user_id=None, actor=SYSTEM)
            _tell("all", "Nobody is synced any more. Go on: garmin-sync resume --all", as_json)
            return
        person = runtime.people.find(name)
        runtime.pauses.pause(person.user_id)
        told = f"{person.name} is not synced any more. Go on: garmin-sync resume {person.name}"
        _tell(person.user_id, told, as_json)


def resume(name: _Whose = None, *, everybody: _All = False, as_json: AsJson = False) -> None:
    """Go on with the automatic syncs of one person, or of everybody with --all.

    Whoever missed a sync meanwhile is synced once, soon.
    """
    _one_or_all(name, everybody=everybody)
    with opened_runtime() as runtime:
        if name is None:
            was_paused = runtime.pauses.resume_everybody()
            runtime.access.audit.note("resumed", user_id=None, actor=SYSTEM)
            told = "Everybody is synced again." if was_paused else "There was no pause."
            _tell("all", told, as_json)
            return
        person = runtime.people.find(name)
        was_paused = runtime.pauses.resume(person.user_id)
        next_at = GarminSyncScheduler(runtime).get_next_sync_time(person.user_id)
        when = f" The next sync: {next_at:%Y-%m-%d %H:%M} UTC." if next_at else ""
        told = f"{person.name} is synced again.{when}" if was_paused else "There was no pause."
        _tell(person.user_id, told, as_json)


def _one_or_all(name: str | None, *, everybody: bool) -> None:
    if (name is None) != everybody:
        message = "Name one person, or give --all."
        raise BadUsage(message)


def _tell(who: str, told: str, as_json: bool) -> None:  # noqa: FBT001 - the option itself
    if as_json:
        print_json({"who": who, "message": told})
    else:
        say(told)
