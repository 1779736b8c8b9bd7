"""What a program reads of the caller's data: days, activities, curves, coverage."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from web_stage import API, Person, connect, sync

if TYPE_CHECKING:
    from fake_clock import FakeClock
    from fastapi import FastAPI

    from training_analyzer.simulator import SimulatorServer


@pytest.fixture
def ada(app: FastAPI, ana: Person, garmin: SimulatorServer) -> Person:
    """Give Ana, connected to the athlete Ada, with 30 days of data."""
    connect(ana, garmin, "ada")
    assert sync(app, ana)["status"] == "completed"
    return ana


def got(person: Person, path: str, **query: Any) -> Any:
    """Return the body of a good answer."""
    answer = person.client.get(f"{API}{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def paged(person: Person, path: str, key: str, **query: Any) -> list[Any]:
    """Return every item of a list, followed by its cursors."""
    items: list[Any] = []
    cursor = None
    while True:
        page = got(person, path, **query, **({"cursor": cursor} if cursor else {}))
        items += page[key]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_wellness_is_told_by_day_in_the_documents_words(ada: Person) -> None:
    """Each day has sleep, heart and battery as stored; what is not known is null."""
    history = got(ada, "/wellness-history", days=30)

    days = history["days"]
    assert history["success"] is True
    assert [day["date"] for day in days] == sorted((day["date"] for day in days), reverse=True)
    assert history["total_days"] == len(days) == 30
    yesterday = days[1]
    assert 3 < yesterday["sleep_hours"] < 12
    assert 30 < yesterday["resting_heart_rate"] < 100
    assert yesterday["steps"] > 0
    assert 0 < yesterday["deep_sleep_pct"] + yesterday["rem_sleep_pct"] < 100


def test_pages_follow_each_other_without_a_gap(ada: Person) -> None:
    """Small pages add up to the one large page, for days and for activities."""
    whole = got(ada, "/wellness-history", days=30)["days"]
    assert paged(ada, "/wellness-history", "days", days=30, limit=7) == whole

    activities = got(ada, "/activities")["items"]
    assert len(activities) > 3
    assert paged(ada, "/activities", "items", limit=2) == activities


def test_cursor_belongs_to_its_list_filters_and_person(ada: Person, ben: Person) -> None:
    """A cursor of another list, filter or person, or a broken one, is refused."""
    cursor = got(ada, "/activities", limit=1)["next_cursor"]

    for person, path, query in (
        (ada, "/activities", {"type": "running"}),
        (ada, "/wellness-history", {}),
        (ben, "/activities", {}),
    ):
        answer = person.client.get(f"{API}{path}", params={**query, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    broken = ada.client.get(f"{API}/activities", params={"cursor": cursor[:-3] + "xyz"})
    assert broken.status_code == 400


def test_fitness_is_a_bare_list_and_a_single_day_falls_back(ada: Person) -> None:
    """The document's two routes: a list, and the newest day up to the one asked for."""
    days = got(ada, "/fitness-history", days=30)
    assert isinstance(days, list)
    assert days[0].keys() >= {"date", "vo2max_running", "race_predictions", "acwr_percent"}

    far = got(ada, "/fitness-data/2026-12-31")
    assert far["success"] is True
    assert far["date"] == days[0]["date"]
    assert ada.client.get(f"{API}/fitness-data/1999-01-01").status_code == 404


def test_activity_has_detail_laps_track_and_file(ada: Person) -> None:
    """ASVS 3.2.1: one activity is told in full, and its original file is what Garmin gave."""
    recorded = next(line for line in got(ada, "/activities")["items"] if line["has_gps"])
    path = f"/activities/{recorded['activity_id']}"

    detail = got(ada, path)
    assert detail["activity"]["name"] == recorded["name"]
    assert not {"user_id", "row_sha256", "file_state"} & detail["activity"].keys()
    assert (detail["has_track"], detail["has_file"]) == (True, True)
    assert len(got(ada, f"{path}/laps")["items"]) >= 1
    columns = got(ada, f"{path}/track")["columns"]
    assert len({len(column) for column in columns.values()}) == 1

    file = ada.client.get(f"{API}{path}/fit")
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["content-type"] == "application/octet-stream"
    content = file.content
    if zipfile.is_zipfile(io.BytesIO(content)):
        content = zipfile.ZipFile(io.BytesIO(content)).read(
            zipfile.ZipFile(io.BytesIO(content)).namelist()[0]
        )
    assert content[8:12] == b".FIT"


