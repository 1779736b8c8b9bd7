"""`worker`: scheduler and syncs without the web face, beside others on one PostgreSQL."""

from typing import Final

from training_analyzer import settings as configured
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import AsJson
from training_analyzer.cli.outcomes import number
from training_analyzer.cli.printing import print_json, say
from training_analyzer.cli.signals import asked_to_stop
from training_analyzer.services.dispatching import refuse_file
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import Runtime

_ENDING: Final = "Ctrl-C ends it."


def worker(*, as_json: AsJson = False) -> None:
    """Sync everybody on their schedule, without a web page. Needs PostgreSQL.

    Any number of workers, and of servers, share the work on one database. Runs until
    Ctrl-C or SIGTERM; running syncs then end, and any other process goes on with them.
    """
    refuse_file(configured.load())
    with opened_runtime(is_service=True) as runtime, asked_to_stop(quiet=as_json) as stop:
        scheduler = GarminSyncScheduler(runtime)
        scheduler.start()
        try:
            _announce(runtime, is_working=scheduler.is_running, as_json=as_json)
            stop.wait()
        finally:
            scheduler.stop()


def _announce(runtime: Runtime, *, is_working: bool, as_json: bool) -> None:
    slots = runtime.settings.concurrent_syncs if is_working else 0
    where = runtime.database.where
    if as_json:
        print_json({"database": where, "slots": slots})
    elif is_working:
        say(f"The worker is ready: up to {number(slots, 'sync')} at once into {where}. {_ENDING}")
    else:
        say(f"GARMIN_SYNC_ENABLED is false: the worker does nothing. {_ENDING}")
