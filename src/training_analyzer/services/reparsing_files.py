"""Decode the stored files again, with the decoders of this version: laps and tracks made anew.

for each activity, from where an interrupted pass stopped:
its current file alone in memory     damaged, or nothing in it: tell, leave what is stored
decode; in one transaction write what differs and how far the pass is
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from typing import TYPE_CHECKING, Final

from training_analyzer.fit import Status
from training_analyzer.services.file_reading import read_file
from training_analyzer.services.reparsed import Reparsed, ReparseProgress, Unreadable, Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.file_rows import ActivityFile
    from training_analyzer.db.repositories.stored_files import StoredFile, StoredFilesRepository

log = logging.getLogger(__name__)

NAME: Final = "activity_files"


class FileReparsing:
    """The part of a pass that is about original files."""

    def __init__(
        self, files: StoredFilesRepository, now: Callable[[], datetime], *, program: str
    ) -> None:
        self._files = files
        self._now = now
        self._program = program

    def reparse(self, user_id: str, result: Reparsed, watch: Watch) -> None:
        """Decode every current file of *user_id* that this pass has not had; tell in *result*."""
        position = self._files.position(user_id, self._program)
        result.is_resumed = result.is_resumed or position is not None
        left = self._files.current(user_id, after=position)
        for done, stored in enumerate(left, start=1):
            self._take(user_id, stored, result)
            watch(ReparseProgress(user_id, NAME, done, len(left)))

    def _take(self, user_id: str, stored: StoredFile, result: Reparsed) -> None:
        found, code = self._read(user_id, stored)
        if code is not None:
            day = stored.calendar_date
            result.tell(Unreadable(user_id, NAME, day, day, code))
        result.rows_changed += self._files.rewrite(
            user_id, stored, found, program=self._program, now=self._now()
        )
        result.files += 1

    def _read(self, user_id: str, stored: StoredFile) -> tuple[ActivityFile | None, str | None]:
        """Return what the file says, or None and why not."""
        content = self._files.content(user_id, stored)
        if content is None or hashlib.sha256(content).hexdigest() != stored.sha256:
            return None, "damaged"
        try:
            found = read_file(content)
        except Exception as error:  # noqa: BLE001 - a bug with one file is not the end of all
            _log_bug(error)
            return None, "internal"
        if found.file["decode_status"] == Status.FAILED:
            return None, "corrupt_file"
        return found, None


def _log_bug(error: Exception) -> None:
    """Log where an unexpected error came from, without its text, which may hold anything."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("A stored file met a bug, %s:\n%s", type(error).__name__, where)
