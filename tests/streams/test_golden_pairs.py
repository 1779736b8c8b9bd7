"""Each kind of answer, written by hand in the recorded shape, beside the rows it must give."""

from __future__ import annotations

import json

import pytest
from stream_cases import GOLDEN, GOLDEN_READINGS, golden, plain

from training_analyzer.streams import drift


@pytest.mark.parametrize("name", GOLDEN_READINGS)
def test_payload_gives_its_expected_rows(name: str) -> None:
    """An answer becomes the rows, with the units and days, that stand beside it."""
    expected = json.loads((GOLDEN / f"{name}.expected.json").read_text(encoding="utf-8"))

    rows = plain(GOLDEN_READINGS[name].parse(golden(name)))

    assert rows == expected


def test_every_golden_pair_is_used() -> None:
    """No golden file lies in its folder without a test that reads it."""
    names = {path.name.split(".")[0] for path in GOLDEN.iterdir()}

    assert names == set(GOLDEN_READINGS)


@pytest.mark.parametrize(
    ("name", "fields"), [("daily_summary", 1), ("sleep_stats", 1), ("weight", 0), ("hrv_range", 0)]
)
def test_fields_of_a_wrong_type_are_counted(name: str, fields: int) -> None:
    """A text where a number should be counts as drift; a null or a "not measured" does not."""
    found = drift(GOLDEN_READINGS[name].parse, golden(name))

    assert found == fields
