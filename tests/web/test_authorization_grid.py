"""Every operation of the API, asked by everybody who may and everybody who may not."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from fake_clock import FakeClock
from fastapi.routing import iter_route_contexts
from grid import NOT_DESCRIBED, ROWS
from grid_stage import Asked, Stage, grid
from starlette.testclient import TestClient
from web_stage import parts, settings_over

from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.runtime import build_runtime
from training_analyzer.simulator import SimulatorServer
from training_analyzer.simulator.residents import demo_world
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def stage(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, encryption_key: str
) -> Iterator[Stage]:
    """Give one app with everybody in it, for all tests here."""
    clock = FakeClock()
    path = tmp_path_factory.mktemp("grid") / "garmin-sync.db"
    shutil.copy(migrated_file, path)
    with SimulatorServer(demo_world(7, clock=clock)) as garmin:
        settings = settings_over(
            f"sqlite:///{path}", garmin, encryption_key, public_url="https://sync.example.test"
        )
        with build_runtime(settings, now=clock) as runtime:
            app = create_app(runtime, GarminSyncScheduler(runtime), limits_factor=1000)
            with TestClient(app, base_url="http://localhost", follow_redirects=False) as client:
                yield Stage(app, client, garmin, clock)


@pytest.fixture(scope="module")
def document(stage: Stage) -> dict[str, Any]:
    """Give the OpenAPI document."""
    return parts(stage.app).describe()


@pytest.fixture(scope="module")
def asked(stage: Stage, document: dict[str, Any]) -> list[Asked]:
    """Give every answer of the grid."""
    return grid(stage, document, ROWS)


def test_each_operation_has_a_row(document: dict[str, Any]) -> None:
    """An operation that nobody has thought about is not served; a row is of one that is.

    ASVS 8.1.1.
    """
    operations = {
        f"{method.upper()} {path}" for path, each in document["paths"].items() for method in each
    }

    assert operations == set(ROWS)


def test_what_the_document_leaves_out_is_known(stage: Stage) -> None:
    """A route of the API that no row can reach is one of those named here."""
    served = {
        f"{method} {route.path_format}"
        for route in iter_route_contexts(stage.app.routes)
        for method in route.methods or ()
        if (route.path_format or "").startswith("/api/")
    }

    assert served - set(ROWS) == NOT_DESCRIBED


def test_everybody_gets_what_they_may_and_nothing_else(asked: list[Asked]) -> None:
    """Strangers, ended keys and sessions, others, administrators and owners: each as written."""
    assert len(asked) > 9 * len(ROWS)
    wrong = "\n".join(str(each) for each in asked if not each.is_right)
    assert not wrong, wrong


def test_nobody_is_told_anything_of_somebody_else(asked: list[Asked], stage: Stage) -> None:
    """No answer to another person or to a stranger holds an id or a name of the first one's.

    ASVS 8.2.2, 8.4.1.
    """
    names = {"webhook_id", "login_id", "backfill_id", "session_id", "key_id", "email"}
    marks = {stage.kept[name] for name in names if name in stage.kept} | {stage.ids["ana"]}
    others = [
        each
        for each in asked
        if "/admin/" not in each.operation
        and each.caller not in {"own session", "key with the scope"}
    ]

    told = [
        str(each)
        for each in others
        for mark in marks
        if mark in each.answer.text.replace(each.answer.request.url.path, "")
    ]
    assert not told, told


def test_each_answer_is_as_the_document_says(asked: list[Asked], document: dict[str, Any]) -> None:
    """ASVS 15.3.1: status, kind, body and headers are declared; a refusal is a problem."""
    known: dict[str, Any] = {}
    wrong = "\n".join(
        sorted({told for each in asked for told in _undeclared(each, document, known)})
    )
    assert not wrong, wrong


def _undeclared(asked: Asked, document: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """Yield what is not as *document* says of an answer; *known* keeps the validators."""
    method, path = asked.operation.split(" ")
    answer, who = asked.answer, f"{asked.operation} by {asked.caller}"
    declared = document["paths"][path][method.lower()]["responses"].get(str(answer.status_code))
    if declared is None:
        yield f"{who}: {answer.status_code} is not declared"
        return
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if not declared.get("content"):
        if answer.content:
            yield f"{who}: a body is not declared"
    elif kind not in declared["content"]:
        yield f"{who}: {kind} is not declared"
    elif kind.endswith("json"):
        schema = declared["content"][kind]["schema"]
        if (name := str(schema)) not in known:
            whole = {**schema, "components": document["components"]}
            known[name] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        wrong = known[name].iter_errors(answer.json())
        yield from (f"{who}: {error.message[:300]}" for error in wrong)
    for name, header in declared.get("headers", {}).items():
        if header.get("required") and name not in answer.headers:
            yield f"{who}: no {name}"
