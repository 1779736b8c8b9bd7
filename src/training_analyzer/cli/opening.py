"""Open what a command stands on: settings, logging, and everything built from them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from training_analyzer import settings as configured
from training_analyzer.cli.logs import logging_to_stderr
from training_analyzer.services.hardening import harden, warn_of_open_key
from training_analyzer.services.runtime import build_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training_analyzer.services.runtime import Runtime


@contextmanager
def opened_runtime(*, is_service: bool = False) -> Iterator[Runtime]:
    """Build everything from the environment and `.env`, for the block.

    Raises `SettingsError` when a setting is missing or wrong.
    """
    settings = configured.load()
    with (
        logging_to_stderr(settings, is_service=is_service),
        build_runtime(settings) as runtime,
    ):
        if is_service:
            harden()
            warn_of_open_key(settings)
        yield runtime
