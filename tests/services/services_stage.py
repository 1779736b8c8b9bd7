"""What the tests of the services share and is no fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from training_analyzer.db.tables import metadata
from training_analyzer.services.connections import Connected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from training_analyzer.db import Database
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import Account, SimulatorServer

DATA_TABLES = (
    "profiles",
    "activities",
    "activity_files",
    "activity_laps",
    "activity_tracks",
    "daily_summaries",
    "sleep_nights",
    "hrv_nights",
    "body_battery_days",
    "resting_heart_rates",
    "weigh_ins",
    "training_status_days",
    "vo2max_days",
    "training_readiness",
    "race_predictions",
    "endurance_scores",
    "hill_scores",
    "fitness_ages",
    "lactate_thresholds",
    "heart_rate_zones",
    "personal_records",
    "devices",
)


def account(garmin: SimulatorServer, name: str) -> Account:
    """Return the account of the athlete whose e-mail begins with *name*."""
    return next(known for known in garmin.world.accounts if known.email.startswith(f"{name}@"))


def connect(runtime: Runtime, garmin: SimulatorServer, name: str) -> str:
    """Connect the athlete called *name* by password; return the new user's id."""
    who = account(garmin, name)
    user = runtime.people.add(name)
    entered = runtime.connections.connect_password(user.user_id, who.email, who.password)
    assert isinstance(entered, Connected)
    return user.user_id


def files_of(database: Database, user_id: str) -> int:
    """Return how many activity files are stored: each cost a request."""
    return len(rows(database, user_id, "activity_files")["activity_files"])


def rows(database: Database, user_id: str, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of *user_id* in the named tables, or in all that hold Garmin's data."""
    found = {}
    with database.read() as db:
        for name in names or DATA_TABLES:
            table = metadata.tables[name]
            query = select(table).where(table.c.user_id == user_id)
            found[name] = sorted((tuple(row) for row in db.execute(query)), key=repr)
    return found


def data_requests(garmin: SimulatorServer, since: int = 0) -> list[str]:
    """Return the paths of data requests, logins and refreshes left out."""
    return [
        entry.path
        for entry in list(garmin.log)[since:]
        if "/sso/" not in entry.path
        and "/di-oauth2" not in entry.path
        and "/mobile/" not in entry.path
        and "socialProfile" not in entry.path
    ]


class Inline:
    """A dispatcher that runs woken users at once, in the caller's thread."""

    def __init__(self) -> None:
        self.run: Callable[[str], None] | None = None
        self.woken: list[str] = []

    def start(self, run: Callable[[str], None]) -> None:
        """Remember what to call."""
        self.run = run

    def wake(self, user_ids: Iterable[str], *, urgent: bool = False) -> None:
        """Run each user now, urgent or not."""
        del urgent
        for user_id in user_ids:
            self.woken.append(user_id)
            if self.run is not None:
                self.run(user_id)

    def stop(self, grace_s: float) -> bool:
        """Stop running anybody; nothing can be left over."""
        self.run = None
        return grace_s > 0
