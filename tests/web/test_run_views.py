"""Runs in words and marks: pure functions of events and of the history."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from training_analyzer.errors import CoolingDown, GarminSyncError, SyncingPaused, SyncTooSoon
from training_analyzer.model import DayState, Failure, GarminSyncHistory
from training_analyzer.services.events import Kind, SyncEvent
from training_analyzer.services.following import Followed
from training_analyzer.web.charts.run_strips import run_strip
from training_analyzer.web.pages.causes import cause_of
from training_analyzer.web.pages.ended_view import Detail, Ended, detail_of
from training_analyzer.web.pages.history_view import Filters, chips_of, line_of, strip_of
from training_analyzer.web.pages.live_view import live_of
from training_analyzer.web.pages.status_view import missing_of
from training_analyzer.web.tongue import Tongue

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENGLISH = Tongue()
BERLIN = Tongue(zone=ZoneInfo("Europe/Berlin"))
RUN = GarminSyncHistory(
    id=7,
    user_id="ada",
    sync_type="initial",
    started_at=NOW - timedelta(minutes=2),
    sync_from_date=date(2026, 2, 1),
    sync_to_date=date(2026, 3, 2),
)

KNOWN = Ended(run=RUN, now=NOW)


def window(number: int, stream: str, first: str, last: str, **more: object) -> SyncEvent:
    """Return the event of a window."""
    told: dict[str, object] = {"stream": stream, "from": first, "to": last}
    told |= {"at": "2026-03-02T11:59:01Z", "state": "data", "days": 1, "error_code": None} | more
    return SyncEvent(number, Kind.WINDOW, json.dumps(told))


def progress(number: int, step: str, **more: object) -> SyncEvent:
    """Return the event of a step."""
    told: dict[str, object] = {"step": step, "stream": None, "from": None, "to": None}
    told |= {"windows_done": 0, "windows_total": None, "requests_used": 0, "eta_seconds": None}
    return SyncEvent(number, Kind.PROGRESS, json.dumps(told | more))


EVENTS = [
    progress(1, "sign_in"),
    window(2, "profile", "2026-03-02", "2026-03-02"),
    progress(3, "look", windows_done=1, windows_total=1),
    window(4, "sleep", "2026-02-01", "2026-03-02", days=28),
    window(5, "blood_pressure", "2026-02-01", "2026-03-02", state="empty", days=0),
    window(6, "hrv", "2026-02-16", "2026-03-02", days=15),
    window(7, "hrv", "2026-02-14", "2026-02-15", state="failed", days=0, error_code="rate_limited"),
    window(8, "activities", "2026-02-01", "2026-03-02", days=10),
    progress(
        9,
        "fetch",
        windows_done=20,
        windows_total=40,
        requests_used=22,
        eta_seconds=60,
        stream="activities",
        **{"from": "2026-02-01", "to": "2026-03-02"},
    ),
]


def followed(events: list[SyncEvent]) -> Followed:
    """Return the run after *events*."""
    run = Followed()
    run.take(events)
    return run


def test_a_run_is_the_same_however_its_events_come() -> None:
    """All at once or one by one, the run stands as the last event left it."""
    at_once, one_by_one = followed(EVENTS), Followed()
    for event in EVENTS:
        one_by_one.take([event])

    assert at_once == one_by_one
    assert (at_once.number, at_once.done, at_once.requests) == (9, 20, 22)
    assert at_once.failed_windows == 1
    assert at_once.of_now is not None
    assert at_once.of_now.days == {"data": 1, "empty": 0, "failed": 0}
    assert at_once.tallies["sleep"].days == {"data": 28, "empty": 2, "failed": 0}


def test_what_is_to_come_is_counted_before_it_is_planned() -> None:
    """Each activity brings a file, so that the bar does not run backwards when files begin."""
    before, after = followed(EVENTS[:3]), followed([*EVENTS, progress(10, "files")])

    assert before.expected is None
    assert followed(EVENTS).expected == 50
    assert followed(EVENTS).seconds_left == 90
    assert after.expected is None


def test_a_run_that_goes_on_in_words() -> None:
    """The page says how far it is, what it fetched last, and how each stream stands."""
    live = live_of(RUN, followed(EVENTS), ENGLISH, now=NOW, limit=60)

    assert (live.percent, live.left, live.took) == (40, "about 2 minutes left", "2 min")
    assert [step.state for step in live.steps] == ["done", "done", "current", ""]
    assert live.now == "Fetched Activities, 1 Feb to 2 Mar 2026"
    assert {line.name: (line.counts, line.word) for line in live.streams} == {
        "Activities": ("10 days, 20 none", "Done"),
        "Sleep": ("28 days, 2 none", "Done"),
        "HRV": ("15 days, 2 failed", "Waiting"),
        "Blood pressure": ("none at Garmin", "Empty"),
        "Profile and current values": ("read", "Done"),
    }
    assert [line.failed for line in live.log[:2]] == ["", "Garmin asked us to wait"]
    assert live.say == "40 % done, about 2 minutes left"
    assert live.axis == ["1 Feb", "11 Feb", "20 Feb", "today"]
    assert {each.href for each in live.ready} == {"/activities", "/health"}


def test_a_run_without_a_plan_promises_nothing() -> None:
    """Before anything is known there is no number, no time left and no empty chart."""
    live = live_of(replace(RUN, sync_from_date=None), Followed(), ENGLISH, now=NOW, limit=60)

    assert (live.percent, live.total, live.left, live.streams) == (None, None, "", [])
    assert live.now == "Signing in to Garmin"


def test_marks_are_counted_back_from_the_last_day() -> None:
    """Sixty days are thirty marks; the worst of a mark is to be seen, the rest is pale."""
    first, last = date(2026, 1, 2), date(2026, 3, 2)
    drawn = run_strip(
        [
            (date(2026, 2, 1), last, DayState.DATA),
            (date(2026, 2, 20), date(2026, 2, 20), DayState.FAILED),
        ],
        first=first,
        last=last,
        label="Sleep: 30 days",
    )

    kinds = re.findall(r'class="(todo|data|failed)"', drawn)
    assert kinds == ["todo", "data", "failed", "data"]
    assert 'viewBox="0 0 360 18"' in drawn
    assert "<title>Sleep: 30 days</title>" in drawn


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        ("completed", None, "Completed"),
        ("partial", "garmin_unavailable", "Partial"),
        ("failed", "token_expired", "Failed"),
        ("partial", "cancelled", "Cancelled"),
        ("failed", "interrupted", "Interrupted"),
    ],
)
def test_each_end_has_its_word(status: str, code: str | None, word: str) -> None:
    """What a person ended, and what the server ended, are not called failures."""
    run = replace(RUN, status=status, error_details=json.dumps({"code": code}))

    assert line_of(run, ENGLISH, NOW).word.text == word
    assert line_of(replace(run, status="running"), ENGLISH, NOW, is_lost=True).word.text == (
        "Interrupted"
    )


def test_a_line_tells_what_came() -> None:
    """A phone has one line for it; a run that brought nothing says so."""
    run = replace(RUN, status="completed", activities_synced=1, wellness_days_synced=7)

    assert line_of(run, ENGLISH, NOW).meta == "First sync · 1 activity · 7 days"
    assert line_of(replace(RUN, retry_of=3), ENGLISH, NOW).meta == "Retry · nothing new"
    assert line_of(run, BERLIN, NOW).when == "Today, 12:58"


def test_the_strip_tells_how_the_last_runs_went() -> None:
    """Two runs are a sentence, three a picture, none is nothing."""
    good, bad = replace(RUN, status="completed"), replace(RUN, status="partial")

    mixed, two = strip_of([good, bad, good], ENGLISH, NOW), strip_of([good, good], ENGLISH, NOW)
    assert mixed is not None
    assert two is not None
    assert mixed.lede == "2 of the last 3 runs completed."
    assert "<svg" in mixed.drawing
    assert (two.lede, two.drawing) == ("All of the last 2 runs completed.", "")
    assert strip_of([], ENGLISH, NOW) is None


def test_filters_are_what_the_person_said_in_their_own_days() -> None:
    """What cannot be meant is left out; a day begins at the person's midnight."""
    filters = Filters.of("failed", "nonsense", "2026-03-01", "soon")
    wanted = filters.wanted(BERLIN)

    assert (filters.status, filters.sync_type, filters.last) == ("failed", "", None)
    assert wanted.first == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert filters.query(cursor="x") == "/history?status=failed&from=2026-03-01&cursor=x"
    assert Filters.of("", "", "", "9999-12-31").wanted(BERLIN).before is None
    chips = chips_of(Filters(status="failed"), {"failed": 2, "completed": 1000}, ENGLISH)
    assert [(chip.name, chip.count) for chip in chips if chip.is_current] == [("Failed", "2")]
    assert chips[0].count == "1,002"


