"""The form of the sync configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import RedirectResponse, Response

from training_analyzer.web.api.config import ConfigChange, given
from training_analyzer.web.auth import current_user
from training_analyzer.web.pages.home import home_page
from training_analyzer.web.pages.settings_view import SettingsForm
from training_analyzer.web.parts import parts_of

router = APIRouter()

_NUMBERS: Final = {
    "initial_sync_days",
    "incremental_sync_days",
    "min_sync_interval_minutes",
    "sync_weekday",
}
_FLAGS: Final = (
    *("auto_sync_enabled", "sync_activities", "sync_wellness", "sync_sleep"),
    "sync_fitness_metrics",
)
_MOST_DIGITS: Final = 9


class SentForm(BaseModel):
    """The form as a browser sends it: texts; a checkbox that is off is not sent."""

    auto_sync_enabled: str = ""
    sync_frequency: str = ""
    sync_time: str = ""
    sync_activities: str = ""
    sync_wellness: str = ""
    sync_fitness_metrics: str = ""
    initial_sync_days: str = ""
    incremental_sync_days: str = ""
    min_sync_interval_minutes: str = ""
    # A page that was open before these were there does not send them.
    sync_weekday: str | None = None
    timezone: str | None = None
    version: str | None = None
    sync_sleep: str = ""
    quiet_from: str = ""
    quiet_to: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    change: ConfigChange | None
    wrong: tuple[str, ...] = ()


@router.post("/settings")
def save(
    request: Request,
    user_id: Annotated[str, Depends(current_user)],
    sent: Annotated[SentForm, Form()],
) -> Response:
    """Save the configuration, or show the form again with what is wrong in it.

    What was changed elsewhere since the form was opened is shown instead, and not overwritten.
    """
    read = _read(sent)
    if read.change is None:
        form = SettingsForm.again(sent.model_dump(), read.wrong)
        return home_page(request, user_id, settings=form, status=422)
    runtime = parts_of(request).runtime
    changes = given(read.change)
    if sent.version is None:
        runtime.credentials.update_sync_config(user_id, **changes)
    elif not runtime.credentials.change_sync_config(user_id, changes, seen=_seen(sent.version)):
        form = SettingsForm.changed_elsewhere(runtime.syncs.config(user_id))
        return home_page(request, user_id, settings=form, status=412)
    return RedirectResponse("/?done=saved#settings", 303)


def _read(sent: SentForm) -> _Read:
    values: dict[str, Any] = sent.model_dump(
        exclude_none=True, exclude={"version", "quiet_from", "quiet_to"}
    )
    values["sync_time"] = _minute(values["sync_time"])
    for name in _FLAGS:
        values[name] = values[name] == "on"
    for name in _NUMBERS & values.keys():
        values[name] = _whole(values[name].strip())
    if sent.version is None:
        del values["sync_sleep"]
    else:
        quiet = {"from": _minute(sent.quiet_from), "to": _minute(sent.quiet_to)}
        values["quiet_hours"] = quiet if any(quiet.values()) else None
    try:
        return _Read(ConfigChange(**values))
    except ValidationError as error:
        found = error.errors(include_input=False, include_context=False, include_url=False)
        wrong = dict.fromkeys(str(line["loc"][0]) for line in found)
        return _Read(None, tuple(wrong))


def _minute(text: str) -> str:
    """Return a time without its seconds, which browsers send when a person's system shows them."""
    return text.strip()[: len("HH:MM")]


def _seen(version: str) -> int:
    """Return the version that a form was opened with; one that never was for anything else."""
    number = _whole(version)
    return -1 if number is None else number


def _whole(text: str) -> int | None:
    """Return a number in ASCII digits; None for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
