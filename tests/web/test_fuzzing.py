"""Whatever Schemathesis makes up from our OpenAPI document, the answers keep its promises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fuzz_stage import Callers, Length, fuzz
from web_stage import connect, parts, sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_clock import FakeClock
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


@pytest.mark.torture
@pytest.mark.timeout(7200)
def test_schemathesis_finds_nothing(
    app: FastAPI,
    runtime: Runtime,
    ana: Person,
    garmin: SimulatorServer,
    clock: FakeClock,
    rounds: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """No 5xx, no undeclared status, header or body, no bad data taken, no route left open."""
    connect(ana, garmin, "ada")
    assert sync(app, ana)["status"] == "completed"
    callers = Callers(runtime, clock, ana.user_id)

    length = Length(
        examples=rounds(2, 300), scenarios=rounds(3, 400), nth=rounds(4, 1), methods=rounds(1, 8)
    )

    found = fuzz(app, callers, length)

    record_property("statuses", json.dumps(found.statuses))
    record_property("phases", json.dumps(found.phases))
    paths = parts(app).describe()["paths"]
    assert found.asked == {f"{verb.upper()} {path}" for path in paths for verb in paths[path]}
    assert 500 not in found.statuses
    assert not found.wrong, "\n\n".join(f"{what}\n{told}" for what, told in found.wrong.items())
    assert sum(found.statuses.values()) >= rounds(800, 20_000), found.phases
