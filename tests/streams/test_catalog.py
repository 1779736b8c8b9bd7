"""The catalog is consistent with itself and with the tables its rows go to."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from training_analyzer.db.tables import metadata
from training_analyzer.model import Api, Group
from training_analyzer.streams import CATALOG, Stream, stream
from training_analyzer.streams.rows import RowParser

BY_NAME = pytest.mark.parametrize("member", CATALOG, ids=lambda member: member.name)
PLACES = {"first", "last", "today", "display_name"}


def test_names_are_unique_and_found() -> None:
    """Each stream is found under its own name."""
    found = [stream(member.name) for member in CATALOG]

    assert all(one is other for one, other in zip(found, CATALOG, strict=True))


def test_unknown_name_says_which_there_are() -> None:
    """Whoever mistypes a stream is told the names that there are."""
    with pytest.raises(KeyError, match=r"no stream is called 'hvr'.*activities.*hrv.*weight"):
        stream("hvr")


@BY_NAME
def test_key_is_the_key_of_the_table(member: Stream) -> None:
    """A stream's key is its table's primary key behind the user."""
    columns = [column.name for column in metadata.tables[member.table].primary_key]

    assert columns == ["user_id", *member.key]


@BY_NAME
def test_columns_are_in_the_table(member: Stream) -> None:
    """A parser reads into columns that exist, and leaves the house's own alone."""
    ours = {"user_id", "api", "first_seen_at", "changed_at"}
    columns = set(metadata.tables[member.table].columns.keys()) - ours

    for route in member.routes.values():
        assert isinstance(route.parse, RowParser)
        assert route.parse.columns.keys() <= columns
        assert route.parse.key == member.key


@BY_NAME
def test_day_column_is_there_unless_it_is_a_snapshot(member: Stream) -> None:
    """Rows say which day they belong to; only the profile is a state of now."""
    assert member.is_snapshot == (member.group is Group.PROFILE)
    if member.day_column is not None:
        assert member.day_column in metadata.tables[member.table].columns


@BY_NAME
def test_places_of_a_route_can_be_filled(member: Stream) -> None:
    """A path and its query have only places that the edge knows, and a series asks for days."""
    for route in member.routes.values():
        places = set(re.findall(r"{(\w+)}", route.path + " ".join(route.query.values())))

        assert places <= PLACES
        assert member.is_snapshot or {"first", "last"} <= places
        assert route.cap_days >= 1


def test_each_column_of_a_table_has_one_source_per_api() -> None:
    """No two streams of one API fill the same value, so none overwrites the other."""
    for api in Api:
        filled = Counter(
            (member.table, column)
            for member in CATALOG
            if api in member.routes and isinstance(parse := member.routes[api].parse, RowParser)
            for column in parse.columns
        )

        assert not [place for place, count in filled.items() if count > 1]


def test_personal_api_lacks_what_garmin_does_not_give_it() -> None:
    """The official API has no fitness metrics, and none is asked from it."""
    missing = {member.name for member in CATALOG if Api.PERSONAL not in member.routes}

    assert missing == {"resting_heart_rate", "training_status", "vo2max", "user_settings"}


def test_year_of_history_costs_few_requests() -> None:
    """A year of every stream but the activities is some forty requests, not thousands."""
    requests = sum(
        -(-365 // member.routes[Api.ACCOUNT].cap_days) if not member.is_snapshot else 1
        for member in CATALOG
        if member.name != "activities"
    )

    assert requests == 45
