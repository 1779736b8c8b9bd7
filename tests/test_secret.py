"""A decrypted value can be revealed where it is used, and gets out in no other way."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from training_analyzer.cli.printing import as_json, plain
from training_analyzer.model import Secret
from training_analyzer.services.vault import Opened

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "canary of a secret"
OPENED = Opened(Secret(CANARY), version=1, expires_at=None)


@dataclass
class Holder:
    """Something that holds a secret."""

    secret: Secret


def test_secret_is_revealed_where_it_is_used() -> None:
    """Only asking for it gives the value."""
    assert Secret(CANARY).reveal() == CANARY


@pytest.mark.parametrize(
    "show",
    [str, repr, ascii, "{}".format, "{!r:>40}".format, "%s".__mod__, plain, lambda s: f"{s}"],
)
@pytest.mark.parametrize("held", [Secret(CANARY), OPENED, Holder(Secret(CANARY))])
def test_printing_shows_nothing(show: Callable[[object], str], held: object) -> None:
    """However it is printed, alone or inside something else, the value is not there."""
    assert CANARY not in show(held)
    assert "***" in show(held)


@pytest.mark.parametrize(
    "serialise",
    [
        pickle.dumps,
        copy.deepcopy,
        json.dumps,
        lambda secret: json.dumps(as_json(secret)),
        lambda secret: asdict(Holder(secret)),
        lambda secret: TypeAdapter(object).dump_json(secret),
        vars,
        dict,
        bytes,
    ],
)
def test_it_cannot_be_serialised(serialise: Callable[[Secret], object]) -> None:
    """Each way to write it down is refused, and the refusal does not show it."""
    with pytest.raises((TypeError, ValueError)) as caught:
        serialise(Secret(CANARY))

    assert CANARY not in str(caught.value)


def test_traceback_with_locals_shows_nothing() -> None:
    """A traceback that prints every local variable prints none of its value."""

    def fail(secret: Secret) -> None:
        raise ZeroDivisionError(bool(secret))

    with pytest.raises(ZeroDivisionError) as caught:
        fail(Secret(CANARY))

    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert CANARY not in "".join(shown.format())
