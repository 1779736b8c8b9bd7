"""Webhooks: where the caller's programs are told of what happens, and what was delivered."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import AfterValidator, Field

from training_analyzer.services.callers import Scope
from training_analyzer.services.webhooks import EVERY_EVENT, EventType
from training_analyzer.web.addresses import Addresses, addresses_of
from training_analyzer.web.api.paging import Cursors, NextCursor, Paged, moment_and_name
from training_analyzer.web.api.versions import (
    IfMatch,
    IfNoneMatch,
    answered,
    etag_of,
    is_conditional,
)
from training_analyzer.web.api.words import (
    Answer,
    Here,
    OneLine,
    Strict,
    SyncReader,
    SyncWriter,
    Web,
)
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import current_caller
from training_analyzer.web.refusals import InsufficientScope, InvalidCursor, NotFound, StaleVersion

if TYPE_CHECKING:
    from training_analyzer.services.webhooks import Delivery, Made, Webhook

router = APIRouter(prefix="/webhooks")

_LOOK_AFTER_S: Final = "5"
_WORDS: Final = (EVERY_EVENT, *(event.value for event in EventType))
_WEBHOOK_ID: Final = re.compile(r"whk_[0-9a-f]{16}")
_DELIVERY_ID: Final = re.compile(r"dlv_[0-9a-f]{24}_[0-9a-f]{16}")


def _known_event(word: str) -> str:
    if word not in _WORDS:
        message = "is not the name of an event"
        raise ValueError(message)
    return word


def _webhook_id(webhook_id: str) -> str:
    """Return an id that there may be. Raises `NotFound`."""
    if not _WEBHOOK_ID.fullmatch(webhook_id):
        raise NotFound
    return webhook_id


def _delivery_id(delivery_id: str) -> str:
    """Return an id that there may be. Raises `NotFound`."""
    if not _DELIVERY_ID.fullmatch(delivery_id):
        raise NotFound
    return delivery_id


type WebhookId = Annotated[str, Depends(_webhook_id)]
type DeliveryId = Annotated[str, Depends(_delivery_id)]
type Url = Annotated[str, Field(min_length=1, max_length=2048)]
type EventName = Annotated[
    str, AfterValidator(_known_event), Field(json_schema_extra={"enum": [*_WORDS]})
]
type EventNames = Annotated[list[EventName], Field(min_length=1, max_length=len(_WORDS))]


class NewWebhook(Strict):
    """Where to tell what; `include_data` sends along what changed."""

    url: Url
    events: EventNames
    description: OneLine | None = None
    enabled: bool = True
    include_data: bool = False


class WebhookChange(Strict):
    """What is to be another; a field that is left out stays."""

    url: Url = ""
    events: EventNames = Field(default_factory=lambda: [EVERY_EVENT])
    description: OneLine | None = None
    enabled: bool = True
    include_data: bool = False


class WebhookState(Answer):
    """A webhook as it stands; `disabled_reason` says why we turned it off, if we did."""

    id: str
    url: str
    events: list[str]
    description: str | None
    enabled: bool
    include_data: bool
    disabled_reason: str | None
    old_secret_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class ShownWebhook(WebhookState):
    """A webhook with its secret, which is shown this once."""

    secret: str


class WebhookList(Answer):
    """Every webhook of the caller, the newest first."""

    items: list[WebhookState]
    next_cursor: None = None


class Queued(Answer):
    """A delivery is to be attempted; the list of deliveries tells what came of it."""

    delivery_id: str


class DeliveryState(Answer):
    """What came of telling one event; `response_head` is the beginning of the answer."""

    id: str
    event_id: str
    event_type: str
    state: str
    attempts: int
    created_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None
    response_status: int | None
    response_head: str | None
    duration_ms: int | None
    error_code: str | None


class DeliveryList(Answer):
    """Deliveries, newest first."""

    items: list[DeliveryState]
    next_cursor: NextCursor


@router.get("")
def list_webhooks(user_id: SyncReader, web: Web) -> WebhookList:
    """List the caller's webhooks; no answer shows a secret again."""
    return WebhookList(items=[_told(each) for each in web.runtime.webhooks.all(user_id)])


@router.post("", status_code=status.HTTP_201_CREATED)
def add_webhook(
    asked: NewWebhook, user_id: SyncWriter, web: Web, request: Request, response: Response
) -> ShownWebhook:
    """Make a webhook and show its secret, once. To include data takes the scope `data:read`."""
    if asked.include_data:
        _must_read_data(request)
    made = web.runtime.webhooks.add(user_id, asked.model_dump())
    response.headers["Location"] = addresses_of(request)(
        f"/api/v1/webhooks/{made.webhook.webhook_id}"
    )
    return _shown(request, response, made, "webhook_created")


@router.get("/{webhook_id}", response_model=WebhookState)
def one_webhook(
    webhook_id: WebhookId, user_id: SyncReader, web: Web, if_none_match: IfNoneMatch = None
) -> Response:
    """Return one webhook of the caller."""
    webhook = _found(web.runtime.webhooks.one(user_id, webhook_id))
    return answered(_told(webhook), _etag(webhook), if_none_match)


