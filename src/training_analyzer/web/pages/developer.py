"""Keys for a person's own programs, and the way to their webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from pydantic import BaseModel, Field, ValidationError

from training_analyzer.services.api_keys import MOST_KEYS
from training_analyzer.services.callers import Caller, Scope
from training_analyzer.web.api.api_keys import NewKey
from training_analyzer.web.auditing import note
from training_analyzer.web.auth import fresh_person
from training_analyzer.web.pages.account_words import scope_words
from training_analyzer.web.pages.developer_view import keys_of, webhooks_of
from training_analyzer.web.pages.forms import UserId, see_other
from training_analyzer.web.pages.shown import Place, show, tongue_of
from training_analyzer.web.parts import parts_of
from training_analyzer.web.refusals import NotFound

router = APIRouter()

type Fresh = Annotated[Caller, Depends(fresh_person)]

_HERE: Final = "/settings/developer"
_NEW: Final = f"{_HERE}/keys/new"
_UNPROCESSABLE: Final = 422


class KeyForm(BaseModel):
    """The form of a new key as a browser sends it; no days is no end."""

    name: str = ""
    scopes: list[str] = Field(default_factory=list)
    days: str = "90"


@router.get(_HERE)
def developer(request: Request, user_id: UserId, done: str = "") -> Response:
    """Show the person's keys and webhooks."""
    parts, tongue = parts_of(request), tongue_of(request)
    values = {
        "keys": keys_of(parts.access.api_keys.list(user_id), tongue, parts.runtime.now()),
        "webhooks": webhooks_of(parts.runtime.webhooks.all(user_id), tongue),
        "base": (parts.site.public_url or str(request.base_url)).rstrip("/"),
        "done": done,
    }
    return show(request, "developer.html", values, here=Place.ACCOUNT)


@router.get(_NEW)
def key_form(request: Request, person: Fresh) -> Response:
    """Show the form of a new key."""
    return _form_page(request, person, KeyForm())


@router.post(_NEW)
def make_key(request: Request, person: Fresh, form: Annotated[KeyForm, Form()]) -> Response:
    """Make a key and show it, once."""
    tongue = tongue_of(request)
    try:
        asked = NewKey.model_validate(
            {
                "name": form.name.strip(),
                "scopes": form.scopes,
                "expires_in_days": int(form.days) if form.days.isascii() and form.days else None,
            }
        )
    except ValidationError as error:
        wrong = {str(line["loc"][0]) for line in error.errors(include_input=False)}
        return _form_page(request, person, form, wrong=wrong)
    except ValueError:
        return _form_page(request, person, form, wrong={"expires_in_days"})
    scopes = frozenset(Scope(scope) for scope in asked.scopes)
    if scopes - person.scopes:
        return _form_page(request, person, form, wrong={"scopes"})
    lives = timedelta(days=asked.expires_in_days) if asked.expires_in_days else None
    issued = parts_of(request).access.api_keys.issue(
        person.user_id, asked.name, scopes, lives=lives
    )
    if issued is None:
        text = tongue.text(
            "You have %(most)s keys, which is the most. Delete one first.", most=MOST_KEYS
        )
        return _form_page(request, person, form, wrong={"many"}, why=text)
    key, token = issued
    note(request, "api_key_created", user_id=person.user_id, target=key.key_id)
    return _once(request, key.name, token)


@router.get(f"{_HERE}/keys/{{key_id}}/rotate")
def after_rotating(_user: UserId) -> Response:
    """Lead back to the list: a key that was shown is not shown again."""
    return see_other(_HERE)


@router.post(f"{_HERE}/keys/{{key_id}}/rotate")
def rotate_key(request: Request, person: Fresh, key_id: str) -> Response:
    """Give a key another secret and show it, once."""
    rotated = parts_of(request).access.api_keys.rotate(person.user_id, key_id)
    if rotated is None:
        raise NotFound
    note(request, "api_key_rotated", user_id=person.user_id, target=key_id)
    return _once(request, rotated[0].name, rotated[1])


@router.post(f"{_HERE}/keys/{{key_id}}/delete")
def delete_key(request: Request, person: Fresh, key_id: str) -> Response:
    """End a key at once."""
    if not parts_of(request).access.api_keys.end(person.user_id, key_id):
        raise NotFound
    note(request, "api_key_deleted", user_id=person.user_id, target=key_id)
    return see_other(f"{_HERE}?done=key-deleted")


def _once(request: Request, name: str, token: str) -> Response:
    values = {"name": name, "secret": token}
    return show(request, "key_made.html", values, here=Place.ACCOUNT)


def _form_page(
    request: Request,
    person: Caller,
    form: KeyForm,
    *,
    wrong: set[str] | None = None,
    why: str = "",
) -> Response:
    tongue = tongue_of(request)
    values = {
        "form": form,
        "wrong": wrong or set(),
        "why": why,
        "scopes": [
            (scope.value, scope_words(tongue, scope.value))
            for scope in Scope
            if scope in person.scopes
        ],
        "spans": [
            ("30", tongue.plural("%(n)s day", "%(n)s days", 30)),
            ("90", tongue.plural("%(n)s day", "%(n)s days", 90)),
            ("365", tongue.text("1 year")),
            ("", tongue.text("No end")),
        ],
    }
    status = _UNPROCESSABLE if wrong else 200
    return show(request, "key_new.html", values, here=Place.ACCOUNT, status=status)
