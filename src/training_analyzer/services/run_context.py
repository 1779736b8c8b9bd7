"""Which run the present thread works for, so that every line it logs can say so."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class RunContext:
    """The run of the history, and whose it is."""

    run_id: int
    user_id: str


# Each thread has a value of its own; a thread that is started inside a run has none
# unless it runs in a copy of the context (`contextvars.copy_context().run`).
_current: Final[ContextVar[RunContext | None]] = ContextVar("run", default=None)


@contextmanager
def run_context(run_id: int, user_id: str) -> Iterator[None]:
    """Work for this run inside the block; what is logged there carries both ids."""
    token = _current.set(RunContext(run_id, user_id))
    try:
        yield
    finally:
        _current.reset(token)


def current_run() -> RunContext | None:
    """Return the run that the caller works for, or None outside of runs."""
    return _current.get()
