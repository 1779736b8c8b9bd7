"""Rows read newest first end up as those of a sync, which overwrites the older ones."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from training_analyzer.model import Group
from training_analyzer.planning.newest import Newest, stream_groups
from training_analyzer.streams import CATALOG, Stream

KEYS = {"nights": ("calendar_date",), "curves": ("kind", "calendar_date")}
STREAM = Stream("s", Group.WELLNESS, "nights", ("calendar_date",), routes={})
SNAPSHOT = Stream("p", Group.PROFILE, "nights", ("calendar_date",), routes={}, day_column=None)

_row = st.builds(
    lambda day, values: {"calendar_date": f"2026-01-0{day}", **values},
    st.integers(1, 3),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), max_size=3),
)
_answers = st.lists(
    st.lists(_row, max_size=3, unique_by=lambda row: row["calendar_date"]), max_size=6
)


def applied(newest: Newest, stored: dict[str, dict[str, Any]]) -> None:
    """Write what *newest* gives, as the database would; a rest needs its row to be there."""
    for made in newest.given():
        for row in made.rows:
            day = str(row["calendar_date"])
            if made.is_rest:
                stored[day].update(row)
            else:
                stored.setdefault(day, {}).update(row)


@settings(max_examples=60)
@given(_answers, st.integers(1, 4))
def test_the_newest_value_of_each_column_wins(answers: list[Any], batch: int) -> None:
    """However the answers are cut into batches, every column has the value named last."""
    wanted: dict[str, dict[str, Any]] = {}
    for rows in answers:
        for row in rows:
            wanted.setdefault(row["calendar_date"], {}).update(row, api="account")
    found: dict[str, dict[str, Any]] = {}
    newest = Newest(KEYS)

    for number, rows in enumerate(reversed(answers), start=1):
        newest.take(STREAM, "account", {"nights": rows})
        if number % batch == 0:
            applied(newest, found)
    applied(newest, found)

    assert found == wanted
    assert newest.given() == []


def test_days_of_an_unread_answer_are_left() -> None:
    """What an older answer says of days whose newer answer could not be read is not taken."""
    newest = Newest(KEYS)
    newest.leave("s", "2026-01-02", "2026-01-03")

    newest.take(STREAM, "account", {"nights": [{"calendar_date": f"2026-01-0{n}"} for n in (1, 2)]})

    (made,) = newest.given()
    assert [row["calendar_date"] for row in made.rows] == ["2026-01-01"]


def test_an_unread_snapshot_leaves_all_of_it() -> None:
    """A state of now that could not be read is not replaced by an older one."""
    newest = Newest(KEYS)
    newest.leave("p", "2026-01-02", "2026-01-02")

    newest.take(SNAPSHOT, "account", {"nights": [{"calendar_date": "2026-01-09"}]})

    assert newest.given() == []


def test_streams_that_share_a_table_are_one_group() -> None:
    """Each stream is in exactly one group, and no table is in two."""
    groups = stream_groups(CATALOG)

    names = [name for group in groups for name in group.streams]
    tables = [table for group in groups for table in group.tables]
    assert sorted(names) == sorted(stream.name for stream in CATALOG)
    assert len(tables) == len(set(tables))
    assert next(set(g.streams) for g in groups if "profile" in g.streams) >= {"user_settings"}