@router.patch("/{webhook_id}", response_model=WebhookState)
def change_webhook(
    webhook_id: WebhookId,
    change: WebhookChange,
    user_id: SyncWriter,
    web: Web,
    request: Request,
    if_match: IfMatch = None,
) -> Response:
    """Change the fields that are given; `enabled` makes one go on that was turned off."""
    before = _found(web.runtime.webhooks.one(user_id, webhook_id))
    values = change.model_dump(exclude_unset=True)
    is_bound = is_conditional(if_match, _etag(before))
    if values.get("include_data", before.include_data):
        # Where data goes is as good as the data. It holds for the version that was looked at.
        _must_read_data(request)
    elif Scope.DATA_READ not in current_caller(request).scopes:
        is_bound = True
    seen = before.version if is_bound else None
    webhook = web.runtime.webhooks.change(user_id, webhook_id, values, seen=seen)
    if webhook is None:
        raise StaleVersion(_etag(_found(web.runtime.webhooks.one(user_id, webhook_id))))
    note(request, "webhook_changed", user_id=user_id, target=webhook_id)
    return answered(_told(webhook), _etag(webhook), None)


@router.delete("/{webhook_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_webhook(
    webhook_id: WebhookId, user_id: SyncWriter, web: Web, request: Request
) -> Response:
    """Delete a webhook with its secret and its log; nothing more is sent."""
    if not web.runtime.webhooks.remove(user_id, webhook_id):
        raise NotFound
    note(request, "webhook_deleted", user_id=user_id, target=webhook_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post("/{webhook_id}/test", status_code=status.HTTP_202_ACCEPTED)
def test_webhook(
    webhook_id: WebhookId, user_id: SyncWriter, web: Web, here: Here, response: Response
) -> Queued:
    """Send `webhook.test`, whatever the webhook wants to hear."""
    delivery_id = web.runtime.webhooks.test(user_id, webhook_id)
    if delivery_id is None:
        raise NotFound
    return _queued(here, response, webhook_id, delivery_id)


@router.post("/{webhook_id}/rotate-secret")
def rotate_webhook_secret(
    webhook_id: WebhookId, user_id: SyncWriter, web: Web, request: Request, response: Response
) -> ShownWebhook:
    """Give a webhook a new secret and show it, once; for 24 hours both sign."""
    made = web.runtime.webhooks.rotate_secret(user_id, webhook_id)
    if made is None:
        raise NotFound
    return _shown(request, response, made, "webhook_secret_rotated")


@router.get("/{webhook_id}/deliveries")
def list_deliveries(
    webhook_id: WebhookId, user_id: SyncReader, web: Web, page: Paged
) -> DeliveryList:
    """List what was delivered in the last 30 days, or is to be."""
    cursors = Cursors("deliveries", user_id, {"webhook": webhook_id})
    found = web.runtime.webhooks.log(
        user_id, webhook_id, limit=page.asked, after=_place(cursors.read(page.cursor))
    )
    if found is None:
        raise NotFound
    rows, following = page.cut(
        cursors, found, lambda last: [last.created_at.isoformat(), last.delivery_id]
    )
    return DeliveryList(items=[_delivery(each) for each in rows], next_cursor=following)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=status.HTTP_202_ACCEPTED
)
def redeliver(
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    user_id: SyncWriter,
    web: Web,
    here: Here,
    response: Response,
) -> Queued:
    """Send an event again, under the id that it had."""
    if not web.runtime.webhooks.redeliver(user_id, webhook_id, delivery_id):
        raise NotFound
    return _queued(here, response, webhook_id, delivery_id)


def _must_read_data(request: Request) -> None:
    if Scope.DATA_READ not in current_caller(request).scopes:
        raise InsufficientScope(Scope.DATA_READ)


def _found(webhook: Webhook | None) -> Webhook:
    if webhook is None:
        raise NotFound
    return webhook


def _etag(webhook: Webhook) -> str:
    return etag_of("webhook", webhook.webhook_id, webhook.version)


def _queued(here: Addresses, response: Response, webhook_id: str, delivery_id: str) -> Queued:
    response.headers["Location"] = here(f"/api/v1/webhooks/{webhook_id}/deliveries")
    response.headers["Retry-After"] = _LOOK_AFTER_S
    return Queued(delivery_id=delivery_id)


def _shown(request: Request, response: Response, made: Made, action: str) -> ShownWebhook:
    webhook = made.webhook
    note(request, action, user_id=webhook.user_id, target=webhook.webhook_id)
    response.headers["ETag"] = _etag(webhook)
    return ShownWebhook(**_told(webhook).model_dump(), secret=made.secret)


def _told(webhook: Webhook) -> WebhookState:
    return WebhookState(
        id=webhook.webhook_id,
        **{
            name: getattr(webhook, name)
            for name in WebhookState.model_fields
            if name not in {"id", "events"}
        },
        events=list(webhook.events),
    )


def _delivery(delivery: Delivery) -> DeliveryState:
    names = DeliveryState.model_fields.keys() - {"id", "response_head"}
    return DeliveryState(
        id=delivery.delivery_id,
        **{name: getattr(delivery, name) for name in names},
        response_head=_text(delivery.response_head),
    )


def _text(head: bytes | None) -> str | None:
    """Return the bytes of a stranger as text that does nothing to whoever shows it."""
    if head is None:
        return None
    text = head.decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)


def _place(key: list[str | int] | None) -> tuple[datetime, str] | None:
    """Return the time and id that a cursor holds. Raises `InvalidCursor`."""
    place = moment_and_name(key)
    if place is not None and not _DELIVERY_ID.fullmatch(place[1]):
        raise InvalidCursor
    return place
