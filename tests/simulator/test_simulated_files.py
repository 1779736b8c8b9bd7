"""The files and curves of invented activities."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from athletes_for_tests import ask, athletes, body

from training_analyzer.model import Api
from training_analyzer.simulator.fit_file import _crc

TOM = athletes()[1]


def _activities() -> list[Any]:
    found = body(TOM, "/activitylist-service/activities/search/activities", limit="300")
    assert isinstance(found, list)
    return found


def _fit(activity_id: int) -> bytes:
    zipped = body(TOM, f"/download-service/files/activity/{activity_id}", Api.PERSONAL)
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.namelist() == [f"{activity_id}_ACTIVITY.fit"]
        return archive.read(archive.namelist()[0])


def test_a_download_is_a_fit_file() -> None:
    """An original file is a ZIP with one FIT file, whose header and checksums are right."""
    data = _fit(_activities()[0]["activityId"])

    size, _, _, length, mark = struct.unpack("<BBHI4s", data[:12])
    assert (size, mark) == (14, b".FIT")
    assert len(data) == size + length + 2
    assert _crc(data[:12]) == struct.unpack("<H", data[12:14])[0]
    # A FIT checksum over a whole file with its own checksum is zero.
    assert _crc(data) == 0


def test_a_download_is_the_same_each_time() -> None:
    """Two downloads of an activity have the same bytes."""
    activity_id = _activities()[0]["activityId"]

    assert _fit(activity_id) == _fit(activity_id)


def test_manual_activities_and_legs_have_no_file() -> None:
    """A typed-in activity has no file; a multisport file belongs to the parent."""
    ada = athletes()[0]
    rows = body(ada, "/activitylist-service/activities/search/activities", limit="900")
    manual = next(row["activityId"] for row in rows if row["manualActivity"])
    parent = next(row["activityId"] for row in _activities() if row["parent"])

    assert ask(ada, f"/download-service/files/activity/{manual}").status == 404
    assert ask(TOM, f"/download-service/files/activity/{parent + 1}").status == 404
    assert _fit(parent)


@pytest.mark.parametrize(
    ("form", "mark"), [("gpx", b"<trkpt"), ("tcx", b"<Trackpoint>"), ("kml", b"<coordinates>")]
)
def test_exports(form: str, mark: bytes) -> None:
    """Exports are text in the asked form; an unknown form is not found."""
    activity_id = _activities()[0]["activityId"]
    outdoors = next(row["activityId"] for row in _activities() if row["hasPolyline"])

    assert mark in body(TOM, f"/download-service/export/{form}/activity/{outdoors}")
    assert ask(TOM, f"/download-service/export/odt/activity/{activity_id}").status == 404


def test_the_chart_names_its_columns() -> None:
    """The details hold at most two thousand points, with a description of each column."""
    activity_id = _activities()[0]["activityId"]

    chart = body(TOM, f"/activity-service/activity/{activity_id}/details")

    keys = [column["key"] for column in chart["metricDescriptors"]]
    assert keys[0] == "directTimestamp"
    assert 100 < len(chart["activityDetailMetrics"]) <= 2001
    assert len(chart["activityDetailMetrics"][0]["metrics"]) == len(keys)
