"""What is asked for activity by activity: splits as laps, and the joined pages of legs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.db.tables import metadata
from training_analyzer.errors import UnexpectedPayload
from training_analyzer.model import Api
from training_analyzer.streams import BY_ACTIVITY, Payload, drift
from training_analyzer.streams.legs import ACTIVITY_LEGS, joined
from training_analyzer.streams.splits import parse_splits

SPLITS: dict[str, Any] = {
    "activityId": 9001,
    "lapDTOs": [
        {
            "startTimeGMT": "2026-06-14T08:05:00.0",
            "distance": 1000.0,
            "duration": 300.5,
            "movingDuration": 299.0,
            "elapsedDuration": 310.25,
            "elevationGain": 12.0,
            "elevationLoss": 3.0,
            "averageSpeed": 3.33,
            "maxSpeed": 4.1,
            "calories": 61.0,
            "averageHR": 144.0,
            "maxHR": 158.0,
            "averageRunCadence": 171.0,
            "lapIndex": 1,
        },
        {"startTimeGMT": "2026-06-14T08:10:10.25", "duration": 60.0, "averageHR": 0.0},
        {"startTimeGMT": "2026-06-14T08:11:10.25", "duration": 0.0, "distance": 0.0},
    ],
    "eventDTOs": [{"startTimeGMT": "2026-06-14T08:05:00.0"}],
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["activityId", "lapDTOs", "legs", "summaryDTO", "duration"]), inner
        )
    ),
    max_leaves=12,
)


def test_splits_become_laps_in_the_columns_of_a_file() -> None:
    """Laps count from 0, durations are seconds; a standing heart and an empty lap are nothing."""
    first, second = parse_splits(SPLITS)

    assert (first["activity_id"], first["lap_index"], first["source"]) == (9001, 0, "splits")
    assert first["start_utc"] == datetime(2026, 6, 14, 8, 5, tzinfo=UTC)
    assert (first["timer_s"], first["elapsed_s"], first["distance_m"]) == (300.5, 310.25, 1000.0)
    assert (first["avg_hr_bpm"], first["max_hr_bpm"], first["ascent_m"]) == (144, 158, 12.0)
    # Steps a minute are no turns of one leg.
    assert first["avg_cadence_rpm"] is None
    assert (second["lap_index"], second["elapsed_s"], second["avg_hr_bpm"]) == (1, 60.0, None)
    assert parse_splits.drift(SPLITS) == 0


@pytest.mark.parametrize(
    "body", [None, {}, {"activityId": 1, "lapDTOs": None}, {"activityId": 1, "lapDTOs": []}]
)
def test_no_splits_are_no_laps(body: Any) -> None:
    """Every way of saying nothing is nothing."""
    assert parse_splits(body) == []


def test_splits_of_another_shape_are_refused() -> None:
    """Where Garmin has renamed the laps, an empty answer would be a lie."""
    with pytest.raises(UnexpectedPayload):
        parse_splits({"activityId": 1, "laps": [{"duration": 1.0}]})


def test_a_leg_belongs_to_whom_it_was_asked_for() -> None:
    """The parent of joined legs is the multisport, whatever a page says; broken pages pass."""
    page: dict[str, Any] = {
        "activityId": 2,
        "parentId": 99,
        "summaryDTO": {"startTimeLocal": "2026-06-14T10:05:00.0", "duration": 5.0},
    }
    payload = Payload(Api.PERSONAL, joined(7, [page, {**page, "activityId": 3}]))

    rows = ACTIVITY_LEGS.read(payload)["activities"]

    assert [(row["activity_id"], row["parent_id"]) for row in rows] == [(2, 7), (3, 7)]


@pytest.mark.parametrize("member", BY_ACTIVITY, ids=lambda member: member.name)
@given(body=json_values)
@settings(max_examples=40, deadline=None)
def test_any_json_gives_rows_of_the_table_or_is_refused(member: Any, body: Any) -> None:
    """Whatever comes, there are rows in the table's own columns, or `UnexpectedPayload`."""
    columns = set(metadata.tables[member.table].c.keys())
    for api, route in member.routes.items():
        try:
            rows = member.read(Payload(api, body))[member.table]
        except UnexpectedPayload:
            continue
        assert all(row.keys() <= columns for row in rows)
        assert drift(route.parse, body) >= 0
