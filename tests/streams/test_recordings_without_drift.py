"""No recording lies unread: each is of an answer that we parse, and parses without drift."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Final

import pytest
from test_recorded_curves import ENDPOINTS as CURVES
from test_recordings import RECORDINGS, Recording, body_of, needs_recordings, recordings

from training_analyzer.model import Api
from training_analyzer.streams import drift, stream
from training_analyzer.streams.legs import parse_leg

if TYPE_CHECKING:
    from training_analyzer.streams import Parser

PAGE: Final = r"/activity-service/activity/\d+"
# What a range, another stream or the file already tells: never asked for, so never read.
NEVER_ASKED: Final = (
    *(f"{PAGE}/details", f"{PAGE}/hrTimeInZones", "/activity-service/activity/activityTypes"),
    *("/fitnessstats-service/.*", r"\(legacy\).*", "/userstats-service/statistics/.*"),
    "/mobile-gateway/usersummary/trainingstatus/(latest|monthly)/.*",
    "/metrics-service/metrics/trainingstatus/aggregated/.*",
    *("/usersummary-service/stats/.*", "/wellness-service/stats/.*"),
    *("/weight-service/weight/dayview/.*", "/wellness-service/wellness/bodyBattery/events/.*"),
    "/device-service/deviceservice/app-info/.*",
)
# Read by the edge, not by a stream: the profile, and files by `fit`.
OF_THE_EDGE: Final = ("/userprofile-service/socialProfile", "/download-service/files/.*")


def answers() -> dict[str, str]:
    """Return file -> endpoint of every recorded answer to a GET that succeeded."""
    index = RECORDINGS / "INDEX.tsv"
    if not index.exists():
        return {}
    with index.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {
        row["file"]: re.split(r"[?]| (?!activity)", row["endpoint"])[0]
        for row in rows
        if row["method"] == "GET"
        and row["status"].startswith("2")
        and row["kind"] != "json-handwritten"
    }


def parsers_of(endpoint: str) -> list[Parser]:
    """Return the parsers of days in detail and of pages that read an endpoint."""
    found: list[Parser] = [
        stream(name).routes[Api.ACCOUNT].parse
        for pattern, name in CURVES.items()
        if re.fullmatch(pattern, endpoint)
    ]
    return found + ([parse_leg] if re.fullmatch(PAGE, endpoint) else [])


def is_one_of(endpoint: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether an endpoint matches one of *patterns*."""
    return any(re.fullmatch(pattern, endpoint) for pattern in patterns)


@needs_recordings
def test_every_recorded_answer_is_read_or_known_not_to_be() -> None:
    """A new recording fails here until it is parsed, or said why it is not."""
    read = {recording.file for recording in recordings()}
    unread = {
        file: endpoint
        for file, endpoint in answers().items()
        if file not in read
        and not parsers_of(endpoint)
        and not is_one_of(endpoint, (*NEVER_ASKED, *OF_THE_EDGE))
    }

    assert unread == {}
    assert len(answers()) > 50


@needs_recordings
@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.file)
def test_recorded_rows_have_no_drift(recording: Recording) -> None:
    """Every field that is read of a real answer has the kind that it should have."""
    assert drift(recording.reading.parse, body_of(recording.file)) == 0


@needs_recordings
@pytest.mark.parametrize("file", [file for file, path in answers().items() if parsers_of(path)])
def test_recorded_curves_and_pages_have_no_drift(file: str) -> None:
    """The same holds for days in detail, and for every activity's own page."""
    content = (RECORDINGS / file).read_text(encoding="utf-8")
    body = json.loads(content) if content else None

    for parse in parsers_of(answers()[file]):
        list(parse(body))
        assert drift(parse, body) == 0
