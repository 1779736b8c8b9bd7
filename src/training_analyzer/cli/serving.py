"""`serve`: pages, API and scheduler in one process."""

from collections.abc import Callable
from typing import Annotated, Final

import typer

from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import HIGHEST_PORT, AsJson
from training_analyzer.cli.printing import print_json, say
from training_analyzer.cli.signals import leave_at_once
from training_analyzer.errors import SettingsError
from training_analyzer.model import User
from training_analyzer.services.metrics_access import is_loopback
from training_analyzer.services.runtime import Runtime
from training_analyzer.web.serve import serve_forever

_ANY_FREE: Final = 0


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(metavar="H", help="Where to listen; HOST if left out.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=HIGHEST_PORT, metavar="P", help="PORT if left out; 0: a free one."),
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose link; who was here first if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the pages and the API, and sync everybody on their schedule.

    Prints a link that signs one person in, once; while nobody is here, the link on which
    the first administrator sets the server up. Runs until Ctrl-C or SIGTERM; running
    syncs then end and go on at the next start.
    """
    with opened_runtime(is_service=True) as runtime:
        host = host or runtime.settings.host
        _refuse_open_start(runtime, host)
        person = _first(runtime) if user is None else runtime.people.find(user)
        all_ended = serve_forever(
            runtime,
            host=host,
            port=runtime.settings.port if port is None else port,
            first_user_id=person.user_id if person else None,
            announce=_announcer(person, "Ctrl-C ends it.", as_json=as_json),
        )
    if not all_ended:
        leave_at_once()


def serve_demo(
    runtime: Runtime, person: User, *, port: int | None, ending: str, as_json: bool
) -> None:
    """Serve the demo's *person* at *port*, or at the usual one, or at any that is free.

    *ending* tells the person how it ends.
    """
    announce = _announcer(person, ending, as_json=as_json)
    host = runtime.settings.host
    wanted = runtime.settings.port if port is None else port
    try:
        serve_forever(
            runtime, host=host, port=wanted, first_user_id=person.user_id, announce=announce
        )
    except SettingsError:
        if port is not None:
            raise
        serve_forever(
            runtime, host=host, port=_ANY_FREE, first_user_id=person.user_id, announce=announce
        )


def _refuse_open_start(runtime: Runtime, host: str) -> None:
    """Raise `SettingsError` where others could be first: nobody here has a password yet."""
    if not is_loopback(host) and not runtime.people.has_anybody(with_password=True):
        message = (
            "HOST: others can reach this server and nobody here has a password yet. Add somebody"
            " with one first: garmin-sync user add NAME, or: garmin-sync user password NAME."
        )
        raise SettingsError(message)


def _first(runtime: Runtime) -> User | None:
    return min(runtime.people.list(), key=lambda person: person.created_at, default=None)


def _announcer(person: User | None, ending: str, *, as_json: bool) -> Callable[[str], None]:
    """Return what tells where the server is, once it listens."""

    def announce(link: str) -> None:
        if as_json:
            print_json({"url": link, "user": person.name if person else None})
            return
        say()
        if person is None:
            say("Nobody is here yet. Open this link to become the administrator of this server.")
            say("It works once, for ten minutes.")
            say(f"  {link}", style="bold")
        else:
            say(f"Open this link to sign in as {person.name}. It works once, for ten minutes.")
            say(f"  {link}", style="bold")
        say(ending)

    return announce
