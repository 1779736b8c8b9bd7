"""Doors through which no local variable of a failed call gets out.

An exception carries the frames it came through, and a frame its variables: passwords,
tokens, headers. Crash reporters show them. Behind a door the frames keep their places
and lose their variables.
"""

from __future__ import annotations

from functools import wraps
from traceback import clear_frames
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def door[**Given, Returned](call: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Return *call*, whose exceptions lead to places in the code and to no value."""

    @wraps(call)
    def behind_the_door(*given: Given.args, **named: Given.kwargs) -> Returned:
        try:
            return call(*given, **named)
        except BaseException as error:
            # This frame goes out, too.
            del given, named
            _forget_variables(error)
            raise

    return behind_the_door


def _forget_variables(error: BaseException) -> None:
    """Clear the frames of *error* and of everything that led to it."""
    seen: set[int] = set()
    chain = [error]
    while chain:
        one = chain.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        clear_frames(one.__traceback__)
        chain += [led for led in (one.__cause__, one.__context__) if led is not None]