def failure(stream: str, code: str, day: int = 1) -> Failure:
    """Return a day that could not be had."""
    on = date(2026, 3, day)
    return Failure(stream=stream, first=on, last=on, code=code, attempts=3)


def partial_run(failures: list[Failure]) -> GarminSyncHistory:
    """Return a run that missed *failures*."""
    told = {
        "code": failures[0].code,
        "failures": [
            {
                "stream": each.stream,
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "code": each.code,
                "attempts": each.attempts,
            }
            for each in failures
        ],
    }
    return replace(RUN, status="partial", error_details=json.dumps(told), duration_seconds=112)


def partial(failures: list[Failure], known: Ended | None = None) -> Detail:
    """Return the page of a run that missed *failures*."""
    return detail_of(replace(known or KNOWN, run=partial_run(failures)), ENGLISH)


def test_causes_are_grouped_and_the_technical_part_is_apart() -> None:
    """One cause for each code, with the streams and days it concerns, and what happens next."""
    missed = [
        failure("sleep", "garmin_unavailable"),
        failure("hrv", "garmin_unavailable", 2),
        failure("training_readiness", "forbidden_dataset"),
    ]

    page = partial(missed, replace(KNOWN, next_at=NOW + timedelta(hours=1)))

    assert [reason.title for reason in page.reasons] == [
        "Sleep, HRV: Garmin did not answer",
        "Training readiness: Garmin does not give this to your account",
    ]
    assert page.reasons[0].text.startswith("1 Mar 2026; 2 Mar 2026, asked 3 times.")
    assert page.reasons[0].technical.splitlines() == [
        "code  garmin_unavailable",
        "sleep  2026-03-01/2026-03-01  attempts 3",
        "hrv  2026-03-02/2026-03-02  attempts 3",
    ]
    assert page.retry == "Retry 3 failed windows"
    assert "The next run asks again: today, 13:00." in page.lede


