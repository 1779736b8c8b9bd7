"""What a program does with the generated client, from connecting to disconnecting.

It runs in the client's own environment: `python client_journey.py URL`, with what is secret on
standard input. It tells what it saw as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from typing import Any


class Journey:
    """One program with one key. Everything that it does is in the generated package."""

    def __init__(self, url: str, secrets: dict[str, str]) -> None:
        self._secrets = secrets
        package = import_module("garmin_sync_client")
        self._models = import_module("garmin_sync_client.models")
        # The server goes by its name; the address is that of this machine.
        known = {"base_url": url, "token": secrets["key"], "raise_on_unexpected_status": True}
        known["httpx_args"] = {"trust_env": False}
        self._client = package.AuthenticatedClient(**known)

    def call(self, operation: str, **given: Any) -> Any:
        """Call *operation* (`topic.name`) and return the answer as the client has read it."""
        module = import_module(f"garmin_sync_client.api.{operation}")
        answer = module.sync_detailed(client=self._client, **given)
        assert answer.parsed is not None, (operation, answer.status_code)
        return answer.parsed

    def model(self, name: str, **values: Any) -> Any:
        """Return a body."""
        return getattr(self._models, name)(**values)

    def connect(self) -> list[str]:
        """Sign in with a password, then with the code that Garmin wants."""
        login = self.model(
            "PasswordLogin", email=self._secrets["email"], password=self._secrets["password"]
        )
        waiting = self.call("connection.connect_password", body=login)
        wrong = self.model("MfaCode", login_id=waiting.login_id, code="000000")
        refused = self.call("connection.finish_mfa", body=wrong)
        right = self.model("MfaCode", login_id=waiting.login_id, code=self._secrets["code"])
        saved = self.call("connection.finish_mfa", body=right)
        return [waiting.state, refused.code, saved.state]

    def choose(self) -> list[Any]:
        """Have 10 days synced, at an hour of one's own."""
        change = self.model("ConfigChange", initial_sync_days=10, sync_time="05:30")
        changed = self.call("configuration.change_sync_config", body=change)
        preview = self.call("configuration.preview_sync_config", body=change)
        return [changed.initial_sync_days, changed.sync_time, len(preview.next_runs)]

    def follow(self) -> list[Any]:
        """Start a sync, ask how it goes until it has ended, and read its events."""
        sync_id = self.call("syncs.trigger").sync_id
        for _ in range(600):
            run = self.call("syncs.run_status", sync_id=sync_id)
            if run.status != "running":
                break
            time.sleep(0.1)
        events = self.call("syncs.sync_events", sync_id=sync_id)
        detail = self.call("syncs.sync_detail", sync_id=sync_id)
        return [run.status, "sync.finished" in events, len(detail.streams) > 1]

    def read(self) -> list[Any]:
        """Read what came: runs, coverage, days, activities and one original file."""
        runs = self.call("syncs.sync_history", limit=5).history
        streams = self.call("data.coverage").streams
        days = self.call("data.wellness_history", days=10).days
        fitness = self.call("data.fitness_history", days=10)
        activities = self.call("data.list_activities").items
        first = self.call("data.activity", activity_id=activities[0].activity_id)
        file = self.call("data.original_file", activity_id=activities[0].activity_id)
        return [
            [run.status for run in runs],
            all(len(stream.cells) for stream in streams),
            days[0].date.isoformat(),
            bool(fitness[0].date),
            bool(activities[0].start_utc.tzinfo),
            first.has_file,
            len(file.payload.read()) > 100,
        ]

    def leave(self) -> list[Any]:
        """Disconnect, and see that there is no connection any more; meet a refusal."""
        gone = self.call("connection.delete_credentials")
        status = self.call("connection.credentials_status")
        refused = self.call("syncs.trigger")
        return [gone.data, status.connected, refused.code]


if __name__ == "__main__":
    journey = Journey(sys.argv[1], json.load(sys.stdin))
    sys.stdout.write(
        json.dumps(
            {
                "connect": journey.connect(),
                "choose": journey.choose(),
                "follow": journey.follow(),
                "read": journey.read(),
                "leave": journey.leave(),
            }
        )
    )
