"""Every row of the fault matrix is proven by a test that carries its number."""

from __future__ import annotations

import re
from pathlib import Path

FAULTS = 48


def test_each_of_the_48_faults_has_a_test() -> None:
    """`test_fault_NN_...` exists for each row; docs/how-to/torture.md tells what the rows are."""
    tests = Path(__file__).parents[1]
    numbers = {
        int(number)
        for path in tests.rglob("test_*.py")
        for number in re.findall(r"^def test_fault_(\d\d)_", path.read_text("utf-8"), re.MULTILINE)
    }

    assert sorted(set(range(1, FAULTS + 1)) - numbers) == []
