"""Tell people by mail that their connection broke. Any number of processes, one mail."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from training_analyzer.addresses import mail_server
from training_analyzer.db.repositories.notices import NoticesRepository
from training_analyzer.errors import GarminSyncError
from training_analyzer.services.mailing import Mailer, NotMailed, Why
from training_analyzer.services.notice_text import words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.notices import Notice
    from training_analyzer.settings import Settings

log = logging.getLogger(__name__)

_INTERVAL_S: Final = 60.0
_AFTER_FAILURE: Final = 10
_GRACE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Notices:
    """Writes to everybody whose connection broke and who was not told of it."""

    repository: NoticesRepository
    mailer: Mailer
    public_url: str
    now: Callable[[], datetime]

    def tell_all(self) -> bool:
        """Tell everybody who is to be told; False when somebody has to wait for a next look."""
        is_done = True
        for notice in self.repository.due(now=self.now()):
            claimed_at = self.now()
            # Before it is sent: a process that dies in between tells nobody rather than twice.
            if not self.repository.claim(notice, now=claimed_at):
                continue
            why = self._tell(notice, claimed_at)
            if why in {Why.SERVER_UNREADY, Why.PUT_OFF}:
                is_done = False
                self.repository.give_back(notice, claimed_at=claimed_at)
            if why is Why.SERVER_UNREADY:
                break
        return is_done

    def _tell(self, notice: Notice, at: datetime) -> Why | None:
        subject, text = words_of(notice, self.public_url)
        try:
            self.mailer.send(notice.email, subject, text, at=at)
        except NotMailed as error:
            log.warning("User %s was not told by mail: %s.", notice.user_id, error.why)
            return error.why
        log.info("User %s was told by mail that the connection broke.", notice.user_id)
        return None


class Notifier:
    """Tell people in a thread of its own, for as long as the block goes on.

    Without *notices* nobody is told of anything, and there is no thread.
    """

    def __init__(self, notices: Notices | None, *, interval_s: float = _INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._left = threading.Event()
        self._thread: threading.Thread | None = None
        if notices is not None:
            self._thread = threading.Thread(
                target=self._work, args=(notices,), name="notices", daemon=True
            )

    def __enter__(self) -> Self:
        """Begin to tell."""
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Begin nothing more."""
        self._left.set()
        if self._thread is not None:
            self._thread.join(_GRACE_S)

    def _work(self, notices: Notices) -> None:
        while not self._left.is_set():
            is_done = False
            try:
                is_done = notices.tell_all()
            except GarminSyncError as error:
                log.warning("Nobody was told by mail: %s.", error.code)
            except Exception as error:  # noqa: BLE001 - the next look tries again
                log.error("Nobody was told by mail: %s.", type(error).__name__)  # noqa: TRY400 - a driver's text may hold a password
            self._left.wait(self._interval_s if is_done else _AFTER_FAILURE * self._interval_s)


def build_notices(
    settings: Settings, database: Database, now: Callable[[], datetime]
) -> Notices | None:
    """Return what tells people by mail; None unless it is set up."""
    if settings.smtp_url is None or settings.mail_from is None or settings.public_url is None:
        return None
    server = mail_server(settings.smtp_url.get_secret_value())
    mailer = Mailer(server, settings.mail_from)
    return Notices(NoticesRepository(database), mailer, settings.public_url, now)
