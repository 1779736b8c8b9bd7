"""Answers out of a folder of recorded ones; the folder is read, never copied."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from training_analyzer.simulator import payloads
from training_analyzer.simulator.answer import Answer
from training_analyzer.simulator.athletes import Athlete, Place, Watch
from training_analyzer.simulator.cutting import day_of, days_in, joined, within

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from training_analyzer.model import Api
    from training_analyzer.simulator.answer import Answerer, Owner
    from training_analyzer.streams import Json

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_NAMES: Final = frozenset({"NAME", "DISPLAYNAME"})
_LIST: Final = "/activitylist-service/activities/search/activities"
# The recorded profiles are scrubbed; a client needs the name it signed in with.
_SYNTHETIC: Final = "/userprofile-service/"
_NEVER: Final = date(9990, 1, 1)
# The recorded wall clocks stand six hours behind UTC.
_ZONE: Final = "America/Costa_Rica"


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded answer: the route without names and days, the days, the body or bytes."""

    key: str
    days: tuple[date, date] | None
    answer: Answer


def answer_from_recordings(directory: Path) -> Answerer:
    """Return an answerer over a folder with an `INDEX.tsv` of file, endpoint, status and kind.

    An answer recorded for just the asked days comes first; a range is then put
    together of the recorded rows that lie in it; whatever else is asked is
    answered as for somebody without any data. Hand-written samples are left out.
    """
    recorded: dict[str, list[Recording]] = {}
    for one in _read(directory):
        recorded.setdefault(one.key, []).append(one)
    for alike in recorded.values():
        alike.sort(key=lambda one: one.days or (_NEVER, _NEVER))

    def answer(
        owner: Owner, api: Api, path: str, query: Mapping[str, str], now: datetime
    ) -> Answer:
        nobody = replace(owner, athlete=_nobody(owner))
        empty = payloads.answer(nobody, api, path, query, now)
        key, days = _route(path, query, owner.display_name)
        found = recorded.get(key, [])
        refused = empty.status >= 400 and empty != _UNKNOWN  # noqa: PLR2004 - an HTTP error
        if refused or not found or path.startswith(_SYNTHETIC):
            return empty
        if key == _LIST:
            return _page(found, query)
        return _recorded(found, days) or empty

    return answer


_UNKNOWN: Final = Answer(404, {"message": "HTTP 404 Not Found", "error": "NotFoundException"})


def _nobody(owner: Owner) -> Athlete:
    """Return an athlete of that name who has not begun to live."""
    nowhere = Place(_ZONE, 9.93, -84.08)
    return Athlete(
        seed=0,
        name=owner.full_name,
        email=owner.email,
        home=nowhere,
        away=nowhere,
        since=_NEVER,
        watches=((_NEVER, Watch(0, "none", "none")),),
    )


def _read(directory: Path) -> list[Recording]:
    with (directory / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        lines = list(csv.DictReader(index, delimiter="\t"))
    wanted = [
        line
        for line in lines
        if line["method"] == "GET"
        and line["kind"] != "json-handwritten"
        and line["endpoint"].startswith("/")
    ]
    return [_recording(directory, line) for line in wanted]


def _recording(directory: Path, line: Mapping[str, str]) -> Recording:
    # Remarks stand behind a space: "200 (assumed)", "/path (one row, multisport parent)".
    status = int(line["status"].split()[0])
    parts = urlsplit(line["endpoint"].split(" ")[0])
    data = (directory / line["file"]).read_bytes()
    if line["kind"] == "zip":
        answer = Answer(status, data, content_type="application/x-zip-compressed")
    else:
        answer = Answer(status, json.loads(data) if data else None)
    key, days = _route(parts.path, dict(parse_qsl(parts.query)), "NAME")
    if days is None and "DATE" in parts.path + parts.query:
        days = _own_day(answer.body)
    return Recording(key, days, answer)


def _own_day(body: Json | bytes) -> tuple[date, date] | None:
    """Return the day that a published body names where its path does not."""
    if not isinstance(body, dict):
        return None
    day = next((day for value in (body, *body.values()) if (day := day_of(value))), None)
    return None if day is None else (day, day)


def _route(path: str, query: Mapping[str, str], name: str) -> tuple[str, tuple[date, date] | None]:
    """Return a path without display name and days, and the days of path and query."""
    segments = [unquote(part) for part in path.strip("/").split("/")]
    kept = [part for part in segments if part and part != name and part not in _NAMES]
    key = "/" + "/".join("DATE" if _DAY.fullmatch(part) else part for part in kept)
    texts = [part for part in (*kept, *query.values()) if _DAY.fullmatch(part)]
    try:
        days = [date.fromisoformat(text) for text in texts]
    except ValueError:
        return key, None
    return key, (min(days), max(days)) if days else None


def _recorded(found: list[Recording], days: tuple[date, date] | None) -> Answer | None:
    for one in found:
        if one.days == days:
            return one.answer
    if days is None:
        return None
    cut = [within(body, *days) for body in _bodies(found)]
    whole = joined(body for body in cut if days_in(body))
    return None if whole is None else Answer(body=whole)


def _bodies(found: list[Recording]) -> list[Json]:
    """Return the recorded documents; no files, no answers without a body."""
    bodies = [one.answer.body for one in found]
    return [body for body in bodies if body is not None and not isinstance(body, bytes)]


def _page(found: list[Recording], query: Mapping[str, str]) -> Answer:
    """Answer the activity list from all recorded rows, newest first."""
    rows = joined(body if isinstance(body, list) else [body] for body in _bodies(found))
    try:
        start, limit = int(query.get("start", "0")), int(query.get("limit", "20"))
        first = date.fromisoformat(query.get("startDate", "0001-01-01"))
        last = date.fromisoformat(query.get("endDate", "9999-12-31"))
    except ValueError:
        return Answer(400, {"message": "Bad Request"})
    inside = within(rows, first, last)
    if not isinstance(inside, list):
        return Answer(body=[])
    newest_first = sorted(inside, key=lambda row: str(day_of(row)), reverse=True)
    return Answer(body=newest_first[start : start + limit])
