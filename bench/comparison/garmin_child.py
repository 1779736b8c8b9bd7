"""The pretend Garmin of the comparison, as a process: one athlete, with all ways in.

Its clock starts a week ago, so that a week can pass between two syncs; the driver moves it.
The one argument is for how many days, at least, the athlete has worn a watch.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.simulator import Lifetimes, SimulatorServer, World, demo_world, serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training_analyzer.model import Api
    from training_analyzer.simulator import Answer, Answerer, Owner

A_WEEK = timedelta(days=7)
# A token has to outlive the week that passes at once.
LIFETIMES = Lifetimes(
    access=timedelta(days=30), refresh=timedelta(days=60), personal=timedelta(days=30)
)

LIST: Final = "/activitylist-service/activities/search/activities"
# Flags of Garmin's list that the pretend Garmin leaves out. Without them garmin-health-data puts
# the whole day of an activity aside, and would be spared the work of storing it.
FLAGS: Final = dict.fromkeys(
    ("purposeful", "hasImages", "hasVideo", "hasHeatMap", "autoCalcCalories"), False
)


def with_flags(answer: Answerer) -> Answerer:
    """Return *answer* with `FLAGS` in each row of the activity list."""

    def flagged(
        owner: Owner, api: Api, path: str, query: Mapping[str, str], now: datetime
    ) -> Answer:
        given = answer(owner, api, path, query, now)
        if path != LIST or not isinstance(given.body, list):
            return given
        rows = [FLAGS | row if isinstance(row, dict) else row for row in given.body]
        return replace(given, body=rows)

    return flagged


def a_week_ago() -> datetime:
    """Return the instant a week before now."""
    return datetime.now(UTC) - A_WEEK


def announce(server: SimulatorServer) -> None:
    """Print one line of JSON: the address and how to sign in."""
    account = server.world.accounts[0]
    told = {
        "url": server.url,
        "email": account.email,
        "profile_id": account.profile_id,
        "display_name": account.display_name,
        "personal_key": account.personal_key,
        "token": server.world.sign_in(account.email),
    }
    print(json.dumps(told), flush=True)


def main() -> None:
    """Serve until SIGTERM."""
    demo = demo_world(clock=a_week_ago)
    key = next(account.personal_key for account in demo.accounts if account.personal_key)
    runner = replace(demo.accounts[0], personal_key=key)
    since = datetime.now(UTC).date() - timedelta(days=int(sys.argv[1]))
    if since < runner.athlete.since:
        runner = replace(runner, athlete=replace(runner.athlete, since=since))
    world = World([runner], answer=with_flags(demo.answer), clock=a_week_ago, lifetimes=LIFETIMES)
    serve(world, announce=announce)


if __name__ == "__main__":
    main()
