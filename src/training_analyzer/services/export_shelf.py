"""The folder that exports lie in: each file under the id of its export, and its owner's alone."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_data_path

from training_analyzer.db.repositories.exports import KEPT_FOR, ExportsRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.planning.exports import ExportJob
    from training_analyzer.settings import Settings

_FOLDER: Final = "exports"
_OF_ANY: Final = "exp_*"
_MARGIN: Final = timedelta(days=1)


class ExportShelf:
    """Where the files are. All processes on one database need the same folder."""

    def __init__(
        self, folder: Path, repository: ExportsRepository, now: Callable[[], datetime]
    ) -> None:
        self.folder: Final = folder
        self.repository: Final = repository
        self._now = now

    def place(self, job: ExportJob, ending: str) -> Path:
        """Return where this attempt at *job* writes; what earlier ones left is gone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.drop([job.export_id])
        return self.folder / f"{job.export_id}-{job.attempts}.{ending}"

    def find(self, file_name: str) -> Path | None:
        """Return where a file is, or None when it is gone."""
        path = self.folder / file_name
        return path if path.is_file() else None

    def drop(self, export_ids: Iterable[str]) -> None:
        """Delete the files of these exports, whole or not, as far as they are there."""
        for export_id in export_ids:
            for path in self.folder.glob(f"{export_id}-*"):
                _unlink(path)

    def clear(self, user_id: str) -> None:
        """Delete all exports of a user with their files."""
        for export_id in self.repository.ids(user_id):
            self.repository.remove(user_id, export_id)
            self.drop([export_id])

    def clean(self) -> None:
        """Delete what was kept for a week, and what was left behind by whoever died.

        By its age alone: another database's exports may lie in the same folder.
        """
        now = self._now()
        self.drop(self.repository.expire(now=now))
        oldest = (now - KEPT_FOR - _MARGIN).timestamp()
        for path in self.folder.glob(_OF_ANY):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    _unlink(path)


def build_shelf(settings: Settings, database: Database, now: Callable[[], datetime]) -> ExportShelf:
    """Return the shelf of *settings*: EXPORT_DIR, or a folder beside the data."""
    if settings.export_dir:
        folder = Path(settings.export_dir).expanduser()
    elif database.dialect == "sqlite":
        folder = Path(database.where).parent / _FOLDER
    else:
        folder = user_data_path("garmin-sync", appauthor=False) / _FOLDER
    return ExportShelf(folder, ExportsRepository(database), now)


def _unlink(path: Path) -> None:
    # Somebody else may be deleting it as well; where it cannot be, its age ends it later.
    with contextlib.suppress(OSError):
        path.unlink()