def test_what_a_later_run_fetched_needs_no_retry() -> None:
    """A run of yesterday that a later run healed says so, and by which."""
    missed = [failure("sleep", "garmin_unavailable")]

    page = partial(missed, replace(KNOWN, healed={missed[0]: 9}))

    assert page.lede == "What it missed was fetched by a later run. There is nothing to do."
    assert (page.retry, page.why) == ("", "What it missed")
    assert [(reason.title, reason.href) for reason in page.reasons] == [
        ("Sleep came later", "/runs/9")
    ]


def test_while_a_run_goes_on_no_other_is_offered() -> None:
    """The reason stands where the button would be."""
    page = partial([failure("sleep", "garmin_unavailable")], replace(KNOWN, can_sync=False))

    assert page.retry == ""
    assert "A run goes on at the moment." in page.retry_note


def test_a_wait_is_told_with_its_end() -> None:
    """What Garmin asked for is a time of day; a broken connection leads to the way back."""
    at = (NOW + timedelta(minutes=20)).isoformat()
    waits = replace(
        RUN, status="partial", error_details=json.dumps({"code": "rate_limited", "retry_at": at})
    )
    broken = replace(RUN, status="failed", error_details=json.dumps({"code": "token_expired"}))

    told = detail_of(Ended(run=waits, now=NOW), BERLIN)
    lost = detail_of(Ended(run=broken, now=NOW), ENGLISH)

    assert "It continues by itself: today, 13:20." in told.lede
    assert [(reason.href, reason.action) for reason in lost.reasons] == [
        ("/connect", "Connect Garmin again")
    ]
    assert lost.why == "Why it failed"


def test_nothing_asks_again_while_garmin_wants_a_pause() -> None:
    """In the place of the button stands until when; a gap that the person set does not count."""
    soon, missed = NOW + timedelta(minutes=20), [failure("sleep", "rate_limited")]
    told = partial(missed, replace(KNOWN, refused=CoolingDown(soon)))
    paused = partial(missed, replace(KNOWN, refused=SyncingPaused()))
    newest = partial_run(missed)
    offers = [missing_of(newest, ENGLISH, no) for no in (CoolingDown(soon), SyncTooSoon(soon))]

    assert (told.retry, told.retry_note) == ("", "It cannot be asked again before today, 12:20.")
    assert (paused.retry, paused.retry_note) == ("", "Syncing is paused on this server.")
    assert [offer.retry if offer else None for offer in offers] == ["", "Retry 1 window"]


def codes(kind: type[GarminSyncError]) -> set[str]:
    """Return the code of an error and of all below it."""
    return {kind.code}.union(*(codes(below) for below in kind.__subclasses__()))


def test_every_end_of_a_run_has_words() -> None:
    """No code of what a run may meet at Garmin or at home stands there alone."""
    below = {each.code: each for each in GarminSyncError.__subclasses__()}
    unknown = cause_of(ENGLISH, "nonsense")
    silent = {code for code in codes(below["sync_failed"]) if cause_of(ENGLISH, code) == unknown}

    # They end a sign-in, never a run.
    assert silent <= {"mfa_invalid", "mfa_expired", "token_invalid"}
