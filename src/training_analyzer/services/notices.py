"""Tell people by mail that their connection broke. Any number of processes, one mail."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.addresses import mail_server
from training_analyzer.db.repositories.notices import NoticesRepository
from training_analyzer.services.mailing import Mailer, NotMailed, Why
from training_analyzer.services.notice_text import words_of
from training_analyzer.services.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.db.repositories.notices import Notice
    from training_analyzer.settings import Settings

log = logging.getLogger(__name__)

_INTERVAL_S: Final = 60.0
_AFTER_FAILURE: Final = 10


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


class Notifier(Rounds):
    """Tell people in a thread of its own, for as long as the block goes on."""

    def __init__(self, notices: Notices, *, interval_s: float = _INTERVAL_S) -> None:
        later_s = _AFTER_FAILURE * interval_s
        super().__init__(
            "notices",
            lambda: interval_s if notices.tell_all() else later_s,
            failed="Nobody was told by mail",
            again_s=later_s,
        )


def build_notices(
    settings: Settings, database: Database, now: Callable[[], datetime]
) -> Notices | None:
    """Return what tells people by mail; None unless it is set up."""
    if settings.smtp_url is None or settings.mail_from is None or settings.public_url is None:
        return None
    server = mail_server(settings.smtp_url.get_secret_value())
    mailer = Mailer(server, settings.mail_from)
    return Notices(NoticesRepository(database), mailer, settings.public_url, now)
