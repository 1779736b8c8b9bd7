"""What the tests of bad input share: an application with a person in it, and each body's shape."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_clock import FakeClock
from web_stage import API, Person, arrive, connect, parts, settings_over, sync

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI
    from httpx2 import Response

    from training_analyzer.services.runtime import Runtime

# In every value that is sent; what answers, logs and tables must never have.
CANARY = "canary9f3c7e"
V1 = "/api/v1"
# What a refused request may write down: that it was made.
_COUNTS = {"attempt_counters", "audit_log", "sessions", "sqlite_sequence"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Stage:
    """An application, its administrator, and the file that everything is stored in."""

    app: FastAPI
    runtime: Runtime
    garmin: SimulatorServer
    clock: FakeClock
    ana: Person
    file: Path
    ids: dict[str, str]

    def ask(self, operation: str, content: bytes | str = "", **headers: str) -> Response:
        """Send *content* to *operation*, as JSON unless *headers* say otherwise."""
        verb, path = operation.split(" ")
        path = _PLACEHOLDER.sub(lambda found: self.ids.get(found[1], "none"), path)
        given = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.ana.client.request(verb, path, content=content, headers=given)

    def stored(self) -> str:
        """Return all that is stored, but for what only counts."""
        with closing(sqlite3.connect(self.file)) as db:
            lines = list(db.iterdump())
        return "\n".join(line for line in lines if not _counts(line))

    def everything(self) -> bytes:
        """Return the bytes of the database, with its log."""
        logs = self.file.parent.glob(f"{self.file.name}*")
        return b"".join(path.read_bytes() for path in sorted(logs))


def _counts(line: str) -> bool:
    return any(line.startswith(f'INSERT INTO "{table}" ') for table in _COUNTS)


@contextmanager
def staged(file: Path, key: str, *, synced: bool = False) -> Iterator[Stage]:
    """Give an application over the migrated *file*; Ana, its administrator, may be *synced*."""
    clock = FakeClock()
    with SimulatorServer(demo_world(7, clock=clock)) as garmin:
        settings = settings_over(
            f"sqlite:///{file}", garmin, key, public_url="https://sync.example.test"
        )
        with build_runtime(settings, now=clock) as runtime:
            app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=10_000)
            ana = arrive(app, runtime, "Ana")
            if synced:
                connect(ana, garmin, "ada")
                assert sync(app, ana)["status"] == "completed"
            hook = {"url": "https://hooks.example.org/in", "events": ["*"]}
            newest = ana.client.get(f"{API}/sync-history?limit=1").json()["history"]
            ids = {
                "sync_id": str(newest[0]["id"]) if newest else "1",
                "user_id": runtime.people.add("Ben").user_id,
                "webhook_id": ana.client.post(f"{V1}/webhooks", json=hook).json()["id"],
            }
            yield Stage(app, runtime, garmin, clock, ana, file, ids)


def operations(app: FastAPI) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each operation of the document, by method and path."""
    for path, verbs in parts(app).describe()["paths"].items():
        for verb, operation in verbs.items():
            yield f"{verb.upper()} {path}", operation


def lists(app: FastAPI) -> list[str]:
    """Return each operation that gives a list in pages."""
    return [
        name
        for name, operation in operations(app)
        if any(each["name"] == "cursor" for each in operation.get("parameters", ()))
    ]


def bodies(app: FastAPI) -> dict[str, dict[str, Any]]:
    """Return an example of the body of each operation that has one, by method and path."""
    schemas = parts(app).describe()["components"]["schemas"]
    found = {}
    for name, operation in operations(app):
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            address = schema.get("$ref") or schema["anyOf"][0]["$ref"]
            found[name] = _filled(schemas[address.split("/")[-1]])
    return found


def _filled(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the example of *schema* with every property in it."""
    return dict.fromkeys(schema["properties"], CANARY) | dict(schema.get("examples", [{}])[0])


def refused(answer: Response, *statuses: int) -> None:
    """Hold *answer* to be a problem with one of *statuses* that repeats nothing of the request."""
    assert answer.status_code in statuses, (answer.request.url.path, answer.text)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["code"]
    assert CANARY not in json.dumps(problem)
    assert CANARY not in repr(answer.headers)
