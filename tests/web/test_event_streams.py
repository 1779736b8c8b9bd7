"""Streams of events: replayed, followed, ended, and nobody else's."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from sqlalchemy import delete
from web_stage import API, Person, arrive, browser, connect, parts, sync

from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.progress import RunCounts
from training_analyzer.db.tables import sync_events
from training_analyzer.model import DayState, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import LedgerDay, NextDue
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.streams import Window, stream
from training_analyzer.web.app import create_app
from training_analyzer.web.listening import Listener, Listening, Pace
from training_analyzer.web.refusals import TooManyStreams
from training_analyzer.web.serve import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from training_analyzer.model import Lease
    from training_analyzer.services.events import SyncEvent
    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

FAST = Pace(poll_s=0.02, breath_s=0.001, recheck_s=0.05, ping_s=0.03)
TTL = timedelta(minutes=1)
PING = ": ping"


def begin(runtime: Runtime, user_id: str) -> Lease:
    """Open a run that goes on for as long as the test wants."""
    lease = LeasesRepository(runtime.database).claim(
        user_id,
        sync_type=SyncType.MANUAL,
        owner="a test",
        now=runtime.now(),
        ttl=TTL,
        is_abandoned=lambda _: False,
    )
    assert lease is not None
    return lease


def store(runtime: Runtime, lease: Lease, windows: int = 1) -> None:
    """Store empty windows of the run, which tell two events each."""
    day = date(2026, 3, 1)
    for _ in range(windows):
        GarminDataRepository(runtime.database).store(
            lease,
            Window(stream("hrv"), day, day),
            None,
            {},
            [LedgerDay(day, DayState.EMPTY, runtime.now())],
            counts=RunCounts(),
            now=runtime.now(),
            ttl=TTL,
        )


def end(runtime: Runtime, lease: Lease) -> None:
    """End the run."""
    outcome = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED)
    due = NextDue(runtime.now())
    LeasesRepository(runtime.database).finish(lease, outcome, due, now=runtime.now())


def told(text: str) -> list[tuple[str | None, str, dict[str, Any]]]:
    """Return id, name and data of each event in the text of a stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if fields:
            found.append((fields.get("id"), fields["event"], json.loads(fields["data"])))
    return found


def test_an_ended_run_is_told_from_any_event_to_its_end(
    app: FastAPI, runtime: Runtime, ana: Person, garmin: SimulatorServer
) -> None:
    """The stream replays what was, from behind the given event, and ends; the header wins."""
    connect(ana, garmin, "ada")
    ana.client.put(f"{API}/sync-config", json={"initial_sync_days": 2})
    run_id = sync(app, ana)["job_id"]
    address = f"{API}/syncs/{run_id}/events"

    whole = ana.client.get(address)
    events = told(whole.text)
    last = int(events[-1][0] or 0)
    from_address = told(ana.client.get(f"{address}?after={last - 2}").text)
    from_header = told(
        ana.client.get(f"{address}?after=3", headers={"Last-Event-ID": str(last - 1)}).text
    )
    again = told(ana.client.get(f"{address}?after=999999").text)
    with runtime.database.write() as db:
        db.execute(delete(sync_events))
    forgotten = told(ana.client.get(f"{address}?after=4").text)

    assert whole.headers["content-type"].startswith("text/event-stream")
    assert whole.headers["cache-control"] == "no-store"
    assert whole.headers["x-accel-buffering"] == "no"
    assert [number for number, _, _ in events] == [str(n) for n in range(1, last + 1)]
    steps = [data["step"] for _, name, data in events if name == "sync.progress"]
    assert list(dict.fromkeys(steps)) == ["sign_in", "look", "fetch", "files", "finish"]
    assert {name for _, name, _ in events[:-1]} == {"sync.progress", "sync.window"}
    assert events[-1][1] == "sync.finished"
    assert events[-1][2]["status"] == "completed"
    assert from_address == events[-2:]
    assert from_header == again == events[-1:]
    assert forgotten == [(None, "sync.finished", events[-1][2])]
    assert parts(app).listening.listeners == 0


def test_a_stream_is_refused_before_it_begins(
    app: FastAPI, runtime: Runtime, ana: Person, ben: Person
) -> None:
    """Another's run is not found, a stranger is unknown, a number must be one."""
    address = f"{API}/syncs/{begin(runtime, ana.user_id).run_id}/events"

    assert ben.client.get(address).status_code == 404
    assert ana.client.get(f"{API}/syncs/{2**70}/events").status_code == 404
    assert browser(app).get(address).status_code == 401
    assert ana.client.get(f"{address}?after=-1").status_code == 422
    assert ana.client.get(address, headers={"Last-Event-ID": "x"}).status_code == 422
    assert parts(app).listening.listeners == 0


async def whole_of(heard: Listening, listener: Listener) -> list[SyncEvent]:
    """Return the events of a stream up to its end."""
    batches = heard.follow(listener, may_go_on=lambda: True)
    return [event async for batch in batches for event in batch]


