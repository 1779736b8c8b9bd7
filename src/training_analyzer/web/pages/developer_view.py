"""What the pages on keys and webhooks say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from training_analyzer.services.api_keys import PREFIX
from training_analyzer.services.callers import Scope
from training_analyzer.services.webhooks import EVERY_EVENT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from training_analyzer.services.api_keys import ApiKey
    from training_analyzer.services.webhooks import Delivery, Webhook
    from training_analyzer.web.tongue import Tongue


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as its owner knows it again."""

    key_id: str
    name: str
    prefix: str
    scopes: str
    used: str
    until: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """A webhook as its owner sees it."""

    webhook_id: str
    name: str
    url: str
    events: str
    tone: str
    icon: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """What came of telling one event."""

    delivery_id: str
    event: str
    at: datetime
    clock: str
    instant: str
    tone: str
    icon: str
    state: str
    more: str
    answer: str
    is_open: bool


def keys_of(keys: Sequence[ApiKey], tongue: Tongue, now: datetime) -> list[KeyLine]:
    """Return the keys in words."""
    return [_key(key, tongue, now) for key in keys]


def _key(key: ApiKey, tongue: Tongue, now: datetime) -> KeyLine:
    is_over = key.expires_at is not None and key.expires_at <= now
    if key.expires_at is None:
        until = tongue.text("no end")
    elif is_over:
        until = tongue.text("ended %(when)s", when=tongue.clock(key.expires_at, now))
    else:
        until = tongue.text("ends %(when)s", when=tongue.clock(key.expires_at, now))
    used = tongue.text("never used")
    if key.last_used_at is not None:
        used = tongue.text("used %(ago)s", ago=tongue.ago(key.last_used_at, now))
    return KeyLine(
        key_id=key.key_id,
        name=key.name,
        prefix=f"{PREFIX}{key.key_id}…",
        scopes=" ".join(scope.value for scope in Scope if scope.value in key.scopes),
        used=used,
        until=until,
        is_over=is_over,
    )


def webhooks_of(webhooks: Sequence[Webhook], tongue: Tongue) -> list[WebhookLine]:
    """Return the webhooks in words."""
    return [webhook_line(each, tongue) for each in webhooks]


def webhook_line(webhook: Webhook, tongue: Tongue) -> WebhookLine:
    """Return one webhook in words."""
    tone, icon, state, why = "ok", "ok", tongue.text("On"), ""
    if webhook.disabled_reason is not None:
        tone, icon, state = "bad", "cross", tongue.text("Turned off by us")
        why = {
            "gone": tongue.text("Its address answered 410: it is gone for good."),
            "failing": tongue.text("Nothing arrived for a day, with ten attempts."),
        }[webhook.disabled_reason.value]
    elif not webhook.enabled:
        tone, icon, state = "", "pause", tongue.text("Off")
    if EVERY_EVENT in webhook.events:
        events = tongue.text("every event")
    else:
        many = len(webhook.events)
        events = tongue.plural("%(n)s event", "%(n)s events", many)
    return WebhookLine(
        webhook_id=webhook.webhook_id,
        name=webhook.description or webhook.url,
        url=webhook.url,
        events=events,
        tone=tone,
        icon=icon,
        state=state,
        why=why,
    )


def deliveries_of(
    deliveries: Sequence[Delivery], tongue: Tongue, now: datetime
) -> list[DeliveryLine]:
    """Return the log of deliveries in words."""
    return [_delivery(each, tongue, now) for each in deliveries]


def _delivery(each: Delivery, tongue: Tongue, now: datetime) -> DeliveryLine:
    tone, icon, state = {
        "pending": ("info", "clock", tongue.text("On its way")),
        "delivered": ("ok", "ok", tongue.text("Delivered")),
        "failed": ("bad", "cross", tongue.text("Failed")),
    }[each.state.value]
    parts = []
    if each.attempts:
        parts.append(tongue.plural("%(n)s attempt", "%(n)s attempts", each.attempts))
    if each.response_status is not None:
        known = {status.value for status in HTTPStatus}
        code = each.response_status
        phrase = f" {HTTPStatus(code).phrase}" if code in known else ""
        parts.append(f"HTTP {code}{phrase}")
    elif each.error_code:
        parts.append(each.error_code.replace("_", " "))
    if each.duration_ms is not None:
        parts.append(tongue.text("%(ms)s ms", ms=tongue.number(each.duration_ms)))
    if each.next_attempt_at is not None and each.state.value == "pending" and each.attempts:
        when = tongue.clock(each.next_attempt_at, now)
        parts.append(tongue.text("next attempt %(when)s", when=when))
    return DeliveryLine(
        delivery_id=each.delivery_id,
        event=each.event_type,
        at=each.created_at,
        clock=tongue.clock(each.created_at, now),
        instant=tongue.instant(each.created_at),
        tone=tone,
        icon=icon,
        state=state,
        more=" · ".join(parts),
        answer=_printable(each.response_head),
        is_open=each.state.value == "pending",
    )


def _printable(head: bytes | None) -> str:
    """Return the bytes of a stranger as text that does nothing to whoever shows it."""
    text = (head or b"").decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)
