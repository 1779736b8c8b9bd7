"""The pages of runs: the history, a run that goes on, one that has ended, and their forms."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from web_stage import API, Person, arrive, browser, connect, parts, sync

from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.model import Lease, RunStatus, SyncOutcome, SyncType
from training_analyzer.planning import NextDue
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app
from training_analyzer.web.listening import Pace

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

SCRIPT = {"HX-Request": "true"}


def text_of(page: str) -> str:
    """Return a page's words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def begin(runtime: Runtime, user_id: str) -> Lease:
    """Open a run that goes on for as long as the test wants."""
    lease = LeasesRepository(runtime.database).claim(
        user_id,
        sync_type=SyncType.MANUAL,
        owner="a test",
        now=runtime.now(),
        ttl=timedelta(minutes=1),
        is_abandoned=lambda _: False,
    )
    assert lease is not None
    return lease


def end(runtime: Runtime, lease: Lease) -> None:
    """End the run."""
    outcome = SyncOutcome(sync_id=lease.run_id, status=RunStatus.COMPLETED)
    LeasesRepository(runtime.database).finish(
        lease, outcome, NextDue(runtime.now()), now=runtime.now()
    )


def test_a_history_without_runs_says_what_the_first_will_do(
    ana: Person, garmin: SimulatorServer
) -> None:
    """Days, requests and time are told; the way on is the connection, then the button."""
    stranger = text_of(ana.client.get("/history").text)
    connect(ana, garmin, "ada")
    page = ana.client.get("/history").text

    assert "No run yet" in stranger
    assert "Connect Garmin" in stranger
    assert "The first one fetches the latest 30 days" in text_of(page)
    assert 'action="/sync"' in page


