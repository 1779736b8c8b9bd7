"""Columns of numbers survive being packed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training_analyzer.arrays import pack, unpack
from training_analyzer.errors import UnexpectedPayload

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)


@given(
    st.integers(0, 20).flatmap(
        lambda n: st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.lists(VALUES, min_size=n, max_size=n),
        )
    )
)
def test_columns_come_back_as_they_were(columns: dict[str, list[int | float | str | None]]) -> None:
    """What was packed is unpacked equal, None included."""
    assert unpack(pack(columns)) == columns


def test_a_day_of_heart_rate_is_small() -> None:
    """720 points of a day take less than 2 kB."""
    times = list(range(0, 86_400, 120))
    beats = [50 + (n * n) % 37 for n in range(720)]

    assert len(pack({"t": times, "bpm": beats})) < 2048


def test_columns_of_different_lengths_are_refused() -> None:
    """Half a curve is a mistake of ours, not data."""
    with pytest.raises(ValueError, match="one length"):
        pack({"t": [1, 2], "bpm": [60]})


@pytest.mark.parametrize("damaged", [b"", b"nonsense", pack({})[:-2]])
def test_what_is_no_curve_is_refused(damaged: bytes) -> None:
    """A damaged value is an error that a sync knows, not a crash."""
    with pytest.raises(UnexpectedPayload):
        unpack(damaged)
