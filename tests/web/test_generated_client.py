"""A client that a generator makes of our OpenAPI document, used for a whole journey."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_stage import account, parts

from training_analyzer.services.callers import Scope
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

# Its own environment: it wants older releases of what we use.
CLIENT = Path(sys.prefix) / "client" / "bin"
JOURNEY = Path(__file__).with_name("client_journey.py")
# A zip is bytes to it, and its answers need no tidying.
CONFIG = {
    "post_hooks": [],
    "content_type_overrides": {"application/zip": "application/octet-stream"},
}


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve *app* on this machine and give its address."""
    ready = threading.Event()
    server = WebServer(app, host="127.0.0.1", port=0, on_ready=lambda _: ready.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(20)
        yield server.url
    finally:
        server.stop()
        thread.join(20)


def _run(*command: str, told: str = "", **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own tools
        command,
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def package(app: FastAPI, tmp_path: Path) -> Path:
    """Give the folder with the generated package; nothing of the document was left out of it."""
    if not CLIENT.is_dir():
        pytest.skip(f"NO GENERATOR OF CLIENTS, ITS TEST DID NOT RUN (no {CLIENT})")
    document, config = tmp_path / "openapi.json", tmp_path / "config.json"
    document.write_text(json.dumps(parts(app).describe()), "utf-8")
    config.write_text(json.dumps(CONFIG), "utf-8")
    where = tmp_path / "generated"
    where.mkdir()

    output = str(where / "garmin_sync_client")
    said = _run(
        str(CLIENT / "openapi-python-client"),
        *("generate", "--path", str(document), "--config", str(config)),
        *("--meta", "none", "--output-path", output),
    )

    assert "warning" not in said.lower(), said
    return where


def test_a_generated_client_does_a_whole_journey(
    app: FastAPI, runtime: Runtime, garmin: SimulatorServer, package: Path
) -> None:
    """It connects with a code, chooses, syncs, follows, reads and disconnects, by a key."""
    ana = runtime.people.add("Ana").user_id
    scopes = frozenset(Scope) - {Scope.ADMIN}
    issued = runtime.access.api_keys.issue(ana, "journey", scopes)
    assert issued
    tom = account(garmin, "tom")
    secrets = {"key": issued[1], "email": tom.email, "password": tom.password, "code": tom.mfa_code}

    with served(app) as url:
        seen = json.loads(
            _run(
                *(str(CLIENT / "python"), str(JOURNEY), url),
                told=json.dumps(secrets),
                PYTHONPATH=str(package),
            )
        )

    assert seen == {
        "connect": ["mfa_required", "mfa_invalid", "connected"],
        "choose": [10, "05:30", 3],
        "follow": ["completed", True, True],
        "read": [["completed"], True, "2026-03-02", True, True, True, True],
        "leave": ["kept", False, "not_connected"],
    }