def test_filters_leave_out_what_was_not_asked_for(ada: Person) -> None:
    """Days, sport and words of the name choose activities; wildcards are plain characters."""
    every = got(ada, "/activities")["items"]
    sport, day = every[0]["type_key"], every[0]["calendar_date"]

    assert {one["type_key"] for one in got(ada, "/activities", type=sport)["items"]} == {sport}
    that_day = got(ada, "/activities", **{"from": day, "to": day})["items"]
    assert {one["calendar_date"] for one in that_day} == {day}
    assert got(ada, "/activities", q="%")["items"] == []
    word = every[0]["name"].split()[-1].upper()
    assert every[0] in got(ada, "/activities", q=word)["items"]


def test_series_give_columns_and_are_not_sent_twice(ada: Person) -> None:
    """Chosen fields come in columns; a caller who has them gets 304."""
    found = got(ada, "/series/sleep", days=14, fields="score,sleep_total_s")
    assert found["fields"].keys() == {"score", "sleep_total_s"}
    assert len(found["days"]) == len(found["fields"]["score"]) > 10

    first = ada.client.get(f"{API}/series/sleep", params={"days": 14})
    again = ada.client.get(
        f"{API}/series/sleep", params={"days": 14}, headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    wrong = ada.client.get(f"{API}/series/sleep", params={"fields": "sc0re"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_field")
    assert "score" in wrong.json()["known"]
    assert ada.client.get(f"{API}/series/nonsense").status_code == 404


def test_curve_of_a_day(app: FastAPI, ada: Person, clock: FakeClock) -> None:
    """A stored curve comes with its start and seconds after it; another day is not found."""
    # A first sync has no request to spare for curves.
    clock.advance(hours=11)
    sync(app, ada)
    days = [date(2026, 3, 2) - timedelta(days=n) for n in range(10)]
    answers = [ada.client.get(f"{API}/intraday/heart_rate/{day}") for day in days]

    found = [answer.json() for answer in answers if answer.status_code == 200]
    assert found
    assert len(found[0]["times_s"]) == len(next(iter(found[0]["columns"].values()))) > 10
    assert {answer.status_code for answer in answers} <= {200, 404}


def test_coverage_has_a_letter_for_each_day(ada: Person) -> None:
    """The letters say data, empty, missing or off, and add up to the days."""
    ada.client.put(f"{API}/sync-config", json={"sync_fitness_metrics": False})
    found = got(ada, "/coverage", **{"from": "2026-01-01", "to": "2026-03-02"})

    streams = {line["name"]: line for line in found["streams"]}
    assert (found["from"], found["to"]) == ("2026-01-01", "2026-03-02")
    assert {len(line["cells"]) for line in streams.values()} == {61}
    assert set("".join(line["cells"] for line in streams.values())) <= set(found["legend"])
    sleep = streams["sleep"]
    # 30 days were wanted, of which today's night may be missing.
    assert sleep["cells"][:31] == "o" * 31
    assert sleep["counts"].get("d", 0) + sleep["counts"].get("p", 0) >= 28
    assert sleep["kinds"] == ["password", "token", "personal-key"]
    assert streams["training_readiness"]["kinds"] == ["password", "token"]
    assert sum(found["counts"].values()) == 61 * len(streams)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/wellness-history", {"days": 0}),
        ("/wellness-history", {"days": 10**9}),
        ("/wellness-history", {"limit": 201}),
        ("/wellness-history", {"limit": -1}),
        ("/wellness-history", {"from": "2026-02-30"}),
        ("/wellness-history", {"from": "2026-02-01", "to": "2026-01-01"}),
        ("/wellness-history", {"from": "2026-02-01", "days": 3}),
        ("/coverage", {"from": "2000-01-01"}),
        ("/activities", {"from": "2026-02-01", "to": "2026-01-01"}),
        ("/activities/0", {}),
        ("/activities/99999999999999999999", {}),
        ("/activities/abc", {}),
    ],
)
def test_wrong_questions_are_refused(ana: Person, path: str, query: dict[str, Any]) -> None:
    """A range, limit or id that cannot be is 422 and never an answer to another question."""
    assert ana.client.get(f"{API}{path}", params=query).status_code == 422


@pytest.mark.parametrize(
    "path",
    ["/activities", "/wellness-history", "/fitness-history", "/series/sleep", "/coverage"],
)
def test_nobody_and_somebody_else_see_nothing(ada: Person, ben: Person, path: str) -> None:
    """Without a session there is no answer, and another person's data are not in it."""
    line = got(ada, "/activities")["items"][0]
    for part in ("", "/laps", "/track", "/fit"):
        other = ben.client.get(f"{API}/activities/{line['activity_id']}{part}")
        assert other.status_code == 404
    told = ben.client.get(f"{API}{path}").text
    assert str(line["activity_id"]) not in told
    ben.client.cookies.clear()
    assert ben.client.get(f"{API}{path}").status_code == 401
