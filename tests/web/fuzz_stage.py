"""Schemathesis over the whole application: who asks, with what, and what it finds wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from training_analyzer.errors import UnknownUser
from training_analyzer.services.callers import Role

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI
    from schemathesis import AuthContext, Case

    from training_analyzer.services.runtime import Runtime

HERE = "https://sync.example.test"
COOKIE = "__Host-gsync"
# What a person can do only once, newcomers do, so that the others stay who they are.
ONLY_ONCE = {
    "DELETE /api/v1/garmin/credentials",
    "DELETE /api/v1/me",
    "DELETE /api/v1/me/sessions/{session_id}",
    "POST /api/v1/auth/logout",
}
# What may keep out who asks, when it is done to themselves: afterwards they are let in again.
KEEPS_OUT = {
    "DELETE /api/v1/admin/users/{user_id}",
    "PATCH /api/v1/admin/users/{user_id}",
    "POST /api/v1/auth/password",
}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
TRIGGER = "POST /api/v1/garmin/sync/trigger"
# What a server that works answers with 503, on purpose.
NOT_NOW = {"garmin_unavailable", "not_ready", "syncing_paused"}


@dataclass
class Callers:
    """Gives each request a session that is good; time goes on by a second for each."""

    runtime: Runtime
    clock: FakeClock
    user_id: str
    newcomers: int = 0
    token: str = ""
    good_until: datetime = LONG_AGO
    was_risky: bool = False

    def session_for(self, operation: str) -> str:
        """Return the token of a session for a request to *operation*."""
        self.clock.advance(seconds=1)
        sessions = self.runtime.access.sessions
        if operation in ONLY_ONCE:
            self.newcomers += 1
            return sessions.begin(self.runtime.people.add(f"Guest {self.newcomers}").user_id)
        if self.was_risky or self.clock() > self.good_until:
            self._let_in()
            self.token = sessions.begin(self.user_id)
            self.good_until = self.clock() + timedelta(minutes=10)
        self.was_risky = operation in KEEPS_OUT
        return self.token

    def _let_in(self) -> None:
        try:
            self.runtime.administration.change(self.user_id, role=Role.ADMIN, disabled=False)
        except UnknownUser:
            self.newcomers += 1
            name = f"Administrator {self.newcomers}"
            self.user_id = self.runtime.people.add(name, role=Role.ADMIN).user_id


@dataclass
class Found:
    """What a run of Schemathesis asked, and what it found."""

    phases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    asked: set[str] = field(default_factory=set)
    # The first of each kind, in words.
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Length:
    """How much is asked: *examples* of made-up data for each operation, *scenarios* in a chain.

    Every *nth* operation gets also what follows from its schema, and *methods* other methods.
    """

    examples: int
    scenarios: int
    nth: int
    methods: int


def fuzz(app: FastAPI, callers: Callers, length: Length) -> Found:
    """Let Schemathesis ask *app*, the same in each run, and return what it found."""
    described = app.state.parts.describe()
    schema = schemathesis.openapi.from_dict(described, config=_config(described, length))
    schema.app = app

    @schema.auth(refresh_interval=None)
    class Session:
        """The cookie of a browser."""

        def get(self, _case: Case[Any], context: AuthContext) -> str:
            """Return a token."""
            return callers.session_for(context.operation.label)

        def set(self, case: Case[Any], token: str, _context: AuthContext) -> None:
            """Put the token where a browser has it."""
            case.cookies = {**(case.cookies or {}), COOKIE: token}
            _shorten(case)

    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            found.wrong.setdefault(str(event.label), repr(event.value))
        if isinstance(event, ScenarioFinished):
            _count(found, event)
    return found


def _shorten(case: Case[Any]) -> None:
    """Let a sync that is begun be one of a day: a year would take long."""
    is_good = case.meta is not None and case.meta.generation.mode.is_positive
    if is_good and case.operation.label == TRIGGER and isinstance(case.body, dict):
        kept = {name: value for name, value in case.body.items() if name not in {"from", "to"}}
        case.body = {**kept, "days": 1}


def _config(described: dict[str, Any], length: Length) -> SchemathesisConfig:
    others = ["OPTIONS", "TRACE", "DELETE", "PATCH", "PUT", "POST", "GET", "QUERY"]
    names = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    skipped = [name for number, name in enumerate(names) if number % length.nth]
    chosen: dict[str, Any] = {
        "seed": 1,
        "base-url": HERE,
        "headers": {"Sec-Fetch-Site": "same-origin"},
        "warnings": False,
        "continue-on-failure": True,
        "generation": {
            "deterministic": True,
            "max-examples": length.examples,
            "database": "none",
            # Made-up credentials are refused, and nothing is learnt; `ignored_auth` sends some.
            "with-security-parameters": False,
        },
        "phases": {
            "coverage": {"unexpected-methods": others[: length.methods]},
            "stateful": {"generation": {"max-examples": length.scenarios}},
        },
        "operations": [
            *(
                {"include-operation-id": name, "phases": {"coverage": {"enabled": False}}}
                for name in skipped
            ),
            {
                # It takes the schema of a whole stream for that of each event.
                "include-operation-id": "sync_events",
                "checks": {"response_schema_conformance": {"enabled": False}},
            },
        ],
        "checks": {
            # A schema cannot say that `from` is not after `to`, that a token is a real one, ...
            "positive_data_acceptance": {"enabled": False},
            # `_count` looks at those with a 503.
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
        },
    }
    return SchemathesisConfig.from_dict(chosen)


def _count(found: Found, event: ScenarioFinished) -> None:
    recorder = event.recorder
    found.phases[event.phase.value] += len(recorder.interactions)
    for case_id, interaction in recorder.interactions.items():
        operation = recorder.cases[case_id].value.operation.label
        found.asked.add(operation)
        text = ""
        if (answer := interaction.response) is not None:
            text = answer.content.decode("utf-8", "replace")
            found.statuses[int(answer.status_code)] += 1
            if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and not _is_not_now(text):
                found.wrong.setdefault(f"{operation}: 503", text)
        for check in recorder.checks.get(case_id, ()):
            if check.status is Status.FAILURE and check.failure_info is not None:
                failure, sample = check.failure_info.failure, check.failure_info.code_sample
                told = f"{failure.message}\n{sample}\n{text[:1000]}"
                found.wrong.setdefault(f"{operation}: {failure.title}", told)


def _is_not_now(text: str) -> bool:
    return any(f'"{code}"' in text for code in NOT_NOW)