def test_all_listeners_of_a_run_share_one_look(runtime: Runtime) -> None:
    """Whoever is behind catches up, whoever is not hears at once, and the places are given back."""
    lease = begin(runtime, "ada")
    store(runtime, lease, 150)
    looks: list[int] = []
    heard = Listening(runtime.events, FAST)

    async def listen() -> list[list[SyncEvent]]:
        with ExitStack() as stack:
            places = [
                stack.enter_context(heard.place(("ada", lease.run_id), after=after, newest=301))
                for after in (0, 299, 301, 301, 99999)
            ]
            tasks = [asyncio.create_task(whole_of(heard, place)) for place in places]
            await asyncio.to_thread(store, runtime, lease, 3)
            await asyncio.to_thread(end, runtime, lease)
            looks.append(heard.listeners)
            return await asyncio.gather(*tasks)

    whole, behind, *at_the_end = asyncio.run(listen())
    heard.close()
    heard.wait(20)

    assert [event.number for event in whole] == list(range(1, 310))
    assert behind == whole[299:]
    assert at_the_end == [whole[301:]] * 3
    assert looks == [5]
    assert heard.listeners == 0


def test_so_many_streams_and_no_more(runtime: Runtime) -> None:
    """A person has eight streams, a process as many as it may, and one that ends makes room."""
    heard = Listening(runtime.events, Pace(most=9))

    async def crowd() -> None:
        with ExitStack() as stack:
            for _ in range(8):
                stack.enter_context(heard.place(("ada", 1), after=0, newest=0))
            with pytest.raises(TooManyStreams), heard.place(("ada", 2), after=0, newest=0):
                pass
            with heard.place(("ben", 3), after=0, newest=0):
                with pytest.raises(TooManyStreams), heard.place(("eva", 4), after=0, newest=0):
                    pass
                assert heard.listeners == 9
            with heard.place(("eva", 4), after=0, newest=0):
                pass

    asyncio.run(crowd())
    heard.close()
    heard.wait(20)

    assert heard.listeners == 0


@contextmanager
def served(runtime: Runtime) -> Iterator[tuple[FastAPI, WebServer, threading.Thread]]:
    """Serve a web face on this machine."""
    app = create_app(runtime, GarminSyncScheduler(runtime), listening_pace=FAST)
    ready = threading.Event()
    server = WebServer(app, host="127.0.0.1", port=0, on_ready=lambda _: ready.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(20)
        yield app, server, thread
    finally:
        server.stop()
        thread.join(20)


@contextmanager
def opened(server: WebServer, person: Person, run_id: int) -> Iterator[Iterator[str]]:
    """Open a stream over the wire, and give its lines as they come."""
    with httpx2.Client(
        base_url=server.url, cookies=dict(person.client.cookies), trust_env=False, timeout=20
    ) as client:
        headers = {"Host": f"localhost:{server.url.rpartition(':')[2]}"}
        with client.stream("GET", f"{API}/syncs/{run_id}/events", headers=headers) as answer:
            assert answer.status_code == 200
            yield answer.iter_lines()


def until(lines: Iterator[str], wanted: str) -> None:
    """Read *lines* up to *wanted*."""
    assert wanted in lines


def test_over_the_wire_a_stream_goes_on_and_leaves_nothing_behind(runtime: Runtime) -> None:
    """What is stored comes at once, and a word in silence; who goes or signs out is no listener."""
    with served(runtime) as (app, server, _):
        listening = parts(app).listening
        ana = arrive(app, runtime, "Ana")
        lease = begin(runtime, ana.user_id)

        with opened(server, ana, lease.run_id) as lines:
            until(lines, "id: 1")
            store(runtime, lease)
            until(lines, "id: 3")
            until(lines, PING)
            assert listening.listeners == 1
        # Its client has gone; the server hears of it while it answers others.
        deadline = time.monotonic() + 10
        while listening.listeners and time.monotonic() < deadline:
            httpx2.get(f"{server.url}/healthz", trust_env=False)
        assert listening.listeners == 0

        with opened(server, ana, lease.run_id) as lines:
            until(lines, "id: 3")
            runtime.access.sessions.end_all(ana.user_id)
            assert set(lines) <= {"", PING}


def test_the_end_of_the_server_ends_its_streams_at_once(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    """A stream does not hold up a server that is told to stop, until it is cut off."""
    with served(runtime) as (app, server, thread):
        ana = arrive(app, runtime, "Ana")
        lease = begin(runtime, ana.user_id)
        with opened(server, ana, lease.run_id) as lines:
            until(lines, "id: 1")

            server.stop()
            rest = [line for line in lines if line]
            thread.join(20)

    assert set(rest) <= {PING}
    assert not thread.is_alive()
    assert "graceful shutdown exceeded" not in caplog.text
