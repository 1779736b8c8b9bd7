"""A failed call leads to places in the code, and to no value."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from training_analyzer.services.doors import door

if TYPE_CHECKING:
    from collections.abc import Iterator


@door
def fails(secret: str, *, how: str) -> None:
    """Fail below a few frames that know a secret."""
    copy = f"{secret}!"
    if how == "plainly":
        raise KeyError
    if how == "because":
        below(copy)
    list(drawn(copy))


def below(secret: str) -> None:
    """Fail because of another failure."""
    try:
        int(secret)
    except ValueError as error:
        raise LookupError from error


def drawn(secret: str) -> Iterator[str]:
    """Fail in a generator."""
    yield secret
    raise KeyError


@pytest.mark.parametrize("how", ["plainly", "because", "lazily"])
def test_the_variables_stay_behind_and_the_places_come_out(how: str) -> None:
    """Neither the frames of an error nor those of its cause have their variables still."""
    with pytest.raises(LookupError) as raised:
        fails("hunter2", how=how)

    shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    frames = [frame for one in (shown, shown.__cause__) if one for frame in one.stack]
    ours = [frame for frame in frames if frame.name != raised.traceback[0].name]
    assert "fails" in {frame.name for frame in ours}
    assert not [frame.locals for frame in ours if "hunter2" in repr(frame.locals)]


def test_a_call_that_works_is_what_it_was() -> None:
    """A door changes neither the value nor the name and words of a call."""

    @door
    def adds(one: int, *, two: int) -> int:
        """Add."""
        return one + two

    assert adds(1, two=2) == 3
    assert (adds.__name__, adds.__doc__) == ("adds", "Add.")
