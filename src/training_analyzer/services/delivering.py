"""Tell webhooks what waits for them: a few threads in each process, any number of processes."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.deliveries import Attempt
from training_analyzer.errors import (
    DecryptionError,
    GarminSyncError,
    InternalError,
    WebhookUrlRefused,
)
from training_analyzer.garmin.pacing import parse_retry_after
from training_analyzer.planning.addresses import parse_endpoint
from training_analyzer.planning.webhooks import DeliveryState, Verdict, verdict
from training_analyzer.services.owner import process_name
from training_analyzer.services.posting import NotPosted, Poster, Why
from training_analyzer.services.rounds import Hourly, Rounds
from training_analyzer.services.webhook_signing import signed_headers
from training_analyzer.services.webhooks import field_of, old_field_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from training_analyzer.db.repositories.deliveries import Claimed
    from training_analyzer.services.posting import Reply
    from training_analyzer.services.webhooks import Webhooks

log = logging.getLogger(__name__)

THREADS: Final = 4
_INTERVAL_S: Final = 1.0
# So many times as long: a database that is down for an hour is not thousands of lines.
_AFTER_FAILURE: Final = 10
_AGENT: Final = "garmin-sync-webhooks"


@dataclass(frozen=True, slots=True)
class Delivering:
    """Takes deliveries one by one and makes one attempt at each."""

    webhooks: Webhooks
    poster: Poster
    owner: str

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock."""
        return self.webhooks.now

    def deliver_next(self) -> bool:
        """Make the attempt that has waited longest; False when none is due."""
        if not self.webhooks.deliveries.is_any_due(self.now()):
            return False
        claimed = self.webhooks.deliveries.claim(self.owner, now=self.now())
        if claimed is None:
            return False
        attempt, asked = self._attempt(claimed)
        self._record(claimed, attempt, asked)
        return True

    def forget_old(self) -> None:
        """Delete what was delivered more than 30 days ago."""
        self.webhooks.deliveries.forget_old(now=self.now())

    def _attempt(self, claimed: Claimed) -> tuple[Attempt, str | None]:
        """Make the attempt; return what came of it, and what the receiver asked to wait."""
        began = time.monotonic()
        status, head, code, asked = None, b"", None, None
        try:
            reply = self._post(claimed)
            status, head, asked = reply.status, reply.head, reply.retry_after
        except NotPosted as error:
            code = error.why.value
        except (WebhookUrlRefused, DecryptionError) as error:
            code = error.code
        except GarminSyncError:
            # Of the database: nothing could be written down now. Its lease runs out.
            raise
        except Exception as error:  # noqa: BLE001 - a bug must not make it due at every look
            log.error("Delivery %s: %s.", claimed.delivery_id, type(error).__name__)  # noqa: TRY400 - a foreign text may hold anything
            code = InternalError.code
        duration_ms = round(1000 * (time.monotonic() - began))
        attempt = Attempt(status=status, head=head, duration_ms=duration_ms, error_code=code)
        return attempt, asked

    def _post(self, claimed: Claimed) -> Reply:
        body = claimed.body.encode()
        headers = signed_headers(claimed.event_id, body, self._keys(claimed), at=self.now())
        endpoint = parse_endpoint(claimed.url)
        return self.poster.post(endpoint, body, {**headers, "User-Agent": _AGENT})

    def _keys(self, claimed: Claimed) -> list[str]:
        """Return the secrets that sign: the present one, and for a day the one before."""
        fields = [field_of(claimed.webhook_id)]
        if claimed.old_secret_until is not None and claimed.old_secret_until > self.now():
            fields.append(old_field_of(claimed.webhook_id))
        found = [self.webhooks.vault.get(claimed.user_id, field) for field in fields]
        keys = [opened.secret.reveal() for opened in found if opened is not None]
        if not keys:
            # Deleted since it was claimed.
            raise NotPosted(Why.SECRET_MISSING)
        return keys

    def _record(self, claimed: Claimed, attempt: Attempt, asked: str | None) -> None:
        now = self.now()
        found: Verdict = verdict(
            claimed.delivery_id,
            claimed.attempts,
            attempt.status,
            now=now,
            retry_after=parse_retry_after(asked, now),
        )
        self.webhooks.deliveries.record(claimed, attempt, found, now=now)
        if found.state is not DeliveryState.DELIVERED:
            # Neither the address, which may hold a secret, nor anything of the answer.
            log.info(
                "Delivery %s, attempt %d: %s.",
                claimed.delivery_id,
                claimed.attempts,
                attempt.status or attempt.error_code,
            )
        if found.disabled is not None:
            log.warning(
                "Webhook %s of user %s is turned off: %s.",
                claimed.webhook_id,
                claimed.user_id,
                found.disabled,
            )


class Courier(Rounds):
    """Deliver in threads of its own, for as long as the block goes on.

    Who still waits for a receiver at its end is not waited for: what is cut off is attempted
    anew by whoever comes next. At least once, always.
    """

    def __init__(
        self, delivering: Delivering, *, threads: int = THREADS, interval_s: float = _INTERVAL_S
    ) -> None:
        super().__init__(
            "webhooks",
            self._deliver_one,
            failed="Webhooks were not told",
            again_s=_AFTER_FAILURE * interval_s,
            threads=threads,
        )
        self._delivering = delivering
        self._forget_old = Hourly(delivering.forget_old, delivering.now)
        self._interval_s = interval_s

    def _deliver_one(self) -> float:
        self._forget_old()
        return 0.0 if self._delivering.deliver_next() else self._interval_s


def courier(webhooks: Webhooks) -> Courier:
    """Return what tells *webhooks* what waits for them, over the public internet."""
    return Courier(Delivering(webhooks, Poster(), process_name()))
