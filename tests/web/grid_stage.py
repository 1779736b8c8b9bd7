"""The stage of the authorization grid: people, their keys and things, and who asks for what."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from grid import PASSWORD, URL, Row
from web_stage import API, OWN_PAGE, account, parts

from training_analyzer.model import Region
from training_analyzer.planning.exports import EVER
from training_analyzer.services.backfills import Pace
from training_analyzer.services.callers import Role, Scope
from training_analyzer.services.connections import Entry
from training_analyzer.services.export_formats import ExportFormat
from training_analyzer.services.export_worker import ExportMaking
from training_analyzer.services.one_time_links import Purpose
from training_analyzer.services.wishes import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_clock import FakeClock
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    from training_analyzer.simulator import SimulatorServer

type Headers = dict[str, str]
type Refused = tuple[int, str]

PERSONS: Final = {"person", "fresh person"}
ADMINS: Final = {"admin", "fresh admin"}
_UNKNOWN: Final = (401, "unauthenticated")
_NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of the grid, beside what was expected."""

    operation: str
    caller: str
    expected: tuple[int, str | None]
    answer: Any

    @property
    def met(self) -> tuple[int, str | None]:
        """Status and code that came."""
        is_problem = self.answer.headers.get("content-type") == "application/problem+json"
        return int(self.answer.status_code), self.answer.json()["code"] if is_problem else None

    @property
    def is_right(self) -> bool:
        """Whether status, and code where one is expected, are those."""
        status, code = self.expected
        return self.met[0] == status and code in {None, self.met[1]}

    def __str__(self) -> str:
        """Tell it in a line."""
        return f"{self.operation} by {self.caller}: {self.met}, not {self.expected}"


@dataclass
class Stage:
    """People of whom one, Ana, has everything; and all the others who might ask for it."""

    app: FastAPI
    client: TestClient
    garmin: SimulatorServer
    clock: FakeClock
    ids: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Headers] = field(default_factory=dict)
    sessions: dict[str, Headers] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let everybody arrive, and Ana sync a fortnight; then time passes."""
        self._people()
        self._synced()
        self.sessions["expired session"] = self.session("ana")
        self.clock.advance(hours=13)
        for name in ("sue", "max", "dan"):
            self.sessions[name] = self.session(name)
        self.clock.advance(minutes=20)
        web = parts(self.app)
        self.keys["disabled person's key"] = self.key("dan", frozenset(Scope))
        web.runtime.administration.change(self.ids["dan"], disabled=True)
        for scope in Scope:
            owner = "ada" if scope is Scope.ADMIN else "ana"
            self.keys[f"only {scope}"] = self.key(owner, frozenset({scope}))
            self.keys[f"all but {scope}"] = self.key(owner, frozenset(Scope) - {scope})
        self.keys["everything of ana"] = self.key("ana", frozenset(Scope))
        self.keys["revoked key"] = self.key("ana", frozenset(Scope))
        last = self.keys["revoked key"]["Authorization"].split("_")[2]
        assert web.access.api_keys.end(self.ids["ana"], last)

    def session(self, name: str) -> Headers:
        """Return the cookie of a new session of the person called *name*."""
        token = parts(self.app).access.sessions.begin(self.ids[name])
        return {"Cookie": f"gsync={token}"}

    def key(self, name: str, scopes: frozenset[Scope]) -> Headers:
        """Return the header of a new key of the person called *name*."""
        issued = parts(self.app).access.api_keys.issue(self.ids[name], "grid", scopes)
        assert issued
        return {"Authorization": f"Bearer {issued[1]}"}

    def ask(self, operation: str, row: Row, headers: Headers) -> Any:
        """Ask *operation* as *row* says and return the answer."""
        method, path = self.filled(operation).split(" ")
        body = None if row.body is None else json.loads(self.filled(json.dumps(row.body)))
        answer = self.client.request(
            method,
            f"{path}?{row.query}" if row.query else path,
            headers={**OWN_PAGE, **headers},
            json=body,
        )
        self.client.cookies.clear()
        if row.uses_up and answer.is_success:
            self.kept.pop(row.uses_up, None)
        self.kept.pop("new_name", None)
        return answer

    def filled(self, text: str) -> str:
        """Return *text* with the name of each thing of Ana's replaced by one of hers."""
        return _NAME.sub(lambda found: self._thing(found[1]), text)

    def rightful(self, access: str) -> Iterator[tuple[str, Headers, bool]]:
        """Yield who may ask, the person first, then, if one may, their program (`again`)."""
        owner = "ada" if access in ADMINS else "ana"
        yield "own session", self.session(owner), False
        if access not in PERSONS and access != "fresh admin":
            yield "key with the scope", self.keys[f"only {access}"], True

    def refused(self, access: str, *, is_fresh: bool) -> Iterator[tuple[str, Headers, Refused]]:
        """Yield who may not ask, and how they are told."""
        yield "nobody", {}, _UNKNOWN
        yield "expired session", self.sessions["expired session"], _UNKNOWN
        yield "disabled person", self.sessions["dan"], _UNKNOWN
        yield "disabled person's key", self.keys["disabled person's key"], _UNKNOWN
        yield "revoked key", self.keys["revoked key"], _UNKNOWN
        if access in PERSONS:
            yield "key with every scope", self.keys["everything of ana"], _UNKNOWN
        elif access in ADMINS:
            no_scope = (403, "insufficient_scope")
            yield "own session", self.session("ana"), no_scope
            yield "key of no administrator", self.keys["everything of ana"], no_scope
            yield "key without the scope", self.keys["all but admin"], no_scope
        else:
            no_scope = (403, "insufficient_scope")
            yield "key without the scope", self.keys[f"all but {access}"], no_scope
        if access == "fresh admin":
            yield "key with the scope", self.keys["only admin"], (403, "step_up_required")
        if is_fresh:
            stale = "max" if access in ADMINS else "sue"
            yield "stale session", self.sessions[stale], (403, "step_up_required")

    def _people(self) -> None:
        people = parts(self.app).runtime.people
        for name, role in (
            ("ada", Role.ADMIN),
            ("max", Role.ADMIN),
            ("ana", Role.USER),
            ("ben", Role.USER),
            ("sue", Role.USER),
            ("dan", Role.USER),
        ):
            self.ids[name] = people.add(name, PASSWORD, role).user_id

    def _synced(self) -> None:
        """Connect Ana, sync her, and begin a backfill."""
        web, ana = parts(self.app), self.ids["ana"]
        who = account(self.garmin, "ada")
        self.kept |= {"email": who.email, "garmin_password": str(who.password)}
        begun = web.sign_ins.begin(
            ana,
            Entry(
                who.email,
                str(who.password),
                Region.COM,
                keep_password=True,
                replace_data=False,
            ),
        )
        assert begun
        assert begun.outcome(web.sign_in_patience)
        headers = {**OWN_PAGE, **self.session("ana")}
        self.client.put(f"{API}/sync-config", json={"initial_sync_days": 14}, headers=headers)
        started = self.client.post(f"{API}/sync/trigger?wait=60", headers=headers)
        assert started.status_code == 200
        backfills = web.runtime.backfills
        span = Span(date(2025, 1, 1), date(2025, 1, 31))
        backfill = backfills.new(ana, span=span, streams=None, pace=Pace.POLITE)
        assert backfills.start(backfill, backfills.estimate(backfill))
        activities = self.client.get(f"{API}/activities", headers=headers).json()["items"]
        self.kept |= {
            "login_id": begun.login_id,
            "sync_id": str(started.json()["sync_id"]),
            "backfill_id": backfill.backfill_id,
            "activity_id": str(activities[0]["activity_id"]),
            "day": activities[0]["start_utc"][:10],
            "stream": "daily_summary",
            "kind": "heart_rate",
        }

    def _thing(self, name: str) -> str:
        if name not in self.kept:
            self.kept[name] = self._makers[name]()
        return self.kept[name]

    @cached_property
    def _makers(self) -> dict[str, Callable[[], str]]:
        web, ana = parts(self.app), self.ids["ana"]
        webhooks = web.runtime.webhooks
        hook = {"url": URL, "events": ["*"], "description": None}
        more = {"enabled": True, "include_data": False}

        def guest() -> tuple[str, str]:
            name = f"guest {len(self.ids)}"
            self.ids[name] = web.runtime.people.add(name, PASSWORD, Role.USER).user_id
            return name, self.ids[name]

        def session() -> str:
            before = {each.session_id for each in web.access.sessions.list(ana)}
            self.session("ana")
            after = {each.session_id for each in web.access.sessions.list(ana)}
            return (after - before).pop()

        def key() -> str:
            issued = web.access.api_keys.issue(ana, "to end", frozenset({Scope.SYNC_READ}))
            return issued[0].key_id if issued else ""

        def export() -> str:
            jobs = web.runtime.export_jobs
            known = jobs.page(ana, limit=1)
            if known:
                return known[0].export_id
            no_files = {"include_raw": False, "include_files": False}
            made = jobs.ask(ana, ExportFormat.CSV, span=EVER, types=("wellness",), **no_files)
            assert ExportMaking(jobs, "grid", threading.Event()).make_next()
            return made.export_id

        return {
            "export_id": export,
            "webhook_id": lambda: webhooks.add(ana, {**hook, **more}).webhook.webhook_id,
            "delivery_id": lambda: webhooks.test(ana, self._thing("webhook_id")) or "",
            "token": lambda: web.access.links.issue(Purpose.INVITATION, role=Role.USER),
            "guest_name": lambda: guest()[0],
            "user_id": lambda: guest()[1],
            "new_name": lambda: f"newcomer {len(self.ids)} {self.clock.advance(seconds=1):%H%M%S}",
            "session_id": session,
            "key_id": key,
        }


