"""Webhooks of a person: made, changed, tried, and what was delivered to them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from training_analyzer.db.repositories.deliveries import DeliveriesRepository, Delivery
from training_analyzer.db.repositories.outbox import WEBHOOK_PREFIX
from training_analyzer.db.repositories.secrets import secrets_of_people
from training_analyzer.db.repositories.webhooks import Webhook, WebhooksRepository
from training_analyzer.errors import TooManyWebhooks, WebhookNotReady
from training_analyzer.planning.addresses import parse_endpoint
from training_analyzer.planning.webhooks import EVERY_EVENT, DeliveryState, EventType
from training_analyzer.services.vault import Vault
from training_analyzer.services.webhook_signing import new_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from training_analyzer.db import Database
    from training_analyzer.services.encryption import EncryptionService

# The faces take these from here: they know no planning and no database.
__all__ = [
    "EVERY_EVENT",
    "Delivery",
    "DeliveryState",
    "EventType",
    "Made",
    "Webhook",
    "Webhooks",
    "build_webhooks",
    "field_of",
    "old_field_of",
]

# How long a receiver has to take over a new secret.
BOTH_SIGN_FOR: Final = timedelta(hours=24)
_ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook, and its secret, which is shown this once."""

    webhook: Webhook
    secret: str


def field_of(webhook_id: str) -> str:
    """Return what the secret of a webhook is called in the vault."""
    return f"webhook:{webhook_id}"


def old_field_of(webhook_id: str) -> str:
    """Return what the secret that it had before is called."""
    return f"webhook_old:{webhook_id}"


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of all people; each call is for one of them."""

    repository: WebhooksRepository
    deliveries: DeliveriesRepository
    vault: Vault
    now: Callable[[], datetime]

    def all(self, user_id: str) -> list[Webhook]:
        """Return the person's webhooks, the newest first."""
        return self.repository.all(user_id)

    def one(self, user_id: str, webhook_id: str) -> Webhook | None:
        """Return one of them, or None."""
        return self.repository.one(user_id, webhook_id)

    def add(self, user_id: str, values: Mapping[str, object]) -> Made:
        """Make a webhook and its secret. Raises `WebhookUrlRefused`, `TooManyWebhooks`."""
        values = _checked(values)
        webhook_id = f"{WEBHOOK_PREFIX}{secrets.token_hex(_ID_BYTES)}"
        secret = new_secret()
        # First: a webhook without its secret could be told nothing.
        self.vault.put(user_id, field_of(webhook_id), secret)
        made = self.repository.add(user_id, webhook_id, values, now=self.now())
        if made is None:
            self.vault.drop(user_id, field_of(webhook_id))
            raise TooManyWebhooks
        return Made(made, secret)

    def change(
        self,
        user_id: str,
        webhook_id: str,
        values: Mapping[str, object],
        *,
        seen: int | None = None,
    ) -> Webhook | None:
        """Change a webhook, with *seen* only of that version; None where there is no such one.

        Raises `WebhookUrlRefused`.
        """
        checked = _checked(values)
        return self.repository.change(user_id, webhook_id, checked, now=self.now(), seen=seen)

    def remove(self, user_id: str, webhook_id: str) -> bool:
        """Delete a webhook with its secrets and its log; False when there is none."""
        fields = (field_of(webhook_id), old_field_of(webhook_id))
        return self.repository.remove(user_id, webhook_id, fields)

    def test(self, user_id: str, webhook_id: str) -> str | None:
        """Queue a test event and return its delivery's id; None without such a webhook.

        Raises `WebhookNotReady`.
        """
        delivery_id = self.repository.test(user_id, webhook_id, now=self.now())
        if delivery_id is None and self.one(user_id, webhook_id) is not None:
            raise WebhookNotReady
        return delivery_id

    def rotate_secret(self, user_id: str, webhook_id: str) -> Made | None:
        """Give a webhook a new secret; both sign for 24 hours. None without such a webhook.

        In an order that leaves a secret that the receiver has, wherever it is cut off.
        """
        present = self.vault.get(user_id, field_of(webhook_id))
        if present is None:
            return None
        self.vault.put(user_id, old_field_of(webhook_id), present.secret)
        until = self.now() + BOTH_SIGN_FOR
        webhook = self.change(user_id, webhook_id, {"old_secret_until": until})
        if webhook is None:
            self.vault.drop(user_id, old_field_of(webhook_id))
            return None
        secret = new_secret()
        if not self.vault.put(
            user_id, field_of(webhook_id), secret, expected_version=present.version
        ):
            # Somebody else rotated it meanwhile: theirs is the newest.
            raise WebhookNotReady
        return Made(webhook, secret)

    def log(
        self,
        user_id: str,
        webhook_id: str,
        *,
        limit: int,
        after: tuple[datetime, str] | None = None,
    ) -> list[Delivery] | None:
        """Return what was delivered, or is to be, newest first; None without such a webhook."""
        if self.one(user_id, webhook_id) is None:
            return None
        return self.deliveries.page(user_id, webhook_id, limit=limit, after=after)

    def redeliver(self, user_id: str, webhook_id: str, delivery_id: str) -> bool:
        """Have a delivery attempted anew; False where there is none. Raises `WebhookNotReady`."""
        done = self.deliveries.again(user_id, webhook_id, delivery_id, now=self.now())
        if done is False:
            raise WebhookNotReady
        return done is True


def build_webhooks(
    database: Database, encryption: EncryptionService, now: Callable[[], datetime]
) -> Webhooks:
    """Build everything about webhooks but what delivers to them."""
    return Webhooks(
        WebhooksRepository(database),
        DeliveriesRepository(database),
        Vault(encryption, secrets_of_people(database, now), now),
        now,
    )


def _checked(values: Mapping[str, object]) -> dict[str, object]:
    """Return *values* with the address in its usual spelling. Raises `WebhookUrlRefused`."""
    checked = dict(values)
    if "url" in checked:
        checked["url"] = parse_endpoint(str(checked["url"])).url
    return checked
