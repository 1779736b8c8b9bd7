"""Exports over the API: asked for, looked at, taken in whole or in part, deleted."""

from __future__ import annotations

import io
import threading
import zipfile
from typing import TYPE_CHECKING

from web_stage import arrive, prove

from training_analyzer.services.export_worker import ExportMaking
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from fake_clock import FakeClock
    from fastapi import FastAPI
    from web_stage import Person

    from training_analyzer.services.runtime import Runtime

EXPORTS = "/api/v1/exports"


def make(runtime: Runtime) -> None:
    """Make everything that waits."""
    making = ExportMaking(runtime.export_jobs, "me", threading.Event())
    while making.make_next():
        pass


def test_an_export_from_beginning_to_end(
    app: FastAPI, runtime: Runtime, ana: Person, ben: Person, clock: FakeClock
) -> None:
    """An export is asked for, made and downloaded by its owner, and by nobody else."""
    asked = {"format": "csv", "from": "2026-01-01", "types": ["wellness", "activities"]}
    key = {"Idempotency-Key": "the-first"}
    accepted = ana.client.post(EXPORTS, json=asked, headers=key)
    again = ana.client.post(EXPORTS, json=asked, headers=key)
    where = accepted.headers["location"]
    waiting = ana.client.get(where)
    early = ana.client.get(f"{where}/file")

    make(runtime)

    told = ana.client.get(where).json()
    whole = ana.client.get(f"{where}/file")
    part = ana.client.get(f"{where}/file", headers={"Range": "bytes=0-3"})
    size = len(whole.content)
    for bad in (f"bytes={size}-", "bytes=9-3", "bytes=-0", "bytes=x", "bytes=0-1,x"):
        refused = ana.client.get(f"{where}/file", headers={"Range": bad})
        assert (refused.status_code, refused.json()["code"]) == (416, "range_not_satisfiable")
        assert refused.headers["content-range"] == f"bytes */{size}"
    lines = ana.client.get(f"{where}/file", headers={"Range": "lines=1-2"})
    assert (lines.status_code, len(lines.content)) == (200, size)
    export_id = accepted.json()["export_id"]
    assert (accepted.status_code, accepted.headers["retry-after"]) == (202, "5")
    assert again.json() == accepted.json()
    assert (waiting.json()["state"], waiting.json()["progress"]["done"]) == ("queued", 0)
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    assert (told["state"], told["from"], told["to"]) == ("ready", "2026-01-01", None)
    assert told["progress"] == {"done": 12, "total": 12}
    assert told["bytes"] == len(whole.content)
    assert told["expires_at"].startswith("2026-03-09T12:00:00")
    assert whole.headers["content-type"] == "application/zip"
    assert whole.headers["cache-control"] == "no-store"
    assert whole.headers["content-disposition"] == (
        f'attachment; filename="garmin-export-2026-03-02-{export_id[-8:]}.zip"'
    )
    assert "sleep_nights.csv" in zipfile.ZipFile(io.BytesIO(whole.content)).namelist()
    assert (part.status_code, part.content) == (206, b"PK\x03\x04")
    for method, path in (("GET", where), ("GET", f"{where}/file"), ("DELETE", where)):
        assert ben.client.request(method, path).status_code == 404
    assert ben.client.get(EXPORTS).json()["items"] == []
    clock.advance(days=7)
    prove(app, ana)
    over = ana.client.get(f"{where}/file")
    assert (over.status_code, over.json()["code"]) == (410, "export_expired")
    actions = [each["action"] for each in ana.client.get("/api/v1/me/audit").json()["items"]]
    assert actions.count("export_downloaded") == 3
    assert actions.count("export_made") == 1


def test_what_an_export_refuses(ana: Person, runtime: Runtime) -> None:
    """Unknown types, a range that ends before it begins and a second export are refused."""
    unknown = ana.client.post(EXPORTS, json={"format": "csv", "types": ["garmin_secrets"]})
    backwards = ana.client.post(
        EXPORTS, json={"format": "csv", "from": "2026-02-01", "to": "2026-01-01"}
    )
    wrong = ana.client.post(EXPORTS, json={"format": "xlsx"})
    first = ana.client.post(EXPORTS, json={"format": "csv", "to": "2026-01-01"})
    second = ana.client.post(EXPORTS, json={"format": "csv"})

    assert (unknown.status_code, unknown.json()["code"]) == (422, "validation_failed")
    assert "garmin_secrets" not in unknown.json()["known"]
    assert (backwards.status_code, wrong.status_code, first.status_code) == (422, 422, 202)
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    assert len(runtime.export_jobs.page(ana.user_id, limit=9)) == 1


def test_files_go_with_what_they_hold(runtime: Runtime, ana: Person, tmp_path: Path) -> None:
    """A deleted export, deleted data and a removed person leave no file; pages list the rest."""
    folder = tmp_path / "exports"
    for _ in range(3):
        assert ana.client.post(EXPORTS, json={"format": "jsonl"}).status_code == 202
        make(runtime)
    page = ana.client.get(EXPORTS, params={"limit": 2}).json()
    rest = ana.client.get(EXPORTS, params={"limit": 2, "cursor": page["next_cursor"]}).json()
    ids = [each["export_id"] for each in (*page["items"], *rest["items"])]

    assert len(set(ids)) == len(list(folder.iterdir())) == 3
    assert ana.client.delete(f"{EXPORTS}/{ids[0]}").status_code == 204
    assert len(list(folder.iterdir())) == 2
    runtime.connections.disconnect(ana.user_id, delete_data=True)
    assert list(folder.iterdir()) == []
    assert ana.client.get(EXPORTS).json()["items"] == []
    ana.client.post(EXPORTS, json={"format": "jsonl"})
    make(runtime)
    runtime.people.remove("Ana")
    assert list(folder.iterdir()) == []


def test_parts_of_a_file_do_not_fill_the_audit_log(runtime: Runtime, clock: FakeClock) -> None:
    """However many parts are taken, there is a line a minute, by the API and by the page."""
    app = create_app(runtime, GarminSyncScheduler(runtime))
    eva = arrive(app, runtime, "Eva")
    where = eva.client.post(EXPORTS, json={"format": "csv"}).headers["location"]
    make(runtime)
    page = f"/settings/data/exports/{where.rpartition('/')[2]}/file"

    for _ in range(2):
        for place in (f"{where}/file", page, f"{where}/file"):
            part = eva.client.get(place, headers={"Range": "bytes=0-3"})
            assert (part.status_code, part.content) == (206, b"PK\x03\x04")
        clock.advance(minutes=1)

    noted = [entry.action for entry in runtime.access.audit.page(user_id=eva.user_id, limit=20)]
    assert noted.count("export_downloaded") == 2
