"""What may be logged of the libraries below: where something happened, never their words.

At DEBUG garminconnect 0.3.20 logs the body of a failed refresh, which repeats the
refresh token (withings-sync issue 260); at WARNING it logs texts of exceptions, and
urllib3 logs paths, which hold the display name.
"""

from __future__ import annotations

import logging

FOREIGN = ("garminconnect", "urllib3", "requests", "curl_cffi", "httpx", "httpcore")

_log = logging.getLogger(__name__)


class _Rewording(logging.Handler):
    """Say in our words that a library wrote a record, at the record's level."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the place of *record*; its message, arguments and traceback end here."""
        _log.log(record.levelno, "%s reported something at line %d.", record.name, record.lineno)


def quiet_foreign_loggers() -> None:
    """Pin the libraries' loggers to WARNING and keep their texts out of every log.

    To be called once by whoever configures logging, before the first request.
    Records of the libraries reach no handler but ours, whatever the root's level.
    """
    for name in FOREIGN:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        logger.handlers = [_Rewording(logging.WARNING)]
