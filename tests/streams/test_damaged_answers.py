"""Whatever Garmin sends, a parser gives rows that can be stored, or refuses the answer."""

from __future__ import annotations

import copy
import math
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from stream_cases import GOLDEN_READINGS, READINGS, Reading, golden, leaves

from training_analyzer.arrays import unpack
from training_analyzer.db.tables import metadata
from training_analyzer.errors import UnexpectedPayload
from training_analyzer.streams import drift

if TYPE_CHECKING:
    from training_analyzer.streams import Json, Row, Value

NASTY = st.sampled_from(
    [
        10**400,
        -(2**63) - 1,
        2**31,
        1e308,
        math.nan,
        -math.inf,
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "2026-02-30",
        "\x00",
        "\ud83d",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | NASTY
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


type Path = tuple[str | int, ...]


def places(body: Any, path: Path = ()) -> list[Path]:
    """Return the path of everything in *body*, itself left out."""
    if not isinstance(body, dict | list):
        return []
    found: list[Path] = []
    for name, member in body.items() if isinstance(body, dict) else enumerate(body):
        found += [(*path, name), *places(member, (*path, name))]
    return found


BODIES = {name: golden(name) for name in GOLDEN_READINGS}
PLACES = {name: places(body) for name, body in BODIES.items()}


def damage(body: Any, path: Path, value: Any) -> None:
    """Put *value* at *path* of *body*, unless an earlier damage has taken that place away."""
    place = body
    with suppress(KeyError, IndexError, TypeError):
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value


def is_storable(value: Value) -> bool:
    """Whether SQLite and PostgreSQL can both store *value*."""
    if isinstance(value, datetime):
        return value.tzinfo is UTC and value.microsecond % 1000 == 0
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    if isinstance(value, bytes):
        return len({len(column) for column in unpack(value).values()}) == 1
    return value is None or ("\x00" not in value and bool(value.encode()))


def check(reading: Reading, rows: list[Row]) -> None:
    """Hold the promises that every row keeps."""
    columns = metadata.tables[reading.stream.table].columns
    whole = {column.name for column in columns if column.type.python_type is int}
    keys = [tuple(row[name] for name in reading.stream.key) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert row.keys() == rows[0].keys()
        assert row.keys() <= set(columns.keys()) - {"user_id", "api", "first_seen_at"}
        assert None not in (row[name] for name in reading.stream.key)
        assert all(is_storable(value) for value in row.values())
        assert all(row[name] is None or type(row[name]) is int for name in whole & row.keys())
        if reading.stream.day_column:
            day = row[reading.stream.day_column]
            assert isinstance(day, str)
            assert date.fromisoformat(day).isoformat() == day


def read(reading: Reading, body: Json) -> None:
    """Parse *body* and check what comes; the refusal is the only error allowed."""
    try:
        rows = [*reading.parse(body)]
        drift(reading.parse, body)
    except UnexpectedPayload:
        return
    check(reading, rows)


@given(name=st.sampled_from(sorted(READINGS)), body=ANYTHING)
@settings(deadline=None, max_examples=300)
def test_fault_30_arbitrary_answer_is_read_or_refused(name: str, body: Json) -> None:
    """Arbitrary JSON never makes a parser fail in another way than by refusing it."""
    read(READINGS[name], body)


@given(data=st.data())
@settings(deadline=None, max_examples=400)
def test_fault_29_damaged_answer_is_read_or_refused(data: st.DataObject) -> None:
    """A real answer with arbitrary damage gives honest rows, or is refused."""
    name = data.draw(st.sampled_from(sorted(GOLDEN_READINGS)))
    body = copy.deepcopy(BODIES[name])
    for path in data.draw(st.lists(st.sampled_from(PLACES[name]), min_size=1, max_size=4)):
        damage(body, path, data.draw(ANYTHING))

    read(GOLDEN_READINGS[name], body)


@given(value=NASTY)
@example(value=True)
@settings(deadline=None)
def test_fault_30_answer_full_of_one_nasty_value_is_read_or_refused(value: Json) -> None:
    """One impossible value in place of every value does no harm either."""
    for name, reading in GOLDEN_READINGS.items():
        read(reading, leaves(BODIES[name], lambda _: value))
