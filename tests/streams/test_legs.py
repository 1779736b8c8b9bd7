"""The page of one activity: a leg of a multisport becomes a row like any other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from stream_cases import plain
from test_recordings import RECORDINGS, needs_recordings

from training_analyzer.errors import UnexpectedPayload
from training_analyzer.streams.legs import legs_of, parse_leg

LEG: dict[str, Any] = {
    "activityId": 9002,
    "activityName": "Race - Ride",
    "activityTypeDTO": {"typeId": 10, "typeKey": "road_biking", "parentTypeId": 2},
    "parentId": 9000,
    "locationName": "Lyon",
    "metadataDTO": {"manualActivity": False, "deviceMetaDataDTO": {"deviceId": "33"}},
    "summaryDTO": {
        "startTimeLocal": "2026-06-14T10:05:00.0",
        "startTimeGMT": "2026-06-14T08:05:00.0",
        "distance": 40000.0,
        "duration": 4200.5,
        "elapsedDuration": 4300.0,
        "averageHR": 151.0,
        "averagePower": 220.0,
        "normalizedPower": 231.0,
        "trainingEffect": 3.1,
    },
}


def test_leg_becomes_a_row_of_activities() -> None:
    """A page's own names become the columns that a list's have, in the same units."""
    (row,) = parse_leg(LEG)

    assert row["start_utc"] == datetime(2026, 6, 14, 8, 5, tzinfo=UTC)
    assert row["end_utc"] == datetime(2026, 6, 14, 9, 16, 40, tzinfo=UTC)
    assert (row["calendar_date"], row["utc_offset_s"]) == ("2026-06-14", 7200)
    assert (row["type_key"], row["parent_id"], row["device_id"]) == ("road_biking", 9000, "33")
    assert (row["distance_m"], row["duration_s"], row["avg_hr_bpm"]) == (40000.0, 4200.5, 151.0)
    assert (row["avg_power_w"], row["norm_power_w"]) == (220.0, 231.0)
    assert (row["aerobic_training_effect"], row["steps"]) == (3.1, None)


def test_digest_follows_what_is_read_and_nothing_else() -> None:
    """A new distance changes a row's digest; a key that is not read does not."""
    (row,) = parse_leg(LEG)

    (same,) = parse_leg({**LEG, "userProfileImage": "new"})
    (other,) = parse_leg({**LEG, "summaryDTO": {**LEG["summaryDTO"], "distance": 1.0}})

    assert same["row_sha256"] == row["row_sha256"] != other["row_sha256"]


@pytest.mark.parametrize(
    "page", [None, {}, [], {"metadataDTO": None}, {"metadataDTO": {"childIds": "1,2"}}]
)
def test_page_without_legs_has_none(page: Any) -> None:
    """Whatever a page is, it has its legs or none."""
    assert legs_of(page) == []


def test_page_of_another_shape_is_refused() -> None:
    """A page whose summary was renamed is not read as an empty one."""
    with pytest.raises(UnexpectedPayload):
        list(parse_leg({"activityId": 1, "summary": {"distance": 1.0}}))


@needs_recordings
def test_recorded_multisport_names_its_legs_in_order() -> None:
    """A real multisport has five legs, and a real leg names its parent."""
    parent = json.loads((RECORDINGS / "pest__activity-multisport-detail__1.json").read_text())
    leg = json.loads((RECORDINGS / "pest__activity-multisport-child__1.json").read_text())

    (row,) = plain(parse_leg(leg))

    legs = legs_of(parent)
    assert legs == sorted(legs)
    assert (len(legs), legs.index(row["activity_id"])) == (5, 2)
    assert row["parent_id"] == parent["activityId"]
    assert (row["type_key"], row["distance_m"]) == ("walking", 4036.26)
    assert parse_leg.drift(leg) == 0
