"""Single values of an untrusted answer: read, or None, and never an error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from training_analyzer.streams.fields import (
    big_integer,
    flag,
    identifier,
    integer,
    lower_text,
    not_negative,
    number,
    positive,
    text,
)

if TYPE_CHECKING:
    from training_analyzer.streams import Json


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (7, 7.0),
        (7.25, 7.25),
        (-1, -1.0),
        (2**70, float(2**70)),
        (10**400, None),
        (math.nan, None),
        (math.inf, None),
        (True, None),
        ("7", None),
        (None, None),
        ([7], None),
    ],
)
def test_number_is_finite_or_none(given: Json, read: float | None) -> None:
    """A number is a finite number; a truth value or a text is not one."""
    assert number("a.b")({"a": {"b": given}}) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (7, 7),
        (24.0, 24),
        (24.6, 25),
        (2**31 - 1, 2**31 - 1),
        (2**31, None),
        (-(2**31) - 1, None),
        (1e300, None),
        (math.nan, None),
        (False, None),
        ("7", None),
    ],
)
def test_integer_fits_its_column_or_is_none(given: Json, read: int | None) -> None:
    """A whole number of more than 32 bits would not fit PostgreSQL's column."""
    assert integer("a")({"a": given}) == read


def test_id_of_64_bits_is_read_and_a_longer_one_is_none() -> None:
    """Garmin's ids need more than 32 bits and never more than 64."""
    field = big_integer("id")

    assert field({"id": 21482825013}) == 21482825013
    assert field({"id": 2**63}) is None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("Köln 🏃", "Köln 🏃"),
        ("nul\x00byte", "nulbyte"),
        ("half \ud83d", "half ?"),
        ("   ", None),
        ("", None),
        ("\x00", None),
        (7, None),
        (None, None),
    ],
)
def test_text_is_storable_or_none(given: Json, read: str | None) -> None:
    """A text keeps its emoji and loses what no database can store; blank is None."""
    assert text("a")({"a": given}) == read


@pytest.mark.parametrize(
    ("given", "read"), [(3400000001, "3400000001"), ("34", "34"), (True, None), (2**64, None)]
)
def test_identifier_is_text_whatever_garmin_sends(given: Json, read: str | None) -> None:
    """A device is a number in lists and a text in details, and a text for us."""
    assert identifier("a")({"a": given}) == read


@pytest.mark.parametrize(("given", "read"), [(True, 1), (False, 0), (1, None), ("true", None)])
def test_flag_is_a_truth_value_or_none(given: Json, read: int | None) -> None:
    """Only true and false are truth values."""
    assert flag("a")({"a": given}) == read


def test_qualifier_is_lower_case() -> None:
    """Both APIs' qualifiers are stored alike, although one shouts."""
    assert lower_text("a")({"a": "VERY_STRESSFUL"}) == "very_stressful"


def test_unmeasured_value_is_none_and_no_drift() -> None:
    """Stress -1 and a body fat of 0 say "not measured", in the right type."""
    stress, fat = integer("stress", not_negative), number("fat", positive)
    record: dict[str, Json] = {"stress": -1, "fat": 0.0}

    assert (stress(record), fat(record)) == (None, None)
    assert not stress.has_drifted(record)
    assert not fat.has_drifted(record)


def test_wrong_type_is_drift_and_an_absent_field_is_not() -> None:
    """A field that changed its type is told from one that is not there."""
    field = integer("a")

    assert field.has_drifted({"a": "7"})
    assert not field.has_drifted({"a": None})
    assert not field.has_drifted({})


def test_scaled_number_is_exact() -> None:
    """Milliseconds become seconds by division, so that no digit is invented."""
    assert number("a", per=1000)({"a": 2279500}) == 2279.5
    assert number("a", times=10)({"a": 0.375}) == 3.75
