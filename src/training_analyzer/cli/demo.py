"""`demo`: the whole product with a pretend athlete, in one command."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from training_analyzer.cli.drawing import print_summary
from training_analyzer.cli.logs import logging_to_stderr
from training_analyzer.cli.one_line import CannotBeDone
from training_analyzer.cli.options import FLAG, HIGHEST_PORT, AsJson
from training_analyzer.cli.outcomes import exit_code
from training_analyzer.cli.printing import print_json, say
from training_analyzer.cli.serving import serve_demo
from training_analyzer.cli.signals import interrupted_by_termination
from training_analyzer.cli.starting import write_settings
from training_analyzer.cli.summary import summary_of
from training_analyzer.cli.syncing import WatchedSync, watched_sync
from training_analyzer.model import User
from training_analyzer.services.encryption import new_key
from training_analyzer.services.runtime import Runtime, build_runtime
from training_analyzer.settings import KEY, Settings
from training_analyzer.simulator import SimulatorServer, demo_world

_ATHLETE = "ada"
_LONGEST = 730
# The pretend Garmin is ours: nobody minds how fast it is asked.
_NO_PACING = 6000


def demo(
    *,
    days: Annotated[
        int, typer.Option(min=1, max=_LONGEST, metavar="N", help="How many days to sync.")
    ] = 365,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=HIGHEST_PORT, metavar="P", help="Of the pages; 8000 or a free one."
        ),
    ] = None,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", metavar=FLAG, help="End after the summary.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Keep the data there, in a new folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sync a year of a pretend athlete, show it, and serve the pages.

    Nothing of yours is read or changed: the demo has a Garmin, a folder and a key of
    its own, and deletes them at the end. Ctrl-C ends it.
    """
    with (
        interrupted_by_termination(),
        _folder(data) as folder,
        SimulatorServer(demo_world()) as garmin,
    ):
        settings = _settings(folder, garmin.url)
        with logging_to_stderr(settings), build_runtime(settings) as runtime:
            if not as_json:
                say(f"A pretend Garmin listens at {garmin.url}; {_ATHLETE} signs in.")
            person = _connected(runtime, garmin)
            watched = _synced(runtime, person, days, quiet=as_json)
            summary = summary_of(
                runtime,
                person.name,
                person.user_id,
                outcome=watched.outcome,
                seconds=watched.seconds,
                days=days,
            )
            if as_json:
                print_json(summary.document())
            else:
                print_summary(summary)
            if no_serve or watched.was_stopped:
                raise typer.Exit(exit_code(watched.outcome))
            ending = f"Ctrl-C ends the demo; {'its data stays' if data else 'nothing stays'}."
            serve_demo(runtime, person, port=port, ending=ending, as_json=as_json)


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    """Give the folder *wanted*, made new, or a temporary one that is gone afterwards."""
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="garmin-sync-demo-") as made:
            yield Path(made)
        return
    try:
        wanted.mkdir(parents=True, mode=0o700)
    except OSError:
        message = f"{wanted} cannot be made: name a folder that is not there yet, with --data."
        raise CannotBeDone(message) from None
    yield wanted


def _settings(folder: Path, garmin_url: str) -> Settings:
    """Return settings of the demo's own, and leave them in *folder* with its data."""
    key, database_url = new_key(), f"sqlite:///{folder.absolute() / 'garmin-sync.db'}"
    write_settings(folder / ".env", {KEY: key, "DATABASE_URL": database_url})
    return Settings(
        encryption_key=SecretStr(key),
        database_url=database_url,
        garmin_server_url=garmin_url,
        requests_per_minute=_NO_PACING,
    )


def _connected(runtime: Runtime, garmin: SimulatorServer) -> User:
    """Add the demo's person and connect them with their password, as anybody would be."""
    account = next(known for known in garmin.world.accounts if known.mfa_code is None)
    person = runtime.people.add(_ATHLETE)
    runtime.connections.connect_password(person.user_id, account.email, account.password)
    return person


def _synced(runtime: Runtime, person: User, days: int, *, quiet: bool) -> WatchedSync:
    # Whoever presses "Sync now" in the demo wants to see a sync.
    runtime.credentials.update_sync_config(
        person.user_id, initial_sync_days=days, min_sync_interval_minutes=1
    )
    return watched_sync(runtime, person, quiet=quiet)
