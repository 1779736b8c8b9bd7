"""Who waits for somebody else keeps nobody from an answer."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from training_analyzer.web.patience import patient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE_S = 20.0


@dataclass(frozen=True)
class OnlyWaiting:
    """The part of the parts that matters here."""

    waiting: CapacityLimiter


@asynccontextmanager
async def one_thread(_: FastAPI) -> AsyncIterator[None]:
    """Leave the framework one thread for everything that is not async."""
    to_thread.current_default_thread_limiter().total_tokens = 1
    yield


def test_those_who_wait_leave_the_threads_of_the_others_alone() -> None:
    """While as many wait as may, a route that does not wait answers with a single thread."""
    app = FastAPI(lifespan=one_thread)
    app.state.parts = OnlyWaiting(CapacityLimiter(2))
    here, over = threading.Semaphore(0), threading.Event()

    @app.get("/waits/{name}")
    @patient
    def waits(name: str, request: Request) -> str:
        here.release()
        over.wait(PATIENCE_S)
        return f"{name} waited at {request.url.path}"

    @app.get("/answers")
    def answers() -> str:
        return "here"

    with TestClient(app) as client:
        told: list[str] = []
        those_who_wait = [
            threading.Thread(target=lambda n=name: told.append(client.get(f"/waits/{n}").json()))
            for name in ("ana", "ben", "cleo")
        ]
        for one in those_who_wait:
            one.start()
        assert here.acquire(timeout=PATIENCE_S)
        assert here.acquire(timeout=PATIENCE_S)

        assert client.get("/answers").json() == "here"

        over.set()
        for one in those_who_wait:
            one.join(PATIENCE_S)
    assert sorted(told) == [f"{name} waited at /waits/{name}" for name in ("ana", "ben", "cleo")]
