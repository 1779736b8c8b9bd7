"""The configuration by the API: versions, defaults, quiet hours, and what a change would do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from web_stage import API, Person, connect, sync

from training_analyzer.planning import spread

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

CONFIG = f"{API}/sync-config"


def test_nobody_overwrites_what_they_have_not_seen(ana: Person) -> None:
    """A change for an older version is refused with the current tag, and changes nothing."""
    before = ana.client.get(CONFIG)
    seen = before.headers["etag"]

    first = ana.client.put(CONFIG, json={"sync_time": "07:00"}, headers={"If-Match": seen})
    late = ana.client.put(CONFIG, json={"sync_time": "08:00"}, headers={"If-Match": seen})
    tag = first.headers["etag"]
    fine = ana.client.patch(CONFIG, json={"sync_weekday": 2}, headers={"If-Match": f'"x", {tag}'})
    weak = ana.client.put(CONFIG, json={}, headers={"If-Match": "W/" + fine.headers["etag"]})
    loud = ana.client.put(CONFIG, json={"sync_weekday": 3}, headers={"If-Match": "*"})

    assert (first.status_code, first.json()["version"]) == (200, 1)
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert late.json()["current_etag"] == late.headers["etag"] == tag != seen
    assert (fine.status_code, fine.json()["version"], weak.status_code) == (200, 2, 412)
    assert (loud.json()["sync_time"], loud.json()["sync_weekday"]) == ("07:00", 3)
    assert ana.client.get(CONFIG).headers["etag"] == loud.headers["etag"]


def test_what_has_not_changed_is_not_sent_again(ana: Person, ben: Person) -> None:
    """Whoever names the tag gets 304 until something changes; another person's tag is another."""
    tag = ana.client.get(CONFIG).headers["etag"]

    same = ana.client.get(CONFIG, headers={"If-None-Match": tag})
    ana.client.put(CONFIG, json={"sync_sleep": False})
    changed = ana.client.get(CONFIG, headers={"If-None-Match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert (changed.status_code, changed.json()["sync_sleep"]) == (200, False)
    assert ben.client.get(CONFIG).headers["etag"] != tag


def test_null_is_the_default_in_a_patch(ana: Person, runtime: Runtime) -> None:
    """PATCH puts a null back to its default and keeps what it does not name."""
    quiet = {"from": "22:00", "to": "06:30"}
    chosen = {"sync_time": "07:00", "disabled_streams": ["weight", "hrv"], "quiet_hours": quiet}
    saved = ana.client.put(CONFIG, json={**chosen, "initial_sync_days": 30}).json()

    after = ana.client.patch(CONFIG, json=dict.fromkeys(chosen)).json()

    assert saved["quiet_hours"] == quiet
    assert saved["disabled_streams"] == ["hrv", "weight"]
    assert (after["sync_time"], after["disabled_streams"]) == ("06:00", [])
    assert (after["quiet_hours"], after["initial_sync_days"]) == (None, 30)
    assert after["version"] == 2
    assert ana.client.patch(CONFIG, json={"version": 7}).json()["code"] == "unknown_field"
    known = runtime.credentials.get_sync_config(ana.user_id)
    assert known is not None
    assert (known.version, known.sync_time) == (2, "06:00")


def test_preview_tells_what_a_change_would_do_and_saves_nothing(
    ana: Person, runtime: Runtime
) -> None:
    """The next syncs by both clocks, what they cost, and what may surprise on the way."""
    change = {
        "timezone": "Europe/Berlin",
        "sync_time": "02:30",
        "quiet_hours": {"from": "01:00", "to": "02:00"},
        "incremental_sync_days": 30,
        "initial_sync_days": 10,
    }

    found = ana.client.post(f"{CONFIG}/preview", json=change).json()
    wrong = ana.client.post(f"{CONFIG}/preview", json={"sync_time": "24:00"})

    assert [run["local"][:10] for run in found["next_runs"]] == [
        "2026-03-03",
        "2026-03-04",
        "2026-03-05",
    ]
    assert found["next_runs"][0]["local"].endswith("+01:00")
    assert {run["zone"] for run in found["next_runs"]} == {"Europe/Berlin"}
    first = datetime.fromisoformat(found["next_runs"][0]["utc"])
    assert first - spread(ana.user_id) == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
    assert [warning["code"] for warning in found["warnings"]] == [
        "look_back_beyond_history",
        "time_does_not_exist",
        "time_exists_twice",
    ]
    assert "2026-03-29" in found["warnings"][1]["message"]
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "/sync_time")
    assert runtime.credentials.get_sync_config(ana.user_id) is None


def test_estimate_is_what_the_first_sync_then_costs(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Told before, and held to within a fifth; when all is here, next to nothing is left."""
    connect(ana, garmin, "ada")
    change: dict[str, Any] = {"initial_sync_days": 90, "disabled_streams": ["weight"]}
    told = ana.client.post(f"{CONFIG}/preview", json=change).json()
    assert ana.client.put(CONFIG, json=change).status_code == 200

    run = sync(app, ana)
    left = ana.client.post(f"{CONFIG}/preview", json={}).json()
    more = ana.client.post(f"{CONFIG}/preview", json={"initial_sync_days": 180}).json()

    assert run["status"] == "completed"
    assert abs(told["requests_estimate"] - run["requests_used"]) <= run["requests_used"] / 5
    assert left["requests_estimate"] <= 20 < more["requests_estimate"]
    streams = ana.client.get(f"{API}/coverage").json()["streams"]
    cells = {line["name"]: line["cells"] for line in streams}
    assert (set(cells["weight"]), cells["hrv"][0]) == ({"o"}, "d")
