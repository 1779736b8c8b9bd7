"""Mail by the operator's server: over TLS that is checked, or on this machine."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from enum import StrEnum
from smtplib import SMTP, SMTP_SSL, SMTPRecipientsRefused, SMTPResponseException
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from training_analyzer.addresses import MailServer

_LONGEST_S: Final = 30.0
_LATER: Final = range(400, 500)
_OUR_NAME: Final = "Garmin Sync"


class Why(StrEnum):
    """Why a mail was not sent."""

    # Whoever it were for: not there, without TLS, or it does not let us in.
    SERVER_UNREADY = "mail_server_unready"
    PUT_OFF = "mail_put_off"
    # By the server; or nobody knows whether it took it.
    REFUSED = "mail_refused"


class NotMailed(Exception):
    """A mail was not sent; `why` is all that it tells, and nothing of it is foreign text."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Mailer:
    """Sends mail in the name of *sender*."""

    server: MailServer
    sender: str
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def send(self, to: str, subject: str, text: str, *, at: datetime) -> None:
        """Send one mail. Raises `NotMailed`."""
        try:
            message = self._message(to, subject, text, at)
        except (ValueError, IndexError, MessageError):
            raise NotMailed(Why.REFUSED) from None
        try:
            smtp = self._connected()
        except (OSError, ValueError):
            raise NotMailed(Why.SERVER_UNREADY) from None
        try:
            smtp.send_message(message, self.sender, [to])
        except (OSError, ValueError) as error:
            is_later = _code_of(error) in _LATER
            raise NotMailed(Why.PUT_OFF if is_later else Why.REFUSED) from None
        else:
            with suppress(OSError):
                smtp.quit()
        finally:
            smtp.close()

    def _connected(self) -> SMTP:
        server = self.server
        # The name of this machine is nobody's business, and looking it up may take long.
        us = self.sender.rpartition("@")[2]
        smtp: SMTP
        if server.is_tls:
            smtp = SMTP_SSL(server.host, server.port, us, timeout=_LONGEST_S, context=self.context)
        else:
            smtp = SMTP(server.host, server.port, us, timeout=_LONGEST_S)
        try:
            if not (server.is_tls or server.is_this_machine):
                smtp.starttls(context=self.context)
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _message(self, to: str, subject: str, text: str, at: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"] = Address(_OUR_NAME, addr_spec=self.sender)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = subject
        message["Date"] = at
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        # No answer of an absent person comes back to it.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message


def _code_of(error: Exception) -> int:
    """Return what the server said to one recipient or to the mail; 0 when it said nothing."""
    if isinstance(error, SMTPRecipientsRefused):
        return next(code for code, _ in error.recipients.values())
    return error.smtp_code if isinstance(error, SMTPResponseException) else 0