def test_a_run_that_goes_on_is_followed_and_then_told(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """The page renders its state, refreshes itself without script, and a script gets the rest."""
    connect(ana, garmin, "ada")
    garmin.faults.delay("/hrv-service", 60)
    started = ana.client.post("/sync").headers["location"]
    again = ana.client.post("/sync").headers["location"]
    for _ in range(2000):
        piece = ana.client.get(started, headers=SCRIPT).text
        if re.search(r"of \d+ windows", piece):
            break
    page = ana.client.get(started).text
    garmin.faults.end_delays()
    parts(app).manual.wait(60)
    after = ana.client.get(started, headers=SCRIPT)
    ended = ana.client.get(started).text

    assert started == again == "/runs/1"
    assert "<html" not in piece
    assert "<noscript><meta http-equiv=" in page
    number = re.search(r'hx-sse:connect="/runs/1/live\?after=(\d+)"', page)
    assert number is not None
    assert int(number[1]) > 1
    assert 'action="/runs/1/cancel"' in page
    assert (after.status_code, after.headers["hx-refresh"]) == (204, "true")
    assert "Completed" in ended
    assert "Everything that was due is here." in ended
    assert 'href="/api/v1/garmin/syncs/1"' in ended
    assert "refresh" not in ended.split("</head>")[0]
    line = text_of(ana.client.get("/history").text)
    assert "Today, 12:00 Completed First sync" in line


def test_a_stream_sends_what_the_page_does_not_show_yet(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Fragments have the number of their last event, and the end has a name."""
    connect(ana, garmin, "ada")
    ana.client.put(f"{API}/sync-config", json={"initial_sync_days": 2})
    garmin.faults.delay("/hrv-service", 60)
    address = ana.client.post("/sync").headers["location"]
    with ana.client.stream("GET", f"{address}/live?after=0") as answer:
        lines = []
        for line in answer.iter_lines():
            lines.append(line)
            if "data-say" in line:
                garmin.faults.end_delays()
    parts(app).manual.wait(60)
    ended = ana.client.get(f"{address}/live?after=0")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [line for line in lines if line.startswith("event:")] == ["event: done"]
    assert any(re.fullmatch(r"id: \d+", line) for line in lines)
    assert any("By stream" in line for line in lines)
    assert ended.text.splitlines()[0] == "event: done"
    assert parts(app).listening.listeners == 0


def test_without_a_place_the_page_is_told_to_ask(runtime: Runtime) -> None:
    """A crowd is no error: who finds no place polls, and the page is not loaded anew for it."""
    crowded = create_app(
        runtime, GarminSyncScheduler(runtime), limits_factor=100, listening_pace=Pace(most=0)
    )
    person = arrive(crowded, runtime, "Eva")
    run_id = begin(runtime, person.user_id).run_id

    answer = person.client.get(f"/runs/{run_id}/live", headers=SCRIPT)

    assert (answer.status_code, answer.text.splitlines()[0]) == (200, "event: poll")
    assert "hx-refresh" not in answer.headers


def test_a_run_can_be_cancelled_and_says_so(runtime: Runtime, ana: Person) -> None:
    """The button is gone once it was pressed, also for who comes back; an end stays an end."""
    lease = begin(runtime, ana.user_id)
    address = f"/runs/{lease.run_id}"

    pressed = ana.client.post(f"{address}/cancel")
    page = ana.client.get(address).text
    end(runtime, lease)
    late = ana.client.post(f"{address}/cancel")

    assert (pressed.status_code, pressed.headers["location"]) == (303, address)
    assert "It ends after its present request." in page
    assert f'action="{address}/cancel"' not in page
    assert late.status_code == 303


def test_what_failed_is_explained_retried_and_healed(
    app: FastAPI, ana: Person, garmin: SimulatorServer, clock: Any
) -> None:
    """A partial run names cause and days; its retry asks for these, and the first then says so."""
    connect(ana, garmin, "ada")
    fault = garmin.faults.answer("/hrv-service", status=500)
    sync(app, ana)
    page = ana.client.get("/runs/1").text
    garmin.faults.clear(fault)
    clock.advance(minutes=1)

    retried = ana.client.post("/runs/1/retry")
    parts(app).manual.wait(60)
    second = text_of(ana.client.get("/runs/2").text)
    first = text_of(ana.client.get("/runs/1").text)
    nothing = ana.client.post("/runs/2/retry")

    assert "HRV: Garmin did not answer" in page
    assert "Retry 1 failed window" in page
    assert "code  garmin_unavailable" in page
    assert "1 Feb to 2 Mar 2026" in page
    assert retried.headers["location"] == "/runs/2"
    assert "This run made up for run 1" in second
    assert "What it missed was fetched by a later run." in first
    assert "Run 2 fetched it." in first
    assert nothing.headers["location"] == "/runs/2?done=not-retried"
    assert "It cannot be asked again just now" in ana.client.get("/runs/2?done=not-retried").text


def test_a_run_that_lost_its_process_says_so(ana: Person, runtime: Runtime) -> None:
    """A row that is still open though nobody works on it is not shown as running."""
    run_id = runtime.credentials.start_sync(ana.user_id, "manual")

    page = text_of(ana.client.get(f"/runs/{run_id}").text)

    assert "Interrupted" in page
    assert "What it had saved is kept" in page
    assert "Interrupted" in text_of(ana.client.get("/history").text)


def test_nobody_sees_the_runs_of_others(
    app: FastAPI, runtime: Runtime, ana: Person, ben: Person
) -> None:
    """Another's run is not there, to look at, to follow, to end or to retry."""
    address = f"/runs/{begin(runtime, ana.user_id).run_id}"

    assert [
        ben.client.get(address).status_code,
        ben.client.get(f"{address}/live").status_code,
        ben.client.post(f"{address}/cancel").status_code,
        ben.client.post(f"{address}/retry").status_code,
        ben.client.get(f"/runs/{2**70}").status_code,
    ] == [404] * 5
    assert "No run yet" in ben.client.get("/history").text
    stranger = browser(app, **SCRIPT).get(address)
    assert (stranger.status_code, stranger.headers["hx-refresh"]) == (401, "true")


def test_the_history_is_filtered_and_read_on(ana: Person, runtime: Runtime, clock: Any) -> None:
    """Thirty runs are a page; filters and pages are plain links, a strange cursor is refused."""
    for index in range(32):
        clock.advance(minutes=10)
        runtime.credentials.complete_sync(
            runtime.credentials.start_sync(ana.user_id, "scheduled" if index % 2 else "manual"),
            "failed" if index == 5 else "completed",
            error_details="not JSON",
        )

    first = ana.client.get("/history").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = ana.client.get(older[1].replace("&amp;", "&")).text
    failed = ana.client.get("/history?status=failed").text
    day = ana.client.get("/history?from=2026-03-02&to=2026-03-02&type=manual").text
    none = ana.client.get("/history?from=2026-03-03").text

    assert (first.count('class="item"'), second.count('class="item"')) == (30, 2)
    assert "29 of the last 30 runs completed." in first
    assert "Back to the newest" in second
    assert failed.count('class="item"') == 1
    assert day.count('class="item"') == 16
    assert "No run matches." in none
    assert ana.client.get("/history?cursor=nonsense").status_code == 400
