"""Syncs as a person or a program asks for them: days, types, at any time, again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web_stage import API, Person, connect, parts, sync

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


def asked(garmin: SimulatorServer, since: int) -> list[str]:
    """Return the paths of what was asked of Garmin since then, sign-ins left out."""
    return [entry.path for entry in list(garmin.log)[since:] if "-service/" in entry.path]


def test_who_waits_gets_the_final_counts_and_the_run_keeps_its_configuration(
    ana: Person, garmin: SimulatorServer
) -> None:
    """`wait` gives the blocking answer of the original; the run says what it went by."""
    connect(ana, garmin, "ada")

    answer = ana.client.post(f"{API}/sync/trigger", params={"wait": 60})
    ana.client.put(f"{API}/sync-config", json={"initial_sync_days": 31})

    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "completed")
    assert told["activities_synced"] > 0
    assert told["wellness_days_synced"] >= 28
    assert told["links"]["events"] == f"{API}/syncs/{told['sync_id']}/events"
    assert "retry-after" not in answer.headers
    detail = ana.client.get(f"{API}/syncs/{told['sync_id']}").json()
    assert detail["config_snapshot"]["initial_sync_days"] == 30
    assert "user_id" not in detail["config_snapshot"]
    assert (detail["retry_of"], detail["backfill_id"]) == (None, None)
    assert all(stream["windows"] >= 1 for stream in detail["streams"])


def test_the_shortest_interval_holds_for_all_but_administrators(
    runtime: Runtime, ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """Too soon is a 429 that says when; `force` is for administrators alone."""
    for person in (ana, ben):
        run_id = runtime.credentials.start_sync(person.user_id, "manual")
        runtime.credentials.complete_sync(run_id, "completed")
    connect(ana, garmin, "ada")
    narrow = {"days": 1, "types": ["hrv"]}

    soon = ana.client.post(f"{API}/sync/trigger", json=narrow)
    mine = ben.client.post(f"{API}/sync/trigger", json=narrow | {"force": True})
    forced = ana.client.post(
        f"{API}/sync/trigger", json=narrow | {"force": True}, params={"wait": 60}
    )

    assert (soon.status_code, soon.json()["code"]) == (429, "sync_cooldown")
    assert soon.json()["retry_at"] == "2026-03-02T13:00:00Z"
    assert soon.headers["retry-after"] == "3600"
    assert (mine.status_code, mine.json()["needed"]) == (403, "admin")
    assert (forced.status_code, forced.json()["status"]) == (200, "completed")


def test_exactly_the_days_and_types_are_asked_for(ana: Person, garmin: SimulatorServer) -> None:
    """Beside the profile, which says which day it is, nothing else is asked for."""
    connect(ana, garmin, "ada")
    since = len(garmin.log)

    ana.client.post(
        f"{API}/sync/trigger",
        json={"from": "2026-01-05", "to": "2026-01-06", "types": ["hrv"]},
        params={"wait": 60},
    )

    series = [path for path in asked(garmin, since) if "/2026-" in path or "activit" in path]
    assert series == ["/hrv-service/hrv/daily/2026-01-05/2026-01-06"]
    line = ana.client.get(f"{API}/sync-history").json()["history"][0]
    assert (line["sync_from_date"], line["sync_to_date"]) == ("2026-01-05", "2026-01-06")


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"days": 0}, "validation_failed"),
    ({"days": 366}, "validation_failed"),
    ({"days": "7"}, "validation_failed"),
    ({"days": 3, "from": "2026-01-05"}, "validation_failed"),
    ({"to": "2026-01-05"}, "validation_failed"),
    ({"from": "2026-01-05", "to": "2026-01-04"}, "validation_failed"),
    ({"from": "2026-03-09"}, "validation_failed"),
    ({"from": "2025-03-01", "to": "2026-03-02"}, "validation_failed"),
    ({"from": "2026-02-30"}, "validation_failed"),
    ({"from": "0001-01-01"}, "validation_failed"),
    ({"from": "2026-01-05T00:00:00"}, "validation_failed"),
    ({"from": 0}, "validation_failed"),
    ({"types": []}, "validation_failed"),
    ({"types": ["canary"]}, "validation_failed"),
    ({"types": "hrv"}, "validation_failed"),
    ({"force": 1}, "validation_failed"),
    ({"first": "2026-01-05"}, "unknown_field"),
)


def test_what_cannot_be_meant_is_refused_without_its_text(ana: Person) -> None:
    """A wrong wish is a 422 before anything begins, and is not repeated to anybody."""
    for body, code in WRONG:
        answer = ana.client.post(f"{API}/sync/trigger", json=body)

        assert (answer.status_code, answer.json()["code"]) == (422, code), body
        assert "canary" not in answer.text
    assert ana.client.get(f"{API}/sync-history").json()["history"] == []


def test_each_thing_that_stands_against_a_sync_has_its_code(
    runtime: Runtime, ana: Person, garmin: SimulatorServer
) -> None:
    """Not connected, to be connected again, everybody paused: each says what to do."""
    codes = []

    def ask() -> None:
        answer = ana.client.post(f"{API}/sync/trigger", params={"wait": 61})
        assert answer.status_code == 422
        answer = ana.client.post(f"{API}/sync/trigger")
        codes.append((answer.status_code, answer.json()["code"]))

    ask()
    connect(ana, garmin, "ada")
    runtime.credentials.update_validation_status(ana.user_id, is_valid=False)
    ask()
    runtime.credentials.update_validation_status(ana.user_id, is_valid=True)
    runtime.pauses.pause_everybody(reason="The disk is being replaced.")
    ask()

    assert codes == [(409, "not_connected"), (409, "needs_reauth"), (503, "syncing_paused")]


def test_a_retry_asks_for_what_failed_and_for_nothing_else(
    app: FastAPI, ana: Person, ben: Person, garmin: SimulatorServer, clock: FakeClock
) -> None:
    """A new run names the old one, and needs not wait for the shortest interval."""
    garmin.faults.answer("/hrv-service", status=500)
    connect(ana, garmin, "ada")
    failed = sync(app, ana)["job_id"]
    errors = ana.client.get(f"{API}/syncs/{failed}/errors").json()
    garmin.faults.clear()
    since = len(garmin.log)
    clock.advance(minutes=1)

    retried = ana.client.post(f"{API}/syncs/{failed}/retry")
    assert parts(app).manual.wait(60)

    assert retried.status_code == 202
    assert retried.json()["retry_of"] == int(failed)
    run = ana.client.get(retried.headers["location"]).json()
    assert run["status"] == "completed"
    windows = [f"/{error['from']}/{error['to']}" for error in errors["items"]]
    paths = asked(garmin, since)
    assert sorted(path.removeprefix("/hrv-service/hrv/daily") for path in paths) == sorted(windows)
    line = ana.client.get(f"{API}/sync-history").json()["history"][0]
    assert (line["retry_of"], line["sync_type"]) == (int(failed), "manual")
    again = ana.client.post(f"{API}/syncs/{retried.json()['sync_id']}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert ben.client.post(f"{API}/syncs/{failed}/retry").status_code == 404


def test_errors_come_in_pages(runtime: Runtime, ana: Person) -> None:
    """A run that failed a lot is told in pages that add up, each with the cursor of the next."""
    failure = {"stream": "hrv", "last": "2026-02-01", "code": "bad_request", "attempts": 1}
    failures = [failure | {"first": f"2026-01-{day:02d}"} for day in range(1, 6)]
    run_id = runtime.credentials.start_sync(ana.user_id, "manual")
    runtime.credentials.complete_sync(
        run_id, "partial", error_details={"code": "bad_request", "failures": failures}
    )
    whole = ana.client.get(f"{API}/syncs/{run_id}/errors").json()["items"]

    seen, cursor = [], None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = ana.client.get(f"{API}/syncs/{run_id}/errors", params=query).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert [each["from"] for each in whole] == [each["first"] for each in failures]
    assert (seen, cursor) == (whole, None)


def test_a_backfill_is_told_what_it_costs_and_then_done(
    app: FastAPI, ana: Person, ben: Person, garmin: SimulatorServer
) -> None:
    """A dry run starts nothing; a real one begins at once, and its detail counts days."""
    connect(ana, garmin, "ada")
    ana.client.put(
        f"{API}/sync-config", json={"sync_activities": False, "sync_fitness_metrics": False}
    )
    runs = ana.client.get(f"{API}/sync-history").json()["history"]
    body = {"from": "2025-06-01", "to": "2025-08-31", "types": ["sleep", "hrv"]}

    dry = ana.client.post(f"{API}/backfills", json=body | {"dry_run": True})
    listed = ana.client.get(f"{API}/backfills").json()["items"]
    key = {"Idempotency-Key": "one-and-the-same"}
    started = ana.client.post(f"{API}/backfills", json=body, headers=key)
    replayed = ana.client.post(f"{API}/backfills", json=body, headers=key)
    assert parts(app).manual.wait(60)

    cost = {"windows": 5, "requests_estimate": 5, "minutes_estimate": 1}
    assert (dry.status_code, dry.json()) == (200, {"backfill_id": None, **cost})
    assert (runs, listed) == ([], [])
    here = started.headers["location"]
    assert (started.status_code, started.json()) == (
        202,
        {"backfill_id": here.rsplit("/", 1)[1], **cost},
    )
    assert replayed.json() == started.json()
    assert replayed.headers["idempotency-replayed"] == "true"
    detail = ana.client.get(here).json()
    assert {name: detail[name] for name in ("from", "to", "types", "pace", "state")} == {
        "from": "2025-06-01",
        "to": "2025-08-31",
        "types": ["hrv", "sleep"],
        "pace": "normal",
        "state": "completed",
    }
    assert (detail["days_total"], detail["days_done"], detail["days_failed"]) == (184, 184, 0)
    run = ana.client.get(f"{API}/sync-history").json()["history"][0]
    assert run["backfill_id"] == started.json()["backfill_id"]
    assert [each["backfill_id"] for each in ana.client.get(f"{API}/backfills").json()["items"]] == [
        run["backfill_id"]
    ]
    for action in ("pause", "resume", "cancel"):
        answer = ana.client.post(f"{here}/{action}")
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert ben.client.post(f"{here}/{action}").status_code == 404
    assert ben.client.get(here).status_code == 404
    assert ben.client.get(f"{API}/backfills").json()["items"] == []


def test_a_backfill_waits_where_none_can_begin_and_can_be_ended(
    runtime: Runtime, ana: Person, garmin: SimulatorServer, clock: FakeClock
) -> None:
    """While everybody is paused it is accepted and waits; its person rests and ends it."""
    connect(ana, garmin, "ada")
    runtime.pauses.pause_everybody()
    body = {"from": "2025-06-01", "to": "2025-06-30", "pace": "polite"}

    here = ana.client.post(f"{API}/backfills", json=body).headers["location"]
    clock.advance(minutes=1)
    newer = ana.client.post(f"{API}/backfills", json=body).headers["location"]
    states = [
        ana.client.post(f"{here}/{action}").json()["state"]
        for action in ("pause", "resume", "cancel")
    ]

    assert states == ["paused", "active", "cancelled"]
    first = ana.client.get(f"{API}/backfills", params={"limit": 1})
    cursor = first.json()["next_cursor"]
    second = ana.client.get(f"{API}/backfills", params={"limit": 1, "cursor": cursor}).json()
    pages = first.json()["items"] + second["items"]
    assert [each["backfill_id"] for each in pages] == [
        address.rsplit("/", 1)[1] for address in (newer, here)
    ]
    assert pages[1]["ended_at"] is not None
    assert second["next_cursor"] is None
    wrong = ana.client.get(f"{API}/backfills", params={"cursor": cursor[:-4]})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_cursor")


IMPOSSIBLE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"from": "2016-03-02"}, "backfill_too_long"),
    ({"from": None}, "validation_failed"),
    ({"types": ["devices"]}, "validation_failed"),
    ({"types": ["heart_rate_curve"]}, "validation_failed"),
    ({"pace": "fast"}, "validation_failed"),
    ({"days": 7}, "unknown_field"),
)


def test_a_backfill_that_cannot_be_is_refused(ana: Person) -> None:
    """Ten years at most, and only what has a value for days long gone."""
    for change, code in IMPOSSIBLE:
        answer = ana.client.post(f"{API}/backfills", json={"from": "2025-06-01"} | change)

        assert (answer.status_code, answer.json()["code"]) == (422, code), change
    assert ana.client.get(f"{API}/backfills").json()["items"] == []
