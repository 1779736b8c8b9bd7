"""`simulate`: the pretend Garmin, on its own."""

import errno
import time
from pathlib import Path
from typing import Annotated

import typer

from training_analyzer.cli.one_line import CannotBeDone
from training_analyzer.cli.options import HIGHEST_PORT, AsJson
from training_analyzer.cli.printing import print_json, print_table, say
from training_analyzer.simulator import (
    SimulatorServer,
    World,
    demo_world,
    recorded_world,
    serve,
    ways_in,
)


def simulate(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=HIGHEST_PORT, metavar="P", help="0: a free one.")
    ] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help="Other lives for another number.")] = 0,
    recordings: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Serve recorded answers for one athlete instead."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a pretend Garmin on this machine, with invented athletes.

    Prints its address and how each athlete signs in, and runs until Ctrl-C or SIGTERM.
    Use it as a Garmin: GARMIN_SERVER_URL=http://127.0.0.1:PORT garmin-sync serve
    """

    def announce(server: SimulatorServer) -> None:
        ways = ways_in(server.world)
        if as_json:
            print_json({"url": server.url, "athletes": ways})
            return
        say(f"A pretend Garmin listens at {server.url}")
        say()
        print_table(
            ("e-mail", "password", "MFA code", "Personal API key"),
            [(way["email"], way["password"], way["mfa_code"], way["personal_key"]) for way in ways],
        )
        say()
        say("Tokens are printed with --json. Ctrl-C ends it.")

    began = time.monotonic()
    world = _world(seed, recordings)
    try:
        serve(world, port=port, announce=announce)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        message = f"Port {port} is not to be had: choose another with --port, or 0 for a free one."
        raise CannotBeDone(message) from None
    if not as_json:
        say(f"It answered {world.log.count():,} requests in {time.monotonic() - began:,.0f} s.")


def _world(seed: int, recordings: Path | None) -> World:
    if recordings is None:
        return demo_world(seed)
    if not (recordings / "INDEX.tsv").is_file():
        message = f"{recordings} holds no recordings: its INDEX.tsv is missing."
        raise CannotBeDone(message)
    return recorded_world(recordings, seed)
