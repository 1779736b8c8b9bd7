"""Every recording of an endpoint that we parse, against what a person read in it.

The list of files comes from the index beside the recordings, so a new recording of such an
endpoint fails here until somebody has looked at it.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from stream_cases import EXTRA, GOLDEN_READINGS, HERE, Reading, plain

from training_analyzer.model import Api
from training_analyzer.streams import CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.streams import Json

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings"
EXPECTATIONS = HERE / "recorded_expectations"
# The day answers that have a parser and no route.
DAY_ENDPOINTS = {
    "/usersummary-service/usersummary/daily/[^/]*": EXTRA["daily_summary_v1"],
    "/hrv-service/hrv/[^/]+": EXTRA["hrv_night"],
    "/metrics-service/metrics/trainingreadiness/[^/]+": GOLDEN_READINGS["training_readiness"],
    "/metrics-service/metrics/endurancescore": GOLDEN_READINGS["endurance_score"],
    "/metrics-service/metrics/hillscore": GOLDEN_READINGS["hill_score"],
    "/sleep-service/sleep/dailySleepData": EXTRA["sleep_night"],
    "/wellness-service/wellness/dailySleepData/[^/]+": EXTRA["sleep_night"],
}
# What was recorded alone and stands in a wrapper in the answer that we ask for.
ROWS_ALONE: dict[str, Callable[[Json], Json]] = {
    "pest__activity-multisport-overview": lambda row: [row],
    "garth__metrics-service-metrics-hillscore": lambda row: {"hillScoreDTOList": [row]},
    "garth__metrics-service-metrics-endurancescore": lambda row: {
        "enduranceScoreDTO": row,
        "groupMap": {},
    },
}


class Recording(NamedTuple):
    """A recorded answer and how it is read."""

    file: str
    reading: Reading


def readings_by_endpoint() -> dict[str, Reading]:
    """Return the readings of the account API, whose answers were recorded, by path pattern."""
    routes = {
        re.sub(r"\\{\w+\\}", "[^/]+", re.escape(member.routes[Api.ACCOUNT].path)): Reading(
            member.routes[Api.ACCOUNT].parse, member
        )
        for member in CATALOG
        # Curves are read beside these rows, by `test_recorded_curves`.
        if member.detail_of is None
    }
    return routes | DAY_ENDPOINTS


def recordings() -> list[Recording]:
    """Return the recordings of all endpoints that we parse; none when there is no index."""
    index = RECORDINGS / "INDEX.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [
        Recording(row["file"], reading)
        for row in rows
        for pattern, reading in readings_by_endpoint().items()
        if row["method"] == "GET" and re.fullmatch(pattern, re.split(r"[? ]", row["endpoint"])[0])
    ]


def body_of(file: str) -> Json:
    """Return a recorded answer; a file without a byte is a 204."""
    content = (RECORDINGS / file).read_text(encoding="utf-8")
    body: Json = json.loads(content) if content else None
    wrap = next((wrap for start, wrap in ROWS_ALONE.items() if file.startswith(start)), None)
    return wrap(body) if wrap and body is not None else body


def expectation_of(file: str) -> dict[str, Any]:
    """Return what a person read in a recording."""
    path = EXPECTATIONS / f"{Path(file).stem}.json"
    expected: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return expected


needs_recordings = pytest.mark.skipif(
    not (RECORDINGS / "INDEX.tsv").exists(),
    reason="NO RECORDINGS: put shared/recordings beside the checkout to test against them",
)


@needs_recordings
def test_every_recording_has_an_expectation() -> None:
    """No recording of an endpoint that we parse is left unread, and none is made up."""
    recorded = {Path(recording.file).stem for recording in recordings()}

    expected = {path.stem for path in EXPECTATIONS.glob("*.json")}

    assert recorded == expected


@needs_recordings
@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.file)
def test_recording_gives_the_rows_that_a_person_read(recording: Recording) -> None:
    """A real answer of Garmin becomes the rows that a person reads in it."""
    expected = expectation_of(recording.file)

    rows = plain(recording.reading.parse(body_of(recording.file)))

    for column in expected.get("edited_by_its_publisher", ()):
        rows[0].pop(column)
    assert len(rows) == expected["rows"]
    if rows:
        assert rows[0] == expected["first"]
        assert rows[-1] == expected.get("last", expected["first"])
    for column, total in expected.get("sums", {}).items():
        assert sum(row.get(column, 0) for row in rows) == pytest.approx(total)
