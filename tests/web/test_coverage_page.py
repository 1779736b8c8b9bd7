"""The page of coverage: what is held of which day, and days that are asked for again."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from web_stage import Person, connect, parts, sync

from training_analyzer.services.backfills import Backfill, BackfillState, Pace, Tally
from training_analyzer.services.reading import CoverageLine, FailedDay
from training_analyzer.web.charts.coverage import Mark
from training_analyzer.web.pages.backfilling_view import failures_of
from training_analyzer.web.pages.backfilling_view import lines_of as backfill_lines
from training_analyzer.web.pages.coverage_lines import bad_days, lines_of, worst_days
from training_analyzer.web.pages.coverage_view import month_of, percent, year_of
from training_analyzer.web.tongue import Tongue

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer

ENGLISH = Tongue()
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 10)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def held(*cells: str) -> tuple[CoverageLine, ...]:
    """Return a line for each of *cells*, of streams with names that we have."""
    names = ("activities", "sleep", "hrv", "weight", "vo2max")
    return tuple(
        CoverageLine(name, "activities" if name == "activities" else "wellness", text)
        for name, text in zip(names, cells, strict=False)
    )


def test_days_that_nobody_had_to_ask_for_yet_are_not_missing() -> None:
    """The latest two days may wait for their turn; older ones, and a stream without any, not."""
    lines = lines_of(held("ddddddddmm", "dddddddmmm", "mmmmmmmmmm"), FIRST, LAST, LAST)

    waits, misses, never = (each.marks for each in lines.shown)
    assert waits[-2:] == (Mark.PART, Mark.PART)
    assert misses[-3:] == (Mark.MISSING, Mark.PART, Mark.PART)
    assert set(never) == {Mark.MISSING}


def test_what_is_off_or_refused_is_told_apart() -> None:
    """They have no line of their own; a stream that once had data keeps its line."""
    lines = lines_of(held("oooooooooo", "uuuuuuuuum", "dddddooooo"), FIRST, LAST, LAST)
    year = year_of(lines, None, ENGLISH)

    assert [each.stream for each in lines.shown] == ["hrv"]
    assert year.folded == (
        "Not given to your account: Sleep.",
        "Switched off: Activities.",
    )


def test_the_overview_says_what_is_missing_and_when() -> None:
    """The finding, the share of each stream, the counts of the legend and of the table."""
    whole = year_of(lines_of(held("dddddeeeee"), FIRST, LAST, LAST), None, ENGLISH)
    lines = lines_of(held("dddddeeeee", "ddfffmmddd"), FIRST, LAST, LAST)
    year = year_of(lines, (FIRST, LAST), ENGLISH)

    assert whole.lede == "Everything of these days is here, or known to be empty at Garmin."
    assert year.lede.startswith("75.0 % of these months is here or known to be empty.")
    assert "5 daily values" in year.lede
    assert [(key.name, key.count) for key in year.legend] == [
        ("Data", "10"),
        ("None at Garmin", "5"),
        ("Failed", "3"),
        ("Missing", "2"),
    ]
    assert [(row.name, row.counts, row.known) for row in year.rows] == [
        ("Activities", ("5", "5", "0", "0"), "100 %"),
        ("Sleep", ("5", "0", "3", "2"), "50.0 %"),
    ]
    assert year.drawing.count("<svg") == 3


def test_a_share_is_never_rounded_to_whole() -> None:
    """One missing day of many still shows."""
    assert percent(99_999, 100_000, ENGLISH) == "99.9 %"
    assert percent(100_000, 100_000, ENGLISH) == "100 %"
    assert percent(0, 5, ENGLISH) == "0 %"


def test_the_days_to_ask_for_are_those_that_lack_the_most() -> None:
    """Of several troubles the heaviest counts, the latest of equals; whole coverage has none."""
    lines = lines_of(held("ffdddddddd", "ffdddddmmd"), FIRST, LAST + timedelta(days=9), LAST)

    assert worst_days(lines) == (date(2026, 11, 1), date(2026, 11, 2))
    assert bad_days(lines, FIRST, date(2026, 11, 8)) == {"activities": 2, "sleep": 3}
    assert bad_days(lines, FIRST - timedelta(days=9), FIRST) == {"activities": 1, "sleep": 1}
    assert worst_days(lines_of(held("dddddddddd"), FIRST, LAST, LAST)) is None


@given(st.lists(st.text("dpefumo", min_size=10, max_size=10), max_size=5))
def test_any_coverage_can_be_shown(cells: list[str]) -> None:
    """Whatever the ledger holds, year and month agree with it."""
    lines = lines_of(held(*cells), FIRST, LAST, LAST)
    year = year_of(lines, worst_days(lines), ENGLISH)
    month = month_of(lines, date(2026, 11, 30), None, LAST, ENGLISH)

    assert len(year.rows) == len(month.rows) == len(lines.shown)
    assert len(month.days) == 30
    assert all(len(cells) == 10 for _, cells in month.rows)
    assert [day.number for day in month.days if day.is_today] == [10]


def test_a_failed_cell_leads_to_its_cause() -> None:
    """The link of the cell and the entry of the list have the same name."""
    lines = lines_of(held("dddddddddd", "ddffdddddd"), FIRST, LAST, LAST)
    month = month_of(lines, LAST, (FIRST, FIRST), LAST, ENGLISH)
    failed = [
        FailedDay("sleep", date(2026, 11, day), code, NOW)
        for day, code in ((3, "garmin_unavailable"), (4, "garmin_unavailable"), (9, "blocked"))
    ]

    failures = failures_of(failed, ENGLISH)

    assert {cell.link for _, cells in month.rows for cell in cells} == {"", "#failed-sleep"}
    assert [(each.anchor, each.first, each.last) for each in failures] == [
        ("failed-sleep", "2026-11-03", "2026-11-04"),
        ("", "2026-11-09", "2026-11-09"),
    ]
    assert failures[0].cause.title == "Garmin did not answer"


def test_a_backfill_says_how_far_it_is_and_what_can_be_done() -> None:
    """An open one is counted and can be paused or resumed; an ended one cannot."""

    def line(state: BackfillState, tally: Tally | None) -> tuple[str, str, bool, bool, bool]:
        backfill = Backfill(
            user_id="ana",
            backfill_id="1",
            first=FIRST,
            last=LAST,
            streams=frozenset({"hrv", "sleep"}),
            pace=Pace.POLITE,
            state=state,
            created_at=NOW,
            ended_at=NOW,
        )
        tallies = {"1": tally} if tally else {}
        (found,) = backfill_lines([backfill], tallies, NOW, ENGLISH)
        assert (found.title, found.what) == ("1 Nov to 10 Nov 2026", "HRV, Sleep")
        return found.word, found.more, found.can_pause, found.can_resume, found.can_cancel

    assert line(BackfillState.ACTIVE, Tally(20, 5, 1)) == (
        "Goes on",
        "5 of 20 daily values · 1 failed · little by little",
        *(True, False, True),
    )
    assert line(BackfillState.PAUSED, Tally(20, 5, 0))[2:] == (False, True, True)
    assert line(BackfillState.COMPLETED, None) == (
        "Completed",
        "today, 12:00",
        *(False, False, False),
    )


def test_somebody_new_sees_that_everything_is_missing(ana: Person, garmin: SimulatorServer) -> None:
    """Not connected leads to the connection; connected has one button that fetches everything."""
    stranger = ana.client.get("/coverage").text
    connect(ana, garmin, "ada")
    empty = ana.client.get("/coverage").text

    assert "Nothing has been fetched yet" in stranger
    assert 'href="/connect"' in stranger
    assert 'action="/backfills"' not in stranger + empty
    assert '<form class="actions" method="post" action="/sync">' in empty
    assert 'class="m-missing"' in empty


def test_days_are_asked_for_again(
    app: FastAPI, ana: Person, ben: Person, garmin: SimulatorServer, runtime: Runtime
) -> None:
    """The cost comes first, then the backfill, which can be paused, resumed and cancelled.

    Nobody else can touch it, and what cannot be asked for is said at the form.
    """
    connect(ana, garmin, "ada")
    sync(app, ana)
    today = runtime.backfills.today(ana.user_id)
    asked = {
        "from": (today - timedelta(days=20)).isoformat(),
        "to": (today - timedelta(days=11)).isoformat(),
        "streams": ["hrv", "sleep"],
        "pace": "polite",
    }

    page = ana.client.get("/coverage").text
    priced = ana.client.get("/coverage", params=asked).text
    wrong = [
        ana.client.post("/backfills", data=asked | change)
        for change in (
            {"to": "2001-01-01"},
            {"from": (today + timedelta(days=9)).isoformat(), "to": ""},
            {"from": "soon"},
            {"from": "1990-01-01"},
            {"streams": ["profile"]},
        )
    ]
    started = ana.client.post("/backfills", data=asked)
    parts(app).manual.wait(60)
    (backfill,) = runtime.backfills.page(ana.user_id, limit=9)
    address = f"/backfills/{backfill.backfill_id}"
    foreign = [ben.client.post(f"{address}/{what}") for what in ("pause", "resume", "cancel")]

    assert "Fetch days again" in page
    assert 'aria-label="March 2026, day by day"' in page
    assert re.search(r"windows?</dt><dd>\d+", priced)
    assert "Fetch these days" in priced
    assert {answer.status_code for answer in wrong} == {422}
    assert all("Nothing was started." in answer.text for answer in wrong)
    assert started.headers["location"] == "/coverage?done=started#backfills-h"
    assert (backfill.streams, backfill.pace) == (frozenset({"hrv", "sleep"}), Pace.POLITE)
    assert {answer.status_code for answer in foreign} == {404}
    assert ben.client.get(f"{address}/progress").status_code == 404


def test_a_backfill_is_paused_resumed_and_cancelled_by_buttons(
    ana: Person, garmin: SimulatorServer, runtime: Runtime
) -> None:
    """Each is a plain form; what moved meanwhile is no error. A poll ends with the page anew."""
    connect(ana, garmin, "ada")
    asked = {"from": "2026-01-01", "to": "2026-02-01"}
    # Nothing is synced now: it stays as it is until a button is pressed.
    runtime.pauses.pause(ana.user_id)
    ana.client.post("/backfills", data=asked)
    (backfill,) = runtime.backfills.page(ana.user_id, limit=9)
    address = f"/backfills/{backfill.backfill_id}"

    going = ana.client.get(f"{address}/progress")
    states = []
    for what in ("pause", "pause", "resume", "cancel", "cancel"):
        assert ana.client.post(f"{address}/{what}").status_code == 303
        found = runtime.backfills.one(ana.user_id, backfill.backfill_id)
        states.append(found.state if found else None)
    over = ana.client.get(f"{address}/progress")

    assert "daily values" in going.text
    assert states == ["paused", "paused", "active", "cancelled", "cancelled"]
    assert (over.status_code, over.headers["hx-refresh"]) == (204, "true")


def test_pages_of_months_and_years_lead_to_each_other(
    app: FastAPI, ana: Person, garmin: SimulatorServer
) -> None:
    """Only to where something is or may be; what is no month is the present."""
    connect(ana, garmin, "ada")
    sync(app, ana)

    page = ana.client.get("/coverage").text
    before = re.search(r'href="(/coverage\?[^"]*month=[^"#]*)#month-h"', page)
    assert before
    earlier = ana.client.get(before[1].replace("&amp;", "&")).text
    odd = [
        ana.client.get("/coverage", params={"month": month, "until": month})
        for month in ("", "2026-13", "soon", "2000-01", "2099-12", "9999-12")
    ]

    assert '<h2 id="month-h">March 2026</h2>' in page
    assert "month=2026-04" not in page
    assert '<h2 id="month-h">February 2026</h2>' in earlier
    assert "month=2026-03" in earlier
    assert {answer.status_code for answer in odd} == {200}
