"""A person's webhooks: where their programs are told of what happens, and what arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError

from training_analyzer.errors import TooManyWebhooks, WebhookNotReady, WebhookUrlRefused
from training_analyzer.services.webhooks import EVERY_EVENT, EventType
from training_analyzer.web.api.paging import Cursors, moment_and_name
from training_analyzer.web.api.webhooks import NewWebhook
from training_analyzer.web.auditing import note
from training_analyzer.web.pages.developer_view import deliveries_of, webhook_line
from training_analyzer.web.pages.forms import UserId, see_other
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from training_analyzer.services.webhooks import Webhook

router = APIRouter()


_HERE: Final = "/settings/developer/webhooks"
_DEVELOPER: Final = "/settings/developer"
_UNPROCESSABLE: Final = 422
_DELIVERIES: Final = 20
_EVENTS: Final = tuple(event.value for event in EventType if event is not EventType.TEST)


class WebhookForm(BaseModel):
    """The form as a browser sends it."""

    url: str = ""
    description: str = ""
    every: bool = False
    events: list[str] = Field(default_factory=list)
    include_data: bool = False
    enabled: bool = False


@router.get(f"{_HERE}/new")
def webhook_form(request: Request, _user: UserId) -> Response:
    """Show the form of a new webhook."""
    return _form_page(request, WebhookForm(every=True, enabled=True))


@router.post(f"{_HERE}/new")
def make_webhook(
    request: Request, user_id: UserId, form: Annotated[WebhookForm, Form()]
) -> Response:
    """Make a webhook and show its secret, once."""
    values, wrong = _values(form, enabled=True)
    if wrong:
        return _form_page(request, form, wrong=wrong)
    try:
        made = parts_of(request).runtime.webhooks.add(user_id, values)
    except WebhookUrlRefused:
        return _form_page(request, form, wrong={"url"})
    except TooManyWebhooks:
        return _form_page(request, form, wrong={"many"})
    note(request, "webhook_created", user_id=user_id, target=made.webhook.webhook_id)
    return _webhook_page(request, made.webhook, secret=made.secret)


@router.get(f"{_HERE}/{{webhook_id}}")
def webhook(
    request: Request,
    user_id: UserId,
    webhook_id: str,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    done: str = "",
) -> Response:
    """Show one webhook with its settings and what was delivered."""
    return _webhook_page(request, _one(request, user_id, webhook_id), cursor=cursor, done=done)


@router.post(f"{_HERE}/{{webhook_id}}")
def change_webhook(
    request: Request, user_id: UserId, webhook_id: str, form: Annotated[WebhookForm, Form()]
) -> Response:
    """Save another address, events or state."""
    known = _one(request, user_id, webhook_id)
    values, wrong = _values(form, enabled=form.enabled)
    if wrong:
        return _webhook_page(request, known, form=form, wrong=wrong)
    try:
        changed = parts_of(request).runtime.webhooks.change(user_id, webhook_id, values)
    except WebhookUrlRefused:
        return _webhook_page(request, known, form=form, wrong={"url"})
    if changed is None:
        raise NotFound
    note(request, "webhook_changed", user_id=user_id, target=webhook_id)
    return see_other(f"{_HERE}/{webhook_id}?done=saved")


@router.post(f"{_HERE}/{{webhook_id}}/test")
def send_test(request: Request, user_id: UserId, webhook_id: str) -> Response:
    """Send a test event."""
    return _sent(
        webhook_id, lambda: parts_of(request).runtime.webhooks.test(user_id, webhook_id) is not None
    )


@router.post(f"{_HERE}/{{webhook_id}}/deliveries/{{delivery_id}}")
def send_again(request: Request, user_id: UserId, webhook_id: str, delivery_id: str) -> Response:
    """Send an event again, under the id that it had."""
    return _sent(
        webhook_id,
        lambda: parts_of(request).runtime.webhooks.redeliver(user_id, webhook_id, delivery_id),
    )


@router.get(f"{_HERE}/{{webhook_id}}/rotate")
def after_rotating(request: Request, user_id: UserId, webhook_id: str) -> Response:
    """Lead back to the webhook: a secret that was shown is not shown again."""
    known = _one(request, user_id, webhook_id)
    return see_other(f"{_HERE}/{known.webhook_id}")


@router.post(f"{_HERE}/{{webhook_id}}/rotate")
def rotate_secret(request: Request, user_id: UserId, webhook_id: str) -> Response:
    """Give a webhook a new secret and show it, once."""
    try:
        made = parts_of(request).runtime.webhooks.rotate_secret(user_id, webhook_id)
    except WebhookNotReady:
        return see_other(f"{_HERE}/{webhook_id}?done=busy")
    if made is None:
        raise NotFound
    note(request, "webhook_secret_rotated", user_id=user_id, target=webhook_id)
    return _webhook_page(request, made.webhook, secret=made.secret)


@router.post(f"{_HERE}/{{webhook_id}}/delete")
def delete_webhook(request: Request, user_id: UserId, webhook_id: str) -> Response:
    """Delete a webhook with its secret and its log."""
    if not parts_of(request).runtime.webhooks.remove(user_id, webhook_id):
        raise NotFound
    note(request, "webhook_deleted", user_id=user_id, target=webhook_id)
    return see_other(f"{_DEVELOPER}?done=webhook-deleted")


def _sent(webhook_id: str, send: Callable[[], bool]) -> Response:
    try:
        was_there = send()
    except WebhookNotReady:
        return see_other(f"{_HERE}/{webhook_id}?done=busy")
    if not was_there:
        raise NotFound
    return see_other(f"{_HERE}/{webhook_id}?done=sent")


def _values(form: WebhookForm, *, enabled: bool) -> tuple[dict[str, object], set[str]]:
    """Return what the form says, and which fields are wrong."""
    try:
        asked = NewWebhook.model_validate(
            {
                "url": form.url.strip(),
                "events": [EVERY_EVENT] if form.every else form.events,
                "description": form.description.strip() or None,
                "enabled": enabled,
                "include_data": form.include_data,
            }
        )
    except ValidationError as error:
        return {}, {str(line["loc"][0]) for line in error.errors(include_input=False)}
    return asked.model_dump(), set()


def _one(request: Request, user_id: str, webhook_id: str) -> Webhook:
    found = parts_of(request).runtime.webhooks.one(user_id, webhook_id)
    if found is None:
        raise NotFound
    return found


def _form_page(request: Request, form: WebhookForm, *, wrong: set[str] | None = None) -> Response:
    values = {"form": form, "wrong": wrong or set(), "events": _EVENTS}
    status = _UNPROCESSABLE if wrong else 200
    return show(request, "webhook_new.html", values, here=Place.ACCOUNT, status=status)


def _webhook_page(
    request: Request,
    known: Webhook,
    *,
    form: WebhookForm | None = None,
    wrong: set[str] | None = None,
    secret: str = "",
    cursor: str | None = None,
    done: str = "",
) -> Response:
    runtime, tongue = parts_of(request).runtime, tongue_of(request)
    cursors = Cursors("pages/deliveries", known.user_id, {"webhook": known.webhook_id})
    after = moment_and_name(cursors.read(cursor))
    found = (
        runtime.webhooks.log(known.user_id, known.webhook_id, limit=_DELIVERIES + 1, after=after)
        or []
    )
    last = found[_DELIVERIES - 1] if len(found) > _DELIVERIES else None
    until = known.old_secret_until
    now = runtime.now()
    values = {
        "line": webhook_line(known, tongue),
        "form": form or _form_of(known),
        "wrong": wrong or set(),
        "events": _EVENTS,
        "secret": secret,
        "old_until": tongue.clock(until, now) if until and until > now else "",
        "deliveries": deliveries_of(found[:_DELIVERIES], tongue, now),
        "following": cursors.after([last.created_at.isoformat(), last.delivery_id])
        if last
        else None,
        "is_first": cursor is None,
        "done": done,
    }
    status = _UNPROCESSABLE if wrong else 200
    return show(request, "webhook.html", values, here=Place.ACCOUNT, status=status)


def _form_of(known: Webhook) -> WebhookForm:
    return WebhookForm(
        url=known.url,
        description=known.description or "",
        every=EVERY_EVENT in known.events,
        events=[event for event in known.events if event != EVERY_EVENT],
        include_data=known.include_data,
        enabled=known.enabled,
    )