def grid(stage: Stage, document: dict[str, Any], rows: dict[str, Row]) -> list[Asked]:
    """Ask every operation as everybody, who may not before who may, and return all answers."""
    asked: list[Asked] = []
    for operation, row in rows.items():
        method, path = operation.split(" ")
        told = document["paths"].get(path, {}).get(method.lower())
        if told is not None:
            asked += _asked(stage, operation, row, told)
    return asked


def _asked(stage: Stage, operation: str, row: Row, told: dict[str, Any]) -> Iterator[Asked]:
    access = str(told["x-access"])
    well = (row.status, row.code)
    if access == "public":
        for caller, headers, _ in stage.refused("person", is_fresh=False):
            yield Asked(operation, caller, well, stage.ask(operation, row, headers))
        owner = stage.ask(operation, row, stage.session("ana"))
        yield Asked(operation, "own session", well, owner)
        return
    # Where only some requests need it, it says `admin`.
    forbidden = told["responses"].get("403", {}).get("description", "")
    is_fresh = access != "admin" and "step_up_required" in forbidden
    for caller, headers, refused in stage.refused(access, is_fresh=is_fresh):
        yield Asked(operation, caller, refused, stage.ask(operation, row, headers))
    if access not in ADMINS:
        names_object = "{" in operation
        other = (row.other, None) if row.other else (404, "not_found") if names_object else well
        for name in ("ben", "ada"):
            answer = stage.ask(operation, row, stage.session(name))
            yield Asked(operation, name, other, answer)
    for caller, headers, is_again in stage.rightful(access):
        expected = (row.again, None) if is_again and row.again else well
        yield Asked(operation, caller, expected, stage.ask(operation, row, headers))
