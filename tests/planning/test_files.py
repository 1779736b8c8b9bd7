"""Which activities want their file, which have gone, and which are one effort twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.planning.files import (
    FEW_GONE,
    MOST_TRIES,
    FileState,
    KnownActivity,
    duplicates,
    missing,
    wanted_files,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def activity(number: int = 1, **facts: object) -> KnownActivity:
    """Return an activity of half an hour, each *number* an hour before the one below it."""
    usual = KnownActivity(
        activity_id=number,
        start_utc=NOW - timedelta(hours=number),
        duration_s=1800.0,
        elapsed_s=1800.0,
        device_id="33",
        row_sha256="a",
    )
    return replace(usual, **facts)  # type: ignore[arg-type] # facts are fields


def had(one: KnownActivity, state: FileState = FileState.STORED, tries: int = 0) -> KnownActivity:
    """Return *one* once its file was asked for."""
    return replace(
        one, file_version=one.version, file_state=state, file_tries=tries, file_tried_at=NOW
    )


def test_new_activities_want_their_file_newest_first() -> None:
    """Files come newest first, and not more of them than the budget allows."""
    known = [activity(number) for number in (3, 1, 2, 4)]

    assert [one.activity_id for one in wanted_files(known, now=NOW, budget=3)] == [1, 2, 3]


def test_no_file_is_wanted_where_there_can_be_none() -> None:
    """Manual activities, legs, deleted and doubtful ones are not asked for a file."""
    known = [
        activity(1, is_manual=True),
        activity(2, parent_id=9),
        activity(3, deleted_at=NOW),
        activity(4, missing_since=NOW),
        had(activity(5)),
        had(activity(6), FileState.NONE),
    ]

    assert wanted_files(known, now=NOW) == []


def test_moved_or_trimmed_activity_wants_its_file_again() -> None:
    """New times make a new version, a new row alone does not; a multisport follows its row."""
    assert wanted_files([replace(had(activity()), elapsed_s=60.0)], now=NOW)
    assert wanted_files([replace(had(activity()), start_utc=NOW)], now=NOW)
    assert not wanted_files([replace(had(activity()), row_sha256="b")], now=NOW)
    parent = had(activity(is_parent=True))
    assert wanted_files([replace(parent, row_sha256="b")], now=NOW)


def test_poison_rests_longer_each_time() -> None:
    """After three tries in vain a file rests for a week, after the next for two."""
    third, fourth = (had(activity(), FileState.FAILED, MOST_TRIES + n) for n in (0, 1))
    week = timedelta(weeks=1)

    assert wanted_files([had(activity(), FileState.TRYING, MOST_TRIES - 1)], now=NOW)
    assert not wanted_files([third], now=NOW + week - timedelta(seconds=1))
    assert wanted_files([third], now=NOW + week)
    assert not wanted_files([fourth], now=NOW + week)
    assert wanted_files([fourth], now=NOW + 2 * week)


def test_questions_have_a_budget() -> None:
    """Many that went raise twenty questions at most, about the newest first."""
    known = [
        activity(number, missing_since=NOW, listed_at=NOW + timedelta(days=1))
        for number in range(1, 40)
    ]

    assert [one.activity_id for one in missing(known)] == list(range(1, 21))
    assert missing([activity(missing_since=NOW, deleted_at=NOW)]) == []


def test_many_that_went_at_once_are_asked_for_after_a_second_list() -> None:
    """One list without many of the activities raises no question: Garmin may be ill itself."""
    few, many = range(1, FEW_GONE + 1), range(1, FEW_GONE + 2)
    once = {"missing_since": NOW, "listed_at": NOW}

    assert len(missing(activity(number, **once) for number in few)) == FEW_GONE
    assert missing(activity(number, **once) for number in many) == []


def test_richer_record_of_an_effort_stays() -> None:
    """Of two records the one with a file stays, then the one of a device, then the older id."""
    near = NOW - timedelta(seconds=59)
    app = activity(1, start_utc=NOW, device_id=None)
    watch = activity(2, start_utc=near, duration_s=1830.0)

    assert duplicates([app, watch]) == {1: 2}
    assert duplicates([had(app), watch]) == {2: 1}
    assert duplicates([replace(app, device_id="7"), watch]) == {2: 1}


def test_efforts_that_only_look_alike_are_two() -> None:
    """A minute apart, 2 % longer, a leg or a deleted one: that is no duplicate."""
    one = activity(1, start_utc=NOW)
    others = [
        activity(2, start_utc=NOW + timedelta(seconds=61)),
        activity(3, start_utc=NOW, duration_s=1840.0),
        activity(4, start_utc=NOW, parent_id=1),
        activity(5, start_utc=NOW, deleted_at=NOW),
        activity(6, start_utc=None),
        activity(7, start_utc=NOW, duration_s=None),
    ]

    for other in others:
        assert duplicates([one, other]) == {}


def test_links_that_no_longer_hold_are_taken_back() -> None:
    """When the richer one is deleted, the other is a record of its own again."""
    gone = activity(1, start_utc=NOW, deleted_at=NOW)
    other = activity(2, start_utc=NOW, duplicate_of=1)

    assert duplicates([gone, other]) == {2: None}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1700, 1900), st.booleans()), max_size=12)
)
def test_links_lead_to_one_that_counts(drawn: list[tuple[int, int, bool]]) -> None:
    """Every duplicate points at a record that is none itself; linking again changes nothing."""
    known = [
        activity(
            number,
            start_utc=NOW + timedelta(seconds=after),
            duration_s=float(length),
            device_id="1" if has_device else None,
        )
        for number, (after, length, has_device) in enumerate(drawn)
    ]

    links = duplicates(known)

    assert not set(links) & set(links.values())
    linked = [replace(one, duplicate_of=links.get(one.activity_id)) for one in known]
    assert duplicates(linked) == {}
