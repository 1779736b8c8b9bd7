"""The catalog is consistent with itself and with the tables its rows go to."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter

import pytest

from training_analyzer import streams
from training_analyzer.db.tables import metadata
from training_analyzer.model import Api, Group
from training_analyzer.streams import BY_ACTIVITY, CATALOG, Stream, stream
from training_analyzer.streams.curves import CurveParser
from training_analyzer.streams.rows import RowParser

BY_NAME = pytest.mark.parametrize("member", CATALOG, ids=lambda member: member.name)
PLACES = {"first", "last", "today", "display_name"}


def test_names_are_unique_and_found() -> None:
    """Each stream is found under its own name."""
    found = [stream(member.name) for member in CATALOG]

    assert all(one is other for one, other in zip(found, CATALOG, strict=True))


def test_defining_a_stream_is_enough() -> None:
    """Every stream that a module defines is in the catalog, or is one that goes by activity."""
    names = [found.name for found in pkgutil.iter_modules(streams.__path__)]
    modules = [importlib.import_module(f"{streams.__name__}.{name}") for name in names]
    defined = [each for module in modules for each in vars(module).values()]

    assert {each.name for each in defined if isinstance(each, Stream)} == {
        member.name for member in (*CATALOG, *BY_ACTIVITY)
    }


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

    for route in member.routes.values():
        assert isinstance(route.parse, CurveParser if member.detail_of else RowParser)
        for name, parse in {member.table: route.parse, **route.also}.items():
            table = metadata.tables[name]
            if isinstance(parse, RowParser):
                assert parse.columns.keys() <= set(table.columns.keys()) - ours
                assert ["user_id", *parse.key] == [column.name for column in table.primary_key]


def test_details_are_of_days_that_have_rows() -> None:
    """A detail is asked day by day for a stream of the catalog, and each curve has one source."""
    details = [member for member in CATALOG if member.detail_of]
    parsers = [member.routes[Api.ACCOUNT].parse for member in details]
    kinds = [
        each.kind for parse in parsers if isinstance(parse, CurveParser) for each in parse.series
    ]

    assert len(kinds) == len(set(kinds)) == 14
    for member in details:
        parent = stream(member.detail_of or "")
        assert (parent.key, parent.group) == (("calendar_date",), member.group)
        assert member.routes.keys() <= parent.routes.keys()
        assert {route.cap_days for route in member.routes.values()} == {1}


@BY_NAME
def test_day_column_is_there_unless_it_is_a_snapshot(member: Stream) -> None:
    """Rows say which day they belong to; a state of now says how often it is asked for."""
    if member.day_column is not None:
        assert member.day_column in metadata.tables[member.table].columns
        assert 1 <= member.every_days <= 3
        assert member.group is not Group.PROFILE


@BY_NAME
def test_places_of_a_route_can_be_filled(member: Stream) -> None:
    """A path and its query have only places that the edge knows, and a series asks for days."""
    for route in member.routes.values():
        places = set(re.findall(r"{(\w+)}", route.path + " ".join(route.query.values())))

        assert places <= PLACES
        days = {"first"} if member.detail_of else {"first", "last"}
        assert member.is_snapshot or days <= places
        assert route.cap_days >= 1


def test_each_column_of_a_table_has_one_source_per_api() -> None:
    """No two streams of one API fill the same value, so none overwrites the other."""
    for api in Api:
        filled = Counter(
            (table, column)
            for member in CATALOG
            if (route := member.routes.get(api))
            for table, parse in {member.table: route.parse, **route.also}.items()
            if isinstance(parse, RowParser)
            for column in parse.columns.keys() - set(parse.key)
        )

        assert not [place for place, count in filled.items() if count > 1]


def test_personal_api_lacks_what_garmin_does_not_give_it() -> None:
    """The official API has hardly any fitness metrics, and no other is asked from it."""
    served = {member.name for member in CATALOG if Api.PERSONAL in member.routes}
    fitness = {member.name for member in CATALOG if member.group is Group.FITNESS}

    assert fitness & served == {"fitness_age", "heart_rate_zones"}
    assert not served & {"user_settings", "resting_heart_rate", "blood_pressure", "devices"}


def test_year_of_history_costs_few_requests() -> None:
    """A year of every stream but the activities is some sixty requests, not thousands."""
    requests = sum(
        -(-365 // member.routes[Api.ACCOUNT].cap_days) if not member.is_snapshot else 1
        for member in CATALOG
        if member.name != "activities" and member.detail_of is None
    )

    assert requests == 56
