"""`worker`: scheduler and syncs without the web face, beside others on one PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

from training_analyzer import settings as configured
from training_analyzer.cli.opening import opened_runtime
from training_analyzer.cli.options import HIGHEST_PORT, AsJson
from training_analyzer.cli.outcomes import number
from training_analyzer.cli.printing import print_json, say
from training_analyzer.cli.signals import asked_to_stop, leave_at_once
from training_analyzer.services.background import beside_syncs
from training_analyzer.services.dispatching import refuse_file
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.metrics_server import MetricsServer
from training_analyzer.services.runtime import Runtime

_ENDING: Final = "Ctrl-C ends it."


def worker(
    *,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=HIGHEST_PORT,
            metavar="P",
            help="Serve /metrics, /healthz and /readyz at HOST; 0: a free one.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sync everybody on their schedule, without a web page. Needs PostgreSQL.

    Any number of workers, and of servers, share the work on one database. Runs until
    Ctrl-C or SIGTERM; running syncs then end, and any other process goes on with them.
    """
    refuse_file(configured.load())
    with (
        opened_runtime(is_service=True) as runtime,
        asked_to_stop(quiet=as_json) as stop,
        _metrics(runtime, metrics_port) as metrics,
        beside_syncs(runtime),
    ):
        scheduler = GarminSyncScheduler(runtime)
        scheduler.start()
        try:
            _announce(runtime, metrics, is_working=scheduler.is_running, as_json=as_json)
            stop.wait()
        finally:
            all_ended = scheduler.stop()
    if not all_ended:
        leave_at_once()


@contextmanager
def _metrics(runtime: Runtime, port: int | None) -> Iterator[str | None]:
    """Give the address of the metrics while they are served, None without a port."""
    if port is None:
        yield None
        return
    with MetricsServer(runtime, host=runtime.settings.host, port=port) as server:
        yield server.url


def _announce(runtime: Runtime, metrics: str | None, *, is_working: bool, as_json: bool) -> None:
    slots = runtime.settings.concurrent_syncs if is_working else 0
    where = runtime.database.where
    if as_json:
        print_json({"database": where, "slots": slots, "metrics": metrics})
        return
    if metrics is not None:
        say(f"Metrics are at {metrics}")
    if is_working:
        say(f"The worker is ready: up to {number(slots, 'sync')} at once into {where}. {_ENDING}")
    else:
        say(f"GARMIN_SYNC_ENABLED is false: the worker does nothing. {_ENDING}")
