"""Every recording of a day in detail, against the curves that a person read in it."""

from __future__ import annotations

import csv
import json
import re
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from stream_cases import HERE, plain

from training_analyzer.model import Api
from training_analyzer.streams import drift, stream

if TYPE_CHECKING:
    from training_analyzer.streams import Json, Parser

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings"
EXPECTATIONS = HERE / "recorded_expectations" / "curves"
ENDPOINTS = {
    "/hrv-service/hrv/[^/]+": "hrv_detail",
    "/sleep-service/sleep/dailySleepData": "sleep_detail",
    "/wellness-service/wellness/dailySleepData/[^/]+": "sleep_detail",
    "/wellness-service/wellness/dailyStress/[^/]+": "stress_detail",
    "/wellness-service/wellness/dailyHeartRate/[^/]*": "heart_rate_detail",
}
needs_recordings = pytest.mark.skipif(
    not (RECORDINGS / "INDEX.tsv").exists(),
    reason="NO RECORDINGS: put shared/recordings beside the checkout to test against them",
)


def recordings(*, written_by_hand: bool) -> dict[str, Parser]:
    """Return file -> parser for the recordings of days in detail; none when there is no index."""
    index = RECORDINGS / "INDEX.tsv"
    if not index.exists():
        return {}
    with index.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {
        row["file"]: stream(name).routes[Api.ACCOUNT].parse
        for row in rows
        for pattern, name in ENDPOINTS.items()
        if re.fullmatch(pattern, re.split(r"[? ]", row["endpoint"])[0])
        and (row["kind"] == "json-handwritten") is written_by_hand
    }


RECORDED = recordings(written_by_hand=False)


def body_of(file: str) -> Json:
    """Return a recorded answer; a file without a byte is a 204."""
    content = (RECORDINGS / file).read_text(encoding="utf-8")
    body: Json = json.loads(content) if content else None
    return body


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return what an expectation tells of a curve."""
    seconds, values, *_ = row["points_zstd"].values()
    measured = [value for value in values if value is not None]
    assert row["point_count"] == len(seconds) == len(values)
    assert list(accumulate(seconds, max)) == seconds
    return {
        "calendar_date": row["calendar_date"],
        "start_utc": row["start_utc"],
        "points": len(values),
        "gaps": len(values) - len(measured),
        "first": values[0],
        "last": [seconds[-1], values[-1]],
        "highest": max(measured),
        "sum": sum(measured),
    }


@needs_recordings
def test_every_recorded_day_has_an_expectation() -> None:
    """No recording of a day in detail is left unread, and none is made up."""
    expected = {path.stem for path in EXPECTATIONS.glob("*.json")}

    assert {Path(file).stem for file in RECORDED} == expected


@needs_recordings
@pytest.mark.parametrize("file", RECORDED)
def test_recording_gives_the_curves_that_a_person_read(file: str) -> None:
    """A real answer of Garmin becomes the curves that a person reads in it, without drift."""
    expected = json.loads((EXPECTATIONS / f"{Path(file).stem}.json").read_text(encoding="utf-8"))

    rows = plain(RECORDED[file](body_of(file)))

    assert {row["kind"]: told(row) for row in rows} == expected
    assert drift(RECORDED[file], body_of(file)) == 0


@needs_recordings
@pytest.mark.parametrize("file", recordings(written_by_hand=True))
def test_answer_written_by_hand_does_no_harm(file: str) -> None:
    """An answer that somebody only made up is read as far as it goes."""
    parse = recordings(written_by_hand=True)[file]

    rows = plain(parse(body_of(file)))

    assert len(rows) == (0 if body_of(file) is None else 2)
